"""Every argument and option of every command, declared once: one word, one meaning.

Where a word takes other values in another command, each has its own type here, side by side.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

import typer

from nncli.cli import completion
from nncli.cli.values import (
    ActivationList,
    ChoiceList,
    batch_sizes,
    bounds,
    comma_list,
    delimiter,
    encoding,
    layer_list,
    nonnegative_number,
    numbers_or,
    percentage,
    share,
    whole_number,
    whole_numbers,
)
from nncli.evaluation.metric_names import RISING
from nncli.timing.names import BACKENDS

_MAX_THREADS = 1024
MAX_VARIANTS = 200

# One for each panel of a help page.
_network = partial(typer.Option, rich_help_panel="Network")
_data = partial(typer.Option, rich_help_panel="Data")
_speed = partial(typer.Option, rich_help_panel="Speed")
_display = partial(typer.Option, rich_help_panel="Display")
_output = partial(typer.Option, rich_help_panel="Output")
_worksheet = partial(typer.Option, rich_help_panel="Worksheet")
_check = partial(typer.Option, rich_help_panel="Checks")
_help = partial(typer.Option, rich_help_panel="Help")


# --------------------------------------------------------------------------------- arguments

Config = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG",
        autocompletion=completion.config_files,
        help="The network: a spec in YAML, an ONNX model, or a safetensors file that nncli wrote.",
    ),
]
Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        autocompletion=completion.config_files,
        help="The network: whatever CONFIG may be.",
    ),
]
Destination = Annotated[
    str,
    typer.Argument(
        metavar="DESTINATION",
        help="Where to write it: .yaml, its weights beside it; .safetensors, one file that runs; "
        ".onnx; .py, a script that needs NumPy.",
    ),
]
Data = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA",
        autocompletion=completion.data_files,
        help="The batch: CSV or NPY, also gzipped, or Parquet; several files or a quoted pattern, "
        "if their columns are the same; - is standard input.",
    ),
]
ShapesData = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        autocompletion=completion.data_files,
        help="A batch to hold against the network: CSV, NPY or Parquet; - is standard input.",
    ),
]
BenchData = Annotated[
    str | None,
    typer.Argument(
        metavar="[DATA]",
        autocompletion=completion.data_files,
        help="Samples to run, repeated to fill each batch: a CSV or NPY file; - is standard "
        "input.  Random ones without it.",
    ),
]
Code = Annotated[
    str | None,
    typer.Argument(
        metavar="CODE",
        autocompletion=completion.codes,
        help="The code in a message, as in error[N201]; without it, all are listed.",
    ),
]

# ------------------------------------------------------------------------------- the network

Seed = Annotated[
    int | None,
    _network(
        "--seed",
        parser=whole_number(0, 2**32 - 1),
        metavar="N",
        help="Draw the weights with this seed instead of the spec's.",
    ),
]
DTypeName = Annotated[
    Literal["float64", "float32"] | None,
    _network("--dtype", help="Calculate in this type instead of the spec's."),
]
DTypeNames = Annotated[
    list[str] | None,
    _network(
        "--dtype",
        parser=ChoiceList(("float64", "float32")),
        autocompletion=completion.one_of("float64", "float32"),
        metavar="float64,float32",
        help="Time the network in these types instead of the spec's.",
    ),
]

Activations = Annotated[
    list[str] | None,
    _network(
        "--activations",
        parser=ActivationList(),
        metavar="relu,linear",
        help="The activations of a bare weights file, which does not say them: one for each layer, "
        "or one for all.",
    ),
]
InputNames = Annotated[
    list[str] | None,
    _network(
        "--columns",
        parser=comma_list,
        metavar="A,B,…",
        help="Name the inputs so, in this order, instead of as SOURCE does.",
    ),
]

# ---------------------------------------------------------------------------------- the data

Samples = Annotated[
    Literal["rows", "columns"], _data("--samples", help="What a sample is in DATA.")
]
Columns = Annotated[
    list[str] | None,
    _data(
        "--columns",
        parser=comma_list,
        autocompletion=completion.columns,
        metavar="A,B,…",
        help="Take these columns, in this order: names, or positions from 1.",
    ),
]
Drop = Annotated[
    list[str] | None,
    _data(
        "--drop",
        parser=comma_list,
        autocompletion=completion.columns,
        metavar="A,B,…",
        help="Leave these columns out.",
    ),
]
Keep = Annotated[
    list[str] | None,
    _data(
        "--keep",
        parser=comma_list,
        autocompletion=completion.columns,
        metavar="A,B,…",
        help="Carry these columns through to the output as text, unread.",
    ),
]
Target = Annotated[
    list[str] | None,
    _data(
        "--target",
        parser=comma_list,
        autocompletion=completion.columns,
        metavar="A[,B,…]",
        help="The column of what is right: a class, or a number for each output; names, or "
        "positions from 1.  It is never an input.",
    ),
]
BenchTarget = Annotated[
    list[str] | None,
    _data(
        "--target",
        parser=comma_list,
        autocompletion=completion.columns,
        metavar="A[,B,…]",
        help="The column of DATA that is right: say, too, how far the loss of a random batch of "
        "each size strays from the loss of all.  It is never an input.",
    ),
]
By = Annotated[
    str | None,
    _data(
        "--by",
        autocompletion=completion.columns,
        metavar="COLUMN",
        help="Give the figures of each group, too: of the samples with the same text there.",
    ),
]
HasHeader = Annotated[
    bool | None,
    _data(
        "--header/--no-header",
        help="Whether the first row holds names; otherwise it does if none of its cells is a "
        "number.",
    ),
]
Delimiter = Annotated[
    str | None,
    _data(
        "--delimiter",
        parser=delimiter,
        metavar="CHARACTER|blanks",
        help="What separates cells: a comma, or a tab for .tsv, unless said here; blanks for "
        "runs of blanks and tabs.",
    ),
]
Decimal = Annotated[
    Literal[".", ","],
    _data(
        "--decimal",
        metavar="CHARACTER",
        help="What stands before the decimals of DATA's numbers: a point, or a comma if said here.",
    ),
]
Encoding = Annotated[
    str,
    _data("--encoding", parser=encoding, metavar="NAME", help="How DATA's text is encoded."),
]
Limit = Annotated[
    int | None,
    _data("--limit", parser=whole_number(1), metavar="N", help="Run the first N samples only."),
]

# ----------------------------------------------------------------------------------- display

# The forms that a command shows its result in.
ForwardForm = Literal["table", "json", "jsonl", "csv", "md"]
ShapesForm = Literal["table", "json", "md"]
BenchForm = Literal["table", "json", "jsonl", "csv", "md"]
EvaluateForm = Literal["table", "json", "md"]

ForwardFormat = Annotated[
    ForwardForm | None,
    _display(
        "--format", help="The form of the result; a table unless FILE's suffix says otherwise."
    ),
]
ShapesFormat = Annotated[ShapesForm, _display("--format", help="The form of the result.")]
BenchFormat = Annotated[BenchForm, _display("--format", help="The form of the result.")]
EvaluateFormat = Annotated[EvaluateForm, _display("--format", help="The form of the result.")]
Layers = Annotated[
    str,
    _display(
        "--layers",
        parser=layer_list,
        autocompletion=completion.layers,
        metavar="all|last|1,NAME",
        help="Whose numbers the tables show; 0: the inputs.",
    ),
]
Rows = Annotated[
    int,
    _display(
        "--rows", parser=whole_number(1), metavar="N", help="How many samples the tables show."
    ),
]
Precision = Annotated[
    int,
    _display(
        "--precision",
        parser=whole_number(1, 17),
        metavar="N",
        help="How many decimals are shown.",
    ),
]
Weights = Annotated[bool, _display("--weights", help="Show each layer's weights and biases, too.")]
Draw = Annotated[bool, _display("--draw", help="Draw the matrices of each layer.")]
MemoryBatchSize = Annotated[
    int | None,
    _display(
        "--batch-size",
        parser=whole_number(1),
        metavar="N",
        help="Count the memory of a batch of N samples; otherwise of DATA's, or of 1.",
    ),
]
Quiet = Annotated[
    bool,
    _display(
        "-q",
        "--quiet",
        help="No notes and no progress on standard error; errors still are shown.",
    ),
]

# ------------------------------------------------------------------------------------ output

Output = Annotated[
    str | None,
    _output(
        "-o",
        "--output",
        metavar="FILE",
        help="Write the outputs: .csv, .json, .jsonl, .npy, .parquet; - is CSV on stdout.",
    ),
]
Predict = Annotated[
    Literal["class"] | None,
    _output("--predict", help="Add each sample's class, and how probable it is."),
]
SaveActivations = Annotated[
    str | None,
    _output(
        "--save-activations",
        metavar="FOLDER",
        help="Keep every layer's output in this folder: layer_1.npy, layer_2.npy, …",
    ),
]
LossBatchSizes = Annotated[
    list[str] | None,
    _display(
        "--batch-sizes",
        parser=batch_sizes,
        metavar="1,4,16,…",
        help="Say how far the loss of a random batch of these sizes strays from the loss of all.",
    ),
]
Against = Annotated[
    str | None,
    _display(
        "--against",
        metavar="CONFIG",
        help="Compare with another network, or this one in its own type, on the same samples.",
    ),
]
Errors = Annotated[
    str | None,
    _output(
        "--errors",
        metavar="FILE",
        help="List the 1,000 samples of greatest loss, as CSV: row, kept columns, target, "
        "prediction, loss.",
    ),
]
Rejects = Annotated[
    str | None,
    _output(
        "--rejects",
        metavar="FILE",
        help="List every cell and row of DATA that is refused, as CSV.",
    ),
]
Save = Annotated[
    str | None,
    _output("--save", metavar="FILE", help="Write the result as JSON, to compare with later."),
]
Plot = Annotated[
    str | None,
    _output(
        "--plot", metavar="FILE", help="Draw rate and latency against batch size: .svg or .png."
    ),
]
LossPlot = Annotated[
    str | None,
    _output("--plot", metavar="FILE", help="Draw how far batches stray: .svg or .png."),
]
Force = Annotated[bool, _output("--force", help="Replace FILE if it exists.")]

# ------------------------------------------------------------------------------------ checks

Expect = Annotated[
    str | None,
    _check(
        "--expect",
        metavar="FILE",
        help="Fail with exit code 1 unless the outputs are those in this file, as DATA.",
    ),
]
RTol = Annotated[
    float | None,
    _check(
        "--rtol",
        parser=nonnegative_number,
        metavar="X",
        help="The relative tolerance of --expect: 1e-9, or 1e-5 in float32.",
    ),
]
ATol = Annotated[
    float,
    _check(
        "--atol",
        parser=nonnegative_number,
        metavar="X",
        help="The absolute tolerance of --expect.",
    ),
]
Threshold = Annotated[
    float | None,
    _network(
        "--threshold",
        parser=share,
        metavar="X",
        help="Of two classes, take the second where its probability is above X; a label likewise.",
    ),
]
FailBelow = Annotated[
    list[str] | None,
    _check(
        "--fail-below",
        parser=bounds,
        autocompletion=completion.one_of(*(f"{name}=" for name in RISING)),
        metavar="accuracy=0.95,…",
        help="Fail with exit code 1 if a figure, called as in JSON, is below this.",
    ),
]
Digits = Annotated[
    bool,
    _check(
        "--digits",
        help="Let --expect compare at the digits that the cells of its CSV file show.",
    ),
]
Strict = Annotated[
    bool, _check("--strict", help="Fail with exit code 1 if any value is not finite.")
]
Compare = Annotated[
    str | None,
    _check("--compare", metavar="FILE", help="Compare with a result that --save wrote."),
]
FailAbove = Annotated[
    float | None,
    _check(
        "--fail-above",
        parser=percentage,
        metavar="10%",
        help="Fail with exit code 1 if a batch size is significantly slower than in the "
        "compared result, by more than this.",
    ),
]

# ------------------------------------------------------------------------------------- speed

UnitSize = Annotated[
    int | None,
    _speed(
        "--batch-size",
        parser=whole_number(1),
        metavar="N",
        help="Samples per unit of work, rounded up to a multiple of 256; otherwise as many as "
        "are read at a time, fewer if they are wide. Changes memory and speed, never a result.",
    ),
]
Threads = Annotated[
    int | None,
    _speed(
        "--threads",
        parser=whole_number(1, _MAX_THREADS),
        metavar="N",
        help="Units of work at a time; as many as there are processors unless said here.",
    ),
]
BatchSizes = Annotated[
    list[str] | None,
    _speed(
        "--batch-sizes",
        "--batch-size",
        parser=batch_sizes,
        metavar="1,8,32-512*2",
        help="Time batches of these sizes: numbers, ranges 8-512*2 and 16-64+16; otherwise "
        "1,8,32,128,512.",
    ),
]
Backends = Annotated[
    list[str] | None,
    _speed(
        "--backend",
        parser=ChoiceList(BACKENDS),
        autocompletion=completion.one_of(*BACKENDS),
        metavar="numpy,loop,…",
        help="What runs the network: numpy; loop, one sample at a time; python, without "
        "arrays; onnxruntime; torch.  numpy unless said here.",
    ),
]
ThreadCounts = Annotated[
    list[str] | None,
    _speed(
        "--threads",
        parser=whole_numbers(1, _MAX_THREADS),
        metavar="1,2",
        help="On how many threads a matrix product runs; otherwise 1, as in forward.",
    ),
]
PerLayer = Annotated[bool, _speed("--per-layer", help="Time each layer by itself, too (NumPy).")]
Repetitions = Annotated[
    int | None,
    _speed(
        "--repetitions",
        parser=whole_number(1),
        metavar="N",
        help="Measure at least N rounds, however long they take; otherwise 15 if time allows.",
    ),
]
MinTime = Annotated[
    float | None,
    _speed(
        "--min-time",
        parser=nonnegative_number,
        metavar="SECONDS",
        help="Measure at least so long; otherwise 1 second.",
    ),
]
MaxTime = Annotated[
    float | None,
    _speed(
        "--max-time",
        parser=nonnegative_number,
        metavar="SECONDS",
        help="Start no round after that, though figures are uncertain; otherwise 10 seconds.",
    ),
]

# -------------------------------------------------------------------------------------- help

Debug = Annotated[bool, _help("--debug", help="Show a traceback if nncli has a bug.")]

# ----------------------------------------------------------------------------------- explain

ExplainedSamples = Annotated[
    str | None,
    _display(
        "--sample",
        parser=numbers_or("all"),
        metavar="all|1,3",
        help="Whose sums to write out: 1,3 or all of those that matrices show; of the first "
        "unless said here, on a page and a worksheet of all.",
    ),
]
ExplainedLayers = Annotated[
    str,
    _display(
        "--layer",
        autocompletion=completion.layers,
        metavar="all|last|1,3",
        help="Which layers to explain: numbers or names as 1,3, last or all.",
    ),
]
ExplainedNeurons = Annotated[
    str,
    _display(
        "--neuron",
        metavar="all|1,3",
        help="Of which neurons to write the sums out: numbers as 1,3, names of outputs, or all.",
    ),
]
NotationName = Literal["rows", "torch", "columns"]
Notation = Annotated[
    NotationName | None,
    _display(
        "--notation",
        help="How to write a layer: x @ W + b, x @ W.T + b, or W · x + b; else as the spec does.",
    ),
]
Terms = Annotated[
    str,
    _display(
        "--terms",
        parser=numbers_or("all", most=1),
        metavar="N",
        help="Of a sum with more than 12 terms, show so many, the largest, or all.",
    ),
]
Ones = Annotated[
    bool,
    _display("--ones", help="Write the biases into the matrices: [X | 1] @ [W ; b]."),
]
ExplainForm = Literal["text", "md", "latex", "html", "json"]
ExplainFormat = Annotated[
    ExplainForm | None,
    _output("--format", help="Text, a page for a browser or printer, or every step as JSON."),
]
ExplainOutput = Annotated[
    str | None,
    _output(
        "-o", "--output", metavar="FILE", help="Write it to a file: .txt, .md, .tex, .html, .json."
    ),
]
Blanks = Annotated[
    str | None,
    _worksheet(
        "--blanks",
        parser=numbers_or("all", most=1),
        metavar="N|all",
        help="Make a worksheet: leave the numbers of N sums blank, or of all but the first.",
    ),
]
Level = Annotated[
    int | None,
    _worksheet(
        "--level",
        parser=whole_number(1, 3),
        metavar="1|2|3",
        help="What is printed of a blank sum: 1: factors and products; 2: factors, unless said "
        "here; 3: symbols alone.",
    ),
]
Variants = Annotated[
    int | None,
    _worksheet(
        "--variants",
        parser=whole_number(1, MAX_VARIANTS),
        metavar="N",
        help="Make so many worksheets, each with its own seed: of the questions, and of the "
        "weights if the spec draws them.",
    ),
]
Answers = Annotated[
    bool,
    _worksheet("--answers", help="Fill the worksheets in, behind a table of all answers."),
]
