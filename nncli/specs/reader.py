"""Spec text → NetworkSpec, with every problem of the file found in one run and located."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from nncli.errors import SpecError
from nncli.problems import Note, Problem
from nncli.specs.data_rules import data_faults
from nncli.specs.faults import Fault
from nncli.specs.keys import may_have_weights_file
from nncli.specs.located import Located, located
from nncli.specs.long_form import LongForm, long_form
from nncli.specs.model import MAX_SEED, DType, NetworkSpec
from nncli.specs.rules import (
    activation_faults,
    fileless_faults,
    initializer_faults,
    misfit_faults,
    seed_faults,
    spec_notes,
    weights_file_faults,
)
from nncli.specs.stored import WeightsHeader
from nncli.specs.validation import RANGES, validate
from nncli.specs.yaml_source import YamlSource, read_yaml


@dataclass(frozen=True)
class Overrides:
    """What the command line says instead of the spec."""

    seed: int | None = None
    dtype: DType | None = None


@dataclass(frozen=True)
class SpecReading:
    """A spec whose keys and values are valid, and the places where its layers do not fit."""

    spec: NetworkSpec
    source: YamlSource | None  # None: it is no text that its user could change
    misfits: tuple[Problem, ...] = ()  # one for each clash of sizes, in the order of the file
    notes: tuple[Note, ...] = ()
    more: int = 0  # misfits that are only counted
    examined: Examination | None = None  # what it came of
    header: WeightsHeader | None = None  # of the weights file that it names

    def fitting_spec(self) -> NetworkSpec:
        """Return the spec.  Raises SpecError if its layers do not fit."""
        if self.misfits:
            raise SpecError(self.misfits, more=self.more)
        return self.spec


@dataclass(frozen=True)
class FormReading:
    """A spec written out in full, which a weights file's header may still complete."""

    source: YamlSource
    form: LongForm
    faults: tuple[Fault, ...]  # of the text and of its form
    overrides: Overrides


@dataclass(frozen=True)
class Examination:
    """What came of reading a spec: a spec, or what is wrong with it."""

    source: YamlSource
    form: LongForm
    overrides: Overrides
    found: Located  # everything that is wrong, or the misfits alone
    spec: NetworkSpec | None = None  # if nothing but misfits is wrong

    def reading(self) -> SpecReading:
        """Return the spec with its misfits.  Raises SpecError if anything else is wrong, too."""
        if self.spec is None:
            raise SpecError(self.found.problems, more=self.found.more)
        changes = {"seed": self.overrides.seed, "dtype": self.overrides.dtype}
        given = {key: value for key, value in changes.items() if value is not None}
        file = self.spec.weights_file
        notes = tuple(
            Note("overridden", f"{key} {value} from the command line, not the spec's {was}")
            for key, value in given.items()
            if not (key == "seed" and file)
            and key in self.form.value
            and (was := getattr(self.spec, key)) != value
        )
        spec = self.spec.model_copy(update=given)
        if file is not None and spec.seed is not None:
            notes += (Note("unused_seed", f"the seed has no effect: the weights are in {file}"),)
        notes = (*notes, *spec_notes(spec))
        found = self.found
        return SpecReading(spec, self.source, found.problems, notes, found.more, self)


def read_spec(content: bytes, file: str, overrides: Overrides | None = None) -> NetworkSpec:
    """Read a spec.

    content: YAML text as bytes; file: its name for messages and for the network's default name.
    Raises SpecError with every problem of the file, misfits between layers included.
    """
    return inspect_spec(content, file, overrides).fitting_spec()


def inspect_spec(content: bytes, file: str, overrides: Overrides | None = None) -> SpecReading:
    """Read a spec whose layers may not fit each other.

    Raises SpecError, misfits included, if anything else is wrong too.
    """
    return examine_spec(content, file, overrides).reading()


def examine_spec(content: bytes, file: str, overrides: Overrides | None = None) -> Examination:
    """Read a spec that may be wrong.

    Raises SpecError if it is too large to be looked at, or if the command line's seed is none.
    """
    return examine_form(read_form(content, file, overrides))


def read_form(content: bytes, file: str, overrides: Overrides | None = None) -> FormReading:
    """Read a spec's text and write its short forms out: the arguments and errors of examine_spec.

    What `weights_file` holds is missing in the form, and no fault yet.
    """
    overrides = overrides or Overrides()
    if overrides.seed is not None and not 0 <= overrides.seed <= MAX_SEED:
        message = f"a seed is {RANGES['seed']}, got {overrides.seed}"
        raise SpecError(Problem("N107", message, help=("choose another seed",)))
    source = read_yaml(content, file)
    if source.is_unreadable:
        return FormReading(source, LongForm({}), source.faults, overrides)
    form, of_form = long_form(source, _default_name(file), overrides.dtype)
    return FormReading(source, form, (*source.faults, *of_form), overrides)


def examine_form(reading: FormReading) -> Examination:
    """Say what a form makes: a spec, or what is wrong with it."""
    source, form, faults, overrides = (
        reading.source,
        reading.form,
        reading.faults,
        reading.overrides,
    )
    if not form.value:
        return Examination(source, form, overrides, located(faults, source))
    spec, invalid = validate(form, source)
    known = (*faults, *invalid)
    if overrides.seed is None:
        known += tuple(seed_faults(form, source, known))
    known += tuple(data_faults(form, source))
    known += tuple(initializer_faults(form, overrides.dtype))
    known += tuple(activation_faults(form, overrides.dtype))
    known += (*fileless_faults(form, source), *weights_file_faults(form, source))
    faults = known
    if may_have_weights_file(source):
        faults = tuple(fault for fault in known if not _is_missing_size(fault))
        if known and not faults:
            faults = (NOT_ASKED,)
    misfits = tuple(misfit_faults(form, source))
    if spec is not None and misfits and all(map(_is_of_counts, faults)):
        faults = ()  # which size is meant is told first: the names may be as many as are meant
    if spec is None or faults:
        misfits = tuple(misfit._replace(help=_MEND_FIRST) for misfit in misfits)
        return Examination(source, form, overrides, located((*faults, *misfits), source))
    return Examination(source, form, overrides, located(misfits, source), spec)


def _is_of_counts(fault: Fault) -> bool:
    """Whether it is names, or numbers of columns, that are not as many as the sizes say."""
    return fault.code == "N111" and fault.path[-1:] != ("activations",)


def _is_missing_size(fault: Fault) -> bool:
    """Whether it is a size that is missing, which a weights file may say."""
    return fault.absent == (fault.path,) and fault.path[-1] in ("inputs", "size", "neurons")


# What a file says is missing if nothing else is wrong, and it was not asked.
NOT_ASKED = Fault(
    "N106",
    "`inputs` and `neurons` are left to the weights file, which is not read here",
    ("read the spec by its path, or write them into it",),
    ("weights_file",),
)
_MEND_FIRST = ("once the rest of the spec reads, nncli shows which change makes its layers fit",)


# Surrogates that stand for no byte of a file's name (PEP 383).
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def _default_name(file: str) -> str:
    """Return the stem of a file's name, made printable: bytes may stand in it as surrogates."""
    stem = _NO_BYTE.sub("\ufffd", PurePath(file).stem)
    return stem.encode("utf-8", "surrogateescape").decode("utf-8", "replace") or "network"
