"""Finite differences: central, extrapolated (Richardson), each with an estimate of its own error.

At a kink the slopes from the left and from the right differ, however small the step: those elements are counted, and
held against both slopes, since any value between them is a subgradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

STEP = 2.0**-9  # times max(|x|, 1/8); halved twice. With two extrapolations the error is of the order of step⁶


@dataclass(frozen=True, slots=True)
class Slope:
    """A derivative along one element: its value, an estimate of its error, the slopes from the left and the right where
    they differ (a kink), and whether it could be decided at all."""

    value: float
    error: float
    left: float
    right: float
    kink: bool
    jump: bool = False  # the function itself jumps: there is no slope to hold a gradient against

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.value) and np.isfinite(self.error))

    def within(self, slope: float, slack: float) -> bool:
        """Whether a value is a subgradient here."""
        low, high = sorted((self.left, self.right))
        return self.jump or low - slack <= slope <= high + slack


def slope(f: Callable[[float], float], x: float, noise: float = 0.0) -> Slope:
    """f's derivative at x. f takes the moved element and gives a float64 number.

    noise: how exactly f's numbers are known (their rounding)."""
    first = _slope(f, x, STEP, noise)
    if first.finite and not first.kink and first.error <= 1e-6 * abs(first.value):
        return first
    tries = [first, _slope(f, x, STEP * 2.0**-6, noise), _slope(f, x, STEP * 2.0**-14, noise)]
    good = [s for s in tries if s.finite and not s.kink]
    if good:  # a kink nearby, or a strong curve: a smaller step does not see it
        return min(good, key=lambda s: s.error)
    return next((s for s in reversed(tries) if s.finite), first)


def _slope(f: Callable[[float], float], x: float, step: float, noise: float) -> Slope:
    h = step * max(abs(x), 0.125)
    with np.errstate(all="ignore"):
        middle = f(x)
        ups, downs, hs = [], [], []
        for k in range(3):
            up, down = x + h / 2**k, x - h / 2**k
            ups.append((f(up) - middle) / (up - x))
            downs.append((middle - f(down)) / (x - down))
            hs.append(up - x)
        d = [(u + v) / 2 for u, v in zip(ups, downs)]
        r = [(4 * d[1] - d[0]) / 3, (4 * d[2] - d[1]) / 3]
        value = (16 * r[1] - r[0]) / 15
        size = max(map(abs, (*ups, *downs)), default=0.0)
        rounding = (noise + 4e-16 * abs(middle)) / hs[2]
        gaps = [abs(u - v) for u, v in zip(ups, downs)]
        # a smooth function's gap halves with the step; a kink's stays, or vanishes once the step no longer reaches it
        kink = bool(gaps[0] > 64 * rounding + 1e-7 * size and not 0.35 < gaps[1] / gaps[0] < 0.65)
        if gaps[1] > 64 * rounding + 1e-7 * size and not 0.35 < gaps[2] / gaps[1] < 0.65:
            kink = True
        left, right = 2 * downs[2] - downs[1], 2 * ups[2] - ups[1]
        jump = any(
            abs(side[2]) > 1.7 * abs(side[1]) > 2.8 * abs(side[0]) > rounding for side in (ups, downs, d)
        )  # as 1 / h
        return Slope(
            float(value), float(abs(r[1] - value) + 4 * rounding), float(left), float(right), kink or jump, jump
        )


def slopes(
    f: Callable[..., Any], xs: list[Any], i: int, cotangent: Any, at: list[tuple[int, ...]] | None = None,
) -> dict[tuple[int, ...], Slope]:  # fmt: skip
    """{index: slope of Σ cotangent ⊙ f} along the elements of xs[i], all or those named. The inputs are float64."""
    xs = list(xs)
    moved = np.array(xs[i], np.float64)
    xs[i] = moved
    base = np.array(f(*xs), np.float64)  # a copy: f may return a view of what is about to be moved
    g = np.asarray(cotangent, np.float64)

    def along(index: tuple[int, ...]) -> Callable[[float], float]:
        def move(to: float) -> float:
            held = moved[index]
            moved[index] = to
            try:
                apart = np.asarray(f(*xs), np.float64) - base
            finally:
                moved[index] = held
            return float(np.sum(np.where(g == 0, 0.0, g * np.where(np.isnan(apart) & ~np.isfinite(base), 0.0, apart))))

        return move

    noise = 2.2e-16 * float(np.sqrt(np.sum(np.square(np.where(np.isfinite(base), g * base, 0.0)))))
    return {
        index: slope(along(index), float(moved[index]), noise)
        for index in (at if at is not None else indices(moved.shape))
    }


def indices(shape: tuple[int, ...], most: int | None = None, seed: int = 0) -> list[tuple[int, ...]]:
    """The indices of a shape; a fixed random choice of them where there are more than `most`."""
    size = int(np.prod(shape))
    flat = np.arange(size)
    if most is not None and size > most:
        flat = np.sort(np.random.default_rng(seed).choice(size, most, replace=False))
    return [tuple(map(int, np.unravel_index(k, shape))) for k in flat] if shape else [()] * size


@dataclass(slots=True)
class Agreement:
    """Analytic slopes beside finite differences: which elements disagree, lie at a kink, or could not be decided."""

    wrong: list[tuple[int, ...]]
    kinks: int = 0
    undecided: int = 0
    judged: int = 0
    error: float = 0.0  # the largest distance, relative to the element or its estimate

    @property
    def ok(self) -> bool:
        return not self.wrong


def agreement(analytic: Any, found: dict[tuple[int, ...], Slope], relative: float, floor: float = 0.0) -> Agreement:
    """Hold an analytic gradient against slopes.

    relative: allowed, of each element.  floor: allowed, absolutely (the rounding of a low-precision gradient)."""
    analytic = np.asarray(analytic)
    got = Agreement([])
    for index, s in found.items():
        a = float(analytic[index])
        if not s.finite:
            got.undecided += 1
            continue
        if s.kink:
            got.kinks += 1
            jump = abs(s.left - s.right)
            if not s.within(a, 0.05 * jump + relative * abs(a) + floor):
                got.wrong.append(index)
            continue
        allowed = max(relative * max(abs(s.value), abs(a)) if np.isfinite(a) else 0.0, 10 * s.error, floor)
        distance = abs(a - s.value)
        if not distance <= allowed:
            got.wrong.append(index)
        elif allowed > 5 * relative * abs(s.value) + floor and abs(s.value) > 0 and 10 * s.error > 1e-9:
            got.undecided += 1
            continue
        got.judged += 1
        if allowed:
            got.error = max(got.error, distance / max(abs(s.value), 1e-300) if distance else 0.0)
    return got
