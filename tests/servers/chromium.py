"""A headless Chromium, driven over the DevTools protocol through a pipe: no port, no WebSocket, no library."""

import base64
import fcntl
import json
import os
import select
import shutil
import sys
import time
from pathlib import Path

from .packages import SOURCE, program
from .processes import Child, StartFailed, private_folder

_AXE = SOURCE / "build/packages/npm/node_modules/axe-core/axe.min.js"
# Chromium wants its two pipes as descriptors 3 and 4.
_LAUNCH = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"


def _high(descriptor: int) -> int:
    """The same file at a descriptor above 9, so that 3 and 4 are free."""
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD, 10)
    os.close(descriptor)
    return copy


class Chromium:
    """Use as a context manager. One browser, one tab; `problems` collects what its console and network complain of."""

    def __init__(self) -> None:
        self.folder = private_folder("chromium")
        self.problems: list[str] = []
        self._number = 0
        self._received = b""
        self._events: list[dict] = []
        self._session = ""

    def __enter__(self) -> "Chromium":
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> None:
        to_child, self._out = (_high(end) for end in os.pipe())
        self._in, from_child = (_high(end) for end in os.pipe())
        flags = ["--headless", "--remote-debugging-pipe", f"--user-data-dir={self.folder / 'profile'}", "--no-first-run",
                 "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking",
                 "--disable-component-update", "--no-default-browser-check", "--force-color-profile=srgb"]
        if os.geteuid() == 0:
            flags.append("--no-sandbox")  # as root it refuses to start with one
        self._child = Child([sys.executable, "-c", _LAUNCH, str(to_child), str(from_child), program("chromium"), *flags],
                            self.folder / "chromium.log", environment={"HOME": str(self.folder)}, folder=self.folder,
                            name="Chromium", descriptors=(to_child, from_child))
        os.close(to_child)
        os.close(from_child)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def stop(self) -> None:
        """Ends it and removes its folder."""
        if hasattr(self, "_child"):
            self._child.stop()
            os.close(self._in)
            os.close(self._out)
            del self._child
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method: str, **parameters: object) -> dict:
        """One command and its answer; RuntimeError where it is refused."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data):]
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def _receive(self, seconds: float = 60) -> dict:
        end = time.monotonic() + seconds
        while b"\0" not in self._received:
            if not select.select([self._in], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError(f"Chromium said nothing for {seconds:g} s:\n{self._child.words()}")
            part = os.read(self._in, 1 << 20)
            if not part:
                raise StartFailed(f"Chromium ended:\n{self._child.words()}")
            self._received += part
        message, _, self._received = self._received.partition(b"\0")
        return json.loads(message)

    def _note(self, event: dict) -> None:
        method, about = event.get("method"), event.get("params", {})
        self._events.append(event)
        if method == "Runtime.exceptionThrown":
            self.problems.append(f"exception: {about['exceptionDetails'].get('text')}")
        elif method == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning", "assert"):
            self.problems.append(f"console: {[one.get('value') for one in about['args']]}")
        elif method == "Log.entryAdded" and about["entry"]["level"] in ("error", "warning"):
            self.problems.append(f"log: {about['entry']['text']} {about['entry'].get('url', '')}")
        elif method == "Network.loadingFailed" and not about.get("canceled"):
            self.problems.append(f"network: {about['errorText']}")

    def look(self, *, width: int = 1400, height: int = 900, language: str = "en", dark: bool = False,
             media: str = "screen") -> None:
        """What the reader's device is like, from the next page on."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[scheme])
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def open(self, url: str) -> None:
        """Goes to a page and waits until all of it is there."""
        self._events.clear()
        failed = self.call("Page.navigate", url=url).get("errorText")
        if failed:
            raise RuntimeError(f"{url}: {failed}")
        self.wait_for_event("Page.loadEventFired")

    def wait_for_event(self, method: str) -> None:
        """Until an event of this name came since the last open()."""
        while not any(event.get("method") == method for event in self._events):
            self._note(self._receive())

    def evaluate(self, expression: str) -> object:
        """The value of an expression of JavaScript in the page, which itself has none; promises are waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression[:80]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def axe(self) -> list[dict]:
        """What axe-core finds on this page: id, impact, help, and the first elements."""
        if not _AXE.exists():
            raise StartFailed("axe-core is not in build/packages/npm: run tests/install")
        self.call("Runtime.evaluate", expression=_AXE.read_text())
        # Without preload it asks for nothing, which the page's policy would refuse.
        found = self.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})"
                              ".then(result => JSON.stringify(result.violations))")
        return [{"id": one["id"], "impact": one["impact"], "help": one["help"],
                 "where": [node["html"][:200] for node in one["nodes"][:3]]} for one in json.loads(str(found))]

    def press(self, key: str, code: int) -> None:
        """One key, as from a keyboard."""
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def screenshot(self, file: Path, *, whole: bool = True) -> None:
        """A picture of the page as PNG."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        file.write_bytes(base64.b64decode(data))

    def pdf(self, file: Path, *, landscape: bool = False) -> None:
        """The page as it would be printed on A4."""
        data = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=False,
                         landscape=landscape, preferCSSPageSize=True)["data"]
        file.write_bytes(base64.b64decode(data))
