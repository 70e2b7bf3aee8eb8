"""Exercise 3 by autodiff, in microgrid beside Torch, for x = [4,5,6]: as its author meant it, and as it stands.

As it stands the program makes x2 and y2 but calls forward(x1) and forward(out2, y1): it trains on the input of the
program before it. It makes no dropout layer either, so the one left over from that program serves; and that one draws
its mask from randn() + 0.5 > p, a normal distribution where a uniform one was meant. Nothing in its output says so.
"""

import math

import numpy as np

import microgrid as mg
from microgrid.nn import functional as F

x1, t1 = mg.tensor([[1.0, 2.0, 3.0]], dtype=float), mg.tensor([[0.0, 1.0]], dtype=float)
x2, t2 = mg.tensor([[4.0, 5.0, 6.0]], dtype=float), mg.tensor([[1.0, 0.0]], dtype=float)
mg.manual_seed(0)


def dropout(h, p=0.4):
    """As it was meant: keeps 1 − p of the units."""
    return F.dropout(h, p)


def leftover_dropout(h, p=0.4):
    """As it stands: keeps all that are above p − 0.5 in a normal distribution, yet divides by 1 − p."""
    return h * ((mg.random.normal(size=h.shape, dtype=h.dtype) + 0.5 > p) / (1 - p))


def train(x, t, dropout, epochs=100):
    """The weights after so many steps of SGD; of every step the loss, the mask drawn, and the new weights."""
    W1 = mg.tensor(np.arange(0.1, 1.3, 0.1).reshape(3, 4), requires_grad=True)
    W2 = mg.tensor(np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2), requires_grad=True)
    optimizer = mg.optim.SGD([W1, W2], lr=0.01)
    steps = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = F.cross_entropy(dropout(F.relu(x @ W1)) @ W2, t)
        loss.backward()
        optimizer.step()
        mask = mg.graph(loss).find("multiply").inputs[1].data  # dropout is a product with its mask
        steps.append((loss.item(), mask, W1.numpy(), W2.numpy()))
    return W1, W2, steps


def train_in_torch(x, t, steps):
    """The same in Torch with the same masks: its weights, and the largest difference in any loss or weight."""
    tx, tt = torch.tensor(x.numpy().copy()), torch.tensor(t.numpy().copy())
    W1 = torch.tensor(np.arange(0.1, 1.3, 0.1).reshape(3, 4), requires_grad=True)
    W2 = torch.tensor(np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2), requires_grad=True)
    optimizer = torch.optim.SGD([W1, W2], lr=0.01)
    difference = 0.0
    for loss, mask, new_W1, new_W2 in steps:
        optimizer.zero_grad()
        tloss = torch.nn.functional.cross_entropy((torch.relu(tx @ W1) * torch.tensor(mask)) @ W2, tt)
        tloss.backward()
        optimizer.step()
        pairs = [(loss, tloss), (new_W1, W1), (new_W2, W2)]
        difference = max(difference, *(np.abs(mine - theirs.detach().numpy()).max() for mine, theirs in pairs))
    return W1.detach(), W2.detach(), difference


def loss_on(x, t, W1, W2):
    """What a trained network makes of an input, without dropout."""
    return F.cross_entropy(F.relu(x @ W1) @ W2, t).item()


runs = {
    "as its author meant it": (x2, t2, *train(x2, t2, dropout)),
    "as it stands": (x1, t1, *train(x1, t1, leftover_dropout)),
}

try:
    import torch
except ImportError:
    torch = None
    print("Torch is not installed, so there is nothing to compare with\n")

for title, (x, t, W1, W2, steps) in runs.items():
    print("microgrid : x=[4,5,6]----------------------------------------------------")
    print(f"{title}\n")
    print(f"w1 weight : \n{W1}")
    print(f"w2 weight : \n{W2}\n")
    if torch is not None:
        tW1, tW2, difference = train_in_torch(x, t, steps)
        print("Pytorch : x=[4,5,6]----------------------------------------------------")
        print(f"{title}\n")
        print(f"w1 weight : \n{tW1}")
        print(f"w2 weight : \n{tW2}\n")
        print(f"largest difference in any loss or weight of the {len(steps)} epochs: {difference:.1e}\n")

(_, _, *meant, _), (_, _, *stands, _) = runs.values()
print("what differs\n")
print("                                  as meant   as it stands")
print("trained on                        [4,5,6]    [1,2,3], the first program's input and target")
print(f"share of units kept               {1 - 0.4:.2f}       {0.5 * (1 + math.erf(0.1 / math.sqrt(2))):.2f}")
print(f"loss on [4,5,6], target [1, 0]    {loss_on(x2, t2, *meant):<8.4f}   {loss_on(x2, t2, *stands):.4f}")
print(f"loss on [1,2,3], target [0, 1]    {loss_on(x1, t1, *meant):<8.4f}   {loss_on(x1, t1, *stands):.4f}")
