"""What a row of the table of cases is made of: inputs that are drawn, kinks to keep away from, what must be refused."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Input:
    """One input: its shape and how its numbers are drawn; whether it carries a gradient."""

    shape: tuple[int, ...]
    draw: Draw
    gradient: bool = True

    def sample(self, rng: np.random.Generator, dtype: Any) -> np.ndarray:
        value = np.asarray(self.draw(rng, self.shape))
        return value.astype(dtype) if value.dtype.kind == "f" else value

    def still(self) -> Input:
        """The same without a gradient."""
        return dataclasses.replace(self, gradient=False)


def real(*shape: int) -> Input:
    """Any numbers, to both sides of 0."""
    return Input(shape, lambda rng, s: rng.normal(size=s))


def positive(*shape: int) -> Input:
    """Between 0.4 and 2."""
    return Input(shape, lambda rng, s: rng.uniform(0.4, 2.0, s))


def nonzero(*shape: int) -> Input:
    """Of either sign, at least 0.4 from 0."""
    return Input(shape, lambda rng, s: rng.uniform(0.4, 2.0, s) * rng.choice([-1.0, 1.0], s))


def distinct(*shape: int) -> Input:
    """No two closer than 0.1: no ties for max and min."""
    return Input(shape, lambda rng, s: rng.permutation(np.arange(np.prod(s, dtype=int)) * 0.3 - 1.0).reshape(s))


def probabilities(*shape: int, axis: int = -1) -> Input:
    """Positive, of sum 1 along an axis."""

    def draw(rng: np.random.Generator, s: tuple[int, ...]) -> np.ndarray:
        p = rng.uniform(0.1, 1.0, s)
        return p / p.sum(axis=axis, keepdims=True)

    return Input(shape, draw)


def integers(*shape: int, low: int = 0, high: int = 3) -> Input:
    """Integers from low to before high."""
    return Input(shape, lambda rng, s: np.asarray(rng.integers(low, high, s)), gradient=False)


def booleans(*shape: int) -> Input:
    """True and False."""
    return Input(shape, lambda rng, s: np.asarray(rng.random(s) < 0.5), gradient=False)


def at(*values: Any) -> Input:
    """These very numbers: kinks, ties, infinities."""
    array = np.asarray(values[0] if len(values) == 1 else values)
    return Input(array.shape, lambda rng, s: array.copy(), gradient=array.dtype.kind == "f")


@dataclasses.dataclass(frozen=True)
class Variant:
    """Inputs and statics of one call.

    smooth: finite differences hold there (not at a kink, not where it is infinite).
    twice:  Torch's second derivative is defined there.
    """

    inputs: tuple[Input, ...]
    statics: dict[str, Any]
    smooth: bool = True
    twice: bool = True

    def __str__(self) -> str:
        shapes = ",".join("x".join(map(str, i.shape)) or "scalar" for i in self.inputs)
        return "-".join([shapes, *(f"{k}={v}" for k, v in self.statics.items()), *(() if self.smooth else ("kink",))])


def on(*inputs: Input, **statics: Any) -> Variant:
    """A call with these inputs and statics."""
    return Variant(inputs, statics)


def kink(*inputs: Input, **statics: Any) -> Variant:
    """A call where finite differences do not hold, but Torch's convention does."""
    return Variant(inputs, statics, smooth=False)


def once(*inputs: Input, **statics: Any) -> Variant:
    """A kink where Torch's second derivative is NaN, and ours its limit."""
    return Variant(inputs, statics, smooth=False, twice=False)


SHAPES = [(3, 4), (), (1,), (0, 3)]
PAIRS = [
    ((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((), (3,)), ((3,), ()), ((), ()), ((2, 1, 3), (4, 1)),
    ((0, 3), (1, 3)), ((1,), (0,)), ((1, 1), (2, 3)),
]  # fmt: skip


def shapes(draw: Callable[..., Input]) -> list[Variant]:
    """One input of each usual shape: a matrix, a scalar, one element, none."""
    return [on(draw(*s)) for s in SHAPES]


def pairs(first: Callable[..., Input], second: Callable[..., Input]) -> list[Variant]:
    """Two inputs of each way to broadcast."""
    return [on(first(*a), second(*b)) for a, b in PAIRS]


@dataclasses.dataclass(frozen=True)
class Refusal:
    """A call that must raise, and what its message must say."""

    call: Callable[[], Any]
    kind: type[Exception]
    says: tuple[str, ...]


def refused(call: Callable[[], Any], kind: type[Exception], *says: str) -> Refusal:
    """`call()` must raise `kind` with a message that contains each text."""
    return Refusal(call, kind, says)


@dataclasses.dataclass
class Row:
    """One operation: how it is called here, in NumPy and in Torch, and where it is tried.

    op:        the declaration's name.
    call:      microgrid's function.
    numpy:     NumPy's function (called on arrays for the value, on Tensors for the dispatch), or one written in NumPy
               with `dispatches=False`.
    torch:     Torch's spelling; None with a reason in `untorched`.
    away:      of the inputs: 0 at a kink; drawn again until it is 0.05 away.
    tolerance: {dtype name: relative} where the usual one does not do, `because` of the reason.
    in_place:  why the body cannot run on Tensors, so that it cannot be differentiated itself.
    backward:  Torch knows its gradient, but has no forward mode for it.
    """

    op: str
    call: Callable[..., Any]
    numpy: Callable[..., Any] | None
    torch: Callable[..., Any] | None
    variants: list[Variant]
    errors: list[Refusal] = dataclasses.field(default_factory=list)
    away: Callable[..., Any] | None = None
    dispatches: bool = True
    tolerance: dict[str, float] = dataclasses.field(default_factory=dict)
    because: str = ""
    untorched: str = ""
    in_place: str = ""
    backward: bool = False

    def __post_init__(self) -> None:
        assert (self.torch is None) == bool(self.untorched), f"{self.op}: Torch's spelling, or why there is none"
        assert bool(self.tolerance) == bool(self.because), f"{self.op}: a tolerance needs its reason"

    def sample(self, variant: Variant, dtype: Any = np.float64, seed: int = 0) -> list[np.ndarray]:
        """The inputs, away from the kinks."""
        for attempt in itertools.count():
            rng = np.random.default_rng((seed, attempt, len(self.op)))
            arrays = [i.sample(rng, dtype) for i in variant.inputs]
            if self.away is None or not variant.smooth or np.all(np.abs(self.away(*arrays, **variant.statics)) > 0.05):
                return arrays
        raise AssertionError

    def rtol(self, dtype: Any) -> float:
        """The relative tolerance of a comparison with Torch."""
        name = np.dtype(dtype).name
        return self.tolerance.get(name, {"float64": 1e-11, "float32": 2e-5, "float16": 1e-2}[name])


def cotangents(values: list[np.ndarray], seed: int = 1) -> list[np.ndarray]:
    """Random numbers of the shapes and dtypes of some arrays; never ones, which hide a transposed or summed rule."""
    rng = np.random.default_rng((seed, 77))
    return [np.asarray(rng.normal(size=v.shape)).astype(v.dtype) for v in values]


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "C": lambda a: a,
    "Fortran": lambda a: np.asarray(a, order="F"),
    "strided": lambda a: np.repeat(a, 2, axis=-1)[..., ::2] if a.ndim else a,
    "negative strides": lambda a: np.ascontiguousarray(a[::-1])[::-1] if a.ndim else a,
}


def each(rows: list[Row]) -> Iterator[tuple[Row, Variant]]:
    """Every variant of every row."""
    return ((row, variant) for row in rows for variant in row.variants)
