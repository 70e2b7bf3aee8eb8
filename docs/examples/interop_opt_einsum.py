"""opt_einsum on Tensors: it finds a cheap order of contraction, and the gradient comes back through it."""

import numpy as np
import opt_einsum

import microgrid as mg

rng = np.random.default_rng(0)
chain = [mg.tensor(rng.normal(size=(8, 8)), requires_grad=True, name=f"A{k}") for k in range(4)]

total = opt_einsum.contract("ij,jk,kl,li->", *chain, optimize="optimal")
total.backward()

A, B, C, D = (t.numpy() for t in chain)
print("trace     ", total.item(), "=", np.trace(A @ B @ C @ D))
print("d/dA agrees with (B C D) transposed:", bool(np.allclose(chain[0].grad, (B @ C @ D).T)))
