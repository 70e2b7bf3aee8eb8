"""What the user can mend."""

from __future__ import annotations


class Misuse(Exception):
    """A command that cannot be carried out as given: its message is all that the user sees, with exit code 2."""
