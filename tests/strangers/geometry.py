"""Rotations, cameras, curves and distances."""

from itertools import pairwise

import numpy as np

rng = np.random.default_rng(6)
ANGLES = np.array([0.3, -0.7, 1.1])
POINTS = rng.normal(size=(5, 3))
POLYGON = np.array([[0.0, 0.1], [2.0, 0.3], [2.5, 1.8], [1.0, 2.4], [-0.3, 1.2]])
QUATERNION = np.array([0.7, 0.2, -0.4, 0.5])


def euler_to_matrix(a):
    cx, cy, cz = np.cos(a)
    sx, sy, sz = np.sin(a)
    r = np.zeros((3, 3)) * cx
    r[0] = np.stack([cy * cz, -cy * sz, sy])
    r[1, 0] = cx * sz + sx * sy * cz
    r[1, 1] = cx * cz - sx * sy * sz
    r[1, 2] = -sx * cy
    r[2, :] = np.stack([sx * sz - cx * sy * cz, sx * cz + cx * sy * sz, cx * cy])
    return r


def rodrigues(v):
    theta = np.sqrt(np.sum(v**2))
    k = v / theta
    cross = np.zeros((3, 3)) + 0 * theta
    cross[[2, 0, 1], [1, 2, 0]] = k
    cross -= cross.T
    return np.eye(3) + np.sin(theta) * cross + (1 - np.cos(theta)) * cross @ cross


def quaternion_rotate(q, points):
    q = q / np.linalg.norm(q)
    w, u = q[0], q[1:]
    t = 2 * np.cross(u, points)
    return points + w * t + np.cross(u, t)


def quaternion_product(p, q):
    a1, b1, c1, d1 = p
    a2, b2, c2, d2 = q
    return np.stack(
        [
            a1 * a2 - b1 * b2 - c1 * c2 - d1 * d2,
            a1 * b2 + b1 * a2 + c1 * d2 - d1 * c2,
            a1 * c2 - b1 * d2 + c1 * a2 + d1 * b2,
            a1 * d2 + b1 * c2 - c1 * b2 + d1 * a2,
        ]
    )


def slerp(p, q, t):
    p, q = p / np.linalg.norm(p), q / np.linalg.norm(q)
    angle = np.arccos(np.clip(np.dot(p, q), -1.0, 1.0))
    return (np.sin((1 - t) * angle) * p + np.sin(t * angle) * q) / np.sin(angle)


def haversine(a, b):
    lat1, lon1 = np.radians(a)
    lat2, lon2 = np.radians(b)
    h = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6.371 * np.arcsin(np.sqrt(h))


def homography(h, points):
    h = np.append(h, 1.0).reshape(3, 3)
    homogeneous = np.hstack([points, np.ones((len(points), 1))])
    mapped = homogeneous @ h.T
    return mapped[:, :2] / mapped[:, 2:]


def projection(points, angles, focal):
    r = euler_to_matrix(angles)
    camera = (r @ points.T).T + np.array([0, 0, 5.0])
    uv = focal * camera[:, :2] / camera[:, 2:3]
    r2 = np.sum(uv**2, axis=1, keepdims=True)
    return uv * (1 + 0.1 * r2 + 0.01 * r2**2)


def bezier(control):
    t = np.linspace(0, 1, 6)[:, None]
    points = list(control)
    while len(points) > 1:
        points = [(1 - t) * p + t * q for p, q in pairwise(points)]
    return np.sum(np.hypot(*np.diff(points[0], axis=0).T))


def bernstein(control):
    t, n = np.linspace(0, 1, 5), len(control) - 1
    binomial = np.array([1, 4, 6, 4, 1])
    basis = np.stack([binomial[i] * t**i * (1 - t) ** (n - i) for i in range(n + 1)], axis=1)
    return np.matmul(basis, control)


def polygon_area(p):
    x, y = p[:, 0], p[:, 1]
    return 0.5 * np.abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))


def perimeter(p):
    closed = np.concatenate((p, p[:1]), axis=0)
    return np.sqrt(((closed[1:] - closed[:-1]) ** 2).sum(axis=1)).sum()


def polygon_angles(p):
    a, b = np.roll(p, 1, axis=0) - p, np.roll(p, -1, axis=0) - p
    cosine = np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
    return np.degrees(np.arccos(cosine)) / 100


def point_to_segments(q, p):
    a, b = p, np.roll(p, -1, axis=0)
    ab = b - a
    t = np.clip(np.einsum("ij,ij->i", q - a, ab) / np.einsum("ij,ij->i", ab, ab), 0, 1)
    return np.min(np.linalg.norm(a + t[:, None] * ab - q, axis=1))


def point_to_triangle(q, triangle):
    a, b, c = triangle
    ab, ac, aq = b - a, c - a, q - a
    normal = np.cross(ab, ac)
    gram = np.array([[1.0, 0], [0, 0]]) * (ab @ ab) + np.array([[0, 1.0], [1, 0]]) * (ab @ ac)
    gram = gram + np.diag(np.array([0.0, 1.0])) * (ac @ ac)
    u, v = np.linalg.solve(gram, np.stack([aq @ ab, aq @ ac]))
    if u >= 0 and v >= 0 and u + v <= 1:
        return np.abs(aq @ normal) / np.linalg.norm(normal)
    return min(np.linalg.norm(q - corner) for corner in triangle)


def forward_kinematics(angles, lengths):
    total = np.cumsum(angles)
    return np.stack([np.sum(lengths * np.cos(total)), np.sum(lengths * np.sin(total))])


def inverse_kinematics(target, angles):
    """Steps of damped least squares with a Jacobian by hand."""
    lengths = np.array([1.0, 0.8, 0.5])
    for _ in range(3):
        total = np.cumsum(angles)
        dx = -np.cumsum((lengths * np.sin(total))[::-1])[::-1]
        dy = np.cumsum((lengths * np.cos(total))[::-1])[::-1]
        j = np.vstack((dx, dy))
        e = target - forward_kinematics(angles, lengths)
        angles = angles + j.T @ np.linalg.inv(j @ j.T + 0.1 * np.eye(2)) @ e
    return angles


def denavit_hartenberg(q):
    pose = np.eye(4)
    for i in range(len(q)):
        c, s = np.cos(q[i]), np.sin(q[i])
        link = np.identity(4) + np.zeros_like(c)
        link[:2, :2] = np.stack((np.stack((c, -s)), np.stack((s, c))))
        link[0, 3], link[1, 3], link[2, 3] = 0.5 * c, 0.5 * s, 0.1 * (i + 1)
        pose = pose @ link
    return pose[:3, 3]


def procrustes(a, b):
    a0, b0 = a - a.mean(0), b - b.mean(0)
    u, _, vt = np.linalg.svd(a0.T @ b0)
    return np.sum((a0 @ (u @ vt) - b0) ** 2)


def plane_fit(points):
    a = np.column_stack([points[:, :2], np.ones(len(points))])
    coefficients = np.linalg.lstsq(a, points[:, 2], rcond=None)[0]
    return coefficients


def chamfer(a, b):
    d = np.sqrt(np.sum((a[:, None] - b[None]) ** 2, -1))
    return d.min(axis=0).mean() + d.min(axis=1).mean()


def signed_distance_scene(points):
    sphere = np.linalg.norm(points, axis=-1) - 0.8
    q = np.abs(points - 0.5) - 0.4
    box = np.linalg.norm(np.maximum(q, 0) + 1e-3, axis=-1) + np.minimum(np.max(q, axis=-1), 0)
    k = np.maximum(0.3 - np.abs(sphere - box), 0)
    return np.minimum(sphere, box) - k**2 / 1.2


def surface_on_a_grid(p):
    x, y = np.meshgrid(np.linspace(-1, 1, 4), np.linspace(0, 1, 3) * p[2], indexing="xy")
    z = p[0] * x**2 + p[1] * x * y + np.sin(y)
    dzdx = np.gradient(z, axis=1)
    return np.sum(np.sqrt(1 + dzdx**2)), z.mean()


def spherical(points):
    r = np.linalg.norm(points, axis=1)
    return np.column_stack((r, np.arccos(points[:, 2] / r), np.arctan2(points[:, 1], points[:, 0])))


def tetrahedron(p):
    return np.abs(np.linalg.det(p[1:4] - p[0])) / 6


def moments_of_inertia(points):
    c = points - np.mean(points, axis=0)
    tensor = np.trace(c.T @ c) * np.eye(3) - c.T @ c
    return np.linalg.eigvalsh(tensor)


def curvature(p):
    d1 = np.gradient(p, axis=0)
    d2 = np.gradient(d1, axis=0)
    return (d1[:, 0] * d2[:, 1] - d1[:, 1] * d2[:, 0]) / np.sum(d1**2, axis=1) ** 1.5


CASES = {
    "Euler angles": (euler_to_matrix, ANGLES),
    "Rodrigues": (rodrigues, ANGLES),
    "rotation by a quaternion": (quaternion_rotate, QUATERNION, POINTS),
    "quaternion product": (quaternion_product, QUATERNION, QUATERNION[::-1].copy()),
    "slerp": (slerp, QUATERNION, QUATERNION[::-1].copy(), np.array(0.3)),
    "haversine": (haversine, np.array([48.1, 11.6]), np.array([40.7, -74.0])),
    "homography": (homography, rng.normal(size=8) * 0.2, POLYGON),
    "camera": (projection, POINTS, ANGLES, np.array(1.3)),
    "Bézier": (bezier, POLYGON),
    "Bernstein": (bernstein, POLYGON),
    "area": (polygon_area, POLYGON),
    "perimeter": (perimeter, POLYGON),
    "angles": (polygon_angles, POLYGON),
    "distance to segments": (point_to_segments, np.array([3.0, 1.0]), POLYGON),
    "distance to a triangle": (point_to_triangle, np.array([0.3, 0.2, 0.9]), np.eye(3) + 0.1),
    "forward kinematics": (forward_kinematics, ANGLES, np.array([1.0, 0.8, 0.5])),
    "inverse kinematics": (inverse_kinematics, np.array([1.2, 0.6]), ANGLES),
    "Denavit-Hartenberg": (denavit_hartenberg, ANGLES),
    "Procrustes": (procrustes, POINTS, np.cos(POINTS)),
    "plane": (plane_fit, POINTS),
    "chamfer": (chamfer, POINTS, np.cos(POINTS[:4])),
    "signed distances": (signed_distance_scene, POINTS),
    "surface": (surface_on_a_grid, ANGLES),
    "spherical": (spherical, POINTS),
    "tetrahedron": (tetrahedron, POINTS),
    "inertia": (moments_of_inertia, POINTS),
    "curvature": (curvature, POLYGON),
}
