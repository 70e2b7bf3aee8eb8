"""nn.functional's convolutions beside Torch's: arguments, shapes, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.nn import functional as F
from microgrid.ops.layers import convolution
from microgrid.ops.shapes import windows

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
torch.set_num_threads(1)
rng = np.random.default_rng(0)


def beside(name: str, *arrays: np.ndarray, rtol: float = 1e-11, **how: Any) -> None:
    """Value, gradients and gradients of the gradients are Torch's."""
    xs = [mg.tensor(a, requires_grad=True) for a in arrays]
    ts = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, e = getattr(F, name)(*xs, **how), getattr(torch.nn.functional, name)(*ts, **how)
    u = rng.normal(size=e.shape).astype(arrays[0].dtype)
    np.testing.assert_allclose(y.numpy(), e.detach().numpy(), rtol, rtol * 10)
    assert y.dtype == arrays[0].dtype
    y.backward(u, create_graph=True)
    gs = torch.autograd.grad(e, ts, torch.from_numpy(u), create_graph=True)
    for x, g in zip(xs, gs, strict=True):
        np.testing.assert_allclose(x.grad.numpy(), g.detach().numpy(), rtol, rtol * 100)
    vs = [rng.normal(size=a.shape).astype(a.dtype) for a in arrays]
    total = sum((x.grad * v).sum() for x, v in zip(xs, vs, strict=True))
    expected = torch.autograd.grad(
        sum((g * torch.from_numpy(v)).sum() for g, v in zip(gs, vs, strict=True)), ts, materialize_grads=True
    )
    for x in xs:
        x.grad = None
    total.backward()
    for x, g in zip(xs, expected, strict=True):
        found = np.zeros(x.shape) if x.grad is None else x.grad.numpy()
        np.testing.assert_allclose(found, g.numpy(), rtol, rtol * 100)


def real(*shape: int) -> np.ndarray:
    """Random numbers."""
    return rng.normal(size=shape)


CONVOLUTIONS = [
    ("conv1d", (2, 4, 9), (6, 2, 3), {"stride": 2, "padding": 1, "dilation": 2, "groups": 2}),
    ("conv1d", (4, 9), (3, 4, 4), {"padding": "same"}),
    ("conv2d", (2, 3, 6, 7), (4, 3, 3, 2), {"stride": (2, 1), "padding": (1, 0)}),
    ("conv2d", (2, 3, 6, 7), (4, 3, 4, 2), {"padding": "same", "dilation": (1, 2)}),
    ("conv2d", (3, 6, 7), (4, 3, 3, 2), {"padding": "valid"}),
    ("conv2d", (2, 4, 5, 5), (8, 1, 3, 3), {"groups": 4, "padding": 1}),
    ("conv2d", (0, 3, 5, 5), (4, 3, 3, 3), {}),
    ("conv2d", (2, 3, 5, 5), (4, 3, 1, 1), {"stride": 2}),
    ("conv2d", (40, 3, 6, 7), (4, 3, 3, 2), {"stride": (1, 2), "padding": 1}),  # more than one table serves
    ("conv_transpose2d", (40, 4, 5, 6), (4, 2, 3, 3), {"stride": 2, "padding": 1, "groups": 2}),
    ("conv3d", (1, 2, 4, 5, 4), (3, 2, 2, 3, 2), {"stride": (1, 2, 1), "padding": 1}),
    ("conv_transpose1d", (2, 4, 5), (4, 3, 3), {"stride": 2, "padding": 1, "output_padding": 1, "groups": 2}),
    ("conv_transpose2d", (2, 4, 3, 4), (4, 2, 3, 2), {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 2)}),
    ("conv_transpose2d", (4, 3, 4), (4, 2, 3, 2), {"dilation": 3, "output_padding": 2, "groups": 2}),
    ("conv_transpose3d", (1, 2, 3, 2, 3), (2, 2, 2, 3, 2), {"stride": 2}),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("name", "x", "w", "how"), CONVOLUTIONS)
def test_convolutions_are_torchs_to_second_order(name: str, x: Any, w: Any, how: Any, bias: bool) -> None:
    """With every argument, batched or not, with a bias and without."""
    out = w[1] * how.get("groups", 1) if "transpose" in name else w[0]
    beside(name, real(*x), real(*w), *([real(out)] if bias else []), **how)


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize(("name", "x", "w", "how"), CONVOLUTIONS)
def test_a_piece_at_a_time_gives_the_same(monkeypatch: pytest.MonkeyPatch, name: str, x: Any, w: Any, how: Any) -> None:
    """However small the pieces that large images are cut into; and without the table that serves few columns."""
    cached = convolution._plan, convolution._plan_back, windows.table
    for f in cached:
        f.cache_clear()
    monkeypatch.setattr(windows, "FEW", 0)
    monkeypatch.setattr(convolution, "PIECE", 40)
    beside(name, real(*x), real(*w), **how)
    for f in cached:  # what was planned for few is not for others
        f.cache_clear()


@pytest.mark.parametrize("stride", [1, 2])
def test_windows_of_large_images_are_torchs(stride: int) -> None:
    """More of them than a table serves."""
    a = real(1, 2, 34, 35)
    x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
    how: dict[str, Any] = {"kernel_size": (3, 2), "dilation": (1, 2), "padding": 1, "stride": stride}
    y, e = F.unfold(x, **how), torch.nn.functional.unfold(t, **how)
    np.testing.assert_array_equal(y.numpy(), e.detach().numpy())
    u = real(*e.shape)
    y.backward(u)
    e.backward(torch.from_numpy(u))
    np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), 1e-13, 1e-13)


def test_a_kernel_of_infinities_meets_no_zeros_of_the_table() -> None:
    """A transposed convolution with a stride: places that no window reaches stay 0, as in Torch."""
    x, w = real(1, 1, 2, 2), np.full((1, 1, 2, 2), np.inf)
    expected = torch.nn.functional.conv_transpose2d(torch.from_numpy(x), torch.from_numpy(w), stride=3, padding=1)
    np.testing.assert_array_equal(F.conv_transpose2d(x, w, stride=3, padding=1).numpy(), expected.numpy())


@pytest.mark.parametrize("stride", [1, 2])
def test_the_jacobian_and_the_hessian_are_torchs(stride: int) -> None:
    """With respect to the input and to the weight."""
    x, w = real(1, 2, 4, 4), real(2, 2, 3, 3)
    f, g = (lambda x, w: F.conv2d(x, w, stride=stride)), (lambda x, w: torch.nn.functional.conv2d(x, w, stride=stride))
    for k in (0, 1):
        ours = mg.jacobian(f, argnums=k)(x, w)
        theirs = torch.autograd.functional.jacobian(g, (torch.from_numpy(x), torch.from_numpy(w)))[k].numpy()
        np.testing.assert_allclose(ours, theirs, 1e-12, 1e-12)
    ours = mg.hessian(lambda w: (f(x, w) ** 3).sum())(w)
    theirs = torch.autograd.functional.hessian(lambda w: (g(torch.from_numpy(x), w) ** 3).sum(), torch.from_numpy(w))
    np.testing.assert_allclose(ours, theirs.numpy(), 1e-10, 1e-10)


def test_float32_stays_float32_and_float16_float16() -> None:
    """The dtype is the input's; half precision is summed in single."""
    beside("conv2d", real(1, 2, 5, 5).astype("f"), real(3, 2, 3, 3).astype("f"), rtol=2e-5)
    x, w = real(1, 2, 5, 5).astype(np.float16), real(3, 2, 3, 3).astype(np.float16)
    expected = torch.nn.functional.conv2d(torch.from_numpy(x).float(), torch.from_numpy(w).float()).half()
    got = F.conv2d(x, w)
    assert got.dtype == np.float16
    np.testing.assert_allclose(got.numpy(), expected.numpy(), 2e-3)


@pytest.mark.parametrize("layout", [lambda a: a[:, :, ::-1], np.asfortranarray, lambda a: a.swapaxes(2, 3)])
def test_the_layout_of_the_input_does_not_matter(layout: Any) -> None:
    """Negative strides, Fortran order, axes exchanged."""
    x, w = layout(real(2, 3, 5, 5)), real(4, 3, 3, 3)
    expected = torch.nn.functional.conv2d(torch.from_numpy(x.copy()), torch.from_numpy(w), padding=1)
    np.testing.assert_allclose(F.conv2d(x, w, padding=1).numpy(), expected.numpy(), 1e-12)


image, kernel = mg.ones((1, 4, 5, 5)), mg.ones((6, 2, 3, 3))
REFUSED: list[tuple[Any, type[Exception], tuple[str, ...]]] = [
    (lambda: F.conv2d(image, kernel), ValueError,
        ("input (1, 4, 5, 5), weight (6, 2, 3, 3)", "(N, C, H, W)", "(out, C/groups, kH, kW)", "4 channels")),
    (lambda: F.conv2d(mg.ones((5, 5)), kernel), ValueError, ("number of axes", "(C, H, W)")),
    (lambda: F.conv2d(image, kernel, mg.ones(5), groups=2), ValueError, ("bias (5,)", "shape (6,)")),
    (lambda: F.conv2d(image, mg.ones((6, 4, 7, 3))), ValueError, ("along H a kernel of 7", "does not fit in 5")),
    (lambda: F.conv2d(image, kernel, groups=4), ValueError, ("not divisible by 4",)),
    (lambda: F.conv2d(image, kernel, groups=0), ValueError, ("groups is 0",)),
    (lambda: F.conv2d(image, kernel, groups=2, stride=0), ValueError, ("stride is 0", "at least 1")),
    (lambda: F.conv2d(image, kernel, groups=2, stride=(1, 1, 1)), ValueError, ("stride is (1, 1, 1)", "2 of them")),
    (lambda: F.conv2d(image, kernel, groups=2, stride=1.5), TypeError, ("stride is 1.5", "an integer")),
    (lambda: F.conv2d(image, kernel, groups=2, padding=-1), ValueError, ("padding is -1", "at least 0")),
    (lambda: F.conv2d(image, kernel, groups=2, padding="full"), ValueError, ("'full'", "'same' or 'valid'")),
    (lambda: F.conv2d(image, kernel, groups=2, padding="same", stride=2), ValueError, ("'same' needs stride 1",)),
    (lambda: F.conv2d(image, mg.ones((6, 4, 3, 3), dtype=int)), TypeError, ("weight int64", "one kind")),
    (lambda: F.conv2d(image, mg.ones((6, 4, 0, 3))), ValueError, ("kernel is empty",)),
    (lambda: F.conv_transpose2d(image, kernel), ValueError, ("4 channels, the weight 6", "(C, out/groups, kH, kW)")),
    (lambda: F.conv_transpose2d(image, mg.ones((4, 2, 3, 3)), output_padding=1), ValueError,
        ("output_padding (1, 1)",)),
    (lambda: F.conv_transpose2d(image, mg.ones((4, 2, 1, 1)), padding=3), ValueError, ("the size (-1, -1)",)),
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_does_not_fit_is_refused_with_the_shapes_expected(k: int) -> None:
    """What was seen, what was expected."""
    call, kind, says = REFUSED[k]
    with pytest.raises(kind) as caught:
        call()
    assert not [text for text in says if text not in str(caught.value)], str(caught.value)
