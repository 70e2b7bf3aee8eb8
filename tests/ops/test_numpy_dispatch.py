"""NumPy's dispatch is complete: every ufunc and every function that takes part in `__array_function__` is answered, has
no gradient to lose, or is refused with the way out. Then what ufuncs take and are besides calls: keywords, methods."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from microgrid.core.dispatch import FUNCTION, METHOD, PLAIN, UFUNC
from microgrid.ops.calls import function
from tests.interop.differences import differentiated

A = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])

COMPLEX = "its result is complex"
SETS = "the values of a set have no fixed places to be differentiated at"
REFUSED: dict[str, str] = {
    **{f"fft.{n}": COMPLEX for n in ("fft", "fft2", "fftn", "hfft", "ifft", "ifft2", "ifftn", "ihfft", "irfft",
       "irfft2", "irfftn", "rfft", "rfft2", "rfftn")},
    **{f"lib.scimath.{n}": "its result is complex where an argument is outside of the real function's domain"
       for n in ("arccos", "arcsin", "arctanh", "log", "log10", "log2", "logn", "power", "sqrt")},
    **dict.fromkeys(["intersect1d", "setdiff1d", "setxor1d", "union1d"], SETS),
    **dict.fromkeys(["histogram2d", "histogramdd", "histogram_bin_edges"], "it counts between edges"),
    "roots": COMPLEX, "sort_complex": COMPLEX,
}  # fmt: skip
REFUSED_UFUNCS = {"isnat": "of dates alone"}


def functions() -> dict[str, Any]:
    """{name: function} of all that take part in `__array_function__`."""
    homes = [np, np.linalg, np.fft]
    homes += [m for n, m in vars(np.lib).items() if isinstance(m, types.ModuleType) and not n.startswith("_")]
    found: dict[Any, str] = {}
    for home in homes:
        for name in dir(home):
            f = getattr(home, name)
            if type(f).__name__ == "_ArrayFunctionDispatcher" and not name.startswith("_"):
                found.setdefault(f, f"{home.__name__}.{name}".removeprefix("numpy."))
    return {name: f for f, name in found.items()}


def test_the_enumeration_finds_them() -> None:
    """A good two hundred, of each home."""
    names = functions()
    assert len(names) > 200
    assert {"sum", "einsum", "linalg.inv", "fft.fft", "lib.stride_tricks.sliding_window_view"} <= names.keys()


@pytest.mark.parametrize("name", functions())
def test_every_function_is_answered_or_refused(name: str) -> None:
    """Answered, without a gradient to lose, or refused by a TypeError that names it and the way out; the refusals are
    those listed, each with its reason."""
    f = functions()[name]
    known = f in FUNCTION or f in PLAIN
    assert known != (name in REFUSED), f"{name} is {'listed as refused, but' if known else 'neither'} answered"
    if not known:
        x = mg.tensor(A, requires_grad=True)
        with pytest.raises(TypeError, match=rf"np\.[\w.]*{f.__name__} is not differentiated.*x\.numpy\(\).*@mg\.primi"):
            function(x, f, (), (x,), {})
        with pytest.raises(TypeError, match="is not differentiated"):
            function(x, f, (), (), {"a": [x]})


def ufuncs() -> dict[str, np.ufunc]:
    """{name: ufunc} of all of NumPy's."""
    return {f.__name__: f for f in vars(np).values() if isinstance(f, np.ufunc)}


@pytest.mark.parametrize("name", ufuncs())
def test_every_ufunc_is_answered_or_refused(name: str) -> None:
    """As the functions."""
    uf = ufuncs()[name]
    assert (uf in UFUNC) != (name in REFUSED_UFUNCS)
    if name in REFUSED_UFUNCS:
        with pytest.raises(TypeError, match="not differentiated"):
            uf(*[mg.tensor(A, requires_grad=True)] * uf.nin)


def inputs(uf: np.ufunc) -> list[np.ndarray] | None:
    """Arguments inside of a ufunc's domain; None where it takes no floats."""
    rng = np.random.default_rng(3)
    a, b = rng.uniform(0.2, 0.8, (2, 3)), rng.uniform(0.2, 0.8, (2, 3))
    if uf is np.arccosh:
        a = a + 1.5
    if uf.signature:
        a, b = (rng.normal(size=(3, 3)) for _ in range(2))
    try:
        uf(*(a, b)[: uf.nin])
    except TypeError:
        return None
    return [a, b][: uf.nin]


@pytest.mark.parametrize("name", [n for n, f in ufuncs().items() if inputs(f) is not None and n != "isnat"])
def test_every_ufunc_has_numpys_value_and_its_gradient(name: str) -> None:
    """In each argument."""
    uf = ufuncs()[name]
    values = inputs(uf)
    assert values is not None
    op = getattr(UFUNC[uf], "op", None)
    with np.errstate(all="ignore"):
        if (op is not None and not op.gradient) or name in ("conjugate", "frexp", "spacing"):
            got, expected = uf(*map(mg.tensor, values)), uf(*values)
            for g, e in zip(got, expected, strict=True) if isinstance(got, tuple) else ((got, expected),):
                np.testing.assert_array_equal(g, e)
            return
        for i in range(uf.nin):

            def f(x: Any, i: int = i) -> Any:
                return uf(*[x if k == i else v for k, v in enumerate(values)])

            differentiated(f, values[i], 1e-5)


# --------------------------------------------------------------------------------------------------------- keywords

MASK = np.array([[True, False, True], [False, False, True]])
KEYWORDS: dict[str, Callable[[Any], Any]] = {
    "where and out": lambda x: np.multiply(x, x, where=MASK, out=x * 3),
    "where of one row": lambda x: np.exp(x, where=MASK[0], out=x * 0),
    "where of a scalar operand": lambda x: np.add(x, 2.0, where=MASK, out=x.copy()),
    "where of a row operand": lambda x: np.subtract(x[0], x, where=MASK, out=x * 2),
    "where, two results": lambda x: np.divmod(x, 0.7, where=MASK, out=(x * 2, x * 3)),
    "dtype": lambda x: (np.add(x, 1, dtype=np.float64), np.exp(x, dtype="d")),
    "casting alone": lambda x: np.add(x, x, casting="safe"),
    "out": lambda x: np.add(x, x, out=x * 1),
    "out by position": lambda x: np.multiply(x, x, x * 1),
    "out of two": lambda x: np.divmod(x, 0.7, out=(None, x * 2)),
    "out of a function": lambda x: (np.sum(x, axis=0, out=x[0] * 1), np.clip(x, 0, 2, out=x * 2)),
    "outer": lambda x: (np.multiply.outer(x, x[0]), np.subtract.outer(x[0], x), np.add.outer(x, 2.0)),
    "outer with arrays": lambda x: (np.power.outer(np.abs(x), [1.0, 2.0]), np.hypot.outer(A, x)),
    "reduce": lambda x: (np.add.reduce(x), np.multiply.reduce(x, axis=1), np.maximum.reduce(x, axis=None)),
    "reduce with keepdims": lambda x: (np.subtract.reduce(x, keepdims=True), np.hypot.reduce(x, -1, keepdims=True)),
    "reduce of others": lambda x: (np.subtract.reduce(x, axis=1), np.divide.reduce(x), np.logaddexp.reduce(x, axis=1)),
    "reduce over axes": lambda x: (np.logaddexp.reduce(x, axis=None), np.fmax.reduce(x, axis=(0, 1), keepdims=True)),
    "reduce from": lambda x: (np.subtract.reduce(x, initial=7.0), np.logaddexp.reduce(x, axis=1, initial=1.0)),
    "accumulate": lambda x: (np.add.accumulate(x), np.multiply.accumulate(x, axis=1), np.maximum.accumulate(x, 1)),
    "accumulate of others": lambda x: (np.subtract.accumulate(x, axis=1), np.logaddexp.accumulate(x, axis=-1)),
}  # fmt: skip


@pytest.mark.parametrize("call", KEYWORDS.values(), ids=KEYWORDS)
def test_keywords_and_methods_of_ufuncs(call: Callable[[Any], Any]) -> None:
    """NumPy's values and the gradients, first and second, that differences say."""
    differentiated(call, A + 0.013, 1e-5)


def test_a_tensor_as_the_target_of_arrays() -> None:
    """Calls, methods and functions of arrays alone, written into a Tensor: every alias of it sees the result."""
    for call in (lambda out: np.add(A, 1, out=out), lambda out: np.subtract.reduce(A[None], out=out),
                 lambda out: np.exp(A, where=MASK, out=out), lambda out: np.cumsum(A, axis=0, out=out),
                 lambda out: np.hypot(A, 9.0, out=out), lambda out: np.multiply.outer(A, 2.0, out=out)):  # fmt: skip
        target, plain = mg.ones((2, 3), dtype=float), np.ones((2, 3))
        assert call(target) is target
        np.testing.assert_array_equal(target.numpy(), call(plain))


def test_where_without_out_is_zero_elsewhere_and_safe() -> None:
    """NumPy leaves what it finds in memory; here it is 0, and no NaN comes back from where nothing was computed."""
    x = mg.tensor([-1.0, 0.0, 4.0], dtype=float, requires_grad=True)
    y = np.sqrt(x, where=x > 0)
    assert y.tolist() == [0.0, 0.0, 2.0]
    (y + np.log(x, where=[False, False, True])).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.5]


def test_dtype_and_casting_refuse_what_numpy_refuses() -> None:
    """A float32 result of float64 Tensors is NumPy's same_kind; integers of floats are not."""
    x = mg.tensor(A, requires_grad=True)
    out = np.add(x, x, dtype=np.float32)
    assert out.dtype == np.float32
    out.sum().backward()
    assert x.grad.tolist() == (2 * np.ones_like(A)).tolist()
    for f in (lambda: np.add(x, x, dtype=int), lambda: np.add(x, x, dtype=np.float32, casting="safe"),
              lambda: np.add(x, x, out=mg.zeros((2, 3), dtype=int))):  # fmt: skip
        with pytest.raises(TypeError, match="cast"):
            f()
    small = mg.zeros((2, 3), dtype=mg.float16)
    assert np.add(x.detach(), 1.0, out=small, casting="unsafe") is small
    assert np.greater(x, 0, dtype=bool).tolist() == (A > 0).tolist()


@pytest.mark.parametrize("f, error, says", [
    (lambda x: np.add.at(x, 0, 1.0), mg.GraphError, r"np\.add\.at: x \(2, 3\) is a leaf"),
    (lambda x: np.add.at(np.zeros(3), 0, x[0, 0]), TypeError, r"np\.add\.at of a plain array.*mg\.zeros"),
    (lambda x: np.add.at(mg.zeros(3), 3, x[0, 0]), IndexError, "out of bounds"),
    (lambda x: np.add.at(mg.zeros(3, dtype=int), 0, x[0, 0]), TypeError, "the result is float64, x holds int64"),
    (lambda x: np.add.at(mg.zeros(3, dtype=int), 0, 0.5), TypeError, "the result is float64, x holds int64"),
], ids=["a leaf", "an array", "outside", "integers", "integers, no history"])  # fmt: skip
def test_at_says_the_way_out(f: Callable[[Any], Any], error: Any, says: str) -> None:
    """Where it would lose a history, or write to a leaf."""
    with pytest.raises(error, match=says):
        f(mg.tensor(A, requires_grad=True))


def test_reduce_refuses_what_numpy_refuses() -> None:
    """Two axes where the order matters, no elements without an identity, an axis that is not there."""
    x = mg.tensor(A, requires_grad=True)
    with pytest.raises(ValueError, match="order"):
        np.subtract.reduce(x, axis=(0, 1))
    with pytest.raises(ValueError, match="no identity"):
        np.arctan2.reduce(x[:0])
    with pytest.raises(np.exceptions.AxisError):
        np.subtract.reduce(x, axis=2)
    with pytest.raises(TypeError, match="where"):
        np.subtract.reduce(x, where=MASK)
    assert np.logaddexp.reduce(x[:0]).tolist() == np.logaddexp.reduce(A[:0]).tolist()


@pytest.mark.parametrize("f", [np.add.reduce, np.subtract.reduce, np.bitwise_or.reduce, np.multiply.accumulate,
                               np.left_shift.outer, np.logical_and.reduce])  # fmt: skip
def test_methods_on_integers_are_numpys(f: Any) -> None:
    """Value and dtype, and a Tensor, though nothing is differentiated."""
    n = np.arange(6, dtype=np.int8).reshape(2, 3) % 4
    args = (n, n) if f.__name__ == "outer" else (n,)
    out, expected = f(*map(mg.tensor, args)), f(*args)
    assert isinstance(out, mg.Tensor)
    assert (out.dtype, out.tolist()) == (expected.dtype, expected.tolist())


# ------------------------------------------------------------------------------------- nothing silently lost or wrong

SILENT: dict[str, Callable[[Any], Any]] = {
    "np.array of Tensors": lambda x: np.array([x[0, 0], x[0, 1]]), "np.asarray": np.asarray, "np.full": lambda x:
    np.full(3, x[0, 0]), "np.vectorize": lambda x: np.vectorize(lambda v: v * 2)(x), "frompyfunc": lambda x:
    np.frompyfunc(lambda v: v * 2, 1, 1)(x), "ndenumerate": lambda x:
    list(np.ndenumerate(x)), "out= an array": lambda x: np.exp(x, out=np.zeros((2, 3))), "a function's out= an array":
    lambda x: np.sum(x, out=np.zeros(())), "an array's slice": lambda x: np.zeros((2, 3)).__setitem__(slice(None), x),
    "np.copyto an array": lambda x: np.copyto(np.zeros((2, 3)), x), "np.matrix": lambda x: np.matrix(x),
    "np.ma.array": lambda x: np.ma.array(x), "astype of a list": lambda x: np.float64([x[0, 0], 1.0]),
    "np.random": lambda x: np.random.default_rng(0).normal(x), "tobytes": lambda x: np.asanyarray(x).tobytes(),
    "np.arange to it": lambda x: mg.arange(x[0, 0]), "np.block in arrays": lambda x: np.asarray([[1.0, x[0, 0]]]),
}  # fmt: skip


@pytest.mark.parametrize("f", SILENT.values(), ids=SILENT)
def test_a_gradient_is_never_lost_unsaid(f: Callable[[Any], Any]) -> None:
    """A TypeError (NumPy may wrap it in a ValueError) that says how to keep the history or drop it."""
    with pytest.raises((TypeError, ValueError)) as caught:
        f(mg.tensor(A, requires_grad=True))
    chain: Any = caught.value
    while chain is not None and ".numpy()" not in str(chain):
        chain = chain.__cause__ or chain.__context__
    assert chain is not None, caught.value


def test_values_are_taken_where_that_is_what_is_asked() -> None:
    """math, float, formatting, comparison and numpy.testing read values, as in Torch; objects hold Tensors."""
    x = mg.tensor(A, requires_grad=True)
    assert math.exp(x[0, 0]) == math.exp(1.0)
    assert f"{x[0, 1]:.1f}" == "-2.0"
    np.testing.assert_allclose(x, A)
    np.testing.assert_array_equal(A, x)
    np.testing.assert_array_almost_equal(x * 2, A * 2)
    assert np.array_equal(x, A)
    assert np.allclose(x, A)
    assert np.array_str(x) == np.array_str(A)
    assert np.shape(x) == (2, 3)
    held = np.empty(2, object)
    held[0], held[1] = x[0, 0], x[0, 1]
    held.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
    assert np.fromfunction(lambda i, j: x * (i + j), (2, 3)).requires_grad


def test_saved_and_loaded(tmp_path: Any) -> None:
    """np.save and np.savez write the value."""
    x = mg.tensor(A, requires_grad=True)
    np.save(tmp_path / "x.npy", x)
    np.savez(tmp_path / "x.npz", x=x)
    np.savez_compressed(tmp_path / "y.npz", x=x)
    np.savetxt(tmp_path / "x.txt", x)
    for got in (np.load(tmp_path / "x.npy"), np.load(tmp_path / "x.npz")["x"], np.load(tmp_path / "y.npz")["x"],
                np.loadtxt(tmp_path / "x.txt")):  # fmt: skip
        np.testing.assert_array_equal(got, A)


def test_facts_about_real_numbers() -> None:
    """isin, isreal, iscomplex and kin: Tensors without a gradient, or plain truths."""
    x = mg.tensor(A, requires_grad=True)
    for f in (np.isreal, np.iscomplex, lambda a: np.isin(a, [4.0, 1.0]), lambda a: np.isin([1.0, 9.0], a, invert=True)):
        assert isinstance(f(x), mg.Tensor)
        np.testing.assert_array_equal(f(x).numpy(), f(A))
    assert np.isrealobj(x) is mg.isrealobj(x) is True
    assert np.iscomplexobj(x) is mg.iscomplexobj(A) is False
    assert mg.iscomplexobj(1j)
    np.testing.assert_array_equal(mg.isin(A, 1.0), A == 1.0)


def test_methods_of_arrays_that_are_not_operations() -> None:
    """flat reads and writes, round, trace, bytes and strides, real and imaginary part."""
    x = mg.tensor(A, requires_grad=True)
    assert (x.strides, x.tobytes(), x.real is x, x.imag.tolist()) == (A.strides, A.tobytes(), True, (0 * A).tolist())
    assert x.round(0).tolist() == A.round(0).tolist()
    assert x.trace(1).item() == A.trace(1)
    assert (round(x[1, 0]), round(x[0, 1] / 3, 2).item()) == (0, -0.67)
    assert [v.item() for v in x.flat] == list(A.flat)
    y = mg.zeros((2, 2))
    y.flat[3] = x[0, 2]
    assert y.tolist() == [[0.0, 0.0], [0.0, 3.0]]
    y.sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]


def test_the_tables_name_what_is_there() -> None:
    """Methods of ufuncs are answered for reduce and accumulate; outer needs no entry."""
    assert all(isinstance(uf, np.ufunc) and method in ("reduce", "accumulate") for uf, method in METHOD)
