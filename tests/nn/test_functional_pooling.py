"""nn.functional's pooling beside Torch's: arguments, ties, NaN, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.nn import functional as F
from microgrid.ops.layers import pooling, spans

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
torch.set_num_threads(1)
TF = torch.nn.functional


@pytest.fixture(params=[spans.FEW, 0], ids=["few", "many"])
def tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With the tables that serve few windows, and as many are pooled."""
    for module in (spans, pooling):
        monkeypatch.setattr(module, "FEW", request.param)
    for f in (spans.table, pooling._means):
        f.cache_clear()
    yield
    for f in (spans.table, pooling._means):
        f.cache_clear()


def beside(name: str, x: np.ndarray, *args: Any, rtol: float = 1e-11, **how: Any) -> None:
    """Value, places, gradient and the gradient's gradient are Torch's."""
    a, b = mg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, e = getattr(F, name)(a, *args, **how), getattr(TF, name)(b, *args, **how)
    if how.get("return_indices"):
        np.testing.assert_array_equal(y[1].numpy(), e[1].numpy())
        y, e = y[0], e[0]
    np.testing.assert_allclose(y.numpy(), e.detach().numpy(), rtol, rtol)
    assert y.dtype == x.dtype
    rng = np.random.default_rng(3)
    u, v = rng.normal(size=e.shape).astype(x.dtype), rng.normal(size=x.shape).astype(x.dtype)
    c, d = mg.tensor(u, requires_grad=True), torch.tensor(u, requires_grad=True)
    y.backward(c, create_graph=True)
    (g,) = torch.autograd.grad(e, b, d, create_graph=True)
    np.testing.assert_allclose(a.grad.numpy(), g.detach().numpy(), rtol, rtol)
    total = (a.grad * v).sum()
    a.grad = c.grad = None
    total.backward()
    expected = torch.autograd.grad((g * torch.from_numpy(v)).sum(), [b, d], materialize_grads=True)
    np.testing.assert_allclose(c.grad.numpy(), expected[1].numpy(), rtol, rtol)
    found = np.zeros(x.shape) if a.grad is None else a.grad.numpy()
    np.testing.assert_allclose(found, expected[0].numpy(), rtol, rtol)


def real(*shape: int) -> np.ndarray:
    """Random numbers, the same for the same shape."""
    return np.random.default_rng(shape).normal(size=shape)


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("places", [False, True])
@pytest.mark.parametrize(("d", "how"), [
    (1, {"kernel_size": 3}), (1, {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}),
    (2, {"kernel_size": 2}), (2, {"kernel_size": (3, 2), "stride": (1, 2), "padding": (1, 0), "dilation": (1, 2)}),
    (2, {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True}), (2, {"kernel_size": (7, 6)}),
    (3, {"kernel_size": 2}), (3, {"kernel_size": (2, 3, 1), "stride": 1, "padding": (1, 1, 0)}),
])  # fmt: skip
@pytest.mark.parametrize("lead", [(2, 3), (2,), (0, 2)])
def test_max_pool_is_torchs(d: int, how: dict[str, Any], lead: tuple[int, ...], places: bool) -> None:
    """Batched or not, no example at all."""
    beside(f"max_pool{d}d", real(*lead, *(7, 6, 5)[:d]), **how, return_indices=places)


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("how", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 1, "padding": 1},
    {"kernel_size": 3, "stride": 2, "padding": 1, "dilation": 2, "ceil_mode": True}, {"kernel_size": 6}])  # fmt: skip
@pytest.mark.parametrize("values", [[0.0, 1.0], [-np.inf, 0.0], [-np.inf], [np.nan, 0.0, 1.0], [np.inf, np.nan, -1.0]])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_ties_infinities_and_nan_are_torchs(how: dict[str, Any], values: list[float]) -> None:
    """The first of equals; NaN wins, the last of several; the padding never."""
    x = np.random.default_rng(5).choice(values, (3, 2, 6, 6))
    a, b = mg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    (y, at), (e, there) = F.max_pool2d(a, **how, return_indices=True), TF.max_pool2d(b, **how, return_indices=True)
    np.testing.assert_array_equal(y.numpy(), e.detach().numpy())
    np.testing.assert_array_equal(at.numpy(), there.numpy())
    y.backward(mg.ones(y.shape, dtype=float))
    e.backward(torch.ones_like(e))
    np.testing.assert_array_equal(a.grad.numpy(), b.grad.numpy())
    y, e = F.adaptive_max_pool2d(a, 4, return_indices=True), TF.adaptive_max_pool2d(b, 4, return_indices=True)
    np.testing.assert_array_equal(y[0].numpy(), e[0].detach().numpy())
    np.testing.assert_array_equal(y[1].numpy(), e[1].numpy())


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(("d", "how"), [
    (1, {"kernel_size": 3, "stride": 2, "padding": 1, "ceil_mode": True, "count_include_pad": False}),
    (2, {"kernel_size": 2}), (2, {"kernel_size": (3, 2), "stride": 2, "padding": 1, "ceil_mode": True}),
    (2, {"kernel_size": 3, "stride": 1, "padding": 1, "count_include_pad": False, "divisor_override": 7}),
    (3, {"kernel_size": (2, 3, 1), "stride": 1, "padding": (1, 1, 0), "count_include_pad": False}),
])  # fmt: skip
@pytest.mark.parametrize("lead", [(2, 3), (2,), (0, 2)])
def test_avg_pool_is_torchs(d: int, how: dict[str, Any], lead: tuple[int, ...]) -> None:
    """With every argument."""
    beside(f"avg_pool{d}d", real(*lead, *(7, 6, 5)[:d]), **how)


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("how", [{"kernel_size": 2}, {"kernel_size": 3, "stride": 1, "padding": 1}])
@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_the_mean_of_infinities_and_nan_stays_in_their_windows(how: dict[str, Any], value: float) -> None:
    """In the value, and in the gradient."""
    x, u = real(1, 2, 6, 6), torch.ones(1, 2, *((3, 3) if how["kernel_size"] == 2 else (6, 6)), dtype=torch.float64)
    x[0, 1, 2, 3] = u[0, 0, 1, 1] = value
    a, b = mg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, e = F.avg_pool2d(a, **how), TF.avg_pool2d(b, **how)
    np.testing.assert_allclose(y.numpy(), e.detach().numpy(), 1e-12)
    y.backward(u.numpy())
    e.backward(u)
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), 1e-12)


@pytest.mark.parametrize("d", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, None])
@pytest.mark.parametrize("name", ["adaptive_avg_pool", "adaptive_max_pool"])
def test_adaptive_pooling_is_torchs(name: str, d: int, size: Any) -> None:
    """To sizes that divide the input's, that do not, and larger ones."""
    n = 6 if size is None else size  # Torch takes None only within a tuple
    beside(f"{name}{d}d", real(2, 3, *(6, 4, 5)[:d]), (n, *(size,) * (d - 1)) if d > 1 else n)


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize(("name", "args"), [("max_pool2d", (3, 2, 1)), ("adaptive_max_pool2d", (2,)),
    ("avg_pool2d", (3, 2, 1)), ("adaptive_avg_pool2d", (3,)), ("max_pool2d", (4,))])  # fmt: skip
def test_the_jacobian_and_the_hessian_are_torchs(name: str, args: Any) -> None:
    """Whose rows are taken together."""
    x = real(2, 4, 5)
    f, g = getattr(F, name), getattr(TF, name)
    expected = torch.autograd.functional.jacobian(lambda t: g(t, *args), torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(mg.jacobian(lambda t: f(t, *args))(x), expected, 1e-12, 1e-12)
    second = torch.autograd.functional.hessian(lambda t: (g(t, *args) ** 3).sum(), torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(mg.hessian(lambda t: (f(t, *args) ** 3).sum())(x), second, 1e-11, 1e-11)


@pytest.mark.parametrize(("d", "how"), [(1, {"norm_type": 2, "kernel_size": 3}), (2, {"norm_type": 3, "kernel_size": 2,
    "stride": 1}), (2, {"norm_type": 1.5, "kernel_size": (2, 3), "ceil_mode": True}),
    (3, {"norm_type": 2, "kernel_size": 2})])  # fmt: skip
def test_lp_pool_is_torchs(d: int, how: dict[str, Any]) -> None:
    """The norm of each window."""
    beside(f"lp_pool{d}d", np.abs(real(2, 2, *(7, 6, 5)[:d])) + 0.1, **how, rtol=1e-9)


@pytest.mark.parametrize(("d", "how"), [(1, {"kernel_size": 2}), (2, {"kernel_size": 2}), (2, {"kernel_size": 3,
    "stride": 2, "padding": 1}), (3, {"kernel_size": 2})])  # fmt: skip
@pytest.mark.parametrize("sized", [False, True])
def test_max_unpool_is_torchs(d: int, how: dict[str, Any], sized: bool) -> None:
    """Back to the places, to the usual size or the one asked for."""
    x = real(2, 3, *(7, 6, 4)[:d])
    _, at = getattr(TF, f"max_pool{d}d")(torch.from_numpy(x), **how, return_indices=True)
    values = real(*at.shape)
    more = {"output_size": x.shape[2:]} if sized else {}
    if not sized and d == 2 and how["kernel_size"] == 3:
        more = {"output_size": (7, 6)}  # the usual size has no room for all of the places
    a, b = mg.tensor(values, requires_grad=True), torch.tensor(values, requires_grad=True)
    y = getattr(F, f"max_unpool{d}d")(a, mg.asarray(at.numpy()), **how, **more)
    e = getattr(TF, f"max_unpool{d}d")(b, at, **how, **more)
    u = real(*e.shape)
    y.backward(u)
    e.backward(torch.from_numpy(u))
    apart = how.get("stride", how["kernel_size"]) >= how["kernel_size"]
    if apart:  # where two windows share a place, Torch writes either
        np.testing.assert_array_equal(y.numpy(), e.detach().numpy())
    np.testing.assert_array_equal(a.grad.numpy(), b.grad.numpy())


image = mg.ones((1, 2, 5, 5))
REFUSED: list[tuple[Any, type[Exception], tuple[str, ...]]] = [
    (lambda: F.max_pool2d(mg.ones((5, 5)), 2), ValueError, ("input (5, 5)", "(N, C, H, W) or (C, H, W)")),
    (lambda: F.max_pool2d(mg.ones((2, 0, 5, 5)), 2), ValueError, ("nothing but N 0",)),
    (lambda: F.max_pool2d(image, 6), ValueError, ("windows of (6, 6)", "(1, 2, 5, 5)")),
    (lambda: F.max_pool2d(image, 3, padding=2), ValueError, ("padding (2, 2)", "half", "(3, 3)")),
    (lambda: F.max_pool1d(mg.ones((1, 1, 1)), 2, 3, 1, 2), ValueError, ("windows of (3,)", "padding (1,)")),
    (lambda: F.max_pool2d(image, 0), ValueError, ("kernel_size is 0", "at least 1")),
    (lambda: F.max_pool2d(image, (2, 2, 2)), ValueError, ("kernel_size is (2, 2, 2)", "2 of them")),
    (lambda: F.max_pool2d(image, 2.0), TypeError, ("kernel_size is 2.0", "integer")),
    (lambda: F.avg_pool2d(image, 2, divisor_override=0), ValueError, ("divisor_override is 0",)),
    (lambda: F.lp_pool2d(image, 0, 2), ValueError, ("norm_type is 0",)),
    (lambda: F.adaptive_avg_pool2d(image, (2, 2, 2)), ValueError, ("output_size", "2 of them")),
    (lambda: F.adaptive_max_pool1d(image, 2), ValueError, ("(N, C, L) or (C, L)",)),
    (lambda: F.max_unpool2d(image, mg.ones((1, 2, 5, 4), dtype=int), 2), ValueError, ("indices (1, 2, 5, 4)",)),
    (lambda: F.max_unpool2d(image, image, 2), TypeError, ("indices are float", "return_indices=True")),
    (lambda: F.max_unpool2d(image, mg.full((1, 2, 5, 5), 100), 2), IndexError, ("from 100 to 100", "0 to 99")),
    (lambda: F.max_unpool2d(image, mg.zeros((1, 2, 5, 5), dtype=int), 2, output_size=(10, 13)), ValueError,
        ("output_size (10, 13)", "less than a stride (2, 2) from (10, 10)")),
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_does_not_fit_is_refused_with_the_shapes_expected(k: int) -> None:
    """What was seen, what was expected."""
    call, kind, says = REFUSED[k]
    with pytest.raises(kind) as caught:
        call()
    assert not [text for text in says if text not in str(caught.value)], str(caught.value)
