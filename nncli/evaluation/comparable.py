"""Whether two networks can be compared, and how the outputs of both tell classes or labels."""

from __future__ import annotations

from nncli.errors import SpecError, UsageError
from nncli.evaluation.tasks import ClassTask, LabelTask, Task, task_of
from nncli.network.prediction import are_classes, class_rule
from nncli.problems import Place, Problem
from nncli.specs.model import NetworkSpec, OutputsSpec
from nncli.words import count_of, exported_name, first_misplaced, quoted

_Names = tuple[str, ...] | None


def check_comparable(first: NetworkSpec, second: NetworkSpec, file: str | None = None) -> None:
    """Raise SpecError if two networks do not take the same inputs or give the same outputs.

    file: the second one's, which the message is about.  Hidden layers may differ.
    """
    problems = [
        *_faults("input", first.inputs.size, second.inputs.size, _inputs(first), _inputs(second)),
        *_faults(
            "output",
            first.layers[-1].neurons,
            second.layers[-1].neurons,
            _outputs(first),
            _outputs(second),
        ),
    ]
    if problems:
        place = Place(file) if file is not None else None
        raise SpecError([Problem("N114", message, place, (hint,)) for message, hint in problems])


def tasks_of(
    task: Task | None,
    first: NetworkSpec,
    second: NetworkSpec,
    *,
    threshold: float | None = None,
    file: str | None = None,
) -> tuple[Task, Task] | None:
    """Return how the outputs of two comparable networks tell classes or labels.

    task: what the first one is to get right; None: as its outputs tell by themselves.  threshold:
    in place of both specs'.  A second network that names no classes has those of the first.
    None if the outputs are numbers.  Raises SpecError if only the first one's tell classes,
    UsageError if a threshold has no use.
    """
    task = _told(first, threshold) if task is None else task
    if isinstance(task, ClassTask):
        rule = class_rule(_named(second, task.names), file)
        return task, ClassTask(rule, second.dtype, threshold)
    if isinstance(task, LabelTask):
        if second.activations[-1] != "sigmoid":
            raise SpecError(_no_labels(second, file))
        return task, task_of(second, len(task.names), threshold, file)
    return None


def _told(spec: NetworkSpec, threshold: float | None) -> Task | None:
    """Return what a network's outputs tell by themselves; None if they are numbers."""
    neurons = spec.layers[-1].neurons
    if spec.activations[-1] == "sigmoid" and neurons > 1:
        return task_of(spec, neurons, threshold)
    if are_classes(spec):
        return task_of(spec, 1, threshold)
    if threshold is not None:
        raise UsageError("--threshold is for two classes, or for labels that are true or not")
    return None


def _named(spec: NetworkSpec, classes: tuple[str, ...]) -> NetworkSpec:
    """Return a spec that names its classes: so, if it does not do it itself."""
    outputs = spec.outputs or OutputsSpec()
    if outputs.classes is not None or outputs.columns is not None:
        return spec
    return spec.model_copy(update={"outputs": outputs.model_copy(update={"classes": classes})})


def _inputs(spec: NetworkSpec) -> _Names:
    return spec.inputs.columns


def _outputs(spec: NetworkSpec) -> _Names:
    outputs = spec.outputs or OutputsSpec()
    return outputs.classes or outputs.columns


def _faults(
    what: str, count: int, other: int, names: _Names, others: _Names
) -> list[tuple[str, str]]:
    """Return why inputs or outputs are not the same, and what helps: one fault, or none."""
    if count != other:
        message = f"it has {count_of(other, what)}, and the network compared with it {count}"
        return [(f"{message}: both must have the same", "compare networks made for the same data")]
    if names is None or others is None or len(names) != len(others):
        return []
    pairs = enumerate(zip(names, others, strict=True), start=1)
    found = next(((n, own, name) for n, (own, name) in pairs if not _alike(own, name)), None)
    if found is None:
        return []
    number, own, name = found
    message = f"its {what} {number} is {quoted(name)}, and {quoted(own)} is that of the network "
    hint = f"if only the name differs, write the same one into both specs: `{what}s`"
    if first_misplaced(others, names) is not None:
        hint = f"the {what}s must be the same ones in the same order"
    return [(f"{message}compared with it", hint)]


def _alike(own: str, name: str) -> bool:
    """Whether two names are the same, one of them perhaps as exporters write the other."""
    return name in (own, exported_name(own)) or own == exported_name(name)


def _no_labels(spec: NetworkSpec, file: str | None) -> Problem:
    message = (
        f"its last layer is {spec.activations[-1]}, and that of the network compared with it is "
        "sigmoid: only that one says yes or no to each label"
    )
    place = Place(file) if file is not None else None
    return Problem("N114", message, place, ("compare networks made for the same question",))
