"""The command line: `microgrid demo`, `draw FILE.py`, `check FILE.py`, `ops`. What is heavy is imported by the command
that needs it, so that `microgrid --version` is quick. Exit codes: 0 done and agreed, 1 a disagreement, 2 bad use."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext, redirect_stdout, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .misuse import Misuse

if TYPE_CHECKING:
    from ..diagram import Diagram
    from ..graphs import Graph
    from ..reference.report import Report
    from .script import Script

DESCRIPTION = "Automatic differentiation over NumPy whose graph can be drawn, and checked node by node against Torch."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):  # a terminal that cannot show ∂ shows ? rather than nothing at all
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        args = _parser().parse_args(argv)
        code: int = args.command(args)
        sys.stdout.flush()
    except Misuse as e:
        print(f"microgrid: {e}", file=sys.stderr)
        return 2
    except SystemExit as e:  # argparse's: --help, --version, and arguments that it refuses
        return e.code if isinstance(e.code, int) else 0 if e.code is None else 2
    except BrokenPipeError:  # `microgrid ops | head`: the reader has seen enough; nothing may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("microgrid: interrupted", file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    from .. import __version__

    parser = argparse.ArgumentParser(prog="microgrid", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"microgrid {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], help: str, more: str = "") -> Any:
        one = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}. {more}".rstrip())
        one.set_defaults(command=run)
        return one

    demo = command("demo", _demo, "train a network on handwritten digits, draw its graph and check it against Torch")
    demo.add_argument("--out", metavar="DIR", default=".", help="where demo.svg, demo.png and demo.html go (here)")
    demo.add_argument("--epochs", metavar="N", type=_positive, default=30, help="passes over the digits (30)")
    demo.add_argument("--seed", metavar="N", type=_natural, default=0, help="of split, weights and dropout (0)")

    program = argparse.ArgumentParser(add_help=False)
    program.add_argument("file", metavar="FILE.py", help="the program: it is run as `python FILE.py` would run it")
    program.add_argument("--record", action="store_true", help="record what carries no gradient, too: a forward pass")
    program.add_argument("arguments", metavar="ARG", nargs="*", help="its own arguments, after --")

    what = "the Tensor meant: a variable or an expression, losses[-1]; otherwise `loss`, or the last scalar"
    draw = commands.add_parser(
        "draw", parents=[program], help="run a program and draw the graph of its loss",
        description="Run a program and draw the graph of its loss: values, gradients, layers and source lines.",
    )  # fmt: skip
    draw.set_defaults(command=_draw)
    draw.add_argument("-o", "--out", metavar="PATH", help="a .svg, .png, .pdf, .html or .dot (FILE.svg, here)")
    draw.add_argument("--target", metavar="NAME", help=what)
    draw.add_argument("--check", action="store_true", help="put the verdict of `microgrid check` on each card")
    draw.add_argument("--open", action="store_true", help="show the picture when it is written")

    check = commands.add_parser(
        "check", parents=[program], help="run a program and check its gradients against Torch",
        description="Run a program and compare every value and gradient behind its loss with Torch's, or its "
        "hand-written forward/backward layers with autodiff. Exit code 0: all agree; 1: some do not; 2: bad use.",
    )  # fmt: skip
    check.set_defaults(command=_check)
    one_of = check.add_mutually_exclusive_group()
    one_of.add_argument("--target", metavar="NAME", help=what)
    one_of.add_argument("--layer", metavar="CLASS", help="a class with forward and backward, fed as it was here")
    check.add_argument("--json", action="store_true", help="the report as JSON; what the program prints goes to stderr")

    ops = command("ops", _ops, "list the operations: formula, gradients, Torch's name; or tell all about one")
    ops.add_argument("name", metavar="NAME", nargs="?", help="an operation, such as matmul")
    return parser


def _natural(text: str, least: int = 0) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) >= least):
        raise argparse.ArgumentTypeError(f"{text!r} given, expected a whole number of at least {least}")
    return int(text)


def _positive(text: str) -> int:
    return _natural(text, 1)


# ------------------------------------------------------------------------------------------------ the commands


def _demo(args: argparse.Namespace) -> int:
    from .. import demo

    folder = _folder(Path(args.out))
    try:
        return demo.main(folder, epochs=args.epochs, seed=args.seed)
    except demo.Missing as e:
        raise Misuse(str(e)) from None
    except OSError as e:
        raise Misuse(f"{e.filename}: cannot be written: {e.strerror}") from None


def _draw(args: argparse.Namespace) -> int:
    import microgrid as mg

    from . import script

    target = _picture(Path(args.out or Path(args.file).with_suffix(".svg").name))
    with script.run(args.file, args.arguments, args.record) as program:
        graph = program.graph(args.target, scalar=False)
        report = _judged(graph) if args.check else None
        diagram = mg.draw(graph, check=report)
        _save(diagram, target)
    print(f"wrote {target}: {len(graph)} nodes behind {graph.name(graph.outputs[0])}")
    if report is not None:
        print(report)
    if args.open:
        import webbrowser

        if not webbrowser.open(target.resolve().as_uri()):
            print(f"microgrid: no browser to open {target} with; open it yourself", file=sys.stderr)
    return 0 if report is None or report else 1


def _check(args: argparse.Namespace) -> int:
    from . import script

    aside = redirect_stdout(sys.stderr) if args.json else nullcontext()
    with aside, script.run(args.file, args.arguments, args.record) as program:
        reports = _reports(program, args)
    if args.json:
        import json

        each = {name: json.loads(report.to_json()) for name, report in reports.items()}
        whole = {"file": args.file, "ok": all(reports.values()), "reports": each}
        print(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        print("\n\n".join(f"{name}\n{report}" if len(reports) > 1 else str(report) for name, report in reports.items()))
    return 0 if all(reports.values()) else 1


def _ops(args: argparse.Namespace) -> int:
    from . import operations

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    print(operations.about(args.name) if args.name else operations.table(width))
    return 0


# ------------------------------------------------------------------------------------------------ what they share


def _judged(graph: Graph) -> Report:
    """The graph against Torch; where Torch is missing, a word on stderr and finite differences."""
    from ..reference import check

    return check(graph)


def _reports(program: Script, args: argparse.Namespace) -> dict[str, Report]:
    """What is to be checked, by name: the layer asked for, the target, the loss, or every layer written by hand."""
    from ..reference import check_layer

    scalar = not args.record
    loss = args.layer is None and (args.target is not None or program.loss(scalar) is not None)
    if loss or not (args.layer or program.layers):
        graph = program.graph(args.target, scalar)
        return {graph.name(graph.outputs[0]): _judged(graph)}
    found = {}
    for name in [args.layer] if args.layer else program.layers:
        layer, inputs = program.layer(name)
        found[name] = check_layer(layer, *inputs)
    return found


def _picture(target: Path) -> Path:
    """Where a picture goes, looked at before a program runs for minutes. Raises Misuse."""
    from ..diagram.diagram import SUFFIXES

    if target.suffix.lower() not in SUFFIXES:
        raise Misuse(f"-o {target}: the suffix {target.suffix!r} names no format; expected one of {' '.join(SUFFIXES)}")
    if target.is_dir():
        raise Misuse(f"-o {target}: this is a folder; expected the path of a file in it")
    if not target.parent.is_dir():
        raise Misuse(f"-o {target}: there is no folder {target.parent}; make it first, or write elsewhere")
    return target


def _save(diagram: Diagram, target: Path) -> None:
    from ..diagram import RenderError

    try:
        diagram.save(target)
    except RenderError as e:
        instead = f"-o {target.with_suffix('.html')} and -o {target.with_suffix('.dot')} need no Graphviz"
        raise Misuse(f"{e}\n{instead}") from None
    except OSError as e:
        raise Misuse(f"-o {target}: {e.strerror}") from None


def _folder(folder: Path) -> Path:
    """A folder that files can be written in, made if need be. Raises Misuse."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as e:
        raise Misuse(f"--out {folder}: cannot write there: {e.strerror}; name another folder") from None
