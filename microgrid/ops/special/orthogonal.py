"""Orthogonal polynomials by their recurrences: every derivative in x is what the same recurrence differentiates to.

SciPy's names take the degree first, Torch's (`chebyshev_polynomial_t`, …) last, where a negative one gives 0. Source:
Digital Library of Mathematical Functions, 18.9.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...core.tensor import Tensor, detach
from ..elementwise.arithmetic import Array

__all__ = [
    "chebyshev_polynomial_t", "chebyshev_polynomial_u", "chebyshev_polynomial_v", "chebyshev_polynomial_w",
    "eval_chebyt", "eval_chebyu", "eval_hermite", "eval_hermitenorm", "eval_laguerre", "eval_legendre",
    "eval_sh_chebyt", "eval_sh_chebyu", "eval_sh_legendre", "hermite_polynomial_h", "hermite_polynomial_he",
    "laguerre_polynomial_l", "legendre_polynomial_p", "shifted_chebyshev_polynomial_t",
    "shifted_chebyshev_polynomial_u", "shifted_chebyshev_polynomial_v", "shifted_chebyshev_polynomial_w",
]  # fmt: skip

Step = Callable[[int, Array, Array, Array], Array]  # (k, x, pₖ, pₖ₋₁) → pₖ₊₁


def _chebyshev(k: int, x: Array, p: Array, before: Array) -> Array:
    return 2 * (x * p) - before


def _hermite(k: int, x: Array, p: Array, before: Array) -> Array:
    return 2 * (x * p) - (2 * k) * before


def _probabilists(k: int, x: Array, p: Array, before: Array) -> Array:
    return x * p - k * before


def _laguerre(k: int, x: Array, p: Array, before: Array) -> Array:
    return ((2 * k + 1 - x) * p - k * before) / (k + 1)


def _legendre(k: int, x: Array, p: Array, before: Array) -> Array:
    return ((2 * k + 1) * (x * p) - k * before) / (k + 1)


def _polynomial(x: Any, n: Any, first: Callable[[Array], Array], step: Step) -> Array:
    """The polynomial of degree n, an element each, from p₀ = 1 and p₁; 0 for n < 0. Elements of lower degree stay as
    they are while the others go on, so that they neither overflow nor bring NaN into a gradient."""
    x = x if isinstance(x, Tensor) else np.asarray(x)
    x = x if x.dtype.kind == "f" else x * np.float64(1)
    degree = np.asarray(detach(n))
    if degree.shape:
        x = x + np.zeros(degree.shape, x.dtype)
    before, out = np.ones(x.shape, x.dtype), first(x)
    if degree.min(initial=1) < 1:
        out = np.where(degree >= 1, out, np.where(degree < 0, np.zeros_like(before), before))
    for k in range(1, int(degree.max(initial=0))):
        on = degree > k
        if on.all():
            before, out = out, step(k, x, out, before)
        else:
            before, out = np.where(on, out, before), np.where(on, step(k, x, out, before), out)
    return out


def _degree(name: str, n: Any) -> Any:
    """A degree of SciPy's. Raises ValueError where it is no integer of at least 0, which is no polynomial."""
    n = np.asarray(detach(n))
    if not np.all((n >= 0) & (n == np.trunc(n))):
        raise ValueError(f"{name}: n is {n}, expected integers of at least 0, the degree of a polynomial")
    return n


# ------------------------------------------------------------------------------------------------ under SciPy's names


def eval_chebyt(n: Array, x: Array) -> Array:
    """Chebyshev polynomial of the first kind Tₙ(x), of integer degree n."""
    return _polynomial(x, _degree("eval_chebyt", n), lambda x: x, _chebyshev)


def eval_chebyu(n: Array, x: Array) -> Array:
    """Chebyshev polynomial of the second kind Uₙ(x), of integer degree n."""
    return _polynomial(x, _degree("eval_chebyu", n), lambda x: 2 * x, _chebyshev)


def eval_hermite(n: Array, x: Array) -> Array:
    """Physicists' Hermite polynomial Hₙ(x), of integer degree n."""
    return _polynomial(x, _degree("eval_hermite", n), lambda x: 2 * x, _hermite)


def eval_hermitenorm(n: Array, x: Array) -> Array:
    """Probabilists' Hermite polynomial Heₙ(x), of integer degree n."""
    return _polynomial(x, _degree("eval_hermitenorm", n), lambda x: x, _probabilists)


def eval_laguerre(n: Array, x: Array) -> Array:
    """Laguerre polynomial Lₙ(x), of integer degree n."""
    return _polynomial(x, _degree("eval_laguerre", n), lambda x: 1 - x, _laguerre)


def eval_legendre(n: Array, x: Array) -> Array:
    """Legendre polynomial Pₙ(x), of integer degree n."""
    return _polynomial(x, _degree("eval_legendre", n), lambda x: x, _legendre)


def eval_sh_chebyt(n: Array, x: Array) -> Array:
    """Tₙ(2x − 1), orthogonal on [0, 1]."""
    return eval_chebyt(n, _shifted(x))


def eval_sh_chebyu(n: Array, x: Array) -> Array:
    """Uₙ(2x − 1), orthogonal on [0, 1]."""
    return eval_chebyu(n, _shifted(x))


def eval_sh_legendre(n: Array, x: Array) -> Array:
    """Pₙ(2x − 1), orthogonal on [0, 1]."""
    return eval_legendre(n, _shifted(x))


def _shifted(x: Any) -> Array:
    return 2 * (x if isinstance(x, Tensor) else np.asarray(x)) - 1


# ------------------------------------------------------------------------------------------------ under Torch's names


def _truncated(n: Any) -> Any:
    return np.trunc(np.asarray(detach(n)))


def chebyshev_polynomial_t(input: Array, n: Array) -> Array:
    """Chebyshev polynomial of the first kind Tₙ(x), its degree n truncated to an integer; 0 for n < 0."""
    return _polynomial(input, _truncated(n), lambda x: x, _chebyshev)


def chebyshev_polynomial_u(input: Array, n: Array) -> Array:
    """Chebyshev polynomial of the second kind Uₙ(x), its degree n truncated to an integer; 0 for n < 0."""
    return _polynomial(input, _truncated(n), lambda x: 2 * x, _chebyshev)


def chebyshev_polynomial_v(input: Array, n: Array) -> Array:
    """Chebyshev polynomial of the third kind Vₙ(x), its degree n truncated to an integer; 0 for n < 0."""
    return _polynomial(input, _truncated(n), lambda x: 2 * x - 1, _chebyshev)


def chebyshev_polynomial_w(input: Array, n: Array) -> Array:
    """Chebyshev polynomial of the fourth kind Wₙ(x), its degree n truncated to an integer; 0 for n < 0."""
    return _polynomial(input, _truncated(n), lambda x: 2 * x + 1, _chebyshev)


def shifted_chebyshev_polynomial_t(input: Array, n: Array) -> Array:
    """Tₙ(2x − 1), orthogonal on [0, 1]."""
    return chebyshev_polynomial_t(_shifted(input), n)


def shifted_chebyshev_polynomial_u(input: Array, n: Array) -> Array:
    """Uₙ(2x − 1), orthogonal on [0, 1]."""
    return chebyshev_polynomial_u(_shifted(input), n)


def shifted_chebyshev_polynomial_v(input: Array, n: Array) -> Array:
    """Vₙ(2x − 1), orthogonal on [0, 1]."""
    return chebyshev_polynomial_v(_shifted(input), n)


def shifted_chebyshev_polynomial_w(input: Array, n: Array) -> Array:
    """Wₙ(2x − 1), orthogonal on [0, 1]."""
    return chebyshev_polynomial_w(_shifted(input), n)


def hermite_polynomial_h(input: Array, n: Array) -> Array:
    """Physicists' Hermite polynomial Hₙ(x), its degree n truncated to an integer; 0 for n < 0."""
    return _polynomial(input, _truncated(n), lambda x: 2 * x, _hermite)


def hermite_polynomial_he(input: Array, n: Array) -> Array:
    """Probabilists' Hermite polynomial Heₙ(x), its degree n truncated to an integer; 0 for n < 0."""
    return _polynomial(input, _truncated(n), lambda x: x, _probabilists)


def laguerre_polynomial_l(input: Array, n: Array) -> Array:
    """Laguerre polynomial Lₙ(x), its degree n truncated to an integer; 0 for n < 0."""
    return _polynomial(input, _truncated(n), lambda x: 1 - x, _laguerre)


def legendre_polynomial_p(input: Array, n: Array) -> Array:
    """Legendre polynomial Pₙ(x), its degree n truncated to an integer; 0 for n < 0."""
    return _polynomial(input, _truncated(n), lambda x: x, _legendre)
