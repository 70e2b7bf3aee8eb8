"""Randomness is an operation: a draw is recorded, so that a replay or a checkpoint uses the very same numbers."""

from __future__ import annotations

import copy
from typing import Any, TypeAlias

import numpy as np

from ..core.primitive import primitive
from ..core.recording import current
from ..core.tensor import Tensor
from .creation.data import get_default_dtype
from .elementwise.arithmetic import Array

__all__ = [
    "beta", "binomial", "chisquare", "choice", "exponential", "gamma", "geometric", "gumbel", "integers", "laplace",
    "logistic", "lognormal", "manual_seed", "normal", "permutation", "poisson", "random", "standard_exponential",
    "standard_gamma", "standard_normal", "uniform",
]  # fmt: skip

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
    kind = _floating(dtype)
    found = of(_source(generator))(shape, dtype=kind if kind.itemsize in (4, 8) else np.float32)
    return np.asarray(found, kind)


def _floating(dtype: Any) -> np.dtype[Any]:
    kind: np.dtype[Any] = np.dtype(dtype)
    if kind.kind != "f":
        raise TypeError(f"dtype {kind} given, expected a floating-point dtype")
    return kind


@primitive(name="normal", symbol="N(0, 1)", formula="x ~ N(0, 1)", torch="randn", random=True)
def normals(*, shape: Any, dtype: Any, generator: Any = None) -> Array:
    """Draws from the standard normal distribution."""
    return _draw(lambda rng: rng.standard_normal, shape, dtype, generator)


@primitive(name="uniform", symbol="U[0, 1)", formula="x ~ U[0, 1)", torch="rand", random=True)
def uniforms(*, shape: Any, dtype: Any, generator: Any = None) -> Array:
    """Draws from the uniform distribution on [0, 1)."""
    return _draw(lambda rng: rng.random, shape, dtype, generator)


@primitive(symbol="mask", formula="x ~ Bernoulli(p) · scale", torch="bernoulli", random=True)
def bernoulli(*, p: float, shape: Any, dtype: Any, scale: float = 1.0, generator: Any = None) -> Array:
    """`scale` with probability p, else 0: dropout's mask."""
    if not 0 <= p <= 1:
        raise ValueError(f"p is {p}, expected a probability from 0 to 1")
    return (_source(generator).random(shape) < p) * np.dtype(dtype).type(scale)


@primitive(name="draw", symbol="draw", formula="x ~ a distribution", random=True)
def drawn(*, method: str, given: tuple[Any, ...], shape: Any, dtype: Any, generator: Any = None) -> Array:
    """Draws by a method of numpy.random.Generator, whose parameters carry no gradient."""
    single = method in ("standard_exponential", "standard_gamma") and np.dtype(dtype).itemsize < 8
    how = {"dtype": np.float32} if single else {"dtype": dtype} if method == "integers" else {}  # others draw as double
    return np.asarray(getattr(_source(generator), method)(*given, size=shape, **how)).astype(dtype)


@primitive(symbol="order", formula="i ~ an order", random=True, gradient=False)
def places(*, n: int, shape: Any, replace: bool, p: Any, shuffle: bool, generator: Any = None) -> Array:
    """Indices of some of n elements, as numpy.random.Generator.choice draws them."""
    return np.asarray(_source(generator).choice(n, shape, replace, p, shuffle=shuffle))


@primitive(symbol="order", formula="i ~ an order", random=True, gradient=False)
def permuted(*, n: int, generator: Any = None) -> Array:
    """The numbers 0, …, n − 1 in an order that is drawn."""
    return _source(generator).permutation(n)


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
    z = normals(shape=_size(size, loc, scale), dtype=_dtype(dtype, loc, scale), generator=generator)
    z = z if _is(scale, 1) else z * scale
    return z if _is(loc, 0) else z + loc  # type: ignore[no-any-return]


def uniform(
    low: Any = 0.0, high: Any = 1.0, size: Any = None, *, generator: np.random.Generator | None = None,
    dtype: Any = None,
) -> Tensor:  # fmt: skip
    """Draws from the uniform distribution on [low, high), whose ends may carry gradients.

    size: the shape, broadcast from low and high by default."""
    u = uniforms(shape=_size(size, low, high), dtype=_dtype(dtype, low, high), generator=generator)
    u = u if _is(low, 0) and _is(high, 1) else u * (high - low)
    return u if _is(low, 0) else u + low  # type: ignore[no-any-return]


Parameter = Any  # a number, an array or a Tensor
Source: TypeAlias = "np.random.Generator | None"


def standard_normal(size: Any = None, dtype: Any = None, *, generator: Source = None) -> Tensor:
    """Draws from the normal distribution of mean 0 and standard deviation 1."""
    return normals(shape=_size(size), dtype=_dtype(dtype), generator=generator)  # type: ignore[no-any-return]


def random(size: Any = None, dtype: Any = None, *, generator: Source = None) -> Tensor:
    """Draws from the uniform distribution on [0, 1)."""
    return uniforms(shape=_size(size), dtype=_dtype(dtype), generator=generator)  # type: ignore[no-any-return]


def _located(
    method: str, loc: Parameter, scale: Parameter, size: Any, generator: Source, dtype: Any, *given: Any
) -> Tensor:
    """loc + scale times standard draws: gradients reach both. Raises ValueError for a negative scale."""
    if np.any(np.asarray(_value(scale)) < 0):
        raise ValueError(f"{method}: scale is {scale}, expected at least 0")
    shape, kind = _size(size, loc, scale, *given), _floating(_dtype(dtype, loc, scale, *given))
    z = drawn(method=method, given=given, shape=shape, dtype=kind, generator=generator)
    z = z if _is(scale, 1) else z * scale
    return z if _is(loc, 0) else z + loc  # type: ignore[no-any-return]


def _value(x: Any) -> Any:
    return x.numpy() if isinstance(x, Tensor) else x


def _still(function: str, name: str, x: Any) -> Any:
    """A parameter's value. Raises TypeError where it carries a gradient, which a draw would lose."""
    if isinstance(x, Tensor) and x.requires_grad:
        raise TypeError(
            f"{function}: {name} carries a gradient, and its draws have none in it; give {name}.detach(), or weigh "
            "them by the gradient of their log-probability"
        )
    return _value(x)


def laplace(
    loc: Parameter = 0.0, scale: Parameter = 1.0, size: Any = None, *, generator: Source = None, dtype: Any = None
) -> Tensor:
    """Draws from the Laplace distribution about `loc`; both parameters may carry gradients."""
    return _located("laplace", loc, scale, size, generator, dtype)


def logistic(
    loc: Parameter = 0.0, scale: Parameter = 1.0, size: Any = None, *, generator: Source = None, dtype: Any = None
) -> Tensor:
    """Draws from the logistic distribution about `loc`; both parameters may carry gradients."""
    return _located("logistic", loc, scale, size, generator, dtype)


def gumbel(
    loc: Parameter = 0.0, scale: Parameter = 1.0, size: Any = None, *, generator: Source = None, dtype: Any = None
) -> Tensor:
    """Draws from Gumbel's distribution of the largest; both parameters may carry gradients."""
    return _located("gumbel", loc, scale, size, generator, dtype)


def lognormal(
    mean: Parameter = 0.0, sigma: Parameter = 1.0, size: Any = None, *, generator: Source = None, dtype: Any = None
) -> Tensor:
    """exp of normal draws of mean `mean` and standard deviation `sigma`, which may carry gradients."""
    return np.exp(normal(mean, sigma, size, generator=generator, dtype=dtype))  # type: ignore[return-value]


def exponential(
    scale: Parameter = 1.0, size: Any = None, *, generator: Source = None, dtype: Any = None
) -> Tensor:  # fmt: skip
    """Draws from the exponential distribution of mean `scale`, which may carry a gradient."""
    return _located("standard_exponential", 0.0, scale, size, generator, dtype)


def standard_exponential(size: Any = None, dtype: Any = None, *, generator: Source = None) -> Tensor:
    """Draws from the exponential distribution of mean 1."""
    return exponential(1.0, size, generator=generator, dtype=dtype)


def gamma(
    shape: Parameter, scale: Parameter = 1.0, size: Any = None, *, generator: Source = None, dtype: Any = None
) -> Tensor:
    """Draws from the gamma distribution; `scale` may carry a gradient, `shape` not."""
    return _located("standard_gamma", 0.0, scale, size, generator, dtype, _still("gamma", "shape", shape))


def standard_gamma(shape: Parameter, size: Any = None, dtype: Any = None, *, generator: Source = None) -> Tensor:
    """Draws from the gamma distribution of scale 1."""
    return gamma(shape, 1.0, size, generator=generator, dtype=dtype)


def chisquare(df: Parameter, size: Any = None, *, generator: Source = None, dtype: Any = None) -> Tensor:
    """Draws from the chi-square distribution of `df` degrees of freedom."""
    return gamma(_still("chisquare", "df", df) / 2, 2.0, size, generator=generator, dtype=dtype)


def beta(a: Parameter, b: Parameter, size: Any = None, *, generator: Source = None, dtype: Any = None) -> Tensor:
    """Draws from the beta distribution; a and b carry no gradient."""
    return _located("beta", 0.0, 1.0, size, generator, dtype, _still("beta", "a", a), _still("beta", "b", b))


# ------------------------------------------------------------------------------------- whole numbers, and some of many


def _counted(method: str, size: Any, generator: Source, given: dict[str, Any]) -> Tensor:
    values = tuple(_still(method, name, x) for name, x in given.items())
    found = drawn(method=method, given=values, shape=_size(size, *values), dtype=np.int64, generator=generator)
    return found  # type: ignore[no-any-return]


def integers(
    low: Any, high: Any = None, size: Any = None, dtype: Any = np.int64, endpoint: bool = False, *,
    generator: Source = None,
) -> Tensor:  # fmt: skip
    """Integers from `low` to before `high` (with endpoint=True, to it), from 0 where one alone is given."""
    low, high = (0, _value(low)) if high is None else (_value(low), _value(high))
    kind = np.dtype(dtype)
    if kind.kind not in "iu":
        raise TypeError(f"integers: dtype {kind} given, expected integers")
    shape = _size(size, low, high)
    found = drawn(
        method="integers", given=(low, high + 1 if endpoint else high), shape=shape, dtype=kind,
        generator=generator,
    )  # fmt: skip
    return found  # type: ignore[no-any-return]


def poisson(lam: Parameter = 1.0, size: Any = None, *, generator: Source = None) -> Tensor:
    """Counts from the Poisson distribution of mean `lam`, which carries no gradient."""
    return _counted("poisson", size, generator, {"lam": lam})


def binomial(n: Parameter, p: Parameter, size: Any = None, *, generator: Source = None) -> Tensor:
    """Successes among n trials of probability p, which carry no gradient."""
    return _counted("binomial", size, generator, {"n": n, "p": p})


def geometric(p: Parameter, size: Any = None, *, generator: Source = None) -> Tensor:
    """Trials up to the first success of probability p, which carries no gradient."""
    return _counted("geometric", size, generator, {"p": p})


def choice(
    a: Any, size: Any = None, replace: bool = True, p: Any = None, axis: int = 0, shuffle: bool = True, *,
    generator: Source = None,
) -> Tensor:  # fmt: skip
    """Some elements of `a`, or slices of it along an axis (of 0, …, a − 1 for an integer), each as probable as p says;
    they carry a's gradient, p has none.

    Raises ValueError for more than there are without replacement, or a p that does not fit."""
    whole = isinstance(a, int | np.integer)
    x = a if whole else a if isinstance(a, Tensor) else Tensor(np.asarray(a))
    n = int(a) if whole else x.shape[axis]
    shape = None if size is None else _size(size)
    index = places(n=n, shape=shape, replace=replace, p=_still("choice", "p", p), shuffle=shuffle, generator=generator)
    return index if whole else x[(slice(None),) * (axis % x.ndim) + (index,)]


def permutation(x: Any, axis: int = 0, *, generator: Source = None) -> Tensor:
    """The slices of x along an axis in another order (0, …, x − 1 for an integer); they carry x's gradient."""
    if isinstance(x, int | np.integer):
        found: Tensor = permuted(n=int(x), generator=generator)
        return found
    x = x if isinstance(x, Tensor) else Tensor(np.asarray(x))
    order = permuted(n=x.shape[axis], generator=generator)
    return x[(slice(None),) * (axis % x.ndim) + (order,)]  # type: ignore[no-any-return]


def _is(x: Any, number: int) -> bool:
    return isinstance(x, int | float) and x == number
