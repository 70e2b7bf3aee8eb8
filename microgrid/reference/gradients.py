"""`gradcheck`: a function's derivatives beside central finite differences, first and second order, without Torch."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core.node import GraphError
from ..core.recording import enable_grad, setting
from ..core.sweep import sweep
from ..core.tensor import Tensor
from ..ops.random import Draws
from .compare import eps, whole
from .differences import Agreement, Slope, agreement, indices, slopes
from .patterns import pattern
from .report import Cause, Report, Row, location, short

RELATIVE = 2e-5  # of an element: a fifth of the smallest mistake that must not pass


class Held:
    """A function with its randomness held still: every call draws what the first one drew."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        self._draws: Draws | None = None
        self._numpy, self._python = np.random.get_state(), random.getstate()

    def __call__(self, *xs: Any) -> Any:
        kept = np.random.get_state(), random.getstate()
        np.random.set_state(self._numpy)
        random.setstate(self._python)
        first = self._draws is None
        draws = self._draws = self._draws or Draws()
        try:
            with setting(draws=draws if first else draws.replay()):
                return self.f(*xs)
        finally:
            np.random.set_state(kept[0])
            random.setstate(kept[1])


class Function:
    """A function of arrays: its value and its gradient contracted with a fixed cotangent."""

    def __init__(self, f: Callable[..., Any], inputs: tuple[Any, ...]) -> None:
        self.held = Held(f)
        self.given = [x._node.data if isinstance(x, Tensor) else x for x in inputs]
        self.tensors = [isinstance(x, Tensor) for x in inputs]
        self.moving = []
        for i, x in enumerate(self.given):
            if isinstance(x, float | list):
                self.given[i] = x = np.asarray(x, float) if isinstance(x, float) or _floats(x) else np.asarray(x)
            if getattr(x, "dtype", None) is not None and x.dtype.kind == "f":
                self.moving.append(i)
                self.given[i] = np.array(x, np.float64)
        if not self.moving:
            raise TypeError(
                "gradcheck: no input holds floating-point numbers, and only those carry gradients; "
                "give np.array([[1., 2., 3.]]), or a.astype(float)"
            )
        out = self.tensor(*self.given)
        self.shape, self.dtype = out.shape, out.dtype
        rng = np.random.default_rng(0)
        self.cotangent = np.asarray(rng.uniform(0.5, 1.5, out.shape) * rng.choice([-1.0, 1.0], out.shape))
        self.directions = {i: rng.standard_normal(self.given[i].shape) for i in self.moving}
        if out.dtype.kind != "f":
            raise TypeError(
                f"gradcheck: the function returned {out.dtype} {out.shape}; only floating-point numbers have gradients"
            )

    def tensor(self, *xs: Any) -> Tensor:
        """The function's value. Its arguments are Tensors; integers given as arrays stay arrays."""
        out = self.held(*(x if isinstance(x, Tensor) else self._argument(i, x) for i, x in enumerate(xs)))
        if not isinstance(out, Tensor):
            if not isinstance(out, np.ndarray | np.generic | float):
                raise TypeError(
                    f"gradcheck: the function returned {type(out).__name__}, expected a Tensor: "
                    "it left the graph, or never used its arguments"
                )
            out = Tensor(np.asarray(out))
        return out

    def _argument(self, i: int, x: Any, carrying: bool = False) -> Any:
        """An input as f takes it: those that move as Tensors, integers as they were given."""
        return Tensor(x, requires_grad=carrying) if i in self.moving else Tensor(x) if self.tensors[i] else x

    def value(self, *xs: Any) -> Any:
        """On arrays, without a history."""
        return self.tensor(*xs)._node.data

    def gradients(self, *xs: Any, recorded: bool = False) -> list[Any]:
        """The gradient of Σ cotangent ⊙ value in every moving input."""
        if recorded:
            leaves = {i: xs[i] for i in self.moving}
            with enable_grad():
                out = self.tensor(*xs)
                got = sweep(
                    out._node, Tensor(np.asarray(self.cotangent, out.dtype)), [t._node for t in leaves.values()], True
                )
            return [got.get(t._node, Tensor(np.zeros(t.shape))) for t in leaves.values()]
        args = [self._argument(i, x, True) for i, x in enumerate(xs)]
        with enable_grad():
            out = self.tensor(*args)
        if not out._node.need:
            raise GraphError(
                "gradcheck: the value carries no gradient: it does not depend on the inputs, or left the graph "
                "(.numpy(), detach, no_grad) on the way"
            )
        with setting(on=False):
            got = sweep(out._node, np.asarray(self.cotangent, out.dtype), [args[i]._node for i in self.moving])
        return [np.asarray(got.get(args[i]._node, np.zeros(args[i].shape))) for i in self.moving]

    def contracted(self, *xs: Any) -> float:
        """Σ direction ⊙ gradient: a scalar whose gradient is the second derivative along the direction."""
        return float(sum(np.sum(self.directions[i] * g) for i, g in zip(self.moving, self.gradients(*xs))))

    def seconds(self) -> list[Any]:
        """The gradient of `contracted`, by the rules run on Tensors."""
        args = [self._argument(i, x, True) for i, x in enumerate(self.given)]
        with enable_grad():
            total: Any = 0.0
            for i, g in zip(self.moving, self.gradients(*args, recorded=True)):
                total = total + (g * self.directions[i]).sum()
        leaves = [args[i]._node for i in self.moving]
        if not isinstance(total, Tensor) or not total._node.need:
            return [np.zeros(n.shape) for n in leaves]
        with setting(on=False):
            got = sweep(total._node, np.asarray(1.0, total.dtype), leaves)
        return [np.asarray(got.get(n, np.zeros(n.shape))) for n in leaves]


def _floats(x: Any) -> bool:
    return np.asarray(x).dtype.kind == "f"


def gradcheck(f: Callable[..., Any], *inputs: Any, order: int = 2, most: int | None = None) -> Report:
    """f's derivatives beside central finite differences with Richardson extrapolation.

    inputs: arrays, Tensors or floats; integers are handed over as they are. Everything is computed in float64, so that
    float32 code is judged by its rules and not by its rounding.  order: 1, or 2 for second derivatives too.  most: how
    many elements of an input are tried (all by default).
    The report is falsy when an element differs by more than the error estimate and 2e-5 of itself explain. Elements at
    a kink are left out and counted where the value lies between the slopes from either side.
    Raises TypeError where no input or output is of floating-point numbers, GraphError where f's value carries no
    gradient.
    """
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order is {order}, expected 1 or 2")
    function = Function(f, inputs)
    names = _names(f, inputs)
    called = getattr(f, "__name__", type(f).__name__)
    code = getattr(f, "__code__", None)
    place = location(code.co_filename, code.co_firstlineno) if code is not None else ""
    report = Report([f"gradcheck of {called}   {place}".rstrip(), "central finite differences, float64"], [])
    report.columns = ("gradient", "second" if order == 2 else "")
    with np.errstate(all="ignore"):
        analytic = function.gradients(*function.given)
        coarse = eps(function.dtype) > 1e-15  # f computes in lower precision, whatever it is given
        tally = [0, 0, 0]
        for k, i in enumerate(function.moving):
            found = _slopes(function, i, most, coarse)
            floor = (
                100 * eps(function.dtype) * max((abs(s.value) for s in found.values()), default=0) if coarse else 0.0
            )
            row = Row(names[i], "input", function.given[i].shape, "float64")
            report.nodes.append(row)
            got = agreement(analytic[k], found, 1e-2 if coarse else RELATIVE, floor)
            row.gradient = got.error
            row.value_text = _settle(report, row, got, found, analytic[k], "gradient", function.given[i], tally)
        second = _second(function, report, most, tally) if order == 2 and not coarse else None
    judged, kinks, undecided = tally
    wrong = sum(1 for r in report.nodes if r.state == "wrong")
    report.verdict = f"{len(report.nodes) - wrong} of {len(report.nodes)} inputs agree; {judged:,} elements judged."
    if kinks:
        report.notes.append(
            f"{kinks} elements lie at a kink: left out (their values lie between the slopes of either side)."
        )
    if undecided:
        report.notes.append(f"{undecided} elements could not be decided: differences cancel there.")
    if coarse:
        report.notes.append(
            f"The function computes in {function.dtype} whatever it is given: judged to 1%, first order only."
        )
    if second:
        report.notes.append(second)
    return report


def _slopes(function: Function, i: int, most: int | None, coarse: bool) -> dict[tuple[int, ...], Slope]:
    at = indices(function.given[i].shape, most)
    if not coarse:
        return slopes(function.value, function.given, i, function.cotangent, at)
    found = {}
    for index in at:  # one wide step, whose rounding is that of the function's own dtype
        moved = [np.array(x) if k == i else x for k, x in enumerate(function.given)]
        h = eps(function.dtype) ** (1 / 3) * max(abs(float(moved[i][index])), 0.125)
        ends = []
        for sign in (1, 0, -1):
            moved[i][index] = function.given[i][index] + sign * h
            ends.append(float(np.sum(function.cotangent * np.asarray(function.value(*moved), np.float64))))
        up, down = (ends[0] - ends[1]) / h, (ends[1] - ends[2]) / h
        noise = eps(function.dtype) * (abs(ends[1]) + float(np.sum(np.abs(function.cotangent)))) / h
        found[index] = Slope((up + down) / 2, noise + 0.02 * abs(up - down), down, up, False)
    return found


def _settle(
    report: Report, row: Row, got: Agreement, found: dict[tuple[int, ...], Slope], analytic: Any, what: str, x: Any,
    tally: list[int],
) -> str:  # fmt: skip
    """Count what was judged, and put what is wrong into words."""
    tally[0] += got.judged
    tally[1] += got.kinks
    tally[2] += got.undecided
    if got.ok:
        return f"= {short(got.error)}" if got.judged else "not judged"
    row.state = "wrong"

    def apart(k: tuple[int, ...]) -> float:
        d = abs(float(analytic[k]) - found[k].value)
        return d if np.isfinite(d) else np.inf

    worst = max(got.wrong, key=apart)
    s = found[worst]
    whole_array = np.array([found[k].value for k in found])
    mine = np.array([float(analytic[k]) for k in found])
    if len(found) == analytic.size:
        whole_array, mine = whole_array.reshape(analytic.shape), mine.reshape(analytic.shape)
    slope_text = whole(s.value) if not s.kink else f"{whole(s.left)} from the left, {whole(s.right)} from the right"
    share = apart(worst) / abs(s.value) if s.value else np.inf
    report.causes.append(
        Cause(
            row.name,
            f"its {what} differs from finite differences in {len(got.wrong):,} of {len(found):,} elements", "",
            [f"worst {row.name}{list(worst)} = {x[worst]:.6g}: yours {float(analytic[worst]):+.8g}   "
             f"finite difference {slope_text}" + (f"   (± {short(s.error)})" if not s.kink else ""),
             *([f"apart by {100 * share:.2g}% of it"] if np.isfinite(share) else [])],
            pattern(mine, whole_array, None, x if len(found) == analytic.size else None, name=row.name), worst,
            float(analytic[worst]), s.value, s.value,
        )
    )  # fmt: skip
    row.verdict = f"{what} wrong"
    return f"≠ in {len(got.wrong)}"


def _second(function: Function, report: Report, most: int | None, tally: list[int]) -> str | None:
    """Second derivatives along a random direction; a note where the rules cannot give them."""
    try:
        analytic = function.seconds()
    except Exception as error:
        report.causes.append(
            Cause("second order", f"the gradient cannot be differentiated: {type(error).__name__}", "",
                  [str(error).split("\n")[0],
                   "A rule that leaves the graph? gradcheck(..., order=1) judges first derivatives alone."])
        )  # fmt: skip
        return None
    for k, i in enumerate(function.moving):
        found = slopes(function.contracted, function.given, i, 1.0, indices(function.given[i].shape, most))
        got = agreement(
            analytic[k], found, RELATIVE, 1e-10 * max((abs(s.value) for s in found.values() if s.finite), default=0.0)
        )
        row = report.nodes[k]
        what = "second derivative (along a random direction)"
        row.gradient_text = _settle(report, row, got, found, analytic[k], what, function.given[i], tally)
    return None


def _names(f: Callable[..., Any], inputs: tuple[Any, ...]) -> list[str]:
    """What each input is called: its own name, its parameter's, or its number."""
    import inspect

    try:
        parameters = [p.name for p in inspect.signature(f).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    except (ValueError, TypeError):
        parameters = []
    return [
        (x.name if isinstance(x, Tensor) and x.name else parameters[i] if i < len(parameters) else f"input {i}")
        for i, x in enumerate(inputs)
    ]


__all__ = ["Held", "gradcheck"]
