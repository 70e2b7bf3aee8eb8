"""The command line, run as users run it: what each command writes, prints and exits with; errors as they read them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from microgrid.cli import main, operations
from microgrid.cli.misuse import Misuse
from microgrid.diagram.renderer import engines
from microgrid.ops import primitives

ROOT = Path(__file__).resolve().parent.parent
TORCH = find_spec("torch") is not None
needs_renderer = pytest.mark.skipif(not any(engines()), reason="no Graphviz here: neither `dot` nor pygraphviz")

# As if these were not installed: nobody finds them.
WITHOUT = """
import sys
from importlib.machinery import PathFinder
find = PathFinder.find_spec
def found(name, path=None, target=None):
    return None if name.partition(".")[0] in {names} else find(name, path, target)
PathFinder.find_spec = found
from microgrid.cli import main
sys.exit(main(sys.argv[1:]))
"""


def microgrid(
    *arguments: object, cwd: Path, without: tuple[str, ...] = (), path: str | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, in a folder; `without` some packages, with another PATH."""
    start = ["-c", WITHOUT.format(names=set(without))] if without else ["-m", "microgrid"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment}
    if path is not None:
        env["PATH"] = path
    command = [sys.executable, *start, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8", timeout=200)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """The message of a command that was misused: on stderr, in our words, and nothing else."""
    assert done.returncode == 2, done
    assert done.stderr.startswith("microgrid: "), done.stderr
    assert "microgrid/cli" not in done.stderr, f"a traceback of ours:\n{done.stderr}"
    return done.stderr


# ------------------------------------------------------------------------------------------------ programs to run

TRAIN = """
import sys
import numpy as np
import microgrid as mg
from sizes import HIDDEN

print("trained with", sys.argv)

def train():
    x = mg.tensor(np.array([[1.0, 2.0, 3.0]]))
    W1 = mg.tensor(np.arange(12.0).reshape(3, HIDDEN) / 10, requires_grad=True)
    W2 = mg.tensor(np.arange(8.0).reshape(HIDDEN, 2) / 10, requires_grad=True)
    for step in range(3):
        h = mg.relu(x @ W1)
        cost = mg.cross_entropy(h @ W2, mg.tensor([1]))
        cost.backward()
        with mg.no_grad():
            for W in (W1, W2):
                W -= 0.01 * W.grad
                W.grad = None

if __name__ == "__main__":
    train()
"""

WRONG = """
import numpy as np
import microgrid as mg

@mg.primitive(elementwise=True, torch="square")
def cube(x):
    return x * x

cube.gradients(lambda g, x: g * x)
w = mg.tensor(np.array([1.0, 2.0]), requires_grad=True)
loss = cube(w).sum()
"""

LAYERS = """
import numpy as np

class Relu:
    def forward(self, x):
        self.mask = x <= 0
        out = x.copy()
        out[self.mask] = 0
        return out
    def backward(self, dout):
        {backward}

class Affine:
    def __init__(self, W):
        self.W = W
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T

class Never:
    def forward(self, x):
        return x
    def backward(self, dout):
        return dout

a, r = Affine(np.arange(1.0, 10.0).reshape(3, 3)), Relu()
out = r.forward(a.forward(np.array([[1.0, -2.0, 3.0]])))
loss = float(out.sum())
for step in range(3):
    a.W -= 0.01 * out.sum()
    a.forward(np.ones((5, 3)))
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder of programs."""
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "sizes.py").write_text("HIDDEN = 4\n")
    (tmp_path / "wrong.py").write_text(WRONG)
    right = "dout = dout.copy()\n        dout[self.mask] = 0\n        return dout"
    (tmp_path / "layers.py").write_text(LAYERS.format(backward=right))
    (tmp_path / "bad_layers.py").write_text(LAYERS.format(backward="return dout"))
    return tmp_path


# ------------------------------------------------------------------------------------------------ the program itself


def test_version_and_help_exit_with_0(tmp_path: Path) -> None:
    """`microgrid --version` is one line; --help names every command."""
    done = microgrid("--version", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"microgrid \d+\.\d+\.\d+\n", done.stdout)
    done = microgrid("--help", cwd=tmp_path)
    assert done.returncode == 0
    assert all(re.search(rf"^ +{command} ", done.stdout, re.M) for command in ("demo", "draw", "check", "ops"))


def test_the_installed_command_is_the_same(tmp_path: Path) -> None:
    """`microgrid` and `python -m microgrid` are one program."""
    script = Path(sys.executable).with_name("microgrid")
    if not script.exists():
        pytest.skip("microgrid is not installed here, only checked out")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == microgrid("--version", cwd=tmp_path).stdout


def test_version_loads_nothing_heavy() -> None:
    """What only commands need is not loaded for --version."""
    code = "import sys; from microgrid.cli import main; main(['--version']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    heavy = {"torch", "sklearn", "rich", "microgrid.reference", "microgrid.diagram", "microgrid.nn", "microgrid.demo"}
    assert "microgrid.cli" in loaded
    assert not loaded & heavy


@pytest.mark.parametrize(
    "arguments", [[], ["dream"], ["draw"], ["check"], ["check", "a.py", "--layer", "A", "--target", "b"],
                  ["demo", "--epochs", "0"], ["demo", "--epochs", "many"], ["demo", "--seed", "-1"]],
)  # fmt: skip
def test_bad_arguments_exit_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With a line on what was expected, on stderr."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "usage: microgrid" in err and "error: " in err


def test_output_cut_short_by_its_reader_is_no_error(tmp_path: Path) -> None:
    """`microgrid ops | head -1` ends without a traceback."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command, pipe = [sys.executable, "-m", "microgrid", "ops"], subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=env, stdout=pipe, stderr=pipe) as child:
        assert child.stdout and child.stderr
        child.stdout.close()
        assert child.stderr.read() == b""


def test_a_terminal_without_unicode_shows_the_rest(tmp_path: Path) -> None:
    """Signs that it has not become question marks."""
    done = microgrid("ops", "matmul", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "g @ y?" in done.stdout


# ------------------------------------------------------------------------------------------------ ops


def test_ops_lists_every_operation_with_its_gradients(tmp_path: Path) -> None:
    """Name, symbol, value, gradients, Torch's name, from the declarations."""
    done = microgrid("ops", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    for op in primitives():
        assert any(line.startswith(f"{op.name} ") and op.formula in line for line in lines), op.name
    at = next(k for k, line in enumerate(lines) if line.startswith("matmul "))
    assert lines[at].split() == ["matmul", "@", "x", "@", "y", "x:", "g", "@", "yᵀ", "torch.matmul"]
    assert lines[at + 1].split() == ["y:", "xᵀ", "@", "g"]
    assert any(re.search(r"^greater .* none flows", line) for line in lines)


def test_ops_name_tells_all_about_one(tmp_path: Path) -> None:
    """Signature, docstring, value, gradients, residuals, Torch, where it is declared."""
    done = microgrid("ops", "layer_norm", cwd=tmp_path)
    assert done.returncode == 0
    for line in (
        r"^layer_norm\(x, weight=None, bias=None, axes=1, eps=1e-05\)$", r"^    x normalised over its last",
        r"^gradient of weight +g \* xhat$", r"^residuals +xhat, r$", r"^Torch +torch\.nn\.functional\.layer_norm$",
        r"^source +microgrid.ops.layers.normalization\.py:\d+$",
    ):  # fmt: skip
        assert re.search(line, done.stdout, re.M), (line, done.stdout)


def test_ops_unknown_names_the_nearest(tmp_path: Path) -> None:
    """A slip of the finger is told what it may have meant."""
    message = said(microgrid("ops", "matmull", cwd=tmp_path))
    assert message.startswith("microgrid: no operation is called 'matmull'; near to it: matmul")


@pytest.mark.parametrize("op", primitives(), ids=lambda op: op.name)
def test_ops_can_tell_about_each(op: object) -> None:
    """No declaration lacks what the page is made from; no gradient's text is missing."""
    text = operations.about(op.name)  # type: ignore[attr-defined]
    assert "cannot be read" not in text, text
    with pytest.raises(Misuse):
        operations.about(op.name + "~~~")  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_the_table_of_operations_fits_its_terminal(width: int) -> None:
    """Columns are left out, and long gradients cut, rather than lines broken."""
    longest = max(map(len, operations.table(width).splitlines()))
    whole = max(map(len, operations.table().splitlines()))
    assert longest <= width or width == 60 < longest  # below 80 columns the name, the value and a little gradient stay
    assert whole > 120


@pytest.mark.skipif(not TORCH, reason="looks Torch's names up in Torch")
def test_torch_has_every_name_that_is_shown() -> None:
    """Each operation's Torch twin is a name that Torch has, where the table says."""
    import importlib

    for op in primitives():
        for name in filter(None, operations.names_in_torch(op).split(", ")):
            found: object = importlib.import_module("torch")
            for part in name.split(".")[1:]:
                assert hasattr(found, part), f"{op.name}: there is no {name}"
                found = getattr(found, part)


# ------------------------------------------------------------------------------------------------ draw


@needs_renderer
def test_draw_runs_the_program_and_draws_its_loss(here: Path) -> None:
    """The picture lies beside, named after the program; names in functions are found; its output is its own."""
    done = microgrid("draw", "train.py", cwd=here)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["trained with ['train.py']", "wrote train.svg: 8 nodes behind cost"]
    svg = (here / "train.svg").read_text()
    assert svg.rstrip().endswith("</svg>")
    assert all(name in svg for name in ("W1", "W2", "cost", "train.py:15"))


@pytest.mark.parametrize(
    "suffix", [*(pytest.param(s, marks=needs_renderer) for s in ("svg", "png", "pdf")), "html", "dot"]
)
def test_draw_writes_the_format_of_the_suffix(here: Path, suffix: str) -> None:
    """-o says where and in which format."""
    begins = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "html": b"<!doctype", "dot": b"digraph"}
    done = microgrid("draw", "train.py", "-o", here / f"picture.{suffix}", cwd=here)
    assert done.returncode == 0, done.stderr
    assert (here / f"picture.{suffix}").read_bytes().lower().startswith(begins[suffix].lower())


@needs_renderer
def test_draw_takes_any_tensor(here: Path) -> None:
    """--target names it: a variable of the function that called backward, or an expression; shape does not matter."""
    program = "import microgrid as mg\nW = mg.tensor([[1.0, 2.0]], requires_grad=True)\ny = mg.exp(W @ W.T)\n"
    (here / "forward.py").write_text(program)
    for target, nodes in (("y", 4), ("[y, y.sum()]", 5)):
        done = microgrid("draw", "forward.py", "--target", target, cwd=here)
        assert done.returncode == 0, done.stderr
        assert f"{nodes} nodes behind" in done.stdout
    assert microgrid("draw", "forward.py", cwd=here).returncode == 0
    done = microgrid("draw", "train.py", "--target", "h", cwd=here)
    assert "behind h" in done.stdout


@pytest.mark.parametrize("target", [[], ["--target", "y"]])
def test_a_forward_pass_without_gradients_needs_record(here: Path, target: list[str]) -> None:
    """Nothing is recorded for its own sake; the message names --record, and with it the pass is drawn and checked."""
    lines = (
        "import numpy as np",
        "import microgrid as mg",
        "x = mg.ones((1, 3))",
        "y = mg.softmax(np.maximum(x @ x.T, 0))",
    )
    (here / "forward.py").write_text("\n".join(lines))
    if not target:
        assert "--record" in said(microgrid("draw", "forward.py", "-o", "f.dot", cwd=here))
    done = microgrid("draw", "forward.py", "--record", "-o", "f.dot", *target, cwd=here)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "wrote f.dot: 5 nodes behind y\n"
    done = microgrid("check", "forward.py", "--record", *target, "--json", cwd=here)
    assert done.returncode == 0, done.stderr
    made = {node["operation"] for node in json.loads(done.stdout)["reports"]["y"]["nodes"]}
    assert made >= {"softmax", "maximum", "matmul"}


def test_draw_check_puts_the_verdict_on_the_cards(here: Path) -> None:
    """And prints the report; the exit code is the verdict's."""
    done = microgrid("draw", "wrong.py", "--check", "-o", "w.dot", cwd=here)
    assert done.returncode == 1, done.stderr
    assert "FAIL" in done.stdout
    picture = (here / "w.dot").read_text()
    assert "WRONG" in picture and ("≠" in picture) == TORCH  # how far from Torch, where there is Torch


def test_draw_open_says_so_where_nothing_can_open(here: Path) -> None:
    """On a machine without a browser the picture is written all the same."""
    empty = here / "empty"
    empty.mkdir()
    done = microgrid("draw", "train.py", "--open", "-o", "train.html", cwd=here, path=str(empty), BROWSER="nothing")
    assert (here / "train.html").exists(), done.stderr
    assert done.returncode == 0
    assert "no browser to open train.html with" in done.stderr


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("x.gif", "the suffix '.gif' names no format; expected one of .svg .png .pdf .html .dot"),
        ("picture", "the suffix '' names no format"),
        ("missing/x.svg", "there is no folder missing; make it first"),
        ("folder.svg", "this is a folder"),
        ("train.py/x.svg", "there is no folder train.py"),
    ],
)
def test_draw_looks_at_its_path_before_the_program_runs(here: Path, out: str, message: str) -> None:
    """A slip in -o costs no training."""
    (here / "folder.svg").mkdir()
    done = microgrid("draw", "train.py", "-o", out, cwd=here)
    assert message in said(done)
    assert not done.stdout, "the program ran first"


@pytest.mark.skipif(
    not Path("/proc/version").exists(), reason="/proc, where nobody may write, root neither, is Linux's"
)
def test_draw_says_what_cannot_be_written(here: Path) -> None:
    """An unwritable path is told with the system's reason."""
    assert "-o /proc/x.svg: " in said(microgrid("draw", "train.py", "-o", "/proc/x.svg", cwd=here))


def test_draw_without_a_renderer_says_what_to_install(here: Path) -> None:
    """No `dot`, no pygraphviz: the message names both, and what can be written all the same."""
    empty = here / "empty"
    empty.mkdir()
    message = said(microgrid("draw", "train.py", cwd=here, without=("pygraphviz",), path=str(empty)))
    assert 'pip install "microgrid[draw]"' in message
    assert "-o train.html and -o train.dot need no Graphviz" in message
    done = microgrid("draw", "train.py", "-o", "train.html", cwd=here, without=("pygraphviz",), path=str(empty))
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------------------------------------ check


def test_check_agrees_with_exit_code_0(here: Path) -> None:
    """The report is a table that ends in a verdict."""
    done = microgrid("check", "train.py", cwd=here)
    assert done.returncode == 0, done.stderr
    assert "PASS" in done.stdout
    assert "train.py:15" in done.stdout


def test_check_disagrees_with_exit_code_1(here: Path) -> None:
    """A wrong rule is found and named."""
    done = microgrid("check", "wrong.py", cwd=here)
    assert done.returncode == 1, done.stderr
    assert "FAIL" in done.stdout
    assert "cube" in done.stdout.partition("FAIL")[2]


def test_check_json_is_for_machines(here: Path) -> None:
    """stdout is JSON alone; what the program prints goes to stderr."""
    done = microgrid("check", "train.py", "--json", cwd=here)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["file"] == "train.py" and found["ok"] is True
    assert {node["name"] for node in found["reports"]["cost"]["nodes"]} >= {"W1", "W2", "h", "cost"}
    assert "trained with" in done.stderr
    failed = microgrid("check", "wrong.py", "--json", cwd=here)
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["ok"] is False


def test_check_without_a_loss_checks_the_layers(here: Path) -> None:
    """Classes with forward and backward, fed what the program fed them first, as they were then."""
    done = microgrid("check", "layers.py", cwd=here)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASS") == 2
    done = microgrid("check", "bad_layers.py", cwd=here)
    assert done.returncode == 1
    assert done.stdout.count("PASS") == 1 and done.stdout.count("FAIL") == 1


def test_check_layer_takes_the_one_named(here: Path) -> None:
    """--layer CLASS, right or wrong."""
    assert microgrid("check", "bad_layers.py", "--layer", "Affine", cwd=here).returncode == 0
    done = microgrid("check", "bad_layers.py", "--layer", "Relu", cwd=here)
    assert done.returncode == 1
    assert "Relu.backward" in done.stdout


def test_check_layer_knows_a_flag_for_training(here: Path) -> None:
    """However the program gives it, it is check_layer that sets it, both ways."""
    program = (
        "import numpy as np\n"
        "class Dropout:\n"
        "    def forward(self, x, is_training=True):\n"
        "        keep = np.random.rand(*x.shape) > 0.4 if is_training else np.ones(x.shape)\n"
        "        self.mask = keep / 0.6 if is_training else keep\n"
        "        return x * self.mask\n"
        "    def backward(self, dout):\n"
        "        return dout * self.mask\n"
    )
    for call in ("x, True", "x, is_training=False", "x"):
        (here / "p.py").write_text(f"{program}x = np.ones((2, 3))\nDropout().forward({call})\n")
        done = microgrid("check", "p.py", cwd=here)
        assert done.returncode == 0, f"{call}: {done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        ("Rleu", "there is none in layers.py; expected a class with forward and backward; it has: Relu, Affine, Never"),
        ("out", "it is a numpy.ndarray in layers.py"),
        ("Never", "layers.py defines it but never calls its forward"),
    ],
)
def test_check_layer_that_cannot_be_checked(here: Path, layer: str, message: str) -> None:
    """Unknown, no class, never called."""
    assert message in said(microgrid("check", "layers.py", "--layer", layer, cwd=here))


def test_check_without_torch_uses_finite_differences(here: Path) -> None:
    """And says what to install; a wrong rule is still found."""
    done = microgrid("check", "train.py", cwd=here, without=("torch",))
    assert done.returncode == 0, done.stderr
    assert "finite differences" in done.stdout
    assert 'pip install "microgrid[torch]"' in done.stdout
    done = microgrid("check", "wrong.py", cwd=here, without=("torch",))
    assert done.returncode == 1, done.stdout


# ------------------------------------------------------------------------------------------------ programs


def test_a_program_runs_as_python_would_run_it(here: Path) -> None:
    """Its arguments, its folder on the path, its name, its file; classes that can be found again."""
    (here / "sub").mkdir()
    (here / "sub" / "beside.py").write_text("value = 3.0\n")
    (here / "sub" / "program.py").write_text(
        "import sys, inspect, pickle, __main__\nimport microgrid as mg\nimport beside\n"
        "assert __name__ == '__main__' and __file__.endswith('program.py')\n"
        "assert sys.argv[1:] == ['--epochs', '3'], sys.argv\n"
        "class Kept:\n    pass\n"
        "assert type(pickle.loads(pickle.dumps(Kept()))) is Kept\n"
        "assert 'class Kept' in inspect.getsource(Kept)\n"
        "loss = mg.tensor(beside.value, requires_grad=True) ** 2\n"
        "sys.exit()\n"
    )
    done = microgrid("check", "sub/program.py", "--", "--epochs", "3", cwd=here)
    assert done.returncode == 0, done.stderr


def test_main_leaves_no_traces(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Called from Python: argv, path, the main module and what was watched are as before."""
    import builtins

    import microgrid as mg

    monkeypatch.chdir(here)
    sys.modules.pop("sizes", None)
    before = sys.argv, sys.path[:], sys.modules["__main__"], mg.Tensor.backward, builtins.__build_class__
    assert main(["draw", "train.py", "-o", "train.dot"]) == 0
    assert main(["check", "layers.py", "--layer", "Never"]) == 2
    assert (sys.argv, sys.path[:], sys.modules["__main__"], mg.Tensor.backward, builtins.__build_class__) == before


@pytest.mark.parametrize(
    ("program", "loss"),
    [
        ("loss = w.sum()\nother = (w * 2).sum()", "loss"),
        ("first = w.sum()\nlast = (w * w).sum()", "last"),
        ("(w * w).sum().backward()\nlast = w.mean()", "sum"),
        ("loss = 1.5\ncost = w.sum()\nvector = w * 2", "cost"),
        ("losses = [w.sum(), w.mean()]\nlosses[1].backward()\n", "mean"),
        ("def step():\n    error = (w * w).sum()\n    error.backward()\nstep()", "error"),
    ],
)
def test_the_loss_that_is_meant_is_found(here: Path, program: str, loss: str) -> None:
    """A variable `loss`, else what backward was called on, else the last scalar that carries a gradient."""
    (here / "p.py").write_text(f"import microgrid as mg\nw = mg.tensor([1.0, 2.0], requires_grad=True)\n{program}\n")
    done = microgrid("check", "p.py", "--json", cwd=here, without=("torch",))  # which takes a second to load
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["reports"]) == [loss]


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("x = mg.ones((2, 3))", "its Tensors: x (2, 3) (constant)"),
        ("loss = mg.ones(3).sum().item()", "its `loss` is a float; keep the Tensor, not its number"),
        ("n = 3", "it has no Tensors among its variables"),
        ("y = mg.tensor([1.0], requires_grad=True)", "y (1,) (leaf)"),
        ("for i in range(30): globals()[f't{i}'] = mg.ones(i)", "and 18 more"),
    ],
)
def test_no_loss_says_what_was_looked_for(here: Path, program: str, message: str) -> None:
    """And which Tensors there are."""
    (here / "p.py").write_text(f"import microgrid as mg\n{program}\n")
    text = said(microgrid("check", "p.py", cwd=here))
    assert "p.py left no loss to look at" in text
    assert "a variable `loss`, a Tensor that .backward() was called on" in text
    assert message in text
    assert "--target NAME" in text


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("lost", "--target lost: NameError: name 'lost' is not defined"),
        ("np", "--target np is a module, expected a microgrid Tensor"),
        ("1 +", "--target 1 +: SyntaxError"),
    ],
)
def test_a_target_that_is_no_tensor(here: Path, target: str, message: str) -> None:
    """Unknown, of another type, or no Python."""
    text = said(microgrid("check", "train.py", "--target", target, cwd=here))
    assert message in text
    assert "W1 (3, 4) (leaf)" in text


def test_a_program_that_raises_shows_its_own_traceback(here: Path) -> None:
    """The user's lines and the error, none of ours."""
    (here / "p.py").write_text(
        "import microgrid as mg\n"
        "def forward(x, w):\n"
        "    return x @ w\n"
        "try:\n"
        "    forward(mg.ones((1, 3)), mg.ones((4, 2)))\n"
        "except ValueError as e:\n"
        "    raise RuntimeError('the sizes are wrong') from e\n"
    )
    text = said(microgrid("check", "p.py", cwd=here))
    assert text.startswith("microgrid: p.py failed\n\nTraceback")
    first, cause, second = text.partition("The above exception was the direct cause")
    assert cause and re.search(r'p\.py", line 5, in <module>.*p\.py", line 3, in forward.*return x @ w', first, re.S)
    assert "ValueError: matmul: x (1, 3) @ w (4, 2): inner sizes 3 and 4 differ" in first
    assert re.search(r'p\.py", line 7, in <module>.*RuntimeError: the sizes are wrong$', second.rstrip(), re.S)
    assert not re.search(r"microgrid/\w+/", text)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import sys; sys.exit(3)", "p.py gave up, with exit code 3"),
        ("import sys; sys.exit('no data')", "p.py gave up, saying: no data"),
        ("def f(:\n", "SyntaxError"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("raise KeyboardInterrupt", "interrupted"),
    ],
)
def test_a_program_that_does_not_get_to_its_end(here: Path, program: str, message: str) -> None:
    """Said in a line, or by its own error."""
    (here / "p.py").write_text(program)
    done = microgrid("check", "p.py", cwd=here)
    assert done.returncode == (130 if "Keyboard" in program else 2)
    assert message in done.stderr
    assert "microgrid/cli" not in done.stderr


@pytest.mark.parametrize(("file", "message"), [("nothing.py", "there is no file nothing.py"), (".", ". is a folder")])
def test_a_program_that_is_not_there(here: Path, file: str, message: str) -> None:
    """A missing file, a folder."""
    assert message in said(microgrid("check", file, cwd=here))
    assert message in said(microgrid("draw", file, "-o", "x.svg", cwd=here))
