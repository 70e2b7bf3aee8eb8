"""The twelve programs of the exercises, and the published figures that they must agree with: computed by Torch autograd
in double precision, before there was a microgrid."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "examples"
PROGRAMS = [f"exercise{n}_{way}_{letter}" for n in (1, 2, 3) for way in ("numpy", "torch") for letter in "ab"]


class Figures(NamedTuple):
    """x, target and what follows from them; "after": 100 epochs of SGD without dropout."""

    header: str
    x: list[float]
    t: list[float]
    softmax: list[float]
    loss: float
    loss_of_the_source: float
    dW1_rows: list[float]  # each row constant
    dW2_first: list[float]  # the second column is its negative
    dx: list[float]
    loss_after: float
    W1_first_row_after: list[float]
    W2_first_row_after: list[float]


FIGURES = {
    "a": Figures(
        "x=[1,2,3]", [1, 2, 3], [0, 1],
        [0.13238887, 0.86761113], 0.1420116757018587, 0.14201156044285512,
        [-0.01323889, -0.02647777, -0.03971666], [0.50307772, 0.58251104, 0.66194437, 0.74137769],
        [-0.01323889, -0.03442111, -0.05560333],
        0.0051956341589636836, [0.10309144, 0.20328915, 0.30348687, 0.40368459], [0.12987865, 0.37012135],
    ),
    "b": Figures(
        "x=[4,5,6]", [4, 5, 6], [1, 0],
        [0.01448572, 0.98551428], 4.234591666444021, 4.23458476311942,
        [0.39420571, 0.49275714, 0.59130857], [-8.17976849, -9.65803990, -11.13631132, -12.61458273],
        [0.09855143, 0.25623371, 0.41391600],
        0.0009768123599370841, [0.09685841, 0.19717747, 0.29749653, 0.39781559], [0.30161659, 0.19838341],
    ),
}  # fmt: skip

PRINTED = 0.51e-8  # half a unit of the eighth digit after the point, which the table prints


def printed(value: object, figures: object) -> None:
    """Equal to the digits that the table prints."""
    np.testing.assert_allclose(np.asarray(value, float), np.asarray(figures, float), rtol=0, atol=PRINTED)


def W1() -> np.ndarray:
    return np.arange(1, 13).reshape(3, 4) / 10


def W2() -> np.ndarray:
    return np.arange(2, 10).reshape(4, 2) / 10


@contextlib.contextmanager
def beside() -> Iterator[None]:
    """Their folder on the path, as Python puts it there for a program it runs."""
    sys.path.insert(0, str(FOLDER))
    try:
        yield
    finally:
        sys.path.remove(str(FOLDER))


@functools.cache
def loaded(name: str) -> ModuleType:
    """A program, run in this process: its variables and functions."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with beside(), contextlib.redirect_stdout(io.StringIO()):
        spec.loader.exec_module(module)
    return module


@functools.cache
def output(name: str, torch: bool = True) -> str:
    """What a program prints, run alone in another folder by a Python of its own. torch=False: as if it were missing."""
    program = str(FOLDER / f"{name}.py")
    hidden = (
        f"import sys, runpy; sys.modules['torch'] = None; sys.path[0] = {str(FOLDER)!r}; runpy.run_path({program!r})"
    )
    done = subprocess.run(
        [sys.executable, *([program] if torch else ["-c", hidden])], cwd=FOLDER.parent, capture_output=True, text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}, encoding="utf-8", timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, f"{name} ended with {done.returncode}:\n{done.stderr}"
    ours = [line for line in done.stderr.splitlines() if "microgrid" in line or "exercise" in line]  # Torch may warn
    assert not ours, f"{name} said:\n{done.stderr}"
    return done.stdout
