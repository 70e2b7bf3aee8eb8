"""SciPy's optimisers and solvers take microgrid's derivatives as they stand: the programs find published optima, and
the adjoint's gradient is what finite differences say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.examples.programs import FOLDER, loaded

optimize = pytest.importorskip("scipy.optimize", reason='pip install "microgrid[scipy]"')
PROGRAMS = ["scipy_bfgs", "scipy_newton", "scipy_least_squares", "scipy_root", "scipy_adjoint"]


def test_there_are_five() -> None:
    """The files are the list: nothing runs untested."""
    assert sorted(p.stem for p in FOLDER.glob("scipy_*.py")) == sorted(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_finds_what_is_published(name: str) -> None:
    """Each asserts it itself."""
    assert loaded(name)


def test_exact_derivatives_save_evaluations() -> None:
    """Newton's products and the Hessian lead to the same point; the Hessian is SciPy's own."""
    program = loaded("scipy_newton")
    assert program.dense.success and program.dense.nhev > 0
    x = np.array([0.3, -0.7, 1.1])
    np.testing.assert_allclose(mg.grad(program.rosenbrock)(x), optimize.rosen_der(x), rtol=1e-13)
    np.testing.assert_allclose(mg.hessian(program.rosenbrock)(x), optimize.rosen_hess(x), rtol=1e-13, atol=1e-12)
    v = np.array([0.2, 0.5, -1.0])
    np.testing.assert_allclose(mg.hvp(program.rosenbrock)(x, v), optimize.rosen_hess_prod(x, v), rtol=1e-13)


CLOSE: dict[str, dict[str, float]] = {
    "CG": {"gtol": 1e-8}, "L-BFGS-B": {"ftol": 1e-15, "gtol": 1e-9}, "SLSQP": {"ftol": 1e-14},
    "TNC": {"ftol": 1e-15, "gtol": 1e-10, "maxfun": 1000}, "trust-constr": {"gtol": 1e-9},
    "trust-krylov": {"gtol": 1e-8}, "trust-exact": {"gtol": 1e-8}, "dogleg": {"gtol": 1e-8},
}  # fmt: skip


@pytest.mark.parametrize("method", CLOSE)
def test_other_methods_take_them_too(method: str) -> None:
    """What wants a Hessian is given one; from near the valley's end, where it is positive definite, as dogleg asks."""
    f = loaded("scipy_bfgs").rosenbrock
    more: dict[str, Any] = {"hess": mg.hessian(f)} if method.startswith(("trust", "dogleg")) else {}
    found = optimize.minimize(
        mg.value_and_grad(f), np.array([0.95, 0.91, 0.83]), jac=True, method=method, options=CLOSE[method], **more
    )
    np.testing.assert_allclose(found.x, np.ones(3), atol=1e-5)


@pytest.mark.parametrize("wanted", ["y0", "theta"])
def test_the_adjoint_is_what_differences_say(wanted: str) -> None:
    """Of a solution at several times under random weights, in the start and in the rates."""
    program = loaded("scipy_adjoint")
    times = np.linspace(0.0, 4.0, 5)
    weights = np.random.default_rng(0).normal(size=(5, 2))

    def total(x: Any) -> Any:
        y0, theta = (x, program.true) if wanted == "y0" else (program.start, x)
        return (program.trajectory(y0, theta, f=program.lotka_volterra, times=times) * weights).sum()

    x = program.start if wanted == "y0" else program.true
    got = mg.grad(total)(x)
    for k, e in enumerate(np.eye(len(x))):
        h = 1e-4 * x[k]  # the solver keeps ten digits
        expected = (8 * (total(x + h * e) - total(x - h * e)) - (total(x + 2 * h * e) - total(x - 2 * h * e))) / 12 / h
        np.testing.assert_allclose(got[k], expected, rtol=1e-5, atol=1e-5)


def test_the_fit_by_the_adjoint_finds_the_rates() -> None:
    """From a tenth away, by BFGS."""
    program = loaded("scipy_adjoint")
    guess = np.log(program.true) + 0.1
    found = optimize.minimize(mg.value_and_grad(program.misfit), guess, jac=True, method="BFGS", options={"gtol": 1e-8})
    np.testing.assert_allclose(np.exp(found.x), program.true, rtol=1e-4)
