"""Systems of equations, inverses, determinants. All take batches of matrices, (…, n, n).

Source of the rules: M. Giles, An extended collection of matrix derivative results, 2008.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach, ops
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..products.vectors import known
from ..shapes.shape import moveaxis
from .results import InverseResult, SlogdetResult, SolveResult

__all__ = [
    "det", "inv", "inv_ex", "logdet", "slogdet", "solve", "solve_ex", "solve_triangular", "tensorinv", "tensorsolve",
]  # fmt: skip


def square(*shapes: tuple[int, ...], **statics: Any) -> str | None:
    """What to say of matrices that are not square."""
    x = shapes[0]
    if len(x) < 2 or x[-1] != x[-2]:
        return f"expected square matrices (…, n, n), got {x}"
    return None


def _solve_clash(a: tuple[int, ...], b: tuple[int, ...]) -> str | None:
    if said := square(a):
        return said
    if len(b) < 2 or a[-1] != b[-2]:
        return f"the matrices have {a[-1]} rows, the right side {b[-2] if len(b) > 1 else b}; expected as many"
    return f"leading axes {a[:-2]} and {b[:-2]} do not broadcast" if a[:-2] != b[:-2] else None


@primitive(symbol="⁻¹", formula="x⁻¹", latex="{x}^{-1}", torch="inv", numpy=[np.linalg.inv], batched=True,
           explain=square)  # fmt: skip
def inv(x: Array) -> Array:
    """Inverses of square matrices.

    Raises LinAlgError for a singular one."""
    return np.linalg.inv(x)


inv.gradients(lambda g, out: -out.mT @ g @ out.mT)


@primitive(name="solve", symbol="\\", formula="x⁻¹ y", latex="{x}^{-1} {y}", torch="solve", broadcasts=True,
           batched=True, explain=_solve_clash)  # fmt: skip
def solved(x: Array, y: Array) -> Array:
    """Solutions of x z = y, of matrices y."""
    return np.linalg.solve(x, y)


def _solve_both(g: Array, x: Array, out: Array, need: list[bool]) -> list[Array | None]:
    """x⁻ᵀ g once for both inputs"""
    back = np.linalg.solve(x.mT, g)
    return [-back @ out.mT if need[0] else None, back]


solved.gradients(
    lambda g, x, out: -solved(x.mT, g) @ out.mT,
    lambda g, x: solved(x.mT, g),
    joint=_solve_both,
)


@primitive(symbol="det", formula="det x", latex=r"\det {x}", torch="det", numpy=[np.linalg.det], batched=True,
           explain=square)  # fmt: skip
def det(x: Array) -> Array:
    """Determinants of square matrices; the gradient of a singular one is its cofactors' too."""
    return np.linalg.det(x)


def _cofactors(x: Array, out: Array) -> Array:
    """det(x) x⁻ᵀ; where that is 0/0, from the singular values: the product of all but one belongs to each."""
    if np.all(detach(out) != 0):
        return out[..., None, None] * np.linalg.inv(x).mT
    u, s, vh = np.linalg.svd(x)
    n = x.shape[-1]
    others = np.ones_like(s)
    for k in range(n):
        others = others * np.where(np.arange(n) == k, 1.0, s[..., k : k + 1])
    sign = np.linalg.det(detach(u)) * np.linalg.det(detach(vh))
    return (u * (others * sign[..., None])[..., None, :]) @ vh


det.gradients(lambda g, x, out: g[..., None, None] * _cofactors(x, out))


@primitive(name="slogdet", symbol="log det", formula="sgn det x, log |det x|", latex=r"\log |\det {x}|",
           torch="slogdet", outputs=2, explain=square)  # fmt: skip
def slogdets(x: Array) -> tuple[Array, Array]:
    """Signs of determinants, and the logarithms of their absolute values: no overflow.

    A singular matrix has sign 0 and −∞; its gradient raises LinAlgError."""
    sign, log_ = np.linalg.slogdet(x)
    return sign, log_


slogdets.gradients(lambda g, x: g[1][..., None, None] * np.linalg.inv(x).mT)


# ------------------------------------------------------------------------------- composed of the above: no primitive


@composed(np.linalg.slogdet)
def slogdet(x: Any) -> SlogdetResult:
    """(sign, logabsdet): the determinants' signs, and the logarithms of their absolute values, without overflow."""
    return SlogdetResult(*slogdets(known(x)))


@composed()
def logdet(x: Any) -> Any:
    """Logarithms of determinants; NaN of a negative one, −∞ of 0."""
    sign, value = slogdets(known(x))
    return ops.where(detach(sign) < 0, np.nan, value) if np.any(np.asarray(detach(sign)) < 0) else value


@composed(np.linalg.solve)
def solve(a: Any, b: Any, left: bool = True) -> Any:
    """Solutions of a x = b. b is a vector (n,), or matrices (…, n, k); where these do not fit, vectors (…, n), one for
    each matrix, as Torch has it. left=False: of x a = b.

    Raises LinAlgError for a singular matrix, ValueError for shapes that do not fit."""
    a, b = known(a), known(b)
    n = a.shape[-1] if a.ndim else 0
    if b.ndim == 1 or (a.ndim > 2 and b.shape == a.shape[:-1] and b.shape[-2] != n):
        return solved(a if left else a.mT, b[..., None])[..., 0]
    return solved(a, b) if left else solved(a.mT, b.mT).mT


def fine(x: Any) -> Any:
    """LAPACK's verdict on each matrix."""
    return Tensor(np.zeros(x.shape[:-2], np.int32))


@composed()
def solve_ex(a: Any, b: Any, left: bool = True, check_errors: bool = False) -> SolveResult:
    """(solve(a, b), zeros): under Torch's name. A singular matrix raises LinAlgError here too."""
    return SolveResult(solve(a, b, left), fine(known(a)))


@composed()
def inv_ex(x: Any, check_errors: bool = False) -> InverseResult:
    """(inv(x), zeros): under Torch's name. A singular matrix raises LinAlgError here too."""
    return InverseResult(inv(x), fine(known(x)))


def triangle(x: Any, upper: bool, unit: bool = False) -> Any:
    """x's triangle, zeros (on the diagonal, ones if asked for) elsewhere: what else stands there is not read."""
    n, m = x.shape[-2:]
    rows, columns = np.ogrid[:n, :m]
    kept = ops.where(columns >= rows if upper else columns <= rows, x, 0.0)
    return ops.where(rows == columns, 1.0, kept) if unit else kept


@composed()
def solve_triangular(a: Any, b: Any, *, upper: bool, left: bool = True, unitriangular: bool = False) -> Any:
    """Solutions of a x = b, of which only the upper (or lower) triangle of a is read; left=False: of x a = b.

    unitriangular: the diagonal is taken for ones.
    Raises LinAlgError for a zero on the diagonal, ValueError for shapes that do not fit."""
    a, b = known(a), known(b)
    if a.ndim < 2 or b.ndim < 2 or a.shape[-1] != a.shape[-2]:
        raise ValueError(f"solve_triangular: a {a.shape}, b {b.shape}; expected matrices (…, n, n) and (…, n, k)")
    t = triangle(a, upper, unitriangular)
    return solved(t, b) if left else solved(t.mT, b.mT).mT


@composed(np.linalg.tensorinv)
def tensorinv(x: Any, ind: int = 2) -> Any:
    """The inverse of x as a map from its last axes to its first `ind`.

    Raises ValueError unless these have as many elements, LinAlgError for a singular map."""
    x = known(x)
    if not 0 < ind <= x.ndim or math.prod(x.shape[:ind]) != math.prod(x.shape[ind:]):
        raise ValueError(f"tensorinv: {x.shape}, ind={ind}; the first axes must have as many elements as the others")
    n = math.prod(x.shape[:ind])
    return inv(x.reshape((n, n))).reshape((*x.shape[ind:], *x.shape[:ind]))


@composed(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """x with tensordot(a, x, x.ndim) = b; `axes` of a are moved to its end first.

    Raises ValueError for shapes that do not fit, LinAlgError for a singular map."""
    a, b = known(a), known(b)
    if axes is not None:
        a = moveaxis(a, tuple(axes), tuple(range(-len(axes), 0)))
    shape = a.shape[b.ndim :]
    n = b.size
    if a.size != n * n or math.prod(shape) != n:
        raise ValueError(f"tensorsolve: a {a.shape}, b {b.shape}; expected a of b's elements, then as many again")
    return solved(a.reshape((n, n)), b.reshape((n, 1))).reshape(shape)
