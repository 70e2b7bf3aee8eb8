"""Libraries that ask an array for its namespace or its module: array-api-compat, array-api-extra, opt_einsum."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.interop.differences import differentiated

A = np.random.default_rng(0).normal(size=(3, 4))


def test_array_api_compat_knows_a_tensor() -> None:
    """Its namespace, that it is an array of the standard and none of the libraries wrapped, device and size."""
    compat = pytest.importorskip("array_api_compat")
    x = mg.tensor(A, requires_grad=True)
    for t in (x, x[0], x * 2, mg.nn.Parameter(x.detach())):
        assert compat.array_namespace(t) is compat.array_namespace(t, 1.0, api_version="2024.12") is mg
        assert compat.is_array_api_obj(t)
        assert not any(f(t) for f in (compat.is_numpy_array, compat.is_torch_array, compat.is_jax_array))
        assert (compat.device(t), compat.size(t)) == ("cpu", t.size)
        assert compat.to_device(t, "cpu") is t
        assert compat.is_writeable_array(t)
    with pytest.raises(TypeError, match=r"[Mm]ultiple namespaces"):
        compat.array_namespace(x, A)


EXTRA: dict[str, Any] = {
    "at set, add, multiply": lambda xpx, xp, x: (xpx.at(x)[0].set(x[1] * 2, copy=True),
        xpx.at(x)[:, 1].add(x[:, 0], copy=True), xpx.at(x)[0, 0].multiply(3.0, copy=True)),
    "atleast_nd, expand_dims": lambda xpx, xp, x: (xpx.atleast_nd(x, ndim=3), xpx.expand_dims(x, axis=(0, 2))),
    "cov": lambda xpx, xp, x: xpx.cov(x),
    "create_diagonal": lambda xpx, xp, x: xpx.create_diagonal(x[0]),
    "kron": lambda xpx, xp, x: xpx.kron(x, x),
    "sinc": lambda xpx, xp, x: xpx.sinc(x),
    "pad": lambda xpx, xp, x: xpx.pad(x, 1),
    "apply_where": lambda xpx, xp, x: xpx.apply_where(x > 0, x, lambda v: v * v, lambda v: -v),
    "partition": lambda xpx, xp, x: xp.sort(xpx.partition(x, 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", EXTRA)
def test_array_api_extra(name: str) -> None:
    """What it composes from the namespace differentiates; its value on arrays is the one expected."""
    xpx = pytest.importorskip("array_api_extra")
    xp = pytest.importorskip("array_api_compat.numpy")
    differentiated(lambda x: EXTRA[name](xpx, mg if isinstance(x, mg.Tensor) else xp, x), A)


@pytest.mark.parametrize("subscripts", ["ij,jk->ik", "ij,kj,kl->il", "ij,ij->", "ij,jk,kl,lm->im", "ij,kj->ijk",
                                        "ij->ji", "ij->i"])  # fmt: skip
@pytest.mark.parametrize("optimize", [True, "greedy", "optimal", False], ids=str)
def test_opt_einsum(subscripts: str, optimize: Any) -> None:
    """Contracted pairwise in the order that it finds, with the gradient."""
    opt_einsum = pytest.importorskip("opt_einsum")
    square = np.random.default_rng(1).normal(size=(3, 3))
    n = subscripts.count(",") + 1
    differentiated(lambda x: opt_einsum.contract(subscripts, *[x + 0.1 * k for k in range(n)], optimize=optimize),
                   square)  # fmt: skip


def test_an_opt_einsum_expression() -> None:
    """Planned once, called on Tensors, constants among its operands."""
    opt_einsum = pytest.importorskip("opt_einsum")
    planned = opt_einsum.contract_expression("ij,jk,kl->il", (3, 4), A.T @ A, (4, 2), constants=[1])
    differentiated(lambda x: planned(x, np.ones((4, 2)) if not isinstance(x, mg.Tensor) else mg.ones((4, 2),
                   dtype=float)), A)  # fmt: skip
