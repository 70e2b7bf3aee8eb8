"""Linear algebra: batches, empty matrices, shapes that are not square."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg
from tests.ops.optional import torch
from tests.ops.table import Input, Refusal, Row, at, kink, on, once, real, refused

linalg = mg.linalg


def regular(*shape: int) -> Input:
    """Square matrices, well conditioned."""
    return Input(shape, lambda rng, s: rng.normal(size=s) * 0.5 + 2.0 * np.eye(s[-1]))


def definite(*shape: int) -> Input:
    """Symmetric positive definite matrices."""

    def draw(rng: np.random.Generator, s: tuple[int, ...]) -> np.ndarray:
        a = rng.normal(size=s)
        return a @ np.swapaxes(a, -1, -2) + np.eye(s[-1])

    return Input(shape, draw)


def graded(*shape: int) -> Input:
    """Matrices whose singular values are far apart."""

    def draw(rng: np.random.Generator, s: tuple[int, ...]) -> np.ndarray:
        u, _, vh = np.linalg.svd(rng.normal(size=s), full_matrices=False)
        k = min(s[-2:])
        return (u * np.arange(1.0, k + 1)) @ vh

    return Input(shape, draw)


def diagonalisable(*shape: int) -> Input:
    """Matrices with real eigenvalues, far apart."""

    def draw(rng: np.random.Generator, s: tuple[int, ...]) -> np.ndarray:
        v = rng.normal(size=s) * 0.3 + np.eye(s[-1])
        return (v * np.arange(1.0, s[-1] + 1)) @ np.linalg.inv(v)

    return Input(shape, draw)


SQUARES = [(3, 3), (1, 1), (2, 3, 3), (0, 3, 3), (0, 0), (2, 1, 2, 2)]
MATRICES = [(3, 3), (4, 2), (2, 4), (2, 3, 2), (1, 3), (2, 2, 3, 4)]
M, S = mg.tensor(np.ones((2, 3)), name="M"), mg.tensor(np.ones((2, 2)), name="S")
LinAlgError = np.linalg.LinAlgError


def symmetric(f: Callable[..., Any]) -> Callable[..., Any]:
    """f of the symmetric part, so that a step in any direction stays symmetric."""
    return lambda x, **statics: f((x + x.mT) / 2, **statics)


def signs(v: Any) -> Any:
    """±1 for each column, the sign of its sum."""
    if torch is not None and isinstance(v, torch.Tensor):
        return torch.where(v.detach().sum(-2, keepdim=True) < 0, -1.0, 1.0).to(v.dtype)
    value = np.asarray(v.detach().numpy() if isinstance(v, mg.Tensor) else v)
    return np.where(value.sum(-2, keepdims=True) < 0, -1.0, 1.0).astype(value.dtype)


def upright(f: Callable[..., Any]) -> Callable[..., Any]:
    """(values, vectors) with vectors whose components have a positive sum: LAPACKs choose signs of their own."""

    def g(x: Any, **statics: Any) -> Any:
        w, v = f(x, **statics)
        return w, v * signs(v)

    return g


def upright_svd(f: Callable[..., Any]) -> Callable[..., Any]:
    """The same for (U, S, Vh)."""

    def g(x: Any, **statics: Any) -> Any:
        u, s, vh = f(x, full_matrices=False)
        return u * signs(u), s, vh * signs(u).mT

    return g


def _numpy_eig(x: Any) -> Any:
    """NumPy's, which are complex from 2.5 on, whatever they are."""
    return tuple(np.real(z) for z in np.linalg.eig(x))


def _real_eig(x: Any) -> Any:
    return tuple(z.real for z in torch.linalg.eig(x))


def _series(x: np.ndarray) -> np.ndarray:
    """Σ xⁿ / n!, of a quarter of x, squared twice."""
    term = total = np.broadcast_to(np.eye(x.shape[-1]), x.shape)
    for n in range(1, 60):
        term = term @ x.astype(float) / (4 * n)
        total = total + term
    total = total @ total
    return (total @ total).astype(x.dtype)


def not_square(name: str) -> list[Refusal]:
    """Matrices that are not square, vectors, scalars."""
    f = getattr(linalg, name)
    return [
        refused(lambda: f(M), LinAlgError, name, "M (2, 3)", "expected square matrices"),
        refused(lambda: f(mg.ones(3)), LinAlgError, name, "(3,)", "expected square matrices"),
    ]


def _length(x: Any, ord: Any = 2, axis: Any = None, keepdims: bool = False) -> Any:
    return torch.linalg.vector_norm(x, ord, axis, keepdim=keepdims)


def _far(x: np.ndarray, **statics: Any) -> np.ndarray:
    """0 where an element is, or two in a row are equally large."""
    return np.concatenate([x.ravel(), np.diff(np.sort(np.abs(x), -1), axis=-1).ravel()]) if x.ndim else x


ZERO_ROW = at([[0.0, 0.0], [0.0, 2.0]])
GAUGE = "its vectors' signs are set outside"
ROOMY = {"float64": 1e-9, "float32": 2e-3, "float16": 1e-2}
WHY = "errors grow with the condition, and over small gaps between values"
ORDERS = [1, 2, 3.5, 1.5, math.inf, -math.inf, 0.5, -1]

ROWS = [
    Row("inv", linalg.inv, np.linalg.inv, lambda x: torch.linalg.inv(x), [on(regular(*s)) for s in SQUARES], [
        *not_square("inv"), refused(lambda: linalg.inv(S), LinAlgError, "inv", "S (2, 2)", "Singular"),
    ], tolerance=ROOMY, because=WHY),
    Row("solve", linalg.solve, np.linalg.solve, lambda x, y: torch.linalg.solve(x, y), [
        on(regular(3, 3), real(3, 2)), on(regular(2, 3, 3), real(2, 3, 2)), on(regular(3, 3), real(2, 3, 1)), on(
            regular(2, 1, 3, 3), real(4, 3, 2)), on(regular(0, 0), real(0, 2)), on(regular(3, 3), real(3, 0)),
    ], [
        refused(lambda: linalg.solve(M, S), LinAlgError, "solve", "M (2, 3)", "expected square matrices"),
        refused(lambda: linalg.solve(S, S), LinAlgError, "Singular"),
        refused(lambda: linalg.solve(S, mg.ones((3, 2))), ValueError, "the matrices have 2 rows, the right side 3"),
    ], tolerance=ROOMY, because=WHY),
    Row("det", linalg.det, np.linalg.det, lambda x: torch.linalg.det(x), [
        *(on(regular(*s)) for s in SQUARES)], not_square("det"), tolerance=ROOMY, because=WHY),
    Row("slogdet", linalg.slogdet, np.linalg.slogdet, lambda x: tuple(torch.linalg.slogdet(x)), [
        *(on(regular(*s)) for s in SQUARES)], not_square("slogdet"), tolerance=ROOMY, because=WHY),
    Row("cholesky", symmetric(linalg.cholesky), symmetric(np.linalg.cholesky), symmetric(
        lambda x, upper=False: torch.linalg.cholesky(x, upper=upper)), [
        *(on(definite(*s)) for s in SQUARES[:-1]), on(definite(3, 3), upper=True)], [
        *not_square("cholesky"), refused(lambda: linalg.cholesky(-S), LinAlgError, "positive definite"),
    ], tolerance=ROOMY, because=WHY),
    Row("qr", linalg.qr, np.linalg.qr, lambda x, mode="reduced": torch.linalg.qr(x, mode), [
        *(on(graded(*s)) for s in MATRICES), on(graded(2, 4), mode="complete"), on(real(0, 3)), on(real(3, 0)),
    ], [
        refused(lambda: linalg.qr(M, "full"), ValueError, "mode='full'", "'reduced'"),
        refused(lambda: linalg.qr(mg.ones(3)), LinAlgError, "(3,)"),
        refused(lambda: mg.grad(lambda x: linalg.qr(x, "complete")[0].sum())(np.ones((3, 2))), ValueError,
            "mode='complete'", "no derivative"),
    ], tolerance=ROOMY, because=WHY),
    Row("lu", lambda x: linalg.lu(x)[1:], None, lambda x: tuple(torch.linalg.lu(x)[1:]), [
        on(regular(3, 3)), on(regular(2, 3, 3)), on(graded(4, 2)), on(graded(2, 4)), on(regular(0, 2, 2)), on(regular(0,
            0)), on(graded(2, 2, 3))], [
        refused(lambda: linalg.lu(S, pivot=False), ValueError, "pivot=False"),
        refused(lambda: linalg.lu(mg.ones(3)), LinAlgError, "lu", "(3,)", "expected matrices"),
    ], tolerance=ROOMY, because=WHY, in_place="it eliminates column by column"),
    Row("eigh", upright(symmetric(linalg.eigh)), upright(symmetric(np.linalg.eigh)), upright(symmetric(
        lambda x, UPLO="L": torch.linalg.eigh(x, UPLO))), [
        *(on(definite(*s)) for s in SQUARES), on(definite(3, 3), UPLO="U")], [
        *not_square("eigh"), refused(lambda: linalg.eigh(S, UPLO="X"), ValueError, "UPLO='X'", "'L' or 'U'"),
    ], tolerance=ROOMY, because=WHY, in_place=GAUGE),
    Row("eigvalsh", symmetric(linalg.eigvalsh), symmetric(np.linalg.eigvalsh), symmetric(
        lambda x, UPLO="L": torch.linalg.eigvalsh(x, UPLO)), [
        *(on(definite(*s)) for s in SQUARES), on(definite(3, 3), UPLO="U")],
        not_square("eigvalsh"), tolerance=ROOMY, because=WHY, in_place="eigvalsh of a Tensor is this very operation"),
    Row("eig", upright(linalg.eig), upright(_numpy_eig), upright(_real_eig), [
        on(diagonalisable(*s)) for s in ((3, 3), (1, 1), (2, 3, 3), (0, 2, 2))], [
        *not_square("eig"),
        refused(lambda: linalg.eig(mg.tensor([[0.0, 1.0], [-1.0, 0.0]])), TypeError, "complex", "mg.linalg.eigh"),
    ], tolerance=ROOMY, because=WHY, in_place=GAUGE),
    Row("svd", upright_svd(linalg.svd), upright_svd(np.linalg.svd), upright_svd(
        lambda x, **s: torch.linalg.svd(x, **s)), [
        *(on(graded(*s)) for s in MATRICES), on(real(0, 3)), on(real(2, 3, 0))],
        [refused(lambda: linalg.svd(mg.ones(3)), LinAlgError, "svd", "(3,)")],
        tolerance=ROOMY, because=WHY, in_place=GAUGE),
    Row("svdvals", linalg.svdvals, np.linalg.svdvals, lambda x: torch.linalg.svdvals(x), [
        *(on(graded(*s)) for s in MATRICES), on(real(0, 3)), kink(at([[2.0, 0.0], [0.0, 3.0]]))],
        [refused(lambda: linalg.svdvals(mg.ones(3)), LinAlgError, "svdvals", "(3,)")], tolerance=ROOMY, because=WHY),
    Row("pinv", linalg.pinv, np.linalg.pinv, lambda x, **s: torch.linalg.pinv(x, **s), [
        *(on(graded(*s)) for s in MATRICES), on(graded(4, 3), rtol=1e-3), kink(at([[1.0, 2.0], [2.0,
            4.0]]), rtol=1e-3)],
        [refused(lambda: linalg.pinv(mg.ones(3)), LinAlgError, "pinv", "(3,)")], tolerance=ROOMY, because=WHY),
    Row("matrix_rank", linalg.matrix_rank, np.linalg.matrix_rank, lambda x, **s: torch.linalg.matrix_rank(x, **s), [
        *(on(real(*s)) for s in MATRICES), on(at([[1.0, 2.0], [2.0, 4.0]])), on(real(3, 3), rtol=0.5),
    ]),
    Row("vector_norm", linalg.vector_norm, np.linalg.vector_norm, _length, [
        *(on(real(3, 4), ord=p, axis=1) for p in ORDERS), on(real(3, 4)), on(real(3, 4), keepdims=True), on(real(2, 3,
            4), axis=(0, 2), ord=3), on(real(2, 3), axis=-1, keepdims=True, ord=1), on(real()), on(real(0, 3), axis=1),
        on(real(3, 0), axis=1), kink(real(4), ord=0), kink(at([3.0, -3.0, 1.0]), ord=math.inf), *(kink(ZERO_ROW, ord=p,
            axis=1) for p in (1, 2, math.inf, -math.inf)), *(once(ZERO_ROW, ord=p, axis=1) for p in (3, 1.5)),
    ], [
        refused(lambda: linalg.vector_norm(M, ord="fro"), ValueError, "ord='fro'", "a number"),
        refused(lambda: linalg.vector_norm(M, axis=2), np.exceptions.AxisError, "axis 2 is out of bounds"),
    ], away=_far, tolerance={"float16": 2e-2}, because="powers and roots in float16"),
    Row("matrix_exp", linalg.matrix_exp, _series, lambda x: torch.linalg.matrix_exp(x), [
        *(on(regular(*s)) for s in SQUARES), on(Input((3, 3), lambda rng, s: 9 * rng.normal(size=s) / 2))],
        [refused(lambda: linalg.matrix_exp(M), ValueError, "matrix_exp", "expected square matrices")],
        dispatches=False, tolerance={"float64": 1e-10, "float32": 1e-4, "float16": 1e-2},
        because="what is squared several times carries its rounding with it"),
]  # fmt: skip
