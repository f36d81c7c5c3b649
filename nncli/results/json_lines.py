"""Results as JSON Lines: an object per sample."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

import numpy as np

from nncli.data.rows import text_list
from nncli.results.json_values import json_array
from nncli.results.listeners import PREDICTION_NAMES, ResultColumns, UnitOutputs, UnitPrediction


class JsonLinesSink:
    """One JSON object per sample: its number from 1, carried texts, outputs, any prediction."""

    layer = None  # the network's own outputs

    def __init__(self, stream: BinaryIO, columns: ResultColumns) -> None:
        self._stream = stream
        self._kept_names = columns.kept_names
        # one for all lines: json.dumps would build one for each
        self._line = json.JSONEncoder(allow_nan=False).encode

    def prepare(self, outputs: UnitOutputs) -> bytes:
        """Return the lines."""
        texts = [text_list(column) for column in outputs.kept]
        rows = json_array(np.stack(outputs.values, axis=1))
        predictions = _predictions(outputs.prediction)
        lines = []
        for index, values in enumerate(rows):
            carried = {
                name: column[index] for name, column in zip(self._kept_names, texts, strict=True)
            }
            sample = {"sample": outputs.first + index, "kept": carried, "output": values}
            if predictions:
                sample["prediction"] = predictions[index]
            lines.append(self._line(sample) + "\n")
        return "".join(lines).encode()

    def take(self, prepared: bytes) -> None:
        """Write the lines."""
        self._stream.write(prepared)

    def finish(self) -> None:
        """Do nothing: JSON Lines have no end of their own."""


def _predictions(prediction: UnitPrediction | None) -> list[dict[str, Any]]:
    """Return an object for each sample; none if no predictions are wanted."""
    if prediction is None:
        return []
    pairs = zip(text_list(prediction.classes), json_array(prediction.probabilities), strict=True)
    return [dict(zip(PREDICTION_NAMES, pair, strict=True)) for pair in pairs]
