"""Selection and indexing: how Torch's calls are written here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import microgrid as mg

F = mg.nn.functional
CALLS: dict[str, Callable[..., Any]] = {
    name: getattr(F, name) for name in (
        "argwhere", "diagonal_scatter", "gather", "index_add", "index_copy", "index_fill", "index_put", "index_select",
        "masked_fill", "masked_scatter", "masked_select", "narrow", "nonzero", "put", "scatter", "scatter_add",
        "select", "select_scatter", "slice", "slice_scatter", "take", "take_along_dim",
    )
}  # fmt: skip
CALLS |= {f"scatter_reduce.{how}": F.scatter_reduce for how in ("sum", "prod", "mean", "amin", "amax")}
CALLS |= {f"index_reduce.{how}": F.index_reduce for how in ("prod", "mean", "amin", "amax")}
CALLS |= {"__getitem__": lambda x, index: x[index], "unravel_index": mg.unravel_index,
          "where": lambda x, condition, y: F.where(condition, x, y)}  # fmt: skip

CALLS |= {"narrow_copy": F.narrow}
LEFT_OUT: dict[str, str] = {}
