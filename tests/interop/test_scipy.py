"""SciPy's array API functions on Tensors: its own values on arrays, and the gradients that differences say. What they
are called with stands in scipy_calls.py, which runs in a process of its own."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interop.scipy_calls import CALLS

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def outcomes() -> dict[str, str]:
    """{function: what is wrong with it, "" where nothing is}."""
    pytest.importorskip("scipy", minversion="1.16")  # before it, fewer of its functions follow the standard
    path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "interop" / "scipy_calls.py")], capture_output=True, text=True,
        env={**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": path}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(map(json.loads, done.stdout.splitlines()))


@pytest.mark.parametrize("name", CALLS)
def test_a_function_of_scipys_differentiates(name: str) -> None:
    """Called on a Tensor, nothing else changed."""
    assert not outcomes()[name], outcomes()[name]
