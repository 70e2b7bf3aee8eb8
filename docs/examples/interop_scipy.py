"""SciPy's functions on Tensors, with their gradients.

SciPy asks its arguments for their namespace, the array API standard's way, when SCIPY_ARRAY_API=1 is set before it is
imported (SciPy 1.16 or newer). Its special functions, which are ufuncs, differentiate without that too.
"""

import os

os.environ["SCIPY_ARRAY_API"] = "1"

from scipy import optimize, special, stats

import microgrid as mg

x = mg.tensor([1.0, 2.0, 4.0, 7.0], dtype=mg.float64, requires_grad=True)

loss = special.logsumexp(x) + stats.skew(x) + optimize.rosen(x / 7)
loss.backward()
print("value   ", loss.item())
print("gradient", x.grad)

y = mg.tensor([0.5, -1.0], dtype=mg.float64, requires_grad=True)
special.expit(y).sum().backward()
print("expit'  ", y.grad, "= s(1 - s)")
