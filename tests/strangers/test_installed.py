"""Functions of installed packages that never heard of microgrid, called on Tensors as they stand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.strangers import checks

pytest.importorskip("scipy", minversion="1.16")  # earlier ones write some of these formulas otherwise
base = pytest.importorskip("sklearn.neural_network._base")
extmath = pytest.importorskip("sklearn.utils.extmath")

from scipy.special import zeta  # noqa: E402
from scipy.stats import _multivariate as multivariate  # noqa: E402

from tests.strangers import densities  # noqa: E402

X = np.random.default_rng(0).normal(size=(4, 3))
P = np.exp(X) / np.exp(X).sum(axis=1, keepdims=True)
Y = np.eye(3)[[0, 2, 1, 0]]


def in_place(f: Any) -> Any:
    """A function that writes over its last argument, as one that returns it."""

    def returned(*xs: Any) -> Any:
        *rest, last = xs
        last = last * 1
        f(*rest, last)
        return last

    return returned


CASES: dict[str, tuple[Any, ...]] = {
    **{f"scipy.stats.{name}": case for name, case in densities.CASES.items()},
    **{f"sklearn activation {k}": (in_place(f), X) for k, f in base.ACTIVATIONS.items()},
    **{f"sklearn derivative {k}": (in_place(f), np.abs(np.tanh(X)), X + 1) for k, f in base.DERIVATIVES.items()},
    **{f"sklearn loss {k}": (lambda p, f=f: f(Y, p), P) for k, f in base.LOSS_FUNCTIONS.items()},
    "sklearn safe_sparse_dot": (lambda x: extmath.safe_sparse_dot(x, x.T), X),
    "sklearn svd_flip": (lambda x: extmath.svd_flip(*np.linalg.svd(x, full_matrices=False)[::2]), X),
    "sklearn fast_logdet": (extmath.fast_logdet, X.T @ X + np.eye(3)),
    "scipy Dirichlet": (lambda x: multivariate.dirichlet._logpdf(x, np.array([1.0, 2, 3])), P.T.copy()),
    "scipy zeta": (lambda x: zeta(2.5, x), P),
}


@pytest.mark.parametrize("name", CASES)
def test_an_installed_function_differentiates(name: str) -> None:
    """Its value, its gradient and its second derivative."""
    f, *arrays = CASES[name]
    with np.errstate(all="ignore"):
        checks.value(f, arrays)
        checks.first(f, arrays)
        checks.second(f, arrays)
