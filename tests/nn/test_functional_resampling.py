"""nn.functional's interpolation beside Torch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.nn import functional as F

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
torch.set_num_threads(1)
TF = torch.nn.functional


def beside(name: str, x: np.ndarray, rtol: float = 1e-11, **how: Any) -> None:
    """Value, gradient, and the gradient's own gradient, are Torch's."""
    a, b = mg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, e = getattr(F, name)(a, **how), getattr(TF, name)(b, **how)
    assert y.dtype == x.dtype
    np.testing.assert_allclose(y.numpy(), e.detach().numpy(), rtol, rtol)
    rng = np.random.default_rng(3)
    u, v = rng.normal(size=e.shape).astype(x.dtype), rng.normal(size=x.shape).astype(x.dtype)
    c, d = mg.tensor(u, requires_grad=True), torch.tensor(u, requires_grad=True)
    y.backward(c, create_graph=True)
    (g,) = torch.autograd.grad(e, b, d, create_graph=True)
    np.testing.assert_allclose(a.grad.numpy(), g.detach().numpy(), rtol, rtol)
    (a.grad * v).sum().backward()
    (expected,) = torch.autograd.grad((g * torch.from_numpy(v)).sum(), [d])
    np.testing.assert_allclose(c.grad.numpy(), expected.numpy(), rtol, rtol)


def real(*shape: int) -> np.ndarray:
    """Random numbers, the same for the same shape."""
    return np.random.default_rng(shape).normal(size=shape)


SIZES: list[dict[str, Any]] = [
    {"size": 3}, {"size": 11}, {"size": 1}, {"scale_factor": 2}, {"scale_factor": 0.6}, {"scale_factor": 1.7},
    {"scale_factor": 1.7, "recompute_scale_factor": True}, {"size": 5},
]  # fmt: skip


@pytest.mark.parametrize("how", SIZES, ids=str)
@pytest.mark.parametrize(("mode", "d"), [(m, d) for m in ("nearest", "nearest-exact", "area") for d in (1, 2, 3)])
def test_nearest_and_area_are_torchs(mode: str, d: int, how: dict[str, Any]) -> None:
    """Up, down, by a factor that the size hides."""
    beside("interpolate", real(2, 2, *(5, 6, 4)[:d]), mode=mode, **how)


@pytest.mark.parametrize("how", SIZES, ids=str)
@pytest.mark.parametrize("align", [None, False, True])
@pytest.mark.parametrize(("mode", "d"), [("linear", 1), ("bilinear", 2), ("bicubic", 2), ("trilinear", 3)])
def test_weighted_modes_are_torchs(mode: str, d: int, align: bool | None, how: dict[str, Any]) -> None:
    """With the corners aligned or not."""
    beside("interpolate", real(2, 2, *(5, 6, 4)[:d]), mode=mode, align_corners=align, **how)


@pytest.mark.parametrize("how", SIZES, ids=str)
@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_antialiased_modes_are_torchs(mode: str, align: bool, how: dict[str, Any]) -> None:
    """Where the size shrinks, over all that falls together."""
    beside("interpolate", real(2, 2, 5, 12), mode=mode, align_corners=align, antialias=True, **how)


def test_sizes_of_their_own_and_older_names_are_torchs() -> None:
    """One an axis; upsample and its kin; float32."""
    beside("interpolate", real(1, 2, 5, 6), size=(7, 3), mode="bilinear")
    beside("interpolate", real(1, 2, 5, 6), scale_factor=(0.5, 3.0), mode="bicubic")
    beside("interpolate", real(1, 2, 5, 6).astype("f"), 2e-6, scale_factor=2.5, mode="bilinear")
    beside("interpolate", real(0, 2, 5, 6), scale_factor=2, mode="nearest")
    beside("interpolate", real(1, 2, 50), scale_factor=50.0, mode="nearest")
    with pytest.warns(UserWarning, match="deprecated"):
        beside("upsample_bilinear", real(1, 2, 5, 6), size=(7, 3))
    with pytest.warns(UserWarning, match="deprecated"):
        beside("upsample_nearest", real(1, 2, 5, 6), scale_factor=2)
    with pytest.warns(UserWarning, match="deprecated"):
        beside("upsample", real(1, 2, 5), size=9, mode="linear")


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_infinity_and_nan_stay_where_they_fall() -> None:
    """An element that is not looked at spoils nothing."""
    x = np.array([[[0.0, np.inf, 1.0, 2.0, np.nan, 3.0]]])
    for how in ({"size": 3}, {"size": 12}, {"size": 13, "mode": "area"}, {"size": 4, "mode": "linear"},
                {"size": 12, "mode": "linear"}):  # fmt: skip
        expected = TF.interpolate(torch.from_numpy(x), **how).numpy()
        np.testing.assert_array_equal(F.interpolate(mg.tensor(x), **how).numpy(), expected)


image = mg.ones((1, 2, 5, 5))
REFUSED: list[tuple[Any, type[Exception], tuple[str, ...]]] = [
    (lambda: F.interpolate(mg.ones((5, 5)), 2), ValueError, ("input (5, 5)", "(N, C, L)")),
    (lambda: F.interpolate(image), ValueError, ("either size or scale_factor",)),
    (lambda: F.interpolate(image, 2, 2.0), ValueError, ("not both",)),
    (lambda: F.interpolate(image, 2, mode="cubic"), ValueError, ("mode='cubic'", "'bicubic'")),
    (lambda: F.interpolate(image, 2, mode="linear"), ValueError, ("mode='linear'", "3 axes")),
    (lambda: F.interpolate(image, 2, align_corners=True), ValueError, ("align_corners=True", "mode='nearest'")),
    (lambda: F.interpolate(image, 2, antialias=True), ValueError, ("antialias=True", "'bilinear' or 'bicubic'")),
    (lambda: F.interpolate(image, 0), ValueError, ("size (0, 0)", "at least 1")),
    (lambda: F.interpolate(image, (1, 2, 3)), ValueError, ("2 sizes",)),
    (lambda: F.interpolate(image, 2.5), TypeError, ("float",)),
    (lambda: F.interpolate(image, scale_factor=-1.0), ValueError, ("scale_factor -1.0", "positive")),
    (lambda: F.interpolate(image, 2, recompute_scale_factor=True), ValueError, ("goes with scale_factor",)),
    (lambda: F.interpolate(mg.ones((1, 1, 4), dtype=int), 2, mode="linear"), TypeError, ("int64", "mode='linear'")),
]  # fmt: skip


@pytest.mark.parametrize("k", range(len(REFUSED)))
def test_what_does_not_fit_is_refused_with_the_way_out(k: int) -> None:
    """What was seen, what was expected."""
    call, kind, says = REFUSED[k]
    with pytest.raises(kind) as caught:
        call()
    assert not [text for text in says if text not in str(caught.value)], str(caught.value)
