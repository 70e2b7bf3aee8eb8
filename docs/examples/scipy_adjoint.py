"""The gradient of an ODE's solution by the adjoint method: hares and lynxes.

SciPy integrates the equations forward, and once more backward together with the adjoint a = dL/dy, for which
da/dt = −a ∂f/∂y and dL/dθ = ∫ a ∂f/∂θ dt: nothing of the forward solution need be kept but its ends. Declared as an
operation of its own, the solver differentiates like any other, and BFGS fits the rates.

    python docs/examples/scipy_adjoint.py
"""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import minimize

import microgrid as mg

EXACT = {"method": "DOP853", "rtol": 1e-10, "atol": 1e-10}


def lotka_volterra(y, theta):
    """Prey that breed and are eaten, predators that eat and die."""
    prey, predators = y[0], y[1]
    breed, eaten, feed, die = theta[0], theta[1], theta[2], theta[3]
    return mg.stack([breed * prey - eaten * prey * predators, feed * prey * predators - die * predators])


@mg.primitive(symbol="∫", formula="y(t) with y' = f(y, θ)")
def trajectory(y0, theta, *, f, times):
    """The solution of y' = f(y, θ) from y0 at times[0], a row a time."""
    return solve_ivp(lambda t, y: f(y, theta), (times[0], times[-1]), y0, t_eval=times, **EXACT).y.T


def adjoint(g, out, theta, f, times):
    """g of each time's state, carried back to y0 and θ."""
    n = out.shape[1]

    def backward(t, state):
        y, a = state[:n], state[n : 2 * n]
        rate, pullback = mg.vjp(f, y, theta)
        return np.concatenate([rate, *(-v for v in pullback(a))])

    state = np.concatenate([out[-1], g[-1], np.zeros_like(theta)])
    for k in range(len(times) - 1, 0, -1):
        state = solve_ivp(backward, (times[k], times[k - 1]), state, **EXACT).y[:, -1]
        state[:n], state[n : 2 * n] = out[k - 1], state[n : 2 * n] + g[k - 1]
    return state[n : 2 * n], state[2 * n :]


trajectory.gradients(joint=adjoint)

times = np.linspace(0.0, 10.0, 21)
true = np.array([0.55, 0.028, 0.024, 0.80])  # a year; near what the pelts of 1900 to 1920 tell
start = np.array([33.956, 5.933])
seen = trajectory(start, true, f=lotka_volterra, times=times)


def misfit(log_theta):
    """How far the logarithms of a solution lie from those that were seen."""
    solution = trajectory(start, np.exp(log_theta), f=lotka_volterra, times=times)
    return ((np.log(solution) - np.log(seen)) ** 2).mean()


if __name__ == "__main__":
    guess = np.log(true) + np.array([0.1, -0.1, 0.1, -0.1])
    found = minimize(mg.value_and_grad(misfit), guess, jac=True, method="BFGS", options={"gtol": 1e-8})
    print(found.nit, "steps:", np.exp(found.x))
    np.testing.assert_allclose(np.exp(found.x), true, rtol=1e-5)
