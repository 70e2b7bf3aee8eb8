"""Products of matrices and vectors, of all of NumPy's ranks."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Row, on, real, refused

A, B = mg.tensor(np.ones((1, 3)), name="A"), mg.tensor(np.ones((4, 2)), name="B")
RANKS = [
    ((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((3,), (2, 3, 4)), ((2, 3, 4), (4,)),
    ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 3, 4), (2, 4, 5)), ((5, 1, 2, 3), (4, 3, 2)), ((2, 1, 3, 4), (5, 4,
        1)),
    ((1, 1), (1, 1)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((2, 3, 0), (0, 4)), ((0, 2, 3), (3, 2)), ((2, 3), (3, 0)),
    ((0,), (0,)),
]  # fmt: skip

SUMS: list[Any] = [
    ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("i,i", (3,), (3,)), ("i,j->ij", (2,), (3,)),
    ("ij->ji", (2, 3)), ("ij->", (2, 3)), ("ij->j", (2, 3)), ("ii", (3, 3)), ("ii->i", (3, 3)), ("ijij->j", (2, 3, 2,
        3)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)), ("...ij,...jk->...ik", (2, 1, 2, 3), (4, 3, 2)),
    ("...i,i->...", (2, 3), (3,)), ("i...->...", (2, 3)), ("...", (2, 3)), ("...->...", ()), (",i", (), (3,)),
    ("ij,ij->ij", (1, 3), (2, 3)), ("ij,jk,kl->il", (2, 3), (3, 2), (2, 4)), ("ij,j,jk,k->i", (2, 3), (3,), (3, 4),
        (4,)), ("ii,ij->j", (3, 3), (3, 2)), ("ij,jj->i", (2, 3), (3, 3)), ("ij,k->i", (2, 3), (4,)), ("ij,jk->", (2,
        3), (3, 4)), ("ij,jk->ik", (0, 3), (3, 2)), ("ij,jk->ik", (2, 0), (0, 2)), ("bqhd,bkhd->bhqk", (1, 3, 2, 2), (1,
        4, 2, 2)), ("ij,jk->ki", (9, 20), (20, 8)), ("bij,bkj->ikb", (3, 9, 8), (3, 7, 8)), ("aij,jbk,kc->bca", (4, 5,
        6), (6, 7, 3), (3, 8)), ("iij,jk->ik", (9, 9, 8), (8, 9)), ("ijk,jl->il", (9, 8, 7), (8, 9)), ("ij,jk->ik", (9,
        1), (40, 20)), ("ij,kl->jlik", (8, 9), (8, 9)), ("zij->ji", (3, 20, 30)),
]


def _einsum(*xs: Any, subscripts: str) -> Any:
    return mg.einsum(subscripts, *xs)


def _trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return torch.diagonal(x, offset, axis1, axis2).sum(-1)


ROWS = [
    Row("matmul", mg.matmul, np.matmul, lambda x, y: torch.matmul(x, y), [on(real(*a), real(*b)) for a, b in RANKS], [
        refused(lambda: A @ B, ValueError, "matmul: A (1, 3) @ B (4, 2)", "inner sizes 3 and 4 differ",
            "second to last"),
        refused(lambda: A @ mg.ones(4), ValueError, "inner sizes 3 and 4 differ"),
        refused(lambda: A @ 2.0, ValueError, "a scalar has no matrix product", "x * y"),
        refused(lambda: mg.matmul(mg.ones((2, 2, 3)), mg.ones((3, 3, 2))), ValueError, "leading axes (2,) and (3,)"),
        refused(lambda: np.ones((1, 3)) @ B, ValueError, "array (1, 3) @ B (4, 2)", "inner sizes 3 and 4 differ"),
    ]),
    Row("outer", mg.outer, np.outer, lambda x, y: torch.outer(x.reshape(-1), y.reshape(-1)), [
        on(real(3), real(4)), on(real(2, 3), real(2)), on(real(), real(3)), on(real(0), real(3)), on(real(1), real(1)),
    ]),
    Row("vecdot", mg.vecdot, np.vecdot, lambda x, y, axis=-1: torch.linalg.vecdot(x, y, dim=axis), [
        on(real(4), real(4)), on(real(2, 3), real(3)), on(real(2, 3), real(2, 3), axis=0), on(real(0), real(0)),
        on(real(2, 1, 3), real(4, 3)), on(real(2, 3, 4), real(2, 3, 4), axis=-2), on(real(2, 3, 4), real(3, 1),
            axis=-2), on(real(2, 0), real(1, 0)),
    ], [
        refused(lambda: mg.vecdot(A, B), ValueError, "vecdot", "A (1, 3)", "B (4, 2)"),
        refused(lambda: mg.vecdot(A, 2.0), ValueError, "vecdot"),
    ], tolerance={"float16": 3e-2}, because="float16: NumPy sums in float16, in another order"),
    Row("cross", mg.cross, np.cross, lambda x, y, axis=-1: torch.linalg.cross(
        *torch.broadcast_tensors(x, y), dim=axis), [
        on(real(3), real(3)), on(real(2, 3), real(3)), on(real(3, 4), real(3, 4), axis=0), on(real(0, 3), real(1, 3)),
        on(real(2, 1, 3), real(4, 3)), on(real(2, 3, 4), real(2, 3, 4), axis=1), on(real(2, 3, 4), real(3, 1),
            axis=-2),
    ], [
        refused(lambda: mg.cross(mg.ones(4), mg.ones(4)), ValueError, "cross", "vectors of 3 components"),
        refused(lambda: mg.cross(A, B[0]), ValueError, "append a zero"),
        refused(lambda: mg.cross(A, A, axis=3), ValueError, "cross", "axis 3"),
    ]),
    Row("trace", mg.trace, np.trace, _trace, [
        on(real(3, 3)), on(real(2, 4)), on(real(4, 3), offset=1), on(real(4, 3), offset=-2), on(real(2, 3, 4), axis1=2,
            axis2=1), on(real(2, 3, 4), axis1=-1, axis2=0, offset=-1), on(real(0, 3)), on(real(3, 3, 2)),
        on(real(2, 2), offset=5),
    ], [
        refused(lambda: mg.trace(mg.ones(3)), ValueError, "trace", "(3,)"),
        refused(lambda: mg.trace(A, axis1=2), np.exceptions.AxisError, "trace", "axis 2 is out of bounds"),
    ]),
    Row("einsum", _einsum, lambda *xs, subscripts: np.einsum(subscripts, *xs), lambda *xs, subscripts: torch.einsum(
        subscripts, *xs), [on(*(real(*s) for s in shapes), subscripts=text) for text, *shapes in SUMS], [
        refused(lambda: mg.einsum("ij,jk", A, B), ValueError, "einsum", "A (1, 3)", "label 'j' is 3 long, but 4"),
        refused(lambda: mg.einsum("ij", A, B), ValueError, "names 1 operands, 2 were given"),
        refused(lambda: mg.einsum("i", A), ValueError, "operand 0 has 2 axes", "names 1", "..."),
        refused(lambda: mg.einsum("ij->k", A), ValueError, "names 'k', which no operand has"),
        refused(lambda: mg.einsum("ij->ii", A), ValueError, "names 'i' twice"),
        refused(lambda: mg.einsum("i!", A), ValueError, "'!'"),
        refused(lambda: mg.einsum(), ValueError, "nothing given"),
    ], in_place="subscripts come first in np.einsum; the body asks for arrays"),
]  # fmt: skip
