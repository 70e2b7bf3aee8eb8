"""Formulas: the text of a gradient rule is what stands in its source."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest

import microgrid as mg
from microgrid import ops
from microgrid.core.primitive import Primitive
from microgrid.formula import gradient_rules, rule_text


def declared() -> list[Primitive]:
    """Every operation that microgrid/ops declares."""
    modules = [importlib.import_module(m.name) for m in pkgutil.walk_packages(ops.__path__, "microgrid.ops.")]
    found = {v.op: None for m in modules for v in vars(m).values() if isinstance(getattr(v, "op", None), Primitive)}
    return list(found)


@pytest.mark.parametrize("op", declared(), ids=lambda op: op.name)
def test_every_rule_of_every_operation_has_a_text(op: Primitive) -> None:
    """A lambda's body or a docstring, one line, under the input's name; "none" where none is declared."""
    rules = gradient_rules(op)
    assert bool(rules) == bool(op.rules or op.each or op.joint)
    for text in rules.values():
        assert text and "\n" not in text and "lambda" not in text
    if op.rules:
        assert list(rules) == list(op.inputs)
        assert [text == "none" for text in rules.values()] == [rule is None for rule in op.rules]


def test_a_lambda_reads_as_it_was_written() -> None:
    """Two rules on lines of their own, NumPy's functions without its name."""
    assert gradient_rules(mg.multiply.op) == {"x": "g * y", "y": "g * x"}
    assert gradient_rules(mg.cos.op) == {"x": "-g * sin(x)"}


def test_a_function_is_told_by_its_docstring() -> None:
    """Its first line."""
    assert gradient_rules(mg.matmul.op) == {"x": "g @ yᵀ", "y": "xᵀ @ g"}


def test_rules_on_one_line_are_told_apart() -> None:
    """Of several lambdas on a line, each has its own text, also those that close over a variable."""
    k = 3.0
    first, second, third = (lambda g: g), (lambda g: -g), (lambda g, y: g * y * k)
    assert [rule_text(f) for f in (first, second, third)] == ["g", "-g", "g * y * k"]
    a, b = (lambda g: g * 2), (lambda g: g * 3)
    assert [rule_text(f) for f in (a, b)] == ["g * 2", "g * 3"]


def test_a_users_rule_is_read_too() -> None:
    """Declared in a test, or anywhere."""

    @mg.primitive
    def halve(x: Any) -> Any:
        """Half of x."""
        return x / 2

    halve.gradients(lambda g: g / 2)
    assert gradient_rules(halve.op) == {"x": "g / 2"}


def test_what_cannot_be_read_is_empty() -> None:
    """No source, no docstring: no text, no error."""
    assert rule_text(eval("lambda g: g * 5")) == ""

    def silent(g: Any) -> Any:
        return g

    assert rule_text(silent) == ""
