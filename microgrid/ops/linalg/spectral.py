"""Eigenvalues and singular values. All take batches of matrices.

Vectors are determined up to their sign: a gradient means something for what does not depend on it. Where two values are
equal, so that their vectors are any basis of a plane, the gradient through the vectors is infinite or NaN, as in Torch;
through the values alone it is fine.
Source of the rules: M. Giles, An extended collection of matrix derivative results, 2008.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..composition import composed
from ..elementwise.arithmetic import Array
from ..products.vectors import known
from .inverse import square
from .results import EighResult, EigResult, SVDResult

__all__ = ["eig", "eigh", "eigvals", "eigvalsh", "svd", "svdvals"]


def _over(p: Array, q: Array) -> Array:
    """p / q; 0 for 0 / 0, which is where vectors that are not determined have not been used."""
    return p / np.where((detach(q) == 0) & (detach(p) == 0), 1.0, q)


def _gaps(values: Array) -> Array:
    """valueⱼ − valueᵢ; 1 on the diagonal."""
    return values[..., None, :] - values[..., :, None] + np.eye(values.shape[-1], dtype=values.dtype)


def _on_diagonal(d: Array) -> Array:
    return d[..., None] * np.eye(d.shape[-1], dtype=d.dtype)


def _off_diagonal(n: int, dtype: Any) -> np.ndarray:
    return np.ones((n, n), dtype) - np.eye(n, dtype=dtype)


@primitive(name="eigh", symbol="λ", formula="λ, V, x = V λ Vᵀ", latex=r"\operatorname{eigh} {x}", torch="eigh",
           outputs=2, explain=square)  # fmt: skip
def eighs(x: Array, *, UPLO: Any = "L") -> tuple[Array, Array]:
    """Eigenvalues, ascending, and eigenvectors, in columns, of symmetric matrices, of which one triangle is read."""
    values, vectors = np.linalg.eigh(x, UPLO)
    return values, vectors


def _eigh_x(g: tuple[Array, Array], out: tuple[Array, Array]) -> Array:
    """V (diag gλ + (Vᵀ gV − gVᵀ V) / 2 (λⱼ − λᵢ)) Vᵀ"""
    (gw, gv), (w, v) = g, out
    inner = v.mT @ gv
    turn = _over((inner - inner.mT) * 0.5, _gaps(w))
    return v @ (turn + _on_diagonal(gw)) @ v.mT


eighs.gradients(_eigh_x)


@primitive(name="eigvalsh", symbol="λ", formula="λ(x)", latex=r"\lambda({x})", torch="eigvalsh", batched=True,
           explain=square)  # fmt: skip
def eigvalshs(x: Array, *, UPLO: Any = "L") -> Array:
    """Eigenvalues, ascending, of symmetric matrices, of which one triangle is read."""
    return np.linalg.eigvalsh(x, UPLO)


def _eigvalsh_x(g: Array, x: Array, UPLO: Any) -> Array:
    """V diag(g) Vᵀ"""
    _, v = np.linalg.eigh(x, UPLO)
    return (v * g[..., None, :]) @ v.mT


eigvalshs.gradients(_eigvalsh_x)


@primitive(name="eig", symbol="λ", formula="λ, V, x = V λ V⁻¹", latex=r"\operatorname{eig} {x}", torch="eig", outputs=2,
           explain=square)  # fmt: skip
def eigs(x: Array) -> tuple[Array, Array]:
    """Eigenvalues and eigenvectors, in columns of length 1, of matrices whose eigenvalues are real."""
    values, vectors = np.linalg.eig(x)
    if values.dtype.kind == "c" and not values.imag.any():  # from NumPy 2.5 on they are complex in any case
        values, vectors = values.real.copy(), vectors.real.copy()
    if values.dtype.kind == "c":
        raise TypeError(
            "eig: some eigenvalues are complex, and complex numbers are not supported yet; take "
            "np.linalg.eig(x.numpy()) for the values alone, or mg.linalg.eigh for symmetric matrices"
        )
    return values, vectors


def _eig_x(g: tuple[Array, Array], out: tuple[Array, Array]) -> Array:
    """V⁻ᵀ (diag gλ + (Vᵀ gV − Vᵀ V diag(Vᵀ gV)) / (λⱼ − λᵢ)) Vᵀ"""
    (gw, gv), (w, v) = g, out
    n = w.shape[-1]
    inner = v.mT @ gv
    along = (v * gv).sum(axis=-2)  # the vectors keep their length
    turn = _over((inner - (v.mT @ v) * along[..., None, :]) * _off_diagonal(n, w.dtype), _gaps(w))
    return np.linalg.solve(v.mT, (turn + _on_diagonal(gw)) @ v.mT)


eigs.gradients(_eig_x)


@primitive(name="svd", symbol="SVD", formula="U, σ, Vᵀ, x = U σ Vᵀ", latex=r"\operatorname{svd} {x}", torch="svd",
           outputs=3)  # fmt: skip
def svds(x: Array, *, full_matrices: bool = True) -> tuple[Array, Array, Array]:
    """Left singular vectors, in columns, singular values, descending, right singular vectors, in rows."""
    u, s, vh = np.linalg.svd(x, full_matrices)
    return u, s, vh


def _thin(u: Array, gu: Array, k: int) -> tuple[Array, Array]:
    """(the first k vectors, their cotangent): the further ones turn with them, to stay orthogonal."""
    if u.shape[-1] == k:
        return u, gu
    first, rest = u[..., :k], u[..., k:]
    return first, gu[..., :k] - rest @ (gu[..., k:].mT @ first)


def _svd_x(g: tuple[Array, Array, Array], x: Array, out: tuple[Array, Array, Array]) -> Array:
    """U ((A σ + σ B) + diag gσ) Vᵀ, A and B the antisymmetric parts of Uᵀ gU and Vᵀ gV over σⱼ² − σᵢ²; and what leaves
    the planes of U and V, over σ"""
    s, k = out[1], min(x.shape[-2:])
    u, gu = _thin(out[0], g[0], k)
    v, gv = _thin(out[2].mT, g[2].mT, k)
    left, right = u.mT @ gu, v.mT @ gv
    gaps = _gaps(s * s)
    inner = _over(left - left.mT, gaps) * s[..., None, :] + s[..., :, None] * _over(right - right.mT, gaps)
    total = u @ (inner + _on_diagonal(g[1])) @ v.mT
    if x.shape[-2] > k:
        total = total + _over(gu - u @ left, s[..., None, :]) @ v.mT
    if x.shape[-1] > k:
        total = total + u @ _over(gv - v @ right, s[..., None, :]).mT
    return total


svds.gradients(_svd_x)


@primitive(symbol="σ", formula="σ(x)", latex=r"\sigma({x})", torch="svdvals", batched=True,
           numpy=[np.linalg.svdvals])  # fmt: skip
def svdvals(x: Array) -> Array:
    """Singular values of matrices, descending."""
    return np.linalg.svd(x, compute_uv=False)


def _svdvals_x(g: Array, x: Array) -> Array:
    """U diag(g) Vᵀ"""
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return (u * g[..., None, :]) @ vh


svdvals.gradients(_svdvals_x)


# ------------------------------------------------------------------------------- composed of the above: no primitive


def symmetric(x: Any, upper: bool = False) -> Any:
    """The symmetric matrix that one triangle of x says; its gradient is symmetric."""
    value = np.asarray(detach(x)) if isinstance(x, Tensor) else x
    strict = np.triu(value, 1) if upper else np.tril(value, -1)
    full = strict + strict.mT + np.eye(value.shape[-1], dtype=value.dtype) * value
    mean = (x + x.mT) * value.dtype.type(0.5) if value.dtype.kind == "f" else full
    return mean if mean is full or np.array_equal(value, full) else mean + (full - np.asarray(detach(mean)))


def _triangle_named(UPLO: str, what: str) -> str:
    if UPLO.upper() not in ("L", "U"):
        raise ValueError(f"{what}: UPLO={UPLO!r}; expected 'L' or 'U', the triangle to read")
    return UPLO.upper()


@composed(np.linalg.eigh)
def eigh(x: Any, UPLO: str = "L") -> EighResult:
    """(eigenvalues, eigenvectors) of symmetric matrices, of which the lower triangle is read (UPLO="U": the upper one);
    values ascending, vectors in columns. The gradient is symmetric.

    Raises ValueError for matrices that are not square."""
    return EighResult(*eighs(known(x), UPLO=_triangle_named(UPLO, "eigh")))


@composed(np.linalg.eigvalsh)
def eigvalsh(x: Any, UPLO: str = "L") -> Any:
    """Eigenvalues, ascending, of symmetric matrices, of which the lower triangle is read (UPLO="U": the upper one)."""
    return eigvalshs(known(x), UPLO=_triangle_named(UPLO, "eigvalsh"))


@composed(np.linalg.eig)
def eig(x: Any) -> EigResult:
    """(eigenvalues, eigenvectors) of matrices whose eigenvalues are real; vectors in columns, of length 1.

    Raises TypeError for complex eigenvalues."""
    return EigResult(*eigs(known(x)))


@composed(np.linalg.eigvals)
def eigvals(x: Any) -> Any:
    """Eigenvalues of matrices, if they are real.

    Raises TypeError for complex eigenvalues."""
    return eigs(known(x))[0]


@composed(np.linalg.svd)
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """(U, S, Vh), x = U diag(S) Vh: singular vectors in U's columns and Vh's rows, values descending; the values alone
    without compute_uv. full_matrices=False: only as many vectors as values.

    hermitian: of symmetric matrices, of which the lower triangle is read."""
    x = symmetric(known(x)) if hermitian else known(x)
    return SVDResult(*svds(x, full_matrices=bool(full_matrices))) if compute_uv else svdvals(x)
