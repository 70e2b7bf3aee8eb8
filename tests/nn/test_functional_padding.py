"""nn.functional's pad, unfold, fold and the shuffles beside Torch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.nn import functional as F

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
TF = torch.nn.functional


def beside(name: str, x: np.ndarray, *args: Any, **how: Any) -> None:
    """Value, gradient, and the gradient's own gradient, are Torch's."""
    a, b = mg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, e = getattr(F, name)(a, *args, **how), getattr(TF, name)(b, *args, **how)
    np.testing.assert_allclose(y.numpy(), e.detach().numpy(), 1e-12, 1e-12)
    rng = np.random.default_rng(3)
    u, v = rng.normal(size=e.shape), rng.normal(size=x.shape)
    c, d = mg.tensor(u, requires_grad=True), torch.tensor(u, requires_grad=True)
    y.backward(c, create_graph=True)
    (g,) = torch.autograd.grad(e, b, d, create_graph=True)
    np.testing.assert_allclose(a.grad.numpy(), g.detach().numpy(), 1e-12, 1e-12)
    (a.grad * v).sum().backward()
    (expected,) = torch.autograd.grad((g * torch.from_numpy(v)).sum(), [d])
    np.testing.assert_allclose(c.grad.numpy(), expected.numpy(), 1e-12, 1e-12)


def real(*shape: int) -> np.ndarray:
    """Random numbers, the same for the same shape."""
    return np.random.default_rng(shape).normal(size=shape)


@pytest.mark.parametrize("pad", [(1, 2), (0, 1, 2, 0), (-1, 2), (1, -2, -1, 1), (1, 1, 0, 2, 1, 0), (0, 0), ()])
@pytest.mark.parametrize("value", [None, 0.0, -2.5])
def test_constant_padding_is_torchs(pad: Any, value: Any) -> None:
    """From the last axis on; negative numbers cut."""
    beside("pad", real(2, 3, 4), pad, value=value)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize(("shape", "pad"), [
    ((2, 5), (2, 1)), ((1, 2, 5), (3, 0)), ((2, 4, 5), (1, 2, 3, 0)), ((1, 2, 4, 5), (0, 2, 1, 1)),
    ((1, 2, 3, 4, 5), (1, 2, 0, 1, 2, 1)), ((2, 5), (-1, 2)), ((1, 2, 5, 5), (1, -2, -1, 0)),
])  # fmt: skip
def test_other_modes_are_torchs(mode: str, shape: Any, pad: Any) -> None:
    """Over one axis, two or three; also where one side is cut."""
    beside("pad", real(*shape), pad, mode=mode)


@pytest.mark.parametrize("how", [
    {"kernel_size": 2}, {"kernel_size": (2, 3), "stride": (1, 2), "padding": (1, 0)},
    {"kernel_size": 2, "dilation": (2, 1), "stride": 3, "padding": 1},
])  # fmt: skip
@pytest.mark.parametrize("lead", [(2, 3), (1,)])
def test_unfold_and_fold_are_torchs(how: dict[str, Any], lead: tuple[int, ...]) -> None:
    """Columns of windows, and their sums where they overlap."""
    x = real(*lead, 5, 6)
    beside("unfold", x, **how)
    beside("fold", real(*TF.unfold(torch.from_numpy(x), **how).shape), output_size=(5, 6), **how)


@pytest.mark.parametrize(("name", "how"), [("pad", {"pad": (1, 2)}), ("pad", {"pad": (2, 1), "mode": "reflect"}),
    ("unfold", {"kernel_size": 2}), ("interpolate", {"size": (3, 5), "mode": "bilinear"})])  # fmt: skip
def test_the_jacobian_and_the_hessian_are_torchs(name: str, how: Any) -> None:
    """Whose rows are taken together."""
    x = real(1, 2, 3) if name == "pad" else real(1, 1, 3, 3)
    f, g = getattr(F, name), getattr(TF, name)
    expected = torch.autograd.functional.jacobian(lambda t: g(t, **how), torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(mg.jacobian(lambda t: f(t, **how))(x), expected, 1e-12, 1e-12)
    second = torch.autograd.functional.hessian(lambda t: (g(t, **how) ** 3).sum(), torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(mg.hessian(lambda t: (f(t, **how) ** 3).sum())(x), second, 1e-11, 1e-11)


def test_shuffles_are_torchs() -> None:
    """Channels as pixels and back, channels dealt out anew."""
    beside("pixel_shuffle", real(2, 12, 3, 4), 2)
    beside("pixel_shuffle", real(9, 2, 1), 3)
    beside("pixel_unshuffle", real(2, 3, 4, 6), 2)
    x = real(2, 6, 3, 2)
    expected = TF.channel_shuffle(torch.from_numpy(x), 3)
    np.testing.assert_array_equal(F.channel_shuffle(mg.tensor(x), 3).numpy(), expected.numpy())
    np.testing.assert_array_equal(F.pixel_unshuffle(F.pixel_shuffle(x[:, :4], 2), 2).numpy(), x[:, :4])


image = mg.ones((1, 4, 5, 5))
REFUSED: list[tuple[Any, type[Exception], tuple[str, ...]]] = [
    (lambda: F.pad(image, (1, 2, 3)), ValueError, ("pad (1, 2, 3)", "(1, 4, 5, 5)", "pairs (before, after)")),
    (lambda: F.pad(image, (1,) * 10), ValueError, ("at most 4",)),
    (lambda: F.pad(image, (1.5, 1)), TypeError, ("expected integers",)),
    (lambda: F.pad(image, (1, 1), mode="edge"), ValueError, ("mode='edge'", "'replicate'")),
    (lambda: F.pad(image, (1, 1), mode="reflect"), ValueError, ("of 1 axes for input (1, 4, 5, 5)",)),
    (lambda: F.pad(image, (5, 1, 0, 0), mode="reflect"), ValueError, ("(5, 1) along an axis of 5", "at most 4")),
    (lambda: F.pad(image, (6, 0, 0, 0), mode="circular"), ValueError, ("at most 5",)),
    (lambda: F.pad(image, (1, 1, 0, 0), mode="replicate", value=2.0), ValueError, ("takes no value", "2.0")),
    (lambda: F.pad(image, (-3, -3)), ValueError, ("take more than the 5 elements",)),
    (lambda: F.unfold(image, 6), ValueError, ("windows of (6, 6)", "(5, 5)")),
    (lambda: F.unfold(mg.ones((5, 5)), 2), ValueError, ("input (5, 5)", "(N, C, H, W)")),
    (lambda: F.fold(mg.ones((1, 4, 5)), (3, 3), 2), ValueError, ("input (1, 4, 5)", "(N, C × 4, 4)", "2 × 2")),
    (lambda: F.fold(mg.ones((1, 5, 4)), (3, 3), 2), ValueError, ("(N, C × 4, 4)",)),
    (lambda: F.pixel_shuffle(image, 3), ValueError, ("(…, C × 9, H, W)",)),
    (lambda: F.pixel_shuffle(image, 0), ValueError, ("upscale_factor is 0",)),
    (lambda: F.pixel_unshuffle(image, 2), ValueError, ("divisible by 2",)),
    (lambda: F.channel_shuffle(image, 3), ValueError, ("C divisible by 3",)),
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_does_not_fit_is_refused_with_the_shapes_expected(k: int) -> None:
    """What was seen, what was expected."""
    call, kind, says = REFUSED[k]
    with pytest.raises(kind) as caught:
        call()
    assert not [text for text in says if text not in str(caught.value)], str(caught.value)
