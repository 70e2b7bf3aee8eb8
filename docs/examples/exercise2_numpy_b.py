"""Exercise 2, by hand in NumPy: loss and gradients of a network 3 → 4 → 2, for x = [4,5,6] and the target [1, 0]."""

import numpy as np
from exercise_layers import Linear, ReLU, SoftmaxWithLoss

import microgrid as mg

x = np.array([[4.0, 5.0, 6.0]])
t = np.array([[1.0, 0.0]])
W1 = np.arange(0.1, 1.3, 0.1).reshape(3, 4)
W2 = np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2)

first, relu, second, head = Linear(W1), ReLU(), Linear(W2), SoftmaxWithLoss()

# Forward
h = first.forward(x)
a = relu.forward(h)
z = second.forward(a)
loss = head.forward(z, t)

# Backward
dz = head.backward()
da = second.backward(dz)
dh = relu.backward(da)
dx = first.backward(dh)
dW1, dW2 = first.dW, second.dW

# The original adds 1e-7 inside the logarithm: another loss, in the seventh digit, but the same derivative.
loss_of_the_source = -np.sum(t * np.log(head.y + 1e-7)) / len(x)

print("NumPy : x=[4,5,6]----------------------------------------------------")
print(f"\nloss : {loss}   (with the source's 1e-7 inside the log: {loss_of_the_source})\n")
print(f"w1 gradient : \n{dW1}")
print(f"w2 gradient : \n{dW2}")
print(f"x gradient : \n{dx}")

# Each layer's backward against the derivative of its own forward.
reports = {
    "first": mg.reference.check_layer(Linear(W1), x),
    "relu": mg.reference.check_layer(ReLU(), h),
    "second": mg.reference.check_layer(Linear(W2), a),
    "head": mg.reference.check_layer(SoftmaxWithLoss(), z, t),
}
for name, report in reports.items():
    print(f"\n{name}:\n{report}")
