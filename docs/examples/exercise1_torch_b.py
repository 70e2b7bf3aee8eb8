"""Exercise 1 by autodiff, in microgrid beside Torch: a network 3 → 4 → 2 forward, for x = [4,5,6]."""

import numpy as np

import microgrid as mg
from microgrid.nn import functional as F

x = mg.tensor([[4.0, 5.0, 6.0]], dtype=float)
W1 = mg.tensor(np.arange(0.1, 1.3, 0.1).reshape(3, 4))
W2 = mg.tensor(np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2))

y = F.softmax(F.relu(x @ W1) @ W2, dim=1)

print("microgrid : x=[4,5,6]----------------------------------------------------")
print(f"\noutput : {y}\n")

try:
    import torch
except ImportError:
    print("Torch is not installed, so there is nothing to compare with")
else:
    tx, tW1, tW2 = (torch.tensor(v.numpy().copy()) for v in (x, W1, W2))
    ty = torch.softmax(torch.relu(tx @ tW1) @ tW2, dim=1)
    difference = np.abs(y.numpy() - ty.numpy()).max()

    print("Pytorch : x=[4,5,6]----------------------------------------------------")
    print(f"\noutput : {ty}\n")
    print(f"largest difference: {difference:.1e}")
