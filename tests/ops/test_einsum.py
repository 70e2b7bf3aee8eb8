"""Any subscripts: einsum's value is NumPy's, and, as it is linear in each operand, its derivative along a direction is
einsum with that direction in the operand's place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import microgrid as mg
from microgrid.ops.products import contraction
from tests.ops.counting import numbers


@st.composite
def sums(draw: st.DrawFn) -> tuple[str, list[tuple[int, ...]]]:
    """Subscripts of one to four operands, labels repeated within and between them, and sizes that fit; some are 1 and
    broadcast."""
    size = {c: draw(st.integers(0, 4)) for c in "abcd"}
    terms = draw(st.lists(st.text("abcd", max_size=3), min_size=1, max_size=4))
    shapes = []
    for term in terms:
        one = {c: len(terms) > 1 and draw(st.integers(0, 5)) == 0 for c in term}
        shapes.append(tuple(1 if one[c] else size[c] for c in term))
    present = sorted(set("".join(terms)))
    known = [c for c in present if any(c in t and s[t.index(c)] == size[c] for t, s in zip(terms, shapes))]
    out = "".join(draw(st.permutations(draw(st.lists(st.sampled_from(known), unique=True)) if known else [])))
    return f"{','.join(terms)}->{out}", shapes


@pytest.mark.parametrize("small", [0, 4096], ids=["by matrix products", "by NumPy's loop"])
@settings(max_examples=150, deadline=None)
@given(sums())
def test_value_and_derivative_of_any_subscripts(small: int, case: tuple[str, list[tuple[int, ...]]]) -> None:
    """Both ways to compute it, for float64; and the derivative of each operand."""
    subscripts, shapes = case
    before, contraction.SMALL = contraction.SMALL, small
    try:
        arrays = [numbers(s, k) for k, s in enumerate(shapes)]
        xs = [mg.tensor(a, requires_grad=True) for a in arrays]
        out = mg.einsum(subscripts, *xs)
        expected = np.asarray(np.einsum(subscripts, *arrays))
        np.testing.assert_allclose(out.numpy(), expected, rtol=1e-12, atol=1e-12)
        assert out.shape == expected.shape
        u = numbers(expected.shape, 7)
        out.backward(u)
        for k, x in enumerate(xs):
            t = numbers(shapes[k], 11)
            along = np.einsum(subscripts, *arrays[:k], t, *arrays[k + 1 :])
            np.testing.assert_allclose((x.grad.numpy() * t).sum(), (along * u).sum(), rtol=1e-10, atol=1e-10)
    finally:
        contraction.SMALL = before


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_tensordot_of_any_axes(data: st.DataObject) -> None:
    """Pairs of axes from either end, in any order: NumPy's value, and the derivative along a direction."""
    m, n = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))
    k = data.draw(st.integers(0, min(m, n)))
    over, with_ = (data.draw(st.permutations(range(d)))[:k] for d in (m, n))
    p, q = ([data.draw(st.integers(0, 3)) for _ in range(d)] for d in (m, n))
    for i, j in zip(over, with_):
        q[j] = p[i]
    axes: Any = [i - m * data.draw(st.booleans()) for i in over], [j - n * data.draw(st.booleans()) for j in with_]
    a, b = numbers(tuple(p)), numbers(tuple(q), 1)
    x, y = mg.tensor(a, requires_grad=True), mg.tensor(b, requires_grad=True)
    out, expected = np.tensordot(x, y, axes), np.asarray(np.tensordot(a, b, axes))
    np.testing.assert_allclose(out.numpy(), expected, rtol=1e-12, atol=1e-12)
    u = numbers(expected.shape, 2)
    out.backward(u)
    s, t = numbers(tuple(p), 3), numbers(tuple(q), 4)
    for z, d, along in ((x, s, np.tensordot(s, b, axes)), (y, t, np.tensordot(a, t, axes))):
        np.testing.assert_allclose((z.grad.numpy() * d).sum(), (along * u).sum(), rtol=1e-10, atol=1e-10)


def test_large_contractions_take_matrix_products() -> None:
    """Three operands in the order that is cheapest, and a path of the caller's: NumPy's numbers in single precision."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=s).astype(np.float32) for s in ((60, 5), (5, 50), (50, 40))]
    for optimize in (None, True, "optimal", ["einsum_path", (1, 2), (0, 1)], ["einsum_path", (0, 1, 2)]):
        out = mg.einsum("ij,jk,kl->il", *arrays, optimize=optimize)
        assert out.dtype == np.float32
        np.testing.assert_allclose(out, arrays[0] @ arrays[1] @ arrays[2], rtol=1e-3, atol=1e-3)
