"""The demonstration: a small network learns handwritten digits; then its graph is drawn and checked against Torch.

It is written as a user would write it, and counts as one: its lines are the source lines on the picture's cards.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import microgrid as mg

HELD_OUT = 357  # digits that the network never learns from: a fifth
BATCH = 60  # 24 of them make the rest


class Missing(Exception):
    """Something that the demo cannot do without is not installed; the message says what to install."""


# ------------------------------------------------------------------------------------------------ the program


class Network(mg.nn.Module):
    """64 pixels → 64 hidden units → 10 digits."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = mg.nn.Linear(64, 64)
        self.relu = mg.nn.ReLU()
        self.dropout = mg.nn.Dropout(0.2)
        self.output = mg.nn.Linear(64, 10)

    def forward(self, pixels: mg.Tensor) -> mg.Tensor:
        h = self.dropout(self.relu(self.hidden(pixels)))
        scores: mg.Tensor = self.output(h)
        return scores


def train(network: Network, images: Any, labels: Any, epochs: int, after: Callable[[int, float], None]) -> mg.Tensor:
    """Adam on batches drawn anew each epoch; gives the last step's loss, with its graph and gradients."""
    criterion = mg.nn.CrossEntropyLoss()
    optimizer = mg.optim.Adam(network.parameters(), lr=0.003)
    order = np.random.default_rng(len(labels))
    for epoch in range(1, epochs + 1):
        losses = []
        for rows in np.split(order.permutation(len(labels)), range(BATCH, len(labels), BATCH)):
            pixels = mg.tensor(images[rows], name="pixels")
            digits = mg.tensor(labels[rows], name="digits")
            loss: mg.Tensor = criterion(network(pixels), digits)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        after(epoch, float(np.mean(losses)))
    return loss


def predicted(network: Network, images: Any) -> Any:
    """The digit that the network sees in each image."""
    network.eval()
    with mg.no_grad():
        return network(mg.tensor(images)).numpy().argmax(axis=1)


def digits() -> tuple[Any, Any]:
    """scikit-learn's 1,797 handwritten digits: pixels from 0 to 1, labels. Raises Missing without scikit-learn."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise Missing(
            'the demo learns the handwritten digits that scikit-learn brings along; pip install "microgrid[demo]"'
        ) from None
    data = load_digits()
    return (data.data / 16).astype(np.float32), data.target


# ------------------------------------------------------------------------------------------------ what is shown


def main(folder: Path, epochs: int = 30, seed: int = 0) -> int:
    """Train, show, check and draw; gives the exit code: 1 if a gradient disagrees with the reference."""
    began = time.perf_counter()
    page = Page()
    images, labels = digits()
    order = np.random.default_rng(seed).permutation(len(labels))
    rows, held_out = order[:-HELD_OUT], order[-HELD_OUT:]
    mg.manual_seed(seed)
    network = Network()
    count = sum(p.size for p in network.parameters())

    page.title("microgrid: learn, look, check")
    page.say(f"{len(labels):,} handwritten digits of 8 × 8 pixels: {len(rows):,} to learn from, {HELD_OUT} held out")
    page.say(f"64 → Linear → 64 → ReLU → Dropout 0.2 → Linear → 10: {count:,} parameters, cross-entropy, Adam")

    page.title("Learn")
    with page.progress(epochs) as after:
        loss = train(network, images[rows], labels[rows], epochs, after)
    answers, right = predicted(network, images[held_out]), labels[held_out]
    page.say(f"{100 * np.mean(answers == right):.1f} % of the {HELD_OUT} held-out digits recognised", "bold green")
    page.say()
    page.say(gallery(images[held_out], answers, right))

    page.title("The gradients of the last step")
    page.say(gradient_table(network))

    page.title("Every value and gradient of that step, checked")
    report = mg.reference.check(loss)
    for line in str(report).splitlines():
        page.say(line, {"PASS": "bold green", "FAIL": "bold red"}.get(line[:4], ""))

    page.title("Look")
    save(mg.draw(loss, check=report), folder, page)
    page.say(f"\n{time.perf_counter() - began:.1f} s in all. For a program of yours: microgrid draw FILE.py --check")
    return 0 if report else 1


SHADES = " ░▒▓█"


def gallery(images: Any, answers: Any, right: Any, most: int = 4) -> str:
    """A few digits side by side, the network's answer below each; a mistake last, where there is one."""
    wrong = np.flatnonzero(answers != right)[:1]
    shown = [*np.flatnonzero(answers == right)[: most - len(wrong)], *wrong]
    pictures = []
    for k in shown:
        shades = np.clip((images[k].reshape(8, 8) * len(SHADES)).astype(int), 0, len(SHADES) - 1)
        lines = ["".join(SHADES[s] * 2 for s in line) for line in shades]
        said = f"a {answers[k]}" if answers[k] == right[k] else f"a {answers[k]}? it is a {right[k]}"
        pictures.append([*lines, f"{said:^16}"])
    return "\n".join("  ".join(line).rstrip() for line in zip(*pictures, strict=True))


def gradient_table(network: Network) -> str:
    """Each parameter: its size, its norm and its gradient's norm."""
    rows = [("parameter", "shape", "norm", "gradient norm", "")]
    gradients = {name: p.grad for name, p in network.named_parameters() if p.grad is not None}
    norms = {name: float(np.linalg.norm(g.numpy())) for name, g in gradients.items()}
    for name, p in network.named_parameters():
        bar = "▇" * max(round(20 * norms[name] / max(norms.values())), 1)
        rows.append((name, str(p.shape), f"{np.linalg.norm(p.numpy()):.3f}", f"{norms[name]:.3f}", bar))
    width = [max(len(row[k]) for row in rows) for k in range(5)]
    return "\n".join(
        f"{a:<{width[0]}}  {b:<{width[1]}}  {c:>{width[2]}}  {d:>{width[3]}}  {e}".rstrip() for a, b, c, d, e in rows
    )


def save(diagram: Any, folder: Path, page: Page) -> None:
    """demo.svg, demo.png and demo.html; what cannot be drawn here is said."""
    from microgrid.diagram import RenderError

    for name, what in {"svg": "the graph", "png": "the same", "html": "to explore in a browser"}.items():
        target = folder / f"demo.{name}"
        try:
            diagram.save(target)
        except RenderError as e:
            page.say(f"no {target}: {e}")
        else:
            page.say(f"{target}  {target.stat().st_size / 1000:,.0f} kB, {what}")


class Page:
    """Where the demo writes: in colour with a progress bar on a terminal that rich can drive, else plain lines."""

    def __init__(self) -> None:
        self.console: Any = None
        if not sys.stdout.isatty():
            return
        try:
            from rich.console import Console
        except ImportError:
            print('(pip install "microgrid[demo]" for colours and a progress bar)')
        else:
            self.console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

    def say(self, text: str = "", style: str = "") -> None:
        """Lines of text."""
        if self.console is None:
            print(text, flush=True)
        else:
            self.console.print(text, style=style or None)

    def title(self, text: str) -> None:
        """A heading."""
        self.say()
        self.say(text, "bold cyan")
        if self.console is None:
            self.say("─" * len(text))

    @contextlib.contextmanager
    def progress(self, epochs: int) -> Iterator[Callable[[int, float], None]]:
        """Called after each epoch with its mean loss."""
        if self.console is None:
            step = max(epochs // 5, 1)

            def line(epoch: int, loss: float) -> None:
                if epoch % step == 0 or epoch in (1, epochs):
                    self.say(f"epoch {epoch:>3} of {epochs}   loss {loss:.4f}")

            yield line
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        loss_column = TextColumn("epochs   loss {task.fields[loss]:.4f}")
        columns = (BarColumn(40), MofNCompleteColumn(), loss_column, TimeElapsedColumn())
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task("", total=epochs, loss=float("nan"))
            yield lambda epoch, loss: bar.update(task, completed=epoch, loss=loss)
