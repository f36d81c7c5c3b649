"""The page of an explanation: the drawing, then every layer with its matrices and sums."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Literal

from nncli.explanation.steps import (
    Explanation,
    NeuronStep,
    ScalingStep,
    SoftmaxStep,
    TransposeStep,
)
from nncli.render.explain_names import Names
from nncli.render.page.drawing import Drawing, drawing_of, drawn
from nncli.render.page.markup import SIGNS, Html, joined, tag
from nncli.render.page.matrices import Choices, arrangement, transposed
from nncli.render.page.sums import legend, scaling, softmax, sum_of

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def explain_page(found: Explanation) -> str:
    """Return an explanation as a page."""
    names = Names(found, SIGNS)
    title = f"{found.spec.name}, every number by hand"
    body = joined(
        tag("h1", title),
        tag("p", f"{names.sizes} · {names.samples()}. {names.rounding}", class_="sub"),
        *how_to_read(names),
        *network(drawing_of(found)),
        *(section(names, layer) for layer in found.layers),
        *(tag("p", note.message, class_="note") for note in found.notes),
    )
    return document(title, body, _chosen(names))


def document(title: str, body: Html, rules: str = "") -> str:
    """Return a whole document.  rules: styles beside those of every page."""
    style = files("nncli.render.page").joinpath("page.css").read_text("utf-8")
    head = joined(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        # no name can bring in anything, whatever it says
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("title", title),
        tag("style", Html(style + rules)),
    )
    page = tag("html", tag("head", head), tag("body", tag("main", body)), lang="en")
    return f"<!DOCTYPE html>\n{page}\n"


def how_to_read(names: Names) -> Iterator[Html]:
    """Yield what the signs of the matrices mean, in a few sentences; nothing if there are none."""
    if not names.products:
        return
    letters, _ = names.letters(min(names.products))
    left, right = names.written.factors(letters)
    sign = "·" if names.found.notation == "columns" else "@"
    turned = f"{letters.w}.T is {letters.w} with its rows as columns. "
    index = "Z₁ is all numbers of layer 1, z₁ that of its neuron 1. "
    yield tag(
        "p",
        f"How to read it: {left} {sign} {right} multiplies each row of {left} with each column of "
        f"{right}, number by number, and adds up. ",
        turned if names.found.notation == "torch" else "",
        index if len(names.found.spec.layers) > 1 else "",
        "A shape (3, 4) has 3 rows and 4 columns.",
        class_="sub",
    )


# ----------------------------------------------------------------------------- the whole network


def network(drawing: Drawing | None, prefix: str = "") -> Iterator[Html]:
    """Yield the drawing of a network, with a tab for each sample; nothing if there is none."""
    if drawing is None:
        return
    rows = list(enumerate(drawing.samples, start=1))
    buttons = [
        _button(f"pick d{row}", "network", f"{prefix}d{row}", f"sample {n}", is_on=row == 1)
        for row, n in rows
    ]
    labels = [
        tag("label", f"sample {n}", for_=f"{prefix}d{row}", class_=f"t{row}") for row, n in rows
    ]
    tabs = (*buttons, tag("div", *labels, class_="tabs")) if len(rows) > 1 else ()
    yield tag("section", *tabs, tag("div", drawn(drawing, prefix), class_="net"), key())


# Of what stands beside words: without styles, too.
_KEY: dict[str, str | int] = {"width": 34, "height": 10, "viewBox": "0 0 34 10"}


def key() -> Html:
    """Return what the drawing's signs mean."""
    positive, negative = (
        tag(
            "svg",
            tag("path", d="M2 5H32", class_=kind, stroke_width=3),
            **_KEY,
        )
        for kind in ("pos", "neg")
    )
    return tag(
        "p",
        tag("span", positive, "positive weight"),
        tag("span", negative, "negative weight"),
        tag("span", "thicker line, fuller circle: further from 0"),
        tag("span", "no line, dashed circle: 0"),
        class_="key",
    )


def _button(class_: str, group: str, id_: str, label: str, *, is_on: bool) -> Html:
    return tag(
        "input",
        type="radio",
        class_=class_,
        name=group,
        id=id_,
        aria_label=label,
        checked="" if is_on else None,
    )


# ------------------------------------------------------------------------------------- one layer


def section(names: Names, layer: int, prefix: str = "", *, has_choices: bool = True) -> Html:
    """Return everything that is explained of a layer.

    prefix: of its ids; has_choices: whether one sum at a time is shown, of the number chosen.
    """
    found = names.found
    steps = [step for step in found.steps if getattr(step, "layer", 0) == layer]
    sums = [step for step in steps if isinstance(step, NeuronStep)]
    rows = {sample: row for row, sample in enumerate(found.samples, start=1)}
    product = names.products.get(layer)
    choices: Choices = {}
    if product is not None and has_choices:
        places = [(rows[step.sample], step.neuron) for step in sums]
        choices = {place: f"{prefix}L{layer}-{place[0]}-{place[1]}" for place in places}
    content = joined(
        *(_button_of(names, layer, place, button) for place, button in choices.items()),
        *_scaled(names, "inputs", rows if layer == 1 else {}),
        *(transposed(step, names) for step in steps if isinstance(step, TransposeStep)),
        *([arrangement(product, names, choices)] if product is not None else []),
        *([tag("p", _HINT, class_="hint")] if len(choices) > 1 else []),
        tag("div", *_sums(sums, names, rows), class_="sums" if choices else "sums all"),
        *(
            _of_sample(rows, step.sample, "softmax", softmax(step, names))
            for step in steps
            if isinstance(step, SoftmaxStep)
        ),
        *_scaled(names, "outputs", rows if layer == len(found.spec.layers) else {}),
    )
    return tag("section", *_heading(names, layer), content, id=f"{prefix}L{layer}")


_HINT = (
    "Choose a number of the result, or step through them with the arrow keys: its row and its "
    "column are multiplied number by number, the products and the bias added."
)
# What an activation does, for those who have not met it.
_MEANINGS = {
    "relu": "relu keeps a positive number and makes 0 of a negative one.",
    "leaky_relu": "leaky_relu keeps a positive number and multiplies a negative one by its slope.",
    "step": "step makes 1 of a positive number and 0 of a negative one.",
    "sign": "sign makes 1 of a positive number and −1 of a negative one.",
    "sigmoid": "sigmoid brings any number between 0 and 1; 0 becomes 0.5.",
    "tanh": "tanh brings any number between −1 and 1; 0 stays 0.",
    "softmax": "softmax makes shares of a sample's numbers; they add up to 1.",
}


def _heading(names: Names, layer: int) -> Iterator[Html]:
    """Yield a layer's name, and below it its formulas."""
    said = names.layer(layer)
    inputs, neurons = names.found.spec.layer_sizes[layer - 1 : layer + 1]
    formulas = " · ".join(names.formulas(layer))
    yield tag("h2", said[0].upper() + said[1:])
    *before, kind = (each.activation.kind for each in names.found.spec.layers[:layer])
    meaning = _MEANINGS.get(kind) if kind not in before else None  # said once
    said = f" · {meaning}" if meaning is not None else ""
    yield tag("p", f"{inputs} in, {neurons} out · ", tag("i", formulas), said, class_="sub")


def _button_of(names: Names, layer: int, place: tuple[int, int], button: str) -> Html:
    """Return the button of a number of the result.  place: its sample's row and its neuron."""
    row, neuron = place
    product = names.products[layer]
    samples = names.found.samples
    return _button(
        f"pick s{row} n{neuron}",
        f"L{layer}",
        button,
        f"sample {samples[row - 1]}, neuron {neuron}",
        is_on=(samples[row - 1], neuron) == (product.sample, product.neuron),
    )


def _sums(sums: list[NeuronStep], names: Names, rows: dict[int, int]) -> Iterator[Html]:
    """Yield the sums of a layer, above the first of each sample what its inputs are called."""
    seen: set[int] = set()
    for step in sums:
        row = rows[step.sample]
        if step.sample not in seen and (called := legend(step)) is not None:
            yield tag("div", called, class_=f"of-sample p{row}")
        seen.add(step.sample)
        said = f"sample {step.sample}, {names.neuron(step)}"
        if step.question is not None:
            said = f"{step.question.number}. {said}"
        elif names.is_sheet:
            said = f"Worked example: {said}"
        yield sum_of(step, names, row, said)


def _scaled(
    names: Names, where: Literal["inputs", "outputs"], rows: dict[int, int]
) -> Iterator[Html]:
    """Yield how inputs are scaled, or outputs' scale is undone.  rows: of the samples."""
    for step in names.found.steps:
        if isinstance(step, ScalingStep) and step.where == where and rows and step.columns:
            yield _of_sample(rows, step.sample, step.title, scaling(step, names))


def _of_sample(rows: dict[int, int], sample: int, what: str, content: Html) -> Html:
    """Return what is said of a sample, whichever of its neurons is chosen."""
    title = tag("h3", f"sample {sample}: {what}")
    return tag("div", title, content, class_=f"of-sample p{rows[sample]}")


def _chosen(names: Names) -> str:
    """Return the rules by which a chosen number is lit, and its sum shown."""
    samples = range(1, len(names.found.samples) + 1)
    neurons = range(1, max((len(step.b) for step in names.products.values()), default=0) + 1)
    rules = [f".d{n}:checked~.net .d{n}{{display:block}}" for n in samples]
    rules += [f".d{n}:checked~.tabs .t{n}{{{_TAB}}}" for n in samples]
    rules += [f".d{n}:focus-visible~.tabs .t{n}{{{_FOCUS}}}" for n in samples]
    rules += [f".s{n}:checked~.fig .x{n}{{background:var(--x-lit)}}" for n in samples]
    rules += [f".s{n}:checked~.of-sample.p{n}{{display:block}}" for n in samples]
    rules += [f".s{n}:checked~.sums .p{n}{{display:block}}" for n in samples]
    rules += [f".n{n}:checked~.fig .w{n}{{background:var(--w-lit)}}" for n in neurons]
    rules += [f".n{n}:checked~.fig .b.w{n}{{background:var(--b-lit)}}" for n in neurons]
    for sample in samples:
        for neuron in neurons:
            button, place = f".s{sample}.n{neuron}", f"{sample}-{neuron}"
            rules += [
                f"{button}:checked~.fig .z{place}{{background:var(--z-lit)}}",
                f"{button}:checked~.fig .a{place}{{background:var(--a-lit)}}",
                f"{button}:checked~.sums .q{place}{{display:block}}",
                f"{button}:focus-visible~.fig .z{place}{{{_FOCUS}}}",
            ]
    return f"@media screen{{{''.join(rules)}}}"


_TAB = "background:var(--z-lit);border-color:var(--z);font-weight:600"
_FOCUS = "outline:2px solid var(--z);outline-offset:1px"
