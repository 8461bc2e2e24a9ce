"""A real OpenID provider, started for tests of single sign-on (N2)."""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "siteproof-tests"
SECRET = "a secret of thirty-two characters and more"
CLIENT = "siteproof"
LONGEST_WAY = 12  # pages from the sign-in page back to the site


@dataclass
class RunningProvider:
    """A provider that runs, and the people who are in the company."""

    issuer: str
    file: Path
    people: dict[str, dict[str, Any]] = field(default_factory=dict)

    def know(self, **people: dict[str, Any]) -> None:
        """Let these people be in the company, and nobody else."""
        self.people = people
        self.file.write_text(json.dumps(people))

    def sign_in(self, address: str, person: str, browser: requests.Session | None = None) -> str:
        """Walk through the sign-in pages as a person does, and return the address on the site that they lead to."""
        browser = browser or requests.Session()
        browser.trust_env = False
        answer = browser.get(address, allow_redirects=False)
        for _page in range(LONGEST_WAY):
            if answer.is_redirect:
                to = urljoin(answer.url, answer.headers["Location"])
                if not to.startswith(self.issuer):
                    return to
                answer = browser.get(to, allow_redirects=False)
                continue
            assert answer.status_code == 200, answer.text
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert form is not None, answer.text
            assert prompt is not None, answer.text
            typed = {"prompt": prompt[1], "login": person, "password": "any"}
            answer = browser.post(urljoin(answer.url, unescape(form[1])), typed, allow_redirects=False)
        raise AssertionError(f"no way back from {answer.url}")


def installed() -> Path:
    """Return the directory with the provider, installed as the lock file says, outside of the checkout.

    Without node and npm the test is skipped; with CI set it fails.
    """
    if not (shutil.which("node") and shutil.which("npm")):
        if os.environ.get("CI"):
            pytest.fail("node and npm are missing, and CI must run the provider: apt install nodejs npm")
        pytest.skip("node and npm are missing: apt install nodejs npm")
    content = [(HERE / name).read_bytes() for name in ("package.json", "package-lock.json", "provider.mjs")]
    place = CACHE / f"provider-{hashlib.sha256(b''.join(content)).hexdigest()[:16]}"
    if not place.exists():
        fresh = place.with_name(f"{place.name}.{os.getpid()}")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", "provider.mjs"):
            shutil.copy(HERE / name, fresh)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(command, cwd=fresh, check=True, capture_output=True, timeout=300)
        try:
            fresh.rename(place)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh)
    return place


@contextmanager
def running_provider(directory: Path, *, redirect_uri: str) -> Iterator[RunningProvider]:
    """Run a provider that sends people back to one address, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = directory / "people.json"
    file.write_text("{}")
    command = ["node", "provider.mjs", str(port), str(file), redirect_uri]
    process = subprocess.Popen(command, cwd=installed(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == "up":
                break
        else:
            raise AssertionError("the provider did not start")
        yield RunningProvider(f"http://127.0.0.1:{port}", file)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()  # type: ignore[union-attr]  # it is a pipe
