"""Losses: distance functions of Torch's as ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

import microgrid.nn.functional as F


def _triplet(anchor: Any, positive: Any, negative: Any, distance_function: Any = None, **how: Any) -> Any:
    if isinstance(distance_function, torch.nn.PairwiseDistance):
        of = distance_function
        return F.triplet_margin_with_distance_loss(
            anchor, positive, negative,
            distance_function=lambda x, y: F.pairwise_distance(x, y, of.norm, of.eps, of.keepdim), **how,
        )  # fmt: skip
    return F.triplet_margin_with_distance_loss(anchor, positive, negative, distance_function=distance_function, **how)


CALLS: dict[str, Callable[..., Any]] = {"nn.functional.triplet_margin_with_distance_loss": _triplet}
LEFT_OUT: dict[str, str] = {
    "nn.functional.ctc_loss": "Torch's gradient counts on log_softmax: tests/nn/test_functional_temporal.py",
}
