"""Every operation beside Torch eager and HIPS autograd, forward and backward, on 8 numbers and on 1 million.

`python tests/benchmarks/operations.py [NAME ...] [--sizes small large] [--rounds N] [--markdown FILE]`

Each side computes the value and pulls one random cotangent back to every input, in float32. The values and gradients
are compared before anything is timed; then the sides are run in turn, A B C A B C ..., and a ratio is that of the
medians. One thread each. Below 1 microgrid is the faster one. The column NumPy is the value alone, by NumPy, in µs.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import contextlib
import statistics
import sys
import textwrap
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import microgrid as mg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.benchmarks.catalogue import CASES, Case


@dataclass
class Row:
    """What was measured of one case at one size: seconds a call, by side."""

    name: str
    size: str
    times: dict[str, float] = field(default_factory=dict)
    note: str = ""

    def ratio(self, peer: str) -> float | None:
        """microgrid's time over a peer's."""
        return self.times["microgrid"] / self.times[peer] if peer in self.times and "microgrid" in self.times else None


def mine(case: Case, arrays: list[np.ndarray], g: np.ndarray) -> tuple[Callable[[], Any], Callable[[], list[Any]]]:
    """(forward and backward in microgrid, the results)."""
    xs = [mg.tensor(a, requires_grad=a.dtype.kind == "f" and not still) for a, still in case.marked(arrays)]
    leaves = [x for x in xs if x.requires_grad]
    f = case.ours()

    def step() -> Any:
        for x in leaves:
            x.grad = None
        y = f(*xs)
        if y.requires_grad:
            y.backward(g)
        return y

    return step, lambda: [step().numpy(), *(x.grad.numpy() for x in leaves if x.grad is not None)]


def theirs(case: Case, arrays: list[np.ndarray], g: np.ndarray) -> tuple[Callable[[], Any], Callable[[], list[Any]]]:
    """The same in Torch."""
    import torch

    xs = [torch.tensor(a, requires_grad=a.dtype.kind == "f" and not still) for a, still in case.marked(arrays)]
    leaves, u = [x for x in xs if x.requires_grad], torch.from_numpy(g)
    f = case.theirs()

    def step() -> Any:
        for x in leaves:
            x.grad = None
        y = f(*xs)
        if y.requires_grad:
            y.backward(u)
        return y

    return step, lambda: [step().detach().numpy(), *(x.grad.numpy() for x in leaves if x.grad is not None)]


def peers(case: Case, arrays: list[np.ndarray], g: np.ndarray) -> tuple[Callable[[], Any], Callable[[], list[Any]]]:
    """The same in autograd."""
    from autograd.core import make_vjp

    f = case.peer()
    moving = [i for i, (a, still) in enumerate(case.marked(arrays)) if a.dtype.kind == "f" and not still]

    def inner(chosen: tuple[Any, ...]) -> Any:
        given = iter(chosen)
        return f(*(next(given) if i in moving else a for i, a in enumerate(arrays)))

    xs = tuple(arrays[i] for i in moving)

    def step() -> Any:
        back, y = make_vjp(inner, xs)
        return y, back(g)

    def results() -> list[Any]:
        y, grads = step()
        return [y, *grads]

    return step, results


Side = Callable[[], Any]


def prepared(case: Case, size: str) -> tuple[dict[str, Side], str] | None:
    """({side: forward and backward}, a note on who is missing), after their numbers have been compared; None where the
    case has no such size. Raises AssertionError where microgrid and Torch differ."""
    shapes = case.small if size == "small" else case.large
    if shapes is None:
        return None
    rng = np.random.default_rng(0)
    arrays = [draw(rng, shape) for draw, shape in zip(case.draws, shapes, strict=True)]
    try:
        value = np.asarray(case.ours()(*map(mg.asarray, arrays)).numpy())
    except AttributeError as error:
        return {}, f"absent: {error}"
    g = rng.uniform(0.5, 1.5, value.shape).astype(value.dtype)
    sides: dict[str, Side] = {}
    sides["Torch"], results = theirs(case, arrays, g)
    expected = [np.asarray(r) for r in results()]
    sides["microgrid"], results = mine(case, arrays, g)
    if not agree([np.asarray(r) for r in results()], expected):
        raise AssertionError(f"{case.name} {size}: microgrid and Torch differ")
    note = ""
    try:
        step, results = peers(case, arrays, g)
        if agree([np.asarray(r) for r in results()], expected):
            sides["autograd"] = step
        else:
            note = "autograd differs from Torch"
    except Exception as error:  # it lacks many, and fails in many ways
        note = f"autograd: {type(error).__name__}"
    if size == "small" and (bare := case.bare()) is not None:
        with contextlib.suppress(Exception):  # the name means something else there, or nothing
            bare(*arrays)
            sides["NumPy"] = lambda: bare(*arrays)
    return sides, note


def measured(case: Case, size: str, rounds: int) -> Row | None:
    """One case at one size; None where the case has no such size."""
    try:
        found = prepared(case, size)
    except Exception as error:  # the others are measured all the same; test_operations.py fails on it
        return Row(case.name, size, note=f"FAILED {type(error).__name__}: {str(error)[:80]}")
    if found is None:
        return None
    sides, note = found
    return Row(case.name, size, interleaved(sides, rounds, 2e-3 if size == "small" else 0.0), note)


def agree(got: list[Any], expected: list[Any]) -> bool:
    """The same numbers, as float32 computes them."""
    if len(got) != len(expected):
        return False
    scale = [3e-4 * max(1.0, float(np.abs(e).max(initial=0.0))) for e in expected]
    return all(
        a.shape == e.shape and np.allclose(a, e, 3e-3, s, equal_nan=True) for a, e, s in zip(got, expected, scale)
    )


def interleaved(sides: dict[str, Callable[[], Any]], rounds: int, least: float) -> dict[str, float]:
    """Seconds a call of each side: the median over rounds in which they take turns."""
    repeat = {}
    for name, step in sides.items():
        start = time.perf_counter()
        step()
        took = time.perf_counter() - start
        repeat[name] = max(1, min(200, int(least / max(took, 1e-7))))
    samples: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, step in sides.items():
            count = repeat[name]
            start = time.perf_counter()
            for _ in range(count):
                step()
            samples[name].append((time.perf_counter() - start) / count)
    return {name: statistics.median(s) for name, s in samples.items()}


def line(row: Row) -> str:
    """One row as text."""

    def text(peer: str) -> str:
        ratio = row.ratio(peer)
        return f"{ratio:9.2f}" if ratio is not None else f"{'–':>9}"

    us = {k: v * 1e6 for k, v in row.times.items()}
    own = f"{us['microgrid']:11.1f}" if "microgrid" in us else f"{'':11}"
    numpy = f"{us['NumPy']:8.1f}" if "NumPy" in us else f"{'':8}"
    return f"{row.name:32} {row.size:6} {own} {numpy} {text('Torch')} {text('autograd')}  {row.note}"


HOW = """
Every operation forward and backward beside Torch eager and HIPS autograd, in float32: a ratio below 1 says that
microgrid is faster. *8 numbers* is an array of about that size, *1 million* about that (square matrices of 1000, images
of 8×16×64×64). All sides run in turn in one process, one thread each, after their values and gradients have been
compared; the ratio is that of the medians. Written by
`python tests/benchmarks/operations.py --markdown docs/benchmarks.md` with {}.
"""


def markdown(rows: list[Row]) -> str:
    """The page of the documentation."""
    by: dict[str, dict[str, Row]] = {}
    for row in rows:
        by.setdefault(row.name, {})[row.size] = row

    def cell(row: Row | None, peer: str) -> str:
        ratio = row.ratio(peer) if row is not None else None
        return "–" if ratio is None else f"{ratio:.2f}"

    worst = {
        size: ", ".join(
            f"`{r.name}` {r.ratio('Torch'):.1f}"
            for r in sorted((r for r in rows if r.size == size), key=lambda r: -(r.ratio("Torch") or 0))[:10]
        )
        for size in ("small", "large")
    }
    lines = [
        "# Speed",
        "",
        *textwrap.wrap(" ".join(HOW.split()).format(versions()), 118),
        "",
        *textwrap.wrap(f"The ten slowest beside Torch: small, {worst['small']}; large, {worst['large']}.", 118),
        "",
        "| operation | 8 numbers: µs | to Torch | to autograd | 1 million: ms | to Torch | to autograd |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, sizes in sorted(by.items()):
        s, b = sizes.get("small"), sizes.get("large")
        us = f"{s.times['microgrid'] * 1e6:.1f}" if s and "microgrid" in s.times else "–"
        ms = f"{b.times['microgrid'] * 1e3:.1f}" if b and "microgrid" in b.times else "–"
        lines.append(
            f"| `{name}` | {us} | {cell(s, 'Torch')} | {cell(s, 'autograd')} | {ms} | {cell(b, 'Torch')} "
            f"| {cell(b, 'autograd')} |"
        )
    return "\n".join(lines) + "\n"


def versions() -> str:
    """Who was measured, on what."""
    import platform

    import torch

    return (
        f"Python {platform.python_version()}, NumPy {np.__version__}, Torch {torch.__version__.partition('+')[0]} on "
        f"{platform.system()} {platform.machine()}"
    )


def run(names: Iterable[str], sizes: Iterable[str], rounds: int) -> list[Row]:
    """The rows, printed as they come."""
    import torch

    torch.set_num_threads(1)
    rows = []
    wanted = set(names)
    print(f"{'operation':32} {'size':6} {'µs':>11} {'NumPy µs':>8} {'to Torch':>9} {'autograd':>9}")
    for case in CASES:
        if wanted and case.name not in wanted:
            continue
        for size in sizes:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                row = measured(case, size, rounds)
            if row is not None:
                rows.append(row)
                print(line(row), flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--sizes", nargs="+", default=["small", "large"])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--markdown", type=Path)
    args = parser.parse_args()
    rows = run(args.names, args.sizes, args.rounds)
    for size in args.sizes:
        ranked = sorted((r for r in rows if r.size == size), key=lambda r: -(r.ratio("Torch") or 0))
        print(f"\nthe ten worst, {size}:")
        for row in ranked[:10]:
            print(line(row))
    if args.markdown:
        args.markdown.write_text(markdown(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
