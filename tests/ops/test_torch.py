"""The table of cases beside Torch: values, first and second derivatives, tangents."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.ops.cases import ROWS
from tests.ops.checks import DECLARED, Beside
from tests.ops.table import LAYOUTS, Row, Variant, each

torch = pytest.importorskip("torch", reason="what it compares with is Torch")
torch.set_num_threads(1)
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore:var:UserWarning")


def differentiable(row: Row, variant: Variant) -> bool:
    """Whether a gradient flows to some input."""
    return DECLARED[row.op].gradient and any(i.gradient for i in variant.inputs)


def params(keep: Callable[[Row, Variant], object]) -> pytest.MarkDecorator:
    """One test a variant that Torch can spell."""
    kept = [pytest.param(r, v, id=f"{r.op}-{v}") for r, v in each(ROWS) if r.torch and keep(r, v)]
    return pytest.mark.parametrize(("row", "variant"), kept)


with_gradient = params(differentiable)
dtypes = pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=lambda t: t.__name__)


@params(lambda row, variant: True)
@dtypes
def test_value_is_torchs(row: Row, variant: Variant, dtype: type) -> None:
    """Its numbers, shape and dtype."""
    Beside(row, variant, dtype).value()


@with_gradient
@dtypes
def test_gradient_is_torchs(row: Row, variant: Variant, dtype: type) -> None:
    """Of every input, under a random cotangent, in the input's shape and dtype."""
    Beside(row, variant, dtype).first()


@with_gradient
@pytest.mark.parametrize("layout", list(LAYOUTS)[1:])
def test_gradient_does_not_depend_on_the_layout(row: Row, variant: Variant, layout: str) -> None:
    """Fortran order, strides and negative strides change no number."""
    Beside(row, variant).first(layout)


@params(lambda row, variant: differentiable(row, variant) and variant.twice)
@dtypes
def test_second_derivative_is_torchs(row: Row, variant: Variant, dtype: type) -> None:
    """With respect to the inputs and to the cotangent."""
    Beside(row, variant, dtype).second()


# at ties Torch's two modes differ
@params(lambda row, variant: differentiable(row, variant) and variant.smooth and not row.backward)
def test_tangent_is_torchs(row: Row, variant: Variant) -> None:
    """Forward mode, for which no rule is written."""
    Beside(row, variant).jvp()
