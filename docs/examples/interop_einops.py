"""einops on Tensors: rearrange, reduce, repeat and einsum carry the gradient through.

microgrid enters itself in einops' list of backends, whichever of the two is imported first.
"""

import einops
import numpy as np

import microgrid as mg

images = mg.tensor(np.arange(2 * 4 * 4 * 3.0).reshape(2, 4, 4, 3), requires_grad=True)

patches = einops.rearrange(images, "b (h p) (w q) c -> b (h w) (p q c)", p=2, q=2)
pooled = einops.reduce(images, "b (h p) (w q) c -> b h w c", "max", p=2, q=2)
scores = einops.einsum(patches, patches, "b i d, b j d -> b i j")
print("patches", patches.shape, "pooled", pooled.shape, "scores", scores.shape)

pooled.sum().backward()
print("gradients that reached a pixel:", int(images.grad.sum().item()), "=", pooled.size)
