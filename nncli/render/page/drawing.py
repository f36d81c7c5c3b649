"""The drawing of a network with the values of a sample: circles, and a line for each weight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from nncli.explanation.explanation import output_names
from nncli.explanation.shown import Shown
from nncli.explanation.steps import Explanation, Matrix, NeuronStep, ProductStep
from nncli.render.page.markup import SIGNS, Html, joined, tag

_RADIUS, _ACROSS, _DOWN = 24, 150, 62
_MARGIN = 62
# So many characters of a number stand in a circle; a longer one is rounded.
_IN_CIRCLE = 6
# How wide the lines of the smallest and the largest weight are.
_THIN, _THICK = 0.8, 4.2


@dataclass(frozen=True)
class _Layer:
    """A layer as it is drawn."""

    weights: Matrix  # (inputs, neurons)
    inputs: Mapping[int, Sequence[Shown]]  # by the number of a sample
    outputs: Mapping[int, Sequence[Shown]]


@dataclass(frozen=True)
class Drawing:
    """All layers of a network, with the values of some samples."""

    layers: tuple[_Layer, ...]
    samples: tuple[int, ...]  # their numbers
    kinds: tuple[str, ...]  # the activations
    columns: tuple[str, ...]  # the names of the inputs, if they have any
    names: tuple[str, ...]  # of the outputs, likewise


def drawing_of(found: Explanation) -> Drawing | None:
    """Return what is drawn of a network; None if not all of its layers are explained whole."""
    layers = [_layer(found, number + 1) for number in range(len(found.spec.layers))]
    whole = [layer for layer in layers if layer is not None]
    samples = [
        sample for sample in found.samples if all(sample in layer.outputs for layer in whole)
    ]
    if len(whole) < len(layers) or not samples:
        return None
    are_named = any(name != f"column_{n}" for n, name in enumerate(found.columns, start=1))
    return Drawing(
        tuple(whole),
        tuple(samples),
        tuple(layer.activation.kind for layer in found.spec.layers),
        found.columns if are_named else (),
        output_names(found.spec),
    )


def _layer(found: Explanation, number: int) -> _Layer | None:
    """Return a layer from its matrices, or from all of its sums."""
    of_layer = [step for step in found.steps if getattr(step, "layer", 0) == number]
    product = next((step for step in of_layer if isinstance(step, ProductStep)), None)
    if product is not None:
        rows = zip(product.samples, product.x, product.a or product.z, strict=True)
        values = {sample: (x, a) for sample, x, a in rows}
        weights = product.w
    else:
        sums = [step for step in of_layer if isinstance(step, NeuronStep)]
        if not sums or not sums[0].is_whole or sums[0].neurons > 1:
            return None
        weights = tuple((term.w,) for term in sums[0].terms)
        values = {s.sample: (tuple(term.x for term in s.terms), (s.a.shown,)) for s in sums}
    inputs = {sample: x for sample, (x, _) in values.items()}
    return _Layer(weights, inputs, {sample: a for sample, (_, a) in values.items()})


def drawn(drawing: Drawing, prefix: str = "") -> Html:
    """Return the drawing: the lines once, the circles for each sample.

    prefix: of the layers' ids.
    """
    sizes = [len(drawing.layers[0].weights), *(len(each.weights[0]) for each in drawing.layers)]
    places = [_places(size, max(sizes)) for size in sizes]
    left = _MARGIN + _room(drawing.columns)
    width = left + (len(sizes) - 1) * _ACROSS + _MARGIN + _room(drawing.names)
    height = max(sizes) * _DOWN + 30
    at = [left + number * _ACROSS for number in range(len(sizes))]
    lines = joined(*_lines(drawing, at, places))
    samples = joined(
        *(
            tag(
                "g",
                *_circles(drawing, sample, at, places, prefix),
                class_=f"d d{row}",
                display="none" if row > 1 else None,  # where there are no styles
            )
            for row, sample in enumerate(drawing.samples, start=1)
        )
    )
    labels = joined(*_labels(drawing, at, places, height))
    return tag(
        "svg",
        tag("g", lines, class_="weights"),
        samples,
        labels,
        viewBox=f"0 0 {width} {height}",
        style=f"max-width:{round(width * 1.05)}px",
        role="img",
        aria_label="the network, a circle for each number and a line for each weight",
    )


def _places(size: int, largest: int) -> list[int]:
    """Return how far down each circle of a layer stands."""
    top = (largest - size) * _DOWN // 2 + _RADIUS + 6
    return [top + number * _DOWN for number in range(size)]


def _room(names: Sequence[str]) -> int:
    """Return how much room names take beside the circles."""
    return min(max(map(len, names)), 18) * 8 + 8 if names else 0


def _lines(drawing: Drawing, at: list[int], places: list[list[int]]) -> Iterator[Html]:
    everything = [w for layer in drawing.layers for row in layer.weights for w in row]
    largest = max((_size(each) for each in everything), default=Decimal(0))
    ways = zip(drawing.layers, pairwise(at), pairwise(places), strict=True)
    for layer, (start, end), (above, below) in ways:
        for y, row in zip(above, layer.weights, strict=True):
            for other, weight in zip(below, row, strict=True):
                if not _size(weight):
                    continue
                share = float(_size(weight) / largest)
                yield tag(
                    "path",
                    tag("title", f"weight {SIGNS.number(weight.text)}"),
                    d=f"M{start + _RADIUS} {y}L{end - _RADIUS} {other}",
                    class_="neg" if weight.text.startswith("-") else "pos",
                    stroke="currentColor",  # where there are no styles
                    stroke_width=f"{_THIN + (_THICK - _THIN) * share:.1f}",
                )


def _size(shown: Shown) -> Decimal:
    """Return how large a number is; 0 for one that is none, or stands in a box."""
    value = shown.value.value
    return abs(value) if shown.box is None and value.is_finite() else Decimal(0)


def _circles(
    drawing: Drawing, sample: int, at: list[int], places: list[list[int]], prefix: str
) -> Iterator[Html]:
    values = _values(drawing, sample)
    everything = zip(*(_values(drawing, each) for each in drawing.samples), strict=True)
    largest = [max([Decimal(1), *(_size(n) for row in layer for n in row)]) for layer in everything]
    for layer, (x, ys, numbers) in enumerate(zip(at, places, values, strict=True)):
        circles = [
            _circle(x, y, number, float(_size(number) / largest[layer]))
            for y, number in zip(ys, numbers, strict=True)
        ]
        if layer == 0:
            yield tag("g", *circles, class_="in")
        else:
            yield tag("a", *circles, href=f"#{prefix}L{layer}", class_="out")


def _values(drawing: Drawing, sample: int) -> list[Sequence[Shown]]:
    """Return the numbers of a sample: its inputs, and every layer's outputs."""
    layers = drawing.layers
    return [layers[0].inputs[sample], *(layer.outputs[sample] for layer in layers)]


def _circle(x: int, y: int, shown: Shown, share: float) -> Html:
    """Return a number in its circle.

    share: how large it is beside the largest of its layer, which counts as 1 at least.
    """
    kind = "blank" if shown.box is not None else "zero" if shown.text == "0" else "value"
    label = shown.box or ""
    place = {"cx": x, "cy": y, "r": _RADIUS}
    content = [
        tag("circle", **place, class_="disc", fill="none", stroke="currentColor"),
        tag("circle", **place, class_=kind, fill="none", fill_opacity=f"{0.5 * share:.2f}"),
    ]
    if shown.box is not None and shown.text:  # the answer, below the number of its question
        content.append(tag("text", _brief(shown), x=x, y=y + 9, class_="filled"))
        content.append(tag("text", label, x=x, y=y - 7, class_="question"))
    elif shown.box is not None:
        content.append(tag("text", label, x=x - 9, y=y - 7, class_="question"))
    else:
        text = _brief(shown)
        content.append(tag("text", text, x=x, y=y + 5, class_="small" if len(text) > 4 else None))
        if text != SIGNS.number(shown.text):
            content.append(tag("title", SIGNS.number(shown.text)))
    return tag("g", *content)


def _brief(shown: Shown) -> str:
    """Return a number so short that it stands in a circle."""
    text = SIGNS.number(shown.text)
    if len(text) <= _IN_CIRCLE:
        return text
    for digits in (3, 2, 1):
        brief = f"{shown.number:.{digits}g}".replace("e+", "e")
        if len(brief) <= _IN_CIRCLE:
            return SIGNS.number(brief)
    return SIGNS.number(f"{shown.number:.0e}".replace("e+", "e"))


def _labels(
    drawing: Drawing, at: list[int], places: list[list[int]], height: int
) -> Iterator[Html]:
    for x, text in zip(at, ("inputs", *drawing.kinds), strict=True):
        yield tag("text", "no activation" if text == "linear" else text, x=x, y=height - 8)
    beside = _RADIUS + 8
    for name, y in zip(drawing.columns, places[0], strict=False):
        yield tag("text", _cut(name), x=at[0] - beside, y=y + 5, class_="before")
    for name, y in zip(drawing.names, places[-1], strict=False):
        yield tag("text", _cut(name), x=at[-1] + beside, y=y + 5, class_="behind")


def _cut(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:17]}…"
