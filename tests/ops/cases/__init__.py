"""The table of cases: one row an operation, by family. An operation without a row fails the suite."""

from __future__ import annotations

from tests.ops.cases import activation, arithmetic, elementwise, indexing, linalg, loss, random, reduction, shape
from tests.ops.table import Row

ROWS: list[Row] = [
    row
    for family in (arithmetic, elementwise, activation, reduction, linalg, shape, indexing, loss, random)
    for row in family.ROWS
]
