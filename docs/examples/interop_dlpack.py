"""Memory shared with Torch and NumPy by DLPack, without a copy."""

import numpy as np
import torch

import microgrid as mg

x = mg.zeros(3)
t = torch.from_dlpack(x)  # Torch's tensor on microgrid's memory
t[0] = 1.0
print(x, np.from_dlpack(x).sum())

y = mg.from_dlpack(torch.arange(4.0))  # and back
y.requires_grad = True
(y * y).sum().backward()
print(torch.from_dlpack(y.grad))

try:
    torch.from_dlpack(y)
except (TypeError, BufferError) as error:
    print(str(error).split(":")[0])
