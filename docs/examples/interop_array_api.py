"""A function written for the array API standard, by somebody who has never heard of microgrid."""

import array_api_compat

import microgrid as mg


def huber_mean(x, delta=1.0):
    """The standard's names alone: the namespace comes from the array."""
    xp = array_api_compat.array_namespace(x)
    size = xp.abs(x)
    return xp.mean(xp.where(size <= delta, 0.5 * x**2, delta * (size - 0.5 * delta)))


x = mg.tensor([-3.0, -0.5, 0.25, 2.0], requires_grad=True)
loss = huber_mean(x)
loss.backward()
print("value   ", loss.item())
print("gradient", x.grad)
print("standard", mg.__array_api_version__, "on", x.device)
