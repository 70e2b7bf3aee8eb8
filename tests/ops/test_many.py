"""Special functions of many numbers, which come from rational functions, block by block: beside the standard library's
values, those of SciPy where it keeps its digits (not erfc far out, nor gammaln near 1 and 2), and series."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.ops import blocks, errorfunction, gammafunction

N = blocks.BLOCK + 5000  # a whole block, and one that is not


def each(f: Callable[[float], float]) -> Callable[[np.ndarray], np.ndarray]:
    """The standard library's function of an array."""
    return lambda x: np.array([f(v) for v in x.tolist()])


def inverse(x: np.ndarray) -> np.ndarray:
    """logit: by atanh near ½, where 2 x − 1 is exact; by two logarithms elsewhere, where nothing cancels."""
    near = np.abs(x - 0.5) <= 0.25
    return np.where(near, 2 * np.arctanh(np.where(near, 2 * x - 1, 0)), np.log(x) - np.log1p(-x))


def log_gamma(x: np.ndarray) -> np.ndarray:
    """Near its zeros, where SciPy's loses digits, by log Γ(1 + e) = −γ e + Σ ζ(k) (−e)ᵏ / k and by
    log Γ(2 + e) = (1 − γ) e + Σ (ζ(k) − 1) (−e)ᵏ / k."""
    scipy = pytest.importorskip("scipy.special")
    out = scipy.gammaln(x)
    for near, zero, zeta in ((np.abs(x - 1) < 0.4, 1, scipy.zeta), (np.abs(x - 2) <= 0.6, 2, scipy.zetac)):
        e = x[near] - zero
        terms = [zeta(float(k)) * (-e) ** k / k for k in range(2, 60)]
        out[near] = sum(reversed(terms), np.zeros_like(e)) + (zero - 1 - np.euler_gamma) * e
    return np.asarray(out)


def scipys(name: str) -> Callable[..., np.ndarray]:
    """SciPy's function in float64."""
    return lambda *xs: getattr(pytest.importorskip("scipy.special"), name)(*xs)


def spread(low: float, high: float) -> np.ndarray:
    return np.linspace(low, high, N)


def orders(low: float, high: float) -> np.ndarray:
    """From 10^low to 10^high."""
    return np.logspace(low, high, N)


# Kernel, what it must be, where, and units in the last place that it may be off, in float32 and in float64.
CASES: dict[str, tuple[Any, Any, list[np.ndarray], dict[str, int]]] = {
    "erf": (errorfunction.erf, each(math.erf), [spread(-6, 6), orders(-30, 2)], {"f": 6, "d": 5}),
    "erfc": (errorfunction.erfc, each(math.erfc), [spread(-5, 9), spread(9, 26), orders(-30, 1)], {"f": 9, "d": 9}),
    "ndtr": (errorfunction.ndtr, lambda x: each(math.erfc)(-x * math.sqrt(0.5)) / 2,
             [spread(-1, 8), orders(-30, 1), -orders(-30, -0.01)], {"f": 9, "d": 9}),
    "erfinv": (errorfunction.erfinv, scipys("erfinv"), [spread(-0.999999, 0.999999), orders(-30, -0.01)], {"f": 5}),
    "logit": (errorfunction.logit, inverse, [spread(0.001, 0.999), orders(-36, -0.01), 0.5 + orders(-15, -1)],
              {"f": 4, "d": 5}),
    "psi": (gammafunction.psi, scipys("psi"), [spread(0.01, 12), orders(-30, 30), 1.4616 + spread(-1e-3, 1e-3)],
            {"f": 7, "d": 7}),
    "trigamma": (gammafunction.trigamma, lambda x: scipys("zeta")(2.0, x), [spread(0.01, 30), orders(-15, 15)],
                 {"f": 6, "d": 11}),
    "gammaln": (gammafunction.gammaln, log_gamma,
                [spread(0.01, 12), orders(-30, 30), 1 + spread(-1e-3, 1e-3), 2 + spread(-1e-3, 1e-3)],
                {"f": 10, "d": 10}),
}  # fmt: skip


def off(ours: np.ndarray, exact: np.ndarray, kind: str) -> float:
    """The largest difference in units of the last place; numbers below the normal ones count as the smallest normal."""
    assert ours.dtype.char == kind
    tiny = np.finfo(kind).tiny
    unit = np.spacing(np.maximum(np.abs(exact), tiny).astype(kind)).astype(np.float64)
    return float(np.max(np.abs(ours.astype(np.float64) - exact) / unit))


@pytest.mark.parametrize("kind", "fd")
@pytest.mark.parametrize("name", CASES)
def test_the_kernels_are_exact_to_a_few_units_in_the_last_place(name: str, kind: str) -> None:
    kernel, exact, places, units = CASES[name]
    if kind not in units:
        pytest.skip("SciPy's own is used")
    for place in places:
        x = place.astype(kind)
        assert off(blocks.mapped(kernel, x), exact(x.astype(np.float64)), kind) <= units[kind]


def test_the_normal_tail_in_single_precision() -> None:
    """Down to where it vanishes: the exponent's rounding must not show. In float64 the argument's own would."""
    x = spread(-14, 0).astype(np.float32)
    exact = each(math.erfc)(-x.astype(np.float64) * math.sqrt(0.5)) / 2
    assert off(blocks.mapped(errorfunction.ndtr, x), exact, "f") <= 9


PUBLIC: dict[str, Callable[..., Any]] = {
    "erf": mg.erf, "erfc": mg.erfc, "erfinv": mg.special.erfinv, "logit": mg.logit, "psi": mg.digamma,
    "gammaln": mg.lgamma, "ndtr": mg.special.ndtr,
}  # fmt: skip
ODD = [0.0, -0.0, 1.0, -1.0, 0.5, np.nan, np.inf, -np.inf, -0.5, -2.0, -3.7, 2.0, 1e-40, 1e-320, 1e30, -1e30, 40.0]


@pytest.mark.parametrize("kind", "fd")
@pytest.mark.parametrize("name", PUBLIC)
def test_edges_among_many_are_scipys(name: str, kind: str) -> None:
    """Poles, zeros with their sign, infinities, NaN, what is outside, what is below the normal numbers."""
    odd = [v for v in ODD if (name, v) != ("gammaln", 1e-320)]  # 737, as in Torch; SciPy has ∞
    x = np.tile(np.array(odd, kind), N // len(odd))
    f = getattr(pytest.importorskip("scipy.special"), name)
    with np.errstate(all="ignore"):
        ours, theirs = np.asarray(PUBLIC[name](x)), f(x.astype(np.float64)).astype(kind)
    number = ~np.isnan(theirs) & ((x != 0) | (name != "erfinv"))  # −0 of −0, as in Torch; SciPy has 0
    np.testing.assert_array_equal(np.signbit(ours[number]), np.signbit(theirs[number]))
    np.testing.assert_allclose(ours, theirs, rtol=10 * np.finfo(kind).eps, atol=0)


@pytest.mark.parametrize("name", PUBLIC)
def test_layouts_of_many(name: str) -> None:
    """Fortran order, strides, negative ones, no axis' order lost; the input is not written to."""
    rng = np.random.default_rng(0)
    x = rng.uniform(0.05, 0.95, (150, 160)).astype(np.float32)
    kept, f = x.copy(), PUBLIC[name]
    flat = np.asarray(f(x))
    assert flat.dtype == np.float32
    np.testing.assert_array_equal(x, kept)
    for other, place in ((np.asfortranarray(x), np.s_[:]), (x[::-1, ::2], np.s_[::-1, ::2]), (x.T, np.s_[:].__class__)):
        expected = flat.T if not isinstance(place, (slice, tuple)) else flat[place]
        np.testing.assert_allclose(np.asarray(f(other)), expected, rtol=1e-6)


@pytest.mark.parametrize("kind", "fd")
def test_trigamma_among_many(kind: str) -> None:
    """polygamma(1, x), below 0 too, at the poles and at the ends."""
    x = np.tile(np.array([0.3, 2.0, 0.0, -0.5, -1.0, -7.25, np.inf, 1e-30, 1e30, np.nan], kind), 1000)
    exact = pytest.importorskip("scipy.special").polygamma(1, x.astype(np.float64))
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(np.asarray(mg.polygamma(1, x)), exact.astype(kind), rtol=11 * np.finfo(kind).eps)


@pytest.mark.parametrize("kind", "fd")
@pytest.mark.parametrize("low", [0.0, 1e-3])
def test_hypot_of_many_is_numpys(kind: str, low: float) -> None:
    """Where the squares hold, and where they overflow, vanish, are infinite or NaN."""
    rng = np.random.default_rng(0)
    x, y = (rng.normal(size=N).astype(kind) + np.array(low, kind) for _ in range(2))
    np.testing.assert_allclose(np.asarray(mg.hypot(x, y)), np.hypot(x, y), rtol=2 * np.finfo(kind).eps)
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, np.finfo(kind).max / 2, np.finfo(kind).tiny, 3.0], kind)
    a, b = (np.tile(v.reshape(-1), 100) for v in np.meshgrid(odd, odd))
    np.testing.assert_allclose(np.asarray(mg.hypot(a, b)), np.hypot(a, b), rtol=2 * np.finfo(kind).eps)


SLOPES: dict[str, tuple[Callable[..., Any], float, float]] = {
    "erf": (mg.erf, -3, 3), "erfc": (mg.erfc, -3, 3), "digamma": (mg.digamma, 0.1, 9),
    "lgamma": (mg.lgamma, 0.1, 9), "logit": (mg.logit, -0.1, 1.1), "special.erfinv": (mg.special.erfinv, -0.9, 0.9),
    "special.ndtr": (mg.special.ndtr, -3, 3), "nn.functional.gelu": (mg.nn.functional.gelu, -6, 6),
    "nn.functional.leaky_relu": (mg.nn.functional.leaky_relu, -2, 2),
    "nn.functional.hardswish": (mg.nn.functional.hardswish, -4, 4), "nn.functional.elu": (mg.nn.functional.elu, -2, 2),
}  # fmt: skip


@pytest.mark.parametrize("name", SLOPES)
def test_gradients_of_many_are_torchs(name: str) -> None:
    """In float64, where Torch's own trigamma keeps its digits; a second derivative follows."""
    torch = pytest.importorskip("torch")
    f, low, high = SLOPES[name]
    theirs = torch
    for part in name.split("."):
        theirs = getattr(theirs, part)
    rng = np.random.default_rng(0)
    a, g = rng.uniform(low, high, (3, N // 3)), rng.normal(size=(3, N // 3))
    x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
    (ours,) = mg.vjp(f, x)[1](mg.tensor(g))
    (expected,) = torch.autograd.grad(theirs(t), t, torch.tensor(g), create_graph=True)
    np.testing.assert_allclose(ours.numpy(), expected.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["leaky_relu", "hardswish", "gelu"])
def test_gradients_of_many_at_the_kinks_are_torchs(name: str) -> None:
    """0, ±3, infinities and NaN among many; slopes beyond 1 and below 0."""
    torch = pytest.importorskip("torch")
    odd = [0.0, -0.0, 3.0, -3.0, 1e-6, -1e-6, 2.9, -2.9, 40.0, -40.0]
    odd += [] if name == "gelu" else [np.inf, -np.inf]
    odd += [np.nan] if name == "leaky_relu" else []  # hardswish: NaN in Torch's loops over many, g in those over few
    slopes: list[dict[str, float]] = [{"negative_slope": s} for s in (0.01, 0.0, 1.0, 1.5, -0.5)]
    for numbers in (odd[:10], odd):
        a = np.tile(np.array(numbers, np.float32), 1000)
        for more in slopes if name == "leaky_relu" else [{}]:
            x, t = mg.tensor(a, requires_grad=True), torch.tensor(a, requires_grad=True)
            y, u = getattr(mg.nn.functional, name)(x, **more), getattr(torch.nn.functional, name)(t, **more)
            y.sum().backward()
            u.sum().backward()
            np.testing.assert_allclose(x.grad.numpy(), t.grad.numpy(), rtol=1e-6, atol=1e-6)


def test_many_numbers_without_scipy() -> None:
    """erf, erfc, log Γ, ψ and logit need none, in float64 either: by the standard library's values."""
    code = """
        import sys
        sys.modules["scipy"] = sys.modules["scipy.special"] = None
        import math, time, numpy as np, microgrid as mg
        x = np.linspace(-5.5, 9, 20_000)
        for ours, exact in ((mg.erf, math.erf), (mg.erfc, math.erfc), (mg.lgamma, math.lgamma)):
            np.testing.assert_allclose(ours(x), [exact(v) for v in x.tolist()], rtol=2.5e-15, atol=2e-15)
        steps = 0.5 + np.arange(6000.0)
        psi = -np.euler_gamma - 2 * math.log(2) + np.concatenate(([0.0], np.cumsum(1 / steps[:-1])))  # at k + ½
        np.testing.assert_allclose(mg.digamma(steps), psi, rtol=1e-13)
        p = np.linspace(0.01, 0.99, 5001)
        np.testing.assert_allclose(mg.logit(p), 2 * np.arctanh(2 * p - 1), rtol=1e-13, atol=1e-16)
    """
    lines = "\n".join(line[8:] for line in code.splitlines())
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
