"""The array API standard 2024.12, complex numbers left out: names, signatures, dtypes, and what the namespace says of
itself. What each function gives stands in test_array_api_values.py."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import microgrid as mg

FUNCTIONS = """
    arange asarray empty empty_like eye from_dlpack full full_like linspace meshgrid ones ones_like tril triu zeros
    zeros_like
    astype broadcast_arrays broadcast_to can_cast finfo iinfo isdtype result_type
    abs acos acosh add asin asinh atan atan2 atanh bitwise_and bitwise_left_shift bitwise_invert bitwise_or
    bitwise_right_shift bitwise_xor ceil clip conj copysign cos cosh divide equal exp expm1 floor floor_divide greater
    greater_equal hypot imag isfinite isinf isnan less less_equal log log1p log2 log10 logaddexp logical_and
    logical_not logical_or logical_xor maximum minimum multiply negative nextafter not_equal positive pow real
    reciprocal remainder round sign signbit sin sinh square sqrt subtract tan tanh trunc
    take take_along_axis
    __array_namespace_info__
    matmul matrix_transpose tensordot vecdot
    concat expand_dims flip moveaxis permute_dims repeat reshape roll squeeze stack tile unstack
    argmax argmin count_nonzero nonzero searchsorted where
    unique_all unique_counts unique_inverse unique_values
    argsort sort
    cumulative_prod cumulative_sum max mean min prod std sum var
    all any diff
""".split()  # noqa: SIM905  (as the standard lists them)
LINALG = """
    cholesky cross det diagonal eigh eigvalsh inv matmul matrix_norm matrix_power matrix_rank matrix_transpose outer
    pinv qr slogdet solve svd svdvals tensordot trace vecdot vector_norm
""".split()  # noqa: SIM905  (as the standard lists them)
METHODS = """
    __abs__ __add__ __and__ __array_namespace__ __bool__ __complex__ __dlpack__ __dlpack_device__ __eq__ __float__
    __floordiv__ __ge__ __getitem__ __gt__ __index__ __int__ __invert__ __le__ __lshift__ __lt__ __matmul__ __mod__
    __mul__ __ne__ __neg__ __or__ __pos__ __pow__ __rshift__ __setitem__ __sub__ __truediv__ __xor__ to_device
    __iadd__ __isub__ __imul__ __itruediv__ __ifloordiv__ __ipow__ __imod__ __imatmul__ __iand__ __ior__ __ixor__
    __ilshift__ __irshift__ __radd__ __rsub__ __rmul__ __rtruediv__ __rfloordiv__ __rpow__ __rmod__ __rmatmul__
    __rand__ __ror__ __rxor__ __rlshift__ __rrshift__
""".split()  # noqa: SIM905  (as the standard lists them)
ATTRIBUTES = "dtype device mT ndim shape size T".split()  # noqa: SIM905  (as the standard lists them)
DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64".split()  # noqa: SIM905  (as the standard lists them)
CONSTANTS = "e inf nan newaxis pi".split()  # noqa: SIM905  (as the standard lists them)
EVERY = [*((mg, "", n) for n in FUNCTIONS), *((mg.linalg, "linalg", n) for n in LINALG)]


def test_the_version() -> None:
    """The standard's version is told by the namespace; a Tensor leads there, and only for versions that it follows."""
    assert mg.__array_api_version__ == "2024.12"
    x = mg.zeros(2)
    assert x.__array_namespace__() is x.__array_namespace__(api_version="2022.12") is mg
    with pytest.raises(ValueError, match=r"api_version='2019.01'.*2024.12"):
        x.__array_namespace__(api_version="2019.01")


@pytest.mark.parametrize(("home", "where", "name"), EVERY, ids=[f"{w}.{n}".lstrip(".") for _, w, n in EVERY])
def test_every_function_is_there(home: Any, where: str, name: str) -> None:
    """By its name, listed in `__all__` so that completion shows it."""
    assert callable(getattr(home, name))
    assert name in home.__all__ or name.startswith("__")


@pytest.mark.parametrize("name", METHODS + ATTRIBUTES)
def test_every_attribute_of_an_array_is_there(name: str) -> None:
    """Methods are functions of the class; attributes have a value on a matrix."""
    assert hasattr(mg.ones((2, 2)), name)


def test_dtypes_and_constants_are_there() -> None:
    """By the standard's names; complex ones are not, which is said."""
    for name in DTYPES:
        assert mg.zeros(1, dtype=getattr(mg, name)).dtype == np.dtype(name)
    for name in CONSTANTS:
        assert getattr(mg, name) is getattr(np, name) or getattr(mg, name) == getattr(np, name)
    assert not hasattr(mg, "complex64")
    with pytest.raises(TypeError, match="complex numbers are not supported"):
        mg.asarray(1j)


def compared(theirs: inspect.Signature, ours: inspect.Signature) -> list[str]:
    """What a caller who keeps to the standard's signature would miss in ours."""
    P, wrong = inspect.Parameter, []
    mine = list(ours.parameters.values())
    for i, p in enumerate(q for q in theirs.parameters.values() if q.kind is not P.KEYWORD_ONLY):
        if i >= len(mine) or (mine[i].kind is P.KEYWORD_ONLY):
            wrong.append(f"{p.name} cannot be given by position")
        elif p.kind is P.POSITIONAL_OR_KEYWORD and (mine[i].name, mine[i].kind) != (p.name, p.kind):
            wrong.append(f"argument {i} is {mine[i]}, expected {p.name}")
        elif p.kind is P.VAR_POSITIONAL and mine[i].kind is not P.VAR_POSITIONAL:
            wrong.append(f"*{p.name} is {mine[i]}")
    for p in theirs.parameters.values():
        if p.kind is P.KEYWORD_ONLY and (
            p.name not in ours.parameters
            or ours.parameters[p.name].kind not in (P.KEYWORD_ONLY, P.POSITIONAL_OR_KEYWORD)
        ):
            wrong.append(f"no keyword {p.name}")
        if p.default is not P.empty and (q := ours.parameters.get(p.name)) is not None and q.default is P.empty:
            wrong.append(f"{p.name} has no default")
    return wrong


@pytest.mark.parametrize(("home", "where", "name"), EVERY, ids=[f"{w}.{n}".lstrip(".") for _, w, n in EVERY])
def test_every_signature_takes_what_the_standards_takes(home: Any, where: str, name: str) -> None:
    """Positional arguments in place, by name where the standard names them, every keyword, defaults."""
    xp = pytest.importorskip("array_api_strict")
    theirs = getattr(getattr(xp, where) if where else xp, name)
    wrong = compared(inspect.signature(theirs), inspect.signature(getattr(home, name)))
    assert not wrong, f"{name}{inspect.signature(getattr(home, name))}: {wrong}"


@pytest.mark.parametrize("name", [n for n in METHODS if not n.startswith(("__i", "__r")) or n == "__invert__"])
def test_every_methods_signature(name: str) -> None:
    """Of the bound methods, beside array-api-strict's."""
    xp = pytest.importorskip("array_api_strict")
    theirs, ours = getattr(xp.ones((2, 2)), name), getattr(mg.ones((2, 2)), name)
    assert not compared(inspect.signature(theirs), inspect.signature(ours))


def test_a_signature_that_lacks_something_is_found_out() -> None:
    """The comparison itself: a missing keyword, another name, a keyword-only argument."""
    theirs = inspect.signature(lambda x, axis, *, keepdims=False: None)
    assert not compared(theirs, inspect.signature(lambda x, axis=0, keepdims=False: None))
    assert compared(theirs, inspect.signature(lambda x, axis: None))
    assert compared(theirs, inspect.signature(lambda x, dim, *, keepdims=False: None))
    assert compared(theirs, inspect.signature(lambda x, *, axis, keepdims=False: None))


# ------------------------------------------------------------------------------------------------------ inspection


def test_the_namespaces_own_account() -> None:
    """Capabilities, devices, dtypes: what __array_namespace_info__ promises, and that it holds."""
    info = mg.__array_namespace_info__()
    assert info.capabilities() == {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}
    assert mg.zeros((1,) * 64).ndim == 64
    assert info.default_device() == "cpu"
    assert info.devices() == ["cpu"]
    defaults = info.default_dtypes(device="cpu")
    assert defaults["real floating"] == mg.asarray(1.0).dtype == mg.zeros(1).dtype == np.float32
    assert defaults["integral"] == mg.asarray(1).dtype == mg.arange(3).dtype
    assert defaults["indexing"] == mg.argmax(mg.zeros(3)).dtype
    mg.set_default_dtype(mg.float64)
    try:
        assert mg.__array_namespace_info__().default_dtypes()["real floating"] == np.float64
    finally:
        mg.set_default_dtype(mg.float32)


@pytest.mark.parametrize("kind", ["bool", "signed integer", "unsigned integer", "integral", "real floating",
                                  "complex floating", "numeric", None, ("bool", "integral")], ids=str)  # fmt: skip
def test_dtypes_of_a_kind(kind: Any) -> None:
    """As array-api-strict lists them, without the complex ones."""
    xp = pytest.importorskip("array_api_strict")
    theirs = xp.__array_namespace_info__().dtypes(kind=kind)
    ours = mg.__array_namespace_info__().dtypes(kind=kind, device="cpu")
    assert sorted(ours) == sorted(n for n in theirs if not n.startswith("complex"))
    assert all(mg.empty(1, dtype=t).dtype == name for name, t in ours.items())


def test_what_is_unknown_is_refused() -> None:
    """Devices and kinds that are not there: the message lists those that are."""
    info = mg.__array_namespace_info__()
    with pytest.raises(ValueError, match=r"'real'.*real floating"):
        info.dtypes(kind="real")
    for call in (lambda: info.default_dtypes(device="cuda"), lambda: mg.zeros(2, device="cuda:0"),
                 lambda: mg.asarray([1], device="gpu"), lambda: mg.zeros(2).to_device("cuda"),
                 lambda: mg.full(2, mg.ones(()), device="gpu")):  # fmt: skip
        with pytest.raises(ValueError, match="'cpu'"):
            call()
    x = mg.zeros(2)
    assert x.device == "cpu"
    assert x.to_device(x.device) is x


@pytest.mark.parametrize("name", DTYPES)
def test_limits_of_dtypes_are_python_numbers(name: str) -> None:
    """finfo and iinfo, of a dtype and of a Tensor: NumPy's figures; the other kind is refused."""
    dtype = getattr(mg, name)
    x = mg.zeros(2, dtype=dtype)
    if name == "bool":
        for f in (mg.finfo, mg.iinfo):
            with pytest.raises(TypeError, match="bool"):
                f(dtype)
        return
    real = name.startswith("float")
    f, other, theirs = (mg.finfo, mg.iinfo, np.finfo(name)) if real else (mg.iinfo, mg.finfo, np.iinfo(name))
    for i in (f(dtype), f(x), f(name)):
        fields = ["bits", "min", "max", *(["eps", "smallest_normal", "tiny", "resolution"] if real else [])]
        for field in fields:
            assert type(getattr(i, field)) is (int if field == "bits" or not real else float)
            assert getattr(i, field) == getattr(theirs, field)
        assert i.dtype == np.dtype(name)
    with pytest.raises(TypeError, match=name):
        other(x)


def test_casts_and_kinds() -> None:
    """can_cast, result_type, isdtype beside NumPy's, of dtypes, Tensors and Python numbers."""
    x, n = mg.zeros(2), mg.zeros(2, dtype=mg.int8)
    for a in DTYPES:
        for b in DTYPES:
            assert mg.can_cast(getattr(mg, a), getattr(mg, b)) is np.can_cast(a, b)
            assert mg.can_cast(mg.zeros(1, dtype=a), b) is np.can_cast(a, b)
            assert mg.result_type(getattr(mg, a), mg.zeros(1, dtype=b)) == np.result_type(a, b)
        for kind in ("bool", "signed integer", "unsigned integer", "integral", "real floating", "complex floating",
                     "numeric", ("bool", "integral"), mg.int8, (mg.float32, "bool")):  # fmt: skip
            assert mg.isdtype(getattr(mg, a), kind) is np.isdtype(np.dtype(a), kind)
    assert mg.result_type(x, 1) == mg.result_type(x, 2.5) == np.float32
    assert mg.result_type(n, 1) == np.int8
    assert mg.result_type(n, x) == np.result_type(np.int8, np.float32)
    with pytest.raises(TypeError, match="complex"):
        mg.result_type(x, 1j)
    with pytest.raises(ValueError, match="kind"):
        mg.isdtype(mg.int8, "integers")


# --------------------------------------------------------------------------------------------------------- scalars


@pytest.mark.parametrize("dtype", DTYPES)
def test_0d_arrays_are_pythons_numbers(dtype: str) -> None:
    """bool, int, float, complex, operator.index: of the value; what NumPy refuses is refused."""
    x = mg.asarray(np.asarray(1, dtype))
    assert (bool(x), int(x), float(x), complex(x)) == (True, 1, 1.0, 1 + 0j)
    assert (type(bool(x)), type(int(x)), type(float(x)), type(complex(x))) == (bool, int, float, complex)
    if "int" in dtype:
        assert x.__index__() == 1
        assert [5, 6][x] == 6
    elif dtype != "bool":
        with pytest.raises(TypeError):
            x.__index__()
    for f in (bool, int, float):
        with pytest.raises((TypeError, ValueError)):
            f(mg.zeros(3, dtype=dtype))
