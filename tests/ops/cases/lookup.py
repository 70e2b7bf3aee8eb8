"""Rows of a table by number."""

from __future__ import annotations

from typing import Any

import numpy as np

import microgrid as mg
from microgrid.ops.layers.lookup import embedding
from tests.ops.optional import torch
from tests.ops.table import Row, at, integers, kink, on, once, real, refused

table = mg.tensor(np.ones((4, 3)), name="table")


def _torch_embedding(x: Any, weight: Any, **how: Any) -> Any:
    return torch.nn.functional.embedding(x, weight, **how)


ROWS = [
    Row("embedding", embedding, lambda x, weight, **how: weight[x], _torch_embedding, [
        on(integers(5), real(4, 3)), on(integers(2, 5), real(4, 3)), on(integers(), real(4, 3)),
        once(integers(0), real(4, 3)), on(at([1, 1, 1, 3]), real(4, 1)), on(integers(300), real(4, 3)),
        on(integers(40), real(3, 200)), on(integers(5), real(4, 0)),
        # what follows are gradients of Torch's making, not derivatives; the frequency is missing in its second ones
        kink(at([0, 2, 2, 1]), real(3, 2), padding_idx=2),
        once(at([[0, 2], [2, 2]]), real(3, 2), scale_grad_by_freq=True),
        once(at([0, 2, 2, 1, 1]), real(3, 2), scale_grad_by_freq=True, padding_idx=1)], [
        refused(lambda: embedding(mg.tensor([4]), table), IndexError, "embedding", "run from 4 to 4", "0 to 3"),
        refused(lambda: embedding(mg.tensor([-1]), table), IndexError, "run from -1 to -1"),
        refused(lambda: embedding(mg.tensor([1.0]), table), TypeError, "float32", "expected integers"),
        refused(lambda: embedding(mg.tensor([1]), mg.ones(3)), ValueError, "expected (V, D)")],
        dispatches=False),
    Row("one_hot", mg.one_hot, lambda x, num_classes=-1: np.eye(max(num_classes, x.max(initial=0) + 1), dtype=int)[x],
        lambda x, num_classes=-1: torch.nn.functional.one_hot(x, num_classes), [
        on(at([0, 2, 1])), on(integers(2, 4), num_classes=5), on(at(1), num_classes=2), on(integers(0), num_classes=3)],
        [refused(lambda: mg.one_hot(mg.tensor([3]), 3), IndexError, "one_hot", "run from 3 to 3", "expected 0 to 2"),
         refused(lambda: mg.one_hot(mg.tensor([-1])), IndexError, "run from -1"),
         refused(lambda: mg.one_hot(mg.tensor([1.0])), TypeError, "expected integers"),
         refused(lambda: mg.one_hot(mg.tensor([1]), 0), ValueError, "num_classes is 0"),
         refused(lambda: mg.one_hot(mg.tensor([], dtype=int)), ValueError, "num_classes=")],
        dispatches=False),
]  # fmt: skip
