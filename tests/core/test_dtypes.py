"""Dtypes are what NumPy makes of them; what holds no numbers, or numbers without a gradient, is refused."""

from __future__ import annotations

import numpy as np
import pytest

import microgrid as mg

DTYPES = [np.bool_, np.int8, np.int32, np.int64, np.uint8, np.float16, np.float32, np.float64]
OTHERS = [
    True,
    2,
    2.5,
    np.float32(2.5),
    np.float64(2.5),
    np.int64(2),
    np.array(2.5),
    np.array([1.5, 2.5]),
    np.array([1, 2], np.int16),
]
OPERATIONS = ["x + y", "x * y", "y * x", "x / y", "y - x", "x ** 2", "x > y", "np.add(x, y)", "np.maximum(x, y)"]


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: d.__name__)
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("other", OTHERS, ids=lambda o: f"{type(o).__name__}-{np.asarray(o).dtype}-{np.ndim(o)}")
def test_promotion_is_numpys(dtype, operation, other):
    """NEP 50 through Tensors: arrays, NumPy scalars and Python numbers, on either side, constants and leaves."""
    a = np.array([1, 0], dtype)
    try:
        with np.errstate(all="ignore"):
            expected = eval(operation, {"x": a, "y": other, "np": np})
    except TypeError:
        with pytest.raises(TypeError):
            eval(operation, {"x": mg.tensor(a), "y": other, "np": np})
        return
    with np.errstate(all="ignore"):
        for x in [mg.tensor(a), *([mg.tensor(a, requires_grad=True)] if a.dtype.kind == "f" else [])]:
            got = eval(operation, {"x": x, "y": other, "np": np})
            assert got.dtype == expected.dtype
            assert got.shape == expected.shape
            assert np.array_equal(got.detach().numpy(), expected, equal_nan=True)


def test_python_floats_become_the_default_dtype():
    """float32 at first, as in Torch; mg.set_default_dtype changes it; NumPy arrays and scalars keep theirs."""
    assert mg.tensor([1.0, 2.0]).dtype == np.float32
    assert mg.tensor(1.0).dtype == np.float32
    assert mg.tensor([[1, 2.5]]).dtype == np.float32
    assert mg.tensor(np.array([1.0])).dtype == np.float64
    assert mg.tensor(np.float64(1.0)).dtype == np.float64
    assert mg.tensor([1, 2]).dtype == np.int64
    assert mg.tensor([True]).dtype == np.bool_
    assert mg.tensor([1, 2], dtype=float).dtype == np.float64
    assert mg.tensor([]).dtype == np.float32
    mg.set_default_dtype(np.float64)
    try:
        assert mg.tensor([1.0]).dtype == mg.get_default_dtype() == np.float64
        assert mg.zeros(3).dtype == np.float64
    finally:
        mg.set_default_dtype(np.float32)


@pytest.mark.parametrize("dtype", [int, bool, complex, "U3"])
def test_the_default_dtype_is_a_floating_point_one(dtype):
    """TypeError for anything else."""
    with pytest.raises(TypeError):
        mg.set_default_dtype(dtype)
    assert mg.get_default_dtype() == np.float32


def test_gradients_have_their_tensors_dtype():
    """A float32 leaf in a float64 graph gets a float32 gradient, and a float16 one a float16."""
    p, h = (mg.tensor(np.ones(3, d), requires_grad=True) for d in (np.float32, np.float16))
    (p * np.arange(3.0) * h).sum().backward()
    assert p.grad.dtype == np.float32
    assert h.grad.dtype == np.float16


def test_tensor_copies_and_asarray_shares():
    """mg.tensor(a) is not a's memory; mg.asarray(a) is."""
    a = np.ones(3)
    assert not np.shares_memory(mg.tensor(a).numpy(), a)
    assert np.shares_memory(mg.asarray(a).data, a)
    t = mg.tensor(a)
    assert not np.shares_memory(mg.tensor(t).numpy(), t.numpy())
    assert mg.asarray(t) is t


def test_a_list_of_tensors_is_stacked_with_history():
    """mg.tensor([s, t]), nested too, and with numbers among them."""
    s, t = (mg.tensor(np.float64(v), requires_grad=True) for v in (2.0, 3.0))
    (mg.tensor([[s, t], [t, 1.0]]) * np.array([[1.0, 10.0], [100.0, 5.0]])).sum().backward()
    assert (s.grad.item(), t.grad.item()) == (1.0, 110.0)
    with pytest.raises(mg.GraphError, match="history already"):
        mg.tensor([s, t], requires_grad=True)


def test_tensor_of_a_tensor_keeps_the_history():
    """mg.tensor(x) is a copy that carries x's gradient; dtype= casts it."""
    p = mg.tensor(np.ones(2), requires_grad=True)
    mg.tensor(p * 2.0, dtype=np.float32).sum().backward()
    assert np.array_equal(p.grad.numpy(), [2, 2])
    assert p.grad.dtype == np.float64


# ------------------------------------------------------------------------------------------ refused


@pytest.mark.parametrize("data", [np.array([[1, 2, 3]]), [1, 2], [True, False], np.uint8(3)])
def test_integers_and_booleans_carry_no_gradient(data):
    """Asking is a TypeError that shows the spelling that works."""
    with pytest.raises(TypeError) as caught:
        mg.tensor(data, requires_grad=True)
    assert str(np.asarray(data).dtype) in str(caught.value)
    assert "mg.tensor([[1., 2., 3.]], requires_grad=True)" in str(caught.value)
    assert "dtype=float" in str(caught.value)
    x = mg.tensor(data)
    with pytest.raises(TypeError, match="x is"):
        x.requires_grad = True
    with pytest.raises(TypeError, match="x is"):
        x.requires_grad_()


def test_the_spellings_that_the_message_shows_work():
    """... both of them."""
    assert mg.tensor([[1., 2., 3.]], requires_grad=True).requires_grad  # fmt: skip
    assert mg.tensor(np.array([[1, 2, 3]]), dtype=float, requires_grad=True).requires_grad


@pytest.mark.parametrize("data", [1j, [1 + 2j], np.ones(2, complex), np.complex64(1)])
@pytest.mark.parametrize("make", [mg.tensor, mg.asarray, lambda d: mg.tensor(d, requires_grad=True)])
def test_complex_numbers_are_refused(data, make):
    """A TypeError that says what to do, until they are supported."""
    with pytest.raises(TypeError, match="complex numbers are not supported yet; keep real and imaginary part"):
        make(data)


@pytest.mark.parametrize(
    "operation",
    [
        "x * 1j",
        "1j + x",
        "np.ones(2, complex) * x",
        "x * np.complex64(1)",
        "x.astype(complex)",
        "mg.tensor([1.0], dtype=complex)",
    ],
)
def test_complex_operands_are_refused(operation):
    """... beside a Tensor too, and as a dtype."""
    with pytest.raises(TypeError, match="complex"):
        eval(operation, {"x": mg.tensor([1.0, 2.0]), "np": np, "mg": mg})


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (None, TypeError, "None given, expected numbers"),
        ("abc", TypeError, "text given, expected numbers"),
        (["a", "b"], TypeError, "text given"),
        (b"abc", TypeError, "text given"),
        (
            [1.0, None],
            TypeError,
            r"list of object given, expected numbers: a number, nested lists of numbers, or a NumPy",
        ),
        ({"a": 1}, TypeError, "dict"),
        ({1, 2}, TypeError, "set"),
        (object(), TypeError, "object"),
        (np.array(["2020-01-01"], "datetime64[D]"), TypeError, "datetime64"),
        ([[1.0, 2.0], [3.0]], ValueError, r"a ragged list: rows of 2, 1; all rows need the same length"),
        ([[1.0], 2.0], ValueError, r"a ragged list: rows of 1, a number"),
        ([[[1], [2]], [[1, 2], [3]]], ValueError, "ragged"),
    ],
)
@pytest.mark.parametrize("make", [mg.tensor, mg.asarray])
def test_what_holds_no_numbers_is_refused(data, kind, words, make):
    """Ragged lists, strings, None, objects: what was given and what was expected."""
    with pytest.raises(kind, match=words):
        make(data)


@pytest.mark.parametrize("operand", ["None", "'abc'", "{}", "object()", "[1.0, 'a']", "np.array(['a'])"])
def test_an_operand_that_is_no_number_is_refused(operand):
    """x + None and its like: TypeError naming the operation and what it got."""
    for x in (mg.tensor([1.0]), mg.tensor([1.0], requires_grad=True)):
        with pytest.raises(TypeError, match="add"):
            eval(f"x + {operand}", {"x": x, "np": np})
        with pytest.raises(TypeError, match="multiply"):
            eval(f"mg.multiply({operand}, x)", {"x": x, "np": np, "mg": mg})


def test_a_ragged_list_of_tensors_is_refused():
    """Stacking Tensors of other shapes names the shapes."""
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        mg.tensor([mg.zeros(2), mg.zeros(3)])


# ------------------------------------------------------------------------------------------ what a Tensor is


def test_the_attributes_of_an_array():
    """shape, dtype, ndim, size, itemsize, nbytes, len, T, mT as NumPy's."""
    a = np.ones((2, 3, 4), np.float32)
    x = mg.tensor(a)
    for attribute in ("shape", "dtype", "ndim", "size", "itemsize", "nbytes"):
        assert getattr(x, attribute) == getattr(a, attribute)
    assert len(x) == 2
    assert x.T.shape == a.T.shape
    assert x.mT.shape == (2, 4, 3)
    assert [row.shape for row in x] == [(3, 4)] * 2


def test_a_0d_tensor_has_no_length_and_is_not_iterated():
    """TypeError, as NumPy's."""
    with pytest.raises(TypeError, match="0-d"):
        len(mg.tensor(1.0))
    with pytest.raises(TypeError, match="0-d"):
        iter(mg.tensor(1.0))


def test_a_size_that_does_not_fit_32_bits_and_empty_tensors():
    """An empty tensor has size 0, and its sum differentiates."""
    p = mg.tensor(np.zeros((0, 3)), requires_grad=True)
    assert p.size == 0
    (p * 2.0).sum().backward()
    assert p.grad.shape == (0, 3)


def test_tensors_are_hashed_by_identity_and_compared_by_value():
    """They can be keys of a dict; `in` compares values."""
    x, y = mg.tensor([1.0, 2.0]), mg.tensor([1.0, 2.0])
    assert len({x, y}) == 2
    assert 2.0 in x
    assert 3.0 not in x


def test_pickle_and_copy():
    """A leaf is copied with its name and gradient; what was computed says that its history cannot be."""
    import copy
    import pickle

    p = mg.tensor([1.0, 2.0], requires_grad=True, name="W")
    (p * p).sum().backward()
    for q in (pickle.loads(pickle.dumps(p)), copy.deepcopy(p), copy.copy(p)):
        assert np.array_equal(q.numpy(), p.numpy())
        assert (q.name, q.requires_grad, q.is_leaf) == ("W", True, True)
        assert np.array_equal(q.grad.numpy(), p.grad.numpy())
        assert q.dtype == p.dtype
        (q * 3.0).sum().backward()
        assert np.array_equal(q.grad.numpy(), p.grad.numpy() + 3)
    with pytest.raises(TypeError, match=r"history cannot be copied.*detach"):
        copy.deepcopy(p * 2.0)
    assert np.array_equal(copy.deepcopy(p[0:1].detach()).numpy(), [1.0])


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("mg.tensor([1., 2.])", "tensor([1., 2.])"),
        ("mg.tensor([1., 2.], requires_grad=True)", "tensor([1., 2.], requires_grad=True)"),
        ("mg.tensor([1.0]) * 2", "tensor([2.])"),
        ("mg.tensor([1.0], requires_grad=True) * 2", "tensor([2.], op=multiply)"),
        ("mg.tensor(np.array([1.0]), name='W')", "tensor([1.], dtype=float64, name='W')"),
        ("mg.tensor([1, 2])", "tensor([1, 2])"),
        ("mg.tensor([True])", "tensor([ True])"),
        ("mg.tensor(2.5)", "tensor(2.5)"),
        ("mg.tensor([[1., 2.]])[0]", "tensor([1., 2.])"),
    ],
)
def test_repr_shows_the_numbers_and_what_is_not_plain_about_them(source, text):
    """dtype where it is not the default, the name, the operation."""
    assert repr(eval(source, {"mg": mg, "np": np})) == text


def test_repr_of_a_large_tensor_is_short_and_of_one_handed_out_plain():
    """... and reading .data before does not change what it is called."""
    assert len(repr(mg.zeros((1000, 1000)))) < 500
    x = mg.tensor([1.0])
    d = x.data
    assert repr(x) == "tensor([1.])"
    assert d is not None
