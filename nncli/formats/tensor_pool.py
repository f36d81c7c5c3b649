"""The arrays of a weights file that may belong to some layer, sorted by what they may be."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from nncli.formats.tensor_names import batch_norms, bias_stem, counts_batches, is_called_bias, stems
from nncli.specs.faults import Fault, Path
from nncli.specs.stored import StoredTensor, WeightsHeader
from nncli.words import count_of, quoted, shorten

FILE: Path = ("weights_file",)
# The dtypes whose values float64 holds exactly.
FLOAT_DTYPES = frozenset({"float16", "bfloat16", "float32", "float64"})
_LISTED = 12


@dataclass(frozen=True)
class Pool:
    """The arrays that no layer names, but for those that are no part of the arithmetic."""

    matrices: tuple[StoredTensor, ...]  # in the natural order of their names, as are the others
    vectors: tuple[StoredTensor, ...]  # what may be biases
    others: tuple[StoredTensor, ...]

    @classmethod
    def of(cls, header: WeightsHeader, named: Set[str] = frozenset()) -> Pool:
        """Sort the arrays of a file.  named: those that a layer names."""
        weights = (t.name for t in header.tensors if len(t.shape) == 2 and not _is_bias(t))
        owners = {stem for name in weights for stem in stems(name)}
        kinds: dict[str, list[StoredTensor]] = {"matrix": [], "vector": [], "other": []}
        for tensor in header.tensors:
            # a single number is nothing to compute with, unless it is called a bias
            is_count = counts_batches(tensor.name) or not (
                tensor.shape or is_called_bias(tensor.name)
            )
            if tensor.name not in named and not is_count:
                kinds[_kind(tensor, owners)].append(tensor)
        return cls(tuple(kinds["matrix"]), tuple(kinds["vector"]), tuple(kinds["other"]))

    def fault(self, file: str) -> Fault | None:
        """Return what keeps these arrays from being dense layers, if anything does."""
        tensors = (*self.matrices, *self.vectors, *self.others)
        for owner, names in batch_norms(tensor.name for tensor in tensors).items():
            return _batch_norm(owner, names, file)
        for tensor in tensors:
            if tensor.dtype not in FLOAT_DTYPES:
                return dtype_fault(tensor, FILE)
        return None


def _kind(tensor: StoredTensor, owners: Set[tuple[str, ...]]) -> str:
    """Return what an array may be.  owners: the stems of the matrices."""
    axes = len(tensor.shape)
    if 0 in tensor.shape or axes > 2:
        return "other"
    is_bias = axes < 2 or (_is_bias(tensor) and bias_stem(tensor.name) in owners)
    return "vector" if is_bias else "matrix"


def _is_bias(tensor: StoredTensor) -> bool:
    """Whether it is a bias of shape (1, neurons) or (neurons, 1), if a matrix goes with it."""
    return len(tensor.shape) == 2 and 1 in tensor.shape and is_called_bias(tensor.name)


def _batch_norm(owner: str, names: Sequence[str], file: str) -> Fault:
    listed = ", ".join(map(quoted, names[:6]))
    message = (
        f"{quoted(owner)} in {file} is a BatchNorm ({listed}): its epsilon, and whether it stands "
        "before or after the activation, are not in a weights file"
    )
    fold = (
        "or fold it, if it follows its layer without an activation between: with "
        "factor = weight / sqrt(running_var + epsilon), the layer's weights (neurons, inputs) "
        "become weights * factor[:, None], and its bias (bias - running_mean) * factor, plus "
        "the bias of the BatchNorm"
    )
    export = "export the whole model to ONNX, which says both (torch.onnx.export(model.eval(), …))"
    return Fault("N308", message, (export, fold), FILE)


def dtype_fault(stored: StoredTensor, path: Path) -> Fault:
    """Return the fault of an array that does not hold floats, at a place in the spec."""
    hint = "save it as float32: array.astype(numpy.float32)"
    if stored.dtype.startswith(("complex", "str", "bytes", "void", "datetime", "timedelta")):
        hint = "save the file without it, or the numbers that it stands for as float32"
    return Fault("N307", not_floats(stored), (hint,), path)


def not_floats(stored: StoredTensor) -> str:
    """Return what is wrong with an array that does not hold floats."""
    return f"{quoted(stored.name)} holds {stored.dtype}, weights are floats of 16, 32 or 64 bits"


def listed(tensors: Sequence[StoredTensor]) -> str:
    """Return names with shapes for a message, of many the first.

    >>> listed([StoredTensor("W1", (4, 5), "float32")])
    "'W1' (4, 5)"
    """
    shown = [f"{quoted(tensor.name)} {shorten(str(tensor.shape))}" for tensor in tensors[:_LISTED]]
    if more := len(tensors) - len(shown):
        shown.append(f"and {count_of(more, 'further array')}")
    return ", ".join(shown) or "none"
