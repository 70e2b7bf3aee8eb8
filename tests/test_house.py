"""The house of design section 2: which way imports run, what the public face shows, how long a file may be, and that
README, CI, metadata and package say the same. All of it is read off the tree; nothing here needs more than pytest."""

from __future__ import annotations
import __future__ as future

import ast
import importlib
import importlib.metadata
import io
import json
import os
import pkgutil
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "microgrid"

# -- the import contract -----------------------------------------------------------------------------------------------

# A unit is what lies directly under microgrid/. It may import units of a lower rank, anywhere; never one of its own
# rank or a higher one, but for the lazy imports listed below. The face and `python -m` stand above and may import all.
RANK = {
    "core": 0,
    "ops": 1,
    "graphs": 1,
    "derivatives": 2,
    "nn": 3,
    "optim": 3,
    "diagram": 4,
    "reference": 4,
    "formula": 4,
    "compiler": 4,
    "interop": 4,
    "testing": 4,
    "pytest_plugin": 4,
    "cli": 5,  # a user of the readers
}
ABOVE = {"__init__", "__main__", "demo"}  # the demo is a user's program that is shipped

# Every import inside a function that goes up or across, and why. The list is complete both ways: one that is missing
# here fails, and so does one that the code no longer has.
LAZY: dict[tuple[str, str], str] = {
    ("diagram", "formula"): "a card's panel shows the rule of each input",
    ("cli", "__init__"): "the command line is a user of the public face",
    ("cli", "demo"): "the demo is a program that the command line starts",
}

# The one import of a library by the operations, in a function: what NumPy cannot compute is left to those who can.
VALUES = {("ops/values.py", "scipy"): "the values of special functions, of an extra"}

# What may be imported when a module is loaded. Everything else waits until a reader first needs it.
THIRD_PARTY: dict[str, set[str]] = {"pytest_plugin": {"numpy", "pytest"}}
THIRD_PARTY_ELSEWHERE = {"numpy"}


class Import(NamedTuple):
    file: Path
    line: int
    importer: str  # a unit
    target: str  # a unit, `__init__` for the face, or a top-level name from outside
    ours: bool
    lazy: bool


def unit_of(parts: tuple[str, ...]) -> str:
    """("nn", "linear") → "nn"; () → the face."""
    return parts[0] if parts else "__init__"


def targets(node: ast.AST, package: tuple[str, ...], units: set[str]) -> Iterator[tuple[str, bool]]:
    """(unit or outside name, ours?) of all that a statement imports; `package` is where relative imports start."""
    if isinstance(node, ast.Import):
        dotted = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        if node.level:
            base = ["microgrid", *package[: len(package) - (node.level - 1)]]
        else:
            base = []
        base += (node.module or "").split(".") if node.module else []
        dotted = [".".join(base)]
        if base == ["microgrid"]:  # `from .. import nn` means the unit, `from .. import tensor` the face
            dotted = [f"microgrid.{alias.name}" if alias.name in units else "microgrid" for alias in node.names]
    elif isinstance(node, ast.Call) and ast.unparse(node.func) in {
        "importlib.import_module",
        "import_module",
        "__import__",
    }:
        first = node.args[0] if node.args else None
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            return
        dotted = [first.value if not first.value.startswith(".") else "microgrid" + first.value]
    else:
        return
    for name in dotted:
        head, *rest = name.split(".")
        yield (unit_of(tuple(rest)), True) if head == "microgrid" else (head, False)


def imports(root: Path) -> list[Import]:
    """Every import of a package's tree, but those for the type checker alone."""
    files = sorted(root.rglob("*.py"))
    units = {file.relative_to(root).parts[0].removesuffix(".py") for file in files}
    found: list[Import] = []
    for file in files:
        relative = file.relative_to(root)
        package = relative.parent.parts
        importer = relative.parts[0].removesuffix(".py")

        def walk(
            node: ast.AST, lazy: bool, file: Path = file, importer: str = importer, package: tuple[str, ...] = package
        ) -> None:
            if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
                for child in node.orelse:
                    walk(child, lazy)
                return
            for target, ours in targets(node, package, units):
                found.append(Import(file, node.lineno, importer, target, ours, lazy))  # type: ignore[attr-defined]
            lazy = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                walk(child, lazy)

        walk(ast.parse(file.read_text(encoding="utf-8"), str(file)), False)
    return found


def broken(found: list[Import], lazy: dict[tuple[str, str], str]) -> list[str]:
    """One sentence for each import that the contract forbids."""
    wrong = []
    for one in found:
        where = f"{one.file.name}:{one.line}: {one.importer} imports {one.target}"
        if one.importer in ABOVE:
            continue
        if one.importer not in RANK:
            wrong.append(f"{where}: the unit {one.importer} has no rank; add it to RANK in tests/test_house.py")
        elif not one.ours:
            allowed = THIRD_PARTY.get(one.importer, THIRD_PARTY_ELSEWHERE)
            if one.target in sys.stdlib_module_names or one.target in allowed:
                continue
            if one.lazy and ("/".join(one.file.parts[-2:]), one.target) in VALUES:
                continue
            if one.importer in {"core", "ops"}:
                wrong.append(f"{where}: core and ops know NumPy and the standard library, nothing else")
            elif not one.lazy:
                wrong.append(f"{where} when it is loaded; import it in the function that needs it")
        elif one.target == one.importer or RANK.get(one.target, 99) < RANK[one.importer]:
            continue
        elif not one.lazy:
            wrong.append(f"{where} when it is loaded; imports run one way: {' → '.join(sorted(RANK, key=RANK.get))}")  # type: ignore[arg-type]
        elif (one.importer, one.target) not in lazy:
            wrong.append(f"{where} in a function; if it must, add it to LAZY in tests/test_house.py with the reason")
    return wrong


def test_imports_run_one_way() -> None:
    wrong = broken(imports(PACKAGE), LAZY)
    assert not wrong, "\n".join(wrong)


def test_the_list_of_lazy_imports_is_complete() -> None:
    used = {(one.importer, one.target) for one in imports(PACKAGE) if one.ours and one.lazy}
    gone = sorted(set(LAZY) - used)
    assert not gone, f"LAZY lists imports that no function makes any more: {gone}; take them out"
    assert all(reason.strip() for reason in LAZY.values())


@pytest.mark.parametrize(
    ("source", "where", "forbidden"),
    [
        ("from ..ops import add", "core/node.py", True),  # up, at module level
        ("from ..core import node", "ops/add.py", False),  # down
        ("from . import node", "core/tensor.py", False),  # within
        ("from .. import core", "ops/add.py", False),  # down, named by the package
        ("import microgrid.reference", "diagram/page.py", True),  # across
        ("from microgrid.diagram import page", "reference/report.py", True),
        ("from ..nn import Module", "optim/sgd.py", True),  # nn and optim are side by side
        ("def f():\n    from ..diagram import draw", "reference/report.py", True),  # lazy, but not listed
        ("def f():\n    from .. import diagram", "reference/page.py", False),  # lazy and listed
        ("def f():\n    import importlib\n    importlib.import_module('microgrid.nn')", "core/node.py", True),
        ("class C:\n    from ..diagram import draw", "nn/linear.py", True),  # a class body runs when loaded
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..ops import add", "core/node.py", False),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    from ..ops import add", "core/node.py", True),
        ("import microgrid as mg", "nn/linear.py", True),  # the face, from below
        ("from .. import tensor", "nn/linear.py", True),
        ("import torch", "reference/replay.py", True),  # an extra, when loaded
        ("def f():\n    import torch", "reference/replay.py", False),
        ("def f():\n    import scipy.special", "ops/special.py", True),  # ops know NumPy alone
        ("def f():\n    import scipy.special", "ops/values.py", False),  # but for what it has no values of
        ("import scipy.special", "ops/values.py", True),  # and not when it is loaded
        ("from . import diagram, reference", "__init__.py", False),
    ],
)
def test_the_contract_catches_what_it_forbids(tmp_path: Path, source: str, where: str, forbidden: bool) -> None:
    for unit in ("core", "ops", "ops/special", "nn", "optim", "diagram", "reference"):
        (tmp_path / unit).mkdir()
        (tmp_path / unit / "__init__.py").touch()
    (tmp_path / where).write_text(source)
    listed = {("reference", "diagram"): "planted"} if where == "reference/page.py" else {}
    wrong = broken(imports(tmp_path), listed)
    assert bool(wrong) == forbidden, f"{source!r} in {where}: {wrong or 'nothing found'}"


def fresh_python(code: str) -> str:
    """What a new interpreter prints, started in the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_microgrid_is_light() -> None:
    heavy = ["torch", "graphviz", "pygraphviz", "scipy", "rich", "sklearn", "pytest", "IPython", "numpy.random"]
    loaded = json.loads(
        fresh_python(f"import sys, json, microgrid; print(json.dumps([m for m in {heavy} if m in sys.modules]))")
    )
    assert not loaded, f"`import microgrid` loads {loaded}; the reader that needs one imports it when first used"


# -- the public face ---------------------------------------------------------------------------------------------------


def face() -> ModuleType:
    return importlib.import_module("microgrid")


def test_all_is_what_is_exported() -> None:
    mg = face()
    names = list(mg.__all__)
    assert len(names) == len(set(names)), f"twice in __all__: {sorted({n for n in names if names.count(n) > 1})}"
    unknown = [name for name in names if not hasattr(mg, name)]
    assert not unknown, f"in __all__ but not there: {unknown}"

    def by_accident(name: str, value: object) -> bool:
        """A submodule that some import bound here, or a `from __future__` flag: bound by Python, exported by nobody."""
        submodule = isinstance(value, ModuleType) and value.__name__ == f"microgrid.{name}"
        return submodule or isinstance(value, future._Feature)

    there = {name for name, value in vars(mg).items() if not name.startswith("_") and not by_accident(name, value)}
    unlisted = sorted(there - set(names))
    assert not unlisted, f"public by their name but not in __all__: {unlisted}; list them, or give them a _"


def test_dir_shows_what_is_exported() -> None:
    mg = face()
    hidden = sorted(set(mg.__all__) - set(dir(mg)))
    assert not hidden, f"exported, but completion does not show: {hidden}"


def modules() -> list[str]:
    """Every module of the package by its dotted name, `__main__` left out: importing it would run it."""
    mg = face()
    found = pkgutil.walk_packages(mg.__path__, "microgrid.")
    return sorted(info.name for info in found if not info.name.endswith("__main__"))


def test_every_module_can_be_imported_without_extras() -> None:
    """Loading all of it, in one go, loads nothing that an extra would have to install."""
    extras = ["torch", "graphviz", "pygraphviz", "scipy", "rich", "sklearn"]
    names = [name for name in modules() if not name.startswith("microgrid.pytest_plugin")]
    loaded = fresh_python(
        f"import importlib, sys\nfor name in {names}: importlib.import_module(name)\n"
        f"print(*[name for name in {extras} if name in sys.modules])"
    )
    assert not loaded.split(), f"loaded with the package's modules: {loaded.split()}"


HIDDEN = """
import importlib, sys, types
hidden = []
def look(when):
    for name in NAMES:
        parent, _, child = name.rpartition(".")
        found = getattr(importlib.import_module(parent), child, None)
        if found is not None and not isinstance(found, types.ModuleType):
            hidden.append(f"{parent}.{child} is {found!r} {when}, and there is a module {name}")
look("at first")  # a lazy attribute shows only now: importing the module binds its name to the module
for name in NAMES:
    importlib.import_module(name)
look("in the end")
print(*hidden, sep=chr(10))
"""


def test_no_module_bears_the_name_of_a_public_function() -> None:
    """`import microgrid.draw` would put the module where the function was; so at every level of the package."""
    hidden = fresh_python(f"NAMES = {modules()}{HIDDEN}").strip()
    assert not hidden, hidden


# -- size --------------------------------------------------------------------------------------------------------------

LONGEST_FILE = 400
CORE = 1_650  # about 1,500 lines of code: what a reader takes in within the hour


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_a_file_fits_in_one_head() -> None:
    long = {str(file.relative_to(ROOT)): lines(file) for file in PACKAGE.rglob("*.py") if lines(file) > LONGEST_FILE}
    assert not long, f"over {LONGEST_FILE} lines: {long}; split by subject"


def code_lines(file: Path) -> int:
    """Lines that hold code: blank ones, comments and docstrings are there to be read faster, and do not count."""
    text = file.read_text(encoding="utf-8")
    documented: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module)) and ast.get_docstring(node) is not None:
            documented.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    held = {k for t in tokens if t.type not in layout for k in range(t.start[0], t.end[0] + 1)}
    return len(held - documented)


def test_core_is_read_in_an_hour() -> None:
    files = {file.name: code_lines(file) for file in sorted((PACKAGE / "core").glob("*.py"))}
    total = sum(files.values())
    print(f"core/ has {total} lines of code: {files}")
    assert total <= CORE, f"core/ has {total} lines of code, {total - CORE} over {CORE}: {files}"


# -- what must say the same --------------------------------------------------------------------------------------------


def fresh_commands(text: str) -> set[str]:
    return set(re.findall(r"python3 \.ci/fresh\.py (?:demo|test)\b", text))


def test_readme_and_ci_run_the_same_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    fenced = "\n".join(re.findall(r"^```[^\n]*\n(.*?)^```", readme, re.M | re.S))
    ci = "\n".join(line for line in (ROOT / ".ci/run").read_text().splitlines() if not line.lstrip().startswith("#"))
    expected = {"python3 .ci/fresh.py demo", "python3 .ci/fresh.py test"}
    assert fresh_commands(fenced) == expected, "README's code blocks must show the two commands, one line each"
    assert fresh_commands(ci) == expected, ".ci/run must run README's two commands"


def test_version_is_the_same_everywhere() -> None:
    version = face().__version__
    try:
        installed = importlib.metadata.version("microgrid")
    except importlib.metadata.PackageNotFoundError:
        pytest.fail("microgrid is not installed here; `python -m pip install --no-deps -e .` writes its metadata")
    assert version == installed, f"package {version}, metadata {installed}; install again: python3 .ci/fresh.py test"
    assert re.fullmatch(r"\d+\.\d+\.\d+((a|b|rc)\d+|\.dev\d+)?", version), f"{version} is not a release number"


def test_the_pythons_named_are_the_pythons_tested() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    classified = set(re.findall(r"Python :: (3\.\d+)", project))
    swept = set(re.findall(r"3\.\d+", re.search(r"for version in (.*); do", (ROOT / ".ci/run").read_text())[1]))  # type: ignore[index]
    assert classified == swept | {"3.11"}, "classifiers and the sweep of .ci/run differ (3.11 is CI's own Python)"
    assert f'requires-python = ">={min(classified, key=lambda v: int(v[2:]))}"' in project


def test_every_extra_has_its_reason() -> None:
    project = (ROOT / "pyproject.toml").read_text().splitlines()
    start = project.index("[project.optional-dependencies]")
    extras = {}
    for number in range(start + 1, len(project)):
        if project[number].startswith("["):
            break
        if match := re.match(r"([\w-]+) = \[", project[number]):
            extras[match[1]] = project[number - 1].startswith("#") or "#" in project[number]
    assert {"torch", "draw", "demo", "test", "lint", "docs"} <= set(extras)
    assert all(extras.values()), f"no reason beside: {[name for name, reason in extras.items() if not reason]}"


def test_the_extra_torch_admits_the_constraint() -> None:
    assert re.search(r"^torch==2\.13\.0$", (ROOT / "tests/constraints.txt").read_text(), re.M)


def test_the_package_is_typed_and_licensed() -> None:
    assert (PACKAGE / "py.typed").exists()
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text()


# -- rooms that wait ---------------------------------------------------------------------------------------------------


def test_the_rooms_that_wait_are_listed_name_by_name() -> None:
    """What `import microgrid` does not load is there under every name that its room shows."""
    later = importlib.import_module("microgrid.ops.later")
    for room in ("layers", "numerics"):
        shown = importlib.import_module(f"microgrid.ops.{room}").__all__
        assert sorted(later.ROOMS[room].split()) == sorted(shown), f"microgrid/ops/later.py: {room}"
    special = importlib.import_module("microgrid.ops.special")
    assert set(later.ROOMS["special"].split()) <= set(special.__all__)


def test_the_rooms_wait_until_they_are_asked_for() -> None:
    """`import microgrid` opens none; a name, NumPy's function on a Tensor, SciPy's ufunc and the list of all do."""
    waiting = ["layers", "linalg", "numerics", "special"]
    look = f"print(*(w for w in {waiting} if 'microgrid.ops.' + w in sys.modules))"
    start = "import sys, numpy as np, microgrid as mg\n"
    assert fresh_python(start + look).split() == []
    for ask in ("mg.linalg", "mg.quantile", "np.linalg.inv(mg.tensor([[2.0]]))", "mg.ops.primitives()", "mg.i0"):
        assert fresh_python(f"{start}{ask}\n{look}").split() == waiting, ask
