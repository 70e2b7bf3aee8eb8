"""Products that are composed of operations, as rows of a table of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.ops import checks
from tests.ops.optional import torch
from tests.ops.table import Input, Row, Variant, each, on, real, refused

functional = mg.nn.functional


def row(name: str, numpy: Any, theirs: Callable[..., Any], *shapes: Any, errors: Any = (), **how: Any) -> Row:
    """A composed function: on inputs of these shapes, or on variants."""
    variants = [s if isinstance(s, Variant) else on(*(real(*t) for t in s)) for s in shapes]
    return Row(name, getattr(mg, name), numpy, theirs, variants, list(errors), **how)


def _listed(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *xs: f(list(xs))


def _vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    n = torch.arange(len(x) if N is None else N)  # torch.vander's second derivative fails
    return x[:, None] ** (n if increasing else n.flip(0))


def _third(x: Any, y: Any) -> Any:
    return x[..., 0] * y[..., 1] - x[..., 1] * y[..., 0]


V, M = mg.ones(3), mg.tensor(np.ones((2, 3)), name="M")
SQUARE: list[Input] = [real(3, 3), real(3, 3)]
ROWS = [
    row("dot", np.dot, lambda x, y: torch.tensordot(x, y, ([-1], [-2])) if y.ndim > 2 else torch.matmul(x, y),
        [(3,), (3,)], [(2, 3), (3, 4)], [(2, 3), (3,)], [(2, 4, 3), (5, 3, 2)], [(3,), (2, 3, 4)], [(0,), (0,)],
        errors=[refused(lambda: mg.dot(M, M), ValueError, "M (2, 3)", "inner sizes 3 and 2 differ")]),
    row("vdot", np.vdot, lambda x, y: torch.vdot(x.reshape(-1), y.reshape(-1)), [(3,), (3,)], [(2, 3), (3, 2)],
        [(), (1,)], [(0,), (0,)], errors=[refused(lambda: mg.vdot(V, M), ValueError, "3 and 6 differ")]),
    row("inner", np.inner, lambda x, y: torch.inner(x, y), [(3,), (3,)], [(2, 3), (3,)], [(2, 3), (4, 3)],
        [(3,), (2, 3)],
        [(2, 4, 3), (5, 2, 3)], [(), (3,)], [(2, 3), ()], [(2, 0), (0,)],
        errors=[refused(lambda: mg.inner(M, mg.ones((3, 2))), ValueError, "sizes 3 and 2 differ")]),
    row("kron", np.kron, lambda x, y: torch.kron(x, y), [(2, 3), (3, 2)], [(2,), (3, 2)], [(2, 1, 2), (3,)], [(), (2,)],
        [(0, 2), (2, 2)]),
    row("tensordot", np.tensordot, lambda x, y, axes=2: torch.tensordot(x, y, axes), [(2, 3, 4), (3, 4, 2)],
        on(real(2, 3), real(3, 4), axes=1), on(real(2, 3, 4), real(4, 5, 3), axes=([1, 2], [2, 0])),
        on(real(2, 3), real(4,), axes=0), on(real(3, 2, 2), real(2, 3), axes=([-3, 1], [-1, 0])), on(real(2, 0),
            real(0, 3), axes=1), on(real(9, 8, 7), real(7, 8, 6), axes=([2, 1], [0, 1])),
        errors=[
            refused(lambda: mg.tensordot(M, M, 1), ValueError, "axis 1 of x (2, 3)", "sizes 3 and 2 differ"),
            refused(lambda: mg.tensordot(M, V, 2), ValueError, "x or y has not so many"),
            refused(lambda: mg.tensordot(M, M, ([0], [0, 1])), ValueError, "as many of one"),
        ]),
    row("matvec", getattr(np, "matvec", None), lambda x, y: (x @ y[..., None])[..., 0], [(2, 3), (3,)],
        [(4, 2, 3), (3,)],
        [(2, 3), (4, 3)], [(5, 1, 2, 3), (4, 3)],
        errors=[refused(lambda: mg.matvec(V, V), ValueError, "matvec: x (3,)", "(…, m, n)")]),
    row("vecmat", getattr(np, "vecmat", None), lambda x, y: (x[..., None, :] @ y)[..., 0, :], [(3,), (3, 2)],
        [(3,), (4, 3, 2)], [(4, 3), (3, 2)], [(4, 3), (5, 1, 3, 2)],
        errors=[refused(lambda: mg.vecmat(M, V), ValueError, "vecmat", "(3,)")]),
    row("mv", np.matmul, lambda x, y: torch.mv(x, y), [(2, 3), (3,)], [(0, 3), (3,)], dispatches=False,
        errors=[refused(lambda: mg.mv(M, M), ValueError, "mv: shapes (2, 3) and (2, 3)", "a matrix and a vector")]),
    row("mm", np.matmul, lambda x, y: torch.mm(x, y), [(2, 3), (3, 4)], [(2, 0), (0, 4)], dispatches=False,
        errors=[refused(lambda: mg.mm(M, V), ValueError, "a matrix and a matrix")]),
    row("bmm", np.matmul, lambda x, y: torch.bmm(x, y), [(2, 3, 4), (2, 4, 5)], [(0, 3, 4), (0, 4, 5)],
        dispatches=False,
        errors=[refused(lambda: mg.bmm(mg.ones((1, 2, 2)), mg.ones((3, 2, 2))), ValueError, "1 and 3 matrices"),
                refused(lambda: mg.bmm(M, M), ValueError, "a batch of matrices")]),
    row("addmm", lambda a, x, y, beta=1, alpha=1: beta * a + alpha * (x @ y), lambda *xs, **kw: torch.addmm(*xs, **kw),
        [(2, 4), (2, 3), (3, 4)], on(real(4), real(2, 3), real(3, 4), beta=0.5, alpha=2.0), on(real(2, 1), real(2, 3),
            real(3, 4), beta=0.0), dispatches=False,
        errors=[refused(lambda: mg.addmm(mg.ones((3, 3)), M, M.T), ValueError, "input (3, 3) does not broadcast to "
            "(2, 2)"),
                refused(lambda: mg.addmm(*[mg.ones((2, 2), dtype=int)] * 3, alpha=0.5), TypeError, "integers")]),
    row("addmv", lambda a, x, y, beta=1, alpha=1: beta * a + alpha * (x @ y), lambda *xs, **kw: torch.addmv(*xs, **kw),
        [(2,), (2, 3), (3,)], on(real(1), real(2, 3), real(3), beta=0.5, alpha=-2.0), dispatches=False),
    row("addr", lambda a, x, y, beta=1, alpha=1: beta * a + alpha * np.outer(x, y), lambda *xs, **kw: torch.addr(*xs,
        **kw), [(2, 3), (2,), (3,)], on(real(3), real(2), real(3), beta=0.5, alpha=-2.0), dispatches=False),
    row("baddbmm", lambda a, x, y, beta=1, alpha=1: beta * a + alpha * (x @ y), lambda *xs, **kw: torch.baddbmm(*xs,
        **kw), [(2, 3, 5), (2, 3, 4), (2, 4, 5)], on(real(5), real(2, 3, 4), real(2, 4, 5), beta=0.5, alpha=2.0),
        dispatches=False),
    row("addbmm", lambda a, x, y, beta=1, alpha=1: beta * a + alpha * (x @ y).sum(0), lambda *xs, **kw: torch.addbmm(
        *xs, **kw), [(3, 5), (2, 3, 4), (2, 4, 5)], on(real(5), real(2, 3, 4), real(2, 4, 5), beta=0.5, alpha=2.0),
        dispatches=False),
    Row("multi_dot", lambda *xs: mg.multi_dot(xs), _listed(np.linalg.multi_dot), lambda *xs: torch.linalg.multi_dot(xs),
        [on(*SQUARE), on(real(2, 5), real(5, 3), real(3, 4)), on(real(3), real(3, 4), real(4, 2), real(2)), on(
            real(9, 2), real(2, 9), real(9, 1), real(1, 8), real(8, 2))],
        [refused(lambda: mg.multi_dot([M]), ValueError, "at least two"),
         refused(lambda: mg.multi_dot([M, V, M]), ValueError, "(3,)")]),
    row("chain_matmul", lambda *xs: np.linalg.multi_dot(xs), lambda *xs: torch.linalg.multi_dot(xs), [(2, 3), (3, 4)],
        [(2, 3), (3, 4), (4, 1)], dispatches=False),
    row("block_diag", None, lambda *xs: torch.block_diag(*xs), [(2, 3), (1, 2)], [(3,), (), (2, 2)], [(0, 2), (1, 1)],
        errors=[refused(lambda: mg.block_diag(mg.ones((1, 1, 1))), ValueError, "(1, 1, 1)")]),
    row("cartesian_prod", None, lambda *xs: torch.cartesian_prod(*xs), [(2,), (3,)], [(2,)], [(2,), (1,), (3,)],
        errors=[refused(lambda: mg.cartesian_prod(M), ValueError, "(2, 3)", "vectors")]),
    row("combinations", None, lambda x, **kw: torch.combinations(x, **kw), [(4,)], on(real(4), r=3), on(real(3), r=2,
        with_replacement=True), on(real(2), r=3),
        errors=[refused(lambda: mg.combinations(M), ValueError, "a vector")]),
    row("vander", np.vander, _vander, [(4,)], on(real(3), N=5),
        on(real(3), N=2, increasing=True), on(real(0)),
        errors=[refused(lambda: mg.vander(M), ValueError, "a vector")]),
    Row("cross of two", mg.cross, _third, _third, [on(real(2), real(2)), on(real(4, 2), real(2))], dispatches=False),
    Row("cross, axes", mg.cross, np.cross, lambda x, y, axisa, axisb, axisc: torch.linalg.cross(x.movedim(axisa, -1),
        y.movedim(axisb, -1)).movedim(-1, axisc), [on(real(3, 4), real(4, 3), axisa=0, axisb=1, axisc=0)]),
]  # fmt: skip

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


@pytest.mark.parametrize("error", [pytest.param(e, id=f"{r.op}-{k}") for r in ROWS for k, e in enumerate(r.errors)])
def test_bad_input_is_refused(error: Any) -> None:
    """The message says what was seen and what was expected."""
    with pytest.raises(error.kind) as caught:
        error.call()
    missing = [text for text in error.says if text not in str(caught.value)]
    assert not missing, f"{missing} not in: {caught.value}"


PAIRS: dict[str, Any] = {
    "matmul": (np.matmul, (2, 3), (3, 4)), "matmul, batches": (np.matmul, (2, 2, 3), (3, 4)),
    "outer": (np.outer, (2,), (3,)), "vecdot": (np.vecdot, (2, 3), (2, 3)), "cross": (np.cross, (2, 3), (2, 3)),
    "kron": (np.kron, (2, 2), (2, 2)), "solve": (np.linalg.solve, (3, 3), (3, 2)),
    "einsum": (lambda x, y: np.einsum("ij,jk->ki", x, y), (2, 3), (3, 4)),
    "tensordot": (lambda x, y: np.tensordot(x, y, 1), (2, 3), (3, 4)),
}  # fmt: skip


@pytest.mark.parametrize("constant", [0, 1])
@pytest.mark.parametrize("name", PAIRS)
def test_a_plain_array_beside_a_tensor_in_the_second_derivative(name: str, constant: int) -> None:
    """The rules then see arrays and Tensors together. Of Σ u f(x)³, by differences of the first derivative."""
    f, *shapes = PAIRS[name]
    rng = np.random.default_rng(3)
    fixed, x, t = rng.normal(size=shapes[constant]), *rng.normal(size=(2, *shapes[1 - constant]))

    def total(x: Any) -> Any:
        return (f(fixed, x) ** 3 if constant == 0 else f(x, fixed) ** 3).sum()

    h = 1e-6
    expected = (mg.grad(total)(x + h * t) - mg.grad(total)(x - h * t)) / (2 * h)
    np.testing.assert_allclose(mg.hvp(total)(x, t), expected, rtol=1e-5, atol=1e-5 * abs(expected).max())


def test_einsum_takes_every_form() -> None:
    """Lists of numbers, a list of operands, dtype=, optimize= and paths: NumPy's numbers."""
    rng = np.random.default_rng(0)
    a, b, c = (rng.normal(size=s) for s in ((2, 3), (3, 4), (4, 2)))
    x, y, z = map(mg.tensor, (a, b, c))
    expected = a @ b @ c
    path = np.einsum_path("ij,jk,kl", a, b, c, optimize="optimal")[0]
    for got in (
        mg.einsum(x, [0, 1], y, [1, 2], z, [2, 5], [0, 5]), np.einsum(x, [0, 1], y, [1, 2], z, [2, 3]),
        mg.einsum(x, [..., 1], y, [1, 2], z, [2, 3], [..., 3]), mg.einsum("ij,jk,kl", [x, y, z]),
        mg.einsum("i j, jk , kl -> il", x, y, z), np.einsum("ij,jk,kl", x, y, z, optimize=True),
        np.einsum("ij,jk,kl", x, y, z, optimize=path), mg.einsum("ij,jk,kl", x, y, z, optimize="optimal"),
    ):  # fmt: skip
        np.testing.assert_allclose(got.numpy(), expected, rtol=1e-12)
    assert mg.einsum("ij,jk", x, y, dtype=np.float32).dtype == np.float32
    assert np.einsum("ij,ij->i", a > 0, mg.asarray(a > 0)).dtype == bool
    assert np.einsum_path("ij,jk", x, y)[0] == ["einsum_path", (0, 1)]


def test_einsum_of_one_operand_owns_its_memory() -> None:
    """NumPy's may be a view, whose later writes would show."""
    for dtype in (float, int):
        a = np.arange(9).reshape(3, 3).astype(dtype)
        for subscripts in ("ij->ji", "ii->i", "ij->ij"):
            assert not np.shares_memory(mg.einsum(subscripts, a), a)


def test_opt_einsum_contracts_tensors() -> None:
    """By the name of the module that a Tensor comes from; gradients flow."""
    opt_einsum = pytest.importorskip("opt_einsum", reason="it is the caller here")
    rng = np.random.default_rng(1)
    arrays = [rng.normal(size=s) for s in ((2, 3), (3, 4), (4, 5), (2,))]
    xs = [mg.tensor(a, requires_grad=True) for a in arrays]
    out = opt_einsum.contract("ij,jk,kl,i->l", *xs)
    np.testing.assert_allclose(out.numpy(), np.einsum("ij,jk,kl,i->l", *arrays), rtol=1e-12)
    u = rng.normal(size=5)
    out.backward(u)
    for k, (letters, x) in enumerate(zip(("ij", "jk", "kl", "i"), xs, strict=True)):
        others = [a for i, a in enumerate(arrays) if i != k]
        left = ",".join(t for i, t in enumerate(("ij", "jk", "kl", "i")) if i != k)
        np.testing.assert_allclose(x.grad.numpy(), np.einsum(f"l,{left}->{letters}", u, *others), rtol=1e-12)


@pytest.mark.parametrize(("p", "q", "axis"), [((500, 3), (500, 3), -1), ((3, 500), (3, 500), 0), ((500, 3), (3,), -1),
    ((2, 3, 250), (3, 250), -2)], ids=str)  # fmt: skip
def test_many_cross_products_are_those_of_numpy(p: tuple[int, ...], q: tuple[int, ...], axis: int) -> None:
    """Value and gradient, which is a cross product too: of more vectors than are taken at once."""
    r = np.random.default_rng(4)
    a, b, g = r.normal(size=p), r.normal(size=q), r.normal(size=np.broadcast_shapes(p, q))
    x, y = mg.tensor(a, requires_grad=True), mg.tensor(b, requires_grad=True)
    out = mg.linalg.cross(x, y, axis=axis)
    np.testing.assert_allclose(out.numpy(), np.cross(a, b, axis=axis), rtol=1e-13, atol=1e-15)
    out.backward(g)
    np.testing.assert_allclose(x.grad.numpy(), np.cross(b, g, axis=axis), rtol=1e-13, atol=1e-15)
    summed = np.cross(g, a, axis=axis)
    lead = tuple(range(summed.ndim - len(q)))
    np.testing.assert_allclose(y.grad.numpy(), summed.sum(axis=lead), rtol=1e-12, atol=1e-13)
