"""A dense network as a short script that needs NumPy alone."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nncli.formats.python_activations import function_name, sources_of
from nncli.formats.scaling_steps import Operation, Step, clip_steps, scale_steps, unscale_steps
from nncli.formats.stored_network import Array, LayerArrays
from nncli.specs.model import LayerSpec, NetworkSpec, OutputsSpec
from nncli.words import count_of, shorten

# A script with more numbers reads them from a file beside it.
MAX_NUMBERS = 1_000
_LINE = 88
_OPERATIONS: dict[Operation, str] = {
    "max": "np.maximum({}, {})",
    "min": "np.minimum({}, {})",
    "sub": "({} - {})",
    "add": "({} + {})",
    "mul": "{} * {}",
    "div": "{} / {}",
}


@dataclass(frozen=True)
class PythonScript:
    """A script, and the arrays that it reads."""

    text: bytes  # of the script, in UTF-8
    arrays: bytes | None  # of the .npz file beside it; None: the numbers stand in the script


def python_script(
    spec: NetworkSpec, layers: Sequence[LayerArrays], arrays_name: str
) -> PythonScript:
    """Return a script that prints what a network makes of a CSV file.

    arrays_name: of the file beside the script, if there are more than MAX_NUMBERS numbers.
    Foreign names stand in it as literals only.
    """
    script = _Script(spec, layers)
    numbers = sum(array.size for array in script.arrays.values())
    is_apart = numbers > MAX_NUMBERS
    parts = [
        _heading(spec, script.functions, is_apart=is_apart),
        *script.names(),
        *(_loaded(script, arrays_name) if is_apart else _written(script)),
    ]
    functions = [*sources_of(script.functions), *script.own_functions(), _MAIN]
    text = "\n\n".join(parts) + "\n\n\n" + "\n\n\n".join(functions)
    return PythonScript(text.encode(), _npz(script.arrays) if is_apart else None)


class _Script:
    """What a script is made of."""

    def __init__(self, spec: NetworkSpec, layers: Sequence[LayerArrays]) -> None:
        self._spec = spec
        # by their names in the script, those of a layer with the layer's number
        self.arrays: dict[str, Array] = {}
        self.comments: dict[str, str] = {}  # what is said above an array
        self.functions = [function_name(layer.activation) for layer in spec.layers]
        inputs = (*clip_steps(spec.inputs.clip), *scale_steps(spec.inputs.scale))
        outputs = unscale_steps((spec.outputs or OutputsSpec()).scale)
        self._scaling = self._scaled("input", inputs, "scaled as in training")
        self._layers = [
            self._layer(number, *both)
            for number, both in enumerate(zip(spec.layers, layers, strict=True), start=1)
        ]
        self._unscaling = self._scaled("output", outputs, "the outputs' own scale")

    def names(self) -> Iterator[str]:
        """Yield the lists of names."""
        if self._spec.inputs.columns is not None:
            yield _list_of("INPUTS", self._spec.inputs.columns)
        yield _list_of("OUTPUTS", self._spec.output_columns)

    def groups(self) -> list[list[str]]:
        """Return the names of the arrays, those that belong together side by side."""
        groups: list[list[str]] = []
        for name in self.arrays:
            if name in self.comments or not groups:
                groups.append([])
            groups[-1].append(name)
        return groups

    def own_functions(self) -> Iterator[str]:
        """Yield the functions that no other network has: its forward pass, and how data is read."""
        first, last = self._spec.layer_sizes[0], self._spec.layer_sizes[-1]
        title = f'    """Return the outputs (samples, {last}) for inputs (samples, {first})."""'
        lines = ["def forward(x):", title, *self._scaling]
        narrow = self._spec.dtype == "float32"
        if narrow:
            lines.append("    x = x.astype(np.float32)")
        lines += self._layers
        if self._unscaling:
            wide = ["    x = x.astype(np.float64)"] if narrow else []
            lines += [*wide, *self._unscaling]
            lines += ["    x = x.astype(np.float32)"] if narrow else []
        yield "\n".join([*lines, "    return x"])
        yield _READ_NAMED if self._spec.inputs.columns is not None else _READ

    def _scaled(self, what: str, steps: Sequence[Step], comment: str) -> list[str]:
        """Return the line that takes some steps, none without steps."""
        if not steps:
            return []
        expression = "x"
        for step in steps:
            values = f"{what}_{step.name}" if step.values.ndim else _number(step.values)
            if step.values.ndim:
                self.arrays[values] = step.values
            expression = _OPERATIONS[step.operation].format(expression, values)
        if expression.startswith("(") and steps[-1].operation in ("sub", "add"):
            expression = expression[1:-1]
        return [f"    x = {expression}  # {comment}"]

    def _layer(self, number: int, spec: LayerSpec, arrays: LayerArrays) -> str:
        """Return the line that computes a layer."""
        inputs, neurons = arrays.weights.shape
        size = f"{count_of(inputs, 'input')}, {count_of(neurons, 'neuron')}"
        self.comments[f"W{number}"] = f"# layer {_inert(spec.name)}: {size}"
        self.arrays[f"W{number}"] = arrays.weights
        self.arrays[f"b{number}"] = arrays.biases
        product = f"x @ W{number} + b{number}"
        if spec.activation.kind == "linear":
            return f"    x = {product}"
        given = [product]
        for name, value in spec.activation.parameters().items():
            if spec.activation.kind == "gelu":
                continue  # each of its forms is a function of its own
            if isinstance(value, tuple):
                self.arrays[f"{name}{number}"] = np.array(value, arrays.weights.dtype)
                given.append(f"{name}={name}{number}")
            else:
                given.append(f"{name}={_number(value)}")
        return f"    x = {function_name(spec.activation)}({', '.join(given)})"


def _heading(spec: NetworkSpec, functions: Sequence[str], *, is_apart: bool) -> str:
    sizes = " → ".join(map(str, spec.layer_sizes))
    modules = ["csv", *(["math"] if {"gelu", "gelu_tanh"} & set(functions) else []), "sys"]
    lines = [
        '"""Print what a neural network makes of the samples in a CSV file."""',
        "",
        *(f"import {module}" for module in modules),
        *(["from pathlib import Path"] if is_apart else []),
        "",
        "import numpy as np",
        "",
        f"# {_inert(spec.name)}: {sizes}, {spec.dtype}",
    ]
    return "\n".join(lines)


def _written(script: _Script) -> Iterator[str]:
    """Yield the arrays, number by number: those of a layer together."""
    for group in script.groups():
        yield "\n".join(line for name in group for line in _array_lines(script, name))


def _array_lines(script: _Script, name: str) -> Iterator[str]:
    array = script.arrays[name]
    dtype = ", dtype=np.float32" if array.dtype == np.float32 else ""
    rows = array.astype(str).tolist()  # the shortest texts that read back to the same numbers
    if name in script.comments:
        yield script.comments[name]
    if array.ndim == 1:
        yield from _wrapped(f"{name} = np.array([{', '.join(rows)}]{dtype})", "    ")
        return
    yield f"{name} = np.array(["
    for row in rows:
        yield from _wrapped(f"    [{', '.join(row)}],", "     ")
    yield f"]{dtype})"


def _wrapped(text: str, indent: str) -> list[str]:
    """Return the lines of numbers in brackets; indent: of those after the first."""
    return textwrap.wrap(
        text, _LINE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _loaded(script: _Script, arrays_name: str) -> Iterator[str]:
    """Yield the lines that read the arrays from the file beside the script."""
    lines = [f"with np.load(Path(__file__).with_name({_literal(arrays_name)})) as arrays:"]
    for name in script.arrays:
        comment = script.comments.get(name)
        lines += [f"    {comment}"] if comment else []
        lines.append(f'    {name} = arrays["{name}"]')
    yield "\n".join(lines)


def _npz(arrays: dict[str, Array]) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _list_of(name: str, texts: Sequence[str]) -> str:
    line = f"{name} = [{', '.join(map(_literal, texts))}]"
    if len(line) <= _LINE:
        return line
    return "\n".join([f"{name} = [", *(f"    {_literal(text)}," for text in texts), "]"])


def _number(value: Any) -> str:
    """Return the shortest text that reads back to the same float64."""
    return repr(float(value))


def _literal(text: str) -> str:
    """Return foreign text as a literal of Python's, in double quotes if it holds none."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if '"' not in literal else literal


def _inert(text: str) -> str:
    """Return foreign text for a comment: in a literal no line ends."""
    return shorten(_literal(text))


_READ = '''def read_inputs(path):
    """Return the rows of a CSV file as numbers; its first row may hold names."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row]
    try:
        return np.array(rows, dtype=float)
    except ValueError:
        return np.array(rows[1:], dtype=float)'''

_READ_NAMED = '''def read_inputs(path):
    """Return the columns INPUTS of a CSV file as numbers, found by their names in its first row."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        names, *rows = [row for row in csv.reader(file) if row]
    positions = [names.index(name) for name in INPUTS]
    return np.array([[row[i] for i in positions] for row in rows], dtype=float)'''

_MAIN = """if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: python3 {sys.argv[0]} DATA.csv > OUTPUTS.csv")
    outputs = csv.writer(sys.stdout, lineterminator="\\n")
    outputs.writerow(OUTPUTS)
    outputs.writerows(forward(read_inputs(sys.argv[1])).astype(str))
"""
