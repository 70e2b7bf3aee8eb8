"""Powers and the exponential of matrices."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, ops
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..products.matrices import powers
from ..products.vectors import known, matmul
from .inverse import inv, square

__all__ = ["matrix_exp", "matrix_power", "vander"]

# The diagonal Padé approximant of order 13: N. J. Higham, The scaling and squaring method, 2005.
PADE = [
    64764752532480000.0, 32382376266240000.0, 7771770303897600.0, 1187353796428800.0, 129060195264000.0,
    10559470521600.0, 670442572800.0, 33522128640.0, 1323241920.0, 40840800.0, 960960.0, 16380.0, 182.0, 1.0,
]  # fmt: skip
REACH = 5.37  # the norm up to which it is exact to double precision


def _odd_and_even(x: Array) -> tuple[Array, Array]:
    """The two halves of Padé's numerator; their difference is the denominator."""
    one = np.eye(x.shape[-1])
    x2 = x @ x
    x4, b = x2 @ x2, PADE
    x6 = x4 @ x2
    odd = x6 @ (b[13] * x6 + b[11] * x4 + b[9] * x2) + b[7] * x6 + b[5] * x4 + b[3] * x2 + b[1] * one
    even = x6 @ (b[12] * x6 + b[10] * x4 + b[8] * x2) + b[6] * x6 + b[4] * x4 + b[2] * x2 + b[0] * one
    return x @ odd, even


@primitive(symbol="eˣ", formula="Σ xⁿ / n!", latex="e^{x}", torch="matrix_exp", explain=square)
def matrix_exp(x: Array) -> Array:
    """Exponentials of square matrices, by scaling and squaring; of single precision, computed in double."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError("not square")
    dtype = x.dtype if x.dtype.kind == "f" else np.dtype(float)
    x = x.astype(float)
    size = float(np.max(np.sum(np.abs(x.numpy() if isinstance(x, Tensor) else x), -2), initial=0.0))
    halvings = int(np.ceil(np.log2(size / REACH))) if REACH < size < np.inf else 0
    odd, even = _odd_and_even(x * 0.5**halvings)
    out = np.linalg.solve(even - odd, even + odd)
    for _ in range(halvings):
        out = out @ out
    return out.astype(dtype)


def _matrix_exp_x(g: Array, x: Array) -> Array:
    """the upper right block of exp [xᵀ g; 0 xᵀ]"""
    n, t = x.shape[-1], x.mT
    above = np.concatenate([t, g], axis=-1)
    below = np.concatenate([np.zeros_like(t), t], axis=-1)
    return matrix_exp(np.concatenate([above, below], axis=-2))[..., :n, n:]


matrix_exp.gradients(_matrix_exp_x)


# ------------------------------------------------------------------------------- composed of the above: no primitive


@composed(np.linalg.matrix_power)
def matrix_power(x: Any, n: int) -> Any:
    """Whole powers of square matrices, by repeated squaring; negative ones of the inverse.

    Raises TypeError for n that is no integer, LinAlgError for a negative power of a singular matrix."""
    x = known(x)
    if not hasattr(n, "__index__"):
        raise TypeError(f"matrix_power: n={n!r}; expected an integer")
    n = operator.index(n)
    if said := square(x.shape):
        raise np.linalg.LinAlgError(f"matrix_power: {said}")
    if n == 0:
        return x * 0 + np.eye(x.shape[-1], dtype=x.dtype)
    if n < 0:
        x, n = inv(x), -n
    out = None
    while n:
        if n & 1:
            out = x if out is None else matmul(out, x)
        n >>= 1
        if n:
            x = matmul(x, x)
    return ops.copy(out) if out is x else out


@composed()
def vander(x: Any, *, N: int | None = None) -> Any:
    """Powers 0 … N − 1 of each element along a new last axis, for batches of vectors: Torch's order, not np.vander's.

    Raises ValueError for a scalar, or N below 2."""
    x = known(x)
    if x.ndim == 0 and N is not None:
        x = x.reshape((1,))
    if (x.ndim == 0 and N is None) or (N is not None and N <= 1):
        raise ValueError(f"vander: x {x.shape}, N={N}; expected vectors, and N of at least 2")
    return powers(x, x.shape[-1] if N is None else N, True)
