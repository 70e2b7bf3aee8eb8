"""The examples of docs/examples/interop_*.py: each runs, and prints what was worked out by hand or by others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"
NEEDED = {"interop_scipy": "scipy", "interop_einops": "einops", "interop_opt_einsum": "opt_einsum",
          "interop_array_api": "array_api_compat", "interop_dlpack": "torch"}  # fmt: skip


SINCE = {"interop_scipy": "1.16"}  # before it, SciPy's special functions are handed arrays alone


def printed(name: str) -> str:
    """What a program prints."""
    pytest.importorskip(NEEDED[name], minversion=SINCE.get(name))
    path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    done = subprocess.run([sys.executable, str(EXAMPLES / f"{name}.py")], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": path}, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def numbers(line: str) -> list[float]:
    return [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", line)]


def test_every_example_is_tested() -> None:
    """None is left to rot."""
    assert {p.stem for p in EXAMPLES.glob("interop_*.py")} == NEEDED.keys()


def test_scipy() -> None:
    """The value that SciPy gives on the array, and the gradient that differences of it say."""
    import numpy as np

    lines = printed("interop_scipy").splitlines()
    from scipy import optimize, special, stats

    def f(a: np.ndarray) -> float:
        return float(special.logsumexp(a) + stats.skew(a) + optimize.rosen(a / 7))

    a, h = np.array([1.0, 2.0, 4.0, 7.0]), 1e-6
    assert numbers(lines[0]) == pytest.approx([f(a)])
    assert numbers(lines[1]) == pytest.approx([(f(a + h * e) - f(a - h * e)) / (2 * h)
                                                                  for e in np.eye(4)], abs=1e-6)  # fmt: skip
    s = special.expit(np.array([0.5, -1.0]))
    assert numbers(lines[2].split("=")[0]) == pytest.approx(list(s * (1 - s)), abs=1e-6)


def test_einops() -> None:
    """Shapes, and one gradient a pooled maximum."""
    assert printed("interop_einops").splitlines() == [
        "patches (2, 4, 12) pooled (2, 2, 2, 3) scores (2, 4, 4)",
        "gradients that reached a pixel: 24 = 24",
    ]


def test_opt_einsum() -> None:
    """The trace of the product, and its derivative."""
    first, second = printed("interop_opt_einsum").splitlines()
    assert numbers(first)[0] == pytest.approx(numbers(first)[1], rel=1e-12)
    assert second.endswith("True")


def test_array_api() -> None:
    """Huber's loss by hand: slopes -1, x, x, 1 over 4."""
    value, gradient, standard = printed("interop_array_api").splitlines()
    assert numbers(value) == pytest.approx([(2.5 + 0.125 + 0.03125 + 1.5) / 4])
    assert numbers(gradient) == pytest.approx([-0.25, -0.125, 0.0625, 0.25])
    assert standard == "standard 2024.12 on cpu"


def test_dlpack() -> None:
    """A write from outside shows; a Tensor that wants a gradient is not exported."""
    written, gradient, refusal = printed("interop_dlpack").splitlines()
    assert numbers(written) == [1.0, 0.0, 0.0, 1.0]
    assert numbers(gradient) == [0.0, 2.0, 4.0, 6.0]
    assert "carries a gradient" in refusal
