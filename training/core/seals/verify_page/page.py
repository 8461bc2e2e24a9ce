"""Makes `verify.html`: one file from small sources, with the seals of a pack in it or without any (T5).

The file needs no network and nothing installed, and its content policy lets run only the script that it was made with.
Without data it is the same in every pack of a release, so that its hash can be published: what a pack adds is between
two marks.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from django.templatetags.static import static

PLACE = Path(__file__).parent
SHELL = PLACE / "page.html"
SOURCE = PLACE / "source"
STYLE = "page.css"
# Each uses those before it.
SCRIPTS = ("words.js", "hashes.js", "ed25519.js", "log.js", "zip.js", "checks.js", "page.js")
STATIC = "verify-pack"  # where the sources lie among the static files of the site
ICON = "icons/favicon.svg"
PAGE_NAME = "verify.html"
MARK = "DATA OF THE PACK"


class Opened(NamedTuple):
    """What a digest in a leaf was made of: the digest is sha256(salt ‖ value)."""

    salt: bytes
    value: str


@dataclass(frozen=True, kw_only=True)
class SealInPack:
    """A seal as `verify.html` shows and checks it.

    Attributes:
        position: of the leaf in the log, from 0 on.
        leaf: the text that was sealed, to the letter.
        proof: the hashes by which the leaf leads to the root of the checkpoint (RFC 6962).
        opened: by name of the field, what its digest was made of; an erased one is left out.
        file: the name, in the pack, of the evidence whose SHA-256 is "evidence" in the leaf; empty if there is none.
    """

    position: int
    leaf: str
    proof: Sequence[bytes]
    opened: Mapping[str, Opened] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class EarlierCheckpoint:
    """A checkpoint that somebody may hold on paper, and the proof that the log of the pack begins with it.

    Attributes:
        note: the signed note, to the letter.
        proof: the hashes of RFC 6962, 2.1.2, from its size to that of the pack's checkpoint.
    """

    note: str
    proof: Sequence[bytes]


@dataclass(frozen=True, kw_only=True)
class PackSeals:
    """All that `verify.html` in a pack is told.

    Attributes:
        origin: the log, as its checkpoints name it.
        keys: the public keys of the site as verifier keys, those of the past as well.
        checkpoint: the signed note that covers every seal in the pack.
        files: the seal of the pack itself. Its leaf is of the kind "pack" and says in "list" the SHA-256 of
            SHA256SUMS, and in "files", "records" and "revocations" how many lines that has, and how many seals of the
            kinds "record" and "revocation" the page is told. None if nothing was sealed: the page then says so.
        records: the seals of the training records.
        others: all other seals in the pack, such as revocations, sign-offs, sessions, uploads, workers' names.
        older: checkpoints of the same log from before.
    """

    origin: str
    keys: Sequence[str]
    checkpoint: str
    files: SealInPack | None
    records: Iterable[SealInPack]
    others: Iterable[SealInPack] = ()
    older: Iterable[EarlierCheckpoint] = ()


def page_of_pack(seals: PackSeals) -> Iterator[bytes]:
    """Yield `verify.html` for a pack, in pieces. The same seals give the same bytes."""
    before, after = _page_around_data()
    yield before
    known: dict[str, Any] = {"origin": seals.origin, "keys": [*seals.keys], "checkpoint": seals.checkpoint}
    known["files"] = _told(seals.files) if seals.files else None
    yield _json(known)[:-1]
    yield from _listed("records", map(_told, seals.records))
    yield from _listed("others", map(_told, seals.others))
    yield from _listed("older", ({"note": each.note, "proof": _proof(each.proof)} for each in seals.older))
    yield b"}"
    yield after


def page_without_data() -> bytes:
    """Return `verify.html` as it is published with a release: it takes the data out of the pack dropped on it."""
    return b"".join(_page_around_data())


def program_hash() -> str:
    """Return the SHA-256, in hex, of the page without data."""
    return sha256(page_without_data()).hexdigest()


def page_of_site() -> str:
    """Return the same page as the site serves it: script and style are its static files, under its own policy."""
    return _filled(
        policy="",
        style=f'<link rel="icon" href="{static(ICON)}" type="image/svg+xml">\n'
        f'<link rel="stylesheet" href="{static(f"{STATIC}/{STYLE}")}">',
        brand='<a class="brand" href="/">SiteProof</a>',
        script="\n".join(f'<script src="{static(f"{STATIC}/{name}")}"></script>' for name in SCRIPTS),
        program=program_hash(),
        data="",
    )


@cache
def _page_around_data() -> tuple[bytes, bytes]:
    """Return the page before and behind the data."""
    style, script = f"\n{_text(SOURCE / STYLE)}", "\n".join(["", *(_text(SOURCE / name) for name in SCRIPTS)])
    own = f"script-src {_of_hash(script)}; style-src {_of_hash(style)}"
    policy = f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"
    page = _filled(
        policy=f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        style=f"<style>{style}</style>",
        brand='<span class="brand">SiteProof</span>',
        script=f"<script>{script}</script>",
        program="",
        data=MARK,
    )
    before, after = page.split(MARK)
    return before.encode(), after.encode()


def _filled(**parts: str) -> str:
    return Template(_text(SHELL)).substitute(parts)


@cache
def _text(path: Path) -> str:
    """Return what a source says. It is read once, so that a new release can be laid under a running process."""
    return path.read_text(encoding="utf-8")


def _of_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def _told(seal: SealInPack) -> dict[str, Any]:
    told: dict[str, Any] = {"position": seal.position, "leaf": seal.leaf, "proof": _proof(seal.proof)}
    if seal.opened:
        told["open"] = {name: [each.salt.hex(), each.value] for name, each in seal.opened.items()}
    if seal.file:
        told["file"] = seal.file
    return told


def _proof(hashes: Sequence[bytes]) -> str:
    return base64.b64encode(b"".join(hashes)).decode()


def _listed(name: str, each: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yield the end of an object that goes on with a list of that name."""
    yield b',"%s":[' % name.encode()
    for number, told in enumerate(each):
        yield b",\n" if number else b"\n"
        yield _json(told)
    yield b"]"


def _json(value: Any) -> bytes:
    """Return JSON without a letter that HTML could take for its own."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").encode()
