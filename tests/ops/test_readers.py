"""Every row of the table through the readers: checked in Torch node by node, and drawn."""

from __future__ import annotations

import numpy as np
import pytest

import microgrid as mg
from microgrid.reference.twins import twin
from tests.ops.cases import ROWS
from tests.ops.checks import DECLARED, cotangents, leaves, listed
from tests.ops.optional import torch
from tests.ops.table import Row

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
SMOOTH = [pytest.param(row, k, id=f"{row.op}-{v}") for row in ROWS for k, v in enumerate(row.variants) if v.smooth]
FIRST = [pytest.param(row, id=row.op) for row in ROWS if row.variants]


def total(row: Row, k: int) -> mg.Tensor:
    """A number computed from the row's operation, under random weights, so that every output counts."""
    variant = row.variants[k]
    outs = listed(row.call(*leaves(variant, row.sample(variant)), **variant.statics))
    weights = cotangents([np.asarray(o.numpy(), np.float64) for o in outs])
    return sum(((o * w).sum() for o, w in zip(outs, weights)), mg.tensor(0.0, dtype=np.float64))


@pytest.mark.skipif(torch is None, reason="what it compares with is Torch")
@pytest.mark.parametrize(("row", "k"), SMOOTH)
def test_check_replays_it_in_torch_and_agrees(row: Row, k: int) -> None:
    """Value, gradient, and the operation alone, judged by its twin."""
    with mg.record():
        loss = total(row, k)
        report = mg.reference.check(loss)
    assert report, str(report)
    unjudged = [r.operation for r in report.nodes if r.state == "unjudged"]
    assert row.op not in unjudged or twin(DECLARED[row.op]) is None, str(report)


@pytest.mark.parametrize("row", FIRST)
def test_it_is_drawn(row: Row) -> None:
    """In a graph, with its gradient."""
    with mg.record():
        dot = mg.draw(total(row, 0)).dot
    assert dot.startswith("digraph") and "card_n0" in dot
