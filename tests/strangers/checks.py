"""Whether a function of plain arrays, called on Tensors as it stands, has NumPy's value and the right derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import microgrid as mg

Function = Callable[..., Any]


def listed(out: Any) -> list[Any]:
    """One result or several, as a list."""
    return list(out) if isinstance(out, tuple | list) else [out]


def total(out: Any) -> Any:
    """All that came out, weighted and summed."""
    weights = np.random.default_rng(5)
    return sum((o * weights.uniform(0.5, 1.5, np.shape(o))).sum() for o in listed(out))


def leaves(arrays: list[np.ndarray]) -> list[mg.Tensor]:
    """The inputs as Tensors that want a gradient."""
    return [mg.tensor(a, requires_grad=True) for a in arrays]


def gradients(f: Function, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Of the weighted sum, by microgrid."""
    xs = leaves(arrays)
    total(f(*xs)).backward()
    return [np.zeros(x.shape) if x.grad is None else x.grad.numpy() for x in xs]


def directed(f: Function, arrays: list[np.ndarray], ts: list[np.ndarray]) -> list[np.ndarray]:
    """The gradient of ⟨gradient, ts⟩, by microgrid."""
    xs = leaves(arrays)
    total(f(*xs)).backward(create_graph=True)
    slope = sum((x.grad * t).sum() for x, t in zip(xs, ts) if x.grad is not None)
    for x in xs:
        x.grad = None
    if slope.requires_grad:
        slope.backward()
    return [np.zeros(x.shape) if x.grad is None else x.grad.numpy() for x in xs]


def richardson(g: Callable[[float], Any], h: float) -> Any:
    """The derivative of g at 0: central differences at h and h / 2, their errors in h² cancelled."""
    wide, narrow = ((g(s) - g(-s)) / (2 * s) for s in (h, h / 2))
    return (4 * narrow - wide) / 3


def value(f: Function, arrays: list[np.ndarray]) -> None:
    """Each result is a Tensor with NumPy's value, shape and dtype; the inputs are as they were."""
    before = [a.copy() for a in arrays]
    expected, found = listed(f(*[a.copy() for a in arrays])), listed(f(*leaves(arrays)))
    for o, e in zip(found, expected, strict=True):
        assert isinstance(o, mg.Tensor), f"a {type(o).__name__} came out"
        assert o.requires_grad
        assert (o.shape, o.dtype) == (np.shape(e), np.asarray(e).dtype)
        np.testing.assert_allclose(o.numpy(), e, rtol=1e-11, atol=1e-12)
    for a, b in zip(arrays, before):
        np.testing.assert_array_equal(a, b)


def first(f: Function, arrays: list[np.ndarray], h: float = 1e-3) -> None:
    """The gradient, entry by entry, is what differences of the function on arrays say."""
    found = gradients(f, arrays)
    for k, a in enumerate(arrays):
        differences = np.zeros(a.shape)
        for i in np.ndindex(a.shape):

            def along(s: float, k: int = k, i: Any = i) -> Any:
                moved = [b.copy() for b in arrays]
                moved[k][i] += s
                return total(f(*moved))

            differences[i] = richardson(along, h)
        close(found[k], differences, 1e-7, f"gradient of input {k}")


def second(f: Function, arrays: list[np.ndarray], h: float = 1e-3) -> None:
    """The second derivative along a direction is what differences of the gradient say."""
    rng = np.random.default_rng(6)
    ts = [rng.uniform(0.3, 1.0, a.shape) * rng.choice([-1.0, 1.0], a.shape) for a in arrays]
    found = directed(f, arrays, ts)
    for k in range(len(arrays)):
        slopes = richardson(lambda s, k=k: gradients(f, [a + s * t for a, t in zip(arrays, ts)])[k], h)
        close(found[k], slopes, 1e-7, f"second derivative, input {k}")


def forward(f: Function, arrays: list[np.ndarray]) -> None:
    """The tangent that `jvp` carries forward is the gradient along it; a `jacobian`'s rows say the same."""
    rng = np.random.default_rng(7)
    ts = [np.asarray(rng.normal(size=a.shape)) for a in arrays]
    slope = sum(np.vdot(g, t) for g, t in zip(gradients(f, arrays), ts))
    _, tangent = mg.jvp(lambda *xs: total(f(*xs)), tuple(arrays), tuple(ts))
    close(tangent, slope, 1e-9, "tangent")
    value, tangents = mg.jvp(lambda *xs: tuple(listed(f(*xs))), tuple(arrays), tuple(ts))
    for k, (v, tangent) in enumerate(zip(value, tangents, strict=True)):
        every = tuple(range(len(arrays)))
        rows = mg.jacobian(lambda *xs, k=k: listed(f(*xs))[k], argnums=every)(*arrays)
        product = np.zeros(np.shape(v))
        for j, t in zip(rows, ts):
            assert np.shape(j) == (*np.shape(v), *t.shape)
            product = product + np.tensordot(j, t, axes=t.ndim)
        close(tangent, product, 1e-9, f"tangent of result {k}")


def one_at_a_time(f: Function, arrays: list[np.ndarray]) -> None:
    """One input a Tensor with a gradient, the others Tensors without: the same gradient. The others plain arrays: the
    same, or, where the function fills one of them or its like, an error that says so; never a wrong one."""
    whole = gradients(f, arrays)
    for k, a in enumerate(arrays):
        for as_given in (mg.asarray, np.copy):
            xs = [as_given(b) for b in arrays]
            xs[k] = x = mg.tensor(a, requires_grad=True)
            try:
                out = total(f(*xs))
            except (TypeError, ValueError) as error:
                assert as_given is np.copy
                assert "cannot hold a Tensor's history" in f"{error} {error.__cause__}"
                continue
            out.backward()
            close(np.zeros(a.shape) if x.grad is None else x.grad.numpy(), whole[k], 1e-11, f"input {k} alone")
            for b, other in zip(arrays, xs):
                if isinstance(other, np.ndarray):
                    np.testing.assert_array_equal(other, b)


def replayed(f: Function, arrays: list[np.ndarray]) -> None:
    """Torch, run on what was recorded, has the same values and gradients node by node."""
    report = mg.reference.check(total(f(*leaves(arrays))))
    assert report, str(report)


def close(found: Any, expected: Any, tolerance: float, what: str) -> None:
    """Equal to within a part of the largest entry."""
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * scale, err_msg=what)
