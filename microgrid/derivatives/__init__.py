"""Derivatives of functions: grad, vjp, jvp, jacobian, hessian and their kin, all from the one set of rules.

As in JAX: a verb takes a function and gives a function. Given arrays it returns arrays (so SciPy takes it as it
stands), given Tensors, Tensors; and it nests, to any order.
"""

from __future__ import annotations

from ..ops.recompute import checkpoint as checkpoint
from .forward import jvp as jvp
from .jacobians import hessian as hessian
from .jacobians import jacobian as jacobian
from .reverse import grad as grad
from .reverse import hvp as hvp
from .reverse import value_and_grad as value_and_grad
from .reverse import vjp as vjp
