"""Calls of another library's functions, in a process of their own: SciPy reads SCIPY_ARRAY_API when it is imported.

A program is a module with CALLS, {name: (function of an array, the array)}; `python -m tests.interop.programs MODULE`
prints a line of JSON a call: its name, and what does not agree."""

from __future__ import annotations

import functools
import importlib
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def outcomes(module: str) -> dict[str, str]:
    """{call: what is wrong with it, "" where nothing is}."""
    path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
    done = subprocess.run(
        [sys.executable, "-m", "tests.interop.programs", module], capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(map(json.loads, done.stdout.splitlines()))


def main(module: str) -> None:
    """Every call of a program."""
    from tests.interop.differences import differentiated

    for name, (call, a) in importlib.import_module(module).CALLS.items():
        wrong = ""
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                differentiated(call, a)
        except (Exception, SystemExit) as error:
            wrong = f"{type(error).__name__}: {error}"
        print(json.dumps([name, wrong]))


if __name__ == "__main__":
    main(sys.argv[1])
