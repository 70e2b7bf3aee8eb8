"""No gradient is ever silently lost: a Tensor with history does not go into a plain array unnoticed."""

from __future__ import annotations

import math

import numpy as np
import pytest

import microgrid as mg

A = np.arange(1.0, 7.0).reshape(2, 3)
STRICT = mg.core.recording.setting


def env(**more):
    p = mg.tensor(A, requires_grad=True, name="p")
    x = p * 1.0
    return {
        "np": np,
        "mg": mg,
        "math": math,
        "p": p,
        "x": x,
        "s": x.sum(),
        "a": np.zeros(3),
        "a23": np.zeros((2, 3)),
        **more,
    }


def numbers(x):
    return np.asarray(x.detach())


LOST = [
    "np.asarray(x)",
    "np.array(x)",
    "np.asarray(p)",
    "np.full(3, s)",
    "np.array([s, s])",
    "np.array([s, 1.0])",
    "a[:] = x[0]",
    "a[:2] = s",
    "a[:] = [s, s, s]",
    "a[0] = s",
    "a[0] = x[0, 0]",
    "a23[0] = x[0]",
    "np.zeros(3, int)[0:1][0] = s",
    "i = np.zeros(3, int); i[0] = s",
    "b = np.zeros(3, bool); b[0] = s",
    "f = np.zeros(3, np.float32); f[0] = s",
    "c = np.zeros(3, complex); c[0] = s",
    "a23[0, 1] = s",
    "a23[...] = x",
    "np.add(a23, x, out=a23)",
    "np.multiply(x, 2.0, out=a23)",
    "np.negative(x, out=a23)",
    "a23.dot(x.T)",
    "a.put(0, s)",
    "np.vectorize(lambda k: s)(np.arange(3))",
    "a[1:] += s",
    "b = a23; b += x",
    "L = [np.zeros((2, 3))]\nfor b in L: b += x",
    "b = np.zeros((4, 3))[:2]; b += x",
    "def f(b): b += x\nb = np.zeros((2, 3)); f(b)",
    "def f(b=np.zeros((2, 3))): b += x\nf()",
    "b = np.zeros((2, 3)); v = b[0]; b += x",
    "b = np.zeros((2, 3)); t = (b,); b -= x",
    "b = np.zeros((3, 2)); d = b; b *= x.T",
    "b = np.ones((2, 3)); d = b; b %= x",
    "memoryview(np.asarray(x))",
    "a23 += x; a23",  # a23 is held by this table's dict and by the frame that runs it
]


@pytest.mark.parametrize("source", LOST)
def test_a_tensor_that_carries_a_gradient_into_a_plain_array_raises(source):
    """TypeError, whose message names .numpy(), .item(), mg.stack and mg.asarray; NumPy may wrap it in a ValueError."""
    names = env()
    if source.startswith("a23 += x"):
        names["keep"] = names["a23"]
    with pytest.raises((TypeError, ValueError)) as caught:
        exec(source, names)
    error = caught.value if isinstance(caught.value, TypeError) else caught.value.__cause__
    assert isinstance(error, TypeError)
    for way in (".numpy()", ".item()", "mg.stack", "mg.asarray"):
        assert way in str(error)


def test_the_message_names_the_tensor():
    """... as its user does, with its shape."""
    with pytest.raises(TypeError, match=r"^x \(2, 3\) into an array: "):
        exec("np.asarray(x)", env())


@pytest.mark.parametrize("source", [k for k in LOST if not k.startswith("a23 += x")])
def test_a_tensor_without_history_is_an_array_like_any_other_in_all_of_these(source):
    """The same statements run with constants, and under no_grad."""
    constants = env()
    constants.update(x=mg.tensor(A), p=mg.tensor(A), s=mg.tensor(2.5))
    exec(source, constants)
    with mg.no_grad():
        exec(source, env())


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("a = np.zeros((2, 3)); a += x; r = a", A),
        ("a = np.ones((2, 3)); a -= x; r = a", 1 - A),
        ("a = np.ones((2, 3)); a *= x; r = a", A),
        ("a = np.ones((2, 3)); a /= x; r = a", 1 / A),
        ("a = np.full((2, 3), 2.0); a **= x; r = a", 2.0**A),
        ("a = np.ones((3, 3)); a @= x.T @ x; r = a", np.ones((3, 3)) @ A.T @ A),
        ("d = dict(a=np.zeros((2, 3))); d['a'] += x; r = d['a']", A),
        ("L = [np.zeros((2, 3))]; L[0] += x; r = L[0]", A),
        ("class C: pass\nc = C(); c.a = np.zeros((2, 3)); c.a += x; r = c.a", A),
        ("class S: __slots__ = ('a',)\nc = S(); c.a = np.zeros((2, 3)); c.a += x; r = c.a", A),
        ("def f():\n a = np.zeros((2, 3))\n a += x\n return a\nr = f()", A),
        ("def f():\n a = np.zeros((2, 3))\n def g():\n  nonlocal a\n  a += x\n g(); return a\nr = f()", A),
        ("def f():\n a = np.zeros((2, 3))\n for _ in range(2): a += x\n return a\nr = f()", 2 * A),
    ],
)
def test_in_place_addition_to_an_array_that_one_holder_has_gives_a_tensor(source, value):
    """`a += x` gives a Tensor when one name, attribute or container holds a; the history comes with it."""
    names = env()
    exec(source, names)
    r = names["r"]
    assert isinstance(r, mg.Tensor)
    assert r.requires_grad
    assert np.allclose(numbers(r), value, rtol=1e-14)


def test_the_gradient_of_an_array_that_became_a_tensor():
    """total = np.zeros(3); total += x: differentiates."""
    p = mg.tensor(A, requires_grad=True)
    total = np.zeros(3)
    for row in p:
        total += row * row
    total.sum().backward()
    assert np.array_equal(numbers(p.grad), 2 * A)


def test_an_array_keeps_its_dtype_when_it_becomes_a_tensor():
    """float32 += float64 stays float32, int += float raises, as in NumPy."""
    x = env()["x"]
    a = np.zeros((2, 3), np.float32)
    a += x
    assert a.dtype == np.float32
    a = np.zeros((2, 3), int)
    with pytest.raises(TypeError, match="int64"):
        a += x


def test_frames_of_numpy_testing_are_exempt():
    """np.testing.assert_allclose(x, a) compares values."""
    x = env()["x"]
    np.testing.assert_allclose(x, A)
    np.testing.assert_array_equal(x, A)
    np.testing.assert_almost_equal(x, A)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(x, A + 1)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("float(s)", 21.0),
        ("int(s)", 21),
        ("bool(s)", True),
        ("complex(s)", 21 + 0j),
        ("s.item()", 21.0),
        ("x.tolist()", A.tolist()),
        ("f'{s:.2f}'", "21.00"),
        ("f'{s}'", "21.0"),
        ("'%.1f' % s", "21.0"),
        ("1 if s > 0 else 2", 1),
        ("1 if s else 2", 1),
        ("math.exp(s * 0)", 1.0),
        ("np.float64(s)", 21.0),
        ("round(float(s))", 21),
        ("x.numpy().tolist()", A.tolist()),
        ("[float(v) for v in x[0]]", [1.0, 2.0, 3.0]),
        ("min(s, 5.0)", 5.0),
        ("s == 21.0 and 1", 1),
        ("np.fromiter((v for v in x[0]), float).tolist()", [1.0, 2.0, 3.0]),
        ("a.fill(s) or a.tolist()", [21.0] * 3),
        ("np.shape(x)", (2, 3)),
    ],
)
def test_plain_values_are_given_where_they_are_asked_for(source, value):
    """`float(x)`, `x.item()`, formatting, `if x > 0` give plain values, as in Torch; a.fill and np.fromiter count as
    float(s)."""
    assert eval(source, env()) == value


@pytest.mark.parametrize(
    "source",
    [
        "float(s)",
        "int(s)",
        "bool(s)",
        "complex(s)",
        "math.exp(s)",
        "a.fill(s)",
        "np.float64(s)",
        "np.fromiter(x[0], float)",
    ],
)
def test_in_a_strict_context_they_raise(source):
    """A strict mode raises where float(s) would lose a history."""
    with STRICT(strict=True), pytest.raises((TypeError, ValueError)) as caught:
        exec(source, env())
    assert ".item()" in str(caught.value.__cause__ or caught.value)


def test_item_and_numpy_are_right_in_a_strict_context():
    """... since they say what they do."""
    with STRICT(strict=True):
        names = env()
        assert names["s"].item() == 21.0
        assert np.array_equal(names["x"].numpy(), A)
        assert float(names["s"].detach()) == 21.0


def test_an_index_must_be_an_integer():
    """range(n) and a list take an integer Tensor; a float one is a TypeError, as with NumPy's."""
    assert [10, 20, 30][mg.tensor([3, 1]).argmin()] == 20
    assert len(range(mg.tensor(3))) == 3
    with pytest.raises(TypeError):
        range(mg.tensor(3.0))
    with pytest.raises(TypeError):
        range(env()["s"])


@pytest.mark.parametrize(
    "function",
    [
        "np.roots(x[0])",
        "np.fft.fft(x)",
        "np.fft.rfft(x)",
    ],
)
def test_a_function_without_a_rule_raises_and_says_the_way_out(function):
    """np.f on a Tensor that carries a gradient: TypeError naming f; without a history it is NumPy's own."""
    with pytest.raises(TypeError, match=r"np\.[\w.]+ is not differentiated here.*\.numpy\(\).*@mg\.primitive"):
        eval(function, env())
    constants = env(x=mg.tensor(A))
    assert not isinstance(eval(function, constants), mg.Tensor)


def test_an_error_inside_a_store_leaves_the_array_as_it_was():
    """a[0] = s raises before anything is stored."""
    names = env()
    with pytest.raises((TypeError, ValueError)):
        exec("a[0] = s", names)
    assert np.array_equal(names["a"], np.zeros(3))
