"""One node judged alone: fed microgrid's recorded inputs, its value, and its rules under a random cotangent.

With Torch the twin's value and autograd are the measure; without, and for an operation that has no twin, finite
differences of its own body.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..core.node import GraphError, Node
from ..core.recording import setting
from ..core.sweep import pull
from ..core.tensor import Tensor
from ..graphs import state
from . import compare
from .compare import Difference, difference
from .differences import Slope, agreement, indices, slopes
from .replay import NoTwin, Replay, inside, parts, to_numpy, to_torch, wanted
from .twins import condition

MULTILINEAR = {"multiply", "matmul"}  # beside those declared linear: their magnitude is that of absolute values
# whose derivative vanishes by cancellation (1 − out²) where they saturate: what is left is the rounding of g itself
SATURATING = {"tanh", "sigmoid", "gelu", "erf", "softmax", "log_softmax"}
PROBES = 24  # elements an input that finite differences are taken at


@dataclass(slots=True)
class Alone:
    """What was found of a node. rules: by input.  by: "torch", "finite differences" or "" (not judged: why)."""

    by: str = ""
    why: str = ""
    value: Difference | None = None
    rules: dict[int, Difference] = field(default_factory=dict)
    mine: dict[int, Any] = field(default_factory=dict)  # of the wrong ones: microgrid's cotangent, the right one,
    right: dict[int, Any] = field(default_factory=dict)
    slopes: dict[int, tuple[tuple[int, ...], Slope]] = field(default_factory=dict)  # and the worst element's slope
    cotangents: dict[int, Any] = field(default_factory=dict)  # fed with this one
    fed: dict[int, str] = field(default_factory=dict)
    kinks: int = 0
    given: dict[int, Any] = field(
        default_factory=dict
    )  # what each input got of the recorded cotangent, by microgrid's rules

    @property
    def wrong(self) -> list[int]:
        return [i for i, d in self.rules.items() if not d.ok]

    @property
    def ok(self) -> bool:
        return (self.value is None or self.value.ok) and not self.wrong


def drawn(value: Any, rng: np.random.Generator) -> Any:
    """A random cotangent of a value's shape and dtype (a tuple of them for several values). Never ones: they hide
    errors in what normalises."""
    if isinstance(value, tuple):
        return tuple(drawn(v, rng) for v in value)
    return np.asarray(rng.standard_normal(np.shape(value)), value.dtype)


def pulled(n: Node, g: Any) -> dict[int, Any]:
    """{input: cotangent} by microgrid's own rules. Raises what a user's rule raises, GraphError for a stale value."""
    want = {p for p in n.inputs if isinstance(p, Node)}
    return {i: np.asarray(r) for i, (_, r) in zip(wanted(n), pull(n, g, want, False))}


def alone(n: Node, replay: Replay | None, rng: np.random.Generator, g: Any = None) -> Alone:
    """Judge a node. g: its recorded cotangent, which its rules are judged under too."""
    if any(state(p) == "freed" for p in (n, *(p for p in n.parents() if isinstance(p, Node)))):
        return Alone(why="its value was freed")
    if any(p is None and q is not None for p, q in zip(n.parents(), n.inputs)):
        return Alone(why="an input was released")
    if replay is not None:
        try:
            return _by_torch(n, replay, rng, g)
        except NoTwin:
            pass
    return _by_differences(n, rng, g)


def _stale(n: Node, by: str) -> Alone | None:
    """A rule cannot be asked where a value that it may read was written since."""
    if any(state(p) for p in (n, *(p for p in n.parents() if isinstance(p, Node)))):
        return Alone(by, "a value was written since")
    return None


def _by_torch(n: Node, replay: Replay, rng: np.random.Generator, g: Any) -> Alone:
    t, op = replay.torch, n.op
    assert op is not None
    places = wanted(n) if n.need > 0 and op.name != "output" else []
    given = replay.operands(n, lambda p: to_torch(t, p.stored) if not isinstance(p.stored, tuple) else
                            tuple(to_torch(t, v) for v in p.stored))  # fmt: skip
    xs = [x.requires_grad_() if i in places else x for i, x in enumerate(given)]
    out = replay.run(n, xs)
    found = Alone("torch")
    lengths = compare.length([np.shape(p.stored) if isinstance(p, Node) else np.shape(p) for p in n.parents()],
                             n.shape, op.elementwise)  # fmt: skip
    allowed = condition(n) * compare.tolerance(coarsest(n), lengths)
    found.value = _values(n, out, allowed, lambda: _magnitude(n, replay, given))
    if not places:
        return found
    if stale := _stale(n, "torch"):
        stale.value = found.value
        return stale
    _rules(n, replay, given, found, places, xs, out, drawn(n.data, rng), "a random incoming gradient")
    if g is not None:
        found.given = _rules(n, replay, given, found, places, xs, out, g, "its recorded incoming gradient")
    return found


def _rules(
    n: Node, replay: Replay, given: list[Any], found: Alone, places: list[int], xs: list[Any], out: Any, g: Any,
    fed: str,
) -> dict[int, Any]:  # fmt: skip
    """Hold the rules against autograd under one cotangent; what microgrid's rules gave."""
    op = n.op
    assert op is not None
    mine, right = pulled(n, g), _vjp(replay.torch, out, xs, places, g)
    for i in places:
        if i in found.mine:
            continue  # wrong already
        got = mine.get(i, np.zeros_like(right[i]))
        allowed = condition(n) * compare.tolerance(
            coarsest(n), compare.back_length(n.inputs[i].shape, n.shape, op.elementwise)
        )
        d = difference(got, right[i], allowed)
        if not d.ok and not d.reason:
            d = difference(got, right[i], allowed, _back_magnitude(n, replay, given, i, g))
        if not d.ok and op.through_body and d.share < 1e-2 and _steps_agree(n, replay):
            d = replace(d, wrong=0)  # rounding, enlarged between its steps
        if not d.ok:
            found.mine[i], found.right[i], found.cotangents[i], found.fed[i] = got, right[i], g, fed
        if i not in found.rules or not d.ok:
            found.rules[i] = d
    return mine


def _steps_agree(n: Node, replay: Replay) -> bool:
    """Whether each operation within a checkpoint agrees alone."""
    rng = np.random.default_rng(0)
    return all(alone(m, replay, rng).ok for m in inside(n)[0] if m.op is not None and not m.op.random)


def coarsest(n: Node) -> Any:
    """The least exact of the dtypes in play: a float32 rule of a float64 value rounds as float32."""
    kinds = [p.dtype for p in (n, *n.parents()) if isinstance(p, Node) and p.dtype.kind == "f"]
    return max(kinds, key=compare.eps, default=n.dtype)


def _values(n: Node, out: Any, allowed: float, magnitude: Any) -> Difference:
    """The worst of a node's values."""
    worst = None
    for mine, theirs in zip(parts(n.stored), parts(to_numpy(out))):
        d = difference(mine, theirs, allowed)
        if not d.ok and not d.reason and theirs.dtype.kind == "f":
            d = difference(mine, theirs, allowed, magnitude())
        if worst is None or d.headroom > worst.headroom or not d.ok:
            worst = d
    assert worst is not None
    return worst


def _vjp(t: Any, out: Any, xs: list[Any], places: list[int], g: Any) -> dict[int, Any]:
    """{input: cotangent} by Torch."""
    pairs = [(o, to_torch(t, c)) for o, c in zip(parts(out), parts(g)) if o.requires_grad and c is not None]
    leaves = [xs[i] for i in places]
    if not pairs:
        return {i: np.zeros(tuple(x.shape), to_numpy(x).dtype) for i, x in zip(places, leaves)}
    got = t.autograd.grad(
        [o for o, _ in pairs], leaves, [c.to(o.dtype) for o, c in pairs], allow_unused=True, retain_graph=True
    )
    return {i: to_numpy(t.zeros_like(x) if r is None else r) for i, x, r in zip(places, leaves, got)}


def _magnitude(n: Node, replay: Replay, given: list[Any]) -> float:
    """Of the terms of a value, where it is the small sum of large ones."""
    op = n.op
    assert op is not None
    floats = [x for x in given if hasattr(x, "is_floating_point") and x.is_floating_point()]
    if op.linear or op.name in MULTILINEAR:
        with replay.torch.no_grad():
            out = replay.run(n, [x.abs() if any(x is f for f in floats) else x for x in given])
        return _largest([to_numpy(out)])
    size = _largest([to_numpy(x) for x in floats])
    return max(size, size * size) if op.name in ("var", "mse") else size


def _back_magnitude(n: Node, replay: Replay, given: list[Any], i: int, g: Any) -> float:
    """Of the terms of a cotangent."""
    t, op = replay.torch, n.op
    assert op is not None
    many = op.linear or op.name in MULTILINEAR
    xs = [x.detach().clone() if hasattr(x, "detach") else x for x in given]
    if many:
        xs = [x.abs() if hasattr(x, "is_floating_point") and x.is_floating_point() else x for x in xs]
    shape = n.shape if op.elementwise else tuple(xs[i].shape)
    xs[i] = xs[i].expand(shape).clone().requires_grad_()  # each element's own share, before broadcasting sums it
    out = replay.run(n, xs)
    r = np.abs(_vjp(t, out, xs, [i], tuple(map(np.abs, g)) if isinstance(g, tuple) else np.abs(g))[i])
    if op.elementwise:
        lead = r.ndim - n.inputs[i].ndim if hasattr(n.inputs[i], "ndim") else r.ndim - len(n.inputs[i].shape)
        axes = tuple(range(lead)) + tuple(k + lead for k, s in enumerate(n.inputs[i].shape) if s == 1)
        r = r.sum(axis=axes)
    size = _largest([r])
    if {op.name, op.torch} & SATURATING:
        top = _largest([to_numpy(x) for x in xs[:1]]) if "gelu" in (op.name, op.torch) else 0.0
        size = max(
            size, _largest(list(parts(g))) * max(1.0, 0.4 * top * (1 + 0.134 * top * top))
        )  # gelu's (1 − t²) term
    if many or op.elementwise:
        return size
    scale = _largest([(n.statics or {}).get("r", 1.0)]) * max(
        1.0, _largest([np.asarray(to_numpy(x)) for x in xs[1:2] if hasattr(x, "detach")])
    )
    return max(size, _largest(list(parts(g))) * (scale if op.name == "layer_norm" else 1.0))


def _largest(arrays: list[Any]) -> float:
    found = 0.0
    for a in arrays:
        a = np.abs(np.asarray(a, np.float64))
        found = max(found, float(np.max(a[np.isfinite(a)], initial=0.0)))
    return found


# ------------------------------------------------------------------------------------------------ without a twin


def body_of(n: Node) -> Any:
    """A node's value as a function of its inputs, on arrays."""
    op = n.op
    assert op is not None
    kw = {k: v for k, v in (n.statics or {}).items() if k not in op.saves}

    def value(*xs: Any) -> Any:
        if op.through_body:  # a checkpoint: its function itself, which may read other inputs than its arguments
            given = (Tensor(x) if isinstance(x, np.ndarray) else x for x in xs[: kw["count"]])
            with setting(on=False, draws=kw["draws"].replay()):
                return kw["f"](*given).numpy()
        out = op.body(*xs, **kw)
        return out[0] if op.saves else out

    return value


def _by_differences(n: Node, rng: np.random.Generator, g: Any) -> Alone:
    op = n.op
    assert op is not None
    if op.name == "output":
        return Alone("itself")
    found = Alone("finite differences")
    places = wanted(n) if n.need > 0 else []
    if stale := _stale(n, ""):
        return stale
    xs = [p.data if isinstance(p, Node) else p for p in n.parents()]
    if not op.through_body:
        again = body_of(n)(*xs)
        found.value = _again(n, again)
    if not places:
        return found
    cotangent = drawn(n.data, rng)
    if isinstance(n.data, tuple):
        return Alone("", "several outputs without a twin")
    mine = pulled(n, cotangent)
    wide = [np.asarray(x, np.float64) if hasattr(x, "dtype") and x.dtype.kind == "f" else x for x in xs]
    body = body_of(n)
    for i in places:
        if op.through_body and i >= (n.statics or {}).get("count", len(xs)):
            continue
        at = indices(n.inputs[i].shape, PROBES)
        got = slopes(body, wide, i, cotangent, at)
        size = max((abs(s.value) for s in got.values() if s.finite), default=0.0)
        floor = size * compare.tolerance(coarsest(n), compare.back_length(n.inputs[i].shape, n.shape, op.elementwise))
        agreed = agreement(mine[i], got, 1e-6 if n.dtype.itemsize == 8 else 1e-4, max(floor, 1e-10 * size))
        found.kinks += agreed.kinks
        if not agreed.wrong:
            found.rules[i] = Difference(agreed.error, 1e-4, agreed.error, size=len(at))
            continue
        worst = max(agreed.wrong, key=lambda k: abs(float(mine[i][k]) - got[k].value))
        share = abs(float(mine[i][worst]) - got[worst].value) / size if size else np.inf
        found.rules[i] = Difference(
            share, 1e-4, share, worst, float(mine[i][worst]), got[worst].value, len(agreed.wrong), len(at)
        )
        found.mine[i] = np.array([mine[i][k] for k in got])
        found.right[i] = np.array([s.value for s in got.values()])
        found.slopes[i], found.cotangents[i], found.fed[i] = (
            (worst, got[worst]),
            cotangent,
            "a random incoming gradient",
        )
    if g is not None:
        try:
            found.given = pulled(n, g)
        except GraphError:
            pass
    return found


def _again(n: Node, again: Any) -> Difference:
    """A value that its own body does not give again was not made by it."""
    worst = [
        difference(a, np.asarray(b, a.dtype), compare.tolerance(n.dtype)) for a, b in zip(parts(n.data), parts(again))
    ]
    return max(worst, key=lambda d: d.error)


def worst_slope(n: Node, i: int, cotangent: Any, index: tuple[int, ...]) -> Slope | None:
    """The finite difference at one element: a third opinion on the worst one."""
    op = n.op
    if op is None or op.through_body or isinstance(n.data, tuple) or n.inputs[i].dtype.kind != "f":
        return None
    xs = [p.data if isinstance(p, Node) else p for p in n.parents()]
    wide = [np.asarray(x, np.float64) if hasattr(x, "dtype") and x.dtype.kind == "f" else x for x in xs]
    try:
        return slopes(body_of(n), wide, i, cotangent, [index])[index]
    except Exception:
        return None
