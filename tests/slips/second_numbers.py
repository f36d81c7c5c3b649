"""Numbers of a spec in the ways of other notations, one by one and in whole matrices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from slips.first_forms import at_layer, layers_with
from slips.first_numbers import NUMBER
from slips.intact import Case, flow
from slips.kinds import Kind, kind, pattern

Rows = list[list[str]]

minus_behind_the_number = pattern(r"(?<=[\[ ])-(\d+\.\d+)(?=[,\]])", lambda m, _: f"{m[1]}-")
SCRIPTS: tuple[Mapping[int, str | int], ...] = (
    *({ord("."): point} for point in "\u00b7\uff0e\u066b"),
    *({48 + n: zero + n for n in range(10)} for zero in (0xFF10, 0x660, 0x966)),
)
digits_or_point_of_another_script = pattern(
    NUMBER, lambda m, rng: m[0].translate(rng.choice(SCRIPTS))
)
vector_of_r = pattern(r"(?<=: )\[([^\[\]{}\n#]+)\](?= *$)", lambda m, _: f"c({m[1]})")


def _matrix(write: Callable[[Rows, Random], str]) -> Kind:
    """Return the kind that writes weights otherwise, on lines of their own or behind the key."""

    def slip(case: Case, rng: Random) -> Case | None:
        places = [n for n in layers_with(case, "weights") if case.sizes[n + 1] > 1 < case.sizes[n]]
        if not places:
            return None
        index = rng.choice(places)
        broken = case.with_document(at_layer(case.document, index, weights="@@"))
        line = next(line for line in broken.text.splitlines() if "@@" in line)
        if not line.endswith("weights: @@") or "{" in line:
            return None
        rows = case.document["layers"][index]["weights"]
        text = write(rows, rng).replace("\n", "\n" + " " * (line.index("weights") + 2))
        return replace(broken, spec=broken.text.replace("@@", text))

    return Kind(slip)


rows_without_brackets = _matrix(
    lambda rows, rng: "\n" + "\n".join(f"- {x}" for x in map(rng.choice((", ", " ")).join, rows))
)
matrix_on_lines_of_text = _matrix(
    lambda rows, rng: (
        rng.choice(("|\n", "\n")) + "\n".join(map(rng.choice((" ", ", ", "  ")).join, rows))
    )
)
rows_without_the_outer_brackets = _matrix(lambda rows, _: flow(rows)[1:-1])


@kind()
def biases_of_a_call(case: Case, rng: Random) -> Case | None:
    layers = case.document.get("layers")
    if not layers:
        return None
    index = rng.randrange(len(layers))
    count = layers[index]["neurons"]
    digit, form = rng.choice(
        (("0", "np.zeros({})"), ("0", "torch.zeros({})"), ("0", '"rep(0, {})"'),
         ("0", "'[0] * {}'"), ("1", "np.ones({})"), ("1", "torch.ones({})"))
    )  # fmt: skip
    meant = case.with_document(at_layer(case.document, index, biases=[digit] * int(count)))
    broken = case.with_document(at_layer(case.document, index, biases=form.format(count)))
    return replace(broken, meant=meant)
