"""`nncli explain`: the arithmetic of a network, written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from nncli.cli import options as opt
from nncli.cli.edge import error_edge
from nncli.cli.reading import (
    DataArguments,
    column_choice,
    data_request,
    opened_samples,
    overrides,
    read_config,
    refuse_misfits,
)
from nncli.cli.streams import remark_notes, show, write_text
from nncli.errors import UsageError
from nncli.words import count_of, did_you_mean

if TYPE_CHECKING:
    from nncli.explain.explanation import Run, Wish
    from nncli.specs.model import NetworkSpec

# So many samples stand in the matrices.
_SAMPLES = 8


def explain(
    config: opt.Config,
    data: opt.Data,
    seed: opt.Seed = None,
    dtype: opt.DTypeName = None,
    samples: opt.Samples = "rows",
    columns: opt.Columns = None,
    drop: opt.Drop = None,
    keep: opt.Keep = None,
    header: opt.HasHeader = None,
    delimiter: opt.Delimiter = None,
    decimal: opt.Decimal = ".",
    encoding: opt.Encoding = "utf-8",
    sample: opt.ExplainedSamples = "1",
    layer: opt.ExplainedLayers = "all",
    neuron: opt.ExplainedNeurons = "all",
    notation: opt.Notation = None,
    precision: opt.Precision = 4,
    terms: opt.Terms = "8",
    format_: opt.ExplainFormat = "text",
    quiet: opt.Quiet = False,
    debug: opt.Debug = False,
) -> None:
    """Write out how the network CONFIG gets its numbers from the batch DATA."""
    with error_edge(debug=debug, json=format_ == "json"):
        arguments = DataArguments(
            columns, drop, keep, samples, header, delimiter, decimal, encoding
        )
        request = data_request(data, arguments, column_choice(arguments), quiet=quiet)
        read = read_config(config, overrides(seed, dtype), request)
        refuse_misfits(read.reading, request)
        spec = read.reading.spec

        from nncli.explain.explanation import Run, Wish, explain as explained
        from nncli.explain.notation import notation_of
        from nncli.network.network import build_network
        from nncli.pipeline.run import RunPlan, run_forward
        from nncli.pipeline.shown import SamplesToShow

        network = build_network(spec, read.tensors)
        wanted = [1] if sample == "all" else [int(item) for item in sample.split(",")]
        last = max(_SAMPLES, *wanted)
        plan = RunPlan(SamplesToShow(_SAMPLES, 0, tuple(wanted)), limit=last + 1)
        with opened_samples(read.reading, request) as stream:
            run = run_forward(network, stream, plan)
        shown = run.shown
        ran = Run(
            shown.numbers,
            run.samples if run.samples <= last else None,
            run.columns,
            shown.batch,
            shown.inputs,
            shown.layers,
            shown.outputs,
        )
        chosen = _layers(layer, spec)
        wish = Wish(
            tuple(wanted) if sample != "all" else shown.numbers,
            chosen,
            None if neuron == "all" else tuple(int(n) for n in neuron.split(",")),
            notation or notation_of(spec, samples),
            precision,
            "all" if terms == "all" else int(terms),
            not (layer != "all" and neuron != "all") and spec.layer_sizes[1:] != (1,),
        )
        found = explained(network, ran, wish)
        if format_ == "json":
            from nncli.render.explain_json import explain_json

            write_text(explain_json(found, run.sources, (*run.notes, *found.notes)))
            return
        from nncli.render.explain_text import Signs, explanation_view

        show(lambda width: explanation_view(found, width, Signs()))
        remark_notes((*run.notes, *found.notes), quiet=quiet)


def _layers(wanted: str, spec: NetworkSpec) -> tuple[int, ...]:
    if wanted == "all":
        return tuple(range(1, len(spec.layers) + 1))
    if wanted == "last":
        return (len(spec.layers),)
    names = [layer.name for layer in spec.layers]
    return tuple(names.index(n) + 1 if n in names else int(n) for n in wanted.split(","))
