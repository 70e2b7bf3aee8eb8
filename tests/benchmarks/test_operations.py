"""The benchmark of every operation still runs and its sides agree; nothing is timed here."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="what it compares with is Torch")

from tests.benchmarks import operations
from tests.benchmarks.catalogue import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.filterwarnings("ignore")
def test_values_and_gradients_agree_before_anything_is_timed(case: Case) -> None:
    """microgrid's and Torch's, of every case at its small size; and both sides are there."""
    with np.errstate(all="ignore"):
        found = operations.prepared(case, "small")
    assert found is not None
    assert {"microgrid", "Torch"} <= found[0].keys(), found[1]
