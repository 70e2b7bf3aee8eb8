"""Orthogonal polynomials and Airy's functions beside SciPy, Torch and their differential equations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg

special = pytest.importorskip("scipy.special", reason="what it compares with is SciPy")
sp = mg.special
X = np.random.default_rng(0).uniform(-0.95, 0.95, (3, 4))

# SciPy's name, Torch's, and a(x), b(x), c(n) of the equation a y″ + b y′ + c y = 0 (DLMF, table 18.8.1)
KINDS: list[tuple[str, str, Callable[..., Any], Callable[..., Any], Callable[[int], float]]] = [
    ("chebyt", "chebyshev_polynomial_t", lambda x: 1 - x * x, lambda x: -x, lambda n: n * n),
    ("chebyu", "chebyshev_polynomial_u", lambda x: 1 - x * x, lambda x: -3 * x, lambda n: n * (n + 2)),
    ("hermite", "hermite_polynomial_h", lambda x: 1, lambda x: -2 * x, lambda n: 2 * n),
    ("hermitenorm", "hermite_polynomial_he", lambda x: 1, lambda x: -x, lambda n: n),
    ("laguerre", "laguerre_polynomial_l", lambda x: x, lambda x: 1 - x, lambda n: n),
    ("legendre", "legendre_polynomial_p", lambda x: 1 - x * x, lambda x: -2 * x, lambda n: n * (n + 1)),
    ("sh_chebyt", "shifted_chebyshev_polynomial_t", lambda x: x - x * x, lambda x: 0.5 - x, lambda n: n * n),
    ("sh_chebyu", "shifted_chebyshev_polynomial_u", lambda x: x - x * x, lambda x: 1.5 - 3 * x,
     lambda n: n * (n + 2)),
    ("sh_legendre", "", lambda x: x - x * x, lambda x: 1 - 2 * x, lambda n: n * (n + 1)),
    ("", "chebyshev_polynomial_v", lambda x: 1 - x * x, lambda x: 1 - 2 * x, lambda n: n * (n + 1)),
    ("", "chebyshev_polynomial_w", lambda x: 1 - x * x, lambda x: -1 - 2 * x, lambda n: n * (n + 1)),
]  # fmt: skip
IDS = [scipys or torchs for scipys, torchs, *_ in KINDS]


def called(scipys: str, torchs: str) -> Callable[[Any, Any], Any]:
    """microgrid's function of x and n."""
    if torchs:
        return getattr(sp, torchs)  # type: ignore[no-any-return]
    return lambda x, n: getattr(sp, f"eval_{scipys}")(n, x)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 8])
def test_its_derivatives_solve_its_equation(kind: Any, n: int) -> None:
    """a y″ + b y′ + c y = 0, with y, y′ and y″ from here."""
    scipys, torchs, a, b, c = kind
    f = called(scipys, torchs)
    value, first = f(X, n), mg.grad(lambda x: (0.0 * x + f(x, n)).sum())
    second = mg.grad(lambda x: (0.0 * x + first(x)).sum())
    terms = a(X) * second(X), b(X) * first(X), c(n) * value
    np.testing.assert_allclose(sum(terms), 0, atol=1e-12 * (1 + sum(np.abs(t) for t in terms)).max())


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_its_values_are_scipys_and_torchs(kind: Any) -> None:
    """Degrees that broadcast, an element each; of Torch the truncated ones and the negative too."""
    scipys, torchs, *_ = kind
    degrees = np.array([[0], [1], [2], [7]])[:, :, None]
    if scipys:
        f = getattr(sp, f"eval_{scipys}")
        expected = getattr(special, f"eval_{scipys}")(degrees, X)
        np.testing.assert_allclose(f(degrees, X), expected, rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(f(degrees, mg.tensor(X)).numpy(), expected, rtol=1e-11, atol=1e-12)
        for wrong in (-1, 2.5, np.array([1, -2])):
            with pytest.raises(ValueError, match=f"eval_{scipys.removeprefix('sh_')}: n is .* integers of at least 0"):
                f(wrong, X)
    if torchs:
        torch = pytest.importorskip("torch")
        f, theirs = getattr(sp, torchs), getattr(torch.special, torchs)
        orders = np.array([-3.0, 0.0, 1.9, 5.5, 9.0])[:, None, None]
        expected = theirs(torch.from_numpy(X), torch.from_numpy(orders)).numpy()
        np.testing.assert_allclose(f(X, orders), expected, rtol=1e-11, atol=1e-12)
        single = f(X.astype(np.float32), 3)
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, theirs(torch.from_numpy(X.astype(np.float32)), 3).numpy(), 1e-5, 1e-5)


def test_a_low_degree_does_not_overflow_beside_a_high_one() -> None:
    """An element stops at its degree: a gradient without NaN."""
    x = np.array([1e30, 0.5])
    got = mg.grad(lambda x: sp.eval_chebyt(np.array([1, 60]), x).sum())(x)
    np.testing.assert_allclose(got, [1.0, 60 * special.eval_chebyu(59, 0.5)], rtol=1e-11)


def test_shapes_and_whole_numbers() -> None:
    """No elements, a scalar, integers as float64, as SciPy has them."""
    assert sp.eval_legendre(np.zeros((0, 1), int), np.zeros(3)).shape == (0, 3)
    assert sp.eval_legendre(3, 2) == special.eval_legendre(3, 2)
    assert sp.eval_legendre(3, np.array([2])).dtype == np.float64
    assert mg.special.hermite_polynomial_h(mg.tensor(0.5), 2).shape == ()


def test_airys_functions() -> None:
    """All four from one call, SciPy's own too; derivatives of three orders: y″ = x y, y‴ = y + x y′."""
    x = np.linspace(-6.0, 3.0, 7)
    expected = special.airy(x)
    for got in (sp.airy(x), sp.airy(mg.tensor(x)), special.airy(mg.tensor(x, requires_grad=True))):
        for y, e in zip(got, expected, strict=True):
            np.testing.assert_array_equal(y.numpy() if isinstance(y, mg.Tensor) else y, e)
    ai, slope_ai, bi, slope_bi = expected
    for k, (y, slope) in enumerate(((ai, slope_ai), (slope_ai, x * ai), (bi, slope_bi), (slope_bi, x * bi))):
        np.testing.assert_allclose(mg.grad(lambda x, k=k: sp.airy(x)[k].sum())(x), slope, rtol=1e-13, err_msg=str(y))
    first = mg.grad(lambda x: sp.airy_ai(x).sum())
    second = mg.grad(lambda x: first(x).sum())
    third = mg.grad(lambda x: second(x).sum())
    np.testing.assert_allclose(second(x), x * ai, rtol=1e-12)
    np.testing.assert_allclose(third(x), ai + x * slope_ai, rtol=1e-12)
    assert sp.airy_ai(np.zeros(2, np.float32)).dtype == np.float32
    assert sp.airy_ai(np.zeros(2, np.float16)).dtype == np.float16
    assert sp.airy_ai(np.array([1, 2])).dtype == np.float64
