"""einops on Tensors: plain einops by microgrid's backend, and its array_api module."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import microgrid as mg
from tests.interop.differences import differentiated

einops = pytest.importorskip("einops")
A = np.random.default_rng(0).normal(size=(2, 3, 4)).astype(np.float64)
CALLS: dict[str, Callable[[Any], Any]] = {
    "rearrange": lambda x: einops.rearrange(x, "a b c -> c (b a)"),
    "rearrange, split": lambda x: einops.rearrange(x, "a b (c d) -> d a (c b) 1", c=2),
    "rearrange a list": lambda x: einops.rearrange([x, x * 2], "n a b c -> (n a) (b c)"),
    "reduce mean": lambda x: einops.reduce(x, "a b c -> b", "mean"),
    "reduce max, a pooling": lambda x: einops.reduce(x, "a b (c d) -> a b c", "max", d=2),
    "reduce sum, min, prod": lambda x: [einops.reduce(x, "a b c -> a 1 c", how) for how in ("sum", "min", "prod")],
    "reduce by a function": lambda x: einops.reduce(x, "a b c -> a c", lambda t, axes: (t * t).sum(axes)),
    "repeat": lambda x: einops.repeat(x, "a b c -> a (2 b) c d", d=3),
    "repeat along two axes": lambda x: einops.repeat(x, "a b c -> a r b s c", r=2, s=3),
    "einsum": lambda x: einops.einsum(x, x, "a i k, a j k -> a i j"),
    "pack and unpack": lambda x: einops.unpack(einops.pack([x, x[:, :, 0]], "a *")[0], [(3, 4), (3,)], "a *"),
    "parse and asnumpy": lambda x: x * einops.parse_shape(x, "a _ c")["c"],
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_plain_einops(call: Callable[[Any], Any]) -> None:
    """einops' value on the array, and the gradient that differences say."""
    differentiated(call, A)


def test_einops_layers_of_no_framework_and_values() -> None:
    """asnumpy gives the value; a Parameter, a view and a Tensor without history pass too; errors are einops' own."""
    x = mg.tensor(A)
    np.testing.assert_array_equal(einops.asnumpy(x), A)
    for t in (x, x[0], mg.nn.Parameter(mg.tensor(A[0]))):
        pattern = "a b c -> c b a" if t.ndim == 3 else "b c -> c b"
        np.testing.assert_array_equal(einops.rearrange(t, pattern).numpy(), A.T if t.ndim == 3 else A[0].T)
    with pytest.raises(einops.EinopsError):
        einops.rearrange(x, "a b -> b a")


def test_the_array_api_module() -> None:
    """rearrange, reduce, repeat, pack, unpack by the namespace alone."""
    api = pytest.importorskip("einops.array_api")

    def f(x: Any) -> Any:
        r = api.rearrange(x, "a b c -> b (a c)")
        packed, shapes = api.pack([x, x[:, :, 0]], "a *")
        return [r, api.reduce(x, "a b c -> b", "mean"), api.repeat(x, "a b c -> a b c d", d=2), packed,
                *api.unpack(packed, shapes, "a *")]  # fmt: skip

    differentiated(f, A)


ORDERS = {
    "microgrid first": "import microgrid as mg, einops",
    "einops first": "import einops, microgrid as mg",
    "looked for, then imported": "import microgrid as mg, importlib.util\nimportlib.util.find_spec('einops')\n"
    "import einops",
    "a submodule": "import microgrid as mg\nfrom einops import array_api\nimport einops",
}


@pytest.mark.parametrize("imports", ORDERS.values(), ids=ORDERS)
def test_in_whatever_order_they_are_imported(imports: str) -> None:
    """The backend is entered as soon as both are there, and nothing is left in the import system."""
    program = f"{imports}\nimport sys\nprint(einops.rearrange(mg.ones((2, 3)), 'a b -> b a').shape, len([f for f in " \
              "sys.meta_path if type(f).__module__.startswith('microgrid')]))"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "(3, 2) 0\n", done.stderr


def test_microgrid_does_not_import_einops() -> None:
    """It only waits for it."""
    program = "import microgrid, sys; print('einops' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "False\n"
