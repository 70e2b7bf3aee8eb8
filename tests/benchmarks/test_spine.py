"""The benchmarks still run and their two sides agree; nothing is timed here."""

from __future__ import annotations

import importlib.util
import pathlib
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
_spec = importlib.util.spec_from_file_location("spine", pathlib.Path(__file__).with_name("spine.py"))
assert _spec is not None and _spec.loader is not None
spine: Any = importlib.util.module_from_spec(_spec)
import sys  # noqa: E402

sys.modules["spine"] = spine
_spec.loader.exec_module(spine)


@pytest.mark.parametrize("case", spine.CASES, ids=lambda case: case.name)
def test_losses_agree_before_anything_is_timed(case: Any) -> None:
    """Three steps on either side give the same losses: to 1e-12 in float64, to 1e-5 for the float32 network."""
    assert spine.agree(case, torch) < (1e-5 if "MLP" in case.name else 1e-12)


def test_core_is_counted() -> None:
    """The count of lines finds the core's files, and code is what is left of them."""
    total, code = spine.core_lines()
    assert 0 < code < total
