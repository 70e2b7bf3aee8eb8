"""Bessel functions: of the first kind (J, and I modified), of the second (Y, and K modified), scaled ones (e)."""

from __future__ import annotations

import math

import numpy as np

from ...core.primitive import primitive
from ...core.tensor import Tensor, detach
from ..elementwise.arithmetic import Array
from ..values import scipy
from .refusal import no_gradient

__all__ = [
    "i0", "i0e", "i1", "i1e", "iv", "ive", "j0", "j1", "jn", "jv", "k0", "k0e", "k1", "k1e", "kn", "kv", "kve",
    "spherical_bessel_j0", "y0", "y1", "yn", "yv",
]  # fmt: skip


def _over(out: Array, x: Array) -> Array:
    """f(x) / x of a function with f(0) = 0, f'(0) = 1/2."""
    return np.where(x == 0, 0.5, out / np.where(x == 0, 1.0, x))


# ------------------------------------------------------------------------------------------------ of orders 0 and 1
# Each is the other's derivative, so the rules stand below both. Where a rule records itself it is written
# without a quotient, so that every order is right at 0 too.


@primitive(symbol="J₀", formula="J₀(x)", latex="J_0({x})", elementwise=True)
def j0(x: Array) -> Array:
    """Elementwise Bessel function of the first kind, of order 0."""
    return scipy.j0(x)


@primitive(symbol="J₁", formula="J₁(x)", latex="J_1({x})", elementwise=True)
def j1(x: Array) -> Array:
    """Elementwise Bessel function of the first kind, of order 1."""
    return scipy.j1(x)


j0.gradients(lambda g, x: -g * j1(x))


def _j1_x(g: Array, x: Array, out: Array) -> Array:
    """g (J₀(x) − J₁(x) / x)"""
    return g * (0.5 * (j0(x) - jv(2, x)) if isinstance(x, Tensor) else j0(x) - _over(out, x))


j1.gradients(_j1_x)


@primitive(symbol="Y₀", formula="Y₀(x)", latex="Y_0({x})", elementwise=True)
def y0(x: Array) -> Array:
    """Elementwise Bessel function of the second kind, of order 0."""
    return scipy.y0(x)


@primitive(symbol="Y₁", formula="Y₁(x)", latex="Y_1({x})", elementwise=True)
def y1(x: Array) -> Array:
    """Elementwise Bessel function of the second kind, of order 1."""
    return scipy.y1(x)


y0.gradients(lambda g, x: -g * y1(x))
y1.gradients(lambda g, x, out: g * (y0(x) - out / x))


@primitive(symbol="I₀", formula="I₀(x)", latex="I_0({x})", torch="i0", numpy=[np.i0], elementwise=True)
def i0(x: Array) -> Array:
    """Elementwise modified Bessel function of the first kind, of order 0."""
    return scipy.i0(x)


@primitive(symbol="I₁", formula="I₁(x)", latex="I_1({x})", torch="i1", elementwise=True)
def i1(x: Array) -> Array:
    """Elementwise modified Bessel function of the first kind, of order 1."""
    return scipy.i1(x)


i0.gradients(lambda g, x: g * i1(x))


def _i1_x(g: Array, x: Array, out: Array) -> Array:
    """g (I₀(x) − I₁(x) / x)"""
    return g * (0.5 * (i0(x) + iv(2, x)) if isinstance(x, Tensor) else i0(x) - _over(out, x))


i1.gradients(_i1_x)


@primitive(symbol="I₀e", formula="e⁻|x| I₀(x)", latex="e^{-|{x}|} I_0({x})", torch="i0e", elementwise=True)
def i0e(x: Array) -> Array:
    """Elementwise I₀, scaled: exp(−|x|) I₀(x)."""
    return scipy.i0e(x)


@primitive(symbol="I₁e", formula="e⁻|x| I₁(x)", latex="e^{-|{x}|} I_1({x})", torch="i1e", elementwise=True)
def i1e(x: Array) -> Array:
    """Elementwise I₁, scaled: exp(−|x|) I₁(x)."""
    return scipy.i1e(x)


i0e.gradients(lambda g, x, out: g * (i1e(x) - np.sign(x) * out))


def _i1e_x(g: Array, x: Array, out: Array) -> Array:
    """g (I₀e(x) − I₁e(x) (sign x + 1 / x))"""
    if isinstance(x, Tensor):
        return g * (0.5 * (i0e(x) + ive(2, x)) - np.sign(x) * out)
    return g * np.where(x == 0, 0.5, i0e(x) - out * (np.sign(x) + 1 / np.where(x == 0, 1.0, x)))


i1e.gradients(_i1e_x)


@primitive(symbol="K₀", formula="K₀(x)", latex="K_0({x})", elementwise=True)
def k0(x: Array) -> Array:
    """Elementwise modified Bessel function of the second kind, of order 0."""
    return scipy.k0(x)


@primitive(symbol="K₁", formula="K₁(x)", latex="K_1({x})", elementwise=True)
def k1(x: Array) -> Array:
    """Elementwise modified Bessel function of the second kind, of order 1."""
    return scipy.k1(x)


k0.gradients(lambda g, x: -g * k1(x))
k1.gradients(lambda g, x, out: -g * (k0(x) + out / x))


@primitive(symbol="K₀e", formula="eˣ K₀(x)", latex="e^{x} K_0({x})", elementwise=True)
def k0e(x: Array) -> Array:
    """Elementwise K₀, scaled: exp(x) K₀(x)."""
    return scipy.k0e(x)


@primitive(symbol="K₁e", formula="eˣ K₁(x)", latex="e^{x} K_1({x})", elementwise=True)
def k1e(x: Array) -> Array:
    """Elementwise K₁, scaled: exp(x) K₁(x)."""
    return scipy.k1e(x)


k0e.gradients(lambda g, x, out: g * (out - k1e(x)))
k1e.gradients(lambda g, x, out: g * (out - k0e(x) - out / x))


# ------------------------------------------------------------------------------------------------ of any order
# Their gradient in the order v is refused.


@primitive(symbol="Jᵥ", formula="Jᵥ(x)", latex="J_{{v}}({x})", elementwise=True)
def jv(v: Array, x: Array) -> Array:
    """Elementwise Bessel function of the first kind, of real order v."""
    return scipy.jv(v, x)


jv.gradients(no_gradient("jv", "v"), lambda g, v, x: g * (0.5 * (jv(v - 1, x) - jv(v + 1, x))))


@primitive(symbol="Yᵥ", formula="Yᵥ(x)", latex="Y_{{v}}({x})", elementwise=True)
def yv(v: Array, x: Array) -> Array:
    """Elementwise Bessel function of the second kind, of real order v."""
    return scipy.yv(v, x)


yv.gradients(no_gradient("yv", "v"), lambda g, v, x: g * (0.5 * (yv(v - 1, x) - yv(v + 1, x))))


@primitive(symbol="Iᵥ", formula="Iᵥ(x)", latex="I_{{v}}({x})", elementwise=True)
def iv(v: Array, x: Array) -> Array:
    """Elementwise modified Bessel function of the first kind, of real order v."""
    return scipy.iv(v, x)


iv.gradients(no_gradient("iv", "v"), lambda g, v, x: g * (0.5 * (iv(v - 1, x) + iv(v + 1, x))))


@primitive(symbol="Iᵥe", formula="e⁻|x| Iᵥ(x)", latex="e^{-|{x}|} I_{{v}}({x})", elementwise=True)
def ive(v: Array, x: Array) -> Array:
    """Elementwise Iᵥ, scaled: exp(−|x|) Iᵥ(x)."""
    return scipy.ive(v, x)


ive.gradients(
    no_gradient("ive", "v"),
    lambda g, v, x, out: g * (0.5 * (ive(v - 1, x) + ive(v + 1, x)) - np.sign(x) * out),
)


@primitive(symbol="Kᵥ", formula="Kᵥ(x)", latex="K_{{v}}({x})", elementwise=True)
def kv(v: Array, x: Array) -> Array:
    """Elementwise modified Bessel function of the second kind, of real order v."""
    return scipy.kv(v, x)


kv.gradients(no_gradient("kv", "v"), lambda g, v, x: -g * (0.5 * (kv(v - 1, x) + kv(v + 1, x))))


@primitive(symbol="Kᵥe", formula="eˣ Kᵥ(x)", latex="e^{x} K_{{v}}({x})", elementwise=True)
def kve(v: Array, x: Array) -> Array:
    """Elementwise Kᵥ, scaled: exp(x) Kᵥ(x)."""
    return scipy.kve(v, x)


kve.gradients(no_gradient("kve", "v"), lambda g, v, x, out: g * (out - 0.5 * (kve(v - 1, x) + kve(v + 1, x))))

jn = jv


def kn(n: Array, x: Array) -> Array:
    """Elementwise modified Bessel function of the second kind, of integer order n."""
    return kv(_whole("kn", n), x)


def yn(n: Array, x: Array) -> Array:
    """Elementwise Bessel function of the second kind, of integer order n."""
    return yv(_whole("yn", n), x)


def spherical_bessel_j0(x: Array) -> Array:
    """Elementwise spherical Bessel function of the first kind, of order 0: sin(x) / x, 1 at 0."""
    return np.sinc(x / math.pi)


def _whole(function: str, n: Array) -> Array:
    """An order without its gradient. Raises ValueError where it is no integer."""
    n = detach(n)
    if not np.all(np.equal(n, np.trunc(n))):
        raise ValueError(f"{function}: n is {n}, expected integers; {function[0]}v takes any real order")
    return n
