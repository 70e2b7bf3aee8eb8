"""Formulas: an operation's gradient rules as text, read from the rules' own source, so that there is nothing to keep
in step with them."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
from collections.abc import Callable
from types import CodeType
from typing import Any

from .core.primitive import Primitive

NONE = "none"


def gradient_rules(op: Primitive) -> dict[str, str]:
    """What each input receives, g being the cotangent of the value: {"x": "g @ yᵀ", "y": "xᵀ @ g"}.

    "none" where an input is declared to carry no gradient, "" where a rule's source cannot be read. Empty for an
    operation that has no rules.
    """
    if op.each:
        return {f"*{op.inputs[0]}": rule_text(op.each.fn)}
    if op.rules:
        rules = zip(op.inputs, op.rules, strict=True)
        return {name: NONE if rule is None else rule_text(rule.fn) for name, rule in rules}
    return {", ".join(op.inputs): rule_text(op.joint.fn)} if op.joint else {}


@functools.lru_cache(maxsize=4096)
def rule_text(fn: Callable[..., Any]) -> str:
    """A rule as one line: a lambda's body as it was written, a function's docstring. "" where there is neither."""
    if getattr(fn, "__name__", "") != "<lambda>":
        return (inspect.getdoc(fn) or "").partition("\n")[0]
    body = _lambda_body(fn.__code__)
    return "" if body is None else ast.unparse(_Plain().visit(body))


class _Plain(ast.NodeTransformer):
    """NumPy's functions without its name: `np.cos(x)` reads cos(x)."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy", "mg", "math"):
            return ast.Name(node.attr, node.ctx)
        return node


def _lambda_body(code: CodeType) -> ast.expr | None:
    """The expression of a lambda; of several on its line, that which compiles to the same instructions."""
    found = [n for n in _lambdas(code.co_filename) if n.lineno == code.co_firstlineno]
    if len(found) > 1:
        found = [n for n in found if _same(n, code)]
    return ast.parse(ast.unparse(found[0].body), mode="eval").body if found else None  # a copy: it will be changed


@functools.lru_cache(maxsize=64)
def _lambdas(file: str) -> list[ast.Lambda]:
    """All lambdas of a file (or of a notebook's cell); none if it cannot be read."""
    try:
        tree = ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return []
    return [n for n in ast.walk(tree) if isinstance(n, ast.Lambda)]


def _same(node: ast.Lambda, code: CodeType) -> bool:
    made = compile(ast.Expression(node), "", "eval").co_consts[0]
    outside = set(code.co_freevars)  # a closure's variables are the module's when compiled alone
    names = set(made.co_names) - outside == set(code.co_names) - outside
    alike = made.co_varnames == code.co_varnames and made.co_consts == code.co_consts
    return alike and names and (bool(outside) or made.co_code == code.co_code)
