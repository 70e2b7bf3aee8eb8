"""Linear algebra that is composed of operations, as rows of a table of their own; and what a table cannot say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.core.primitive import Rule
from tests.ops import checks
from tests.ops.cases.linalg import MATRICES, ROOMY, WHY, definite, graded, regular, symmetric
from tests.ops.optional import torch
from tests.ops.table import Row, Variant, each, on, real, refused

L, N = mg.linalg, np.linalg
LinAlgError = np.linalg.LinAlgError
M, S = mg.tensor(np.ones((2, 3)), name="M"), mg.tensor(np.ones((2, 2)), name="S")


def row(name: str, numpy: Any, theirs: Callable[..., Any], *variants: Variant, **how: Any) -> Row:
    """A composed function."""
    how = {"call": getattr(L, name), "tolerance": ROOMY, "because": WHY, **how}
    return Row(name, how.pop("call"), numpy, theirs, list(variants), **how)


def _numpy_norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    return N.norm(x, ord, axis, keepdims)


def _torch_norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    return torch.linalg.norm(x, ord, axis, keepdim=keepdims)


def _torch_matrix_norm(x: Any, ord: Any = "fro", axis: Any = (-2, -1), keepdims: bool = False) -> Any:
    return torch.linalg.matrix_norm(x, ord, axis, keepdim=keepdims)


def _torch_cond(x: Any, p: Any = None) -> Any:
    if p in (None, 2, -2):
        return torch.linalg.cond(x, p)
    norm = torch.linalg.matrix_norm  # the second derivative of Torch's own fails for these
    return norm(x, p) * norm(torch.linalg.inv(x), p)


def _stacked_vander(x: np.ndarray, N: int | None = None) -> np.ndarray:
    return np.stack([np.vander(v, N, increasing=True) for v in x]).astype(x.dtype)  # NumPy's own is of float64


def _torch_vander(x: Any, N: int | None = None) -> Any:
    return torch.stack([x**n for n in range(N or x.shape[-1])], -1)


def _gram(factor: np.ndarray, upper: bool) -> np.ndarray:
    t = np.triu(factor) if upper else np.tril(factor)
    return t.T @ t if upper else t @ t.T


def _torch_half(factor: Any, upper: bool) -> Any:
    return torch.triu(factor) if upper else torch.tril(factor)


def _torch_diagonal(x: Any, offset: int = 0) -> Any:
    return torch.diagonal(x, offset, -2, -1)


def _torch_residuals(a: Any, b: Any) -> Any:
    return ((a @ torch.linalg.pinv(a) @ b - b) ** 2).sum(0)


ORDERS = ["fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf]
ROOM: dict[str, Any] = {"tolerance": ROOMY, "because": WHY}
PLACES: list[tuple[Any, bool]] = [((0, 1), False), ((2, 0), True), ((-1, -2), False)]
ROWS = [
    Row("solve, vectors", L.solve, N.solve, lambda x, y: torch.linalg.solve(x, y),
        [on(regular(3, 3), real(3)), on(regular(0, 0), real(0))], **ROOM),
    Row("solve, a vector of many", L.solve, N.solve, lambda x, y: torch.linalg.solve(x, y[:, None])[..., 0],
        [on(regular(2, 3, 3), real(3))], **ROOM),
    row("solve", None, lambda x, y, left=True: torch.linalg.solve(x, y, left=left),
        on(regular(2, 3, 3), real(2, 3)),
        on(regular(3, 3), real(2, 3), left=False),
        on(regular(2, 3, 3), real(2, 4, 3), left=False)),
    row("solve_triangular", None, lambda x, y, **s: torch.linalg.solve_triangular(x, y, **s),
        on(regular(3, 3), real(3, 2), upper=True),
        on(regular(2, 3, 3), real(3, 2), upper=False),
        on(regular(3, 3), real(2, 3), upper=True, left=False),
        on(regular(3, 3), real(3, 1), upper=False, unitriangular=True)),
    row("cholesky_solve", lambda b, f, upper=False: N.solve(_gram(f, upper), b),
        lambda b, f, upper=False: torch.cholesky_solve(b, _torch_half(f, upper), upper=upper),
        on(real(3, 2), regular(3, 3)), on(real(3, 2), regular(3, 3), upper=True), dispatches=False),
    row("cholesky_inverse", lambda f, upper=False: N.inv(_gram(f, upper)),
        lambda f, upper=False: torch.cholesky_inverse(_torch_half(f, upper), upper=upper),
        on(regular(3, 3)), on(regular(3, 3), upper=True), dispatches=False),
    row("householder_product", None, lambda x, tau: torch.linalg.householder_product(x, tau),
        on(real(3, 3), real(3)), on(real(2, 4, 3), real(2, 2)), on(real(3, 2), real(0)), errors=[
            refused(lambda: L.householder_product(M, S), ValueError, "x (2, 3), tau (2, 2)", "n at most m"),
            refused(lambda: L.householder_product(S, np.ones(2, np.float64)), TypeError, "float32", "float64")]),
    row("logdet", lambda x: N.slogdet(x)[1], lambda x: torch.logdet(x),
        on(definite(3, 3)), on(definite(2, 2, 2)), dispatches=False),
    row("qr", lambda x, mode: N.qr(x, mode), lambda x, mode: torch.linalg.qr(x, "reduced")[1],
        on(graded(3, 3), mode="r"), on(graded(4, 2), mode="r"), on(graded(2, 4), mode="r")),
    row("eigvals", lambda x: np.real(N.eigvals(x)), lambda x: torch.linalg.eigvals(x).real, on(definite(3, 3))),
    row("eigh", symmetric(N.eigvalsh), symmetric(lambda x: torch.linalg.eigvalsh(x)),
        on(definite(3, 3)), call=symmetric(lambda x: L.eigh(x).eigenvalues), dispatches=False),
    row("svd", lambda x: N.svd(x, compute_uv=False), lambda x: torch.linalg.svdvals(x),
        *(on(graded(*s)) for s in MATRICES), call=lambda x: L.svd(x, compute_uv=False), dispatches=False),
    row("pinv", symmetric(lambda x: N.pinv(x, hermitian=True)),
        symmetric(lambda x: torch.linalg.pinv(x, hermitian=True)),
        on(definite(3, 3)), on(definite(2, 3, 3)), call=symmetric(lambda x: L.pinv(x, hermitian=True))),
    row("lstsq", lambda a, b: N.lstsq(a, b)[0], lambda a, b: torch.linalg.pinv(a) @ b,
        on(graded(4, 2), real(4)), on(graded(4, 2), real(4, 3)), on(graded(2, 4), real(2)),
        call=lambda a, b: L.lstsq(a, b)[0], dispatches=False),
    row("lstsq", lambda a, b: N.lstsq(a, b)[1], _torch_residuals,
        on(graded(4, 2), real(4, 3)), call=lambda a, b: L.lstsq(a, b)[1], dispatches=False),
    row("matrix_power", N.matrix_power, lambda x, n: torch.linalg.matrix_power(x, n),
        *(on(regular(2, 3, 3), n=n) for n in (0, 1, 2, 3, 5, 8, -1, -3))),
    row("norm", _numpy_norm, _torch_norm,
        on(real(3, 4)), on(real(3)), on(real(2, 3, 4), keepdims=True), on(real(2, 3), axis=(0, 1)),
        on(real(3), ord=1), on(real(3), ord=-math.inf), on(real(3, 4), axis=0, ord=3),
        on(real(2, 3, 4), axis=(2, 0), ord=1), on(real(3, 4), axis=1, keepdims=True),
        *(on(graded(3, 3), ord=o) for o in ORDERS),
        *(on(graded(2, 4, 3), ord=o, axis=(1, 2)) for o in ORDERS)),
    row("matrix_norm", lambda x, ord="fro", keepdims=False: N.matrix_norm(x, ord=ord, keepdims=keepdims),
        _torch_matrix_norm,
        *(on(graded(2, 4, 3), ord=o) for o in ORDERS),
        *(on(graded(2, 4, 3), ord=o, keepdims=True) for o in ORDERS)),
    row("matrix_norm", None, _torch_matrix_norm,
        *(on(real(2, 3, 4), ord=o, axis=a, keepdims=k) for o in ORDERS for a, k in PLACES)),
    row("cond", lambda x, p=None: N.cond(x, p), _torch_cond,
        on(graded(2, 4, 3)), *(on(graded(3, 3), p=p) for p in (None, *ORDERS))),
    row("tensorinv", lambda x, ind=2: N.tensorinv(x, ind), lambda x, ind=2: torch.linalg.tensorinv(x, ind),
        on(real(4, 2, 2), ind=1), on(real(2, 3, 3, 2))),
    row("tensorsolve", lambda a, b, axes=None: N.tensorsolve(a, b, axes),
        lambda a, b, axes=None: torch.linalg.tensorsolve(a, b, axes),
        on(real(2, 3, 6), real(2, 3)), on(real(2, 3, 3, 2), real(2, 3)), on(real(2, 3, 6), real(2, 3), axes=(0, 2))),
    row("cross", lambda x, y, axis=-1: N.cross(x, y, axis=axis),
        lambda x, y, axis=-1: torch.linalg.cross(x, y, dim=axis),
        on(real(2, 3), real(2, 3)), on(real(3, 2), real(3, 2), axis=0)),
    row("outer", N.outer, lambda x, y: torch.outer(x, y), on(real(3), real(2))),
    row("trace", lambda x, offset=0: N.trace(x, offset=offset), lambda x, **s: _torch_diagonal(x, **s).sum(-1),
        on(real(2, 3, 4)), on(real(2, 3, 4), offset=1)),
    row("diagonal", lambda x, offset=0: N.diagonal(x, offset=offset), _torch_diagonal,
        on(real(2, 3, 4)), on(real(2, 3, 4), offset=-1)),
    row("vander", _stacked_vander, _torch_vander, on(real(2, 3)), on(real(2, 3), N=5), dispatches=False),
]  # fmt: skip
ERRORS = [
    refused(lambda: L.solve_triangular(M, M, upper=True), ValueError, "a (2, 3)", "(…, n, n)"),
    refused(lambda: L.solve_triangular(S * 0, S, upper=True), LinAlgError, "Singular"),
    refused(lambda: L.matrix_power(M, 2), LinAlgError, "matrix_power", "square"),
    refused(lambda: L.matrix_power(S, 0.5), TypeError, "n=0.5", "an integer"),
    refused(lambda: L.matrix_power(S, -1), LinAlgError, "Singular"),
    refused(lambda: L.norm(mg.ones((2, 2, 2)), ord=2), ValueError, "(2, 2, 2)", "one axis"),
    refused(lambda: L.norm(M, ord=3), ValueError, "ord=3"),
    refused(lambda: L.norm(M, ord="fro", axis=0), ValueError, "'fro'", "two axes"),
    refused(lambda: L.norm(M, ord="abc"), ValueError, "'abc'"),
    refused(lambda: L.norm(M, axis=(0, 0)), ValueError, "duplicate"),
    refused(lambda: L.matrix_norm(mg.ones(3)), ValueError, "(3,)"),
    refused(lambda: L.matrix_norm(M, axis=(0, -2)), ValueError, "one axis twice"),
    refused(lambda: L.matrix_norm(M, axis=(0, 5)), np.exceptions.AxisError, "axis 5"),
    refused(lambda: L.cond(mg.ones(3)), ValueError, "(3,)"),
    refused(lambda: L.cond(mg.ones((0, 0))), ValueError, "(0, 0)"),
    refused(lambda: L.tensorinv(mg.ones((2, 3, 4))), ValueError, "ind=2", "as many elements"),
    refused(lambda: L.tensorsolve(mg.ones((2, 3)), mg.ones(2)), ValueError, "a (2, 3), b (2,)"),
    refused(lambda: L.cross(S, S), ValueError, "3 components"),
    refused(lambda: L.outer(S, S), ValueError, "expected vectors"),
    refused(lambda: L.vander(mg.ones(3), N=1), ValueError, "N=1"),
    refused(lambda: L.lstsq(M, mg.ones(3)), ValueError, "a (2, 3) has 2 rows, b (3,) 3"),
    refused(lambda: L.cholesky_solve(mg.ones(3), S), ValueError, "b (3,), factor (2, 2)"),
]

table = pytest.mark.parametrize(("row", "variant"), [pytest.param(r, v, id=f"{r.op}-{v}") for r, v in each(ROWS)])


@pytest.mark.parametrize(
    ("row", "variant"), [pytest.param(r, v, id=f"{r.op}-{v}") for r, v in each(ROWS) if r.numpy]
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=lambda t: t.__name__)
def test_value_is_numpys(row: Row, variant: Variant, dtype: type) -> None:
    """On arrays, on Tensors, and through NumPy's own function."""
    checks.value_as_numpy(row, variant, dtype)


@table
def test_derivatives_are_what_finite_differences_say(row: Row, variant: Variant) -> None:
    """First and second."""
    checks.as_differences(row, variant)


@table
def test_derivatives_are_torchs(row: Row, variant: Variant) -> None:
    """Value, first and second derivative."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    checks.Beside(row, variant).value()
    checks.Beside(row, variant).first()
    checks.Beside(row, variant).second()


@pytest.mark.parametrize("error", ERRORS)
def test_bad_input_is_refused(error: Any) -> None:
    """The message says what was seen and what was expected."""
    with pytest.raises(error.kind) as caught:
        error.call()
    missing = [text for text in error.says if text not in str(caught.value)]
    assert not missing, f"{missing} not in: {caught.value}"


def test_results_have_numpys_names() -> None:
    """Named tuples, from mg.linalg and from np.linalg, that unpack."""
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    x = mg.tensor(a, requires_grad=True)
    for call in (N.eigh, N.eig, N.qr, N.svd, N.slogdet):
        ours, theirs = call(x), call(a)
        assert type(ours).__name__ == type(theirs).__name__
        assert ours._fields == theirs._fields
        assert all(isinstance(part, mg.Tensor) and part.requires_grad for part in ours)
        for mine, part in zip(ours, theirs):
            np.testing.assert_allclose(abs(mine.numpy()), abs(part), rtol=1e-12)


def test_repeated_values_have_gradients_through_the_values_alone() -> None:
    """The sum of eigenvalues is the trace; of singular values of an orthogonal matrix too, though all are equal."""
    eye = mg.tensor(np.eye(3), requires_grad=True)
    for total in (L.eigh(eye)[0].sum(), L.eigvalsh(eye).sum(), L.svd(eye)[1].sum(), L.svdvals(eye).sum()):
        eye.grad = None
        total.backward()
        np.testing.assert_allclose(eye.grad.numpy(), np.eye(3), atol=1e-12)


def test_projector_on_what_full_matrices_add() -> None:
    """The further vectors turn with the others: the gradient of a function that no choice of them changes."""
    rng = np.random.default_rng(0)
    for shape in ((4, 2), (2, 4)):
        a, t = rng.normal(size=shape), rng.normal(size=shape)
        w = rng.normal(size=(4, 4))

        def f(x: Any, w: Any = w, tall: bool = shape[0] == 4) -> Any:
            u, _, vh = L.svd(x)
            rest = u[:, 2:] if tall else vh[2:].T
            return (rest @ rest.T * w).sum()

        h = 1e-6
        expected = (float(f(a + h * t)) - float(f(a - h * t))) / (2 * h)
        assert abs((mg.grad(f)(a) * t).sum() - expected) < 1e-7


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_gradient_of_a_singular_determinant_is_its_cofactors(rank: int) -> None:
    """Exact, by minors; zero from rank n − 2 down."""
    rng = np.random.default_rng(rank)
    a = np.round(rng.normal(size=(4, rank)) * 2) @ np.round(rng.normal(size=(rank, 4)) * 2) if rank else np.zeros((4,
        4))
    x = mg.tensor(a, requires_grad=True)
    L.det(x).backward()
    minors = [[(-1) ** (i + j) * N.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(4)] for i in range(4)]
    np.testing.assert_allclose(x.grad.numpy(), minors, atol=1e-9)


def test_only_the_triangle_that_is_named_is_read() -> None:
    """NaN in the other one shows nowhere, neither in the value nor in the gradient."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(3, 3)) + 4 * np.eye(3)
    lower = np.where(np.tri(3) == 1, a, np.nan)
    x = mg.tensor(lower, requires_grad=True)
    out = L.solve_triangular(x, mg.ones((3, 1), dtype=float), upper=False)
    np.testing.assert_allclose(out.numpy(), N.solve(np.tril(a), np.ones((3, 1))), rtol=1e-12)
    out.sum().backward()
    assert np.isfinite(x.grad.numpy()).all()
    np.testing.assert_array_equal(np.triu(x.grad.numpy(), 1), 0)


def test_ranks_carry_no_gradient_and_take_every_tolerance() -> None:
    """NumPy's numbers."""
    a = np.diag([1.0, 0.1, 1e-20])
    x = mg.tensor(a, requires_grad=True)
    assert not L.matrix_rank(x).requires_grad
    for how in ({}, {"tol": 0.5}, {"rtol": 0.2}, {"hermitian": True}):
        assert N.matrix_rank(x, **how).item() == N.matrix_rank(a, **how)
        assert L.matrix_rank(a, **how) == N.matrix_rank(a, **how)
    assert L.matrix_rank(x, atol=0.5).item() == 1
    assert L.matrix_rank(np.ones(3)) == N.matrix_rank(np.ones(3)) == 1


def test_lstsq_tells_what_numpy_tells() -> None:
    """The rank and the singular values too."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(4, 2)), rng.normal(size=4)
    for mine, theirs in zip(N.lstsq(mg.tensor(a), mg.tensor(b)), N.lstsq(a, b), strict=True):
        np.testing.assert_allclose(np.asarray(mine), theirs, rtol=1e-12)


def test_dtypes_are_numpys() -> None:
    """float32 stays; integers are computed in float64; float16 is refused, as NumPy refuses it."""
    a = np.array([[2, 1], [1, 3]])
    for f in (L.inv, L.det, L.pinv, L.norm, L.matrix_exp, L.svdvals, L.cond, L.cholesky, L.eigvalsh):
        assert f(mg.asarray(a.astype(np.float32))).dtype == np.float32
        assert f(mg.asarray(a)).dtype == np.float64
    for f in (L.inv, L.det, L.pinv, L.cholesky, L.svdvals):
        with pytest.raises(TypeError, match="float16"):
            f(mg.asarray(a.astype(np.float16)))


def test_the_largest_of_nothing_is_zero_and_there_is_no_smallest() -> None:
    """As NumPy has it since 2.4."""
    none = mg.zeros((3, 0))
    for norm in (L.norm(none, 1), L.norm(none, 2), L.norm(none, np.inf), L.vector_norm(none, np.inf), L.norm(none)):
        assert norm.item() == 0
    for f in (lambda: L.norm(none, -1), lambda: L.norm(none, -2), lambda: L.vector_norm(none, -np.inf)):
        with pytest.raises(ValueError):
            f()


def test_torchs_norm() -> None:
    """nn.functional.norm: of all elements, along `dim`, by name."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    a = np.random.default_rng(0).normal(size=(3, 4))
    for how in ({}, {"p": 1}, {"p": "nuc"}, {"p": 3, "dim": 1}, {"p": "fro", "dim": (0, 1), "keepdim": True}):
        expected = torch.norm(torch.from_numpy(a), **how).numpy()
        np.testing.assert_allclose(mg.nn.functional.norm(mg.tensor(a), **how).numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 3, 3), (0, 2, 2)])
def test_triangles_multiply_to_the_matrix(shape: tuple[int, ...]) -> None:
    """P L U is x, to its rounding; solving with them is solving with x."""
    a = np.random.default_rng(0).normal(size=shape)
    p, low, up = L.lu(a)
    np.testing.assert_allclose(p @ low @ up, a, atol=1e-14)
    np.testing.assert_array_equal(np.triu(low, 1), 0)
    np.testing.assert_array_equal(np.tril(up, -1), 0)
    assert abs(low).max(initial=1) <= 1
    if shape[-1] == shape[-2]:
        b = np.random.default_rng(1).normal(size=(*shape[:-1], 2))
        factors = L.lu_factor(mg.tensor(a))
        np.testing.assert_allclose(L.lu_solve(*factors, b).numpy(), N.solve(a, b), rtol=1e-10)
        np.testing.assert_allclose(L.lu_solve(*factors, b, adjoint=True).numpy(), N.solve(a.mT, b), rtol=1e-10)
        np.testing.assert_allclose(L.lu_solve(*factors, b.mT, left=False).numpy(), (N.solve(a.mT, b)).mT, rtol=1e-10)


def test_a_wrong_rule_of_several_values_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Q and R have different shapes; the report says whose rule is wrong."""
    pytest.importorskip("torch", reason="what it compares with is Torch")
    op = checks.DECLARED["qr"]
    right = op.rules[0]
    wrong = Rule(op, "planted", lambda g, x, out, mode: 2.001 * right.fn(g, x, out, mode))
    monkeypatch.setattr(op, "rules", (wrong,))
    q, r = L.qr(mg.tensor(np.random.default_rng(0).normal(size=(2, 4)), requires_grad=True))
    report = mg.reference.check((q**3).sum() + (r**3).sum())
    assert not report
    assert "qr's rule for x is wrong" in str(report)
