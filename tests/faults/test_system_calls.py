"""Every system call by which a result is written fails once: the place holds what it held before.

strace lets the calls of the real command fail; a first run without a fault says which there are.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from faults.conftest import Ended, MakeScene, Scene

OLD = b"an earlier result\n"
# What can change a file or its folder, by the names of all systems.
CALLS = (
    "?open,?openat,?creat,close,?write,?writev,?pwrite64,?pwritev,?pwritev2,lseek,?ftruncate,"
    "?fallocate,fsync,?fdatasync,fchmod,?rename,?renameat,?renameat2,?link,?linkat,?unlink,"
    "?unlinkat,?sendfile,?copy_file_range"
)
THREADS = "clone,?clone3"
ERRORS = {"open": "EMFILE", "openat": "EMFILE", "fchmod": "EPERM", "fsync": "EIO", "lseek": "EIO"}
_CALL = re.compile(r"(\d+) +(\w+)\(")


@pytest.fixture(scope="module", autouse=True)
def _working_strace(tmp_path_factory: pytest.TempPathFactory) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed: no system call can be made to fail")
    trace = tmp_path_factory.mktemp("probe") / "trace"
    options = ["-f", "-y", "-o", str(trace), "-e", f"trace={CALLS}"]
    probe = subprocess.run(
        [strace, *options, "-e", "inject=close:error=EIO:when=1000", "true"],
        capture_output=True,
        check=False,
    )
    if probe.returncode:
        pytest.skip(f"strace does not work here: {probe.stderr.decode().strip()}")


@dataclass(frozen=True)
class Call:
    """A system call of the command: the name's number-th of its thread."""

    name: str
    number: int
    text: str

    @property
    def matters(self) -> bool:
        """Whether a result is lost if it fails: neither a question nor a removal."""
        return "SEEK_CUR" not in self.text and not self.name.startswith("unlink")

    def failing(self, error: str = "", *, ever_after: bool = False) -> str:
        """Return the option that lets it fail, and perhaps all later ones."""
        error = error or ERRORS.get(self.name, "ENOSPC")
        return f"inject={self.name}:error={error}:when={self.number}{'+' * ever_after}"


def strace(
    traced: str, faults: Sequence[str], command: Sequence[str], *, filtered: bool = True
) -> list[str]:
    """Return a command under strace, which writes the calls that are traced into a file.

    filtered: calls that are not traced cost nothing; signals are lost then.
    """
    options = [f"trace={traced}", *faults]
    expressions = [part for option in options for part in ("-e", option)]
    quick = _filter() if filtered else ()
    return ["strace", "-f", "-y", *quick, "-o", "trace", *expressions, *command]


@cache
def _filter() -> tuple[str, ...]:
    """Return the option by which calls that are not traced cost nothing, if there is it."""
    option = ("--seccomp-bpf",)
    probe = ["strace", "-f", *option, "-e", "trace=close", "-o", os.devnull, "true"]
    return () if subprocess.run(probe, capture_output=True, check=False).returncode else option


def calls(scene: Scene) -> Iterator[Call]:
    """Yield the system calls of the last run, as its trace tells them."""
    counts: Counter[tuple[str, str]] = Counter()
    for line in (scene.folder / "trace").read_text(errors="replace").splitlines():
        begun = _CALL.match(line)
        if begun is not None:
            counts[begun[1], begun[2]] += 1
            yield Call(begun[2], counts[begun[1], begun[2]], line)


def injected(scene: Scene, wanted: str) -> bool:
    """Whether the last run had a fault, and all of its faults were in calls on what is wanted."""
    hit = [call.text for call in calls(scene) if call.text.endswith("(INJECTED)")]
    return bool(hit) and all(wanted in text for text in hit)


@dataclass(frozen=True)
class Case:
    """A command that writes, and how it ends unless something fails."""

    arguments: tuple[str, ...]
    samples: int = 600
    bad: bool = False
    code: int = 0

    @property
    def target(self) -> str:
        return self.arguments[-1]

    def data(self) -> bytes:
        cells = b"x,%d.25,-1e-3,0.1\n" if self.bad else b"1,%d.25,-1e-3,0.1\n"
        return b"a,b,c,d\n1,2,3,4\n" + b"".join(cells % number for number in range(self.samples))

    def command(self, scene: Scene, *, existing: bool) -> list[str]:
        """Return the command line; one thread and small batches make its calls the same always."""
        speed = ("--threads", "1", "--batch-size", "256", "--quiet")
        force = ("--force",) if existing else ()
        return scene.command("forward", "net.yaml", "data.csv", *speed, *force, *self.arguments)


# A Parquet file is written in row groups of some 65,536 rows.
CASES = {
    "csv": Case(("-o", "out.csv")),
    "jsonl": Case(("-o", "out.jsonl")),
    "npy": Case(("-o", "out.npy")),
    "parquet": Case(("-o", "out.parquet"), samples=70_000),
    "json": Case(("-o", "out.json")),
    "rejects": Case(("--rejects", "out.csv"), bad=True, code=4),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
with_and_without = pytest.mark.parametrize("existing", [False, True], ids=["new", "existing"])


@dataclass(frozen=True)
class Recording:
    """What a case does unless something fails: its calls on the result, and the result."""

    case: Case
    data: bytes
    existing: bool
    calls: tuple[Call, ...]
    result: bytes

    @property
    def before(self) -> dict[str, bytes]:
        return {self.case.target: OLD} if self.existing else {}


def prepared(make_scene: MakeScene, recording: Recording) -> Scene:
    scene = make_scene(recording.data)
    for name, content in recording.before.items():
        scene.write(name, content)
    return scene


Record = Callable[..., Recording]


@pytest.fixture(scope="module")
def recorded(make_scene: MakeScene) -> Record:
    """Run a case once without a fault, and say which calls concern the temporary file."""

    @cache
    def record(case: Case, *, existing: bool) -> Recording:
        empty = Recording(case, case.data(), existing, (), b"")
        scene = prepared(make_scene, empty)
        ended = scene.run(strace(CALLS, [], case.command(scene, existing=existing)))
        assert (ended.code, list(ended.left)) == (case.code, [case.target])
        assert ended.left[case.target] != OLD
        ours = tuple(call for call in calls(scene) if "/.nncli-" in call.text)
        return Recording(case, empty.data, existing, ours, ended.left[case.target])

    return record


def run_failing(make_scene: MakeScene, recording: Recording, *faults: Call) -> tuple[Scene, Ended]:
    """Run a case again, with faults in some of its calls."""
    scene = prepared(make_scene, recording)
    traced = ",".join({call.name for call in faults})
    command = recording.case.command(scene, existing=recording.existing)
    return scene, scene.run(strace(traced, [call.failing() for call in faults], command))


def _is_for(recording: Recording, call: Call) -> bool:
    """Whether a call is tried: what is the same code for all forms is so with one of them."""
    if recording.case is CASES["csv"]:
        return True
    if not recording.existing:
        return call.name.startswith("link")
    return not call.name.startswith(("open", "fchmod", "close"))


@with_and_without
@every_case
def test_whichever_call_fails_the_place_is_as_before(
    make_scene: MakeScene,
    recorded: Record,
    two_at_a_time: ThreadPoolExecutor,
    case: Case,
    existing: bool,
) -> None:
    recording = recorded(case, existing=existing)
    failing = [call for call in recording.calls if call.matters and _is_for(recording, call)]
    names = Counter(call.name for call in recording.calls)
    assert names["write"] >= 1 + (case.target != "out.json")
    assert names["fsync"] == 1
    assert any(call.name.startswith("rename" if existing else "link") for call in failing)

    def wrong(call: Call) -> str:
        scene, ended = run_failing(make_scene, recording, call)
        if not injected(scene, "/.nncli-"):
            return "the fault was not in the call that was meant"
        return ended.fault(recording.before)

    found = zip(failing, two_at_a_time.map(wrong, failing), strict=True)
    assert {f"{call.failing()}  {call.text}": words for call, words in found if words} == {}


def _first(recording: Recording, name: str) -> Call:
    return next(call for call in recording.calls if call.name.startswith(name))


@with_and_without
def test_if_the_temporary_file_cannot_be_removed_the_place_is_as_before_all_the_same(
    make_scene: MakeScene, recorded: Record, existing: bool
) -> None:
    recording = recorded(CASES["csv"], existing=existing)
    removal = Call("unlink", 1, "")
    scene, ended = run_failing(make_scene, recording, _first(recording, "fsync"), removal)
    assert injected(scene, "/.nncli-")
    (temporary,) = ended.left.keys() - recording.before.keys()
    assert temporary.startswith(".nncli-")
    assert ended.fault({**recording.before, temporary: recording.result}) == ""


def test_if_its_second_name_cannot_be_removed_a_new_result_is_complete(
    make_scene: MakeScene,
    recorded: Record,
) -> None:
    """A new result is linked to its name, and loses its temporary one afterwards."""
    recording = recorded(CASES["csv"], existing=False)
    scene, ended = run_failing(make_scene, recording, _first(recording, "unlink"))
    assert injected(scene, "/.nncli-")
    assert (ended.code, ended.err) == (0, "")
    assert ended.left["out.csv"] == recording.result


@pytest.mark.parametrize("first", [0, 1, 2])
def test_a_disk_that_stays_full_takes_no_message_either(
    make_scene: MakeScene, recorded: Record, first: int
) -> None:
    recording = recorded(CASES["csv"], existing=True)
    writes = [call for call in recording.calls if call.name == "write"]
    scene = prepared(make_scene, recording)
    command = recording.case.command(scene, existing=True)
    ended = scene.run(strace("write", [writes[first].failing(ever_after=True)], command))
    assert injected(scene, "")
    assert (ended.code, ended.err, ended.left) == (5, "", recording.before)


def test_an_interrupted_call_is_made_again(
    make_scene: MakeScene, recorded: Record, two_at_a_time: ThreadPoolExecutor
) -> None:
    recording = recorded(CASES["csv"], existing=True)
    repeated = [_first(recording, name) for name in ("open", "write", "fsync", "fchmod")]

    def wrong(call: Call) -> str:
        scene = prepared(make_scene, recording)
        command = recording.case.command(scene, existing=True)
        ended = scene.run(strace(call.name, [call.failing("EINTR")], command))
        if not injected(scene, "/.nncli-"):
            return "the fault was not in the call that was meant"
        whole = {recording.case.target: recording.result}
        return "" if (ended.code, ended.left) == (0, whole) else f"{ended.code} {ended.err}"

    found = zip(repeated, two_at_a_time.map(wrong, repeated), strict=True)
    assert {call.text: words for call, words in found if words} == {}


# --------------------------------------------------------------------------- signals at every call


def _ended_by(
    make_scene: MakeScene, recording: Recording, call: Call, number: signal.Signals
) -> Ended | str:
    """Run a case with a signal at a call; return how it ended, or that the signal went astray."""
    scene = prepared(make_scene, recording)
    command = recording.case.command(scene, existing=recording.existing)
    inject = f"inject={call.name}:signal={number.name}:when={call.number}"
    ended = scene.run(strace(call.name, [inject], command, filtered=False))
    lines = (scene.folder / "trace").read_text(errors="replace").splitlines()
    told = [n for n, line in enumerate(lines) if f"--- {number.name} " in line or "killed" in line]
    return ended if told and "/.nncli-" in lines[told[0] - 1] else "the signal went astray"


def _whole_or_before(recording: Recording, left: dict[str, bytes]) -> bool:
    return left in (recording.before, {recording.case.target: recording.result})


@with_and_without
def test_a_signal_at_whichever_call_ends_it_silently_with_nothing_left_behind(
    make_scene: MakeScene,
    recorded: Record,
    two_at_a_time: ThreadPoolExecutor,
    existing: bool,
) -> None:
    recording = recorded(CASES["csv"], existing=existing)
    codes = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
    # in turns, but all of them where the file appears
    pairs = list(zip(recording.calls, cycle(codes), strict=False))
    pairs += [(_first(recording, "open"), number) for number in codes]

    def wrong(pair: tuple[Call, signal.Signals]) -> str:
        call, number = pair
        ended = _ended_by(make_scene, recording, call, number)
        if isinstance(ended, str):
            return ended
        silent = (ended.code, ended.err) == (codes[number], "")
        return "" if silent and _whole_or_before(recording, ended.left) else str(ended)

    found = zip(pairs, two_at_a_time.map(wrong, pairs), strict=True)
    assert {f"{number.name}  {call.text}": words for (call, number), words in found if words} == {}


@every_case
def test_a_kill_at_whichever_call_leaves_the_place_as_before_or_complete(
    make_scene: MakeScene, recorded: Record, two_at_a_time: ThreadPoolExecutor, case: Case
) -> None:
    recording = recorded(case, existing=True)
    late = [call for call in recording.calls if call.name.startswith(("write", "rename"))][-1:]
    killed = recording.calls if case is CASES["csv"] else late

    def wrong(call: Call) -> str:
        ended = _ended_by(make_scene, recording, call, signal.SIGKILL)
        if isinstance(ended, str):
            return ended
        left = {name: ended.left[name] for name in ended.left if not name.startswith(".nncli-")}
        died = ended.code == -signal.SIGKILL
        return "" if died and _whole_or_before(recording, left) else str(ended)

    found = zip(killed, two_at_a_time.map(wrong, killed), strict=True)
    assert {call.text: words for call, words in found if words} == {}


# ----------------------------------------------------------------------------------- what is read


@pytest.mark.parametrize("error", ["EIO", "ENFILE"])
@pytest.mark.parametrize("source", ["net.yaml", "data.csv"])
def test_a_source_that_cannot_be_read_leaves_the_place_as_before(
    make_scene: MakeScene, two_at_a_time: ThreadPoolExecutor, source: str, error: str
) -> None:
    """Each of its reads fails; ENFILE: it cannot even be opened."""
    # more than is read at a time
    case = Case(("-o", "out.csv"), samples=70_000)
    empty = Recording(case, case.data(), True, (), b"")
    traced = "read" if error == "EIO" else "openat"
    scene = prepared(make_scene, empty)
    assert scene.run(strace(traced, [], case.command(scene, existing=True))).code == 0
    failing = [
        call
        for call in calls(scene)
        if source in call.text.partition(", ")[0]
        or (traced == "openat" and f'{source}"' in call.text)
    ]
    assert len(failing) >= (3 if (traced, source) == ("read", "data.csv") else 1)

    def wrong(call: Call) -> str:
        scene = prepared(make_scene, empty)
        command = case.command(scene, existing=True)
        ended = scene.run(strace(traced, [call.failing(error)], command))
        if not injected(scene, source):
            return "the fault was not in the call that was meant"
        return ended.fault(empty.before) or (
            "" if ended.err.startswith(f"{source}: error[N507]: reading failed: ") else ended.err
        )

    found = zip(failing, two_at_a_time.map(wrong, failing), strict=True)
    assert {call.text: words for call, words in found if words} == {}


# ---------------------------------------------------------------------------------------- threads


@pytest.mark.parametrize("first", [1, 2])
def test_without_another_thread_to_be_had_the_place_is_as_before(
    make_scene: MakeScene, first: int
) -> None:
    """As where the number of processes is limited (ulimit -u)."""
    # several blocks of 4 MiB: one alone needs no threads
    scene = make_scene(b"a,b,c,d\n" + b"0.25,-1.5,3,0.5\n" * 600_000)
    scene.write("out.csv", OLD)
    options = ("-o", "out.csv", "--force", "--threads", "2")
    command = scene.command("forward", "net.yaml", "data.csv", *options)
    ended = scene.run(strace(THREADS, [f"inject={THREADS}:error=EAGAIN:when={first}+"], command))
    assert injected(scene, "CLONE_THREAD")
    assert ended.fault({"out.csv": OLD}) == ""
    assert "error[N508]: the system starts no more threads" in ended.err
