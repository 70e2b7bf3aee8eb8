"""SciPy's array API functions on Tensors: its own values on arrays, and the gradients that differences say."""

from __future__ import annotations

import pytest

from tests.interop import scipy_calls
from tests.interop.programs import outcomes


@pytest.mark.parametrize("name", scipy_calls.CALLS)
def test_a_function_of_scipys_differentiates(name: str) -> None:
    """Called on a Tensor, nothing else changed."""
    pytest.importorskip("scipy", minversion="1.16")  # before it, fewer of its functions follow the standard
    wrong = outcomes(scipy_calls.__name__)[name]
    assert not wrong, wrong
