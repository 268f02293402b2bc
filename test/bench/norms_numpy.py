"""Largest singular values of a safetensors file's matrices in NumPy: answers each number on standard input with the milliseconds of so many runs.

usage: norms_numpy.py FILE default|thin|values
"""

import json
import struct
import sys
import time

import numpy as np


def matrices(file):
    with open(file, "rb") as source:
        (length,) = struct.unpack("<Q", source.read(8))
        header = json.loads(source.read(length))
        for entry in header.values():
            first, last = entry["data_offsets"]
            source.seek(8 + length + first)
            values = np.frombuffer(source.read(last - first), "<f4")
            yield values.reshape(entry["shape"][0], -1)


CALLS = {
    "default": ("np.linalg.svd(W), as called by default", lambda matrix: np.linalg.svd(matrix)[1][0]),
    "thin": ("np.linalg.svd(W, full_matrices=False)", lambda matrix: np.linalg.svd(matrix, full_matrices=False)[1][0]),
    "values": ("np.linalg.svd(W, compute_uv=False)", lambda matrix: np.linalg.svd(matrix, compute_uv=False)[0]),
}

name, largest = CALLS[sys.argv[2]]
print(json.dumps({"peer": f"NumPy {np.__version__}, {name}"}), flush=True)
for line in sys.stdin:
    times = []
    for _ in range(int(line)):
        spent = 0.0
        for matrix in matrices(sys.argv[1]):
            start = time.perf_counter()
            largest(matrix)
            spent += time.perf_counter() - start
        times.append(1e3 * spent)
    print(json.dumps(times), flush=True)
