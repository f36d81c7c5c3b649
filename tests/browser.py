"""A headless Chromium, driven through its DevTools: pages are looked at with their scripts off."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_LOOKING = (Path(__file__).parent / "looking.js").read_text(encoding="utf-8")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Generous: what it is for never ends.
_SECONDS = 120
_OPTIONS = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-breakpad",
    "--disable-lcd-text",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--hide-scrollbars",
    "--password-store=basic",
    "--use-mock-keychain",
    "--force-color-profile=srgb",
)
_KEYS = {"Tab": 9, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
# Width and height of paper in inches, as DevTools want them.
PAPER = {"A4": (210 / 25.4, 297 / 25.4), "Letter": (8.5, 11.0)}

# CSS pixels of a millimetre, and how many there are between margins of 13 mm.
MILLIMETRE = 96 / 25.4
PRINTED_WIDTHS = {name: int(width * 96 - 26 * MILLIMETRE) for name, (width, _) in PAPER.items()}


class BrowserError(Exception):
    """The browser did not do what it was asked for, and says why."""


def browser_path() -> str | None:
    """Return where a Chromium is, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running_browser(path: str, folder: Path) -> Iterator[Browser]:
    """Run a Chromium until the end of the block.

    folder: for all that it writes.  Raises BrowserError if it does not answer.
    """
    into, commands = os.pipe()
    answers, out_of = os.pipe()
    # a process reads its commands from file descriptor 3 and writes its answers to 4
    numbered = f'exec "$@" 3<&{into} 4>&{out_of}'
    command = [path, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    if os.geteuid() == 0:
        command.insert(1, "--no-sandbox")
    with (
        (folder / "told").open("wb") as told,
        open(commands, "wb", buffering=0) as to,
        open(answers, "rb", buffering=0) as back,
        subprocess.Popen(
            ["bash", "-c", numbered, "bash", *command],
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            pass_fds=(into, out_of),
            env={**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")},
            start_new_session=True,
        ) as process,
    ):
        os.close(into)
        os.close(out_of)
        browser = Browser(to.fileno(), back.fileno(), folder / "told")
        try:
            browser.ask("Browser.getVersion")
            yield browser
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


class Browser:
    """A running browser: it is asked, it answers, and tells what happens meanwhile."""

    def __init__(self, to: int, back: int, told: Path) -> None:
        self._to, self._back, self._told = to, back, told
        self._number = 0
        self._read = b""
        self.happened: list[dict[str, Any]] = []  # what it told since the last page was made

    def ask(self, method: str, session: str | None = None, **arguments: Any) -> dict[str, Any]:
        """Ask for something, and return the answer.  session: of a page.  Raises BrowserError."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": arguments}
        if session is not None:
            message["sessionId"] = session
        text = json.dumps(message).encode() + b"\0"
        with suppress(BrokenPipeError):  # its end is seen where the answer is read
            while text:
                text = text[os.write(self._to, text) :]
        number = self._number
        while (answer := self._next(method)).get("id") != number:
            self.happened.append(answer)
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    def wait_for(self, event: str, session: str, start: int) -> None:
        """Wait until something has happened.  start: how much had before."""
        while not any(_is(told, event, session) for told in self.happened[start:]):
            self.happened.append(self._next(event))

    def _next(self, what: str) -> dict[str, Any]:
        """Return what the browser says next."""
        end = time.monotonic() + _SECONDS
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._back], [], [], max(0, end - time.monotonic()))
            part = os.read(self._back, 1 << 20) if ready else b""
            if not part:
                why = "it has ended" if ready else f"it says nothing for {_SECONDS} seconds"
                told = self._told.read_text(encoding="utf-8", errors="replace")[-2000:]
                raise BrowserError(f"{what}: {why}\n{told}")
            self._read += part
        message, _, self._read = self._read.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    @contextmanager
    def page(self, path: Path, width: int = 1200, *, dark: bool = False) -> Iterator[Page]:
        """Open a file, its scripts off, in a window of so many CSS pixels, until the block ends."""
        self.happened.clear()
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for room in ("Page", "Network", "Log", "Runtime", "DOM"):
            page.ask(f"{room}.enable")
        page.ask("Emulation.setScriptExecutionDisabled", value=True)
        page.ask("Emulation.setFocusEmulationEnabled", enabled=True)
        page.resize(width)
        page.light(on=not dark)
        page.open(path.resolve().as_uri())
        try:
            yield page
        finally:
            self.ask("Target.closeTarget", targetId=target)


def _is(told: Mapping[str, Any], event: str, session: str) -> bool:
    return told.get("method") == event and told.get("sessionId") == session


class Page:
    """A page in the browser: its own scripts are off, what is asked of it is still answered."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def ask(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Ask the page's DevTools for something."""
        return self._browser.ask(method, self._session, **arguments)

    def open(self, url: str) -> None:
        """Go to an address, and wait until all is loaded."""
        start = len(self._browser.happened)
        answer = self.ask("Page.navigate", url=url)
        if "errorText" in answer:
            raise BrowserError(f"{url}: {answer['errorText']}")
        self._browser.wait_for("Page.loadEventFired", self._session, start)

    def resize(self, width: int, height: int = 900) -> None:
        """Make the window so large, in CSS pixels."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def light(self, *, on: bool) -> None:
        """Say whether the reader prefers a light page or a dark one."""
        self._scheme = {"name": "prefers-color-scheme", "value": "light" if on else "dark"}
        self._show_as("")

    @contextmanager
    def as_printed(self) -> Iterator[None]:
        """Lay the page out, in the window, by the rules for print until the block ends."""
        self._show_as("print")
        try:
            yield
        finally:
            self._show_as("")

    def _show_as(self, media: str) -> None:
        # named, a medium would hold for what is printed too: "" is the screen, and paper in a PDF
        self.ask("Emulation.setEmulatedMedia", media=media, features=[self._scheme])

    def of(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, as JSON has it.  Raises BrowserError."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            said = answer["exceptionDetails"]
            raise BrowserError(said.get("exception", {}).get("description", said["text"]))
        return answer["result"].get("value")

    def looking(self, expression: str) -> Any:
        """Return the value of an expression in which `look` has the functions of looking.js."""
        return self.of(f"(look => {expression})({_LOOKING.strip()})")

    def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key: Tab, or an arrow."""
        code = _KEYS[key]
        for kind in ("rawKeyDown", "keyUp"):
            self.ask(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                nativeVirtualKeyCode=code,
                modifiers=8 * shift,
            )

    def click(self, element: str) -> None:
        """Click the middle of an element.  element: an expression that is one."""
        self.of(f"({element}).scrollIntoView({{block: 'center', inline: 'center'}})")
        box = self.of(f"(({element}).getBoundingClientRect()).toJSON()")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        at = {"x": x, "y": y, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, **at)

    def picture(self) -> bytes:
        """Return the whole page as a PNG."""
        answer = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def pdf(self, paper: str) -> bytes:
        """Return the page as it is printed, as a PDF.  paper: A4 or Letter."""
        width, height = PAPER[paper]
        # a page's own margins hold, but it may name no size of its own
        options = {"paperWidth": width, "paperHeight": height, "printBackground": False}
        return base64.b64decode(self.ask("Page.printToPDF", **options)["data"])

    @property
    def addresses(self) -> list[str]:
        """What has been asked of files and the network since the page was opened."""
        return [
            told["params"]["request"]["url"] for told in self._told("Network.requestWillBeSent")
        ]

    @property
    def complaints(self) -> list[str]:
        """What stands in the console."""
        events = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
        return [json.dumps(told["params"]) for event in events for told in self._told(event)]

    def _told(self, event: str) -> list[dict[str, Any]]:
        found = self._browser.happened
        return [told for told in found if _is(told, event, self._session)]


def printed(page: Page, paper: str, pdftotext: str) -> list[str]:
    """Return the text of each printed page, in the order in which it was written."""
    asked = [pdftotext, "-raw", "-enc", "UTF-8", "-", "-"]
    done = subprocess.run(asked, input=page.pdf(paper), capture_output=True, check=True, timeout=60)
    return done.stdout.decode().split("\f")[:-1]
