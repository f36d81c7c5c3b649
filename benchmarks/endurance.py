"""Whether `nncli forward` endures being killed at random moments, and data that hardly ends.

    python benchmarks/endurance.py kills [--times 200] [--seed 0]
    python benchmarks/endurance.py pipe [--gigabytes 5]

kills: SIGKILL at random moments of a run that replaces an existing result, which must be the
earlier one or the whole new one afterwards.  pipe: so many gigabytes of CSV through standard input
into a file in a temporary folder (TMPDIR, which takes a sixth of them); every row in must be a row
out, and the process must stay under 250 MB of memory; Linux grants it no more than 512 MiB that it
may write to, reserved or used.  Each prints a table, and exits with 1 if a check fails.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

AIM_BYTES = 250_000_000
# Memory that may be written, touched or not, with what OpenBLAS and the stacks of threads reserve.
LIMIT_BYTES = 2**29
FEATURES = 16
NNCLI = (sys.executable, "-m", "nncli")
_POLL_SECONDS = 0.05


def write_spec(folder: Path, outputs: int) -> None:
    """Write a network of FEATURES inputs and so many outputs."""
    text = f"layer_sizes: [{FEATURES}, 8, {outputs}]\nactivations: [relu, linear]\nseed: 0\n"
    (folder / "net.yaml").write_text(text, encoding="utf-8")


def random_rows(count: int, seed: int) -> bytes:
    """Return lines of CSV, each of FEATURES numbers."""
    draw = random.Random(seed)  # noqa: S311  # data, not secrets
    return "".join(
        ",".join(f"{draw.gauss(0, 1):.6g}" for _ in range(FEATURES)) + "\n" for _ in range(count)
    ).encode()


def digest(path: Path) -> str:
    """Return a digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def run_kills(folder: Path, times: int, seed: int) -> bool:
    """Kill runs at random moments, print what they left, and return whether all was well."""
    write_spec(folder, outputs=8)
    (folder / "data.csv").write_bytes(random_rows(20_000, seed))
    out = folder / "out.csv"

    def command(weights: int) -> list[str]:
        options = ("-o", str(out), "--force", "--quiet", "--seed", str(weights))
        return [*NNCLI, "forward", str(folder / "net.yaml"), str(folder / "data.csv"), *options]

    results, longest = [], 0.0
    for weights in (0, 1):
        started = time.monotonic()
        subprocess.run(command(weights), check=True, stdout=subprocess.DEVNULL)
        longest = max(longest, time.monotonic() - started)
        results.append(digest(out))
    draw = random.Random(seed)  # noqa: S311  # moments, not secrets
    counts: Counter[str] = Counter()
    for _ in range(times):
        earlier = results.index(digest(out))
        with subprocess.Popen(
            command(1 - earlier), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(draw.uniform(0, 1.1 * longest))
            process.kill()
        counts["killed" if process.returncode < 0 else "was done before"] += 1
        found = digest(out) if out.exists() else "nothing"
        state = ["the earlier result", "the new result"]
        broken = "BROKEN"
        counts[state[found != results[earlier]] if found in results else broken] += 1
        remains = list(folder.glob(".nncli-*.tmp"))
        counts["temporary files left by kills"] += len(remains)
        for path in remains:
            path.unlink()
        if found not in results:
            shutil.copy(folder / "data.csv", out)
            break
    print(f"{times} runs of up to {longest:.2f} s, killed at random moments, seed {seed}")
    for name in ("killed", "was done before", *state, broken, "temporary files left by kills"):
        print(f"{name:<30} {counts[name]:>6}")
    print(json.dumps({"kills": counts, "machine": machine()}))
    return not counts[broken]


def peak_bytes(pid: int) -> int:
    """Return the most memory that a running process has had, 0 where nobody can say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(x.split()[1]) * 1024 for x in status.splitlines() if "VmHWM" in x), 0)


def feed(process: subprocess.Popen[bytes], block: bytes, blocks: int) -> None:
    """Write a block again and again; a process that takes too much memory is ended."""
    assert process.stdin is not None
    looked = time.monotonic()
    for _ in range(blocks):
        process.stdin.write(block)
        if time.monotonic() - looked > _POLL_SECONDS:
            looked = time.monotonic()
            if peak_bytes(process.pid) > AIM_BYTES:
                process.kill()
                break
    process.stdin.close()


def run_pipe(folder: Path, gigabytes: float) -> bool:
    """Run data without end, print what it took, and return whether all was well."""
    write_spec(folder, outputs=1)
    rows = 40_000
    block = random_rows(rows, seed=0)
    blocks = max(1, round(gigabytes * 1e9 / len(block)))
    free = shutil.disk_usage(folder).free
    if free < gigabytes * 1e9 / 4:
        sys.exit(f"{folder} has only {free / 1e9:.1f} GB left: set TMPDIR")
    out = folder / "out.csv"
    command = [*NNCLI, "forward", str(folder / "net.yaml"), "-", "-o", str(out), "--quiet"]
    started = time.monotonic()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0
    ) as process:
        if hasattr(resource, "prlimit"):
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (LIMIT_BYTES, LIMIT_BYTES))
        try:
            feed(process, block, blocks)
        except BrokenPipeError:
            print("it ended before its data did")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - started
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    lines = count_lines(out) if out.exists() else 0
    read = blocks * len(block)
    print(f"{'data':<24} {read / 1e9:8.2f} GB")
    print(f"{'rows in':<24} {blocks * rows:>13,}")
    print(f"{'rows out':<24} {max(lines - 1, 0):>13,}")
    print(f"{'time':<24} {seconds:8.1f} s   {read / seconds / 1e6:.0f} MB/s")
    print(f"{'peak (ru_maxrss)':<24} {peak / 1e6:8.0f} MB   aim: under {AIM_BYTES / 1e6:.0f} MB")
    print(f"{'exit code':<24} {process.returncode:>8}")
    if hasattr(resource, "prlimit"):
        print(f"limited to {LIMIT_BYTES / 2**20:.0f} MiB of writable memory, reserved or used")
    figures = {"rows": blocks * rows, "seconds": seconds, "peak_bytes": peak}
    print(json.dumps({"pipe": figures, "machine": machine()}))
    return process.returncode == 0 and lines - 1 == blocks * rows and peak < AIM_BYTES


def count_lines(path: Path) -> int:
    """Return how many lines a file has."""
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(2**22), b""))


def machine() -> dict[str, str | int | None]:
    """Return what the figures depend on."""
    versions = {package: version(package) for package in ("numpy", "pyarrow")}
    return {"python": platform.python_version(), "cores": os.cpu_count(), **versions}


def main() -> None:
    """Run the check that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    checks = parser.add_subparsers(dest="check", required=True)
    kills = checks.add_parser("kills")
    kills.add_argument("--times", type=int, default=200)
    kills.add_argument("--seed", type=int, default=0)
    pipe = checks.add_parser("pipe")
    pipe.add_argument("--gigabytes", type=float, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.check == "kills":
            well = run_kills(Path(folder), arguments.times, arguments.seed)
        else:
            well = run_pipe(Path(folder), arguments.gigabytes)
    print("all is well" if well else "A CHECK FAILED")
    sys.exit(not well)


if __name__ == "__main__":
    main()
