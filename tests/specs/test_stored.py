"""The header of a weights file as a value."""

from __future__ import annotations

from itertools import permutations

from nncli.specs.stored import StoredTensor, WeightsHeader


def tensor(name: str) -> StoredTensor:
    return StoredTensor(name, (2, 3), "float32")


def test_names_are_in_natural_order_however_the_file_holds_them() -> None:
    names = ["W2", "W10", "layers.2.bias", "layers.2.weight", "layers.10.bias"]
    for order in permutations(names):
        header = WeightsHeader.of("m.npz", map(tensor, order))
        assert [stored.name for stored in header.tensors] == names


def test_names_that_begin_with_numbers_and_other_digits_are_ordered_too() -> None:
    names = ["2.weight", "10.weight", "a", "a02", "a2", "a" + "9" * 5000, "²"]
    header = WeightsHeader.of("m.safetensors", map(tensor, reversed(names)))
    assert [stored.name for stored in header.tensors] == names
