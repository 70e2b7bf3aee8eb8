"""The table of cases against NumPy and finite differences; beside Torch: tests/ops/test_torch.py."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import microgrid as mg
from tests.ops import checks
from tests.ops.cases import ROWS
from tests.ops.checks import DECLARED
from tests.ops.table import LAYOUTS, Refusal, Row, Variant, each


def differentiable(row: Row, variant: Variant) -> bool:
    """Whether a gradient flows to some input."""
    return DECLARED[row.op].gradient and any(i.gradient for i in variant.inputs)


def params(keep: Callable[[Row, Variant], object] = lambda row, variant: True) -> pytest.MarkDecorator:
    """One test a variant."""
    kept = [pytest.param(r, v, id=f"{r.op}-{v}") for r, v in each(ROWS) if keep(r, v)]
    return pytest.mark.parametrize(("row", "variant"), kept)


with_numpy = params(lambda row, variant: row.numpy)
with_gradient = params(differentiable)


# ------------------------------------------------------------------------------------------------ completeness


def test_every_declaration_has_its_row_and_every_row_a_declaration() -> None:
    """An operation cannot be added without being tried."""
    assert {row.op for row in ROWS} == set(DECLARED)
    assert len(ROWS) == len(DECLARED)


@pytest.mark.parametrize("op", DECLARED.values(), ids=DECLARED)
def test_every_declaration_says_what_readers_show(op: mg.primitive) -> None:
    """Symbol, formula, Torch's name and a docstring are there, and a gradient or its absence is declared."""
    assert op.symbol and op.formula and op.doc and op.doc.splitlines()[0].endswith(".")
    assert op.torch or all(row.untorched for row in ROWS if row.op == op.name)
    assert not op.gradient or op.random or op.rules or op.each


@pytest.mark.parametrize("op", DECLARED.values(), ids=DECLARED)
def test_every_torch_name_exists(op: mg.primitive) -> None:
    """The twin is a function of torch, of torch.nn.functional, or a Tensor's method."""
    torch = pytest.importorskip("torch", reason="what it compares with is Torch")
    for name in op.torch.split(", ") if op.torch else ():
        homes = (torch, torch.nn.functional, torch.special, torch.linalg, torch.Tensor)
        assert any(hasattr(home, name) for home in homes), name


def test_the_declarations_use_all_six_forms() -> None:
    """Plain, statics, variadic, residuals, joint, several outputs."""
    ops = DECLARED.values()
    assert any(op.kind for op in ops)
    assert any(op.statics for op in ops)
    assert any(op.arity is None and op.each for op in ops)
    assert any(op.saves for op in ops)
    assert any(op.joint for op in ops)
    assert any(op.outputs > 1 for op in ops)


# ------------------------------------------------------------------------------------------------ values


@with_numpy
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16], ids=lambda t: t.__name__)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_value_shape_and_dtype_are_numpys(row: Row, variant: Variant, dtype: type) -> None:
    """On arrays, on Tensors, and through NumPy's own function called on Tensors."""
    checks.value_as_numpy(row, variant, dtype)


@with_numpy
@pytest.mark.parametrize("layout", list(LAYOUTS)[1:])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_value_does_not_depend_on_the_layout(row: Row, variant: Variant, layout: str) -> None:
    """Fortran order, strides and negative strides change no number."""
    checks.value_as_numpy(row, variant, np.float64, layout)


@params(lambda row, variant: row.numpy and row.dispatches and variant.smooth)
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_], ids=lambda t: t.__name__)
def test_integers_and_booleans_are_taken_where_numpy_takes_them(row: Row, variant: Variant, dtype: type) -> None:
    """With NumPy's result and dtype; refused where NumPy refuses them."""
    checks.integers_as_numpy(row, variant, dtype)


# ------------------------------------------------------------------------------------------------ derivatives


@params(lambda row, variant: differentiable(row, variant) and variant.smooth)
def test_derivatives_are_what_finite_differences_say(row: Row, variant: Variant) -> None:
    """First and second, along random directions under random cotangents."""
    checks.as_differences(row, variant)


@with_gradient
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_recorded_sweep_gives_what_the_sweep_on_arrays_gives(row: Row, variant: Variant) -> None:
    """One set of rules serves both; joint rules equal the per-input ones."""
    checks.recorded_as_arrays(row, variant)


@params(lambda row, variant: differentiable(row, variant) and variant.smooth and not row.in_place)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_rules_equal_the_body_differentiated(row: Row, variant: Variant) -> None:
    """A body in NumPy's names is itself differentiable, and says the same."""
    checks.rules_as_body(row, variant)


@with_gradient
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_input_cotangent_or_value_is_written_to(row: Row, variant: Variant) -> None:
    """Neither by the operation nor by its sweeps."""
    checks.inputs_untouched(row, variant)


@with_gradient
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_jacobian_at_once_is_its_rows_one_by_one(row: Row, variant: Variant) -> None:
    """What a declaration says of one more leading axis holds."""
    checks.rows_as_pullbacks(row, variant)


# ------------------------------------------------------------------------------------------------ errors

ERRORS = [pytest.param(e, id=f"{row.op}-{k}") for row in ROWS for k, e in enumerate(row.errors)]


@pytest.mark.parametrize("error", ERRORS)
def test_bad_input_is_refused_in_the_operations_own_terms(error: Refusal) -> None:
    """The message says what was seen and what was expected."""
    with pytest.raises(error.kind) as caught:
        error.call()
    missing = [text for text in error.says if text not in str(caught.value)]
    assert not missing, f"{missing} not in: {caught.value}"
