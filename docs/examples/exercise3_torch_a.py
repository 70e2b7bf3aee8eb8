"""Exercise 3 by autodiff, in microgrid beside Torch: 100 epochs of SGD with dropout, for x = [1,2,3], target [0, 1].

Both sides use the same dropout masks: microgrid records the draw as an operation, and Torch is handed what was drawn.
"""

import numpy as np

import microgrid as mg
from microgrid.nn import functional as F

x = mg.tensor([[1.0, 2.0, 3.0]], dtype=float)
t = mg.tensor([[0.0, 1.0]], dtype=float)
mg.manual_seed(0)


def train(p, epochs=100):
    """The weights after so many steps of SGD; of every step the loss, the mask drawn, and the new weights."""
    W1 = mg.tensor(np.arange(0.1, 1.3, 0.1).reshape(3, 4), requires_grad=True)
    W2 = mg.tensor(np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2), requires_grad=True)
    optimizer = mg.optim.SGD([W1, W2], lr=0.01)
    steps = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = F.cross_entropy(F.dropout(F.relu(x @ W1), p) @ W2, t)
        loss.backward()
        optimizer.step()
        mask = mg.graph(loss).find("bernoulli").data if p else np.ones((1, 4))
        steps.append((loss.item(), mask, W1.numpy(), W2.numpy()))
    return W1, W2, steps


W1, W2, steps = train(p=0.4)

print("microgrid : x=[1,2,3]----------------------------------------------------\n")
print(f"w1 weight : \n{W1}")
print(f"w2 weight : \n{W2}\n")

try:
    import torch
except ImportError:
    print("Torch is not installed, so there is nothing to compare with")
else:
    tx, tt = torch.tensor(x.numpy().copy()), torch.tensor(t.numpy().copy())
    tW1 = torch.tensor(np.arange(0.1, 1.3, 0.1).reshape(3, 4), requires_grad=True)
    tW2 = torch.tensor(np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2), requires_grad=True)
    optimizer = torch.optim.SGD([tW1, tW2], lr=0.01)
    difference = 0.0
    for loss, mask, new_W1, new_W2 in steps:
        optimizer.zero_grad()
        tloss = torch.nn.functional.cross_entropy((torch.relu(tx @ tW1) * torch.tensor(mask)) @ tW2, tt)
        tloss.backward()
        optimizer.step()
        pairs = [(loss, tloss), (new_W1, tW1), (new_W2, tW2)]
        difference = max(difference, *(np.abs(mine - theirs.detach().numpy()).max() for mine, theirs in pairs))

    print("Pytorch : x=[1,2,3]----------------------------------------------------\n")
    print(f"w1 weight : \n{tW1.detach()}")
    print(f"w2 weight : \n{tW2.detach()}\n")
    print(f"largest difference in any loss or weight of the {len(steps)} epochs: {difference:.1e}")
