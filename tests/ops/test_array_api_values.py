"""What each function of the array API standard gives beside array-api-strict, the standard's reference, on arrays of
every dtype and shape that Hypothesis thinks of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import microgrid as mg

DTYPES = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64".split()  # noqa: SIM905  (as the standard lists them)
WHOLE = [d for d in DTYPES if "int" in d]
REAL = ["float32", "float64"]
NUMERIC = WHOLE + REAL
KINDS = {"bool": ["bool"], "whole": WHOLE, "real": REAL, "numeric": NUMERIC, "any": DTYPES,
         "bits": ["bool", *WHOLE], "signed": [d for d in NUMERIC if not d.startswith("u")]}  # fmt: skip
QUIET = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None,
                 derandomize=True)  # fmt: skip


def strict() -> Any:
    """array-api-strict at our version of the standard."""
    xp = pytest.importorskip("array_api_strict")
    xp.set_array_api_strict_flags(api_version="2024.12")
    return xp


def arrays(dtype: str, shape: Any = None, special: bool = True) -> st.SearchStrategy[np.ndarray]:
    """NumPy arrays of a dtype: small numbers, and what is special among floats."""
    if dtype == "bool":
        elements: Any = st.booleans()
    elif dtype in REAL:
        elements = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 1.5, 3.25, 100.0])
        if special:
            elements |= st.sampled_from([float("inf"), float("-inf"), float("nan")])
    else:
        elements = st.integers(0 if dtype.startswith("u") else -9, 9)
    shape = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4) if shape is None else shape
    return hnp.arrays(dtype, shape, elements=elements)


def same(ours: Any, theirs: Any, rtol: float = 1e-5) -> None:
    """Values, shape and dtype; of tuples each; of a Python value itself."""
    if isinstance(theirs, tuple | list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs):
            same(a, b, rtol)
        return
    if not hasattr(theirs, "shape"):
        assert ours == theirs
        return
    expected = np.asarray(theirs._array)
    assert isinstance(ours, mg.Tensor), type(ours)
    assert (ours.shape, ours.dtype) == (expected.shape, expected.dtype)
    np.testing.assert_allclose(ours.numpy(), expected, rtol=rtol if expected.dtype.kind == "f" else 0)


def agree(f: Callable[..., Any], *given: np.ndarray) -> None:
    """f(namespace, *arrays) gives in ours what it gives in the reference; what that refuses is not asked for."""
    xp = strict()
    with np.errstate(all="ignore"):
        try:
            theirs = f(xp, *map(xp.asarray, given))
        except (TypeError, ValueError, IndexError, np.linalg.LinAlgError):
            assume(False)
        same(f(mg, *map(mg.asarray, given)), theirs)


UNARY = {
    "bool": "logical_not", "bits": "bitwise_invert",
    "numeric": "abs positive sign square ceil floor round trunc isfinite isinf isnan real", "signed": "negative",
    "real": "acos acosh asin asinh atan atanh cos cosh exp expm1 log log1p log2 log10 reciprocal signbit sin sinh sqrt "
            "tan tanh",
}  # fmt: skip
BINARY = {
    "bool": "logical_and logical_or logical_xor", "bits": "bitwise_and bitwise_or bitwise_xor",
    "numeric": "add subtract multiply maximum minimum less less_equal greater greater_equal", "any": "equal not_equal",
    "real": "divide atan2 copysign hypot logaddexp nextafter pow remainder floor_divide",
}  # fmt: skip


def listed(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(name, kind) for kind, names in table.items() for name in names.split()]


@pytest.mark.parametrize(("name", "kind"), listed(UNARY))
def test_functions_of_one_array(name: str, kind: str) -> None:
    """Elementwise, on every dtype and shape, NaN and infinities among them."""
    if name in ("ceil", "floor", "trunc") and np.floor(np.int8(1)).dtype != np.int8:
        kind = "real"  # before NumPy 2.1 these made floats of integers, and so do ours

    @QUIET
    @given(st.sampled_from(KINDS[kind]).flatmap(arrays))
    def check(a: np.ndarray) -> None:
        agree(lambda xp, x: getattr(xp, name)(x), a)

    check()


@st.composite
def two(draw: Any, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of one kind whose dtypes promote and whose shapes broadcast."""
    first, second = draw(st.sampled_from(KINDS[kind])), draw(st.sampled_from(KINDS[kind]))
    kinds = np.dtype(first).kind.replace("u", "i"), np.dtype(second).kind.replace("u", "i")
    assume(kinds[0] == kinds[1] and (kinds[0] != "i" or np.result_type(first, second).kind != "f"))
    shapes = draw(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3, min_side=0)).input_shapes
    return draw(arrays(first, shapes[0])), draw(arrays(second, shapes[1]))


@pytest.mark.parametrize(("name", "kind"), listed(BINARY))
def test_functions_of_two_arrays(name: str, kind: str) -> None:
    """Elementwise, on all pairs of dtypes that promote, broadcast."""

    @QUIET
    @given(two(kind))
    def check(pair: tuple[np.ndarray, np.ndarray]) -> None:
        agree(lambda xp, x, y: getattr(xp, name)(x, y), *pair)

    check()


OPERATORS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "+": ("numeric", lambda x, y: x + y), "-": ("numeric", lambda x, y: x - y), "*": ("numeric", lambda x, y: x * y),
    "/": ("real", lambda x, y: x / y), "//": ("real", lambda x, y: x // y), "%": ("real", lambda x, y: x % y),
    "**": ("real", lambda x, y: x**y), "&": ("bits", lambda x, y: x & y), "|": ("bits", lambda x, y: x | y),
    "^": ("bits", lambda x, y: x ^ y), "<": ("numeric", lambda x, y: x < y), "<=": ("numeric", lambda x, y: x <= y),
    ">": ("numeric", lambda x, y: x > y), ">=": ("numeric", lambda x, y: x >= y), "==": ("any", lambda x, y: x == y),
    "!=": ("any", lambda x, y: x != y), "<<": ("whole", lambda x, y: x << abs(y)),
    ">>": ("whole", lambda x, y: x >> abs(y)),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "f"), OPERATORS.values(), ids=OPERATORS)
def test_operators(kind: str, f: Callable[[Any, Any], Any]) -> None:
    """Of two arrays, and beside a Python number of the dtype's kind on either side: no dtype is widened."""

    @QUIET
    @given(two(kind), st.integers(0, 5))
    def check(pair: tuple[np.ndarray, np.ndarray], n: int) -> None:
        agree(lambda xp, x, y: f(x, y), *pair)
        scalar: Any = {"b": bool(n), "f": float(n)}.get(pair[0].dtype.kind, n)
        agree(lambda xp, x, y: (f(x, scalar), f(scalar, x)), *pair)

    check()


@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>"])
def test_operators_in_place(sign: str) -> None:
    """`x += y` keeps the object and its dtype, and gives what x + y gives."""
    kind = OPERATORS[sign][0]

    @QUIET
    @given(two(kind))
    def check(pair: tuple[np.ndarray, np.ndarray]) -> None:
        a, b = pair
        assume(np.result_type(a, b) == a.dtype and np.broadcast_shapes(a.shape, b.shape) == a.shape)

        def f(xp: Any, x: Any, y: Any) -> Any:
            y = abs(y) if sign in ("<<", ">>") else y
            x = xp.asarray(x, copy=True)
            names = {"x": x, "y": y}
            exec(f"x {sign}= y", names)
            assert names["x"] is x
            return x

        agree(f, a, b)

    check()


CALLS: dict[str, tuple[str, Callable[[Any, Any], Any]]] = {
    "sum": ("numeric", lambda xp, x: (xp.sum(x), xp.sum(x, axis=0), xp.sum(x, axis=-1, keepdims=True))),
    "sum to a dtype": ("numeric", lambda xp, x: xp.sum(x, dtype=xp.float64)),
    "prod": ("numeric", lambda xp, x: (xp.prod(x), xp.prod(x, axis=0, keepdims=True))),
    "max, min": ("numeric", lambda xp, x: (xp.max(x), xp.min(x, axis=0), xp.max(x, axis=-1, keepdims=True))),
    "mean": ("real", lambda xp, x: (xp.mean(x), xp.mean(x, axis=0), xp.mean(x, axis=-1, keepdims=True))),
    "var, std": ("real", lambda xp, x: (xp.var(x), xp.std(x, axis=0), xp.var(x, axis=-1, correction=1.0))),
    "all, any": ("any", lambda xp, x: (xp.all(x), xp.any(x, axis=0), xp.all(x, axis=-1, keepdims=True))),
    "argmax, argmin": ("numeric", lambda xp, x: (xp.argmax(x), xp.argmin(x, axis=0), xp.argmax(x, axis=-1,
        keepdims=True))),
    "count_nonzero": ("any", lambda xp, x: (xp.count_nonzero(x), xp.count_nonzero(x, axis=0, keepdims=True))),
    "cumulative_sum": ("numeric", lambda xp, x: (xp.cumulative_sum(x, axis=0), xp.cumulative_sum(x, axis=-1,
        include_initial=True))),
    "cumulative_prod": ("numeric", lambda xp, x: xp.cumulative_prod(x, axis=-1)),
    "diff": ("numeric", lambda xp, x: (xp.diff(x), xp.diff(x, axis=0, n=2))),
    "reshape": ("any", lambda xp, x: (xp.reshape(x, (-1,)), xp.reshape(x, (x.size, 1)))),
    "reshape by name": ("any", lambda xp, x: xp.reshape(x, shape=(1, x.size), copy=True)),
    "permute_dims": ("any", lambda xp, x: xp.permute_dims(x, tuple(range(x.ndim))[::-1])),
    "expand_dims, squeeze": ("any", lambda xp, x: (xp.expand_dims(x, axis=0), xp.squeeze(x[None, ...], 0))),
    "flip": ("any", lambda xp, x: (xp.flip(x), xp.flip(x, axis=-1))),
    "roll": ("any", lambda xp, x: (xp.roll(x, 2), xp.roll(x, -1, axis=0))),
    "repeat": ("any", lambda xp, x: (xp.repeat(x, 2), xp.repeat(x, 2, axis=0))),
    "tile": ("any", lambda xp, x: xp.tile(x, (2, 1))),
    "stack, concat": ("any", lambda xp, x: (xp.stack([x, x], axis=-1), xp.concat([x, x], axis=0))),
    "concat flat": ("any", lambda xp, x: xp.concat([x, x], axis=None)),
    "unstack": ("any", lambda xp, x: xp.unstack(x, axis=-1)),
    "moveaxis": ("any", lambda xp, x: xp.moveaxis(x, 0, -1)),
    "broadcast_to": ("any", lambda xp, x: xp.broadcast_to(x, (2, *x.shape))),
    "broadcast_arrays": ("any", lambda xp, x: list(xp.broadcast_arrays(x, xp.ones((2, *x.shape), dtype=xp.int8)))),
    "meshgrid": ("any", lambda xp, x: list(xp.meshgrid(xp.reshape(x, (-1,)), xp.arange(3), indexing="ij"))),
    "tril, triu": ("any", lambda xp, x: (xp.tril(x), xp.triu(x, k=1))),
    "sort": ("numeric", lambda xp, x: (xp.sort(x), xp.sort(x, axis=0, descending=True))),
    "argsort": ("numeric", lambda xp, x: (xp.argsort(x), xp.argsort(x, axis=0, descending=True))),
    "searchsorted": ("whole", lambda xp, x: xp.searchsorted(xp.sort(xp.reshape(x, (-1,))), xp.reshape(x, (-1,)),
        side="right")),
    "nonzero": ("any", lambda xp, x: xp.nonzero(x)),
    "unique_values": ("numeric", lambda xp, x: xp.sort(xp.unique_values(x))),
    "unique_all": ("whole", lambda xp, x: tuple(xp.unique_all(x))),
    "unique_counts": ("whole", lambda xp, x: tuple(xp.unique_counts(x))),
    "unique_inverse": ("whole", lambda xp, x: tuple(xp.unique_inverse(x))),
    "take": ("any", lambda xp, x: xp.take(x, xp.asarray([0, -1, 0]), axis=-1)),
    "take_along_axis": ("any", lambda xp, x: xp.take_along_axis(x, xp.argsort(xp.astype(x, xp.int64), axis=0), axis=0)),
    "where": ("any", lambda xp, x: xp.where(xp.astype(x, xp.bool), x, xp.zeros_like(x))),
    "clip": ("numeric", lambda xp, x: (xp.clip(x, 1, 3), xp.clip(x, max=2), xp.clip(x, min=1))),
    "matmul": ("numeric", lambda xp, x: xp.matmul(x, xp.matrix_transpose(x))),
    "tensordot": ("numeric", lambda xp, x: (xp.tensordot(x, x, axes=0), xp.tensordot(x, x, axes=((0,), (0,))))),
    "vecdot": ("numeric", lambda xp, x: (xp.vecdot(x, x), xp.vecdot(x, x, axis=-2))),
    "matrix_transpose": ("any", lambda xp, x: (xp.matrix_transpose(x), x.mT)),
    "linalg.outer": ("numeric", lambda xp, x: xp.linalg.outer(x, x)),
    "linalg.diagonal, trace": ("numeric", lambda xp, x: (xp.linalg.diagonal(x, offset=1), xp.linalg.trace(x))),
    "astype": ("any", lambda xp, x: [xp.astype(x, t) for t in (xp.bool, xp.int64, xp.float32)] if x.dtype not in (
        xp.float32, xp.float64) else xp.astype(x, xp.bool, copy=False)),
    "zeros_like and kin": ("any", lambda xp, x: (xp.zeros_like(x), xp.ones_like(x, dtype=xp.int8), xp.full_like(x, 1),
        xp.empty_like(x) * 0 if x.dtype != xp.bool else xp.zeros_like(x))),
    "shape, size, ndim": ("any", lambda xp, x: (x.shape, x.size, x.ndim)),
    "items": ("any", lambda xp, x: (x[...], x[None, ...], x[..., 0], x[0, ...], x[::-1, ...], x[..., 1:])),
    "masks": ("any", lambda xp, x: (x[xp.astype(x, xp.bool)], x[xp.ones(x.shape, dtype=xp.bool)])),
    "result_type": ("any", lambda xp, x: str(np.dtype(getattr(xp.result_type(x, x), "_np_dtype", x.dtype if xp is mg
        else None)))),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "f"), CALLS.values(), ids=CALLS)
def test_functions_of_arrays_as_wholes(kind: str, f: Callable[[Any, Any], Any]) -> None:
    """Reductions, scans, manipulation, sorting, sets, selection, on every dtype and shape."""

    @QUIET
    @given(st.sampled_from(KINDS[kind]).flatmap(lambda d: arrays(d, special=False)))
    def check(a: np.ndarray) -> None:
        agree(f, a)

    check()


MATRICES: dict[str, Callable[[Any, Any], Any]] = {
    "cholesky": lambda xp, x: (xp.linalg.cholesky(x), xp.linalg.cholesky(x, upper=True)),
    "det, slogdet": lambda xp, x: (xp.linalg.det(x), *xp.linalg.slogdet(x)),
    "inv, pinv": lambda xp, x: (xp.linalg.inv(x), xp.linalg.pinv(x)),
    "solve": lambda xp, x: xp.linalg.solve(x, x[..., :1]),
    "eigvalsh, svdvals": lambda xp, x: (xp.linalg.eigvalsh(x), xp.linalg.svdvals(x), xp.linalg.eigh(x)[0]),
    "svd": lambda xp, x: xp.linalg.svd(x, full_matrices=False)[1],
    "qr": lambda xp, x: abs(xp.linalg.qr(x).R),
    "matrix_power, rank": lambda xp, x: (xp.linalg.matrix_power(x, 3), xp.linalg.matrix_rank(x)),
    "norms": lambda xp, x: (xp.linalg.matrix_norm(x), xp.linalg.vector_norm(x), xp.linalg.vector_norm(x, axis=-1,
        ord=1, keepdims=True), xp.linalg.matrix_norm(x, ord=2, keepdims=True)),
    "cross": lambda xp, x: xp.linalg.cross(x, xp.flip(x, axis=-1)),
}  # fmt: skip


@pytest.mark.parametrize("f", MATRICES.values(), ids=MATRICES)
@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3), (0, 3, 3)], ids=str)
@pytest.mark.parametrize("dtype", REAL)
def test_linear_algebra(dtype: str, shape: tuple[int, ...], f: Callable[[Any, Any], Any]) -> None:
    """On positive definite matrices, one, several and none."""
    xp, rng = strict(), np.random.default_rng(0)
    a = rng.normal(size=shape)
    a = (a @ a.swapaxes(-1, -2) + 3 * np.eye(3)).astype(dtype)
    same(f(mg, mg.asarray(a)), f(xp, xp.asarray(a)), 1e-4 if dtype == "float32" else 1e-9)


# ------------------------------------------------------------------------------------------------------------ items


def drawn(test: Callable[[Any, np.ndarray, Any], None]) -> Callable[[], None]:
    """A test of (draw, an array of any dtype and shape, the same as a Tensor), the Tensor made as Hypothesis' own
    strategies for the standard make it: by the namespace alone."""
    api = pytest.importorskip("hypothesis.extra.array_api").make_strategies_namespace(mg, api_version="2024.12")

    @settings(parent=QUIET, max_examples=60)
    @given(st.data())
    def check(data: Any) -> None:
        shape = data.draw(api.array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=3))
        x = data.draw(api.arrays(data.draw(api.boolean_dtypes() | api.real_dtypes()), shape))
        test(lambda s: data.draw(s(api)), np.array(x.numpy()), x)

    return check


def read_and_written(draw: Any, a: np.ndarray, x: Any, key: Any, plain: Any) -> None:
    """x[key] and x[key] = value are what they are on the array, values of the dtype, as numbers and as Tensors."""
    out, expected = x[key], a[plain]
    assert isinstance(out, mg.Tensor)
    assert (out.shape, out.dtype) == (np.shape(expected), a.dtype)
    np.testing.assert_array_equal(out.numpy(), expected)
    value = draw(lambda api: api.from_dtype(x.dtype) | api.arrays(dtype=x.dtype, shape=()))
    y = mg.asarray(x, copy=True)
    y[key] = value
    a[plain] = value.numpy() if isinstance(value, mg.Tensor) else value
    np.testing.assert_array_equal(y.numpy(), a)


def test_items_by_slices_and_integers() -> None:
    """Of every shape, with `...`; with new axes when read."""

    def check(draw: Any, a: np.ndarray, x: Any) -> None:
        key = draw(lambda api: api.indices(x.shape))
        read_and_written(draw, a, x, key, key)
        key = draw(lambda api: api.indices(x.shape, allow_newaxis=True))
        np.testing.assert_array_equal(x[key].numpy(), x.numpy()[key])

    drawn(check)()


def test_items_by_masks() -> None:
    """A mask of the shape, and one of no axes."""

    def check(draw: Any, a: np.ndarray, x: Any) -> None:
        mask = draw(lambda api: api.arrays(mg.bool, st.sampled_from([x.shape, ()])))
        read_and_written(draw, a, x, mask, np.asarray(mask.numpy()))

    drawn(check)()


def test_items_by_integer_arrays() -> None:
    """Tensors of indices and integers together, one an axis."""

    def check(draw: Any, a: np.ndarray, x: Any) -> None:
        assume(x.size > 0 and x.ndim > 0)
        key = tuple(
            draw(lambda api, s=s: st.integers(-s, s - 1)
                 | api.arrays(mg.int64, 2, elements={"min_value": -s, "max_value": s - 1})) for s in x.shape
        )  # fmt: skip
        plain = tuple(k.numpy() if isinstance(k, mg.Tensor) else k for k in key)
        np.testing.assert_array_equal(x[key].numpy(), a[plain])

    drawn(check)()
