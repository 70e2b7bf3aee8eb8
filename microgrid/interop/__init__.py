"""What other libraries are handed, so that they take Tensors as their own arrays.

Most need nothing: the array API standard's libraries (SciPy with SCIPY_ARRAY_API=1, array-api-compat, array-api-extra,
einops.array_api) ask a Tensor for its namespace, opt_einsum for a `tensordot` of its module's. einops proper keeps a
list of backends; microgrid's is entered when both are imported, in either order.
"""

from __future__ import annotations

from .arrival import when_imported
from .einops_backend import register_einops

__all__ = ["register_einops"]

when_imported("einops", register_einops)
