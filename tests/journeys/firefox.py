"""Firefox as it is installed, driven by WebDriver BiDi. Playwright drives its own build of Firefox only."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

LISTENING = re.compile(r"WebDriver BiDi listening on (ws://[\w.:]+)")
SECONDS = 60
# Nothing that asks a network: no updates, no experiments, no reports.
PREFERENCES = """\
user_pref("app.update.enabled", false);
user_pref("app.normandy.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.proxy.type", 0);
user_pref("remote.prefs.recommended", true);
user_pref("toolkit.telemetry.enabled", false);
"""


def firefox() -> str | None:
    """Return where Firefox is, if it is installed."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox:
    """One tab of a running Firefox."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._number = 0
        self._ask("session.new", {"capabilities": {}})
        self._tab = self._ask("browsingContext.create", {"type": "tab"})["context"]

    def open(self, path: Path) -> None:
        """Open a file, and wait until it is loaded."""
        self._ask("browsingContext.navigate", {"context": self._tab, "url": path.as_uri(), "wait": "complete"})

    def evaluate(self, script: str) -> Any:
        """Return what a script gives, a promise's value included, as JSON tells it."""
        given = self._ask(
            "script.evaluate",
            {
                "expression": f"(async () => JSON.stringify(await ({script})))()",
                "target": {"context": self._tab},
                "awaitPromise": True,
            },
        )
        assert given["type"] == "success", given
        return json.loads(given["result"].get("value", "null"))

    def choose(self, selector: str, file: Path) -> None:
        """Choose a file in an input, as a person does."""
        locator = {"type": "css", "value": selector}
        [node] = self._ask("browsingContext.locateNodes", {"context": self._tab, "locator": locator})["nodes"]
        element = {"sharedId": node["sharedId"]}
        self._ask("input.setFiles", {"context": self._tab, "element": element, "files": [str(file)]})

    def wait_for(self, selector: str) -> None:
        """Wait until an element is there."""
        self.evaluate(
            f"""new Promise((done) => {{
              const look = () => document.querySelector({json.dumps(selector)}) ? done(true) : setTimeout(look, 20);
              look();
            }})"""
        )

    def _ask(self, method: str, parameters: dict[str, Any]) -> Any:
        self._number += 1
        self._connection.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._connection.recv(timeout=SECONDS))
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return answer["result"]


@contextmanager
def running(program: str, profile: Path) -> Iterator[Firefox]:
    """Start Firefox without a window, and end it.

    Args:
        profile: an empty directory.
    """
    (profile / "user.js").write_text(PREFERENCES)
    process = subprocess.Popen(
        [program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    rest = threading.Thread(target=process.stderr.read)  # or the pipe fills, and Firefox stops
    try:
        found = next((match for line in process.stderr if (match := LISTENING.search(line))), None)
        assert found, "Firefox ended before it listened"
        rest.start()
        with connect(f"{found[1]}/session", proxy=None, max_size=None) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)
        if rest.ident:
            rest.join()
        process.stderr.close()
