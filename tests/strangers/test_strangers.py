"""NumPy code by people who never heard of microgrid, differentiated as it stands."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.strangers import checks

pytest.importorskip("scipy")  # the strangers use its special functions

HERE = Path(__file__).parent
FIELDS = [
    "optimisation", "statistics", "signals", "physics", "learning", "geometry", "finance", "matrices",
    "idioms",
]  # fmt: skip
if np.lib.NumpyVersion(np.__version__) >= "2.2.0":  # which has all the names in these
    FIELDS += ["lines", "phrases"]
CASES: dict[str, tuple[Any, ...]] = {
    f"{field}: {name}": case
    for field in FIELDS
    for name, case in importlib.import_module(f"tests.strangers.{field}").CASES.items()
}


def given(name: str) -> tuple[Any, list[np.ndarray]]:
    """A function and its inputs."""
    f, *arrays = CASES[name]
    return f, list(arrays)


@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys(name: str) -> None:
    """Its shape and dtype too; and the inputs stay as they were."""
    checks.value(*given(name))


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_what_differences_say(name: str) -> None:
    """Of the function on plain arrays, entry by entry."""
    checks.first(*given(name))


@pytest.mark.parametrize("name", CASES)
def test_the_second_derivative_is_what_differences_of_the_gradient_say(name: str) -> None:
    """Along a direction that moves every input."""
    checks.second(*given(name))


@pytest.mark.parametrize("name", CASES)
def test_forward_mode_and_jacobians_agree(name: str) -> None:
    """With the gradient that differences confirm."""
    checks.forward(*given(name))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if len(case) > 2])
def test_one_input_at_a_time(name: str) -> None:
    """As when a stranger's function is differentiated in its parameters, and the data are arrays."""
    checks.one_at_a_time(*given(name))


@pytest.mark.parametrize("name", CASES)
def test_torch_replays_it(name: str) -> None:
    """Value and gradient of every operation recorded."""
    pytest.importorskip("torch")
    checks.replayed(*given(name))


def test_they_are_a_hundred_and_strangers() -> None:
    """At least a hundred, in modules that import NumPy, SciPy and the standard library alone."""
    assert len(CASES) >= 100
    for field in FIELDS:
        for node in ast.walk(ast.parse((HERE / f"{field}.py").read_text(encoding="utf-8"))):
            homes = [a.name for a in node.names] if isinstance(node, ast.Import) else (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [])  # fmt: skip
            assert {h.split(".")[0] for h in homes} <= {"numpy", "scipy", "itertools"}, f"{field}: {homes}"
    assert mg.__name__ not in FIELDS
