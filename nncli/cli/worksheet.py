"""The worksheets of `nncli explain`: what is asked for, and how they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Literal

from nncli.errors import DataError, UsageError
from nncli.files import source_name
from nncli.problems import Place, Problem
from nncli.words import numbered

if TYPE_CHECKING:
    from nncli.explanation.explanation import Run, WantedLayer, Wish
    from nncli.explanation.steps import Sheet
    from nncli.network.activations import Array
    from nncli.network.network import Network
    from nncli.pipeline.run import ForwardRun
    from nncli.problems import Note
    from nncli.specs.model import NetworkSpec

# So many seeds are tried for a worksheet that is like no other one.
_TRIES = 100


@dataclass(frozen=True)
class SheetWish:
    """Which worksheets are wanted."""

    questions: int | Literal["all"]
    level: int  # 1: products are printed; 2: factors are; 3: symbols alone
    variants: int | None  # None: one, which is none of several
    has_answers: bool


def sheet_wish(
    blanks: str | None, level: int | None, variants: int | None, *, answers: bool, neuron: str
) -> SheetWish | None:
    """Return which worksheets are wanted, if any.  Raises UsageError for contradictions."""
    given = {"--level": level, "--variants": variants, "--answers": answers or None}
    if blanks is None:
        option = next((name for name, value in given.items() if value is not None), None)
        if option is not None:
            message = f"{option} is about worksheets, and --blanks makes one"
            raise UsageError(message, "say how many sums to leave blank: --blanks 12")
        return None
    if neuron != "all":
        message = "--neuron says whose sums to write out, but --blanks chooses them itself"
        raise UsageError(message, "leave one of them out; --layer and --sample go with --blanks")
    questions: int | Literal["all"] = "all" if blanks == "all" else int(blanks)
    return SheetWish(questions, level or 2, variants, answers)


def refuse_unsuitable(
    spec: NetworkSpec, layers: Sequence[WantedLayer], wanted: SheetWish | None
) -> None:
    """Raise UsageError for layers that are too large, and for a seed with too few behind it."""
    from nncli.explanation.questions import refuse_large_layers
    from nncli.explanation.seeds import SEEDS_PER_VARIANT
    from nncli.specs.model import MAX_SEED

    if wanted is None:
        return
    refuse_large_layers(spec, [layer.number for layer in layers])
    most = MAX_SEED + 1 - SEEDS_PER_VARIANT * (wanted.variants or 1)
    if (spec.seed or 0) > most:
        message = f"--seed {spec.seed}: worksheets try the seeds behind it, and there are too few"
        raise UsageError(message, f"at most --seed {most}", code="N703", choices=(str(most),))


def worksheets(
    tensors: Mapping[str, Array],
    run: ForwardRun,
    about: tuple[Run, Wish],
    wanted: SheetWish,
) -> list[Sheet]:
    """Return the worksheets, in no boxes yet; each of another one, if there are so many.

    tensors: of the spec; run: of its network; about: what that made of the samples, and what is to
    be explained.  Raises UsageError if there are too few questions, SpecError if no network suits.
    """
    from nncli.explanation.explanation import explain
    from nncli.explanation.questions import drawn_places
    from nncli.explanation.seeds import SEEDS_PER_VARIANT
    from nncli.explanation.worksheet import Variant, worksheet

    sheets: list[Sheet] = []
    variants, (seen, wish) = wanted.variants or 1, about
    whole = explain(run.network, seen, wish)
    for number in range(1, variants + 1):
        first = (run.network.spec.seed or 0) + SEEDS_PER_VARIANT * (number - 1)
        tried: list[Sheet] = []
        for seed, network, other in islice(_seeded(tensors, run, seen, first), _TRIES):
            if network is not run.network:
                whole = explain(network, other, wish)
            places = drawn_places(whole, wanted.questions, seed)
            tried.append(worksheet(whole, places, wanted.level, Variant(number, variants, seed)))
            if all(tried[-1].found.steps != sheet.found.steps for sheet in sheets):
                break
        else:
            tried = tried[:1]  # there are no more: the first is as good as any
        sheets.append(tried[-1])
    return sheets


def _seeded(
    tensors: Mapping[str, Array], run: ForwardRun, seen: Run, first: int
) -> Iterator[tuple[int, Network, Run]]:
    """Yield seeds from a first one on, each with its network and what that makes of the samples.

    Arguments and errors as for `worksheets`.
    """
    import numpy as np

    from nncli.explanation.seeds import draws_numbers, suitable_networks
    from nncli.pipeline.again import shown_again

    spec, shown = run.network.spec, run.shown
    if not draws_numbers(spec):
        yield from ((seed, run.network, seen) for seed in range(first, first + _TRIES))
        return
    bad = [n for n, x in zip(seen.numbers, seen.batch, strict=True) if not np.isfinite(x).all()]
    if bad:
        message = f"{numbered('sample', bad)}: no weights can be drawn for what is no number"
        remedy = "make worksheets of data without NaN and infinity"
        raise DataError(Problem("N404", message, Place(source_name(run.sources[0])), (remedy,)))
    for network in suitable_networks(spec, tensors, shown.batch, first):
        again = shown_again(network, shown)
        own = replace(seen, inputs=again.inputs, layers=again.layers, outputs=again.outputs)
        yield network.spec.seed or 0, network, own


def sheet_notes(sheets: Sequence[Sheet]) -> list[Note]:
    """Return what to remark on worksheets, which are in no boxes yet."""
    from nncli.explanation.worksheet import equal_sheets, rounded_answers

    return [*sheets[0].found.notes, *rounded_answers(sheets), *equal_sheets(sheets)]
