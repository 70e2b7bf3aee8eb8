"""The README's picture: the first training step of a small network with dropout, 3 → 4 → 2, drawn by microgrid.

    python docs/examples/picture.py [FOLDER]

writes exercise.svg and exercise.png (docs/images unless told otherwise). Where Torch is installed, every value and
gradient is compared with Torch's under the very same dropout mask, and the verdicts stand on the cards.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np

import microgrid as mg
from microgrid.nn import functional as F

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent / "images")

mg.manual_seed(3)
x = mg.asarray(np.array([[1.0, 2.0, 3.0]]))
t = mg.asarray(np.array([[0.0, 1.0]]))
W1 = mg.tensor(np.arange(1, 13).reshape(3, 4) / 10, requires_grad=True)
W2 = mg.tensor(np.arange(2, 10).reshape(4, 2) / 10, requires_grad=True)

h = x @ W1
a = F.relu(h)
with mg.scope("drop", "Dropout", "p 0.4"):
    d = F.dropout(a, p=0.4)
z = d @ W2
with mg.scope("loss", "CrossEntropy"):
    y = F.softmax(z, dim=1)
    l = mg.log(y)
    loss = -(t * l).sum()

report = mg.reference.check(loss) if importlib.util.find_spec("torch") else None
picture = mg.draw(loss, check=report, title="Exercise 3: 3 → 4 → 2 with dropout")

folder.mkdir(parents=True, exist_ok=True)
for name in ("exercise.svg", "exercise.png"):
    print(picture.save(folder / name))
