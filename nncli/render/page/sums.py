"""The sums of an explanation as HTML: terms that wrap whole, each with one plain line of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from nncli.explanation.chains import ChainLine, Factor, Symbol, chain, last_sign, product_of
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown, in_full
from nncli.explanation.steps import NeuronStep, Result, ScalingStep, SoftmaxStep, Term
from nncli.render.explain_formulas import activation_links
from nncli.render.explain_long_sums import parts, shortened
from nncli.render.explain_names import Names
from nncli.render.page.markup import SIGNS, Html, factor, joined, number, symbol, tag


def sum_of(step: NeuronStep, names: Names, row: int, heading: str) -> Html:
    """Return a neuron's sum for one sample.  row: of the sample in the matrices, from 1."""
    notation = names.found.notation
    content = _whole_sum(step, notation) if step.is_whole else _long_sum(step, notation)
    texts = (
        {}
        if step.question is not None
        else {"data_z": step.z.shown.text, "data_a": step.a.shown.text}
    )
    return tag(
        "div",
        tag("h3", heading),
        tag("p", *_plain(step, notation), class_="line"),
        *content,
        *_activation(step),
        *_notes(step, names),
        class_=f"sum q{row}-{step.neuron}",
        data_sample=step.sample,
        data_layer=step.layer,
        data_neuron=step.neuron,
        **texts,
    )


def legend(step: NeuronStep) -> Html | None:
    """Return what the inputs of a sum are called; None if they have no names."""
    if step.layer > 1 or not any(term.is_named for term in step.terms):
        return None
    pieces = (
        tag("span", symbol(Symbol("x", (term.input,))), f" {term.name} {SIGNS.number(term.x.text)}")
        for term in step.terms
    )
    return tag("p", *pieces, class_="legend")


# ------------------------------------------------------------------------------- in one line


def _plain(step: NeuronStep, notation: Notation) -> Iterator[str]:
    """Yield a sum as one line of text, for search, copying and screen readers."""
    yield symbol(Symbol("z", (step.neuron,)))
    if step.is_whole:
        for line in chain(step, notation)[1:-1]:
            yield f" {line.sign} "
            yield " + ".join(SIGNS.times.join(map(SIGNS.factor, term)) for term in line.terms)
    yield f" {last_sign(step, notation)} {SIGNS.number(step.z.shown)}"
    links = activation_links(step, SIGNS)
    if links:
        yield joined("; ", symbol(Symbol("a", (step.neuron,))))
        yield "".join(f" {sign} {text}" for sign, text in links)


# --------------------------------------------------------------------------------- all terms


def _whole_sum(step: NeuronStep, notation: Notation) -> Iterator[Html]:
    """Yield the lines that run side by side, and below them those of the whole sum."""
    lines = chain(step, notation)
    together = lines[:-2] if len(lines) > 3 else lines[:-1]
    head = joined(symbol(Symbol("z", (step.neuron,))), " ", together[0].sign)
    signs = [head, *(line.sign for line in together[1:])]
    stacks = [_stack("head", signs)]
    for at, terms in enumerate(zip(*(line.terms for line in together), strict=True)):
        is_last = at == len(together[0].terms) - 1
        kinds = ["", "b", "b"] if is_last else _kinds(notation)
        cells = [_term(term, kinds, row) for row, term in enumerate(terms)]
        plus = [_stack("plus", ["+"] * len(cells))] if at else []
        stacks.append(tag("span", *plus, " ", _stack("term", cells), class_="group"))
    yield tag("div", *(joined(each, " ") for each in stacks), class_="stack", aria_hidden="true")
    z = symbol(Symbol("z", (step.neuron,)))
    yield tag("p", z, " ", *_ends(lines[len(together) :]), class_="end", aria_hidden="true")


def _kinds(notation: Notation) -> list[str]:
    """Return the classes of a product's factors."""
    return ["w", "x"] if notation == "columns" else ["x", "w"]


def _stack(class_: str, cells: Sequence[str]) -> Html:
    return tag("span", *(joined(tag("span", each), " ") for each in cells), class_=class_)


def _term(term: tuple[Factor, ...], kinds: Sequence[str], row: int) -> Html:
    """Return a term of a line.  row: 0 symbols, 1 factors, 2 products."""
    if row == 0:
        return joined(*(symbol(each) for each in term if isinstance(each, Symbol)))
    if len(term) == 1:
        return factor(term[0], "n b" if kinds[-1] == "b" else None)
    one, other = (factor(each, f"n {kind}") for each, kind in zip(term, kinds, strict=True))
    return joined(one, SIGNS.times, other)


def _ends(lines: Sequence[ChainLine]) -> Iterator[str]:
    """Yield what stands below the terms: the sum and the bias, and z."""
    for line in lines[:-1]:
        (before,), (bias,) = line.terms
        yield joined(f"{line.sign} ", factor(before), " + ", factor(bias, "n b"), " ")
    yield joined(
        f"{lines[-1].sign} ",
        *(number(z, "n z") for z in lines[-1].terms[0] if isinstance(z, Shown)),
    )


# ------------------------------------------------------------------------------ largest terms


def _long_sum(step: NeuronStep, notation: Notation) -> Iterator[Html]:
    """Yield the largest terms of a sum, and what the others add."""
    written, counted = shortened(step, notation, SIGNS)
    yield tag("p", written, class_="end")
    yield tag("p", counted, class_="note")
    largest = max(term.size for term in step.terms)
    rows = [_term_row(term, step, notation, largest) for term in step.terms]
    *named, (z, _) = (each for each in parts(step, last_sign(step, notation), SIGNS) if each[0])
    rows += [_part(name, SIGNS.number(text)) for name, text in named]
    yield tag("table", *rows, _part(z, number(step.z.shown, "n z")), class_="long")


def _term_row(term: Term, step: NeuronStep, notation: Notation, largest: Decimal) -> Html:
    one, other = (factor(each) for each in product_of(term.input, step, notation))
    x, w = factor(term.x, "n x"), factor(term.w, "n w")
    numbers = joined(w, SIGNS.times, x) if notation == "columns" else joined(x, SIGNS.times, w)
    share = float(term.size / largest) if largest and largest.is_finite() else 0
    bar = tag(
        "span",
        class_="bar neg" if term.product.text.startswith("-") else "bar pos",
        style=f"width:{share * 6:.2f}em",
    )
    return tag(
        "tr",
        tag("td", term.name or "" if term.is_named else ""),
        tag("td", one, SIGNS.times, other),
        tag("td", numbers),
        tag("td", SIGNS.sign(is_rounded=term.is_rounded)),
        tag("td", bar),
        tag("td", number(term.product)),
    )


def _part(said: str, value: str) -> Html:
    return tag("tr", tag("td", said, colspan=5), tag("td", value), class_="part")


# --------------------------------------------------------------------- below the sum, and tables


def _activation(step: NeuronStep) -> Iterator[Html]:
    links = activation_links(step, SIGNS)
    if links:
        a = symbol(Symbol("a", (step.neuron,)))
        said = [f" {sign} {text}" for sign, text in links[:-1]]
        yield tag("p", a, *said, f" {links[-1][0]} ", number(step.a.shown, "n a"), class_="end")


def _notes(step: NeuronStep, names: Names) -> Iterator[Html]:
    if step.from_rounded is not None:
        factors, products = map(SIGNS.number, step.from_rounded)
        said = f"The rounded factors give {factors}, the rounded products {products}."
        yield tag("p", said, class_="note")
    yield from float_note(step.compared, names)


def float_note(result: Result, names: Names, of: str = "") -> Iterator[Html]:
    """Yield what `forward` has for a result, if that is another number.  of: which, if not said."""
    if result.other is not None:
        gets = SIGNS.number(in_full(result.other))
        yield tag("p", f"forward, in {names.found.spec.dtype}, gets {gets}{of}.", class_="note")


def softmax(step: SoftmaxStep, names: Names) -> Html:
    """Return a softmax, or its logarithm, as a table: a row for each neuron."""
    is_log = step.log_sum is not None
    headings = ["", "z", "z − m", "exp(z − m)", "log p" if is_log else "÷ sum = p"]
    rows = [
        tag(
            "tr",
            tag("th", row.name, scope="row"),
            *(tag("td", number(each)) for each in (row.z, row.difference, row.exponential)),
            tag("td", number(row.share.shown, "n a")),
        )
        for row in step.rows
    ]
    said = joined("largest z: ", tag("i", "m"), " = ", number(step.largest))
    if step.log_sum is not None:
        said = joined(said, "; log p = z − m − log(sum), and log(sum) ≈ ", number(step.log_sum))
    elif step.shares_sum.is_finite() and step.shares_sum != 1:
        said = joined(said, f"; the printed shares add up to {step.shares_sum:f}")
    total = tag("tr", tag("th", "sum", colspan=3), tag("td", number(step.sum)), tag("td"))
    return joined(
        tag("table", tag("tr", *(tag("th", each) for each in headings)), *rows, total),
        tag("p", said, class_="note"),
        *(note for row in step.rows for note in float_note(row.share, names, f" for {row.name}")),
    )


def scaling(step: ScalingStep, names: Names) -> Html:
    """Return how a sample's numbers are scaled, as a table: a row for each that is shown."""
    rows, columns = [], names.scaled(step)
    for column in columns:
        formula = (
            part.replace("-", "−") if isinstance(part, str) else factor(part)
            for part in column.formula
        )
        sign = SIGNS.sign(is_rounded=column.is_rounded)
        rows.append(
            tag(
                "tr",
                tag("th", column.name, scope="row"),
                tag("td", *formula),
                tag("td", sign),
                tag("td", number(column.result, "n a" if step.where == "outputs" else "n x")),
            )
        )
    left_out = len(step.columns) - len(columns)
    said = f"{left_out:,} of {len(step.columns):,} are left out: no term that is shown has them."
    return joined(tag("table", *rows), *([tag("p", said, class_="note")] if left_out else []))
