"""nn.functional's grid_sample and affine_grid beside Torch's; Tensor.unfold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.nn import functional as F

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
TF = torch.nn.functional


def real(*shape: int, scale: float = 1.0) -> np.ndarray:
    """Random numbers, the same for the same shape."""
    return np.random.default_rng(shape).normal(size=shape) * scale


def beside(f: Any, g: Any, arrays: list[np.ndarray], twice: bool = True) -> None:
    """Value, gradients and the gradients' gradients are Torch's."""
    xs = [mg.tensor(a, requires_grad=True) for a in arrays]
    ts = [torch.tensor(a, requires_grad=True) for a in arrays]
    y, e = f(*xs), g(*ts)
    np.testing.assert_allclose(y.numpy(), e.detach().numpy(), 1e-11, 1e-11)
    u = real(*e.shape)
    y.backward(u, create_graph=twice)
    gs = torch.autograd.grad(e, ts, torch.from_numpy(u), create_graph=twice)
    for x, t in zip(xs, gs, strict=True):
        found = np.zeros(x.shape) if x.grad is None else x.grad.numpy()
        np.testing.assert_allclose(found, t.detach().numpy(), 1e-10, 1e-10)
    if not twice:
        return
    vs = [real(*a.shape) for a in arrays]
    total = sum((x.grad * v).sum() for x, v in zip(xs, vs, strict=True))
    expected = torch.autograd.grad(
        sum((t * torch.from_numpy(v)).sum() for t, v in zip(gs, vs, strict=True)), ts, materialize_grads=True
    )
    for x in xs:
        x.grad = None
    total.backward()
    for x, t in zip(xs, expected, strict=True):
        found = np.zeros(x.shape) if x.grad is None else x.grad.numpy()
        np.testing.assert_allclose(found, t.numpy(), 1e-9, 1e-9)


@pytest.mark.parametrize("align", [None, False, True])
@pytest.mark.parametrize("outside", ["zeros", "border", "reflection"])
@pytest.mark.parametrize(("mode", "d"), [("bilinear", 2), ("bilinear", 3), ("nearest", 2), ("nearest", 3),
    ("bicubic", 2)])  # fmt: skip
@pytest.mark.filterwarnings("ignore:Default grid_sample")
def test_grid_sample_is_torchs(mode: str, d: int, outside: str, align: bool | None) -> None:
    """Inside, outside and far outside; gradients of the input and of the places."""
    how: dict[str, Any] = {"mode": mode, "padding_mode": outside, "align_corners": align}
    x, grid = real(2, 3, *(5, 4, 3)[:d]), real(2, *(3, 4, 2)[:d], d, scale=1.6)
    beside(
        lambda x, g: F.grid_sample(x, g, **how), lambda x, g: TF.grid_sample(x, g, **how), [x, grid],
        twice=mode == "bilinear",  # Torch has no second derivative of bicubic, and nearest has none
    )  # fmt: skip


@pytest.mark.parametrize("outside", ["zeros", "border", "reflection"])
def test_second_derivatives_of_bicubic_sampling_are_what_differences_say(outside: str) -> None:
    """Where Torch has none."""
    x, grid = real(1, 2, 5, 4), real(1, 3, 2, 2, scale=0.5)
    v = real(1, 3, 2, 2)

    def slope(g: np.ndarray) -> np.ndarray:
        t = mg.tensor(g, requires_grad=True)
        F.grid_sample(x, t, "bicubic", outside).sum().backward()
        return t.grad.numpy()  # type: ignore[no-any-return]

    t = mg.tensor(grid, requires_grad=True)
    F.grid_sample(x, t, "bicubic", outside).sum().backward(create_graph=True)
    first = (t.grad * v).sum()
    t.grad = None
    first.backward()
    expected = (slope(grid + 1e-6 * v) - slope(grid - 1e-6 * v)) / 2e-6
    np.testing.assert_allclose((t.grad.numpy() * v).sum(), (expected * v).sum(), rtol=1e-6)


@pytest.mark.parametrize("align", [False, True])
@pytest.mark.filterwarnings("ignore:Since version 1.3.0")
@pytest.mark.parametrize("size", [(2, 3, 4, 5), (1, 1, 1, 3), (2, 1, 2, 3, 4)])
def test_affine_grid_is_torchs(size: tuple[int, ...], align: bool) -> None:
    """And linear in its matrix."""
    d = len(size) - 2
    beside(
        lambda t: F.affine_grid(t, size, align), lambda t: TF.affine_grid(t, size, align), [real(size[0], d, d + 1)],
        twice=False,
    )  # fmt: skip


def test_the_identity_map_gives_the_input() -> None:
    """affine_grid and grid_sample together."""
    x = real(1, 2, 4, 5)
    for align in (False, True):
        grid = F.affine_grid(np.eye(2, 3)[None], x.shape, align)
        np.testing.assert_allclose(F.grid_sample(x, grid, align_corners=align).numpy(), x, 1e-12, 1e-12)


@pytest.mark.parametrize(("dimension", "size", "step"), [(0, 2, 1), (1, 3, 2), (-1, 1, 3), (1, 4, 1), (0, 3, 5)])
def test_tensor_unfold_is_torchs(dimension: int, size: int, step: int) -> None:
    """Windows along one dimension, the window's axis last."""
    beside(lambda x: x.unfold(dimension, size, step), lambda x: x.unfold(dimension, size, step), [real(3, 4)], False)


image, grid = mg.ones((1, 2, 5, 5)), mg.ones((1, 3, 3, 2))
REFUSED: list[tuple[Any, type[Exception], tuple[str, ...]]] = [
    (lambda: F.grid_sample(image, mg.ones((2, 3, 3, 2))), ValueError,
        ("(1, 2, 5, 5)", "(2, 3, 3, 2)", "(N, H', W', 2)")),
    (lambda: F.grid_sample(image, grid, mode="cubic"), ValueError, ("mode='cubic'", "'bicubic'")),
    (lambda: F.grid_sample(image, grid, padding_mode="wrap"), ValueError, ("padding_mode='wrap'", "'reflection'")),
    (lambda: F.grid_sample(image, mg.ones((1, 3, 3, 2), dtype=int)), TypeError, ("grid int64", "one dtype")),
    (lambda: F.affine_grid(mg.ones((1, 3, 3)), (1, 1, 2, 2)), ValueError, ("theta (1, 3, 3)", "(N, 2, 3)")),
    (lambda: F.affine_grid(mg.ones((1, 2, 3), dtype=int), (1, 1, 2, 2)), TypeError, ("int64",)),
    (lambda: image.unfold(0, 2, 1), ValueError, ("window of size (2,)",)),
    (lambda: image.unfold(0, 1, 0), ValueError, ("step 0",)),
    (lambda: image.unfold(4, 1, 1), np.exceptions.AxisError, ("axis 4 is out of bounds",)),
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_does_not_fit_is_refused_with_the_way_out(k: int) -> None:
    """What was seen, what was expected."""
    call, kind, says = REFUSED[k]
    with pytest.raises(kind) as caught:
        call()
    assert not [text for text in says if text not in str(caught.value)], str(caught.value)
