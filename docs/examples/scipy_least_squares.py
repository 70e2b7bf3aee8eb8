"""A certified fit: NIST's Misra1a, volumes of a monomolecular adsorption against pressure, y = b₁ (1 − exp(−b₂ x)).

    python docs/examples/scipy_least_squares.py
"""

import numpy as np
from scipy.optimize import least_squares

import microgrid as mg

x = np.array([77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0])
y = np.array([10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78])
certified = np.array([2.3894212918e02, 5.5015643181e-04])  # NIST, Statistical Reference Datasets
sum_of_squares = 1.2455138894e-01


def residuals(b):
    return b[0] * (1 - np.exp(-b[1] * x)) - y


found = least_squares(
    residuals, [500.0, 0.0001], jac=mg.jacobian(residuals), x_scale="jac", xtol=1e-15, ftol=1e-15, gtol=1e-15
)
print(found.x, "with a sum of squares of", 2 * found.cost)
np.testing.assert_allclose(found.x, certified, rtol=1e-8)
np.testing.assert_allclose(2 * found.cost, sum_of_squares, rtol=1e-10)
