"""Where Torch is missing: what is missing is said, finite differences judge node by node."""

from __future__ import annotations

import subprocess
import sys
import textwrap

BLOCKED = """
import sys
class Block:
    def find_spec(self, name, path=None, target=None):
        if name == "torch" or name.startswith("torch."):
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Block())
import numpy as np
import microgrid as mg
x = mg.tensor(np.random.default_rng(0).standard_normal((5, 4)), requires_grad=True, name="x")
w = mg.tensor(np.random.default_rng(1).standard_normal((4, 3)).astype(np.float32), requires_grad=True, name="w")
"""


def run(program: str) -> str:
    """What a program prints where torch cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BLOCKED + textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_right_graph_passes_and_says_what_is_missing():
    """Every rule by finite differences; dropout, a checkpoint, float32 and a loss."""
    text = run(
        """
        h = mg.relu(x @ w) * (mg.random.uniform(size=(5, 3)) < 0.7)
        h = mg.checkpoint(lambda h: mg.tanh(h) * w[0], h)
        report = mg.reference.check(mg.cross_entropy(mg.layer_norm(h), np.array([0, 1, 2, 0, 1])))
        print(report, bool(report), "torch" in sys.modules)
        """
    )
    assert 'pip install "microgrid[torch]"' in text
    assert "PASS  rules" in text and "finite differences" in text and text.strip().endswith("True False")


def test_a_wrong_rule_is_found_and_named():
    """The one cause; what lies below rests on it."""
    text = run(
        """
        @mg.primitive
        def cube(x):
            return x ** 3
        cube.gradients(lambda g, x: g * (2 * x * x))
        report = mg.reference.check(mg.sum(cube(x @ w) * 2.0))
        print(report, bool(report))
        """
    )
    assert "FAIL" in text and "cube's rule for x is wrong" in text and text.strip().endswith("False")
    assert "Wrong only because of it" in text and "matmul" in text.split("Wrong only")[1]


def test_gradcheck_and_check_layer_need_no_torch():
    """And a reference that would need it says so."""
    text = run(
        """
        class Square:
            def forward(self, x):
                self.x = x
                return x * x
            def backward(self, g):
                return 2 * g * self.x
        square = mg.reference.check_layer(Square(), np.ones((2, 2)))
        print(bool(mg.reference.gradcheck(mg.tanh, np.ones(3))), bool(square))
        try:
            mg.reference.check_layer(Square(), np.ones((2, 2)), reference=lambda x: x * x)
        except ImportError as error:
            print(error)
        """
    )
    assert text.startswith("True True") and 'pip install "microgrid[torch]"' in text


def test_the_import_alone_loads_no_torch():
    """The reference is a reader; Torch waits until a check needs it."""
    code = "import sys, microgrid.reference; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
