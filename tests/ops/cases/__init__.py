"""The table of cases: one row an operation, by family. An operation without a row fails the suite."""

from __future__ import annotations

import importlib
import pkgutil

from tests.ops.table import Row

FAMILIES = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
ROWS: list[Row] = [row for family in FAMILIES for row in family.ROWS]
