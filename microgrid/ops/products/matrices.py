"""Products under the names of Torch, which ask for so many axes: one name a shape."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.tensor import ops
from ..composition import composed
from ..elementwise.arithmetic import multiply
from ..shapes.shape import broadcast_to, ravel, reshape
from .contraction import einsum
from .vectors import known, matmul, outer

__all__ = [
    "addbmm", "addmm", "addmv", "addr", "baddbmm", "block_diag", "bmm", "cartesian_prod", "chain_matmul",
    "combinations", "mm", "multi_dot", "mv", "vander",
]  # fmt: skip


def _of(what: str, ranks: list[int], *operands: Any) -> list[Any]:
    """The operands as arrays. Raises ValueError unless they have so many axes."""
    xs = [known(x) for x in operands]
    if [x.ndim for x in xs] != ranks:
        kinds = " and ".join({1: "a vector", 2: "a matrix", 3: "a batch of matrices"}[n] for n in ranks)
        raise ValueError(
            f"{what}: shapes {' and '.join(str(x.shape) for x in xs)}; expected {kinds} (mg.matmul takes any)"
        )
    return xs


@composed()
def mv(x: Any, y: Any) -> Any:
    """A matrix (m, n) times a vector (n,).

    Raises ValueError for other shapes."""
    return matmul(*_of("mv", [2, 1], x, y))


@composed()
def mm(x: Any, y: Any) -> Any:
    """The product of two matrices, (m, n) and (n, p).

    Raises ValueError for other shapes."""
    return matmul(*_of("mm", [2, 2], x, y))


@composed()
def bmm(x: Any, y: Any) -> Any:
    """The products of two batches of matrices, (b, m, n) and (b, n, p), one by one: no axis broadcasts.

    Raises ValueError for other shapes."""
    x, y = _of("bmm", [3, 3], x, y)
    if x.shape[0] != y.shape[0]:
        raise ValueError(f"bmm: batches of {x.shape[0]} and {y.shape[0]} matrices; expected as many of both")
    return matmul(x, y)


def _sum(what: str, input: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """β input + α product; with β = 0 input is not looked at, NaN or not."""
    input = known(input)
    try:
        fits = np.broadcast_shapes(input.shape, product.shape) == product.shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(f"{what}: input {input.shape} does not broadcast to {product.shape}, the product's shape")
    kinds = {input.dtype.kind, product.dtype.kind}
    if "f" not in kinds and (isinstance(beta, float) or isinstance(alpha, float)):
        raise TypeError(f"{what}: alpha={alpha}, beta={beta} of {product.dtype}; integers take integers")
    product = product if alpha == 1 else multiply(product, alpha)
    if beta == 0:
        return product
    return (input if beta == 1 else multiply(input, beta)) + product


@composed()
def addmm(input: Any, mat1: Any, mat2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """β input + α mat1 @ mat2, of matrices; input broadcasts."""
    return _sum("addmm", input, mm(mat1, mat2), beta, alpha)


@composed()
def addmv(input: Any, mat: Any, vec: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """β input + α mat @ vec, of a matrix and a vector; input broadcasts."""
    return _sum("addmv", input, mv(mat, vec), beta, alpha)


@composed()
def addr(input: Any, vec1: Any, vec2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """β input + α vec1 vec2ᵀ, of vectors; input broadcasts."""
    return _sum("addr", input, outer(*_of("addr", [1, 1], vec1, vec2)), beta, alpha)


@composed()
def baddbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """β input + α batch1 @ batch2, of batches of matrices; input broadcasts."""
    return _sum("baddbmm", input, bmm(batch1, batch2), beta, alpha)


@composed()
def addbmm(input: Any, batch1: Any, batch2: Any, *, beta: float = 1, alpha: float = 1) -> Any:
    """β input + α Σ batch1 @ batch2, the products of the batch summed; input broadcasts."""
    x, y = _of("addbmm", [3, 3], batch1, batch2)
    if x.shape[0] != y.shape[0]:
        raise ValueError(f"addbmm: batches of {x.shape[0]} and {y.shape[0]} matrices; expected as many")
    return _sum("addbmm", input, einsum("bij,bjk->ik", x, y), beta, alpha)


# ------------------------------------------------------------------------------------------------ chains of products


@composed(np.linalg.multi_dot)
def multi_dot(arrays: Sequence[Any]) -> Any:
    """The product of several matrices, in the order that takes the fewest multiplications; the first may be a row
    (n,), the last a column.

    Raises ValueError for fewer than two, or other shapes."""
    xs = [known(x) for x in arrays]
    if len(xs) < 2:
        raise ValueError(f"multi_dot: {len(xs)} arrays; at least two are needed")
    ends = (0, len(xs) - 1)
    if wrong := [x.shape for k, x in enumerate(xs) if x.ndim != 2 and not (x.ndim == 1 and k in ends)]:
        raise ValueError(f"multi_dot: an array {wrong[0]}; expected matrices, the first and the last perhaps vectors")
    return _chain(xs, _splits(tuple((1, *x.shape) if x.ndim == 1 and k == 0 else (*x.shape, 1) if x.ndim == 1 else
                                    x.shape for k, x in enumerate(xs))), 0, len(xs) - 1)  # fmt: skip


def _chain(xs: Sequence[Any], splits: Any, i: int, j: int) -> Any:
    if i == j:
        return xs[i]
    k = splits[i, j]
    return matmul(_chain(xs, splits, i, k), _chain(xs, splits, k + 1, j))


@functools.lru_cache(256)
def _splits(shapes: tuple[tuple[int, int], ...]) -> dict[tuple[int, int], int]:
    """Where to cut each stretch of the chain: the dynamic program of the textbooks."""
    n = len(shapes)
    size = [shapes[0][0], *(s[1] for s in shapes)]
    cost, cut = {(i, i): 0 for i in range(n)}, {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cost[i, j], cut[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + size[i] * size[k + 1] * size[j + 1], k) for k in range(i, j)
            )
    return cut


@composed()
def chain_matmul(*matrices: Any) -> Any:
    """The product of several matrices, in the order that takes the fewest multiplications; of one: itself.

    Raises ValueError for none, or for what is no matrix."""
    if not matrices:
        raise ValueError("chain_matmul: no matrices; at least one is needed")
    xs = _of("chain_matmul", [2] * len(matrices), *matrices)
    return xs[0] if len(xs) == 1 else multi_dot(xs)


# ------------------------------------------------------------------------------------------------ put together


@composed()
def block_diag(*tensors: Any) -> Any:
    """A matrix with the given ones along its diagonal, zeros elsewhere; vectors and scalars are single rows.

    Raises ValueError for more than two axes."""
    xs = [known(x) for x in tensors] or [np.zeros((1, 0), np.float32)]
    if wrong := [x.shape for x in xs if x.ndim > 2]:
        raise ValueError(f"block_diag: an array {wrong[0]}; expected matrices, vectors, scalars")
    xs = [x if x.ndim == 2 else reshape(x, shape=(1, x.size)) for x in xs]
    width, at, rows = sum(x.shape[1] for x in xs), 0, []
    for x in xs:
        before, after = (np.zeros((x.shape[0], n), x.dtype) for n in (at, width - at - x.shape[1]))
        rows.append(ops.concatenate([before, x, after], axis=1))
        at += x.shape[1]
    return ops.concatenate(rows, axis=0)


@composed()
def cartesian_prod(*tensors: Any) -> Any:
    """All tuples of one element of each vector, a row a tuple; of one vector: itself.

    Raises ValueError for none, or for what is no vector."""
    if not tensors:
        raise ValueError("cartesian_prod: no vectors; at least one is needed")
    xs = [known(x) for x in tensors]
    if wrong := [x.shape for x in xs if x.ndim != 1]:
        raise ValueError(f"cartesian_prod: an array {wrong[0]}; expected vectors")
    if len(xs) == 1:
        return xs[0]
    n, shape = len(xs), tuple(x.shape[0] for x in xs)
    grids = [reshape(x, shape=(1,) * k + (-1,) + (1,) * (n - k - 1)) for k, x in enumerate(xs)]
    return ops.stack([ravel(broadcast_to(x, shape=shape)) for x in grids], axis=1)


@composed()
def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """All combinations of r elements of a vector, a row a combination, in the order of their places.

    Raises ValueError for what is no vector, or r < 0."""
    x = known(input)
    if x.ndim != 1 or r < 0:
        raise ValueError(f"combinations: {x.shape}, r={r}; expected a vector and r ≥ 0")
    choose = itertools.combinations_with_replacement if with_replacement else itertools.combinations
    places = np.array(list(choose(range(x.shape[0]), r)), int).reshape(-1, r)
    return x[places] if r else x[:0]


@composed(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Powers of a vector's elements, a column a power: N of them (as many as elements), falling or increasing.

    Raises ValueError for what is no vector."""
    x = known(x)
    if x.ndim != 1:
        raise ValueError(f"vander: {x.shape}; expected a vector (mg.linalg.vander takes batches)")
    x = x.astype(np.promote_types(x.dtype, int))  # as NumPy does: float32 too
    return powers(x, x.shape[0] if N is None else N, increasing)


def powers(x: Any, n: int, increasing: bool) -> Any:
    """x⁰ … xⁿ⁻¹ along a new last axis."""
    exponents = np.arange(n) if increasing else np.arange(n - 1, -1, -1)
    return x[..., None] ** exponents.astype(x.dtype)
