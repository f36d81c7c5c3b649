"""The command line, as the habits of other programs have it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, kind


def _said(case: Case, said: str, meant: str) -> Case:
    """Add options in a wrong way, and in the right one to what is meant."""
    right = replace(case, words=(*case.words, *meant.split()))
    return replace(case, words=(*case.words, *said.split()), meant=right)


command_pasted_whole = Kind(
    lambda case, rng: replace(
        case, words=(*rng.choice(("nncli", "$ nncli", "python -m nncli")).split(), *case.words)
    )
)


@kind()
def both_files_as_options(case: Case, rng: Random) -> Case | None:
    said = "--config {} --data {}|--model {} --input {}|-c {} -d {}|--net={} --csv={}|-m {} -i {}"
    words = rng.choice(said.split("|")).format(*case.words[1:3]).split()
    return replace(case, words=(case.words[0], *words, *case.words[3:]))


@kind()
def option_with_another_sign(case: Case, rng: Random) -> Case | None:
    """The third is what Word makes of `--`."""
    option = rng.choice(("limit 2", "dtype float32", "batch-size 256", "threads 1", "precision 3"))
    signs = ("-{} {}", "-{}={}", "–{} {}", "—{} {}", "{}={}", "/{} {}", "/{}:{}", "--{}:{}")
    return _said(case, rng.choice(signs).format(*option.split()), f"--{option}")


@kind()
def value_of_python(case: Case, rng: Random) -> Case | None:
    meant, ways = rng.choice(
        (("layers last", "-1 output final [-1]"), ("precision 3", ".3f %.3f 3f"),
         ("limit 2", "2.0 :2 [:2]"), ("dtype float64", "double np.float64 fp64"),
         ("dtype float32", "np.float32 torch.float32 fp32 single"))
    )  # fmt: skip
    return _said(case, f"--{meant.split()[0]} {rng.choice(ways.split())}", f"--{meant}")


def _columns(*ways: str) -> Kind:
    """Put a column of words behind the others, and say in one of some ways to take the others."""

    def slip(case: Case, rng: Random) -> Case | None:
        cells, width = tuple(rng.choice(("yes", "no")) for _ in case.table.rows), case.sizes[0]
        if case.table.names is None or isinstance(case.document.get("inputs"), dict):
            return None
        more = case.with_table(case.table.with_column(width, "class", cells))
        from_0, from_1 = (",".join(str(at + n) for at in range(width)) for n in (0, 1))
        said = rng.choice(ways).format(width=width, from_0=from_0)
        return _said(more, f"--columns={said}", f"--columns={from_1}")

    return Kind(slip)


columns_as_a_range = _columns("1-{width}", "1:{width}", "1..{width}", "0:{width}", ":{width}")
positions_from_0 = _columns("{from_0}", "[{from_0}]")
