"""The demo: what a stranger sees first. Run as they run it, with everything and with each thing missing."""

from __future__ import annotations

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.test_cli import TORCH, microgrid, needs_renderer, said

pytest.importorskip("sklearn", reason="the demo's digits are scikit-learn's")


def accuracy(done: subprocess.CompletedProcess[str]) -> float:
    """The share of held-out digits recognised, in percent."""
    found = re.search(r"^([\d.]+) % of the 357 held-out digits recognised$", done.stdout, re.M)
    assert found, done.stdout
    return float(found[1])


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


@needs_renderer
def test_the_demo_learns_checks_and_draws(tmp_path: Path) -> None:
    """As given: over 95 % of held-out digits, the table of gradients, a verdict, three pictures, where it runs."""
    done = microgrid("demo", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert accuracy(done) > 95
    shapes = {"hidden.weight": (64, 64), "hidden.bias": (64,), "output.weight": (10, 64), "output.bias": (10,)}
    for name, shape in shapes.items():
        assert re.search(rf"^{name} +{re.escape(str(shape))} +[\d.]+ +[\d.]+  ▇", done.stdout, re.M), name
    assert re.search(r"^PASS  ", done.stdout, re.M)
    assert ("reference: torch" if TORCH else "reference: finite differences") in done.stdout
    assert files(tmp_path) == {"demo.svg", "demo.png", "demo.html"}
    svg = (tmp_path / "demo.svg").read_text()
    missing = [text for text in ("pixels", "hidden", "output", "dropout", "loss", "demo.py:") if text not in svg]
    assert not missing, "cards are missing"
    assert (tmp_path / "demo.png").read_bytes().startswith(b"\x89PNG")
    assert "<html" in (tmp_path / "demo.html").read_text().lower()
    time = re.search(r"^([\d.]+) s in all", done.stdout, re.M)
    assert time and float(time[1]) < 30


def test_the_demo_writes_where_it_is_told(tmp_path: Path) -> None:
    """--out makes the folder; --epochs and --seed are obeyed, and the same seed gives the same numbers."""
    first = microgrid("demo", "--out", "a/b", "--epochs", 2, "--seed", 3, cwd=tmp_path, without=("torch",))
    again = microgrid("demo", "--out", "c", "--epochs", 2, "--seed", 3, cwd=tmp_path, without=("torch",))
    other = microgrid("demo", "--out", "c", "--epochs", 2, "--seed", 4, cwd=tmp_path, without=("torch",))
    assert first.returncode == again.returncode == other.returncode == 0, first.stderr
    assert "demo.html" in files(tmp_path / "a" / "b")
    assert "epoch   2 of 2 " in first.stdout

    def learnt(done: subprocess.CompletedProcess[str]) -> str:
        return done.stdout.partition("checked")[0]

    assert learnt(first) == learnt(again) != learnt(other)


def test_without_torch_the_demo_checks_by_finite_differences(tmp_path: Path) -> None:
    """And says what is missing."""
    done = microgrid("demo", "--epochs", 2, cwd=tmp_path, without=("torch",))
    assert done.returncode == 0, done.stderr
    assert 'pip install "microgrid[torch]"' in done.stdout
    assert re.search(r"^PASS .*agree with finite differences", done.stdout, re.M)


@pytest.mark.skipif(find_spec("pygraphviz") is None, reason="pygraphviz, the bundled Graphviz, is not installed here")
def test_without_dot_the_demo_draws_with_the_bundled_graphviz(tmp_path: Path) -> None:
    """A machine without `dot` gets the same three pictures."""
    empty = tmp_path / "bin"
    empty.mkdir()
    done = microgrid("demo", "--epochs", 1, "--out", "out", cwd=tmp_path, without=("torch",), path=str(empty))
    assert done.returncode == 0, done.stderr
    assert files(tmp_path / "out") == {"demo.svg", "demo.png", "demo.html"}


def test_without_any_renderer_the_demo_says_what_to_install(tmp_path: Path) -> None:
    """The rest runs, and the page is written all the same."""
    empty = tmp_path / "bin"
    empty.mkdir()
    missing = ("torch", "pygraphviz")
    done = microgrid("demo", "--epochs", 1, "--out", "out", cwd=tmp_path, without=missing, path=str(empty))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count('pip install "microgrid[draw]"') == 2
    assert files(tmp_path / "out") == {"demo.html"}


def test_without_scikit_learn_the_demo_says_what_to_install(tmp_path: Path) -> None:
    """There are no digits without it."""
    message = said(microgrid("demo", cwd=tmp_path, without=("sklearn",)))
    assert "handwritten digits" in message and 'pip install "microgrid[demo]"' in message
    assert not files(tmp_path)


@pytest.mark.parametrize("missing", [("torch", "rich"), ("torch",)])
def test_on_a_terminal_the_demo_shows_a_progress_bar(tmp_path: Path, missing: tuple[str, ...]) -> None:
    """With rich; without it, plain lines and what to install."""
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    import os
    import sys

    from tests.test_cli import ROOT, WITHOUT

    if "rich" not in missing:
        pytest.importorskip("rich")
    written = []

    def read(fd: int) -> bytes:
        data = os.read(fd, 65536)
        written.append(data)
        return b"." if data else b""  # pytest's own stdout need not see it

    program = WITHOUT.format(names=set(missing))
    environment = {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        status = pty.spawn([sys.executable, "-c", program, "demo", "--epochs", "2", "--out", str(tmp_path)], read)
    finally:
        os.environ.clear()
        os.environ.update(before)
    shown = b"".join(written).decode()
    assert os.waitstatus_to_exitcode(status) == 0, shown
    if "rich" in missing:
        assert 'pip install "microgrid[demo]"' in shown
        assert "epoch   2 of 2" in shown and "\x1b[" not in shown
    else:
        assert "━" in shown and "2/2" in shown
        assert "\x1b[1;32mPASS" in shown
    assert "held-out digits recognised" in shown


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_folder_that_cannot_be_written_is_told_before_training(tmp_path: Path, out: str) -> None:
    """--out that is a file, or below one."""
    (tmp_path / "file").write_text("")
    done = microgrid("demo", "--out", out, cwd=tmp_path)
    assert f"--out {out}: cannot write there" in said(done)
    assert not done.stdout


def test_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Something of its name is in the way."""
    (tmp_path / "demo.html").mkdir()
    assert "demo.html: cannot be written" in said(microgrid("demo", "--epochs", 1, cwd=tmp_path, without=("torch",)))


def test_the_network_agrees_with_its_twin_in_torch() -> None:
    """Trained for a few steps from the same weights on the same batches, dropout off, the losses and the weights are
    Torch's; so is the picture's subject no special case of ours."""
    torch = pytest.importorskip("torch", reason="what it compares with is Torch")
    import microgrid as mg
    from microgrid import demo

    images, labels = demo.digits()
    mg.manual_seed(1)
    mine = demo.Network()
    mine.dropout.p = 0.0
    twin = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    with torch.no_grad():
        for theirs, p in zip(twin.parameters(), mine.parameters()):
            theirs.copy_(torch.from_numpy(p.numpy().copy()))
    seen: list[float] = []
    last = demo.train(mine, images[:240], labels[:240], 3, lambda epoch, loss: seen.append(loss))
    optimizer = torch.optim.Adam(twin.parameters(), lr=0.003)
    order, expected = np.random.default_rng(240), []
    for _ in range(3):
        losses = []
        for rows in np.split(order.permutation(240), 4):
            x, t = torch.from_numpy(images[rows]), torch.from_numpy(labels[rows])
            loss = torch.nn.functional.cross_entropy(twin(x), t)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        expected.append(np.mean(losses))
    np.testing.assert_allclose(seen, expected, rtol=1e-5)  # float32, 12 steps of Adam
    np.testing.assert_allclose(last.item(), losses[-1], rtol=1e-5)
    for p, theirs in zip(mine.parameters(), twin.parameters()):
        np.testing.assert_allclose(p.numpy(), theirs.detach().numpy(), rtol=1e-3, atol=1e-5)
