#!/usr/bin/env python3
"""From a bare Python to a running microgrid, in one line.

    python3 .ci/fresh.py demo [arguments of `microgrid demo`]
    python3 .ci/fresh.py test [arguments of pytest]

Makes the environment .venv in this checkout, installs what the task needs, runs it and returns its exit code. A second
run goes straight to the task. `--without torch` (before the task) leaves out Torch, a download of several GB on Linux.

Exit code 2: the set-up failed, and the last lines say what to do. Only the standard library is used, and only syntax
that Python 3.6 can read: an old Python must get far enough to be told that it is old.
"""

import sys

OLDEST = (3, 10)


def old_python(version: "tuple[Any, ...]") -> "str | None":
    """What to tell a Python that is too old; None for one that will do."""
    if tuple(version[:2]) >= OLDEST:
        return None
    return (
        f"microgrid needs Python {OLDEST[0]}.{OLDEST[1]} or newer; "
        f"this is Python {version[0]}.{version[1]} ({sys.executable}).\n"
        "Run the same line with a newer one, for example: python3.12 .ci/fresh.py demo"
    )


if __name__ == "__main__" and old_python(sys.version_info):
    sys.stderr.write(f"fresh: {old_python(sys.version_info)}\n")
    sys.exit(2)

import hashlib
import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "fresh.json"  # what was installed, and from which declarations; also: this script made the environment
CONSTRAINTS = ROOT / "tests" / "constraints.txt"


class Task(NamedTuple):
    """What a task installs (extras of pyproject.toml) and runs (arguments of the environment's Python)."""

    extras: tuple[str, ...]
    optional: tuple[str, ...]  # left out, and said so, where they have no wheel
    command: tuple[str, ...]


TASKS = {
    "demo": Task(("digits",), ("torch", "draw"), ("-m", "microgrid", "demo")),
    "test": Task(("test",), ("torch", "draw"), ("-m", "pytest")),
}

# The package whose wheel may be missing, and what happens then.
OPTIONAL = {
    "torch": ("torch", "the demo checks by finite differences, tests against Torch are skipped"),
    "draw": ("pygraphviz", "pictures need Graphviz's `dot` on this machine"),
}


class SetUpError(Exception):
    """The set-up cannot go on; the message is for the person at the keyboard."""


def say(message: str) -> None:
    print("fresh: " + message, flush=True)


def child_environment() -> dict[str, str]:
    """This process's variables without those that would send Python or pip outside .venv."""
    stray = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON")
    return {name: value for name, value in os.environ.items() if name not in stray} | {"PIP_USER": "0"}


def output_of(*command: "str | Path") -> "str | None":
    """What a command printed; None if it failed or could not be started."""
    try:
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, encoding="utf-8", errors="replace",
            env=child_environment(), timeout=300,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


# -- the environment ---------------------------------------------------------------------------------------------------


def python_of(venv: Path) -> Path:
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def version_of(python: Path) -> "tuple[int, ...] | None":
    """(3, 12) for a Python that runs; None for one that is missing, dangling or broken."""
    printed = output_of(python, "-c", "import sys; print(*sys.version_info[:2])")
    try:
        return tuple(int(part) for part in (printed or "").split()) or None
    except ValueError:
        return None


def no_venv(reason: str) -> SetUpError:
    mine = "python{}.{}-venv".format(*sys.version_info[:2])
    return SetUpError(
        f"this Python ({sys.executable}) cannot make a virtual environment: {reason}.\n"
        f"Debian, Ubuntu:  sudo apt update && sudo apt install python3-venv\n"
        f"                 ({mine} if this is not the system's own Python)\n"
        f"elsewhere:       install a Python that brings `venv` and `ensurepip`, and run the same line with it"
    )


def create(clear: bool) -> None:
    lacking = [module for module in ("venv", "ensurepip") if importlib.util.find_spec(module) is None]
    if lacking:
        raise no_venv("it has no module " + " and no module ".join(f"`{module}`" for module in lacking))
    # From inside .venv itself, the Python that it was made from: --clear would saw off the branch.
    python = getattr(sys, "_base_executable", None) or sys.executable
    command = [python, "-m", "venv", *(["--clear"] if clear else []), str(VENV)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        env=child_environment(),
    )  # fmt: skip
    if done.returncode:
        raise no_venv("`{}` failed with\n{}".format(" ".join(command), tail(done.stdout)))
    write_stamp({})


def environment() -> Path:
    """The Python of .venv: made, reused, repaired or made anew."""
    python, here = python_of(VENV), tuple(sys.version_info[:2])
    found = version_of(python)
    if not VENV.exists() and not VENV.is_symlink():
        say("making the environment .venv with Python {}.{}".format(*here))
        create(clear=False)
    elif found is None:
        say("making .venv anew: its Python is gone or does not run")
        create(clear=True)
    elif found != here and not STAMP.exists():
        raise SetUpError(
            "{} holds Python {}.{}, was not made by this script, and this is Python {}.{}.\n"
            "Move it away, or run this line with its Python: {} .ci/fresh.py".format(VENV, *found, *here, python)
        )
    elif found != here:
        say("making .venv anew: it holds Python {}.{}, this is Python {}.{}".format(*found, *here))
        create(clear=True)
    elif output_of(python, "-m", "pip", "--version") is None:
        say("repairing .venv: it has no pip")
        if output_of(python, "-m", "ensurepip", "--upgrade", "--default-pip") is None:
            create(clear=True)
    return python


# -- what is installed -------------------------------------------------------------------------------------------------


def digest() -> str:
    """Changes whenever an installed environment may no longer be what the checkout asks for."""
    face = ROOT / "microgrid" / "__init__.py"
    version = re.search(r"^__version__.*$", face.read_text(encoding="utf-8"), re.M) if face.exists() else None
    parts = [
        (ROOT / "pyproject.toml").read_bytes(),
        CONSTRAINTS.read_bytes(),
        version.group().encode() if version else b"",
        str(ROOT).encode(),  # a moved checkout: the installation points to the old place
    ]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp() -> dict[str, Any]:
    """{"digest": …, "installed": [extras], "missing": [extras without a wheel]}; {} when it tells nothing of now."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamp if stamp["digest"] == digest() else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_stamp(stamp: dict[str, Any]) -> None:
    STAMP.write_text(json.dumps(stamp) + "\n", encoding="utf-8")


def tail(log: str, lines: int = 12) -> str:
    return "\n".join("    " + line for line in log.rstrip().splitlines()[-lines:])


def pip_install(python: Path, *arguments: str) -> tuple[int, str]:
    """pip's exit code and all it said; of that only the large downloads are shown as they begin."""
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    log = []
    with subprocess.Popen(
        command, cwd=ROOT, env=child_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
    ) as pip:  # fmt: skip
        for line in pip.stdout or ():
            log.append(line)
            large = re.match(r"\s*Downloading (\S+) \(((?:\d{2,}(?:\.\d+)? M|[\d.]+ G)B)\)", line)
            if large:
                say("  downloading {} ({})".format(large.group(1).rsplit("/", 1)[-1], large.group(2)))
    return pip.returncode, "".join(log)


def has_no_wheel(package: str, log: str) -> bool:
    """pip found no wheel of a package at all, or none of the version that tests/constraints.txt asks for."""
    if "Retrying (Retry(" in log:  # no network: what it did not find may well be there
        return False
    none = re.search(rf"No matching distribution found for {package}\b", log)
    other_versions = "ResolutionImpossible" in log and re.search(rf"depends on {package}\b", log)
    return bool(none or other_versions)


def left_out(extra: str, reason: str) -> None:
    package, consequence = OPTIONAL[extra]
    say(f"without {package} ({reason}): {consequence}")


def install(python: Path, task: Task, without: "frozenset[str]" = frozenset()) -> None:
    """Bring .venv to what the task needs; nothing at all when the stamp says that it is there."""
    stamp = read_stamp()
    installed, missing = set(stamp.get("installed", ())), set(stamp.get("missing", ()))
    for extra in sorted(without & set(task.optional) - installed):
        left_out(extra, "as asked")
    for extra in sorted(missing & set(task.optional) - without):
        left_out(extra, "no wheel for this Python and platform")
    wanted = set(task.extras) | (set(task.optional) - without - missing)
    if stamp and wanted <= installed:
        return
    wanted |= installed
    write_stamp({})  # an installation that is broken off leaves nothing that could be taken for whole
    # Before 23.1, pip could not or not always install a checkout like this one (editable, from pyproject.toml alone).
    pip_version = re.match(r"pip (\d+)\.(\d+)", output_of(python, "-m", "pip", "--version") or "")
    if pip_version and (int(pip_version.group(1)), int(pip_version.group(2))) < (23, 1):
        pip_install(python, "--upgrade", "pip")
    while True:
        extras = ",".join(sorted(wanted))
        say(f"installing microgrid[{extras}] into .venv")
        # A missing wheel must show as such, not as the compiler errors of a source build.
        only_wheels = [part for package, _ in OPTIONAL.values() for part in ("--only-binary", package)]
        code, log = pip_install(
            python, "--prefer-binary", *only_wheels, "-c", str(CONSTRAINTS.relative_to(ROOT)), "-e", f".[{extras}]"
        )
        if code == 0:
            break
        lacking = {extra for extra in wanted & set(OPTIONAL) if has_no_wheel(OPTIONAL[extra][0], log)}
        if not lacking:
            raise SetUpError(
                f"pip could not install microgrid[{extras}]; it ended with\n{tail(log)}\n"
                "No network, or no room? The same line tries again; `--without torch` before the task "
                "saves several GB on Linux."
            )
        for extra in sorted(lacking):
            left_out(extra, "no wheel for this Python and platform")
        wanted -= lacking
        missing |= lacking
    write_stamp({"digest": digest(), "installed": sorted(wanted), "missing": sorted(missing)})


# -- the command -------------------------------------------------------------------------------------------------------


def parse(arguments: list[str]) -> tuple[str, frozenset[str], list[str]]:
    """(task, extras to leave out, what is passed on). Options before the task are ours, all after it are the task's."""
    without, rest = set(), list(arguments)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in ("-h", "--help"):
            print((__doc__ or "").strip())
            raise SystemExit(0)
        if option != "--without" or not rest or rest[0] not in OPTIONAL:
            given = " ".join([option, *rest[:1]])
            raise SetUpError(f"`{given}`: before the task only `--without {'|'.join(OPTIONAL)}` is known")
        without.add(rest.pop(0))
    if not rest or rest[0] not in TASKS:
        given = f"`{rest[0]}`" if rest else "none"
        raise SetUpError(f"the task is `{'` or `'.join(TASKS)}`; given: {given}. Example: python3 .ci/fresh.py demo")
    return rest[0], frozenset(without), rest[1:]


def run(command: list[str], cwd: "Path | None") -> int:
    """The command's exit code, 128 + n if signal n ended it; its input and output are ours."""
    with subprocess.Popen(command, cwd=cwd, env=child_environment()) as child:
        while True:
            try:
                code = child.wait()
                return code if code >= 0 else 128 - code
            except KeyboardInterrupt:  # the child had it too, and decides
                continue


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # pip's words on a terminal that cannot spell them
    try:
        name, without, rest = parse(arguments)
        task = TASKS[name]
        python = environment()
        install(python, task, without)
    except SetUpError as error:
        print(f"fresh: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"fresh: {error}\nIs {ROOT} writable, and is there room?", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nfresh: stopped; the same line goes on from here", file=sys.stderr)
        return 130
    command = [*task.command, *rest]
    say("python " + " ".join(command))
    # The tests are the checkout's; the demo writes where you are.
    return run([str(python), *command], cwd=ROOT if name == "test" else None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
