"""`mg.linalg`: linear algebra under the names of the array API, of numpy.linalg and of torch.linalg."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.tensor import ops as _ops
from ..composition import composed as _composed
from ..products.contraction import tensordot
from ..products.matrices import multi_dot
from ..products.vectors import cross3 as _cross3
from ..products.vectors import known as _known
from ..products.vectors import matmul, traced, vecdot
from ..products.vectors import outer as _outer
from ..shapes.shape import matrix_transpose
from .elimination import lu, lu_factor, lu_factor_ex, lu_solve
from .factor import cholesky, cholesky_ex, cholesky_inverse, cholesky_solve, householder_product, qr
from .inverse import det, inv, inv_ex, logdet, slogdet, solve, solve_ex, solve_triangular, tensorinv, tensorsolve
from .leastsquares import lstsq, matrix_rank, pinv
from .norms import cond, matrix_norm, norm, vector_norm
from .powers import matrix_exp, matrix_power, vander
from .spectral import eig, eigh, eigvals, eigvalsh, svd, svdvals

LinAlgError = np.linalg.LinAlgError

__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cholesky_inverse", "cholesky_solve", "cond", "cross", "det",
    "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "householder_product", "inv", "inv_ex", "logdet", "lstsq",
    "lu", "lu_factor", "lu_factor_ex", "lu_solve", "matmul", "matrix_exp", "matrix_norm", "matrix_power",
    "matrix_rank", "matrix_transpose", "multi_dot", "norm", "outer", "pinv", "qr", "slogdet", "solve", "solve_ex",
    "solve_triangular", "svd", "svdvals", "tensordot", "tensorinv", "tensorsolve", "trace", "vander", "vecdot",
    "vector_norm",
]  # fmt: skip


@_composed(np.linalg.outer)
def outer(x: Any, y: Any) -> Any:
    """Each element of a vector times each of another, a matrix.

    Raises ValueError for what is no vector."""
    x, y = _known(x), _known(y)
    if x.ndim != 1 or y.ndim != 1:
        raise ValueError(f"outer: x {x.shape}, y {y.shape}; expected vectors (mg.outer takes any, flat)")
    return _outer(x, y)


@_composed(np.linalg.cross)
def cross(x: Any, y: Any, *, axis: int = -1) -> Any:
    """Cross product of the vectors of three components along an axis, the other axes broadcast.

    Raises ValueError for vectors of another length."""
    x, y = _known(x), _known(y)
    ends = [axis if axis < 0 else axis - z.ndim for z in (x, y)]
    if any(not -z.ndim <= k < 0 or z.shape[k] != 3 for z, k in zip((x, y), ends, strict=True)) or ends[0] != ends[1]:
        raise ValueError(f"cross: x {x.shape}, y {y.shape}, axis={axis}; expected vectors of 3 components along it")
    return _cross3(x, y, axis=ends[0])


@_composed(np.linalg.trace)
def trace(x: Any, *, offset: int = 0, dtype: Any = None) -> Any:
    """Sum over the diagonal of the last two axes, or over one beside it."""
    x = _known(x) if dtype is None else _known(x).astype(dtype)
    return traced(x, offset=offset, axis1=-2, axis2=-1)


@_composed(np.linalg.diagonal)
def diagonal(x: Any, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Any:
    """The diagonals of the last two axes (of two others, in Torch's words dim1 and dim2), or those beside them."""
    return _ops.diagonal(_known(x), offset=offset, axis1=dim1, axis2=dim2)
