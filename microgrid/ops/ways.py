"""What to write instead, where code that asks no Tensor what to do turned one into a plain array."""

from __future__ import annotations

from types import FrameType

from ..core.tensor import ops

# (where the code stands, the function in it, "" for any; what to write)
WAYS = [
    ("numpy.lib._index_tricks", "__getitem__", "np.c_ and np.r_ make plain arrays: np.column_stack, np.concatenate"),
    ("numpy.lib._index_tricks", "__init__", "np.ndenumerate reads a plain array: enumerate(x.flat)"),
    ("numpy.lib._function_base", "", "np.vectorize calls with numbers: write the function for whole arrays"),
    ("numpy.lib._stride_tricks", "", "np.lib.stride_tricks.sliding_window_view and indexing take a Tensor"),
    ("numpy._core.fromnumeric", "", "a list of Tensors asks none of them: np.stack([...]) first"),
    ("numpy.polynomial", "", "numpy.polynomial takes no Tensor of coefficients: np.polyval, np.polymul, np.polyfit do"),
    ("scipy", "", "mg.special, or SCIPY_ARRAY_API=1 set before SciPy is imported, for what follows the array API"),
]


def way_out(frame: FrameType) -> str:
    """`; np.column_stack …`: what else to write than the call that a frame is making; "" where nothing is known."""
    home, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
    found = [way for module, function, way in WAYS if home.startswith(module) and function in ("", name)]
    if not home.startswith("numpy") and "dot" in frame.f_code.co_names:
        found.append("if it was a.dot(x) of a plain array a: a @ x, or np.dot(a, x)")
    return f"; {found[0]}" if found else ""


ops.way_out = way_out
