"""How many slips the first suggestion mends, kind by kind: python tests/slips_measured.py."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from slips.follow import BAD, GOOD, VERDICTS, measured
from slips.kinds import Kind, kinds_of


def main() -> None:
    """Measure the kinds that are asked for, and print a line for each and the totals."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kinds", nargs="*", help="families, or parts of kinds' names; all if none")
    asked.add_argument("--draws", type=int, default=8, help="broken cases of each kind")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--nth", type=int, default=1, help="which suggestion to follow, from 1")
    asked.add_argument("--set", default="first", help="the modules tests/slips/<set>_*.py")
    asked.add_argument("--show", action="store_true", help="what was told, where it is not right")
    asked.add_argument("--files", action="store_true", help="with --show: the broken files, too")
    options = asked.parse_args()
    totals = {"one reading": Counter[str](), "all": Counter[str]()}
    for kind in _asked(kinds_of(options.set), options.kinds):
        counts = _measure(kind, options)
        totals["all"] += counts
        if kind.readings == 1:
            totals["one reading"] += counts
    for name, counts in totals.items():
        good = sum(counts[verdict] for verdict in GOOD)
        bad = ", ".join(f"{counts[verdict]} {verdict}" for verdict in BAD)
        share = good / max(counts.total(), 1)
        print(f"{name}: right or runs {good} of {counts.total()} ({share:.1%}); {bad}")


def _asked(kinds: list[Kind], parts: list[str]) -> list[Kind]:
    families = {kind.family for kind in kinds}
    return [
        kind
        for kind in kinds
        if not parts
        or kind.family in parts
        or any(part in kind.name for part in parts if part not in families)
    ]


def _measure(kind: Kind, options: argparse.Namespace) -> Counter[str]:
    results = list(measured(kind, options.draws, options.seed, options.nth - 1))
    counts = Counter(result.verdict for result in results)
    row = "  ".join(f"{v} {counts[v]}" for v in VERDICTS if counts[v])
    print(f"{kind.family:8} {kind.name:44} {kind.readings}  {row}", flush=True)
    for result in results if options.show else ():
        if result.verdict not in GOOD:
            print(f"  {result.verdict}: {result.told or result.broken.words}")
            if options.files:
                print(result.broken.shown)
    return counts


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
