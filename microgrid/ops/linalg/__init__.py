"""`mg.linalg`: linear algebra under the names of the array API and numpy.linalg."""

from __future__ import annotations

__all__: list[str] = []
