"""What the array API standard (2024.12) asks of a namespace beside its operations: dtypes, what is known of them, and
the attributes of its arrays. Complex numbers are left out."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import numpy as np

from ...core.dispatch import implements, values_of
from ...core.tensor import Tensor, ops
from ..calls import function
from ..methods import METHODS
from .data import get_default_dtype, on_cpu, shallow, to_dlpack

__all__ = [
    "can_cast", "conj", "conjugate", "finfo", "iinfo", "imag", "iscomplex", "iscomplexobj", "isdtype", "isin", "isreal",
    "isrealobj", "promote_types", "real", "result_type",
]  # fmt: skip

VERSION = "2024.12"
VERSIONS = ("2021.12", "2022.12", "2023.12", VERSION)
KINDS = {  # the standard's dtypes by kind
    "bool": ["bool"], "signed integer": ["int8", "int16", "int32", "int64"],
    "unsigned integer": ["uint8", "uint16", "uint32", "uint64"], "real floating": ["float32", "float64"],
    "complex floating": [],
}  # fmt: skip
KINDS["integral"] = KINDS["signed integer"] + KINDS["unsigned integer"]
KINDS["numeric"] = KINDS["integral"] + KINDS["real floating"]


# --------------------------------------------------------------------------------------------------------- dtypes


def _typed(x: Any) -> Any:
    """A Tensor's dtype; dtypes and numbers as they are."""
    return x.dtype if isinstance(x, Tensor) else x


def _dtype_of(x: Any) -> np.dtype[Any]:
    """An array's dtype, or the dtype that is given."""
    return np.dtype(x.dtype if isinstance(x, Tensor | np.ndarray | np.generic) else x)


def isdtype(dtype: Any, kind: Any) -> bool:
    """Whether a dtype is of a kind: a dtype, one of the standard's words ("real floating", "integral", …), or a tuple
    of them.

    Raises TypeError, ValueError for what is none."""
    return bool(np.isdtype(np.dtype(dtype), kind))


@implements(np.can_cast)
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether a dtype, or a Tensor's, casts to another without losing values."""
    return bool(np.can_cast(from_.dtype if isinstance(from_, Tensor | np.ndarray) else from_, to, casting))


@implements(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> np.dtype[Any]:
    """The dtype that an operation on all of these gives; a Python number beside an array has none of its own.

    Raises ValueError where nothing is given, TypeError for complex numbers."""
    found = np.result_type(*map(_typed, arrays_and_dtypes))
    if found.kind == "c":
        raise TypeError("result_type: complex numbers are not supported yet")
    return found


def promote_types(type1: Any, type2: Any) -> np.dtype[Any]:
    """The smallest dtype to which both cast safely."""
    return np.promote_types(type1, type2)


class FloatInfo(NamedTuple):
    """Limits of a floating-point dtype, as Python numbers."""

    bits: int
    eps: float
    max: float
    min: float
    smallest_normal: float
    tiny: float
    resolution: float
    dtype: np.dtype[Any]


class IntegerInfo(NamedTuple):
    """Limits of an integer dtype, as Python numbers."""

    bits: int
    max: int
    min: int
    dtype: np.dtype[Any]


def finfo(type: Any) -> FloatInfo:
    """Limits of a floating-point dtype, or of a Tensor's.

    Raises TypeError for other dtypes."""
    dtype = _dtype_of(type)
    if dtype.kind != "f":
        raise TypeError(f"finfo: {dtype} is no floating-point dtype; iinfo tells of integers")
    i = np.finfo(dtype)
    names = "eps", "max", "min", "smallest_normal", "tiny", "resolution"
    return FloatInfo(int(i.bits), **{name: float(getattr(i, name)) for name in names}, dtype=dtype)


def iinfo(type: Any) -> IntegerInfo:
    """Limits of an integer dtype, or of a Tensor's.

    Raises TypeError for other dtypes."""
    dtype = _dtype_of(type)
    if dtype.kind not in "iu":
        raise TypeError(f"iinfo: {dtype} is no integer dtype; finfo tells of floating-point ones")
    i = np.iinfo(dtype)
    return IntegerInfo(int(i.bits), int(i.max), int(i.min), dtype)


# -------------------------------------------------------------------------------------------- of the real numbers


@implements(np.conjugate)
def conj(x: Any) -> Any:
    """The complex conjugate: of real numbers, themselves."""
    return +x if _typed(x) is not x and x.dtype.kind != "b" else x if isinstance(x, Tensor) else np.conj(x)


@implements(np.real)
def real(x: Any) -> Any:
    """The real part: of real numbers, themselves."""
    return x if isinstance(x, Tensor) else np.real(x)


@implements(np.imag)
def imag(x: Any) -> Any:
    """The imaginary part: of real numbers, zeros."""
    return Tensor(np.zeros(x.shape, x.dtype)) if isinstance(x, Tensor) else np.imag(x)


conjugate = conj


@implements(np.isreal)
def isreal(x: Any) -> Any:
    """Elementwise whether a number has no imaginary part: True of real numbers."""
    return Tensor(np.ones(x.shape, bool)) if isinstance(x, Tensor) else np.isreal(x)


@implements(np.iscomplex)
def iscomplex(x: Any) -> Any:
    """Elementwise whether a number has an imaginary part: False of real numbers."""
    return Tensor(np.zeros(x.shape, bool)) if isinstance(x, Tensor) else np.iscomplex(x)


@implements(np.isrealobj)
def isrealobj(x: Any) -> bool:
    """Whether a dtype of real numbers holds x."""
    return isinstance(x, Tensor) or bool(np.isrealobj(x))


@implements(np.iscomplexobj)
def iscomplexobj(x: Any) -> bool:
    """Whether a dtype of complex numbers holds x: no Tensor's does."""
    return not isrealobj(x)


@implements(np.isin)
def isin(element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    """Elementwise whether a number is among others (invert: is not)."""
    found = np.isin(values_of(element), values_of(test_elements), assume_unique, invert)
    return Tensor(found) if isinstance(element, Tensor) or isinstance(test_elements, Tensor) else found


@implements(np.real_if_close)
def _real_if_close(x: Any, tol: float = 100) -> Any:
    return x


# -------------------------------------------------------------------------------------------------- the namespace


class Info:
    """What the namespace can do, has and assumes (`mg.__array_namespace_info__()`)."""

    def capabilities(self) -> dict[str, Any]:
        """Masks index; shapes may hang on values; how many axes NumPy allows."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """The only one."""
        return "cpu"

    def devices(self) -> list[str]:
        """All there are."""
        return ["cpu"]

    def default_dtypes(self, *, device: Any = None) -> dict[str, np.dtype[Any]]:
        """What Python's floats and integers become, and what indices are. No complex numbers, so none for them."""
        on_cpu(device)
        whole = np.asarray(0).dtype
        return {"real floating": get_default_dtype(), "integral": whole, "indexing": whole}

    def dtypes(self, *, device: Any = None, kind: Any = None) -> dict[str, np.dtype[Any]]:
        """{name: dtype} of the standard's, of a kind or of several kinds (a tuple).

        Raises ValueError for an unknown kind."""
        on_cpu(device)
        kinds = kind if isinstance(kind, tuple) else ("bool", "numeric") if kind is None else (kind,)
        if unknown := [k for k in kinds if k not in KINDS]:
            raise ValueError(f"dtypes: kind {unknown[0]!r}; expected one of {', '.join(KINDS)}, or a tuple of them")
        return {name: np.dtype(name) for k in kinds for name in KINDS[k]}


def _namespace(x: Tensor, /, *, api_version: str | None = None) -> Any:
    """The array API namespace: microgrid itself. Raises ValueError for a version that it does not follow."""
    if api_version is not None and api_version not in VERSIONS:
        raise ValueError(f"__array_namespace__: api_version={api_version!r}; expected one of {', '.join(VERSIONS)}")
    return sys.modules[__name__.partition(".")[0]]


def _to_device(x: Tensor, device: Any, /, stream: Any = None) -> Tensor:
    """The Tensor itself: all of them are on the CPU. Raises ValueError for another device."""
    on_cpu(device)
    if stream is not None:
        raise ValueError(f"to_device(stream={stream!r}): the CPU has no streams")
    return x


def _as_function(f: Any) -> Any:
    """The method that NumPy has for its function of the same name."""
    return lambda x, *args, **kw: function(x, f, (), (x, *args), kw)


METHODS.update(
    {f.__name__: _as_function(f) for f in (np.argsort, np.argpartition, np.searchsorted)},
    __array_namespace__=_namespace, to_device=_to_device, __dlpack__=to_dlpack,
    __dlpack_device__=lambda x: (1, 0), device=property(lambda x: "cpu"), conj=conj, conjugate=conj,
    real=property(real), imag=property(imag), __copy__=shallow,
    round=lambda x, decimals=0: ops.round(x, decimals), trace=lambda x, *args, **kw: ops.trace(x, *args, **kw),
    strides=property(lambda x: x.numpy().strides), flags=property(lambda x: x.numpy().flags),
    __round__=lambda x, n=None: round(x.item()) if n is None else ops.round(x, n),
    tobytes=lambda x, order="C": x.numpy().tobytes(order),
)  # fmt: skip
