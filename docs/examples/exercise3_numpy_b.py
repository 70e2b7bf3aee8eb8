"""Exercise 3, by hand in NumPy: 100 epochs of SGD with dropout, for x = [4,5,6] and the target [1, 0]."""

import numpy as np
from exercise_layers import Dropout, Linear, ReLU, SoftmaxWithLoss

import microgrid as mg

x = np.array([[4.0, 5.0, 6.0]])
t = np.array([[1.0, 0.0]])
np.random.seed(0)


def train(p, epochs=100):
    """The weights after so many steps of SGD with dropout of probability p, and the loss that they leave."""
    first = Linear(np.arange(0.1, 1.3, 0.1).reshape(3, 4))
    second = Linear(np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2))
    relu, dropout, head = ReLU(), Dropout(p), SoftmaxWithLoss()

    def forward(is_training):
        a = relu.forward(first.forward(x))
        return head.forward(second.forward(dropout.forward(a, is_training)), t)

    for _ in range(epochs):
        forward(is_training=True)

        dz = head.backward()
        da = dropout.backward(second.backward(dz))
        first.backward(relu.backward(da))

        first.W = first.W - 0.01 * first.dW
        second.W = second.W - 0.01 * second.dW

    return first.W, second.W, forward(is_training=False)


W1, W2, loss = train(p=0.4)

print("NumPy : x=[4,5,6]----------------------------------------------------\n")
print(f"w1 weight : \n{W1}")
print(f"w2 weight : \n{W2}")

# The layer that is new here, against the derivative of its own forward.
reports = {"dropout": mg.reference.check_layer(Dropout(p=0.4), x @ W1)}
for name, report in reports.items():
    print(f"\n{name}:\n{report}")
