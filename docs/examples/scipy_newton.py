"""Rosenbrock's valley by Newton's method in a trust region: with the Hessian, and with its products alone.

    python docs/examples/scipy_newton.py
"""

import numpy as np
from scipy.optimize import minimize

import microgrid as mg


def rosenbrock(x):
    """Least, 0, where every coordinate is 1 (Rosenbrock, 1960)."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


start = np.array([-1.2, 1.0, -1.2, 1.0, -1.2])
both = mg.value_and_grad(rosenbrock)
dense = minimize(both, start, jac=True, hess=mg.hessian(rosenbrock), method="trust-ncg", options={"gtol": 1e-9})
free = minimize(both, start, jac=True, hessp=mg.hvp(rosenbrock), method="Newton-CG", options={"xtol": 1e-9})
for name, found in {"trust-ncg, Hessian": dense, "Newton-CG, products": free}.items():
    print(f"{name:20} {found.nit} steps: {found.x}")
    np.testing.assert_allclose(found.x, np.ones(5), rtol=1e-8)
