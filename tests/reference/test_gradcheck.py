"""`mg.reference.gradcheck` and the finite differences beneath it: no Torch here."""

from __future__ import annotations

import math

import numpy as np
import pytest

import microgrid as mg
from microgrid.reference import gradcheck
from microgrid.reference.differences import indices, slope, slopes

RNG = np.random.default_rng(0)
X, W, POSITIVE = RNG.standard_normal((3, 4)), RNG.standard_normal((4, 2)), RNG.uniform(0.5, 2, (3, 4))

# ------------------------------------------------------------------------------------------------- the differences


@pytest.mark.parametrize("x", [1e-3, 0.3, -2.0, 40.0])
def test_slopes_of_smooth_functions_are_known_to_ten_digits(x):
    """Against the derivative in closed form; the error estimate covers the error."""
    for f, d in ((math.sin, math.cos), (math.exp, math.exp), (math.tanh, lambda x: 1 - math.tanh(x) ** 2)):
        s = slope(lambda v, f=f: f(v), x)
        assert not s.kink
        assert abs(s.value - d(x)) <= 1e-10 * max(abs(d(x)), abs(f(x)))
        assert s.error <= 1e-8 * max(abs(d(x)), abs(f(x)))


def test_a_kink_is_known_by_its_two_slopes():
    """At the kink; and next to it a smaller step does not see it."""
    s = slope(lambda v: max(v, 0.0), 0.0)
    assert s.kink and s.left == pytest.approx(0, abs=1e-9) and s.right == pytest.approx(1)
    assert s.within(0.5, 0) and s.within(1.0, 1e-9) and not s.within(1.5, 0.1)
    near = slope(lambda v: max(v, 0.0), 1e-4)
    assert not near.kink and near.value == pytest.approx(1)


def test_a_strong_curve_is_no_kink():
    """exp(50 x) bends within the step."""
    s = slope(lambda v: math.exp(50 * v), 0.1)
    assert not s.kink and s.value == pytest.approx(50 * math.exp(5), rel=1e-6)


def test_slopes_go_by_index_and_leave_the_input_alone():
    """Of Σ g f."""
    x = X.copy()
    got = slopes(lambda x: x**2, [x], 0, np.ones((3, 4)), [(0, 1), (2, 3)])
    assert set(got) == {(0, 1), (2, 3)} and got[0, 1].value == pytest.approx(2 * X[0, 1])
    assert np.array_equal(x, X)
    assert len(indices((10, 10), 7)) == 7 and indices(()) == [()]


# ------------------------------------------------------------------------------------------------------- what is right

RIGHT = {
    "softmax of a product": (lambda x, w: mg.softmax(mg.tanh(x @ w)), X, W),
    "cross-entropy": (lambda x, t: mg.cross_entropy(x, t), X, np.array([0, 3, 1])),
    "layer norm": (lambda x, w: mg.layer_norm(x, w), X, W[:, 0]),
    "powers": (lambda x, y: x**y, POSITIVE, X),
    "variance": (lambda x: x.var(axis=0, ddof=1), X),
    "indexing": (lambda x: x[[0, 0, 2]] * x[:, ::-1], X),
    "NumPy's own functions": (lambda x: np.exp(np.sin(x)).sum(axis=1), X),
    "a scalar": (lambda x: mg.sin(x) * x, 0.7),
    "a long sum in float32": (lambda x: (x * x).sum(), RNG.standard_normal(2000).astype(np.float32)[:60]),
    "float32": (lambda x, w: mg.sigmoid(x @ w), X.astype(np.float32), W.astype(np.float32)),
    "float32 whatever it is given": (lambda x: mg.tanh(x.astype(np.float32)).sum(), X),
    "small differences of large numbers": (lambda x: mg.logsumexp(x + 1e4) - 1e4, X),
    "dropout": (lambda x: x * (mg.random.uniform(size=(3, 4)) < 0.6) / 0.6, X),
    "dropout by np.random": (lambda x: x * (np.random.rand(3, 4) < 0.6), X),
    "a checkpoint": (lambda x: mg.checkpoint(lambda x: mg.tanh(x) ** 2, x), X),
    "constant in one input": (lambda x, y: x * 2.0, X, W),
    "float64 leaves": (lambda x: mg.exp(x), mg.tensor(X, requires_grad=True)),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_code_passes(name):
    """First and second order; nearly everything is decided."""
    f, *inputs = RIGHT[name]
    report = gradcheck(f, *inputs)
    assert report, str(report)
    assert " 0 elements judged" not in str(report)
    if name != "float32 whatever it is given":
        assert "could not be decided" not in str(report), str(report)


def test_kinks_are_counted_and_left_out():
    """Not failed: any subgradient is right there."""
    report = gradcheck(lambda x: mg.relu(x).sum() + abs(x).sum(), np.array([0.0, 1.0, -1.0, 1e-5]))
    assert report and "at a kink" in str(report), str(report)
    tied = gradcheck(lambda x: mg.max(x), np.array([1.0, 1.0, 0.0]), order=1)
    assert tied and "2 elements lie at a kink" in str(tied)


def test_what_is_no_subgradient_fails_at_a_kink_too():
    """relu'(0) = 3."""
    op = mg.primitive(lambda x: np.maximum(x, 0), name="r3")
    op.gradients(lambda g, x: g * np.where(x == 0, 3.0, x > 0))
    report = gradcheck(op, np.array([0.0, 1.0, -1.0]), order=1)
    assert not report and "from the left" in str(report)


# ------------------------------------------------------------------------------------------------------- what is wrong


def with_error(relative, at=None):
    """x³ whose gradient is off by a relative error, everywhere or in one element."""
    op = mg.primitive(lambda x: x**3, name="cube")

    def rule(g, x):
        off = np.zeros(x.shape)
        off[... if at is None else at] = relative
        return g * (3 * x * x) * (1 + off)

    op.gradients(rule)
    return op


@pytest.mark.parametrize("at", [None, (1, 2), (0, 0)])
@pytest.mark.parametrize("sign", [1, -1])
def test_no_relative_error_of_1e_4_passes(at, sign):
    """In all elements or in one alone, large or small."""
    x = RNG.uniform(0.1, 1.0, (3, 4)) * np.logspace(0, -4, 12).reshape(3, 4)
    assert gradcheck(with_error(0.0), x)
    report = gradcheck(with_error(sign * 1e-4, at), x, order=1)
    assert not report, str(report)


def test_the_message_names_input_index_and_both_values():
    """And the pattern."""
    report = gradcheck(lambda x, w: with_error(1.0, (1, 2))(x) + w.sum(), X, W, order=1)
    (cause,) = report.causes
    assert cause.name == "x" and cause.element == (1, 2)
    assert cause.yours == pytest.approx(2 * cause.finite_difference, rel=1e-6)
    text = str(report)
    assert f"worst x[1, 2] = {X[1, 2]:.6g}" in text and "yours" in text and "finite difference" in text
    assert "w  (4, 2)  = " in text


def test_a_wrong_second_derivative_fails_though_the_first_is_right():
    """A rule that takes its cube as a constant."""
    op = mg.primitive(lambda x: x**3, name="cube")
    op.gradients(lambda g, x: g * mg.detach(3 * x * x))
    assert gradcheck(op, X, order=1)
    report = gradcheck(op, X)
    assert not report and "second derivative" in str(report)


def test_a_gradient_that_cannot_be_differentiated_is_said():
    """Its rule leaves the graph."""
    op = mg.primitive(lambda x: x**3, name="cube")
    op.gradients(lambda g, x: g * np.asarray(3 * x * x))
    report = gradcheck(op, X)
    assert not report
    assert "cannot be differentiated" in str(report) and "order=1" in str(report)


@pytest.mark.parametrize(
    ("f", "inputs", "error", "said"),
    [
        (lambda x: x, (np.array([1, 2]),), TypeError, "no input holds floating-point numbers"),
        (lambda x: x > 0, (X,), TypeError, "returned bool"),
        (lambda x: "text", (X,), TypeError, "returned str"),
        (lambda x: x.detach() * 2, (X,), mg.GraphError, "carries no gradient"),
    ],
)
def test_bad_input_is_said(f, inputs, error, said):
    """What was seen, what was expected."""
    with pytest.raises(error, match=said):
        gradcheck(f, *inputs)


def test_an_order_of_three_is_refused():
    """1 or 2."""
    with pytest.raises(ValueError, match="expected 1 or 2"):
        gradcheck(mg.exp, X, order=3)


def test_a_view_of_what_is_moved_has_its_slopes() -> None:
    """A function that returns a view of its input: the value it is compared with must not move along."""
    found = slopes(lambda x: x.T, [np.arange(6.0).reshape(2, 3)], 0, np.full((3, 2), 2.0))
    assert len(found) == 6 and all(abs(s.value - 2.0) < 1e-9 for s in found.values())
