"""Exercise 2 by autodiff, in microgrid beside Torch: loss and gradients for x = [1,2,3] and the target [0, 1]."""

import numpy as np

import microgrid as mg
from microgrid.nn import functional as F

x = mg.tensor([[1.0, 2.0, 3.0]], dtype=float, requires_grad=True)
t = mg.tensor([[0.0, 1.0]], dtype=float)
W1 = mg.tensor(np.arange(0.1, 1.3, 0.1).reshape(3, 4), requires_grad=True)
W2 = mg.tensor(np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2), requires_grad=True)

z = F.relu(x @ W1) @ W2
loss = F.cross_entropy(z, t)
loss.backward()

# The original adds 1e-7 inside the logarithm: another loss, in the seventh digit.
loss_of_the_source = -mg.sum(t * mg.log(F.softmax(z, dim=1) + 1e-7)) / len(x)

print("microgrid : x=[1,2,3]----------------------------------------------------")
print(f"\nloss : {loss}   (with the source's 1e-7 inside the log: {loss_of_the_source})\n")
print(f"w1 gradient :\n{W1.grad}")
print(f"w2 gradient :\n{W2.grad}")
print(f"x gradient :\n{x.grad}\n")

try:
    import torch
except ImportError:
    print("Torch is not installed, so there is nothing to compare with")
else:
    tx, tW1, tW2 = (torch.tensor(v.numpy().copy(), requires_grad=True) for v in (x, W1, W2))
    tloss = torch.nn.functional.cross_entropy(torch.relu(tx @ tW1) @ tW2, torch.tensor(t.numpy().copy()))
    tloss.backward()
    pairs = [(loss, tloss.detach()), (W1.grad, tW1.grad), (W2.grad, tW2.grad), (x.grad, tx.grad)]
    difference = max(np.abs(mine.numpy() - theirs.numpy()).max() for mine, theirs in pairs)

    print("Pytorch : x=[1,2,3]----------------------------------------------------")
    print(f"\nloss : {tloss}\n")
    print(f"w1 gradient :\n{tW1.grad}\n")
    print(f"largest difference in loss and gradients: {difference:.1e}")
