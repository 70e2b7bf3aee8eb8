"""Rosenbrock's valley by quasi-Newton: SciPy's BFGS takes the value and the gradient in one call.

    python docs/examples/scipy_bfgs.py
"""

import numpy as np
from scipy.optimize import minimize

import microgrid as mg


def rosenbrock(x):
    """Least, 0, where every coordinate is 1 (Rosenbrock, 1960)."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


start = np.array([-1.2, 1.0, -1.2, 1.0, -1.2])
found = minimize(mg.value_and_grad(rosenbrock), start, jac=True, method="BFGS", options={"gtol": 1e-9})
print(found.message, found.nit, "steps:", found.x)
np.testing.assert_allclose(found.x, np.ones(5), rtol=1e-8)
