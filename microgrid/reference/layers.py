"""`check_layer`: a hand-written forward and backward beside autodiff of its own forward, finite differences and, given
one, a reference."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from .beyond import against_reference, rate, rows_of_batch
from .compare import difference, whole
from .differences import Slope, indices
from .foreign import Foreign
from .gradients import Held
from .pairs import Pair, raised
from .patterns import pattern
from .report import Cause, Report, Row, percent, short
from .runs import Run, copies, cotangent, input_names, prepared
from .trials import Trial, trials
from .truth import autodiff, slopes_of

CLOSE = 1e-10  # of the largest element, in float64: two right formulas differ by rounding alone
PROBES = 12  # elements an array that finite differences are taken at


class Study:
    """A layer under all trials, and what was found."""

    def __init__(self, pair: Pair, inputs: tuple[Any, ...], reference: Any) -> None:
        self.pair, self.foreign = pair, Foreign(reference, pair) if reference is not None else None
        self.inputs, self.moving = prepared(pair, inputs)
        self.names = input_names(pair, len(inputs))
        self.causes: dict[tuple[str, str], Cause] = {}
        self.rows: dict[str, Row] = {}
        self.notes: list[str] = []
        self.done: list[str] = []
        self.kinks = self.judged = 0
        self.worst = (0.0, CLOSE)
        self.left: str = ""
        self.random = False

    def held(self, f: Callable[[], Any]) -> Any:
        """f(), with NumPy's random state as it was at the start, every time."""
        return self._held(f)

    def blame(self, kind: str, name: str, what: str, facts: list[str], side: str = "backward", **more: Any) -> None:
        """One mistake, told once: at the first trial that shows it."""
        if (kind, name) not in self.causes:
            where = self.pair.where(side)
            self.causes[kind, name] = Cause(f"{self.pair.name}.{side}" if not self.pair.functions else
                                            f"{self.pair.name} ({side})", what, where, facts, **more)  # fmt: skip

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    # -------------------------------------------------------------------------------------------------------- trials
    def all(self) -> None:
        self._held = Held(lambda f: f())
        with np.errstate(all="ignore"):
            for trial in trials(self.inputs, self.moving, self.pair.mode):
                self.trial(trial)
            rows_of_batch(self)
            if self.random:
                rate(self)

    def trial(self, trial: Trial) -> None:
        pair = self.pair
        when = "" if trial.title == "as given" else f" ({trial.title})"
        try:
            bare = self.held(lambda: pair.run(pair.fresh(), copies(trial.inputs), trial.mode)[0])
        except Exception as error:
            if trial.title == "as given":
                self.blame("raised", "forward", "forward raised", [raised(error)], "forward")
            elif trial.strict:
                self.blame("raised", "forward", f"forward raised{when}", [raised(error)], "forward")
            else:
                self.note(f"Not tried{when}: forward raised {raised(error)}")
            return
        if not isinstance(bare, np.ndarray | np.generic | float | int):
            self.blame("type", "forward", f"forward returned a {type(bare).__name__}, expected an array", [
                "What comes after it no longer knows the array: no shape, no dtype, no arithmetic.",
                "Return np.array(...), or work on a copy of the array itself."], "forward")  # fmt: skip
            try:
                bare = np.asarray(bare, float)
            except (TypeError, ValueError):
                return
        if not self._finite(trial, bare, when):
            return
        try:
            run = self.held(lambda: Run(pair, trial))
            again = self.held(lambda: Run(pair, trial))
        except Exception as error:
            self.blame("raised", "backward", f"backward raised{when}", [raised(error)])
            return
        if not np.array_equal(np.asarray(run.out), np.asarray(again.out), equal_nan=True):
            self.blame("random", "forward", "forward is not deterministic", [
                "Two calls from the same state of np.random gave different numbers: it draws from elsewhere. Draw from "
                "np.random or from a generator kept in the layer, so that it can be held still."],
                "forward")  # fmt: skip
            return
        if (
            trial.before is not None
            and trial.mode is None
            and not np.array_equal(np.asarray(run.out), np.asarray(bare), equal_nan=True)
        ):
            self.note(f"The output depends on earlier calls{when}: not judged there.")
            return
        self._draws(trial)
        for what in run.written:
            self.blame(
                "written",
                what,
                f"{'forward or backward' if what.startswith('its input') else 'backward'} writes to {what}{when}",
                [
                    "The caller's array changes under it: whoever uses it afterwards reads other numbers.",
                    "Work on a copy: d = dout.copy().",
                ],
            )
        self.done.append(trial.title)
        self.row("out", run.out)
        if self.foreign is not None and trial.before is None:
            against_reference(self, trial, run, when)
        if pair.backward_of is not None:
            self._gradients(trial, run, when)

    def _finite(self, trial: Trial, out: Any, when: str) -> bool:
        if np.all(np.isfinite(np.asarray(out, float))):
            return True
        if trial.title == "as given":
            self.note("forward gives NaN or infinity for the numbers given.")
            return True
        if trial.large and np.any(np.isnan(np.asarray(out, float))) and self._overflows(trial):
            self.blame("overflow", "forward", "forward overflows at large numbers: NaN for inputs of up to 1000", [
                "exp of a large number is infinite, and inf / inf is NaN. Subtract the maximum first (along the "
                "same axis)."],
                "forward")  # fmt: skip
        return False

    def _overflows(self, trial: Trial) -> bool:
        try:
            with np.errstate(over="raise", invalid="ignore", divide="ignore"):
                self.held(lambda: self.pair.run(self.pair.fresh(), copies(trial.inputs), trial.mode))
        except FloatingPointError:
            return True
        except Exception:
            return False
        return False

    def _draws(self, trial: Trial) -> None:
        """Whether np.random was drawn from: calls that follow each other differ."""
        if trial.title != "as given":
            return
        kept = np.random.get_state()
        try:
            outs = [np.asarray(self.pair.run(self.pair.fresh(), copies(trial.inputs))[0]) for _ in range(4)]
        finally:
            np.random.set_state(kept)
        self.random = any(not np.array_equal(o, outs[0], equal_nan=True) for o in outs)

    # ----------------------------------------------------------------------------------------------------- gradients
    def _gradients(self, trial: Trial, run: Run, when: str) -> None:
        pair = self.pair
        ignores = False
        if pair.takes_gradient:
            other = self.held(lambda: Run(pair, trial, cotangent(run.out, 2)))
            pairs = [(a, b) for k in run.gradients for a, b in zip(run.gradients[k], other.gradients.get(k, []))]
            ignores = bool(pairs) and any(np.any(a) for a, _ in pairs) and all(np.array_equal(a, b) for a, b in pairs)
        if ignores:
            self.blame("ignores", "backward", "backward ignores the incoming gradient", [
                "Two different incoming gradients gave the very same result: right only where the loss is the end of "
                "the graph and nothing scales it. Multiply by dout."])  # fmt: skip
        if ignores or not pair.takes_gradient:
            one = np.ones(np.shape(run.out)) if np.shape(run.out) else 1.0
            run = self.held(lambda: Run(pair, trial, one))
            when += " with an incoming gradient of 1" if ignores else ""
        right = autodiff(self, trial, run)
        parameters = {p.name: run.parameters[p.name] for p in pair.places}
        arrays = {**{self.names[i]: trial.inputs[i] for i in self.moving}, **parameters}
        for name, array in arrays.items():
            found = run.gradients.get(name)
            if not found:
                if trial.title == "as given" and name in parameters:
                    self.note(f"{name} has no gradient that could be found (d{name}, grads[...]): not judged.")
                continue
            for mine in found:
                if mine.shape != array.shape:
                    said = f"d{name} has shape {mine.shape}, expected {array.shape}, the shape of {name}{when}"
                    self.blame("shape", name, said,
                               [p] if (p := _shape_hint(mine, right.get(name))) else [])  # fmt: skip
                    continue
                self._judge(trial, run, name, array, mine, right.get(name), when, run.accumulated.get(name))

    def _judge(
        self, trial: Trial, run: Run, name: str, array: Any, mine: Any, auto: Any, when: str, accumulated: Any
    ) -> None:
        """One gradient: beside autodiff; where that is silent or disagrees, beside slopes, which settle it."""
        self.judged += 1
        row = self.row(f"d{name}", array)
        low = mine.dtype.itemsize < 8 or (
            np.asarray(run.out).dtype.itemsize < 8 and np.asarray(run.out).dtype.kind == "f"
        )
        close = 1e-4 if low else CLOSE
        # where everything is saturated, what is left of a gradient is rounding
        # where a layer saturates, dx is what is left of terms of g's size, and their rounding is not dx's
        floor = float(np.max(np.abs(run.g), initial=0.0)) * (1.0 if trial.large else 1e-5)
        d = None
        if auto is not None:
            d = difference(mine, auto, close, floor)
            if not d.ok and accumulated is not None and difference(accumulated, auto, close, floor).ok:
                return  # added to what was there, as Torch does
        if d is not None and d.ok and np.all(np.isfinite(auto)):
            row.value = max(row.value or 0.0, d.error)
            row.value_text = f"= {short(row.value)}"
            if d.error > self.worst[0]:
                self.worst = d.error, close
            if trial.title != "as given":
                return
        at = indices(array.shape, PROBES if auto is not None else 5 * PROBES)
        if d is not None and not d.ok:
            bad = np.argwhere(np.abs(mine - auto) > close * max(float(np.max(np.abs(auto), initial=0)), floor, 1e-300))
            far = sorted(map(tuple, bad.tolist()), key=lambda i: -abs(float(mine[i] - auto[i])))
            at = far[: 4 * PROBES] if far else at
        found = slopes_of(self, trial, run, name, at)
        size = max([floor, *(abs(s.value) for s in found.values() if s.finite and not s.kink)])
        trusted = auto if d is not None and not d.ok else None  # where it agrees with the slope, it is the exacter one
        wrong, error = _beyond(mine, trusted, found, close, size)
        if wrong and accumulated is not None and not _beyond(accumulated, trusted, found, close, size)[0]:
            return
        self.kinks += sum(s.kink for s in found.values())
        if not wrong:
            row.gradient = max(row.gradient or 0.0, error)
            row.gradient_text = f"= {short(row.gradient)}"
            return
        self._wrong(trial, run, name, array, mine, auto, when, wrong, found)

    def _wrong(
        self, trial: Trial, run: Run, name: str, array: Any, mine: Any, auto: Any, when: str,
        wrong: list[tuple[int, ...]],
        found: dict[tuple[int, ...], Slope],
    ) -> None:  # fmt: skip
        """Put a wrong gradient into words."""
        row = self.row(f"d{name}", array)
        row.state = "wrong"
        worst = max(wrong, key=lambda i: abs(float(mine[i]) - found[i].value) if np.isfinite(mine[i]) else np.inf)
        s = found[worst]
        trusted = auto is not None and abs(float(auto[worst]) - s.value) <= 1e-4 * abs(s.value) + 10 * s.error
        right = float(auto[worst]) if trusted else s.value
        if trusted:
            d = difference(mine, auto, CLOSE)
            count = f"{d.wrong:,} of {d.size:,} elements differ, by {percent(d.share)} of the largest"
            row.value_text = f"≠ by {percent(d.share)}"
            said = pattern(mine, auto, run.g, array if np.shape(array) == mine.shape else None, name=name)
        else:
            count = f"{len(wrong)} of {len(found)} elements tried differ"
            row.gradient_text = f"≠ in {len(wrong)}"
            whole_array = len(found) == mine.size
            said = pattern(
                np.array([float(mine[i]) for i in found]).reshape(mine.shape if whole_array else -1),
                np.array([t.value for t in found.values()]).reshape(mine.shape if whole_array else -1), None,
            )  # fmt: skip
        both = f"yours {_digits(mine[worst], right)}" + (
            f"   autodiff {_digits(right, mine[worst])}" if trusted else ""
        )
        both += f"   finite difference {_digits(s.value, mine[worst])}"
        facts = [f"{count}.", f"worst {name}{list(worst)} = {whole(float(array[worst]))}: {both}"]
        if s.kink:
            facts.append(
                f"A kink: {whole(s.left)} from the left, {whole(s.right)} from the right; yours is not between."
            )
        if when.startswith(" (a batch"):
            facts.append("It is right for the batch of one that was given: something is taken over the whole batch."
                         if ("wrong", name) not in self.causes else "")  # fmt: skip
        small = (
            "small" if abs(float(mine[worst]) - right) < 1e-3 * abs(right) else "wrong"
        )  # an epsilon is one mistake of two
        self.blame(small, name, f"d{name} is wrong{when}", [f for f in facts if f], pattern=said, element=worst,
                   yours=float(mine[worst]), expected=right,
                   finite_difference=s.value if s.finite else None)  # fmt: skip

    def row(self, name: str, array: Any) -> Row:
        if name not in self.rows:
            self.rows[name] = Row(name, "", tuple(np.shape(array)), str(np.asarray(array).dtype))
        return self.rows[name]


def _beyond(
    mine: Any, auto: Any, found: dict[tuple[int, ...], Slope], close: float, size: float
) -> tuple[list[tuple[int, ...]], float]:
    """(the elements that neither a slope nor its error explains, the largest distance from a slope)."""
    wrong, error = [], 0.0
    for index, s in found.items():
        a = float(mine[index])
        if not s.finite:
            continue
        if s.kink:
            if not s.within(a, 1e-6 * abs(a) + 0.02 * abs(s.left - s.right)):
                wrong.append(index)
            continue
        right, allowed = s.value, max(2e-6 * abs(s.value), 1e-9 * size, 10 * s.error, close * size)
        if auto is not None and abs(float(auto[index]) - s.value) <= 1e-6 * abs(s.value) + 10 * s.error:
            right, allowed = float(auto[index]), close * max(size, abs(s.value))
        if not abs(a - right) <= allowed:
            wrong.append(index)
        error = max(error, abs(a - s.value) / size if size else 0.0)
    return wrong, error


def _digits(x: Any, beside: Any) -> str:
    """As many digits as it takes to tell two numbers apart."""
    x, beside = float(x), float(beside)
    return whole(x) if not np.isfinite(x) or whole(x) != whole(beside) or x == beside else f"{x:+.10g}"


def _shape_hint(mine: Any, right: Any) -> str:
    return pattern(mine, right) if right is not None else ""


def check_layer(layer: Any, *inputs: Any, reference: Any = None) -> Report:
    """A hand-written forward/backward pair beside autodiff of its own forward and finite differences, parameters too.

    layer: an object with forward and backward (parameters are array attributes, W with its gradient in dW, or live in
    params/grads), a pair of functions (forward, backward), or a forward alone.  inputs: what forward takes.
    reference: a Torch module or function of the same meaning, where the forward itself may be wrong.
    It is tried as given, on a batch of several, other signs, large numbers, and after other calls; np.random is held
    still. The report is falsy when anything is wrong, and says what in words.
    Raises TypeError for what is no layer, or no inputs.
    """
    if not isinstance(layer, tuple | list) and hasattr(layer, "forward") and not isinstance(layer, type):
        layer = copy.deepcopy(layer)  # the caller's own stays as it is
    pair = Pair(layer)
    pair.forget(list(inputs))
    if not inputs:
        raise TypeError(f"check_layer: no inputs; give what {pair.name}'s forward takes, as in check_layer(layer, x)")
    for p in pair.places:
        p.set(layer, np.array(p.get(layer), np.float64))
    study = Study(pair, inputs, reference)
    study.all()
    beside = "autodiff of its own forward, and finite differences"
    head = [
        f"{pair.name}   {pair.where('forward')}    beside: {beside}"
        + (", and the reference" if reference is not None else "")
    ]
    report = Report(head, list(study.rows.values()))
    report.columns = ("autodiff", "differences")
    report.causes = list(study.causes.values())
    report.notes = study.notes
    if pair.backward_of is None:
        report.notes.append("There is no backward: only the forward was looked at.")
    elif study.left:
        report.notes.append(f"The forward leaves autodiff ({study.left}): finite differences judge alone.")
    if study.kinks:
        report.notes.append(f"{study.kinks} elements tried lie at a kink: any subgradient is accepted.")
    good = sum(r.state == "ok" for n, r in study.rows.items() if n != "out")
    report.verdict = (
        f"gradients {good} of {len(study.rows) - ('out' in study.rows)}; tried: {', '.join(study.done) or 'nothing'}."
    )
    report.worst = study.worst if study.judged and study.worst[0] else None
    return report
