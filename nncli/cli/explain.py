"""`nncli explain`: how a network gets its numbers, written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nncli.cli import options as opt
from nncli.cli.edge import error_edge
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    column_choice,
    data_request,
    opened_samples,
    overrides,
    read_config,
    refuse_misfits,
)
from nncli.cli.streams import remark_notes, show, takes_unicode, write_text
from nncli.errors import UsageError
from nncli.words import count_of, did_you_mean, quoted

if TYPE_CHECKING:
    from nncli.explain.explanation import Run
    from nncli.network.network import Network
    from nncli.pipeline.run import ForwardRun
    from nncli.specs.model import NetworkSpec
    from nncli.specs.reader import SpecReading

# So many samples stand in the matrices.
_IN_MATRICES = 8


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
    """Write out how the network CONFIG gets its numbers from the batch DATA.

    Every sum is exact: = is true to the last digit, and ≈ says that something was rounded.
    """
    with error_edge(debug=debug, json=format_ == "json"):
        arguments = DataArguments(
            columns, drop, keep, samples, header, delimiter, decimal, encoding
        )
        request = data_request(data, arguments, column_choice(arguments), quiet=quiet)
        read = read_config(config, overrides(seed, dtype), request)
        refuse_misfits(read.reading, request)
        spec = read.reading.spec
        layers, neurons = _layers(layer, spec), _neurons(neuron, spec)

        from nncli.explain.explanation import Wish
        from nncli.explain.explanation import explain as explained
        from nncli.explain.notation import notation_of
        from nncli.network.network import build_network

        network = build_network(spec, read.tensors)
        run, wanted = _run(network, read.reading, request, sample)
        is_alone = spec.layer_sizes[1:] == (1,) or "all" not in (layer, neuron)
        wish = Wish(
            samples=wanted,
            layers=layers,
            neurons=neurons,
            notation=notation or notation_of(spec, samples),
            precision=precision,
            terms="all" if terms == "all" else int(terms),
            matrices=not is_alone,
        )
        found = explained(network, _as_seen(run), wish)
        notes = (*read.reading.notes, *run.notes, *found.notes)
        if format_ == "json":
            from nncli.render.explain_json import explain_json

            write_text(explain_json(found, run.sources, notes))
            return
        from nncli.render.explain_text import Signs, explanation_view

        signs = Signs(is_ascii=not takes_unicode("⎡₁·≈▸"))
        show(lambda width: explanation_view(found, width, signs))
        remark_notes(notes, quiet=quiet)


def _run(
    network: Network, reading: SpecReading, request: DataRequest, sample: str
) -> tuple[ForwardRun, tuple[int, ...]]:
    """Run as many samples as are needed, and say whose sums are wanted.  Raises UsageError."""
    from nncli.pipeline.run import RunPlan, run_forward
    from nncli.pipeline.shown import SamplesToShow

    chosen = () if sample == "all" else tuple(map(int, sample.split(",")))
    last = max(_IN_MATRICES, *chosen, 0)
    # one more, to know whether these are all
    plan = RunPlan(SamplesToShow(_IN_MATRICES, 0, chosen), limit=last + 1)
    with opened_samples(reading, request) as stream:
        run = run_forward(network, stream, plan)
    if chosen and chosen[-1] > run.samples:
        message = f"--sample {chosen[-1]}: there are {count_of(run.samples, 'sample')}"
        raise UsageError(message, code="N703")
    return run, chosen or run.shown.numbers


def _as_seen(run: ForwardRun) -> Run:
    """Return what a run made of the samples that it shows."""
    from nncli.explain.explanation import Run

    shown, total = run.shown, run.samples
    is_all = total <= max(_IN_MATRICES, *shown.numbers)
    return Run(
        numbers=shown.numbers,
        total=total if is_all else None,
        columns=run.columns,
        batch=shown.batch,
        inputs=shown.inputs,
        layers=shown.layers,
        outputs=shown.outputs,
    )


def _layers(wanted: str, spec: NetworkSpec) -> tuple[int, ...]:
    """Return the numbers of layers that were named or numbered.  Raises UsageError."""
    count = len(spec.layers)
    if wanted == "all":
        return tuple(range(1, count + 1))
    names = [layer.name for layer in spec.layers]
    return (count,) if wanted == "last" else _numbers("--layer", wanted, names, count)


def _neurons(wanted: str, spec: NetworkSpec) -> tuple[int, ...] | None:
    """Return the numbers of neurons; None for all.  Raises UsageError."""
    if wanted == "all":
        return None
    return _numbers("--neuron", wanted, list(spec.output_columns), max(spec.layer_sizes[1:]))


def _numbers(option: str, wanted: str, names: Sequence[str], count: int) -> tuple[int, ...]:
    what, found = option.removeprefix("--"), set()
    for item in wanted.split(","):
        if item in names:
            found.add(names.index(item) + 1)
        elif item.isascii() and item.isdigit() and 1 <= int(item) <= count:
            found.add(int(item))
        elif item.isascii() and item.isdigit():
            message = f"{option} {item}: the network has {count_of(count, what)}"
            raise UsageError(message, code="N703")
        else:
            hints = did_you_mean(item, list(names))
            raise UsageError(f"there is no {what} {quoted(item)}", *hints, code="N703")
    return tuple(sorted(found))
