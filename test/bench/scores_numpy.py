"""LogME by the published fixed point (You et al. 2022, algorithm 3) in NumPy: answers each number on standard input with the milliseconds of so many runs."""

import json
import sys
import time

import numpy as np

POINTS, DIMENSIONS, CLASSES = 10_000, 768, 100


def made_data():
    index = np.arange(POINTS * DIMENSIONS, dtype=float)
    wave = np.sin(index + 1) * 43758.5453
    own = (index // DIMENSIONS) % CLASSES == (index % DIMENSIONS) % CLASSES
    values = wave - np.floor(wave) + np.where(own, 0.5, 0)
    return values.reshape(POINTS, DIMENSIONS), np.arange(POINTS) % CLASSES


def log_me(features, labels):
    count, dimensions = features.shape
    _, squares, right = np.linalg.svd(features.T @ features)
    singular = np.sqrt(squares)
    rank = int(np.sum(singular > 1e-10))
    sigma = singular[:rank, None] ** 2
    left = (features @ right.T)[:, :rank] / singular[None, :rank]
    evidences = []
    for label in range(int(labels.max()) + 1):
        target = (labels == label).astype(float)[:, None]
        share = (left.T @ target) ** 2
        outside = (target**2).sum() - share.sum()
        alpha = beta = 1.0
        for _ in range(11):
            ratio = alpha / beta
            effective = (sigma / (sigma + ratio)).sum()
            weights = (sigma * share / (ratio + sigma) ** 2).sum()
            residual = (share / (1 + sigma / ratio) ** 2).sum() + outside
            alpha = effective / (weights + 1e-5)
            beta = (count - effective) / (residual + 1e-5)
            if abs(alpha / beta - ratio) / ratio <= 1e-3:
                break
        evidence = (
            dimensions / 2 * np.log(alpha)
            + count / 2 * np.log(beta)
            - np.sum(np.log(alpha + beta * sigma)) / 2
            - beta / 2 * residual
            - alpha / 2 * weights
            - count / 2 * np.log(2 * np.pi)
        )
        evidences.append(evidence / count)
    return float(np.mean(evidences))


features, labels = made_data()
print(json.dumps({"peer": f"NumPy {np.__version__}", "score": log_me(features, labels)}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        start = time.perf_counter()
        log_me(features, labels)
        times.append(1e3 * (time.perf_counter() - start))
    print(json.dumps(times), flush=True)
