"""Powell's badly scaled equations, 10⁴ x y = 1 and e⁻ˣ + e⁻ʸ = 1.0001, solved with the exact Jacobian.

    python docs/examples/scipy_root.py
"""

import numpy as np
from scipy.optimize import root

import microgrid as mg


def equations(x):
    return mg.stack([1e4 * x[0] * x[1] - 1, np.exp(-x[0]) + np.exp(-x[1]) - 1.0001])


found = root(equations, [0.0, 1.0], jac=mg.jacobian(equations), method="hybr", tol=1e-14)
print(found.message, found.x)
np.testing.assert_allclose(found.x, [1.098e-5, 9.106], rtol=2e-4)  # the four digits of Moré, Garbow and Hillstrom, 1981
np.testing.assert_allclose(equations(found.x), 0, atol=1e-10)
