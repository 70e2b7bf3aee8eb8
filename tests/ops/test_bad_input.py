"""What every public function says of input that cannot be meant: text, None, complex numbers, an axis that is not
there, a keyword that it does not have. An error of the right type, in the function's own name, in words that are not
Python's or NumPy's about their inner workings; never an answer."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import microgrid as mg

NO_NUMBERS = {  # these speak of dtypes, settings and programs, not of numbers
    "bool", "can_cast", "checkpoint", "detach", "draw", "finfo", "from_dlpack", "frombuffer", "get_default_dtype",
    "grad", "graph", "hessian", "hvp", "iinfo", "isdtype", "jacobian", "jvp", "manual_seed", "primitive",
    "promote_types", "result_type", "set_default_dtype", "value_and_grad", "vjp",
}  # fmt: skip
SPACES: dict[str, Any] = {"mg": mg, "linalg": mg.linalg, "special": mg.special, "functional": mg.nn.functional}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"{space}.{name}": getattr(module, name)
    for space, module in SPACES.items()
    for name in module.__all__
    if callable(getattr(module, name)) and not isinstance(getattr(module, name), type) and name not in NO_NUMBERS
}
ANSWERS = {  # what NumPy answers too: whether two things are equal is a question of any two things
    "text": {"array_equal", "array_equiv", "eq", "equal", "ne", "not_equal"},
    "None": {"array_equal", "array_equiv", "eq", "equal", "ne", "not_equal"},
}
INNER = re.compile(
    r"has no attribute|not iterable|not subscriptable|to unpack|unsupported operand|not supported between|bad operand"
    r"|cannot be interpreted|not callable|loop|has no len|could not be safely coerced|Cannot cast|inhomogeneous shape"
    r"|tuple index|only integer|core dimension|truth value|could not convert|<object object"
)
COMPLEX = {  # these tell the kinds of numbers apart, or take any
    "angle", "array_equal", "array_equiv", "conj", "conjugate", "copyto", "equal", "imag", "iscomplex", "iscomplexobj",
    "isreal", "isrealobj", "real",
}  # fmt: skip
KEYWORDS = {"piecewise"}  # what it is given by keyword goes on to the functions
RIGHT = (TypeError, ValueError, IndexError)  # AxisError and LinAlgError are ValueErrors


def needed(f: Callable[..., Any]) -> list[str]:
    """The parameters that have no default, by position."""
    kinds = inspect.Parameter
    return [
        p.name for p in inspect.signature(f).parameters.values()
        if (p.default is p.empty and p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD))
        or p.kind is kinds.VAR_POSITIONAL
    ]  # fmt: skip


def refused(name: str, call: Callable[[], Any], kinds: tuple[type[Exception], ...] = RIGHT) -> None:
    """The call raises an error of these types that names the function, in plain words."""
    f = FUNCTIONS[name]
    with pytest.raises(kinds) as caught:
        call()
    text = str(caught.value)
    names = {name.split(".")[1], f.__name__, getattr(getattr(f, "op", None), "name", f.__name__)}
    if f in (mg.asarray, mg.array):
        names.add("tensor")
    assert any(re.search(rf"(^|\W){re.escape(n)}(\W|$)", text) for n in names), f"unnamed: {text}"
    assert not INNER.search(text), f"inner workings: {text}"


UNUSUAL = {  # their arguments are of other sorts than those below
    "mg.gradient", "mg.repeat_interleave", "mg.squeeze", "mg.unflatten", "mg.scatter", "mg.scatter_reduce",
    "mg.apply_along_axis", "mg.nll", "linalg.cross", "linalg.matrix_norm", "functional.index_reduce",
    "functional.scatter", "functional.scatter_reduce", "functional.repeat_interleave", "functional.unflatten",
}  # fmt: skip


def sorts() -> list[mg.Tensor]:
    """One of them suits most functions: a matrix, places, a vector, images."""
    return [
        mg.tensor([[2.0, 1.0], [1.0, 2.0]]), mg.asarray(np.array([[0, 1], [1, 0]])), mg.tensor([0.25, 0.5]),
        mg.asarray(np.array([0, 1])), mg.tensor(np.ones((2, 2, 4, 4))),
    ]  # fmt: skip


def sound(f: Callable[..., Any], args: dict[str, Any]) -> bool:
    """Whether the function takes them."""
    try:
        f(**args)
    except Exception:
        return False
    return True


def short(name: str) -> str:
    return name.split(".")[1]


def axis_of(name: str) -> str | None:
    """What the function calls its axis; None where it has none."""
    taken = inspect.signature(FUNCTIONS[name]).parameters
    return next((a for a in ("axis", "dim") if a in taken), None)


@pytest.mark.parametrize(
    ("name", "bad"),
    [(n, bad) for n, f in FUNCTIONS.items() for bad in ("text", "None") if needed(f) and short(n) not in ANSWERS[bad]],
)
def test_what_is_no_number_is_refused_by_name(name: str, bad: str) -> None:
    """Text and None, wherever an argument has no default."""
    f, value = FUNCTIONS[name], {"text": "text", "None": None}[bad]
    refused(name, lambda: f(*[value] * len(needed(f))))


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if short(n) not in KEYWORDS])
def test_a_misspelt_keyword_is_refused_by_name(name: str) -> None:
    """Even where the arguments are otherwise in order."""
    f = FUNCTIONS[name]
    x = mg.tensor([0.25, 0.5])
    refused(name, lambda: f(*[x] * len(needed(f)), misspelt=1), (TypeError,))


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if axis_of(n) and n not in UNUSUAL])
def test_an_axis_that_is_not_there_is_refused_by_name(name: str) -> None:
    """To either side; wherever the call is sound without it."""
    f = FUNCTIONS[name]
    axis = axis_of(name) or ""
    first, *rest = [p for p in needed(f) if p != axis] or [axis]
    tries = [{first: x, **dict.fromkeys(rest, y), axis: 0} for x in sorts() for y in (x, 1)]
    args = next(a for a in tries if sound(f, a))
    for bad in (99, -99):
        refused(name, lambda bad=bad: f(**args | {axis: bad}), (ValueError, IndexError))


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if needed(f) and short(n) not in COMPLEX])
def test_complex_numbers_are_refused_by_name(name: str) -> None:
    """SciPy's and NumPy's functions inside would drop their imaginary part, or compute half the formula with it."""
    f = FUNCTIONS[name]
    z = np.array([0.25 + 1j, 0.5])
    refused(name, lambda: f(*[z] * len(needed(f))))


@pytest.mark.parametrize(
    "call, kind",
    [
        (lambda m: m.arange(None), TypeError),
        (lambda m: m.median(None), TypeError),
        (lambda m: m.linalg.norm(None), TypeError),
        (lambda m: m.logical_xor(np.array([0.0, 1.0]), None), (TypeError, AttributeError)),
    ],
)  # fmt: skip
def test_numpy_refuses_it_too(call: Callable[[Any], Any], kind: Any) -> None:
    """No NaN for None, no axis counted around the corner."""
    with pytest.raises(kind):
        call(np)
    with pytest.raises((ValueError, TypeError)):
        call(mg)


@pytest.mark.parametrize(
    "call",
    [
        lambda t, x, F: F.unique_consecutive(x, dim=2), lambda t, x, F: F.unique_consecutive(x, dim=-3),
        lambda t, x, F: t.masked_fill(x, x > 0, None), lambda t, x, F: F.threshold(x, 0.5, None),
        lambda t, x, F: t.relu(x + 1j),
    ],
)  # fmt: skip
def test_torch_refuses_it_too(call: Callable[..., Any]) -> None:
    """Nor where only Torch has the function."""
    torch = pytest.importorskip("torch")
    theirs = SimpleNamespace(unique_consecutive=torch.unique_consecutive, threshold=torch.nn.functional.threshold)
    with pytest.raises((IndexError, TypeError, RuntimeError)):
        call(torch, torch.ones(2, 3), theirs)
    with pytest.raises((ValueError, TypeError)):
        call(mg, mg.tensor(np.ones((2, 3))), mg.nn.functional)


@pytest.mark.parametrize("axis", [1, -2])
def test_an_axis_of_trim_zeros_is_not_counted_around_the_corner(axis: int) -> None:
    """NumPy 2.2 does; later ones refuse it."""
    with pytest.raises(np.exceptions.AxisError):
        mg.trim_zeros(np.array([0.0, 1.0]), axis=axis)
