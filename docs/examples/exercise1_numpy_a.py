"""Exercise 1, by hand in NumPy: a network 3 → 4 → 2 forward, for x = [1,2,3]."""

import numpy as np
from exercise_layers import Linear, ReLU, Softmax

import microgrid as mg

x = np.array([[1.0, 2.0, 3.0]])
W1 = np.arange(0.1, 1.3, 0.1).reshape(3, 4)
W2 = np.arange(0.2, 1.0, 0.1)[:8].reshape(4, 2)

first, relu, second, softmax = Linear(W1), ReLU(), Linear(W2), Softmax()
h = first.forward(x)
a = relu.forward(h)
z = second.forward(a)
y = softmax.forward(z)

print("NumPy : x=[1,2,3]----------------------------------------------------")
print(f"\noutput : \n{y}")

# Each layer's backward, which exercise 2 will use, against the derivative of its own forward.
reports = {
    "first": mg.reference.check_layer(Linear(W1), x),
    "relu": mg.reference.check_layer(ReLU(), h),
    "second": mg.reference.check_layer(Linear(W2), a),
    "softmax": mg.reference.check_layer(Softmax(), z),
}
for name, report in reports.items():
    print(f"\n{name}:\n{report}")
