"""Torch's own operator samples: values, gradients, second derivatives, and inputs that must be refused."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="what it compares with is Torch")
pytest.importorskip("expecttest", reason="Torch's table of samples imports it")

from tests.ops import samples
from tests.ops.samples._names import NAMES

pytestmark = pytest.mark.slow
EVERY = samples.operations()


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_agrees(name: str) -> None:
    """Each of Torch's samples of the operation, but those left out with their reason beside them."""
    failed = [o for o in samples.outcomes(name, EVERY[name]) if o.stage != "passed"]
    assert not failed, "\n".join(f"{o.stage}: {o.sample[:300]}\n    {o.why}" for o in failed[:10])


def test_nothing_is_left_out_without_need() -> None:
    """Every reason belongs to an operation that Torch samples."""
    list(samples.outcomes("exp", EVERY["exp"]))
    unknown = [key for key in samples.LEFT_OUT if key.split(": ")[0] not in EVERY]
    assert not unknown, unknown
