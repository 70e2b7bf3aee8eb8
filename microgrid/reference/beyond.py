"""What a layer's own forward cannot tell: a reference from outside, rows of a batch that mix, the rate of a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .compare import difference, whole
from .pairs import raised
from .patterns import pattern
from .runs import Run, copies
from .trials import Trial, trials

if TYPE_CHECKING:
    from .layers import Study


def against_reference(study: Study, trial: Trial, run: Run, when: str) -> None:
    assert study.foreign is not None
    try:
        out, gradients = study.foreign(trial.inputs, run.parameters, run.g, study.moving, study.names)
    except Exception as error:
        study.note(f"The reference could not be run{when}: {raised(error)}")
        return
    close = 1e-5 if out.dtype.itemsize < 8 else 1e-9
    d = difference(np.asarray(run.out, float), np.asarray(out, float), close)
    if not d.ok:
        facts = [d.reason + "." if d.reason else
                 f"worst {list(d.index)}: yours {whole(d.mine)}   reference {whole(d.theirs)} "
                 f"({d.wrong:,} of {d.size:,} elements)"]  # fmt: skip
        study.blame("reference", "forward", f"forward differs from the reference{when}", facts, "forward",
                   pattern=pattern(np.asarray(run.out), np.asarray(out, float)))  # fmt: skip
        study.row("out", run.out).state = "wrong"
        return
    study.row("out", run.out).value_text = "= reference"
    for name, theirs in gradients.items():
        for mine in run.gradients.get(name, []):
            e = difference(mine, theirs, max(close, 1e-8))
            if not e.ok and ("wrong", name) not in study.causes and not study.kinks:
                study.blame("reference", name, f"d{name} differs from the reference's{when}", [
                    e.reason or f"worst {list(e.index)}: yours {whole(e.mine)}   reference {whole(e.theirs)}"],
                    pattern=pattern(mine, theirs, run.g))  # fmt: skip


def rows_of_batch(study: Study) -> None:
    """Whether the rows of a batch influence each other: right in batch normalisation, wrong in a softmax."""
    batch = next((t for t in trials(study.inputs, study.moving, "") if t.title.startswith("a batch")), None)
    if batch is None or study.random:
        return
    try:
        whole_out = np.asarray(study.held(lambda: study.pair.run(study.pair.fresh(), copies(batch.inputs))[0]), float)
        one = [x[:1] if isinstance(x, np.ndarray) and x.ndim else x for x in batch.inputs]
        row = np.asarray(study.held(lambda: study.pair.run(study.pair.fresh(), one)[0]), float)
    except Exception:
        return
    if (
        whole_out.ndim
        and whole_out.shape[0] == 3
        and not np.allclose(whole_out[:1], row, rtol=1e-9, atol=1e-12, equal_nan=True)
    ):
        study.note(
            "The rows of a batch influence each other's output. Right for batch normalisation; a softmax whose maximum "
            "or sum is taken over the whole batch does it too (axis=-1, keepdims=True)."
        )


def rate(study: Study) -> None:
    """Of a layer that multiplies by a random mask: whether what it keeps, times its scale, is 1 on average."""
    try:
        x = study.inputs[study.moving[0]]
        outs: list[Any] = []
        kept = np.random.get_state()
        np.random.seed(20)
        try:
            rows = [np.ones((200, *x.shape[1:])) if x.ndim > 1 else np.ones(x.shape) for _ in range(60)]
            for r in rows:
                outs.append(np.asarray(study.pair.run(study.pair.fresh(), [r, *study.inputs[1:]])[0], float).ravel())
        finally:
            np.random.set_state(kept)
    except Exception:
        return
    y = np.concatenate(outs)
    scales = np.unique(np.round(y[y != 0], 9))
    if scales.size != 1 or np.all(y != 0) or scales[0] == 1.0:
        return
    scale, share = float(scales[0]), float(np.mean(y != 0))
    spread = np.sqrt(share * (1 - share) / y.size)
    if abs(share * scale - 1) > 6 * spread * scale + 0.005:
        kept_and = (
            f"the mask keeps {100 * share:.0f}% of the elements, yet scales them by {scale:.4g} = 1/{1 / scale:.4g}"
        )
        study.blame("rate", "forward", kept_and, [
            "Inverted dropout keeps a share of 1 - p and divides by it, so that the mean stays; here it becomes "
            f"{share * scale:.2f} of what it was.",
            "Draw the mask from a uniform distribution: np.random.rand(*x.shape) > p."], "forward")  # fmt: skip
