"""Whether a sample's float64 product depends on its place in a block, for several block sizes.

Multiplies a block whose samples are all the same, each a column as nncli computes them, and counts
the weight shapes for which not all columns of the result are the same bits; repeats that for each
of OpenBLAS's x86-64 kernel sets (on another processor, and with another BLAS, for the one there
is).  Then:  python benchmarks/row_position.py
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys

BLOCKS = (240, 250, 256, 384)
KERNELS = ("", "Nehalem", "Sandybridge", "Haswell", "Zen", "SkylakeX", "Cooperlake")
INPUTS = (1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 20, 31, 33, 64, 100, 128, 257, 300, 500, 784, 1024)
NEURONS = (1, 2, 3, 4, 5, 7, 8, 10, 16, 24, 31, 33, 64, 100, 128, 250, 256, 257, 300, 500, 1000)


def count_dependent_shapes(block: int) -> int:
    """Return for how many weight shapes equal samples of such a block come out unequal."""
    import numpy as np

    generator = np.random.default_rng(0)
    dependent = 0
    for inputs in INPUTS:
        for neurons in NEURONS:
            weights = generator.normal(size=(inputs, neurons))
            samples = generator.normal(size=(2, inputs, 1))
            products = [weights.T @ np.repeat(sample, block, axis=1) for sample in samples]
            dependent += any((product != product[:, :1]).any() for product in products)
    return dependent


def main() -> None:
    """Print a row per kernel set, then one line of JSON; a child process measures each."""
    if sys.argv[1:] == ["--child"]:
        print(json.dumps([count_dependent_shapes(block) for block in BLOCKS]))
        return
    print(f"weight shapes, of {len(INPUTS) * len(NEURONS)}, in which a sample's place shows")
    print(f"{'kernels':<14}" + "".join(f"{f'block of {block}':>14}" for block in BLOCKS))
    record: dict[str, object] = {"machine": platform.machine(), "blocks": BLOCKS}
    for kernel in KERNELS:
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OPENBLAS_CORETYPE": kernel}
        command = [sys.executable, __file__, "--child"]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        counts = json.loads(done.stdout)
        name = kernel or "(default)"
        print(f"{name:<14}" + "".join(f"{count:>14}" for count in counts))
        record[name] = counts
    print(json.dumps(record))


if __name__ == "__main__":
    main()
