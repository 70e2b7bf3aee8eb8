"""A headless Chromium, driven through its DevTools pipe: two file descriptors, JSON, no library."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --hide-scrollbars --remote-debugging-pipe"
)
# Chromium reads commands from descriptor 3 and answers on 4.
_START = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(fd), fcntl.F_DUPFD, 20) for fd in sys.argv[1:3]]
os.dup2(ends[0], 3)
os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
_KEYS = {"ArrowUp": 38, "ArrowDown": 40, "ArrowLeft": 37, "ArrowRight": 39, "Enter": 13, "Escape": 27, "/": 191}


class Browser:
    """One page in a Chromium of its own. `errors` are what its console complained of."""

    def __init__(self, profile: Path, size: tuple[int, int] = (1400, 1000)) -> None:
        self.errors: list[str] = []
        self._count, self._buffer = 0, b""
        reads, self._out = os.pipe()
        self._in, writes = os.pipe()
        flags = f"{_FLAGS} --window-size={size[0]},{size[1]}".split()
        command = [sys.executable, "-c", _START, str(reads), str(writes), str(CHROMIUM), *flags]
        command += [f"--user-data-dir={profile}", "about:blank"]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, pass_fds=(reads, writes), **quiet)  # type: ignore[call-overload]
        os.close(reads)
        os.close(writes)
        self._session: str | None = None
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")
        self.requests: list[str] = []

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)

    def __call__(self, method: str, **params: Any) -> Any:
        """One command of the protocol, answered."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._count:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            self._note(answer)

    def _read(self) -> dict[str, Any]:
        end = time.monotonic() + 60
        while b"\0" not in self._buffer:
            if not select.select([self._in], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("Chromium did not answer in 60 s")
            more = os.read(self._in, 1 << 20)
            if not more:
                raise RuntimeError("Chromium ended")
            self._buffer += more
        message, self._buffer = self._buffer.split(b"\0", 1)
        found: dict[str, Any] = json.loads(message)
        return found

    def _note(self, event: dict[str, Any]) -> None:
        method, params = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.errors.append(str(params["exceptionDetails"]))
        if method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.errors.append(params["entry"]["text"])
        if method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.errors.append(str(params["args"]))
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])

    def open(self, url: str) -> None:
        """Go there; back when the page says that it is ready."""
        self.media("")
        self("Page.navigate", url="about:blank")
        self("Page.navigate", url=url)
        self.until("document.documentElement?.dataset.ready === '1'")

    def media(self, kind: str) -> None:
        """As on a screen ("") or on paper ("print"); never with motion, which would be measured halfway."""
        self("Emulation.setEmulatedMedia", media=kind, features=[{"name": "prefers-reduced-motion", "value": "reduce"}])

    def js(self, expression: str) -> Any:
        """The value of an expression in the page."""
        answer = self("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = 20) -> None:
        """Wait for it to be true."""
        end = time.monotonic() + seconds
        while not self.js(expression):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {expression}")
            time.sleep(0.02)

    def press(self, *keys: str) -> None:
        """Real key strokes, one after the other."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" else {}
            code = _KEYS.get(key, ord(key.upper()) if len(key) == 1 else 0)
            self("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
            self("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def type(self, text: str) -> None:
        """Text into what has the focus."""
        self("Input.insertText", text=text)

    def middle(self, selector: str) -> tuple[float, float]:
        """Where an element is on the screen."""
        box = f"document.querySelector({selector!r}).getBoundingClientRect()"
        x, y = self.js(f"(r => [r.x + r.width / 2, r.y + r.height / 2])({box})")
        return x, y

    def click(self, selector: str, count: int = 1) -> None:
        """A real click in the middle of an element."""
        x, y = self.middle(selector)
        width, height = self.js("[innerWidth, innerHeight]")
        assert 0 <= x < width and 0 <= y < height, f"{selector} is not on the screen"
        for kind in ("mousePressed", "mouseReleased"):
            self("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)

    def drag(self, start: tuple[float, float], by: tuple[float, float]) -> None:
        """Press, move, let go."""
        x, y = start
        self("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
        held = {"type": "mouseMoved", "button": "left", "buttons": 1}
        for k in (0.5, 1.0):
            self("Input.dispatchMouseEvent", x=x + k * by[0], y=y + k * by[1], **held)
        self("Input.dispatchMouseEvent", type="mouseReleased", x=x + by[0], y=y + by[1], button="left", clickCount=1)

    def screenshot(self, path: Path) -> None:
        """What is seen, as a PNG."""
        import base64

        path.write_bytes(base64.b64decode(self("Page.captureScreenshot")["data"]))
