"""scikit-learn's functions and estimators that follow the array API standard, called on Tensors; run by programs.py.

Not StandardScaler: its incremental variance divides 0 by 0 and overwrites the NaN, whose gradient stays NaN (Torch
refuses the overwrite)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

X = np.random.default_rng(0).normal(size=(6, 3))
Y = np.array([0.3, -1.2, 0.8, 2.0, -0.5, 1.1])


def dispatching(call: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The call with scikit-learn's dispatch switched on, which imports it."""

    def f(x: Any) -> Any:
        import sklearn

        with sklearn.config_context(array_api_dispatch=True):
            return call(x)

    return f


def pairwise(name: str, of: Callable[[Any], Any] = lambda x: x) -> Callable[[Any], Any]:
    """A matrix of kernels or distances between rows."""

    def f(x: Any) -> Any:
        from sklearn.metrics import pairwise

        return getattr(pairwise, name)(of(x), of(x))

    return dispatching(f)


def transformed(name: str, *args: Any, home: str = "preprocessing", **how: Any) -> Callable[[Any], Any]:
    """Rows fitted and transformed."""

    def f(x: Any) -> Any:
        import importlib

        estimator = getattr(importlib.import_module(f"sklearn.{home}"), name)
        return estimator(*args, **how).fit_transform(x)

    return dispatching(f)


def ridge(x: Any) -> Any:
    """Coefficients as a function of the data: implicit differentiation through the SVD."""
    from sklearn.linear_model import Ridge

    y = x[:, 0] * 0 + Y
    return Ridge(alpha=0.5, solver="svd").fit(x, y).coef_


CALLS: dict[str, tuple[Callable[[Any], Any], np.ndarray]] = {
    "cosine_similarity": (pairwise("cosine_similarity"), X),
    "rbf_kernel": (pairwise("rbf_kernel"), X),
    "linear_kernel": (pairwise("linear_kernel"), X),
    "polynomial_kernel": (pairwise("polynomial_kernel"), X),
    "sigmoid_kernel": (pairwise("sigmoid_kernel"), X),
    "MinMaxScaler": (transformed("MinMaxScaler"), X),
    "MaxAbsScaler": (transformed("MaxAbsScaler"), X),
    "Normalizer": (transformed("Normalizer", "l1"), X),
    "PolynomialFeatures": (transformed("PolynomialFeatures", 2), X),
    "Ridge": (dispatching(ridge), X),
}
