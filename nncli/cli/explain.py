"""`nncli explain`: how a network gets its numbers, written out."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from nncli.cli import options as opt
from nncli.cli.edge import error_edge
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    column_choice,
    data_request,
    input_paths,
    opened_samples,
    overrides,
    read_config,
    refuse_misfits,
)
from nncli.cli.streams import STDOUT_NAMES, remark_notes, show, takes_unicode, write_texts
from nncli.cli.worksheet import (
    SheetWish,
    refuse_unsuitable,
    sheet_notes,
    sheet_wish,
    worksheets,
)
from nncli.errors import UsageError
from nncli.results.forms import EXPLANATION_SUFFIXES, SUFFIXES, form_of_suffix
from nncli.words import count_of

if TYPE_CHECKING:
    from nncli.explanation.explanation import Run, WantedLayer, Wish
    from nncli.explanation.steps import Explanation, Sheet
    from nncli.formats.config import Config
    from nncli.network.network import Network
    from nncli.pipeline.run import ForwardRun
    from nncli.problems import Note
    from nncli.render.explain_signs import Signs
    from nncli.render.layout.view import View
    from nncli.results.places import OutputTarget
    from nncli.specs.model import NetworkSpec
    from nncli.specs.reader import SpecReading

    # The sources of the data, and all that there is to remark.
    _Said = tuple[Sequence[str], Sequence[Note]]

# What only a run of all samples could say.
_OF_ALL_SAMPLES = frozenset({"dead", "saturated", "vanishing", "exploding"})


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
    sample: opt.ExplainedSamples = None,
    layer: opt.ExplainedLayers = "all",
    neuron: opt.ExplainedNeurons = "all",
    notation: opt.Notation = None,
    ones: opt.Ones = False,
    precision: opt.Precision = 4,
    terms: opt.Terms = "8",
    format_: opt.ExplainFormat = None,
    output: opt.ExplainOutput = None,
    blanks: opt.Blanks = None,
    level: opt.Level = None,
    variants: opt.Variants = None,
    answers: opt.Answers = False,
    force: opt.Force = False,
    quiet: opt.Quiet = False,
    debug: opt.Debug = False,
) -> None:
    """Write out how the network CONFIG gets its numbers from the batch DATA.

    Every sum is exact: = is true to the last digit, and ≈ says that something was rounded.
    """
    output = None if output in STDOUT_NAMES else output
    with error_edge(debug=debug, json=format_ == "json" and output is None):
        form = _form(format_, output)
        sheets = sheet_wish(blanks, level, variants, answers=answers, neuron=neuron)
        arguments = (columns, drop, keep, samples, header, delimiter, decimal, encoding)
        request = _request(data, DataArguments(*arguments), notation, quiet=quiet)
        read = read_config(config, overrides(seed, dtype), request)
        refuse_misfits(read.reading, request)

        from nncli.explanation.explanation import MAX_ON_PAGE, Wish
        from nncli.explanation.notation import notation_of
        from nncli.network.network import build_network

        spec = read.reading.spec
        layers = _wanted_layers(layer, neuron, spec)
        refuse_unsuitable(spec, layers, sheets)
        target = _target(output, input_paths(*read.files, *request.sources), force=force)
        network = build_network(spec, read.tensors)
        run, wanted = _run(network, read.reading, request, sample or _samples(form, sheets))
        wish = Wish(
            samples=wanted,
            layers=layers,
            notation=notation or notation_of(spec.layers, samples),
            has_ones=ones,
            precision=precision,
            terms="all" if terms == "all" else int(terms),
            most_sums=MAX_ON_PAGE if form == "html" else None,
            matrices=sheets is not None or _has_matrices(spec, layer, neuron),
        )
        made = (network, read, run, wish)
        notes = _put_out_all(made, sheets, form, target)
        # on standard output JSON has them itself
        remark_notes(notes, quiet=quiet or (form == "json" and target is None))


def _request(
    data: Sequence[str],
    arguments: DataArguments,
    notation: opt.NotationName | None,
    *,
    quiet: bool,
) -> DataRequest:
    choice = column_choice(arguments)
    return data_request(data, arguments, choice, quiet=quiet, notation=notation)


def _target(output: str | None, inputs: Sequence[str], *, force: bool) -> OutputTarget | None:
    """Return where to write, None for standard output.  Raises FileError.

    inputs: the files that are read, none of which may be written.
    """
    from nncli.results.places import check_output

    return check_output(output, inputs, force=force) if output is not None else None


def _has_matrices(spec: NetworkSpec, layer: str, neuron: str) -> bool:
    """Whether more than a single sum is wanted."""
    from nncli.explanation.wanted import wants_matrices

    return wants_matrices([layer], [neuron], spec)


def _run(
    network: Network, reading: SpecReading, request: DataRequest, sample: str
) -> tuple[ForwardRun, tuple[int, ...]]:
    """Run as many samples as are needed, and say whose sums are wanted.  Raises UsageError."""
    from nncli.explanation.wanted import MAX_SAMPLES
    from nncli.pipeline.run import RunPlan, run_forward
    from nncli.pipeline.shown import SamplesToShow

    chosen = () if sample == "all" else tuple(map(int, sample.split(",")))
    last = max(MAX_SAMPLES, *chosen, 0)
    # one more, to know whether these are all
    plan = RunPlan(SamplesToShow(MAX_SAMPLES, 0, chosen), limit=last + 1)
    with opened_samples(reading, request) as stream:
        run = run_forward(network, stream, plan)
    if chosen and chosen[-1] > run.samples:
        message = f"--sample {chosen[-1]}: there are {count_of(run.samples, 'sample')}"
        raise UsageError(message, code="N703")
    return run, chosen or run.shown.numbers


def _samples(form: opt.ExplainForm, sheets: SheetWish | None) -> str:
    """Return whose sums are wanted unless it is said: all where one is chosen from them."""
    return "all" if form == "html" or sheets is not None else "1"


def _notes_on(run: ForwardRun) -> list[Note]:
    return [note for note in run.notes if note.code not in _OF_ALL_SAMPLES]


def _as_seen(run: ForwardRun) -> Run:
    """Return what a run made of the samples that it shows."""
    from nncli.explanation.explanation import Run
    from nncli.explanation.wanted import MAX_SAMPLES

    shown, total = run.shown, run.samples
    is_all = total <= max(MAX_SAMPLES, *shown.numbers)
    return Run(
        numbers=shown.numbers,
        total=total if is_all else None,
        columns=run.columns,
        batch=shown.batch,
        inputs=shown.inputs,
        layers=shown.layers,
        outputs=shown.outputs,
    )


# --------------------------------------------------------------------------- what is asked for


def _form(format_: opt.ExplainForm | None, output: str | None) -> opt.ExplainForm:
    """Return the form of the result.  Raises UsageError if the name of its file says none."""
    from nncli.results.places import is_file_name

    if format_ is not None or output is None or not is_file_name(output):
        return format_ or "text"
    form = form_of_suffix(output, EXPLANATION_SUFFIXES)
    if form is not None:
        return form
    message = f"the suffix of {output!r} names no format: {', '.join(EXPLANATION_SUFFIXES)}"
    outputs = f"`nncli forward` takes `-o {shlex.quote(output)}`, and writes the outputs"
    elsewhere = (outputs, "forward") if form_of_suffix(output, SUFFIXES) else None
    printed = "a browser prints a page, -o FILE.html, as PDF"
    helps = (printed,) if output.lower().endswith(".pdf") else ()
    raise UsageError(message, *helps, "or name it: --format text", code="N703", elsewhere=elsewhere)


def _wanted_layers(layer: str, neuron: str, spec: NetworkSpec) -> tuple[WantedLayer, ...]:
    """Return which layers are wanted, and their neurons.  Raises UsageError for unknown ones."""
    from nncli.explanation.wanted import ChoiceError, wanted_layers

    layers, neurons = ([item.strip() for item in text.split(",")] for text in (layer, neuron))
    try:
        return wanted_layers(layers, neurons, spec)
    except ChoiceError as error:
        message = f"--{error.message}"
        raise UsageError(message, *error.help, code="N703", choices=error.choices) from None


# -------------------------------------------------------------------------------- the result


def _put_out_all(
    made: tuple[Network, Config, ForwardRun, Wish],
    sheets: SheetWish | None,
    form: opt.ExplainForm,
    target: OutputTarget | None,
) -> list[Note]:
    """Show what is wished for, or write it to its place; return all that there is to remark."""
    from nncli.explanation.explanation import explain as explained

    network, read, run, wish = made
    notes = [*read.reading.notes, *_notes_on(run)]
    if sheets is None:
        found = explained(network, _as_seen(run), wish)
        notes += found.notes
        _put_out_explanation(found, form, (run.sources, notes), target)
    else:
        drawn = worksheets(read.tensors, run, (_as_seen(run), wish), sheets)
        notes += sheet_notes(drawn)
        _put_out_sheets(drawn, sheets, form, (run.sources, notes), target)
    return notes


def _put_out_explanation(
    found: Explanation, form: opt.ExplainForm, said: _Said, target: OutputTarget | None
) -> None:
    """Show an explanation, or write it to its place."""
    from nncli.render.explain_json import explain_json
    from nncli.render.explain_text import explanation_view

    if form == "json":
        _put_out([explain_json(found, *said)], target)
    elif form == "text":
        _show(partial(explanation_view, found), target)
    else:
        _put_out([_document(found, form)], target)


def _put_out_sheets(
    made: Sequence[Sheet],
    wanted: SheetWish,
    form: opt.ExplainForm,
    said: _Said,
    target: OutputTarget | None,
) -> None:
    """Show worksheets, or write them to their place."""
    from nncli.explanation.boxes import boxed
    from nncli.render.explain_json import explain_json, worksheets_json
    from nncli.render.explain_sheets import worksheet_view

    sheets = [boxed(sheet, has_answers=wanted.has_answers) for sheet in made]
    if form == "json" and wanted.variants is None:
        _put_out([explain_json(made[0].found, *said)], target)
    elif form == "json":
        _put_out([worksheets_json(made, *said)], target)
    elif form == "text":
        _show(partial(worksheet_view, sheets), target)
    else:
        _put_out([_worksheet_document(sheets, form)], target)


def _show(view: Callable[[int | None, Signs], View], target: OutputTarget | None) -> None:
    """Show text, or write it to its place.  view: of a width, None for no limit."""
    from nncli.render.explain_signs import NOT_ASCII, Signs
    from nncli.render.layout.plain import to_plain

    if target is not None:
        _put_out([to_plain(view(None, Signs()))], target)
        return
    signs = Signs(is_ascii=not takes_unicode(NOT_ASCII))
    show(lambda width: view(width, signs))


def _document(found: Explanation, form: opt.ExplainForm) -> str:
    """Return an explanation as a document."""
    if form == "latex":
        from nncli.render.explain_latex import explain_latex

        return explain_latex(found)
    if form == "md":
        from nncli.render.explain_markdown import explain_markdown

        return explain_markdown(found)
    from nncli.render.page.document import explain_page

    return explain_page(found)


def _worksheet_document(sheets: Sequence[Sheet], form: opt.ExplainForm) -> str:
    """Return worksheets as a document."""
    if form == "latex":
        from nncli.render.explain_latex_sheets import worksheet_latex

        return worksheet_latex(sheets)
    if form == "md":
        from nncli.render.explain_markdown import worksheet_markdown

        return worksheet_markdown(sheets)
    from nncli.render.page.worksheet import worksheet_page

    return worksheet_page(sheets)


def _put_out(texts: Sequence[str], target: OutputTarget | None) -> None:
    """Write texts to their place, or to standard output.  Raises FileError."""
    from nncli.results.places import write_output

    if target is None:
        write_texts(texts)
    else:
        write_output(target, [text.encode() for text in texts])
