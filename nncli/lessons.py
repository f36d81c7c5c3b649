"""A short lesson for every problem code: what it means, a tiny example, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Example:
    """Files and the arguments of a command on them: what a reader can try.

    arguments: as typed after `nncli`, for example "shapes net.yaml"; files: name → content, a text
    to be written as UTF-8.
    """

    arguments: str
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lesson:
    """What a code means (meaning), an example that ends with it (wrong), and its remedy.

    wrong is None where the problem depends on the machine (a full disk), or where no small text
    file has it.  remedy says in words what to do; right is the example mended, which runs.  Its
    files are only those that change: it is tried on those of wrong with these put over them.
    right is None if wrong is, or if what mends it lies outside the files.
    """

    meaning: str
    remedy: str
    wrong: Example | None = None
    right: Example | None = None


def _text(*lines: str) -> str:
    return "".join(line + "\n" for line in lines)


# Two inputs, one output: what the lessons about data run on.
_NET = _text("layer_sizes: [2, 1]", "seed: 0")
# The same with weights that are easy to follow: it adds its two inputs up.
_SUM = _text("inputs: 2", "layers:", "  - neurons: 1", "    weights: [[1], [1]]")
_DATA = _text("a,b", "1,2", "3,4")

LESSONS: dict[str, Lesson] = {
    # N1xx: the spec
    "N100": Lesson(
        meaning=(
            "The spec is not YAML: a bracket or a quote is left open, a tab indents a line, or a "
            "`:` stands where none can be. Nothing can be said about the network before the text "
            "itself can be read, so this is the only problem reported."
        ),
        remedy=(
            "Look at the place that the message points to. Close the bracket or quote, indent with "
            "spaces, and write a space after each `:`."
        ),
        wrong=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 5, 2", "seed: 0")}),
        right=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 5, 2]", "seed: 0")}),
    ),
    "N101": Lesson(
        meaning=(
            "The spec has a key that nncli does not know, usually a misspelt one. If it were "
            "skipped, the network would run without what the key was meant to say, and nobody "
            "would notice."
        ),
        remedy=(
            "Correct the spelling: the message lists the keys that are possible at this place, and "
            "often names the nearest. Or remove the key."
        ),
        wrong=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 4", "layers:", "  - neuron: 3", "seed: 0")},
        ),
        right=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 4", "layers:", "  - neurons: 3", "seed: 0")},
        ),
    ),
    "N102": Lesson(
        meaning=(
            "A key stands twice in the same mapping. YAML asks for unique keys, but many programs "
            "silently keep the last one. nncli does not choose between two values."
        ),
        remedy=(
            "Remove one of the two. The message says where the other one stands. For a second "
            "layer, start a new item with `- ` in the list `layers`."
        ),
        wrong=Example(
            "shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]", "seed: 0", "seed: 1")}
        ),
        right=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]", "seed: 1")}),
    ),
    "N103": Lesson(
        meaning=(
            "The spec uses a part of YAML that nncli refuses: a tag such as `!!python/tuple`, a "
            "merge key `<<`, or a second document after `---`. Tags can make careless programs "
            "build objects or run code. A spec is one document of plain data, so that reading it "
            "is always safe."
        ),
        remedy=(
            "Remove the tag, or the `---` and what follows it. Instead of a merge key, write the "
            "keys out, or repeat a whole value with an anchor and an alias, which are allowed."
        ),
        wrong=Example(
            "shapes net.yaml",
            {"net.yaml": _text("layer_sizes: !!python/tuple [4, 2]", "seed: 0")},
        ),
        right=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]", "seed: 0")}),
    ),
    "N104": Lesson(
        meaning=(
            "The spec is larger than 2 MiB, holds more than 100,000 values or is nested deeper "
            "than 64 levels. An alias counts as all the values that it stands for; one inside its "
            "own anchor, as here, would be endlessly deep. The limits keep a small file from "
            "filling the memory."
        ),
        remedy=(
            "Remove the surplus brackets, or the alias. A layer too large to be written out can "
            "draw its weights: give it an `init` and the spec a `seed`."
        ),
        wrong=Example(
            "shapes net.yaml", {"net.yaml": _text("layer_sizes: &sizes [4, *sizes]", "seed: 0")}
        ),
        right=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]", "seed: 0")}),
    ),
    "N105": Lesson(
        meaning=(
            "A value is of the wrong kind: a text where a number belongs, a single value where a "
            'list or a mapping belongs, or nothing at all. In YAML, `"3"` in quotes is a text and '
            "`3` is a number. nncli does not turn one into the other."
        ),
        remedy=(
            "Write the value as the message asks: a number without quotes, a list in `[…]`, a "
            "mapping as `key: value`. If a key is empty, give it a value or remove it."
        ),
        wrong=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 4", "layers:", '  - neurons: "3"', "seed: 0")},
        ),
        right=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 4", "layers:", "  - neurons: 3", "seed: 0")},
        ),
    ),
    "N106": Lesson(
        meaning=(
            "A key is missing that nncli cannot do without, such as the `neurons` of a layer or "
            "the `inputs` of the network. The sizes are always declared, even if weights would "
            "tell: so they can be checked against each other."
        ),
        remedy=(
            "Write the key that the message names. The smallest complete spec has two lines: "
            "`layer_sizes: [4, 5, 2]` and `seed: 0`."
        ),
        wrong=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 2", "layers:", "  - weights: [[1], [1]]")},
        ),
        right=Example("shapes net.yaml", {"net.yaml": _SUM}),
    ),
    "N107": Lesson(
        meaning=(
            "A value is of the right kind, but not one that is allowed: the name of an activation "
            "that does not exist, a layer of 0 neurons, a negative seed, a column named twice. "
            "nncli does not run a network other than the one you wrote."
        ),
        remedy=(
            "Choose one of the values that the message lists, or a number in the range that it "
            "names."
        ),
        wrong=Example(
            "shapes net.yaml",
            {"net.yaml": _text("layer_sizes: [4, 2]", "activations: rellu", "seed: 0")},
        ),
        right=Example(
            "shapes net.yaml",
            {"net.yaml": _text("layer_sizes: [4, 2]", "activations: relu", "seed: 0")},
        ),
    ),
    "N108": Lesson(
        meaning=(
            "Two keys exclude each other, for they say the same thing in different ways. "
            "`layer_sizes` with `activations` is the short form of a spec, `inputs` with `layers` "
            "the long one; of a mixture, some part would have to be ignored."
        ),
        remedy=(
            "Keep one form. In the long form, each layer has its own `activation`; in the short "
            "form, the first of the `layer_sizes` is the number of inputs."
        ),
        wrong=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 4", "layer_sizes: [4, 2]", "seed: 0")},
        ),
        right=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]", "seed: 0")}),
    ),
    "N109": Lesson(
        meaning=(
            "A layer draws its weights or biases at random, but no seed says where to start. "
            "Without one, every run would have other weights and another result. The same seed "
            "gives the same weights each time, on every machine."
        ),
        remedy=(
            "Write `seed: 0` (or any whole number up to 4294967295) into the spec, or say `--seed "
            "0`. Or give the layer its own `weights`."
        ),
        wrong=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]")}),
        right=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]", "seed: 0")}),
    ),
    "N110": Lesson(
        meaning=(
            "The spec holds bytes that are not text in UTF-8, or a character that nobody types on "
            "purpose: a control character, or a byte-order mark (U+FEFF) after the beginning. Such "
            "characters are invisible in most editors and would silently become a part of a name "
            "or value."
        ),
        remedy=(
            "Save the file as UTF-8. If the message names a character, delete it at the place that "
            "it gives; retyping the line also helps."
        ),
        wrong=Example(
            "shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]", "seed: 0\ufeff")}
        ),
        right=Example("shapes net.yaml", {"net.yaml": _text("layer_sizes: [4, 2]", "seed: 0")}),
    ),
    "N111": Lesson(
        meaning=(
            "Two lists that belong together differ in length: the activations and the layers, or "
            "the names of columns and the inputs or outputs that they name. The first of the "
            "`layer_sizes` is the inputs, which are no layer and have no activation: three sizes "
            "make two layers."
        ),
        remedy=(
            "Make the lists equally long: one activation per layer, one name per column. A single "
            "activation without brackets stands for all layers."
        ),
        wrong=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "layer_sizes: [4, 5, 2]", "activations: [relu, relu, linear]", "seed: 0"
                )
            },
        ),
        right=Example(
            "shapes net.yaml",
            {"net.yaml": _text("layer_sizes: [4, 5, 2]", "activations: [relu, linear]", "seed: 0")},
        ),
    ),
    # N2xx: shapes
    "N201": Lesson(
        meaning=(
            "A layer's weights are for another number of inputs than it gets. In `x @ W`, each row "
            "of `x` meets each column of `W` number by number, so the inner sizes must be equal "
            "and the outer ones remain: (N, 3) @ (3, 1) gives (N, 1), and (N, 3) @ (2, 1) does not "
            "exist."
        ),
        remedy=(
            "Give `W` a row for each input, which is each neuron of the layer before; or change "
            "`inputs` or the `neurons` of that layer. If the weights are written with a row per "
            "neuron, as PyTorch does, say `layout: neurons_by_inputs`."
        ),
        wrong=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 2",
                    "layers:",
                    "  - {neurons: 3, weights: [[1, 2, 3], [4, 5, 6]]}",
                    "  - {neurons: 1, weights: [[1], [2]]}",
                )
            },
        ),
        right=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 2",
                    "layers:",
                    "  - {neurons: 3, weights: [[1, 2, 3], [4, 5, 6]]}",
                    "  - {neurons: 1, weights: [[1], [2], [3]]}",
                )
            },
        ),
    ),
    "N202": Lesson(
        meaning=(
            "A layer says how many `neurons` it has, and its weights are for another number. `W` "
            "has the shape (inputs, neurons): each column holds the weights of one neuron, so "
            "there must be as many columns as neurons."
        ),
        remedy=(
            "Correct `neurons`, or give each row of the weights one number per neuron. With "
            "`layout: neurons_by_inputs`, each neuron is a row instead."
        ),
        wrong=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 1", "layers:", "  - neurons: 3", "    weights: [[1, 2]]")},
        ),
        right=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 1", "layers:", "  - neurons: 2", "    weights: [[1, 2]]")},
        ),
    ),
    "N203": Lesson(
        meaning=(
            "A layer has one bias per neuron, and here their numbers differ. NumPy would not "
            "always complain: it silently gives a single bias to all neurons, and broadcasts a "
            "bias of shape (n, 1) on one sample's (1, n) into an (n, n) table, a wrong answer."
        ),
        remedy=(
            "Write as many biases as the layer has neurons, in one flat list. A neuron that needs "
            "none gets 0."
        ),
        wrong=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 1",
                    "layers:",
                    "  - neurons: 3",
                    "    weights: [[1, 2, 3]]",
                    "    biases: [0.5]",
                )
            },
        ),
        right=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 1",
                    "layers:",
                    "  - neurons: 3",
                    "    weights: [[1, 2, 3]]",
                    "    biases: [0.5, 0.5, 0.5]",
                )
            },
        ),
    ),
    "N204": Lesson(
        meaning=(
            "In Python, `Network.forward` or `Network.trace` got a batch that the network cannot "
            "take: not of the shape (samples, inputs), with rows of different lengths, or not made "
            "of numbers. A flat array of 4 numbers is refused too: it might be one sample of 4 "
            "features or 4 samples of one feature. On the command line, a data file of the wrong "
            "width is `N407`."
        ),
        remedy=(
            "Give a 2-D array with a row per sample and a column per input. For a single sample "
            "write `x[None, :]`; if the samples stand in columns, `x.T`."
        ),
    ),
    # N3xx: weights
    "N301": Lesson(
        meaning=(
            "The rows of a weight matrix differ in length. A matrix is a full rectangle: every "
            "input has a weight to every neuron. NumPy calls such rows inhomogeneous, older "
            'teaching texts say "not homologous".'
        ),
        remedy=(
            "Make every row equally long. Look for a number that was left out, or for a point that "
            "was typed as a comma; a connection that is not there has the weight 0."
        ),
        wrong=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 2", "layers:", "  - neurons: 3", "    weights: [[1, 2, 3], [4, 5]]"
                )
            },
        ),
        right=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 2", "layers:", "  - neurons: 3", "    weights: [[1, 2, 3], [4, 5, 0]]"
                )
            },
        ),
    ),
    "N302": Lesson(
        meaning=(
            "Weights are a list of rows, each a list of numbers, and biases one list of numbers; "
            "something else stands here. Often it is one flat list of weights, which does not say "
            "what is a row: two numbers may be one neuron with two inputs, shape (2, 1), or two "
            "neurons with one input, shape (1, 2)."
        ),
        remedy=(
            "Put each row in its own brackets: `[[0.5], [-1]]` for two inputs and one neuron. "
            "Write numbers without quotes, and decimals with a point."
        ),
        wrong=Example(
            "shapes net.yaml",
            {"net.yaml": _text("inputs: 2", "layers:", "  - neurons: 1", "    weights: [0.5, -1]")},
        ),
        right=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 2", "layers:", "  - neurons: 1", "    weights: [[0.5], [-1]]"
                )
            },
        ),
    ),
    "N303": Lesson(
        meaning=(
            "A weight or a bias is NaN, infinite, or too large for the network's `dtype`: float32 "
            "ends at about 3.4e38, float64 at about 1.8e308. One such weight makes NaN or infinity "
            "of almost every result that it touches."
        ),
        remedy=(
            "Replace the value by a finite number. If it is only too large for float32, use "
            "`dtype: float64`. If weights are drawn, use smaller parameters in `init`."
        ),
        wrong=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 2", "layers:", "  - neurons: 1", "    weights: [[.nan], [1]]"
                )
            },
        ),
        right=Example(
            "shapes net.yaml",
            {
                "net.yaml": _text(
                    "inputs: 2", "layers:", "  - neurons: 1", "    weights: [[0.5], [1]]"
                )
            },
        ),
    ),
    # N4xx: data
    "N401": Lesson(
        meaning=(
            "The data file is empty, or holds nothing but blank lines. A batch of no samples has "
            "no result, and an empty file is often the trace of a step before that failed."
        ),
        remedy="Check how the file was made. Write one sample per line.",
        wrong=Example("forward net.yaml data.csv", {"net.yaml": _NET, "data.csv": ""}),
        right=Example("forward net.yaml data.csv", {"data.csv": _text("1,2")}),
    ),
    "N402": Lesson(
        meaning=(
            "The file has a header, but no row of data below it; or an NPY array has no rows or no "
            "columns. The first row counts as a header if none of its cells is a number."
        ),
        remedy=(
            "Add the rows of data. If the first row was meant as data, say `--no-header`: the "
            "message then names the cell in it that is not a number."
        ),
        wrong=Example("forward net.yaml data.csv", {"net.yaml": _NET, "data.csv": _text("a,b")}),
        right=Example("forward net.yaml data.csv", {"data.csv": _text("a,b", "1,2")}),
    ),
    "N403": Lesson(
        meaning=(
            "A row has more or fewer fields than the first one. Which value is missing, or which "
            "is too many, cannot be known; padding or cutting the row might shift its values into "
            "other columns. So no row is ever padded, cut or dropped."
        ),
        remedy=(
            "Mend the row at the line that the message names: add the missing value, remove a "
            "comma too many, or put a cell that contains a comma in double quotes."
        ),
        wrong=Example(
            "forward net.yaml data.csv", {"net.yaml": _NET, "data.csv": _text("a,b", "1,2", "3")}
        ),
        right=Example("forward net.yaml data.csv", {"data.csv": _text("a,b", "1,2", "3,4")}),
    ),
    "N404": Lesson(
        meaning=(
            "A cell is a number or an error, never a guess. Here a cell is empty, a word, or a "
            "number in another style, such as `5%`, `1 000` or `1.O` with a letter O. Taken as 0 "
            "or as NaN, it would change the result without a word. Only `nan` and `inf` are words "
            "that count as numbers."
        ),
        remedy=(
            "Write a plain decimal number with a point, or leave the row out. If the column is not "
            "a feature, say `--drop NAME`, or `--keep NAME` to carry it through."
        ),
        wrong=Example(
            "forward net.yaml data.csv", {"net.yaml": _NET, "data.csv": _text("a,b", "1,2", "3,")}
        ),
        right=Example("forward net.yaml data.csv", {"data.csv": _text("a,b", "1,2", "3,4")}),
    ),
    "N405": Lesson(
        meaning=(
            "A double quote stands where CSV has no place for it. A quoted cell starts and ends "
            'with `"`, and a quote inside it is written `""`. A quote anywhere else leaves open '
            "where the cell ends, and the columns after it may shift."
        ),
        remedy=(
            'Put the whole cell in quotes and double the quote inside it, as in `"size 5"""`; or '
            "remove the quote. If a quote is never closed, close it."
        ),
        wrong=Example(
            "forward net.yaml data.csv",
            {"net.yaml": _NET, "data.csv": _text('size 5",b', "1,2")},
        ),
        right=Example("forward net.yaml data.csv", {"data.csv": _text('"size 5""",b', "1,2")}),
    ),
    "N406": Lesson(
        meaning=(
            "The data holds bytes that are not text in the expected encoding, which is UTF-8 "
            "unless you name another, or characters that no CSV file should hold: a NUL, or a "
            "byte-order mark (U+FEFF) after the beginning, which is left where files were joined. "
            "Read in the wrong encoding, names and values come out wrong."
        ),
        remedy=(
            "Name the encoding, for example `--encoding latin-1` or `--encoding utf-16`, or save "
            "the file as UTF-8. Delete a byte-order mark inside the file."
        ),
        wrong=Example(
            "forward net.yaml data.csv",
            {"net.yaml": _NET, "data.csv": _text("1,2", "\ufeff3,4")},
        ),
        right=Example("forward net.yaml data.csv", {"data.csv": _text("1,2", "3,4")}),
    ),
    "N407": Lesson(
        meaning=(
            "The data has another number of feature columns than the network has inputs. Each "
            "input is one column: in the first `x @ W`, the inner sizes must be equal. Often one "
            "column is no feature but a label or an identifier, and nncli does not guess which."
        ),
        remedy=(
            "Say which columns are features: `--drop NAME` leaves one out, `--keep NAME` carries "
            "it through to the output, `--columns a,b` takes just these. If each sample is a "
            "column, say `--samples columns`."
        ),
        wrong=Example(
            "forward net.yaml data.csv",
            {"net.yaml": _NET, "data.csv": _text("a,b,label", "1,2,0", "3,4,1")},
        ),
        right=Example("forward net.yaml data.csv --drop label"),
    ),
    "N408": Lesson(
        meaning=(
            "A column is asked for that the data does not have: by `--columns`, `--drop` or "
            "`--keep`, or by the spec's `inputs.columns`. Or `--drop` leaves out one that the spec "
            "needs. Names are those of the header; in a file without one, columns go by their "
            "position."
        ),
        remedy=(
            "Use a name from the header, or a position counted from 1; the message lists the "
            "columns. Names must agree to the letter, small and capital ones included."
        ),
        wrong=Example(
            "forward net.yaml data.csv --drop lable",
            {"net.yaml": _NET, "data.csv": _text("a,b,label", "1,2,0", "3,4,1")},
        ),
        right=Example("forward net.yaml data.csv --drop label"),
    ),
    "N409": Lesson(
        meaning=(
            "A name does not say which column is meant: the header has it twice, an option names "
            "one column twice, or a column to keep has the name of an output. To take the first "
            "one would be a guess."
        ),
        remedy=(
            "Name each column once. Choose by position, counted from 1, or give the columns "
            "different names. To rename the outputs, use `outputs.columns` in the spec."
        ),
        wrong=Example(
            "forward net.yaml data.csv --columns a,b",
            {"net.yaml": _NET, "data.csv": _text("a,b,a", "1,2,3", "4,5,6")},
        ),
        right=Example("forward net.yaml data.csv --columns 1,2"),
    ),
    "N410": Lesson(
        meaning=(
            "The first row may be a header or data. It is a header if none of its cells is a "
            "number; here some are numbers and some are not, or all of them look like missing or "
            "mistyped numbers. A wrong guess would lose a sample, or make one of a header. With "
            "`--samples columns`, a first column that is neither names nor numbers has this code, "
            "too."
        ),
        remedy=(
            "Say `--header` if the row holds names. If it is data, mend the cell that is not a "
            "number."
        ),
        wrong=Example(
            "forward net.yaml data.csv",
            {"net.yaml": _NET, "data.csv": _text("day,2024", "1,20", "2,22")},
        ),
        right=Example("forward net.yaml data.csv --header"),
    ),
    "N411": Lesson(
        meaning=(
            "The file is not CSV. Its first bytes are those of something else, such as a "
            "spreadsheet, a PDF, a web page or JSON; its name does not matter. Cutting it at "
            "commas would give cells that mean nothing."
        ),
        remedy=(
            "Export the table as CSV (Excel: Save As, CSV UTF-8), or save the array as NPY with "
            "`numpy.save`. If a download gave you a web page, download the file itself."
        ),
        wrong=Example(
            "forward net.yaml data.csv",
            {"net.yaml": _NET, "data.csv": _text("[[1, 2],", " [3, 4]]")},
        ),
        right=Example("forward net.yaml data.csv", {"data.csv": _text("1,2", "3,4")}),
    ),
    "N412": Lesson(
        meaning=(
            "There are more than 64 MiB of data, counted after decompression, and what you asked "
            "for holds them in a form that takes far more memory: `--format json` makes one text "
            "of every value of every layer, and `--samples columns` has to read the last line "
            "before the first sample is complete."
        ),
        remedy=(
            "Write CSV or JSON Lines instead of JSON, and store the samples as rows. Or split the "
            "file."
        ),
    ),
    "N413": Lesson(
        meaning=(
            "A line of the data is longer than 16 MiB. No sensible row is so long; most likely the "
            "file has no line ends, or is no CSV file at all. The limit keeps such a file from "
            "filling the memory before anything can be said about it."
        ),
        remedy=(
            "Check that the file is CSV with one sample per line. For very wide samples, use an "
            "NPY array."
        ),
    ),
    "N414": Lesson(
        meaning=(
            "The file starts like an NPY array, but cannot be used as a batch. It is cut off or "
            "too long, it is not 2-D, or it holds something else than real numbers of up to 64 "
            "bits. Arrays of Python objects are never loaded, because unpickling them can run "
            "code."
        ),
        remedy=(
            "Save it again as floats of the shape (samples, features), for example "
            '`numpy.save("data.npy", x.astype("float64"))`. For a single sample, save '
            "`x.reshape(1, -1)`."
        ),
    ),
    "N415": Lesson(
        meaning=(
            "A number is too large for the type that the network calculates in: float32 ends at "
            "about 3.4e38, float64 at about 1.8e308. Beyond that the value would become infinity, "
            "which is not what the file says."
        ),
        remedy=(
            "Check the number, scale the column, or use `dtype: float64`. If you mean infinity, "
            "write `inf`."
        ),
        wrong=Example(
            "forward net.yaml data.csv",
            {
                "net.yaml": _text("layer_sizes: [2, 1]", "dtype: float32", "seed: 0"),
                "data.csv": _text("1,2", "3,1e39"),
            },
        ),
        right=Example(
            "forward net.yaml data.csv",
            {"net.yaml": _text("layer_sizes: [2, 1]", "dtype: float64", "seed: 0")},
        ),
    ),
    "N416": Lesson(
        meaning=(
            "The file is compressed with gzip, and its compressed data is broken or ends early. "
            "The rows before the fault may look complete, but some are missing or wrong, so none "
            "of them is used."
        ),
        remedy=("Copy or download the file again, and compare its size with that of the original."),
    ),
    "N417": Lesson(
        meaning=(
            "`bench --compare` needs a result that `bench --save` wrote, and this file is none: it "
            "is not JSON, or has another `format`, or something in it is missing. Timings can only "
            "be compared if the file says what was measured and how often."
        ),
        remedy=(
            "Save one first with `nncli bench net.yaml --save base.json`, then compare with that "
            "file. It is not meant to be written by hand."
        ),
        wrong=Example(
            "bench net.yaml --compare base.json",
            {"net.yaml": _NET, "base.json": _text('{"format": "json"}')},
        ),
    ),
    "N418": Lesson(
        meaning=(
            "Files that are read together are one batch, so they must have the same columns: as "
            "many of them, with the same names in the same order, and a header in all of them or "
            "in none. The first file says what the others must have."
        ),
        remedy=(
            "Rename or reorder the columns of the file in the message, or run it on its own. If a "
            "pattern matched a file that does not belong to the batch, narrow the pattern."
        ),
        wrong=Example(
            "forward net.yaml a.csv b.csv",
            {"net.yaml": _NET, "a.csv": "x,y\n1,2\n", "b.csv": "y,x\n4,3\n"},
        ),
        right=Example(
            "forward net.yaml a.csv b.csv",
            {"b.csv": "x,y\n3,4\n"},
        ),
    ),
    "N419": Lesson(
        meaning=(
            "A Parquet file says at its end where its columns are. This one is cut off or broken, "
            "comes from a pipe, or holds something that is neither numbers nor text, such as lists."
        ),
        remedy=(
            "Copy the file again, and give its name instead of piping it in. Leave columns that "
            "hold lists or structures out."
        ),
    ),
    # N5xx: files
    "N501": Lesson(
        meaning=(
            "There is no file of this name, or no folder to write it into. A name is looked up "
            "from the folder in which you run the command."
        ),
        remedy=(
            "Check the spelling; if a name is close, the message proposes it. Create a missing "
            "folder before you write into it."
        ),
        wrong=Example("shapes nett.yaml", {"net.yaml": _NET}),
        right=Example("shapes net.yaml"),
    ),
    "N502": Lesson(
        meaning=(
            "The name belongs to a folder, and a file is needed. nncli does not choose a file in "
            "it."
        ),
        remedy="Name a file in the folder.",
        wrong=Example("shapes .", {"net.yaml": _NET}),
        right=Example("shapes net.yaml"),
    ),
    "N503": Lesson(
        meaning=(
            "The system does not let you read this file, or write to this place. The permissions "
            "belong to the file and to its folder: to create or replace a file, you need to be "
            "allowed to write in the folder."
        ),
        remedy=(
            "Look at the permissions of the file and its folder, and change them; or write to a "
            "folder of your own."
        ),
    ),
    "N504": Lesson(
        meaning=(
            "The file to be written is already there. It might be the only copy of an earlier "
            "result, so it is replaced only if you say so. Nothing was written."
        ),
        remedy="Choose another name, or say `--force` to replace the file.",
        wrong=Example(
            "forward net.yaml data.csv -o out.csv",
            {"net.yaml": _NET, "data.csv": _DATA, "out.csv": _text("output_1", "0")},
        ),
        right=Example("forward net.yaml data.csv -o out.csv --force"),
    ),
    "N505": Lesson(
        meaning=(
            "The output would overwrite a file that the same command reads: the spec, the data, "
            "the expected values or the saved benchmark. The result cannot be made a second time "
            "without its inputs, so even `--force` does not allow it."
        ),
        remedy="Choose another name for the output.",
        wrong=Example(
            "forward net.yaml data.csv -o data.csv", {"net.yaml": _NET, "data.csv": _DATA}
        ),
        right=Example("forward net.yaml data.csv -o out.csv"),
    ),
    "N506": Lesson(
        meaning=(
            "The result could not be written. The disk may be full, the name too long, or standard "
            "output closed. With `-o FILE`, the file holds what it held before: it gets the whole "
            "result or nothing."
        ),
        remedy=(
            "Free some space, choose a shorter name, or write to another disk, as the message "
            "says; then run the command again."
        ),
    ),
    "N507": Lesson(
        meaning=(
            "A file is there, but the system could not read it: a fault of the disk or of the "
            "network that it lies on, or too many open files. It is also said of standard input "
            "that is closed. Part of a file is never taken for the whole."
        ),
        remedy=(
            "Check the disk or the connection, then try again. If the message names standard "
            "input, pipe the data in or name a file."
        ),
    ),
    "N508": Lesson(
        meaning=(
            "The memory of this machine cannot hold the weights, or the values of every layer for "
            "all samples. A layer of n neurons on m inputs has m × n weights of 8 bytes each in "
            "float64: sizes ten times larger take a hundred times the memory."
        ),
        remedy=(
            "Make the layers smaller, use `dtype: float32`, split the data, or time smaller "
            "`--batch-sizes`. `nncli shapes` says how much memory a network needs without building "
            "it."
        ),
        wrong=Example(
            "forward net.yaml data.csv",
            {
                "net.yaml": _text("layer_sizes: [2, 10000000, 10000000, 1]", "seed: 0"),
                "data.csv": _DATA,
            },
        ),
        right=Example(
            "forward net.yaml data.csv",
            {"net.yaml": _text("layer_sizes: [2, 10, 10, 1]", "seed: 0")},
        ),
    ),
    # N6xx: checks that were asked for
    "N601": Lesson(
        meaning=(
            "`--expect` compared the outputs with your expected values, and at least one lies "
            "further off than is allowed: `--atol` plus `--rtol` times the size of the expected "
            "value. The message names the first sample and neuron that differ, and how many there "
            "are. The network here adds its inputs, and 3 + 4 is not 8."
        ),
        remedy=(
            "Find out which side is wrong: the weights, the data or the expected values. If it is "
            "only rounding, allow more with `--rtol` or `--atol`."
        ),
        wrong=Example(
            "forward net.yaml data.csv --expect expected.csv",
            {
                "net.yaml": _SUM,
                "data.csv": _text("1,2", "3,4"),
                "expected.csv": _text("3", "8"),
            },
        ),
        right=Example(
            "forward net.yaml data.csv --expect expected.csv",
            {"expected.csv": _text("3", "7")},
        ),
    ),
    "N602": Lesson(
        meaning=(
            "The expected values have another shape than the outputs, so they cannot be compared "
            "one by one. Both are (samples, output neurons): a row for each sample of the data, "
            "and a column for each neuron of the last layer."
        ),
        remedy=(
            "Give the file of `--expect` one row per sample and one column per output. It is read "
            "with the same `--samples` as the data."
        ),
        wrong=Example(
            "forward net.yaml data.csv --expect expected.csv",
            {
                "net.yaml": _SUM,
                "data.csv": _text("1,2", "3,4"),
                "expected.csv": _text("3,7"),
            },
        ),
        right=Example(
            "forward net.yaml data.csv --expect expected.csv",
            {"expected.csv": _text("3", "7")},
        ),
    ),
    "N603": Lesson(
        meaning=(
            "With `--strict`, NaN and infinity are failures, and at least one value of the run is "
            "not finite. It comes from the data, or a layer made it of numbers that became too "
            "large. NaN spreads: every sum that contains it is NaN."
        ),
        remedy=(
            "Begin where the message says that such values first appear. Mend the data, or scale "
            "inputs and weights so that nothing overflows."
        ),
        wrong=Example(
            "forward net.yaml data.csv --strict",
            {"net.yaml": _SUM, "data.csv": _text("a,b", "1,2", "3,nan")},
        ),
        right=Example("forward net.yaml data.csv --strict", {"data.csv": _DATA}),
    ),
    "N604": Lesson(
        meaning=(
            "`bench` runs the same samples in several ways, and two of them gave outputs that "
            "differ by more than rounding can explain. Then they do not do the same work, and "
            "their times cannot be compared."
        ),
        remedy=(
            "Leave the backend that the message names out of `--backend`, and check its version."
        ),
    ),
    "N605": Lesson(
        meaning=(
            "With `--compare` and `--fail-above`, a batch size takes significantly longer than in "
            "the saved result, and longer than you allow. Significant means that neither the "
            "spread of the timings nor a machine that was slower as a whole explains it."
        ),
        remedy=(
            "Run it again on a quiet machine. If it stays slower, look for what has changed; if "
            "that is intended, save a new result to compare with."
        ),
    ),
}
