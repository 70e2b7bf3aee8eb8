"""How an error is put: in plain words about what was given, not in Python's or NumPy's about their inner workings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import described, value_of
from ..core.recording import INTERNAL

if TYPE_CHECKING:
    from ..core.primitive import Primitive

KINDS = (np.exceptions.AxisError, np.linalg.LinAlgError, IndexError, ValueError)


def kind(error: Exception) -> type[Exception]:
    """The type of the error that says it again: an attribute that a thing has not is a thing of the wrong type."""
    return next((k for k in KINDS if isinstance(error, k)), TypeError)


def reason(op: Primitive, error: Exception, args: tuple[Any, ...], kw: dict[str, Any]) -> str:
    """What to say of an error that an operation's body raised."""
    return expected(args) or misplaced(kw, op.statics) or undefined(op.name, error, args) or plainly(error)


def expected(args: tuple[Any, ...]) -> str | None:
    """What to say of an argument that is no array at all."""
    for a in args:
        if odd := oddity(a):
            return f"{odd}; expected a Tensor, an array or a number" if "complex" not in odd else odd
    return None


def oddity(a: Any) -> str | None:
    """Why something holds no numbers, in words; None where it does."""
    if a is None or isinstance(a, str | bytes | dict | set) or callable(a):
        return f"{'None' if a is None else type(a).__name__} is no number"
    if type(a) in (int, float, bool) or hasattr(a, "_node"):
        return None
    try:
        kind = (a if isinstance(a, np.ndarray | np.generic) else np.asarray(a)).dtype
    except (ValueError, TypeError):
        return f"the {type(a).__name__} is inhomogeneous: its rows differ in size"
    if kind.kind == "c":
        return f"{kind} is complex; complex numbers are not supported yet"
    if kind.kind == "O" and not isinstance(a, np.ndarray):
        return f"{type(a).__name__} is no number" if not isinstance(a, list | tuple) else "it holds what is no number"
    return None if kind.kind in "biuf" else f"an array of {kind} holds no numbers"


def misplaced(kw: dict[str, Any], defaults: dict[str, Any]) -> str | None:
    """What to say of a keyword argument whose type its default rules out, or whose name does."""
    for name, value in kw.items():
        if value is defaults.get(name):
            continue
        if type(defaults.get(name)) is bool and not isinstance(value, int | np.bool_):
            return f"{name} is {what(value)}; expected True or False"
        whole = name.startswith(("axis", "axes")) or type(defaults.get(name)) is int
        parts = value if isinstance(value, tuple | list) else (value,)
        if name.startswith(("axis", "axes")) and value is None:
            return f"{name}=None, where the operation needs an axis"
        if whole and any(isinstance(v, str | float | dict | set) or type(v) is object for v in parts):
            return f"{name} is {type(value).__name__}; expected an integer"
        if whole and isinstance(value, tuple | list) and type(defaults.get(name)) is int:
            return f"{name} is a {type(value).__name__}; expected one integer"
        if type(defaults.get(name)) is float and (isinstance(value, str | dict | set) or value is None):
            return f"{name} is {'None' if value is None else type(value).__name__}; expected a number"
    return None


def undefined(name: str, error: Exception, args: tuple[Any, ...]) -> str | None:
    """What to say where NumPy has no loop for these dtypes: floats where integers are needed."""
    if "ufunc" not in str(error) or not isinstance(error, TypeError):
        return None
    return f"{name} is not defined for {' and '.join(dict.fromkeys(str(np.asarray(value_of(a)).dtype) for a in args))}"


def restated(f: Any, error: Exception, args: tuple[Any, ...], kw: dict[str, Any]) -> Exception:
    """The error that a composed function met, in its own name: what NumPy, Python or an operation inside complains of
    is seldom what was given. The words of code that is not ours, a callback's, stay as they are."""
    text, name = str(error), f.__name__
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename not in INTERNAL and not trace.tb_frame.f_globals.get("__name__", "").startswith(FOREIGN):
            return error
        trace = trace.tb_next
    if text.startswith((f"{name}:", f"{name}(", f"{name} ")) or isinstance(error, RuntimeError):
        return error
    code, said = f.__code__, plainly(error)
    given = dict(zip(code.co_varnames[: code.co_argcount], args, strict=False)) | kw
    if code.co_flags & 4 and args[code.co_argcount :]:  # 4: it has *args
        given[code.co_varnames[code.co_argcount + code.co_kwonlyargcount]] = args[code.co_argcount :]
    raw = said != text or not isinstance(error, (*KINDS, TypeError)) or "inhomogeneous" in text
    reason = unfit(f, given) if raw else None
    if reason is None and raw:
        reason = f"{', '.join(f'{k}={described(v)}' for k, v in given.items())}: {said}"
    return kind(error)(f"{name}: {reason or text}")


PHRASES = {  # Python's and NumPy's words for a thing of the wrong kind, in the caller's terms
    r"'(?P<a>[\w.]+)' object cannot be interpreted as an integer": "{a} where an integer is expected",
    r"slice indices must be integers.*": "what is no integer where one is expected",
    r"only (integer scalar arrays|length-1 arrays|0-dimensional arrays) can be converted.*":
        "an array where one number is expected",
    r"('(?P<a>[\w.]+)' object is not iterable|object of type '(?P<b>[\w.]+)' has no len\(\))":
        "{a}{b} where a sequence is expected",
    r"'(?P<a>[\w.]+)' object (has no attribute '\w+'|is not subscriptable)": "{a} where an array is expected",
    r"'(?P<a>[\w.]+)' object is not callable": "{a} where a function is expected",
    r"'.+' not supported between instances of '(?P<a>[\w.]+)' and '(?P<b>[\w.]+)'": "{a} beside {b}; expected numbers",
    r"(unsupported operand type\(s\) for|bad operand type for) [^:]+: '(?P<a>[\w.]+)'( and '(?P<b>[\w.]+)')?":
        "{a} {b} where numbers are expected",
    r"(not enough|too many) values to unpack .*": "an argument has the wrong number of axes, or of parts",
    r"Input operand .* core dimension .*\(size (?P<a>\d+) is different from (?P<b>\d+)\)": "sizes {b} and {a} differ",
    r"Input operand .* does not have enough dimensions.*": "an argument has too few axes",
    r"tuple index out of range": "an argument has too few axes",
    r"list index out of range": "nothing was given where something is expected",
    r"operands could not be broadcast together with shapes (?P<a>.*?) ?": "shapes {a} do not broadcast",
    r"The truth value of an .*": "an array where one number is expected",
    r"could not convert string to float: .*": "text where a number is expected",
    r"float\(\) argument must be .*, not '(?P<a>[\w.]+)'": "{a} where a number is expected",
    r"setting an array element with a sequence.*": "rows that differ in size, or several numbers where one is expected",
    r"ufunc .*|loop of ufunc .*|Cannot cast .*": "not defined for what was given; expected numbers",
}  # fmt: skip


def plainly(error: Exception) -> str:
    """What an error says, in plain words where it speaks of Python's inner workings."""
    text = str(error)
    for pattern, words in PHRASES.items():
        if found := re.fullmatch(f"(?P<start>(\\w+: )*){pattern}", text):
            parts = {"a": "", "b": ""} | {k: v or "" for k, v in found.groupdict().items()}
            return parts["start"] + words.format(**parts).replace("  ", " ")
    return text


FOREIGN = ("numpy", "scipy", "inspect", "functools", "typing", "collections")  # what our code calls upon


def unfit(f: Any, given: dict[str, Any]) -> str | None:
    """What to say of the first argument whose type cannot be meant."""
    code, hints = f.__code__, f.__annotations__
    names = code.co_varnames[: code.co_argcount]
    optional = dict(zip(names[::-1], (f.__defaults__ or ())[::-1], strict=False)) | (f.__kwdefaults__ or {})
    for name, value in given.items():
        hint = str(hints.get(name, "Any"))
        if name == "dtype":
            continue
        words = set(re.findall(r"\w+", hint))
        if (name in optional and value is optional[name]) or (isinstance(value, str) and "str" in words):
            continue
        if words <= {"int", "float", "bool", "None", "Sequence", "tuple"}:
            parts = value if isinstance(value, list | tuple) and words & {"Sequence", "tuple"} else (value,)
            takes = (int, float) if "float" in words else (int,)
            if (value is None and "None" in words) or all(isinstance(v, (*takes, np.integer)) for v in parts):
                continue
            if any(hasattr(v, "dtype") and np.ndim(v) == 0 for v in parts):
                continue
            return f"{name} is {what(value)}; expected {hint.replace(' | ', ' or ')}"
        if name not in optional or isinstance(value, str | bytes | dict | set) or type(value) is object:
            if callable(value) and "Callable" in words:
                continue
            odd = oddity(value)
            if odd and not isinstance(value, slice):
                return f"{name}: {odd}" + ("" if "complex" in odd else "; expected a Tensor, an array or a number")
    return None


def what(value: Any) -> str:
    """`None`, `'text'`, `a tuple`."""
    return repr(value) if value is None or isinstance(value, str) else f"a {type(value).__name__}"


def clash(shapes: list[tuple[int, ...]]) -> str | None:
    """Where shapes do not broadcast, in words; None where they do."""
    for axis in range(1, max(map(len, shapes), default=0) + 1):
        sizes = [s[-axis] for s in shapes if len(s) >= axis and s[-axis] != 1]
        if len(set(sizes)) > 1:
            a, b = sorted(set(sizes))[:2]
            return (
                f"sizes {a} and {b} differ at axis {-axis}; shapes broadcast when, counted from the right, "
                "sizes are equal or one of them is 1"
            )
    return None
