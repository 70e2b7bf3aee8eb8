"""Randomness is an operation: a draw is recorded, so that a replay or a checkpoint uses the very same numbers."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ..core.primitive import primitive
from ..core.recording import current
from ..core.tensor import Tensor
from .creation.data import get_default_dtype
from .elementwise.arithmetic import Array

__all__ = ["manual_seed", "normal", "uniform"]

_generator: np.random.Generator | None = None  # made when first used: NumPy loads its random module then


def manual_seed(seed: int | None = None) -> np.random.Generator:
    """Seed the generator that draws without `generator=` use (from the system's entropy without a seed); returns it."""
    global _generator
    _generator = np.random.default_rng(seed)
    return _generator


class Draws:
    """What a checkpoint remembers of its draws: the generators as they were, to draw the very same again. One within
    another draws by way of the outer one, which remembers too."""

    def __init__(self, outer: Draws | None = None) -> None:
        self._outer = outer
        self._states: list[tuple[np.random.Generator, Any]] = []
        self._next = 0
        self.replaying = False

    def generator(self, generator: np.random.Generator) -> np.random.Generator:
        """The generator to draw from: as it is, noted; or, replaying, a copy as it was then."""
        if not self.replaying:
            if self._outer is not None:
                generator = self._outer.generator(generator)
            self._states.append((generator, generator.bit_generator.state))
            return generator
        then, state = self._states[self._next]
        self._next += 1
        again = copy.deepcopy(then)
        again.bit_generator.state = state
        return again

    def replay(self) -> Draws:
        """The same draws from the start."""
        again = Draws()
        again._states, again.replaying = self._states, True
        return again


def _source(generator: Any) -> np.random.Generator:
    if generator is None:
        generator = _generator or manual_seed()
    elif not isinstance(generator, np.random.Generator):
        raise TypeError(
            f"generator: {type(generator).__name__} given, expected numpy.random.Generator: np.random.default_rng(seed)"
        )
    draws = current().draws
    source: np.random.Generator = generator if draws is None else draws.generator(generator)
    return source


def _draw(of: Any, shape: Any, dtype: Any, generator: Any) -> np.ndarray:
    """Floats of any dtype; NumPy draws single and double precision itself."""
    kind = np.dtype(dtype)
    if kind.kind != "f":
        raise TypeError(f"dtype {kind} given, expected a floating-point dtype")
    drawn = of(_source(generator))(shape, dtype=kind if kind.itemsize in (4, 8) else np.float32)
    return np.asarray(drawn, kind)


@primitive(name="normal", symbol="N(0, 1)", formula="x ~ N(0, 1)", torch="randn", random=True)
def standard_normal(*, shape: Any, dtype: Any, generator: Any = None) -> Array:
    """Draws from the standard normal distribution."""
    return _draw(lambda rng: rng.standard_normal, shape, dtype, generator)


@primitive(name="uniform", symbol="U[0, 1)", formula="x ~ U[0, 1)", torch="rand", random=True)
def standard_uniform(*, shape: Any, dtype: Any, generator: Any = None) -> Array:
    """Draws from the uniform distribution on [0, 1)."""
    return _draw(lambda rng: rng.random, shape, dtype, generator)


@primitive(symbol="mask", formula="x ~ Bernoulli(p) · scale", torch="bernoulli", random=True)
def bernoulli(*, p: float, shape: Any, dtype: Any, scale: float = 1.0, generator: Any = None) -> Array:
    """`scale` with probability p, else 0: dropout's mask."""
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p}, expected a probability from 0 to 1")
    return (_source(generator).random(shape) < p) * np.dtype(dtype).type(scale)


# ------------------------------------------------------------------------------- composed of the above: no primitive


def _size(size: Any, *parameters: Any) -> tuple[int, ...]:
    shapes = [np.shape(p) for p in parameters]
    if size is None:
        return np.broadcast_shapes(*shapes)
    shape = (int(size),) if isinstance(size, int | np.integer) else tuple(map(int, size))
    if np.broadcast_shapes(shape, *shapes) != shape:
        raise ValueError(f"size={shape} given for parameters of shapes {shapes}, which broadcast to more")
    return shape


def _dtype(dtype: Any, *parameters: Any) -> np.dtype[Any]:
    kinds = [p.dtype for p in parameters if isinstance(p, Tensor | np.ndarray | np.generic) and p.dtype.kind == "f"]
    kind: np.dtype[Any] = np.dtype(dtype) if dtype is not None else np.result_type(*kinds or [get_default_dtype()])
    return kind


def normal(
    loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, generator: np.random.Generator | None = None,
    dtype: Any = None,
) -> Tensor:  # fmt: skip
    """Draws from the normal distribution of mean `loc` and standard deviation `scale`, which may carry gradients.

    size: the shape, broadcast from loc and scale by default.  Raises ValueError for a negative scale.
    """
    if np.any(np.asarray(scale.numpy() if isinstance(scale, Tensor) else scale) < 0):
        raise ValueError(f"normal: scale is {scale}, expected a standard deviation of at least 0")
    z = standard_normal(shape=_size(size, loc, scale), dtype=_dtype(dtype, loc, scale), generator=generator)
    z = z if _is(scale, 1) else z * scale
    return z if _is(loc, 0) else z + loc  # type: ignore[no-any-return]


def uniform(
    low: Any = 0.0, high: Any = 1.0, size: Any = None, *, generator: np.random.Generator | None = None,
    dtype: Any = None,
) -> Tensor:  # fmt: skip
    """Draws from the uniform distribution on [low, high), whose ends may carry gradients.

    size: the shape, broadcast from low and high by default."""
    u = standard_uniform(shape=_size(size, low, high), dtype=_dtype(dtype, low, high), generator=generator)
    u = u if _is(low, 0) and _is(high, 1) else u * (high - low)
    return u if _is(low, 0) else u + low  # type: ignore[no-any-return]


def _is(x: Any, number: int) -> bool:
    return isinstance(x, int | float) and x == number
