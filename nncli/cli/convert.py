"""`nncli convert`: a network from one form into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nncli.cli import options as opt
from nncli.cli.edge import error_edge
from nncli.cli.installed import check_installed
from nncli.cli.reading import overrides, read_config, refuse_misfits
from nncli.cli.streams import remark_notes, show
from nncli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nncli.conversion.conversion import Conversion
    from nncli.formats.saving import SavingForm
    from nncli.results.places import OutputTarget
    from nncli.specs.model import DType
    from nncli.specs.reader import SpecReading


def convert(
    source: opt.Source,
    destination: opt.Destination,
    seed: opt.Seed = None,
    dtype: opt.DTypeName = None,
    quiet: opt.Quiet = False,
    force: opt.Force = False,
    debug: opt.Debug = False,
) -> None:
    """Convert the network SOURCE into the form that DESTINATION's suffix names.

    Files that belong together are put in place together, once they were run and give the
    network's outputs.
    """
    with error_edge(debug=debug):
        form = _form(destination)
        reading = read_config(source, overrides(seed, None))
        refuse_misfits(reading, None)
        _targets([destination], [source], force=force)
        conversion = _conversion(reading, destination, form, dtype)
        targets = _targets([file.path for file in conversion.files], [source], force=force)
        _write(conversion, targets)
        _show(conversion)
        remark_notes((*reading.notes, *conversion.notes), quiet=quiet)


def _form(destination: str) -> SavingForm:
    """Return the form to write.  Raises UsageError if the suffix names none that can be written."""
    from nncli.formats.saving import SAVING_FORMS, saving_form

    form = saving_form(destination)
    if form is None:
        suffixes = ", ".join(SAVING_FORMS)
        raise UsageError(f"the suffix of {destination!r} names no form of a network: {suffixes}")
    if form == "onnx":
        check_installed("an ONNX model", ("onnx",), "onnx")
    return form


def _targets(paths: Sequence[str], inputs: Sequence[str], *, force: bool) -> list[OutputTarget]:
    """Return the checked places of what is written.  Raises FileError."""
    from nncli.results.places import check_output

    return [check_output(path, inputs, force=force) for path in paths]


def _conversion(
    reading: SpecReading, destination: str, form: SavingForm, dtype: DType | None
) -> Conversion:
    """Return the network in another form, tried.  Raises SpecError, FileError."""
    from nncli.conversion.conversion import convert_network

    # ONNX Runtime has no float64 version of several operators
    usual = "float32" if form == "onnx" else reading.spec.dtype
    return convert_network(reading.spec, {}, destination, form, dtype or usual)


def _write(conversion: Conversion, targets: Sequence[OutputTarget]) -> None:
    """Put the files in their places, all or none of them.  Raises FileError."""
    from nncli.results.places import writing_together

    with writing_together(targets) as streams:
        for stream, file in zip(streams, conversion.files, strict=True):
            stream.write(file.content)


def _show(conversion: Conversion) -> None:
    from nncli.render.conversion import conversion_view

    show(lambda _: conversion_view(conversion))
