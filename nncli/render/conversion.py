"""What a conversion wrote, as a view."""

from __future__ import annotations

from nncli.conversion.conversion import Conversion
from nncli.formats.saving import SavedFile
from nncli.render.layout.view import BLANK, Field, Span, View, line, table
from nncli.words import count_of


def conversion_view(conversion: Conversion) -> View:
    """Return which files were written, and what running them showed."""
    network, trial = conversion.network, conversion.trial
    title = line(
        Span(network.name, "accent"),
        f"   {network.dtype}   {count_of(len(network.layers), 'layer')}   "
        f"{' → '.join(map(str, network.layer_sizes))}",
    )
    fields: list[Field[SavedFile]] = [
        Field("file", lambda file: Span(file.path)),
        Field("holds", lambda file: Span(file.holds)),
        Field("bytes", lambda file: Span(f"{len(file.content):,}"), "right"),
    ]
    samples = count_of(trial.samples, "random sample")
    found = f"agree to {trial.difference:.0e}" if trial.difference else "are the same"
    tried = line(Span(f" run on {samples}: the outputs {found}", "dim"))
    return [title, BLANK, table(fields, conversion.files), BLANK, tried]
