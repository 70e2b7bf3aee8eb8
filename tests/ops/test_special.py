"""Special functions beyond the table: SciPy's own functions called on Tensors, those that are composed, gradients that
are refused, and what is there without SciPy."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import microgrid as mg

special = pytest.importorskip("scipy.special", reason='pip install "microgrid[scipy]"')
ROOT = Path(__file__).resolve().parents[2]
sp = mg.special
rng = np.random.default_rng(0)
REAL, POSITIVE, UNIT = rng.normal(size=(2, 3)), rng.uniform(0.4, 2.0, (2, 3)), rng.uniform(0.1, 0.9, (2, 3))


def slope(f: Callable[[np.ndarray], Any], x: np.ndarray, t: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """The derivative of f along t, by differences of fourth order."""
    return (8 * (f(x + h * t) - f(x - h * t)) - (f(x + 2 * h * t) - f(x - 2 * h * t))) / (12 * h)


def elementwise(f: Callable[..., Any], before: tuple[Any, ...], x: np.ndarray, value: Callable[..., Any]) -> None:
    """f(*before, x) has SciPy's value, its slope in x, and the slope of that slope."""
    x = np.asarray(x, float)
    expected, ones = value(*before, x), np.ones_like(x)
    np.testing.assert_allclose(f(*before, x), expected, rtol=1e-13, atol=1e-300)
    t = mg.tensor(x, requires_grad=True)
    y = f(*before, t)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-13, atol=1e-300)
    y.backward(np.ones(y.shape), create_graph=True)
    scale = np.abs(expected).max() + 1
    np.testing.assert_allclose(
        t.grad.numpy(), slope(lambda x: value(*before, x), x, ones), rtol=1e-7, atol=1e-10 * scale
    )
    if t.grad.requires_grad:
        first = mg.grad(lambda x: f(*before, x).sum())
        again = mg.grad(lambda x: first(x).sum())(x)
        np.testing.assert_allclose(again, slope(first, x, ones), rtol=1e-7, atol=1e-9 * scale)


# what goes before the argument that carries the gradient, and the argument
COMPOSED: list[tuple[str, tuple[Any, ...], np.ndarray]] = [
    ("kn", (2,), POSITIVE), ("yn", (3,), POSITIVE), ("jn", (2,), REAL),
    ("factorial", (), POSITIVE), ("factorial", (), np.array([-1.5, 0.5, 3.0])), ("loggamma", (), POSITIVE),
    ("exp10", (), REAL), ("cosm1", (), REAL), ("cosm1", (), np.array([1e-9, 0.0])), ("softplus", (), REAL * 30),
    ("boxcox", (POSITIVE,), REAL), ("boxcox1p", (POSITIVE,), REAL), ("boxcox", (2.0,), np.array([0.0, 1e-9, 1.0])),
    ("inv_boxcox", (UNIT,), UNIT), ("inv_boxcox1p", (UNIT,), UNIT), ("inv_boxcox", (0.5,), np.array([0.0, 1e-9])),
    ("huber", (1.0,), REAL * 3), ("pseudo_huber", (0.7,), REAL * 3), ("pseudo_huber", (0.7,), np.array([0.0, 1e-9])),
    ("sindg", (), REAL * 90), ("cosdg", (), REAL * 90), ("tandg", (), REAL * 20), ("cotdg", (), POSITIVE * 20),
    ("radian", (30.0, 15.0), REAL), ("betaincc", (2.5, 1.5), UNIT), ("chdtr", (3.0,), POSITIVE),
    ("chdtrc", (3.0,), POSITIVE), ("chdtri", (3.0,), UNIT), ("gdtr", (2.0, 3.0), POSITIVE),
    ("gdtrc", (2.0, 3.0), POSITIVE), ("pdtr", (2.0,), POSITIVE), ("pdtrc", (2.0,), POSITIVE),
    ("fdtr", (3.0, 5.0), POSITIVE), ("fdtrc", (3.0, 5.0), POSITIVE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "before", "x"), COMPOSED, ids=[f"{name}-{k}" for k, (name, *_) in enumerate(COMPOSED)]
)
def test_a_composed_function_is_scipys(name: str, before: tuple[Any, ...], x: np.ndarray) -> None:
    """Value on arrays and Tensors, first and second derivative."""
    if not hasattr(special, name):
        pytest.skip(f"this SciPy has no {name} yet")
    elementwise(getattr(sp, name), before, x, getattr(special, name))


def test_gradients_of_composed_functions_in_their_other_arguments() -> None:
    """Box and Cox's λ and x, Huber's δ, the degrees of an angle."""
    for f, name, args in (
        (lambda x: sp.boxcox(x, 0.7), "boxcox", lambda x: (x, 0.7)),
        (lambda x: sp.boxcox1p(x, 0.7), "boxcox1p", lambda x: (x, 0.7)),
        (lambda x: sp.inv_boxcox(x, 0.7), "inv_boxcox", lambda x: (x, 0.7)),
        (lambda x: sp.huber(x, 3.0), "huber", lambda x: (x, 3.0)),
        (lambda x: sp.pseudo_huber(x, 3.0), "pseudo_huber", lambda x: (x, 3.0)),
        (lambda x: sp.gdtr(x, 2.0, 1.5), "gdtr", lambda x: (x, 2.0, 1.5)),
        (lambda x: sp.radian(x, 2.0, 3.0), "radian", lambda x: (x, 2.0, 3.0)),
    ):
        got = mg.grad(lambda x, f=f: f(x).sum())(POSITIVE)
        expected = slope(lambda x, args=args, name=name: getattr(special, name)(*args(x)), POSITIVE, np.ones((2, 3)))
        np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-10, err_msg=name)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_multigammaln(d: int) -> None:
    """SciPy's value and its slope; what is out of its domain is refused."""
    a = POSITIVE + 2
    elementwise(lambda a: sp.multigammaln(a, d), (), a, lambda a: special.multigammaln(a, d))
    with pytest.raises(ValueError, match=r"exceed \(d − 1\) / 2"):
        sp.multigammaln(np.array([(d - 1) / 2]), d)
    with pytest.raises(ValueError, match=r"expected a positive integer"):
        sp.multigammaln(a, 1.5)


def test_spherical_bessel_of_order_0() -> None:
    """Under Torch's name; SciPy's is a family."""
    elementwise(sp.spherical_bessel_j0, (), REAL * 5, lambda x: special.spherical_jn(0, x))


# ------------------------------------------------------------------------------------------------ SciPy's own, called

FLAT = {"airy", "gammasgn", "zetac"}  # of several values, or without a gradient
SHARED = sorted(n for n in sp.__all__ if isinstance(getattr(special, n, None), np.ufunc) and n not in FLAT)
BEFORE: dict[str, tuple[Any, ...]] = {"hyp2f1": (0.5, 1.5, 2.5), "kn": (2.0,), "yn": (2.0,), "expn": (2.0,)}


@pytest.mark.parametrize("name", SHARED)
def test_scipys_ufunc_of_a_tensor_differentiates(name: str) -> None:
    """By its name: value and slope in the last argument."""
    f = getattr(special, name)
    before = (3,) if name.startswith("eval_") else BEFORE.get(name, (2.5, 1.5)[: f.nin - 1])
    t = mg.tensor(UNIT, requires_grad=True)
    y = f(*before, t)
    assert isinstance(y, mg.Tensor), name
    y.sum().backward()
    np.testing.assert_allclose(y.numpy(), f(*before, UNIT), rtol=1e-13)
    expected = slope(lambda x: f(*before, x), UNIT, np.ones((2, 3)))
    np.testing.assert_allclose(t.grad.numpy(), expected, rtol=1e-8, atol=1e-10 * np.abs(y.numpy()).max())


def test_there_are_as_many_as_are_promised() -> None:
    """What is found by name; an empty list would pass everything above."""
    assert len(SHARED) > 90 and {"expit", "erf", "gammaln", "psi", "jv", "ndtr", "xlogy"} <= {*SHARED}


def test_scipys_aliases_and_targets() -> None:
    """digamma is psi, jn is jv; out= takes a Tensor; a Tensor without a gradient is taken too."""
    t = mg.tensor(UNIT, requires_grad=True)
    assert special.digamma(t)._node.op is special.psi(t)._node.op
    assert special.jn(2, t)._node.op.name == "jv"
    into = mg.zeros((2, 3), dtype=np.float64)
    special.erf(t, out=into)
    into.sum().backward()
    np.testing.assert_allclose(t.grad.numpy(), 2 / np.sqrt(np.pi) * np.exp(-UNIT**2), rtol=1e-14)
    assert isinstance(special.erf(mg.tensor(UNIT)), mg.Tensor)


@pytest.mark.parametrize("name", ["airye", "sici", "ellipj", "wofz"])
def test_scipys_ufunc_without_a_rule_says_the_way_out(name: str) -> None:
    """Never a value whose gradient is lost."""
    f = getattr(special, name)
    before = (0.5,) * (f.nin - 1)
    with pytest.raises(TypeError, match=rf"{name} is not differentiated here.*@mg.primitive"):
        f(*before, mg.tensor(UNIT, requires_grad=True))
    assert f(*before, mg.tensor(UNIT)) is not None


# ------------------------------------------------------------------------------------------------ sums

SUMS = [
    {}, {"axis": 1}, {"axis": 0, "keepdims": True}, {"axis": (0, 1)}, {"axis": -1, "b": UNIT},
    {"b": UNIT, "keepdims": True}, {"axis": 1, "b": np.array([1.0, 0.0, 2.0])},
]  # fmt: skip


@pytest.mark.parametrize("how", SUMS, ids=[str([*how]) + str(k) for k, how in enumerate(SUMS)])
def test_logsumexp_is_scipys(how: dict[str, Any]) -> None:
    """With weights, over any axes; its gradient too."""
    x = REAL * 300
    expected = special.logsumexp(x, **how)
    np.testing.assert_allclose(sp.logsumexp(x, **how), expected, rtol=1e-13)
    own = np.random.default_rng(3)
    direction, weights = np.asarray(own.normal(size=x.shape)), np.asarray(own.normal(size=np.shape(expected)))
    got = mg.grad(lambda x: (sp.logsumexp(x, **how) * weights).sum())(REAL)
    expected = slope(lambda x: (special.logsumexp(x, **how) * weights).sum(), REAL, direction)
    np.testing.assert_allclose((got * direction).sum(), expected, rtol=1e-9, atol=1e-10)


def test_logsumexp_with_signs() -> None:
    """Of negative weights: NaN without return_sign, SciPy's pair with it; the weights have a gradient."""
    b = np.array([1.0, -2.0, 0.5])
    assert np.isnan(sp.logsumexp(np.zeros(3), b=b))
    got, expected = (f(REAL, axis=1, b=b, return_sign=True) for f in (sp.logsumexp, special.logsumexp))
    np.testing.assert_allclose(got[0], expected[0], rtol=1e-13)
    np.testing.assert_array_equal(got[1], expected[1])
    assert np.isinf(sp.logsumexp(np.array([np.inf, 1.0]))) and sp.logsumexp(np.array([-np.inf, -np.inf])) == -np.inf
    by_b = mg.grad(lambda b: sp.logsumexp(REAL, b=b, return_sign=True)[0])(b)
    expected = [slope(lambda b: special.logsumexp(REAL, b=b, return_sign=True)[0], b, e) for e in np.eye(3)]
    np.testing.assert_allclose(by_b, expected, rtol=1e-9)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 2), (-1, 0), (0, 1, 2)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_is_scipys(name: str, axis: Any) -> None:
    """Over all elements by default, over several axes together."""
    x = np.asarray(np.random.default_rng(1).normal(size=(2, 3, 4))) * 100
    f, scipys = getattr(sp, name), getattr(special, name)
    np.testing.assert_allclose(f(x, axis=axis), scipys(x, axis=axis), rtol=1e-13, atol=1e-300)
    u, t = (np.asarray(np.random.default_rng(k).normal(size=x.shape)) for k in (2, 3))
    got = (mg.grad(lambda x: (f(x, axis=axis) * u).sum())(x / 100) * t).sum()
    np.testing.assert_allclose(got, slope(lambda x: (scipys(x, axis=axis) * u).sum(), x / 100, t), rtol=1e-8)


def test_sums_of_integers_and_of_one_number() -> None:
    """As SciPy: floats; a 0-d input is its own sum."""
    assert sp.logsumexp(mg.tensor([1, 2])).item() == pytest.approx(special.logsumexp([1, 2]))
    assert sp.softmax(mg.tensor([1, 2])).dtype == np.float64
    assert sp.softmax(3.0) == 1.0 and sp.log_softmax(3.0) == 0.0 and sp.logsumexp(3.0) == 3.0


def test_torchs_third_argument_is_not_taken_for_weights() -> None:
    """torch.special.logsumexp(x, 0, True) keeps the axis; SciPy's third argument are weights."""
    with pytest.raises(TypeError, match=r"b is True, expected weights; .* keepdims=True"):
        sp.logsumexp(REAL, 0, True)


# ------------------------------------------------------------------------------------------------ refusals

REFUSED = [
    (sp.betainc, 0, 3), (sp.betainc, 1, 3), (sp.jv, 0, 2), (sp.iv, 0, 2),
    (sp.kv, 0, 2), (sp.zeta, 0, 2), (sp.stdtr, 0, 2), (sp.hyp2f1, 2, 4), (sp.betaincinv, 0, 3),
]  # fmt: skip


@pytest.mark.parametrize(("f", "k", "n"), REFUSED, ids=[f"{f.__name__}-{k}" for f, k, _ in REFUSED])
def test_a_gradient_that_is_not_implemented_is_refused(f: Any, k: int, n: int) -> None:
    """Not silently 0; the other arguments' gradients are there all the same."""
    args: list[Any] = [2.5, 1.5, 2.25, 0.5][-n:]
    args[k] = mg.tensor(args[k], requires_grad=True)
    value = f(*args)
    with pytest.raises(NotImplementedError, match=rf"special\.{f.__name__}: its gradient in .* is not implemented"):
        value.backward()
    args[k] = args[k].detach()
    args[-1] = mg.tensor(args[-1], requires_grad=True)
    f(*args).backward()
    assert args[-1].grad.item() != 0


def test_the_second_derivative_in_a_shape_is_refused() -> None:
    """The mixed one is there: the density's derivative in its shape."""
    shape = mg.grad(sp.gammainc)
    with pytest.raises(NotImplementedError, match="gradient in a is not implemented"):
        mg.grad(shape)(2.5, 1.5)
    h = 1e-3
    fd = [(mg.grad(sp.gammainc, 1)(2.5 + k * h, 1.5) - mg.grad(sp.gammainc, 1)(2.5 - k * h, 1.5)) for k in (1, 2)]
    mixed = mg.grad(lambda a, x: shape(a, x), 1)(2.5, 1.5)
    np.testing.assert_allclose(mixed, (8 * fd[0] - fd[1]) / 12 / h, rtol=1e-9)

SHAPES = [("gammainc", (None, POSITIVE)), ("gammaincc", (None, POSITIVE)), ("gammaincinv", (None, UNIT)),
          ("gammainccinv", (None, UNIT)), ("chdtr", (None, POSITIVE)), ("gdtr", (1.5, None, POSITIVE)),
          ("gdtrc", (1.5, None, POSITIVE)), ("chdtri", (None, UNIT))]  # fmt: skip


@pytest.mark.parametrize(("name", "args"), SHAPES, ids=[name for name, _ in SHAPES])
@pytest.mark.parametrize("a", [0.3, 2.5, 40.0])
def test_the_gradient_in_a_shape(name: str, args: tuple[Any, ...], a: float) -> None:
    """Series and continued fraction, as differences of SciPy's values have them."""

    def value(home: Any, a: Any) -> Any:
        return getattr(home, name)(*(a if v is None else v for v in args))

    shapes = np.full((2, 3), a)
    got = mg.grad(lambda a: value(sp, a).sum())(shapes)
    expected = slope(lambda a: value(special, a), shapes, shapes, h=1e-3) / a
    np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-12)


def test_the_gradient_in_a_shape_in_the_tails() -> None:
    """Each digit where P or 1 − P is tiny: at a = 1 it is −e⁻ˣ (log x + γ) − E₁(x); and at its ends."""
    x = np.geomspace(1e-3, 600, 200)
    expected = -(np.exp(-x) * (np.log(x) + np.euler_gamma) + special.exp1(x))
    np.testing.assert_allclose(mg.grad(lambda a: sp.gammainc(a, x).sum())(np.ones(200)), expected, rtol=3e-13)
    ends = mg.grad(lambda a: sp.gammainc(a, np.array([0.0, np.inf, np.nan])).sum())(np.full(3, 2.0))
    np.testing.assert_array_equal(ends, [0.0, 0.0, np.nan])
    assert np.isnan(mg.grad(sp.gammainc)(1e300, 1e300))


# ------------------------------------------------------------------------------------------------ exactness


def test_derivatives_where_the_textbooks_quotient_is_0_over_0() -> None:
    """Power series: I₁ = x/2 + x³/16, J₁ = x/2 − x³/16, (eˣ − 1)/x = 1 + x/2 + x²/6 + x³/24, E's and K's at 0."""
    expected = {"i1": [0, 1 / 2, 0, 3 / 8], "j1": [0, 1 / 2, 0, -3 / 8], "exprel": [1, 1 / 2, 1 / 3, 1 / 4],
                "ellipk": np.array([1, 1 / 4, 9 / 32, 75 / 128]) * np.pi / 2,
                "ellipe": np.array([1, -1 / 4, -3 / 32, -15 / 128]) * np.pi / 2}  # fmt: skip
    for name, series in expected.items():
        f = getattr(sp, name)
        for value in series:
            np.testing.assert_allclose(f(mg.tensor(0.0, dtype=np.float64)).item(), value, rtol=1e-14, err_msg=name)
            f = mg.grad(f)


def test_densities_at_their_ends() -> None:
    """Of the exponential distribution at 0, and the uniform one at both ends: 1, where 0 log 0 counts nothing."""
    assert mg.grad(sp.gammainc, 1)(1.0, 0.0) == 1 and mg.grad(sp.gammaincc, 1)(1.0, 0.0) == -1
    assert mg.grad(sp.gammainc, 1)(2.0, 0.0) == 0 and mg.grad(sp.gammainc, 1)(0.5, 0.0) == np.inf
    assert mg.grad(sp.betainc, 2)(1.0, 1.0, 0.0) == 1 == mg.grad(sp.betainc, 2)(1.0, 1.0, 1.0)
    assert mg.grad(mg.grad(sp.gammainc, 1), 1)(1.0, 0.0) == -1


def test_log_ndtr_far_out() -> None:
    """φ/Φ behaves as −x − 1/x + 2/x³, Φ as 1: to the last digit where a difference of exponents has none."""
    x = -1e8
    np.testing.assert_allclose(mg.grad(sp.log_ndtr)(x), -x - 1 / x, rtol=1e-15)
    np.testing.assert_allclose(mg.grad(mg.grad(sp.log_ndtr))(-1e4), -1 + 1e-8, rtol=1e-7)
    assert mg.grad(sp.log_ndtr)(50.0) == 0 and mg.grad(mg.grad(sp.log_ndtr))(50.0) == 0


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtypes(dtype: Any) -> None:
    """Floats keep theirs, in value and gradient; integers and booleans count as float64."""
    x = mg.tensor(UNIT.astype(dtype), requires_grad=True)
    for f in (sp.erf, sp.gammaln, sp.i0e, sp.log_ndtr, lambda x: sp.polygamma(2, x), lambda x: sp.gammainc(2.5, x)):
        x.grad = None
        y = f(x)
        y.sum().backward()
        assert y.dtype == dtype and x.grad.dtype == dtype
    for whole in (np.array([1, 2], np.int8), np.array([True, False]), np.array([1, 2], np.uint64)):
        np.testing.assert_allclose(sp.erfc(whole), special.erfc(whole.astype(float)), rtol=1e-15)
        assert sp.erfc(whole).dtype == sp.ndtr(mg.tensor(whole)).dtype == np.float64


# ------------------------------------------------------------------------------------------------ other processes


def run(program: str, **environment: str) -> str:
    """What a fresh Python prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_array_api_way_of_scipy() -> None:
    """SCIPY_ARRAY_API=1: its functions ask for our namespace, and find `special` in it; sums too."""
    pytest.importorskip("scipy", minversion="1.16")  # before it, they are handed arrays alone
    out = run(
        """
        import numpy as np, scipy.special as special, microgrid as mg
        x = np.linspace(0.2, 0.8, 6).reshape(2, 3)
        calls = {
            "expit": special.expit, "erf": special.erf, "psi": special.psi, "entr": special.entr,
            "xlogy": lambda x: special.xlogy(x, x), "rel_entr": lambda x: special.rel_entr(x, x + 1),
            "gammainc": lambda x: special.gammainc(mg.asarray(2.5) if isinstance(x, mg.Tensor) else 2.5, x),
            "logsumexp": lambda x: special.logsumexp(x, axis=1), "weighted": lambda x: special.logsumexp(x, b=x + 1),
            "softmax": lambda x: special.softmax(x, axis=1), "log_softmax": lambda x: special.log_softmax(x, axis=0),
        }
        for name, f in calls.items():
            t = mg.tensor(x, requires_grad=True)
            y = f(t)
            w = np.cos(np.arange(y.size)).reshape(y.shape)
            (y * w).sum().backward()
            np.testing.assert_allclose(y.numpy(), f(x), rtol=1e-13)
            for k in range(x.size):
                e = np.zeros(x.size); e[k] = 1e-6; e = e.reshape(x.shape)
                expected = ((f(x + e) - f(x - e)) * w).sum() / 2e-6
                np.testing.assert_allclose(t.grad.numpy().flat[k], expected, rtol=1e-6, atol=1e-8, err_msg=name)
            print(name)
        """,
        SCIPY_ARRAY_API="1",
    )
    assert len(out.split()) == 11


def test_without_scipy() -> None:
    """erf, erfc, lgamma, gamma by the standard library, with their derivatives by sums; the others name the extra."""
    out = run(
        """
        import sys
        sys.modules["scipy"] = sys.modules["scipy.special"] = None
        import math, numpy as np, microgrid as mg
        x = np.array([-2.5, -0.5, 0.3, 1.0, 4.0])
        for ours, theirs in ((mg.erf, math.erf), (mg.erfc, math.erfc), (mg.lgamma, math.lgamma),
                             (mg.special.gamma, math.gamma)):
            np.testing.assert_allclose(ours(x), [theirs(v) for v in x], rtol=1e-15)
        assert mg.lgamma(np.array([0.0, -1.0, np.inf, 1e308])).tolist() == [np.inf] * 4
        assert np.isinf(mg.special.gamma(200.0)) and np.isnan(mg.special.gamma(-1.0))
        np.testing.assert_allclose(mg.logit(np.array([0.25])), [-math.log(3)])
        t = mg.tensor(x, requires_grad=True)
        mg.erf(t).sum().backward()
        np.testing.assert_allclose(t.grad.numpy(), 2 / math.sqrt(math.pi) * np.exp(-x * x), rtol=1e-15)
        euler, apery = 0.57721566490153286, 1.2020569031595942
        np.testing.assert_allclose(mg.grad(lambda x: mg.lgamma(x).sum())(np.array([1.0, 0.5, 3.0])),
                                   [-euler, -euler - 2 * math.log(2), 1.5 - euler], rtol=1e-14)
        np.testing.assert_allclose(mg.digamma(np.array([-0.5])), [2 - euler - 2 * math.log(2)], rtol=1e-13)
        np.testing.assert_allclose(mg.grad(mg.grad(mg.lgamma))(1.0), math.pi**2 / 6, rtol=1e-14)
        np.testing.assert_allclose(mg.grad(mg.grad(mg.special.gamma))(1.0), euler**2 + math.pi**2 / 6, rtol=1e-14)
        np.testing.assert_allclose(mg.polygamma(2, np.array([1.0, 0.5])), [-2 * apery, -14 * apery], rtol=1e-14)
        np.testing.assert_allclose(mg.special.zeta(np.array([4.0, 20.0])), [math.pi**4 / 90, 1.0000009539620339])
        np.testing.assert_allclose(mg.special.zeta(20.0, 10.6), sum((k + 10.6) ** -20 for k in range(200)), rtol=1e-13)
        assert mg.digamma(np.array([0.0, -0.0])).tolist() == [-np.inf, np.inf]
        assert np.isnan(mg.digamma(np.array([-1.0, np.nan]))).all() and mg.digamma(np.float32(0.5)).dtype == np.float32
        np.testing.assert_allclose(mg.ndtr(np.array([0.0, 1.0])), [0.5, 0.5 + 0.5 * math.erf(math.sqrt(0.5))])
        try:
            mg.special.erfinv(t)
        except ImportError as e:
            print(e)
        """
    )
    assert "special.erfinv" in out and "microgrid[scipy]" in out


def test_scipy_is_not_imported_before_it_is_needed() -> None:
    """Nor by functions that NumPy knows."""
    out = run("import sys, microgrid as mg\nmg.expit(mg.tensor([1.0]))\nprint('scipy' in sys.modules)")
    assert out.strip() == "False"
