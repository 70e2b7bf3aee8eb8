"""scikit-learn's estimators on Tensors: data is scaled, compared and fitted with its gradient."""

from __future__ import annotations

import pytest

from tests.interop import sklearn_calls
from tests.interop.programs import outcomes


@pytest.mark.parametrize("name", sklearn_calls.CALLS)
def test_scikit_learn_differentiates(name: str) -> None:
    """Its own values on arrays, and the gradients that differences say."""
    pytest.importorskip("sklearn", minversion="1.8")  # before it, fewer of its functions follow the standard
    wrong = outcomes(sklearn_calls.__name__)[name]
    assert not wrong, wrong
