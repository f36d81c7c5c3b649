"""The short forms of a spec written out in full, with a way back to where they stood.

The long form is plain data in the shape of `nncli.specs.model`, made before validation, so that a
typo in a short form is reported once and at its own place.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from nncli.problems import Place, Problem, Suggestion
from nncli.specs.edits import SpecEditor
from nncli.specs.model import FLOAT32_OVERFLOW, DType, InitSpec, NetworkSpec
from nncli.specs.wording import (
    EMPTY_SPEC_HELP,
    LAYERS_HELP,
    SPACE_HELP,
    as_number,
    choice_help,
    describe,
    number_help,
)
from nncli.specs.yaml_source import MAX_PROBLEMS, Path, YamlSource
from nncli.words import count_of, nearest

# Nobody has typed a longer list of weights without noticing.
_MAX_FLAT = 100

SHORT_KEYS = ("layer_sizes", "activations")
TOP_KEYS = (*SHORT_KEYS, *NetworkSpec.model_fields)


@dataclass
class LongForm:
    """A spec in its long form, while it is being written out.

    origins: long-form path → path in the source, for what did not stand where it is now.
    reported: paths whose fault is already among *problems*, so that nobody reports it again;
    faulty: the keys of layers at or in which a fault was reported; more: faults only counted.
    """

    source: YamlSource
    value: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    reported: set[Path] = field(default_factory=set)
    faulty: set[Path] = field(default_factory=set)
    more: int = 0

    @property
    def full(self) -> bool:
        """Whether so many problems are known that the next ones are only counted."""
        return len(self.problems) >= MAX_PROBLEMS

    @property
    def editor(self) -> SpecEditor:
        """What finds the places of long-form paths in the source, and makes edits of it."""
        return SpecEditor(self.source, self.origins)

    def layers(self) -> list[dict[str, Any]]:
        """Return what is known of each layer; nothing of one that is no mapping."""
        layers = self.value.get("layers")
        if not isinstance(layers, tuple):
            return []
        return [layer if isinstance(layer, dict) else {} for layer in layers]

    def source_path(self, path: Path) -> Path:
        """Return where the value at a long-form *path* stands in the source."""
        return self.editor.source_path(path)

    def count(self, path: Path) -> None:
        """Record one more problem, beyond those that are worded."""
        self._remember(path)
        self.more += 1

    def _remember(self, path: Path) -> None:
        self.reported.add(path)
        self.faulty.add(path[:3])

    def may_mean(self, *keys: str) -> bool:
        """Whether an unknown key at the top is probably one of *keys*, misspelt.

        It is reported as such; that the right one is missing need not be said as well.
        """
        unknown = (key for key in self.source.value if key not in TOP_KEYS)
        return any(nearest(key, TOP_KEYS) in keys for key in islice(unknown, MAX_PROBLEMS))

    def report(
        self,
        path: Path,
        code: str,
        message: str,
        *help_lines: str,
        of_key: bool = False,
        proposals: tuple[Suggestion, ...] = (),
        place: Place | None = None,
    ) -> None:
        """Record a problem at a long-form *path*.

        of_key: whether the key is meant, not its value; place: another than that of the path;
        proposals: changes that a doctor may try.
        """
        if self.source.is_refused(self.source_path(path)):
            self._remember(path)
            return
        if self.full:
            self.count(path)
            return
        self._remember(path)
        place = place or self.editor.place(path, of_key=of_key)
        self.problems.append(Problem(code, message, place, help_lines, proposals))


def to_long_form(source: YamlSource, default_name: str, dtype: DType | None = None) -> LongForm:
    """Write every short form out.  Faults are recorded in the result, never raised.

    dtype: of the command line; weights must be finite in it as well as in the spec's own.
    """
    form = LongForm(source)
    if source.value is None:
        form.report((), "N106", "the spec is empty", EMPTY_SPEC_HELP)
        return form
    if not isinstance(source.value, dict):
        found = describe(source, ())
        missing_space = isinstance(source.value, str) and re.match(r"\w+:\S", source.value)
        help_line = SPACE_HELP if missing_space else EMPTY_SPEC_HELP
        form.report((), "N105", f"a spec is a mapping of keys, got {found}", help_line)
        return form
    spec = {key: value for key, value in source.value.items() if not _is_empty(form, (key,), value)}
    spec.setdefault("name", default_name)
    form.value = spec
    if "layer_sizes" in spec:
        _write_out_sizes(form)
    elif "layers" not in spec and ("layers",) not in form.reported:
        if not form.may_mean("layers", "layer_sizes") and not form.source.is_merged(()):
            hint = LAYERS_HELP if "inputs" in spec else EMPTY_SPEC_HELP
            form.report((), "N106", "the spec has no layers", hint)
        form.reported |= {("layers",), ("inputs",)}
    if "activations" in spec and "layer_sizes" not in form.source.value:
        message = "`activations` belongs to `layer_sizes`; in `layers`, each has its `activation`"
        if not form.may_mean("layer_sizes"):
            hint = "write `activation: relu` into each layer"
            form.report(("activations",), "N108", message, hint, of_key=True)
    for key in SHORT_KEYS:
        spec.pop(key, None)
    _write_out_inputs(form)
    _write_out_columns(form, ("outputs",))
    _write_out_init(form, spec, ())
    dtypes = (spec.get("dtype"), dtype)
    _write_out_layers(form, FLOAT32_OVERFLOW if "float32" in dtypes else math.inf)
    return form


def _is_empty(form: LongForm, path: Path, value: Any) -> bool:
    """Record an empty value: `seed:` must not silently mean no seed."""
    if value is not None:
        return False
    key = path[-1]
    if colon := re.match(r"\w+:(?=\S)", str(key)):
        _report_missing_space(form, path, colon.end())
        return True
    help_line = {
        "activation": choice_help("activation"),
        "activations": choice_help("activation"),
        "layers": LAYERS_HELP,
        "seed": "write a whole number: `seed: 0`",
    }.get(str(key), "write a value, or remove the key")
    proposals: tuple[Suggestion, ...] = ()
    if key == "seed":
        proposals = form.editor.suggest(help_line, form.editor.fill(path, "0"))
    form.report(path, "N105", f"`{key}` is empty", help_line, of_key=True, proposals=proposals)
    return True


def _report_missing_space(form: LongForm, path: Path, behind: int) -> None:
    """Record a key such as `neurons:3`.  behind: how many characters stand before the gap."""
    key = form.editor.place(path, of_key=True)
    text = form.source.text
    place = text.place((key.line or 1) - 1, (key.column or 1) - 1 + behind)
    edit = text.inserted((key.line or 1) - 1, (key.column or 1) - 1 + behind, " ")
    proposals = form.editor.suggest(SPACE_HELP, edit)
    form.report(
        path,
        "N100",
        "there is no space after the `:`",
        SPACE_HELP,
        place=place,
        proposals=proposals,
    )


def _without_empty(form: LongForm, path: Path, mapping: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value for key, value in mapping.items() if not _is_empty(form, (*path, key), value)
    }


def _write_out_sizes(form: LongForm) -> None:
    spec = form.value
    for key in ("layers", "inputs"):
        if key in spec:
            first = form.source.place(("layer_sizes",), of_key=True)
            message = f"`layer_sizes` (line {first.line}) and `{key}` exclude each other"
            help_line = "keep `layer_sizes` alone, or `inputs` with `layers`"
            form.report((key,), "N108", message, help_line, of_key=True)
            spec.pop(key)
    sizes = spec["layer_sizes"]
    form.reported |= {("inputs",), ("layers",)}
    if not isinstance(sizes, list):
        found = describe(form.source, ("layer_sizes",))
        help_line = "write the inputs, then the neurons of each layer: [4, 5, 2]"
        form.report(("layer_sizes",), "N105", f"`layer_sizes` is a list, got {found}", help_line)
        return
    if len(sizes) < 2:
        message = f"`layer_sizes` holds {count_of(len(sizes), 'size')}, at least 2 are needed"
        help_line = "write the inputs, then the neurons of each layer: [4, 5, 2]"
        form.report(("layer_sizes",), "N107", message, help_line)
        return
    spec["inputs"] = {"size": sizes[0]}
    spec["layers"] = [{"neurons": size} for size in _worded(form, sizes[1:])]
    form.origins["inputs",] = ("layer_sizes", 0)
    form.origins["inputs", "size"] = ("layer_sizes", 0)
    for index in range(len(sizes) - 1):
        form.origins["layers", index] = ("layer_sizes", index + 1)
        form.origins["layers", index, "neurons"] = ("layer_sizes", index + 1)
    _write_out_activations(form)


def _worded(form: LongForm, sizes: list[Any]) -> list[Any]:
    """Return the sizes up to so many faulty ones that nobody would read of more.

    The faulty ones behind are counted; what is right behind them need not be validated.
    """
    faulty = 0
    for index, size in enumerate(sizes):
        faulty += type(size) is not int
        if faulty > MAX_PROBLEMS:
            form.more += sum(type(other) is not int for other in sizes[index:])
            return sizes[:index]
    return sizes


def _write_out_activations(form: LongForm) -> None:
    spec = form.value
    if "activations" not in spec:
        return
    activations, layers = spec["activations"], spec["layers"]
    count = len(spec["layer_sizes"]) - 1
    if not isinstance(activations, list):
        for index, layer in enumerate(layers):
            layer["activation"] = activations
            form.origins["layers", index, "activation"] = ("activations",)
        return
    if len(activations) != count:
        sizes = form.source.place(("layer_sizes",), of_key=True)
        message = (
            f"{count_of(len(activations), 'activation')} for {count_of(count, 'layer')} "
            f"(`layer_sizes` at {sizes.line}:{sizes.column} holds the inputs, "
            f"then {count_of(count, 'layer')})"
        )
        help_line = f"write one activation for all, or {count}"
        only = form.source.written(("activations", 0)) if len(activations) == 1 else None
        edit = form.editor.replace(("activations",), only) if only else None
        proposals = form.editor.suggest("the same for every layer", edit)
        form.report(("activations",), "N111", message, help_line, proposals=proposals)
    for index, activation in enumerate(activations[: len(layers)]):
        layers[index]["activation"] = activation
        form.origins["layers", index, "activation"] = ("activations", index)
    # Those beyond the last layer are still checked for their own faults.
    for index in range(count, len(activations)):
        _write_out_choice(form, ("activations", index), activations[index], "activation")


def _write_out_inputs(form: LongForm) -> None:
    spec = form.value
    if "inputs" not in spec:
        return
    if not isinstance(spec["inputs"], dict):
        form.origins["inputs", "size"] = ("inputs",)
        spec["inputs"] = {"size": spec["inputs"]}
        return
    _write_out_columns(form, ("inputs",))
    columns = spec["inputs"].get("columns")
    if not isinstance(columns, tuple):
        return
    if columns and ("inputs", "size") not in form.reported:
        spec["inputs"].setdefault("size", len(columns))
    elif not columns:
        form.reported.add(("inputs", "size"))


def _write_out_columns(form: LongForm, path: Path) -> None:
    key = str(path[0])
    if not isinstance(form.value.get(key), dict):
        return
    form.value[key] = _without_empty(form, path, form.value[key])
    if isinstance(form.value[key].get("columns"), list):
        form.value[key]["columns"] = tuple(form.value[key]["columns"])


def _write_out_layers(form: LongForm, largest: float) -> None:
    layers = form.value.get("layers")
    if not isinstance(layers, list):
        return
    form.value["layers"] = tuple(
        _long_layer(form, index, layer, largest) if isinstance(layer, dict) else layer
        for index, layer in enumerate(layers)
    )


def _long_layer(
    form: LongForm, index: int, layer: dict[str, Any], largest: float
) -> dict[str, Any]:
    path: Path = ("layers", index)
    layer = _without_empty(form, path, layer)
    layer.setdefault("name", f"layer_{index + 1}")
    if "activation" in layer:
        activation_path = (*path, "activation")
        _put(layer, "activation", _write_out_choice(form, activation_path, layer["activation"]))
    if "layout" not in layer and "layout" in form.value:
        layer["layout"] = form.value["layout"]
        form.origins[(*path, "layout")] = ("layout",)
    _write_out_init(form, layer, path)
    for key, read in (("weights", _matrix), ("biases", _biases)):
        if key in layer:
            _put(layer, key, read(form, (*path, key), layer[key], largest))
    return layer


def _write_out_init(form: LongForm, owner: dict[str, Any], path: Path) -> None:
    """Write a network's or a layer's `init` out; a layer inherits what it does not say."""
    inherited = form.value.get("init") if path else None
    if "init" in owner and isinstance(owner["init"], dict):
        init = _without_empty(form, (*path, "init"), owner["init"])
        for key in InitSpec.model_fields:
            if key in init:
                init_path = (*path, "init", key)
                _put(init, key, _write_out_choice(form, init_path, init[key], "initializer"))
        owner["init"] = init
    if isinstance(inherited, dict) and isinstance(owner.setdefault("init", {}), dict):
        for key in InitSpec.model_fields:
            if key in inherited and key not in owner["init"]:
                owner["init"][key] = inherited[key]
                form.origins[(*path, "init", key)] = ("init", key)


def _put(owner: dict[str, Any], key: str, value: Any) -> None:
    """Store a value, or drop the key of one that was already reported as faulty."""
    if value is None:
        owner.pop(key)
    else:
        owner[key] = value


def _write_out_choice(
    form: LongForm, path: Path, value: Any, what: str = "activation"
) -> dict[str, Any] | None:
    """Turn `relu` or `{leaky_relu: {negative_slope: 0.2}}` into a mapping with its `kind`."""
    if isinstance(value, str):
        return {"kind": value}
    if not isinstance(value, dict) or len(value) != 1:
        found = describe(form.source, form.source_path(path))
        form.report(path, "N105", f"expected one {what}, got {found}", choice_help(what))
        return None
    [(kind, parameters)] = value.items()
    if _is_empty(form, (*path, kind), parameters):
        return None
    if not isinstance(parameters, dict):
        example = "write them as a mapping: {leaky_relu: {negative_slope: 0.2}}"
        form.report((*path, kind), "N105", f"`{kind}` takes parameters by name", example)
        return None
    parameters = _without_empty(form, (*path, kind), parameters)
    if "kind" in parameters:
        parameters.pop("kind")
        message = f"unknown key `kind` in `{kind}`"
        form.report((*path, kind, "kind"), "N101", message, "remove it", of_key=True)
    return {"kind": kind, **parameters}


def _matrix(
    form: LongForm, path: Path, rows: Any, largest: float
) -> tuple[tuple[float, ...], ...] | None:
    """Check a list of lists of numbers, row by row; None if anything in it is faulty."""
    if not isinstance(rows, list) or not rows or not any(isinstance(row, list) for row in rows):
        found = describe(form.source, form.source_path(path))
        flat = isinstance(rows, list) and bool(rows)
        message = f"the weights are a list of rows, got {'one flat list' if flat else found}"
        hint = "write each row in brackets: [[0.2, 0.8], [0.5, -0.9]]"
        form.report(path, "N302", message, hint, proposals=_as_rows(form, path) if flat else ())
        return None
    checked = [_vector(form, (*path, index), row, largest) for index, row in enumerate(rows)]
    lengths = {index: len(row) for index, row in enumerate(rows) if isinstance(row, list) and row}
    width = _most_common(lengths.values())
    usual = [index for index, length in lengths.items() if length == width]
    for index, length in lengths.items():
        if length != width:
            message = (
                f"row {index + 1} of the weights has {count_of(length, 'number')}, "
                f"{_rows(usual)} {width}: not homologous"
            )
            form.report((*path, index), "N301", message, "make every row equally long")
            checked[index] = None
    whole = tuple(row for row in checked if row is not None)
    return whole if len(whole) == len(rows) else None


def _as_rows(form: LongForm, path: Path) -> tuple[Suggestion, ...]:
    """Return the ways to write a flat list as a matrix: in rows of each possible length."""
    source, where = form.source, form.source_path(path)
    count = source.items(where)
    written = [source.written((*where, index)) or "" for index in range(min(count, _MAX_FLAT))]
    if count > _MAX_FLAT or not all(written):
        return ()
    proposals: tuple[Suggestion, ...] = ()
    for width in (width for width in range(1, count + 1) if count % width == 0):
        rows = [written[start : start + width] for start in range(0, count, width)]
        text = ", ".join(f"[{', '.join(row)}]" for row in rows)
        words = f"in {count_of(len(rows), 'row')} of {width}"
        proposals += form.editor.suggest(words, form.editor.replace(path, f"[{text}]"))
    return proposals


def _most_common(lengths: Iterable[int]) -> int:
    """Return the length that most rows have; of several, the first row's."""
    [(length, _)] = Counter(lengths).most_common(1) or [(0, 0)]
    return length


def _rows(indices: list[int]) -> str:
    """Return 'row 1 has', 'rows 1 and 2 have', or 'the 98 others have' for many."""
    if len(indices) == 1:
        return f"row {indices[0] + 1} has"
    if len(indices) == 2:
        return f"rows {indices[0] + 1} and {indices[1] + 1} have"
    return f"{len(indices):,} others have"


def _biases(form: LongForm, path: Path, values: Any, largest: float) -> tuple[float, ...] | None:
    """Check a list of finite numbers that NumPy would not broadcast into another shape."""
    if isinstance(values, list) and values and all(isinstance(row, list) for row in values):
        widths = {len(row) for row in values}
        if widths == {1} or (len(values) == 1 and widths != {0}):
            shape = (len(values), len(values[0]))
            message = (
                f"the biases have the shape {shape}, not ({max(shape)},): one number per neuron; "
                "NumPy would broadcast some such shapes into a wrong answer without a word"
            )
            hint = "write the biases in one pair of brackets"
            flat = form.editor.suggest(hint, form.editor.flatten(path))
            form.report(path, "N203", message, hint, proposals=flat)
            return None
    return _vector(form, path, values, largest)


def _vector(form: LongForm, path: Path, values: Any, largest: float) -> tuple[float, ...] | None:
    """Check a list of finite numbers; None if anything in it is faulty."""
    if not isinstance(values, list) or not values:
        found = describe(form.source, form.source_path(path))
        help_line = "write the numbers in one pair of brackets: [0.2, 0.8]"
        form.report(path, "N302", f"expected a list of numbers, got {found}", help_line)
        return None
    numbers = [_number(form, (*path, index), value, largest) for index, value in enumerate(values)]
    finite = tuple(number for number in numbers if number is not None)
    return finite if len(finite) == len(numbers) else None


def _number(form: LongForm, path: Path, value: Any, largest: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        if form.full:
            form.count(path)
            return None
        found = describe(form.source, form.source_path(path))
        written = form.source.written(form.source_path(path))
        hints = number_help(written) or ("write a number",)
        proposals = as_number(form.editor, path, written)
        form.report(path, "N302", f"expected a number, got {found}", *hints, proposals=proposals)
        return None
    try:
        number = float(value)
    except OverflowError:  # an integer of more than 308 digits
        number = math.inf
    if not abs(number) < largest:  # also when it is nan
        found = describe(form.source, form.source_path(path))
        dtype = "float64" if largest == math.inf else "float32"
        message = f"weights and biases must be finite {dtype} numbers, got {found}"
        overflows = dtype == "float32" and math.isfinite(number)
        hint = "use dtype: float64, or a smaller number" if overflows else "write a finite number"
        form.report(path, "N303", message, hint)
        return None
    return number
