"""The styles that NumPy gives microgrid no say in: each is refused by a message with a way out, and the way out works.

In all of them NumPy makes a plain array, which cannot hold a history; nothing is ever lost unsaid."""

from __future__ import annotations

import os
import re
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.strangers import checks

X = np.array([0.7, -1.2, 0.4, 2.1])
A = np.arange(16.0).reshape(4, 4)


def squares_in(out: Any, x: Any) -> Any:
    """A loop that fills an array."""
    for i in range(len(x)):
        out[i] = x[i] ** 2
    return out


def rows_in(out: Any, x: Any) -> Any:
    """Whole rows."""
    out[0] = x
    out[1] = x**2
    return out


def added_to(a: Any, x: Any) -> Any:
    """A slice added to."""
    a[1:] += x[1:]
    return a


# {style: (as it is refused, what the message says, the way out)}
STYLES: dict[str, tuple[Any, str, Any]] = {
    "np.zeros filled": (lambda x: squares_in(np.zeros(4), x), r"mg\.zeros", lambda x: squares_in(np.zeros_like(x), x)),
    "np.empty filled": (lambda x: squares_in(np.empty(4), x), r"mg\.zeros", lambda x: squares_in(np.empty_like(x), x)),
    "rows": (lambda x: rows_in(np.zeros((2, 4)), x), r"mg\.zeros",
             lambda x: rows_in(np.zeros_like(x, shape=(2, 4)), x)),
    "a slice added to": (lambda x: added_to(np.ones(4), x), r"mg\.asarray", lambda x: added_to(np.ones_like(x), x)),
    "np.array of a list": (lambda x: np.array([x[0], x[1]]), r"mg\.stack", lambda x: np.stack([x[0], x[1]])),
    "np.asarray": (lambda x: np.asarray(x) * 2, r"x\.numpy\(\)", lambda x: np.positive(x) * 2),
    "np.array as a copy": (lambda x: np.array(x) * 2, r"x\.numpy\(\)", lambda x: np.copy(x) * 2),
    "np.full": (lambda x: np.full(3, x[0]), r"mg\.stack", lambda x: np.full_like(x, x[0], shape=3)),
    "np.c_": (lambda x: np.c_[x, x], r"np\.column_stack", lambda x: np.column_stack([x, x])),
    "np.r_": (lambda x: np.r_[x, x], r"np\.concatenate", lambda x: np.concatenate([x, x])),
    "a.dot": (lambda x: A.dot(x), r"np\.dot\(a, x\)", lambda x: np.dot(A, x)),
    "np.vectorize": (lambda x: np.vectorize(lambda v: v**2)(x), "whole arrays", lambda x: x**2),
    "np.ndenumerate": (lambda x: sum(i[0] * v for i, v in np.ndenumerate(x)), r"enumerate\(x\.flat\)",
                       lambda x: sum(i * v for i, v in enumerate(x.flat))),
    "np.sum of a list": (lambda x: np.sum([x, x**2], axis=0), r"np\.stack",
                         lambda x: np.sum(np.stack([x, x**2]), axis=0)),
    "as_strided": (lambda x: np.lib.stride_tricks.as_strided(x, (3, 2), (8, 8)), "sliding_window_view",
                   lambda x: np.lib.stride_tricks.sliding_window_view(x, 2)),
    "coefficients": (lambda x: np.polynomial.polynomial.polyval(1.5, x), r"np\.polyval",
                     lambda x: np.polyval(x[::-1], 1.5)),
    "np.fft": (lambda x: np.abs(np.fft.rfft(x)), r"np\.fft\.rfft is not differentiated here.*@mg\.primitive", None),
    "np.frompyfunc": (lambda x: np.frompyfunc(lambda v: v**2, 1, 1)(x), r"@mg\.primitive", lambda x: x**2),
}  # fmt: skip


def said(error: BaseException) -> str:
    """The message, and that of the error behind it: NumPy wraps ours in `setting an array element with a sequence`."""
    return f"{error} {said(error.__cause__) if error.__cause__ else ''}"


@pytest.mark.parametrize("style", STYLES)
def test_a_style_is_refused_with_a_way_out(style: str) -> None:
    """TypeError, or NumPy's ValueError around it."""
    refused, says, _ = STYLES[style]
    assert refused(X) is not None
    with pytest.raises((TypeError, ValueError)) as caught:
        refused(mg.tensor(X, requires_grad=True))
    assert re.search(says, said(caught.value)), said(caught.value)


@pytest.mark.parametrize("style", [style for style, (_, _, way) in STYLES.items() if way])
def test_the_way_out_is_the_same_function_differentiated(style: str) -> None:
    """On plain arrays it gives what the refused style gives; on Tensors its derivatives."""
    refused, _, way = STYLES[style]
    np.testing.assert_array_equal(way(X), np.asarray(refused(X), float))
    checks.value(way, [X])
    checks.first(way, [X])
    checks.second(way, [X])


def test_scipys_functions_name_the_switch() -> None:
    """SciPy asks an array for its namespace only where SCIPY_ARRAY_API is set; unset, the error says so."""
    special = pytest.importorskip("scipy.special")
    if os.environ.get("SCIPY_ARRAY_API"):
        pytest.skip("it is set")
    with pytest.raises(TypeError, match=r"mg\.special, or SCIPY_ARRAY_API=1"):
        special.logsumexp(mg.tensor(X, requires_grad=True))
