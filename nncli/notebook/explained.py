"""`nncli.explain`: how a network gets its numbers, for Python and its notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Literal, TypeAlias, get_args

import numpy as np

from nncli.data.frames import BatchLike
from nncli.data.rows import Rows
from nncli.explanation import explanation
from nncli.explanation.explanation import MAX_ON_PAGE, Run, Wish
from nncli.explanation.notation import Notation, notation_of
from nncli.explanation.steps import Explanation
from nncli.explanation.wanted import MAX_SAMPLES, ChoiceError, wanted_layers, wants_matrices
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.network import Network
from nncli.network.samples import Samples, read_samples
from nncli.network.scaling import scaled_inputs, scales_inputs, unscaled_outputs
from nncli.pipeline.shown import SamplesToShow
from nncli.pipeline.units import Unit, as_blocks
from nncli.words import count_of

# Numbers, from 1, or names.
Chosen: TypeAlias = int | str | Iterable[int | str]

# Of the frame that a notebook gets, in pixels.
_TOP, _LAYER, _MAX_HEIGHT = 400, 300, 900
_MAX_PRECISION = 17


@dataclass(frozen=True, eq=False, repr=False)
class Explained:
    """Some of a network's numbers with the way to each; a notebook shows it as a page."""

    network: Network
    run: Run
    wish: Wish
    page_wish: Wish  # a page shows the sums of all samples, unless some are chosen

    @cached_property
    def found(self) -> Explanation:
        """The steps, of which everything is made."""
        return explanation.explain(self.network, self.run, self.wish)

    def __repr__(self) -> str:
        """Return the sums as text."""
        return self.to_text().removesuffix("\n")

    def to_text(self, width: int | None = None) -> str:
        """Return what `nncli explain` prints.  width: of the lines, at most; None for no limit."""
        from nncli.render.explain_signs import Signs
        from nncli.render.explain_text import explanation_view
        from nncli.render.layout.plain import to_plain

        return to_plain(explanation_view(self.found, width, Signs()))

    def to_html(self) -> str:
        """Return a whole page, without a script or an address."""
        from nncli.render.page.document import explain_page

        return explain_page(explanation.explain(self.network, self.run, self.page_wish))

    def to_latex(self) -> str:
        """Return a LaTeX document, which needs amsmath."""
        from nncli.render.explain_latex import explain_latex

        return explain_latex(self.found)

    def to_markdown(self) -> str:
        """Return Markdown: headings, and the text as blocks."""
        from nncli.render.explain_markdown import explain_markdown

        return explain_markdown(self.found)

    def to_json(self) -> str:
        """Return the steps themselves; decimals are strings, so that nothing is lost."""
        from nncli.render.explain_json import explain_json

        return explain_json(self.found, (), self.found.notes)

    def _repr_html_(self) -> str:
        """Return the page in a frame of its own: neither style changes the other."""
        height = min(_MAX_HEIGHT, _TOP + _LAYER * len(self.found.layers))
        # otherwise a link to a layer is one to the notebook's page
        page = self.to_html().replace("<head>", '<head><base href="about:srcdoc">', 1)
        return (
            f'<iframe title="{escape(self.found.spec.name)}, explained" sandbox="" '
            f'style="width:100%;height:{height}px;border:0" srcdoc="{escape(page)}"></iframe>\n'
        )


def explain(
    network: Network,
    x: BatchLike,
    *,
    sample: Chosen | None = None,
    layer: Chosen = "all",
    neuron: Chosen = "all",
    notation: Notation | None = None,
    ones: bool = False,
    precision: int = 4,
    terms: int | Literal["all"] = 8,
    columns: Sequence[str] | None = None,
) -> Explained:
    """Return how a network gets its numbers from a batch: every sum, in exact decimals.

    x: (samples, inputs), as for `Network.forward`.
    sample, layer, neuron: whose sums are written out, by number, from 1; layers and the neurons of
    the last one by name, too; `"all"`, of samples those that matrices show; or several of them;
    no sample: the first one's, on a page all.
    notation: "rows", "torch" or "columns"; None: as the spec writes its layers.
    ones: whether the biases stand in the matrices of weights.
    precision: decimals of what has to be rounded.  terms: how many of a long sum are shown.
    columns: what the features are called, if neither the spec nor a table says it.
    Raises what `Network.forward` does, and ValueError for what there is not.
    """
    _check(notation, precision, terms)
    spec = network.spec
    layers, neurons = _items("layer", layer), _items("neuron", neuron)
    samples = _named(read_samples(x, spec), columns)
    run, wanted = _run(network, samples, _items("sample", 1 if sample is None else sample))
    wish = Wish(
        samples=wanted,
        layers=wanted_layers(layers, neurons, spec),
        notation=notation or notation_of(spec.layers, "rows"),
        has_ones=ones,
        precision=precision,
        terms=terms,
        matrices=wants_matrices(layers, neurons, spec),
    )
    samples_of_page = run.numbers if sample is None else wanted
    page_wish = replace(wish, samples=samples_of_page, most_sums=MAX_ON_PAGE)
    return Explained(network, run, wish, page_wish)


def _check(notation: Notation | None, precision: int, terms: int | Literal["all"]) -> None:
    """Raise ValueError for what cannot be chosen."""
    notations = get_args(Notation)
    if notation not in (None, *notations):
        raise ValueError(f"notation {notation!r}: it is one of {', '.join(notations)}")
    if not 1 <= precision <= _MAX_PRECISION:
        raise ValueError(f"precision {precision}: it is from 1 to {_MAX_PRECISION}")
    if terms != "all" and not (isinstance(terms, int) and terms >= 1):
        raise ValueError(f"terms {terms!r}: it is a number from 1, or 'all'")


def _items(what: str, chosen: Chosen) -> list[str]:
    """Return numbers and names as texts.  Raises ValueError if there are none."""
    if isinstance(chosen, str) or not isinstance(chosen, Iterable):
        return [str(chosen)]
    items = list(map(str, chosen))
    if not items:
        raise ChoiceError(f"{what}: none is chosen")
    return items


def _named(samples: Samples, columns: Sequence[str] | None) -> Samples:
    """Return samples whose features have these names.  Raises ValueError for a wrong number."""
    if columns is None:
        return samples
    width = samples.values.shape[1]
    if isinstance(columns, str) or len(columns) != width:
        raise ValueError(f"columns: the batch has {count_of(width, 'feature')} to be named")
    return replace(samples, names=tuple(map(str, columns)))


def _run(network: Network, samples: Samples, chosen: Sequence[str]) -> tuple[Run, tuple[int, ...]]:
    """Run the samples that are shown, and say whose sums are wanted.  Raises ChoiceError."""
    total = len(samples.values)
    wanted = () if list(chosen) == ["all"] else _sample_numbers(chosen, total)
    rows = SamplesToShow(MAX_SAMPLES, 0, wanted).positions(1, total)
    if not rows.size:
        raise ChoiceError("the batch has no samples")
    shown = samples.at(rows)
    x = shown.values.astype(np.float64)
    layers = _in_blocks(network, x)
    numbers = tuple(int(row) + 1 for row in rows)
    spec, outputs = network.spec, unscaled_outputs(layers[-1].output, network.spec)
    inputs = scaled_inputs(x, spec) if scales_inputs(spec) else None
    return Run(numbers, total, shown.columns, x, inputs, layers, outputs), wanted or numbers


def _sample_numbers(chosen: Sequence[str], total: int) -> tuple[int, ...]:
    """Return the numbers of samples, in order.  total: how many there are.  Raises ChoiceError."""
    for item in chosen:
        if not (item.isascii() and item.isdigit() and 1 <= int(item) <= total):
            has = f"there are {count_of(total, 'sample')}, numbered from 1"
            raise ChoiceError(f"sample {item}: {has}")
    return tuple(sorted(set(map(int, chosen))))


def _in_blocks(network: Network, x: Array) -> tuple[LayerResult, ...]:
    """Return what every layer makes of samples, to the bits that `nncli forward` has.

    x: (samples, inputs), as they were given.
    """
    columns = tuple(np.ascontiguousarray(x.T))
    results = network.run(as_blocks(Unit(1, (Rows(columns, ()),)), network))
    return tuple(
        LayerResult(
            number,
            layer.name,
            *values.map(lambda v: v.transpose(0, 2, 1).reshape(-1, v.shape[1])[: len(x)]),
        )
        for number, (layer, values) in enumerate(zip(network.layers, results, strict=True), start=1)
    )
