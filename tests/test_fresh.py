"""`.ci/fresh.py`, the one line from a bare Python to a demo: every way it can go, with pip and venv played by stubs."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / ".ci" / "fresh.py"


class Stage:
    """The script, loaded from a small checkout of its own, and what it asked pip, venv and the system for."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (root / ".ci").mkdir()
        (root / "tests").mkdir()
        (root / "microgrid").mkdir()
        (root / "pyproject.toml").write_text("[project]\n")
        (root / "tests/constraints.txt").write_text("torch==2.13.0\n")
        (root / "microgrid/__init__.py").write_text('__version__ = "1.2.3"\n')
        self.root = root
        self.script = shutil.copy(SCRIPT, root / ".ci/fresh.py")
        self.fresh = self.load()
        self.installs: list[str] = []  # the extras of each call of pip
        self.runs: list[tuple[list[str], Path | None]] = []
        self.no_wheel: set[str] = set()
        self.complaint = "ERROR: No matching distribution found for {package}>=2 (from microgrid)\n"
        self.exit_code = 0
        self.python: tuple[int, ...] | None = None  # what runs in .venv
        monkeypatch.setattr(self.fresh, "pip_install", self.pip_install)
        monkeypatch.setattr(self.fresh, "run", self.run)
        monkeypatch.setattr(self.fresh, "create", self.create)
        monkeypatch.setattr(self.fresh, "version_of", lambda python: self.python)
        monkeypatch.setattr(self.fresh, "output_of", lambda *command: "pip 25.0 from here")
        self.created: list[bool] = []

    def load(self) -> ModuleType:
        spec = importlib.util.spec_from_file_location("fresh", self.script)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def create(self, clear: bool) -> None:
        self.created.append(clear)
        self.python = tuple(sys.version_info[:2])
        self.fresh.VENV.mkdir(exist_ok=True)
        self.fresh.write_stamp({})

    def pip_install(self, python: Path, *arguments: str) -> tuple[int, str]:
        self.installs.append(arguments[-1])
        for package in sorted(self.no_wheel):
            extra = next(name for name, (wheel, _) in self.fresh.OPTIONAL.items() if wheel == package)
            if extra in arguments[-1]:
                return 1, self.complaint.format(package=package)
        return self.exit_code, "ERROR: it is Monday\n"

    def run(self, command: list[str], cwd: Path | None) -> int:
        self.runs.append((command[1:], cwd))
        return 7


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(tmp_path, monkeypatch)


# -- what an unfit Python is told --------------------------------------------------------------------------------------


def test_an_old_python_is_told(stage: Stage) -> None:
    message = stage.fresh.old_python((3, 8, 10))
    assert "needs Python 3.10 or newer" in message and "this is Python 3.8" in message and "python3.12" in message
    assert stage.fresh.old_python((3, 10, 0)) is None and stage.fresh.old_python((4, 0, 0)) is None


def test_python_3_6_can_read_the_script() -> None:
    """It must get as far as the message."""
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8", "3.9"])
def test_a_real_old_python_gets_as_far_as_the_message(version: str) -> None:
    pyenv = Path(os.environ.get("PYENV_ROOT", "no pyenv"), "versions")
    for python in [f"python{version}", *pyenv.glob(f"{version}.*/bin/python")]:
        try:
            done = subprocess.run([python, str(SCRIPT), "demo"], capture_output=True, text=True)
        except OSError:
            continue
        if done.returncode != 127:  # pyenv's answer for a version that is not the chosen one
            assert done.returncode == 2 and f"this is Python {version}" in done.stderr
            return
    pytest.skip(f"no python{version} on this machine")


@pytest.mark.parametrize("module", ["ensurepip", "venv"])
def test_a_python_without_venv_is_told_what_to_install(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage(tmp_path, monkeypatch)
    fresh = stage.load()  # without stubs: `create` is the real one
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == module else find(name, *rest))
    assert fresh.main(["demo"]) == 2
    said = capsys.readouterr().err
    assert f"no module `{module}`" in said and "apt install python3-venv" in said
    assert "python{}.{}-venv".format(*sys.version_info[:2]) in said
    assert not fresh.VENV.exists()


def test_a_venv_that_fails_says_how(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = stage.load()
    failed = subprocess.CompletedProcess([], 1, stdout="Error: ensurepip is not available\n")
    monkeypatch.setattr(subprocess, "run", lambda *rest, **more: failed)
    with pytest.raises(fresh.SetUpError, match=r"(?s)ensurepip is not available.*apt install python3-venv"):
        fresh.create(clear=False)


# -- the environment ---------------------------------------------------------------------------------------------------


def test_a_missing_environment_is_made(stage: Stage) -> None:
    assert stage.fresh.main(["demo"]) == 7
    assert stage.created == [False]


def test_an_environment_whose_python_is_gone_is_made_anew(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.fresh.VENV.mkdir()
    assert stage.fresh.main(["demo"]) == 7
    assert stage.created == [True] and "its Python is gone" in capsys.readouterr().out


def test_ours_of_another_python_is_made_anew(stage: Stage) -> None:
    stage.fresh.main(["demo"])
    stage.python = (3, 99)
    stage.fresh.main(["demo"])
    assert stage.created == [False, True]


def test_somebody_elses_of_another_python_is_left_alone(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.fresh.VENV.mkdir()
    stage.python = (3, 99)
    assert stage.fresh.main(["demo"]) == 2
    assert stage.created == [] and "Move it away" in capsys.readouterr().err


# -- what is installed -------------------------------------------------------------------------------------------------


def test_the_second_run_installs_nothing(stage: Stage) -> None:
    stage.fresh.main(["demo"])
    stage.fresh.main(["demo"])
    assert stage.installs == [".[digits,draw,torch]"] and len(stage.runs) == 2


def test_the_other_task_adds_to_what_is_there(stage: Stage) -> None:
    stage.fresh.main(["demo"])
    stage.fresh.main(["test"])
    stage.fresh.main(["demo"])
    assert stage.installs == [".[digits,draw,torch]", ".[digits,draw,test,torch]"]


@pytest.mark.parametrize("file", ["pyproject.toml", "tests/constraints.txt", "microgrid/__init__.py"])
def test_a_changed_declaration_installs_again(stage: Stage, file: str) -> None:
    stage.fresh.main(["demo"])
    path = stage.root / file
    path.write_text(path.read_text().replace("1.2.3", "1.2.4") + "# changed\n")
    stage.fresh.main(["demo"])
    assert len(stage.installs) == 2


def test_code_alone_installs_nothing(stage: Stage) -> None:
    stage.fresh.main(["demo"])
    (stage.root / "microgrid/__init__.py").write_text('import numpy\n__version__ = "1.2.3"\n')
    stage.fresh.main(["demo"])
    assert len(stage.installs) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"digest": 3}', "\x00"])
def test_a_broken_stamp_counts_as_none(stage: Stage, text: str) -> None:
    stage.fresh.main(["demo"])
    stage.fresh.STAMP.write_text(text)
    assert stage.fresh.main(["demo"]) == 7
    assert len(stage.installs) == 2


def test_an_installation_that_failed_leaves_no_stamp(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.exit_code = 1
    assert stage.fresh.main(["demo"]) == 2
    said = capsys.readouterr().err
    assert "it is Monday" in said and "--without torch" in said
    assert stage.fresh.read_stamp() == {} and not stage.runs


@pytest.mark.parametrize(
    ("package", "left", "means"),
    [("torch", ".[digits,draw]", "finite differences"), ("pygraphviz", ".[digits,torch]", "`dot`")],
)
def test_without_a_wheel_it_says_so_and_goes_on(
    stage: Stage, package: str, left: str, means: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.no_wheel = {package}
    assert stage.fresh.main(["demo"]) == 7
    assert stage.installs == [".[digits,draw,torch]", left]
    said = capsys.readouterr().out
    assert f"without {package} (no wheel" in said and means in said
    assert stage.fresh.main(["demo"]) == 7  # remembered, and said again
    assert len(stage.installs) == 2 and f"without {package} (no wheel" in capsys.readouterr().out


def test_a_wheel_of_another_version_alone_is_no_wheel(stage: Stage) -> None:
    stage.no_wheel = {"torch"}
    stage.complaint = (
        'microgrid[torch] 0.1.0 depends on {package}>=2.4; extra == "torch"\n'
        "The user requested (constraint) {package}==2.13.0\n"
        "ERROR: ResolutionImpossible: for help visit the manual\n"
    )
    assert stage.fresh.main(["demo"]) == 7
    assert stage.installs == [".[digits,draw,torch]", ".[digits,draw]"]


def test_a_dead_network_is_not_taken_for_a_missing_wheel(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.no_wheel = {"pygraphviz"}
    stage.complaint = "WARNING: Retrying (Retry(total=0)) after …\n" + stage.complaint
    assert stage.fresh.main(["demo"]) == 2
    assert "No network" in capsys.readouterr().err and len(stage.installs) == 1


def test_torch_can_be_left_out_and_had_later(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert stage.fresh.main(["--without", "torch", "demo"]) == 7
    assert "without torch (as asked)" in capsys.readouterr().out
    stage.fresh.main(["demo"])
    assert stage.installs == [".[digits,draw]", ".[digits,draw,torch]"]


# -- the command -------------------------------------------------------------------------------------------------------


def test_arguments_and_exit_code_pass_through(stage: Stage) -> None:
    assert stage.fresh.main(["demo", "--epochs", "3", "--without", "torch"]) == 7
    assert stage.fresh.main(["test", "-q", "-k", "a or b"]) == 7
    assert stage.runs == [
        (["-m", "microgrid", "demo", "--epochs", "3", "--without", "torch"], None),  # where the user is
        (["-m", "pytest", "-q", "-k", "a or b"], stage.root),
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "given: none"),
        (["dem"], "given: `dem`"),
        (["--without"], "`--without`: before the task"),
        (["--without", "numpy", "demo"], "`--without numpy`: before the task"),
        (["-q", "test"], "`-q test`: before the task"),
    ],
)
def test_a_mistyped_line_is_answered(
    stage: Stage, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stage.fresh.main(arguments) == 2
    assert said in capsys.readouterr().err and not stage.created


def test_help_is_the_docstring(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        stage.fresh.main(["--help"])
    assert stop.value.code == 0 and "python3 .ci/fresh.py demo" in capsys.readouterr().out


def test_a_child_is_run_for_real(stage: Stage) -> None:
    run: Any = stage.load().run
    assert run([sys.executable, "-c", "raise SystemExit(5)"], None) == 5
    if sys.platform != "win32":
        assert run([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"], None) == 128 + 15


def test_python_and_pip_are_not_led_astray(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_USER"):
        monkeypatch.setenv(name, "1")
    environment = stage.fresh.child_environment()
    assert environment["PIP_USER"] == "0"
    assert not {"PYTHONPATH", "PYTHONHOME", "PIP_TARGET"} & set(environment)


def test_paths_are_windows_paths_on_windows(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    windows = type("os", (), {"name": "nt"})
    monkeypatch.setattr(stage.fresh, "os", windows)
    assert stage.fresh.python_of(Path("x")).parts == ("x", "Scripts", "python.exe")
