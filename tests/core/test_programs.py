"""Random programs of views, masks, writes, `out=`, row loops and aliases, run in lock-step on Tensors and on NumPy
arrays: values and strides after each statement, first and second derivatives at the end.

The derivatives to compare with are NumPy's own: the same text, run on complex arrays, gives the derivative along a
direction as Im f(x + i h u) / h, exact to rounding for any small h.
"""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest

import microgrid as mg

SHAPES = {"a": (4, 6), "b": (6,), "c": (2, 2, 3)}
FIRST_ORDER, SECOND_ORDER, LONG = 300, 60, 5_000
VIEWS = [
    ".T",
    ".mT",
    ".ravel()",
    ".squeeze()",
    ".swapaxes(0, -1)",
    ".reshape(-1)",
    ".reshape(-1, 2)",
    ".reshape(3, -1)",
    ".transpose()",
    "[None]",
    "[..., None]",
    "[::-1]",
    "[:, ::2]",
    "[1:][:-1]",
    "[...]",
    "",
]


class Masks(dict):
    """A fixed mask for every shape that a program asks for."""

    def __missing__(self, shape):
        self[shape] = np.random.default_rng([len(shape), *shape]).random(shape) < 0.6
        return self[shape]


def execute(program, thetas, wrap, after=lambda names: None):
    """The variables that a program leaves behind; `after` sees them after each statement."""
    names = {k: wrap(k, t) * 1.0 for k, t in thetas.items()}
    scope = {"np": np, "M": Masks(), **names}
    for statement in program:
        exec(statement, scope)
        scope.pop("row", None)
        after(variables(scope))
    return variables(scope)


def variables(scope):
    return {k: v for k, v in scope.items() if k not in ("np", "M", "__builtins__")}


class Author:
    """Writes programs that NumPy runs without an error."""

    def __init__(self, seed):
        self.pick = random.Random(seed)
        self.ones = {k: np.linspace(0.6, 1.4, int(np.prod(s))).reshape(s) for k, s in SHAPES.items()}

    def index(self, shape):
        """Basic, fancy, masked or `...`: what may stand in brackets for an array of this shape."""
        if shape and self.pick.random() < 0.2:
            return f"M[{shape}]"
        parts = []
        for n in shape[: self.pick.randint(0, len(shape))]:
            i, j = self.pick.randrange(-n, n), self.pick.randrange(n)
            parts.append(
                self.pick.choice([str(i), str(j), f"[{i}, {j}]", f"[{j}, {j}]", "1:", ":-1", "::2", "::-1", ":"])
            )
        return ", ".join(parts) or "..."

    def statement(self, scope):
        names = sorted(scope)
        x, y, z = (self.pick.choice(names) for _ in range(3))
        i, j = self.index(np.shape(scope[x])), self.index(np.shape(scope[y]))
        new, op = f"v{len(names)}", self.pick.choice("+-*")
        fresh = self.pick.choice(
            ["0.5", f"{y} * 0.3", f"{y}[{j}] * 0.9", f"{y} + {z}", f"np.where({y} > 1, {y}, 0.8 * {y})"]
        )
        # into places named by a list or a mask NumPy copies one by one: it may read what it has just written
        value = fresh if "[" in i or "M" in i else self.pick.choice([fresh, y, f"{y}[{j}]"])
        return self.pick.choice(
            [
                f"{new} = {x}[{i}]",
                f"{new} = {x}{self.pick.choice(VIEWS)}",
                f"{new} = {x}",
                f"{new} = {x} * {value}",
                f"{x}[{i}] = {value}",
                f"{x}[{i}] {op}= {value}",
                f"{x} {op}= {value}",
                f"{x}{self.pick.choice(VIEWS)}[...] = {fresh}",
                f"{x}[{x} > 1] = 0.7",
                f"{x}[{x} > 1] *= 0.7",
                f"for row in {x}[:2]: row {op}= 0.5",
                f"np.{self.pick.choice(['add', 'multiply'])}({x}, {value}, out={x})",
                f"np.subtract({y}, {value}, out={x})",
                f"{x}[0], {x}[-1] = {x}[-1] * 1.0, {x}[0] * 0.5",
                f"{new} = np.maximum({x}, {y})",
            ]
        )

    def program(self, length):
        program = []
        scope = execute(program, self.ones, lambda _, t: t)
        while len(program) < length:
            candidate = [*program, self.statement(scope)]
            try:
                tried = execute(candidate, self.ones, lambda _, t: t)
            except (IndexError, ValueError, TypeError, AttributeError):
                continue
            if all(np.size(v) and np.ndim(v) < 6 and np.size(v) < 200 for v in tried.values()):
                program, scope = candidate, tried
        return program


def strides(a):
    return [s for s, n in zip(a.strides, a.shape, strict=True) if n > 1] if isinstance(a, np.ndarray) else None


def total(names, weights, start=0.0):
    for k, c in weights.items():
        start = (names[k] * names[k] * c).sum() + start
    return start


def check(seed, length=12, second=False):
    program = Author(seed).program(length)
    rng = np.random.default_rng(seed)
    thetas = {k: rng.uniform(0.5, 1.5, s) for k, s in SHAPES.items()}
    told = f"seed {seed}:\n" + "\n".join(program)

    # 1: values and strides, statement by statement
    seen = []
    snapshot = lambda names: seen.append({k: (np.copy(v), strides(v)) for k, v in names.items()})
    arrays = execute(program, thetas, lambda _, t: t, snapshot)
    leaves = {k: mg.tensor(t, requires_grad=True) for k, t in thetas.items()}
    expected = iter(seen)

    def compare(names):
        for k, (value, layout) in next(expected).items():
            got = names[k].detach().numpy()
            assert np.array_equal(got, value), f"{told}\n{k} is {got}, expected {value}"
            assert layout is None or layout == strides(got), f"{told}\n{k} lies otherwise"

    tensors = execute(program, thetas, lambda k, _: leaves[k], compare)

    # 2: the gradient, along a random direction for each leaf
    weights = {k: rng.uniform(-1, 1, np.shape(v)) for k, v in arrays.items()}
    u, v = ({k: rng.standard_normal(s) for k, s in SHAPES.items()} for _ in range(2))

    def slope(at, along, h=1e-30):
        lifted = {k: t + 1j * h * along[k] for k, t in at.items()}
        return total(execute(program, lifted, lambda _, t: t), weights).imag / h

    total(tensors, weights).backward(create_graph=second)
    for k, p in leaves.items():
        alone = {n: u[n] * (n == k) for n in u}
        want = slope(thetas, alone)
        got = 0.0 if p.grad is None else (p.grad.detach().numpy() * u[k]).sum()
        assert got == pytest.approx(want, rel=1e-9, abs=1e-9), f"{told}\ngradient of {k}"

    # 3: the second derivative along u and v: a difference of those exact slopes
    if second:
        inner = sum((p.grad * u[k]).sum() for k, p in leaves.items() if p.grad is not None)
        for p in leaves.values():
            p.grad = None
        inner.backward()
        got = sum((p.grad.detach().numpy() * v[k]).sum() for k, p in leaves.items() if p.grad is not None)
        h = 1e-5
        ahead, behind = ({k: t + s * v[k] for k, t in thetas.items()} for s in (h, -h))
        want = (slope(ahead, u) - slope(behind, u)) / (2 * h)
        scale = max(1.0, abs(slope(thetas, u)))
        assert got == pytest.approx(want, rel=1e-6, abs=1e-6 * scale), f"{told}\nsecond derivative"


@pytest.fixture(autouse=True)
def _quiet():
    """ComplexWarning and overflow are no part of what is tested here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("seed", range(FIRST_ORDER))
def test_a_random_program_means_on_tensors_what_it_means_on_arrays(seed):
    """Values, strides and gradients of a program of twelve statements."""
    check(seed)


@pytest.mark.parametrize("seed", range(FIRST_ORDER, FIRST_ORDER + SECOND_ORDER))
def test_the_second_derivative_of_a_random_program(seed):
    """... through the gradients of views, masks and writes, recorded."""
    check(seed, length=8, second=True)


@pytest.mark.slow
def test_many_random_programs():
    """Thousands of them, some long."""
    for seed in range(10_000, 10_000 + LONG):
        check(seed, length=12 + seed % 10, second=seed % 5 == 0)
