"""Values of a spec that are written in another form than it has, or too many or too few of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

from nncli.data.csv.numbers import is_number
from nncli.doctor.spec_edits import Proposal, SpecEditor, edit_in_line, edit_of
from nncli.meant.numbers import numbers_meant
from nncli.problems import Edit
from nncli.specs.faults import Fault, Path
from nncli.specs.keys import keys_at
from nncli.specs.origins import value_at
from nncli.specs.spec_text import Span
from nncli.specs.wording import MAX_NUMBER, number_help
from nncli.words import count_of

# Nobody has typed a longer list of weights without noticing.
_MAX_FLAT = 100
_WHOLE = frozenset({"neurons", "size", "seed", "inputs", "layer_sizes"})
_YES_AND_NO = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n"})
_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def as_number(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the numbers that a text may mean, each with the other such texts of the spec."""
    where = editor.source_path(fault.path)
    for words, _ in _numbers(editor.source.written(where), where):
        edits = [
            editor.replace(path, number)
            for path in dict.fromkeys((where, *islice(_texts(editor.source.value, ()), _MAX_FLAT)))
            for typed, number in _numbers(editor.source.written(path), path)
            if typed == words
        ]
        yield words, tuple(edit for edit in edits[:_MAX_FLAT] if edit is not None)


def _is_whole(where: Path) -> bool:
    return bool(_WHOLE.intersection(where[-1:] if isinstance(where[-1], str) else where[:1]))


def _numbers(written: str | None, where: Path) -> list[tuple[str, str]]:
    """Return the numbers that a text may mean in its place, each behind what would help."""
    text = (written or "").strip("\"'“”„‘’").strip().rstrip(",;")  # noqa: RUF001
    text = re.sub(r"^[\w.]+\((.*)\)$", r"\1", text)  # np.float64(0.5)
    text = text.strip("([{,}])") if _is_whole(where) else text
    if not text or len(text) > MAX_NUMBER or text.casefold() in _YES_AND_NO:
        return []
    meant = [("write it in digits", text)] if is_number(text) else numbers_meant(text)
    is_whole, numbers = _is_whole(where), []
    if is_whole and text.casefold() in _COUNTS:
        meant = [("write it in digits", str(_COUNTS.index(text.casefold())))]
    for words, number in meant:
        plain = re.sub(r"(?<![0-9.])0+(?=[0-9])", "", number)
        if is_whole:
            if not re.fullmatch(r"[0-9.]+(e[0-9]+)?", plain) or not float(plain).is_integer():
                continue
            plain = str(int(float(plain)))
        if plain != written and re.search("[0-9]", plain):
            numbers.append(((number_help(written) or (words,))[0], plain))
    return numbers


def _texts(value: Any, path: Path) -> Iterator[Path]:
    """Yield where texts stand; none of names."""
    if isinstance(value, dict | list):
        for step, held in value.items() if isinstance(value, dict) else enumerate(value):
            if step not in ("name", "columns", "classes", "activations", "outputs", "init"):
                yield from _texts(held, (*path, step))
    elif isinstance(value, str):
        yield path


def as_texts(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the names of a list, or the only one, as texts that they are no numbers any more."""
    where = editor.source_path(fault.path)
    owner = where[:-1] if isinstance(where[-1], int) else where
    count = editor.source.items(owner)
    if count == 1 and owner == ("inputs",) and fault.typed.isdecimal():
        yield "write the number of inputs without brackets", editor.replace(owner, fault.typed)
    paths = [(*owner, index) for index in range(min(count, _MAX_FLAT))] or [where]
    wrong = [path for path in paths if not isinstance(value_at(editor.source.value, path), str)]
    edits = [editor.replace(path, f'"{editor.source.written(path)}"') for path in wrong]
    yield "write them in quotes" if len(edits) > 1 else fault.help[0], edits


def alone(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the only item of a list as what should not be one."""
    where = editor.source_path(fault.path)
    if isinstance(editor.value_at(fault.path), list) and editor.source.items(where) == 1:
        yield "write it without brackets", editor.replace(fault.path, editor.shown((*where, 0)))


def as_layers(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield layers of which only the neurons are written, and the short form of sizes."""
    value = editor.source.value
    if fault.kind == "missing key":
        names = [key for key in value if key not in keys_at(()) or key == "layers"]
        for key in names if fault.path[:1] in ((), ("inputs",)) else ():
            if isinstance(value[key], list) and all(type(n) is int for n in value[key]):
                words = "`layer_sizes` holds the inputs, then the neurons of each layer"
                yield words, editor.replace_key((key,), "layer_sizes")
        if fault.path[:1] == ("inputs",) and "layers" in value and editor.features:
            words = f"the data has {count_of(editor.features, 'feature column')}"
            yield words, editor.insert_key(("layers",), "inputs", str(editor.features))
        return
    neurons = value["layers"]
    if isinstance(neurons, dict):
        yield "write each layer as an item of a list, with its name", _as_items(editor, neurons)
    elif all(type(n) is int for n in neurons[:_MAX_FLAT]):
        edits = [editor.replace(("layers", i), f"{{neurons: {n}}}") for i, n in enumerate(neurons)]
        yield "write the neurons of each layer under their key", edits
        yield from as_layers(fault._replace(kind="missing key", path=()), editor)


def _as_items(editor: SpecEditor, layers: dict[str, Any]) -> list[Edit | None]:
    """Return the edits that make a list of layers of a mapping of their names."""
    source, edits = editor.source, list[Edit | None]()
    whole = source.span(("layers",))
    is_flow = source.is_flow(("layers",))
    for name, layer in layers.items():
        key, span = source.key_span(("layers", name)), source.span(("layers", name))
        if key is None or span is None or not isinstance(layer, dict):
            return [None]
        if source.is_flow(("layers", name)):
            text, end = ("" if is_flow else "- ") + f"{{name: {name}, ", span.column + 1
        else:  # the name stands above the other keys
            text, end = f"-{' ' * (span.column - key.column - 1)}name: {name}", key.end_column + 1
        start = Span(key.line, key.column, span.line if "{" in text else key.end_line, end)
        edits.append(edit_of(source.text, start, text, f"{text.strip(', ')}, …"))
    if is_flow and whole is not None:
        ends = ((whole.line, whole.column, "["), (whole.end_line, whole.end_column - 1, "]"))
        edits += [edit_in_line(source.text, n, at, at + 1, text) for n, at, text in ends]
    return edits


def without_outputs(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the spec without a number of outputs that its last layer says."""
    value = editor.source.value
    sizes = value.get("layer_sizes") or [value_at(value, ("layers",))[-1].get("neurons")]
    if str(sizes[-1]) == fault.typed:
        yield "remove it: the last layer says how many there are", editor.remove_key(fault.path)


# ---------------------------------------------------------------------------- as many as needed


def as_many_activations(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the activations that are missing, or those without the ones that are too many."""
    path, layers = fault.path, int(fault.choices[0])
    count = editor.source.items(path)
    written = [editor.source.written((*path, index)) for index in range(min(count, _MAX_FLAT))]
    if not count:
        return
    if count > layers:
        inputs = editor.features
        if count == layers + 1 and inputs and inputs != editor.value_at(("inputs", "size")):
            words = f"write the {count_of(inputs, 'input')} in front of the layers' sizes"
            yield words, editor.insert_first(("layer_sizes",), str(inputs))
        last = "the last one" if count == layers + 1 else f"the last {count - layers}"
        yield f"leave {last} out, if it is too many", editor.resize(path, layers)
        if count == layers + 1 and written[0] == "linear" and None not in written:
            without = f"[{', '.join(filter(None, written[1:]))}]"
            yield "leave the first one out, if it is of the inputs", editor.replace(path, without)
        return
    is_same = written[0] is not None and len(set(written)) == 1
    if is_same or count == layers - 1:
        added = [written[0] or ""] * (layers - count - 1)
        edit = editor.resize(path, layers, (*added, "linear"))
        yield "let the last layer be linear, if it was left out", edit
    if is_same:
        words = "write one for every layer, if they are all the same"
        yield words, editor.replace(path, str(written[0]))


def into_layers(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the `activations` of a spec with layers in the layers."""
    layers, written = editor.source.value.get("layers"), editor.source.value["activations"]
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        return
    count = len(layers)
    paths: list[Path] = [fault.path] * count
    if isinstance(written, list):
        paths = [(*fault.path, index) for index in range(len(written))]
    source = editor.source
    names = [editor.shown(path) if source.is_flow(path) else source.written(path) for path in paths]
    if len(names) != count or None in names or any("activation" in layer for layer in layers):
        return
    edits = [
        editor.insert_key(("layers", index, next(iter(layer))), "activation", str(name))
        for index, (layer, name) in enumerate(zip(layers, names, strict=True))
    ]
    yield "write each activation into its layer", (*edits, editor.remove_key(fault.path))


def as_many_names(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield as many names as there are neurons, and as many neurons as there are names."""
    owner, names = str(fault.path[0]), len(editor.value_at(fault.path) or ())
    wanted = int(fault.choices[0])
    size: Path = ("inputs", "size")
    words = f"let the network take {count_of(names, 'input')}, if the names are right"
    if owner == "outputs":
        layers = editor.source.value.get("layers") or editor.source.value["layer_sizes"][1:]
        size = ("layers", len(layers) - 1, "neurons")
        words = f"let the last layer have {count_of(names, 'neuron')}, if the names are right"
    other_size = (words, editor.replace(size, str(names)))
    if names > wanted:
        last = "the last name" if names == wanted + 1 else f"the last {names - wanted} names"
        yield f"leave {last} out, if it is too many", editor.resize(fault.path, wanted)
        yield other_size
        return
    yield other_size
    added = [f"{owner[:-1]}_{number}" for number in range(names + 1, min(wanted, 99) + 1)]
    words = f"add {count_of(len(added), 'name')}, if the size is right"
    yield words, editor.resize(fault.path, wanted, added)


def as_long_a_row(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield a row of weights with as many numbers as the others."""
    surplus = editor.source.items(editor.source_path(fault.path)) - int(fault.choices[0])
    yield from joined_numbers(editor, fault.path, surplus)
    if surplus == 1:
        words = "take one away, the last if it is the wrong one"
        yield words, editor.resize(fault.path, int(fault.choices[0]))


def joined_numbers(
    editor: SpecEditor, path: Path, surplus: int
) -> Iterator[tuple[str, tuple[Edit | None, ...]]]:
    """Yield a list in which a comma that belongs to a number does not separate it any more.

    surplus: by how many numbers the list is too long.
    """
    source, where = editor.source, editor.source_path(path)
    count = source.items(where)
    spans = [source.span((*where, index)) for index in range(min(count, _MAX_FLAT))]
    texts = [source.written((*where, index)) or "" for index in range(len(spans))]
    if not 0 < surplus < count or None in spans or count > _MAX_FLAT:
        return
    close = [
        index
        for index, (one, next_) in enumerate(pairwise(spans))
        if one and next_ and (one.end_line, one.end_column + 1) == next_[:2]
    ]
    pairs = [index for index in close if _joined(texts[index], texts[index + 1])]
    if len(pairs) != surplus or (len(close) < count - 1 and len(close) != surplus):
        return
    choices = [_joined(texts[index], texts[index + 1]) for index in pairs]
    for number in range(max(map(len, choices))):
        chosen = [choice[min(number, len(choice) - 1)] for choice in choices]
        edits: list[Edit | None] = [
            editor.replace_items(path, index, index + 1, joined)
            for index, (_, joined) in zip(pairs, chosen, strict=True)
        ]
        words = chosen[0][0]
        is_doubtful = max(map(len, choices)) > 1 or len(close) == count - 1
        yield f"{words}{', if it is one' if is_doubtful else ''}", tuple(edits)


def _joined(one: str, other: str) -> list[tuple[str, str]]:
    """Return the numbers that two neighbours may be the parts of, each behind what would help."""
    numbers = []
    if re.fullmatch(r"[-+]?[0-9]+", one) and re.fullmatch(r"[0-9]+(?:[eE][-+]?[0-9]+)?", other):
        numbers.append(("write a point instead of the decimal comma", f"{one}.{other}"))
    if re.fullmatch(r"[-+]?[1-9][0-9]{0,2}", one) and re.fullmatch(r"[0-9]{3}(\.[0-9]*)?", other):
        numbers.append(("write it without the thousands separator", one + other))
    if re.fullmatch(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}", one) and other.isdecimal():
        words = "write it without the thousands separator, and with a decimal point"
        numbers.append((words, f"{one.replace('.', '')}.{other}"))
    return numbers


def as_rows(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the ways to write a flat list as a matrix: in rows of each possible length."""
    source, where = editor.source, editor.source_path(fault.path)
    count = source.items(where)
    written = [source.written((*where, index)) or "" for index in range(min(count, _MAX_FLAT))]
    if count > _MAX_FLAT or not all(written):
        return
    for width in (width for width in range(1, count + 1) if count % width == 0):
        rows = [written[start : start + width] for start in range(0, count, width)]
        text = ", ".join(f"[{', '.join(row)}]" for row in rows)
        words = f"in {count_of(len(rows), 'row')} of {width}"
        yield words, editor.replace(fault.path, f"[{text}]")
