"""`nncli convert`: a network from one form into another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nncli.cli import options as opt
from nncli.cli.edge import error_edge
from nncli.cli.installed import check_installed
from nncli.cli.reading import joined, overrides, read_config, refuse_misfits
from nncli.cli.streams import open_stdout, remark_notes, show
from nncli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nncli.conversion.conversion import Conversion
    from nncli.formats.config import Config
    from nncli.formats.saving import SavingForm
    from nncli.results.places import OutputTarget
    from nncli.specs.model import DType
    from nncli.specs.reader import Overrides


def convert(
    source: opt.Source,
    destination: opt.Destination,
    seed: opt.Seed = None,
    dtype: opt.DTypeName = None,
    activations: opt.Activations = None,
    columns: opt.InputNames = None,
    quiet: opt.Quiet = False,
    force: opt.Force = False,
    debug: opt.Debug = False,
) -> None:
    """Convert the network SOURCE into the form that DESTINATION's suffix names.

    What is written is run first; files that belong together are put in place together.
    """
    with error_edge(debug=debug):
        form = _form(destination)
        config = _source(source, overrides(seed, None), joined(activations), joined(columns))
        refuse_misfits(config.reading, None)
        _targets([destination], config, force=force)
        conversion = _conversion(config, destination, form, dtype)
        targets = _targets([file.path for file in conversion.files], config, force=force)
        _write(conversion, targets)
        _show(conversion)
        remark_notes((*config.reading.notes, *conversion.notes), quiet=quiet)


def _form(destination: str) -> SavingForm:
    """Return the form to write.  Raises UsageError if the suffix names none that can be written."""
    from nncli.formats.saving import SAVING_FORMS, saving_form

    form = saving_form(destination)
    if form is None:
        suffixes = ", ".join(SAVING_FORMS)
        raise UsageError(
            f"the suffix of {destination!r} names no form of a network: {suffixes}", code="N703"
        )
    if form == "onnx":
        check_installed("an ONNX model", ("onnx",), "onnx")
    return form


def _source(
    source: str, changes: Overrides, activations: tuple[str, ...], columns: tuple[str, ...]
) -> Config:
    """Read the network to convert.  Raises SpecError, FileError, UsageError."""
    if activations:
        from nncli.formats.weights_alone import read_weights_alone

        config = read_weights_alone(source, activations, changes)
    else:
        config = read_config(source, changes)
    if columns:
        from nncli.conversion.conversion import with_columns

        return with_columns(config, columns)
    return config


def _targets(paths: Sequence[str], config: Config, *, force: bool) -> list[OutputTarget]:
    """Return the checked places of what is written.  Raises FileError."""
    from nncli.results.places import check_output

    open_stdout()
    return [check_output(path, config.files, force=force) for path in paths]


def _conversion(
    config: Config, destination: str, form: SavingForm, dtype: DType | None
) -> Conversion:
    """Return the network in another form, tried.  Raises SpecError, FileError, UsageError."""
    from nncli.conversion.conversion import convert_network

    # what other programs hand a model; ONNX Runtime has no float64 version of some operators
    usual = "float32" if form == "onnx" else config.reading.spec.dtype
    return convert_network(config, destination, form, dtype or usual)


def _write(conversion: Conversion, targets: Sequence[OutputTarget]) -> None:
    """Put the files in their places, all or none of them.  Raises FileError."""
    from nncli.results.places import writing_together

    with writing_together(targets) as streams:
        for stream, file in zip(streams, conversion.files, strict=True):
            stream.write(file.content)


def _show(conversion: Conversion) -> None:
    from nncli.render.conversion import conversion_view

    show(lambda _: conversion_view(conversion))
