"""Sorting and searching: where Torch's call is another than NumPy's."""

from __future__ import annotations

import microgrid as mg

F = mg.nn.functional
CALLS = {
    "sort": F.sort, "argsort": F.argsort, "searchsorted": F.searchsorted, "unique": F.unique, "histogram": F.histogram,
}  # fmt: skip
LEFT_OUT: dict[str, str] = {}
