"""Results as JSON Lines: an object per sample."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import BinaryIO

import numpy as np

from nncli.data.rows import Texts, text_list
from nncli.results.json_values import json_array
from nncli.results.sinks import Array, ResultColumns


class JsonLinesSink:
    """One JSON object per sample: its number from 1, its carried texts, its outputs."""

    def __init__(self, stream: BinaryIO, columns: ResultColumns) -> None:
        self._stream = stream
        self._kept_names = columns.kept_names
        # one for all lines: json.dumps would build one for each
        self._line = json.JSONEncoder(allow_nan=False).encode

    def encode(self, first_sample: int, kept: Sequence[Texts], outputs: Sequence[Array]) -> bytes:
        """Return the lines."""
        texts = [text_list(column) for column in kept]
        rows = json_array(np.stack(outputs, axis=1))
        lines = []
        for index, values in enumerate(rows):
            carried = {
                name: column[index] for name, column in zip(self._kept_names, texts, strict=True)
            }
            sample = {"sample": first_sample + index, "kept": carried, "output": values}
            lines.append(self._line(sample) + "\n")
        return "".join(lines).encode()

    def write(self, encoded: bytes) -> None:
        """Write the lines."""
        self._stream.write(encoded)

    def finish(self) -> None:
        """Do nothing: JSON Lines have no end of their own."""
