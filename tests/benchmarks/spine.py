"""Ratios to Torch eager, measured in one interleaved run: `python tests/benchmarks/spine.py [case ...] [--rounds N]`.

Each case is the same computation on both sides. Their losses are compared before anything is timed; then the two are
run in turn, A B A B ..., and the ratio is that of the medians. One thread for either, since two BLAS threads beside
another load can make a 1 ms step take 300.
"""

from __future__ import annotations

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import pathlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import microgrid as mg

Step = Callable[[], float]


@dataclass
class Case:
    """One computation, done by microgrid and by Torch: each `make` gives a step that returns its loss."""

    name: str
    at_most: float
    mine: Callable[[], Step]
    theirs: Callable[[Any], Step]
    repeat: int = 1  # steps timed together


def exercise_mine() -> Step:
    """The exercise network 3 → 4 → 2 with dropout and SGD, float64."""
    W1 = mg.tensor(np.arange(1, 13).reshape(3, 4) / 10, requires_grad=True)
    W2 = mg.tensor(np.arange(2, 10).reshape(4, 2) / 10, requires_grad=True)
    x, t = mg.tensor(np.array([[1.0, 2.0, 3.0]])), mg.tensor(np.array([[0.0, 1.0]]))
    sgd, F = mg.optim.SGD([W1, W2], lr=0.01), mg.nn.functional

    def step(p: float = 0.4) -> float:
        loss = F.cross_entropy(F.dropout(F.relu(x @ W1), p) @ W2, t)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        return loss  # type: ignore[return-value]

    return step


def exercise_theirs(torch: Any) -> Step:
    """The same in Torch."""
    W1 = torch.tensor(np.arange(1, 13).reshape(3, 4) / 10, requires_grad=True)
    W2 = torch.tensor(np.arange(2, 10).reshape(4, 2) / 10, requires_grad=True)
    x, t = torch.tensor([[1.0, 2.0, 3.0]]).double(), torch.tensor([[0.0, 1.0]]).double()
    sgd, F = torch.optim.SGD([W1, W2], lr=0.01), torch.nn.functional

    def step(p: float = 0.4) -> float:
        loss = F.cross_entropy(F.dropout(F.relu(x @ W1), p) @ W2, t)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        return loss.detach()  # type: ignore[no-any-return]

    return step


def chain(x: Any) -> Step:
    """10,000 operations in a row on 8 numbers, forward and backward."""

    def step() -> float:
        y = x
        for _ in range(10_000):
            y = y * 1.0001
        x.grad = None
        loss = y.sum()
        loss.backward()
        return loss.detach()  # type: ignore[no-any-return]

    return step


def wide(parameters: list[Any]) -> Step:
    """The sum of 2,000 parameters' squares, each of 10 numbers, forward and backward."""

    def step() -> float:
        loss = 0.0
        for p in parameters:
            loss = loss + (p * p).sum()
        for p in parameters:
            p.grad = None
        loss.backward()  # type: ignore[attr-defined]
        return loss.detach()  # type: ignore[attr-defined, no-any-return]

    return step


def mlp(lib: Any, tensor: Callable[[np.ndarray], Any], numpy: Callable[[Any], np.ndarray]) -> Step:
    """MLP 784-512-512-10, batch 128, Adam, float32."""
    nn, rng = lib.nn, np.random.default_rng(1)
    net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
    weights = {k: (rng.standard_normal(numpy(v).shape) / 30).astype(np.float32) for k, v in net.state_dict().items()}
    net.load_state_dict({k: tensor(v) for k, v in weights.items()})
    x, t = tensor(rng.standard_normal((128, 784)).astype(np.float32)), tensor(rng.integers(0, 10, 128))
    adam = lib.optim.Adam(net.parameters(), lr=1e-3)

    def step() -> float:
        loss = nn.functional.cross_entropy(net(x), t)
        adam.zero_grad()
        loss.backward()
        adam.step()
        return loss.detach()  # type: ignore[no-any-return]

    return step


def numbers(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape)


CASES = [
    Case("exercise step 3-4-2, dropout, SGD", 0.38, exercise_mine, exercise_theirs, 100),
    Case(
        "10,000 operations in a row on 8 numbers", 0.45, lambda: chain(mg.tensor(numbers(8), requires_grad=True)),
        lambda torch: chain(torch.tensor(numbers(8), requires_grad=True)),
    ),
    Case(
        "sum of 2,000 parameters' squares", 0.65,
        lambda: wide([mg.tensor(p, requires_grad=True) for p in numbers(2000, 10)]),
        lambda torch: wide([torch.tensor(p, requires_grad=True) for p in numbers(2000, 10)]),
    ),
    Case(
        "MLP 784-512-512-10, batch 128, Adam", 1.5, lambda: mlp(mg, mg.tensor, lambda v: v.numpy()),
        lambda torch: mlp(torch, torch.tensor, lambda v: v.detach().numpy()),
    ),
]  # fmt: skip


def agree(case: Case, torch: Any) -> float:
    """The largest relative difference between the losses of three steps; without dropout, whose masks differ."""
    mine, theirs = case.mine(), case.theirs(torch)
    args = (0.0,) if case.mine is exercise_mine else ()
    off = 0.0
    for _ in range(3):
        a, b = float(mine(*args)), float(theirs(*args))
        off = max(off, abs(a - b) / max(abs(b), 1e-300))
    return off


def measure(case: Case, torch: Any, rounds: int) -> tuple[float, float]:
    """Median seconds a step of microgrid and of Torch, in turn."""
    sides = [case.mine(), case.theirs(torch)]
    times: list[list[float]] = [[], []]
    for r in range(rounds + 2):
        for step, seconds in zip(sides, times, strict=True):
            start = time.perf_counter()
            for _ in range(case.repeat):
                step()
            if r >= 2:  # two rounds to warm up
                seconds.append((time.perf_counter() - start) / case.repeat)
    return statistics.median(times[0]), statistics.median(times[1])


def import_time(rounds: int = 15) -> float:
    """Median milliseconds of `import microgrid` in a process that has NumPy, its bytecode written."""
    code = "import numpy, time; t = time.perf_counter(); import microgrid; print((time.perf_counter() - t) * 1e3)"
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True, env=env) for _ in range(rounds)]
    return statistics.median(float(r.stdout) for r in runs[1:])


def million(n: int = 1_000_000) -> tuple[float, float, float, float]:
    """Microseconds an operation to record, differentiate and free n in a row on 8 numbers; bytes an operation.

    In a process of its own, so that memory is counted from a clean heap (Linux: resident pages)."""
    code = f"""
import numpy as np, time, microgrid as mg
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096
x = mg.tensor(np.ones(8), requires_grad=True)
y, before, a = x, resident(), time.perf_counter()
for _ in range({n}): y = y * 1.0000001
after, b = resident(), time.perf_counter()
y.sum().backward(); c = time.perf_counter()
assert abs(x.grad.numpy()[0] - 1.0000001 ** {n}) < 1e-9
del y; d = time.perf_counter()
print(*(v / {n} * 1e6 for v in (b - a, c - b, d - c)), (after - before) / {n})
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    record, backward, free, size = map(float, out.split())
    return record, backward, free, size


def core_lines() -> tuple[int, int]:
    """Lines of microgrid/core in all, and without blank lines, comments and docstrings."""
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))
    from tests.test_house import code_lines, lines

    files = list(pathlib.Path(mg.__file__).parent.joinpath("core").glob("*.py"))
    return sum(map(lines, files)), sum(map(code_lines, files))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help="parts of the names of the cases to run (all)")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    print(f"Python {sys.version.split()[0]}, NumPy {np.__version__}, Torch {torch.__version__}, one thread each\n")
    print(f"{'':42}{'microgrid':>12}{'torch':>12}{'ratio':>8}{'at most':>9}  losses differ by")
    for case in CASES:
        if options.case and not any(c in case.name for c in options.case):
            continue
        off = agree(case, torch)
        if not off < 1e-4:
            sys.exit(f"{case.name}: the losses differ by {off:.1e}; timing what does not agree would mean nothing")
        mine, theirs = measure(case, torch, options.rounds)
        print(
            f"{case.name:42}{mine * 1e3:9.3f} ms{theirs * 1e3:9.3f} ms{mine / theirs:8.2f}{case.at_most:9.2f}"
            f"  {off:.0e}"
        )
    if options.case:
        return
    print(f"\nimport microgrid beyond import numpy      {import_time():6.1f} ms   (at most 25)")
    record, backward, free, size = million()
    print(
        f"1,000,000 operations in a row             record {record:.2f}, backward {backward:.2f}, free {free:.2f} µs "
        f"and {size:.0f} bytes an operation   (at most 450)"
    )
    total, code = core_lines()
    print(f"core/                                     {total} lines, {code} of them code   (about 1,500)")


if __name__ == "__main__":
    main()
