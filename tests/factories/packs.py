"""Audit packs of made-up seals, with a real tree and a real key."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attendance.papers.zip_stream import Member, zipped
from training.core.seals.checkpoints import Checkpoint, sign, verifier_key
from training.core.seals.tree import Tree, hash_leaf, tree_over
from training.core.seals.verify_page.page import (
    EarlierCheckpoint,
    Opened,
    PackSeals,
    SealInPack,
    page_of_pack,
    page_without_data,
)

ORIGIN = "site.example/seals/1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BEFORE_DATA = b'<script type="application/json" id="data">'
EARLIER = 5  # size of a checkpoint that somebody has on paper
MADE_AT = datetime(2026, 12, 1, 10, tzinfo=UTC)
LIST, PAGE = "SHA256SUMS", "verify.html"


@dataclass
class MadePack:
    """A pack whose parts a test can change.

    Attributes:
        files: content by name, `SHA256SUMS` among them and `verify.html` not.
        data: what `verify.html` is told.
    """

    files: dict[str, bytes]
    data: dict[str, Any]
    checkpoint: Checkpoint
    earlier: Checkpoint
    tree: Tree
    name: str = "audit-pack-made-up"
    page: bytes | None = None

    def page_bytes(self) -> bytes:
        """Return `verify.html` with the data as they are now."""
        return self.page or page_with(self.data)

    def write(self, place: Path) -> Path:
        """Write the ZIP file into a directory, and the page beside it."""
        (place / PAGE).write_bytes(self.page_bytes())
        files = {**self.files, PAGE: self.page_bytes()}
        members = (Member(f"{self.name}/{name}", [content]) for name, content in files.items())
        (place / "pack.zip").write_bytes(b"".join(zipped(members, made_at=MADE_AT)))
        return place / "pack.zip"

    def unpack(self, place: Path) -> Path:
        """Write the folder of the pack into a directory."""
        for name, content in {**self.files, PAGE: self.page_bytes()}.items():
            path = place / self.name / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return place / self.name

    def list_anew(self) -> None:
        """Write the list as somebody would who does not have the key."""
        self.files[LIST] = sums_of(self.files)


def page_with(data: dict[str, Any]) -> bytes:
    """Return `verify.html` with any data."""
    before, mark, after = page_without_data().partition(BEFORE_DATA)
    return before + mark + json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").encode() + after


def sums_of(files: dict[str, bytes]) -> bytes:
    """Return the list of the files, in the form of sha256sum."""
    names = sorted(name for name in files if name not in (LIST, PAGE))
    return "".join(f"{sha256(files[name]).hexdigest()}  {name}\n" for name in names).encode()


@dataclass
class _Log:
    leaves: list[str] = field(default_factory=list)
    opened: list[dict[str, Opened]] = field(default_factory=list)

    def add(self, told: dict[str, Any], opened: dict[str, str]) -> int:
        """Add a leaf, with a digest for each text that can be opened; return its position."""
        made = {
            name: Opened(sha256(f"{len(self.leaves)} {name}".encode()).digest(), text) for name, text in opened.items()
        }
        digests = {name: sha256(salt + text.encode()).hexdigest() for name, (salt, text) in made.items()}
        self.leaves.append(json.dumps(told | digests, ensure_ascii=False, separators=(",", ":")))
        self.opened.append(made)
        return len(self.leaves) - 1


def made_pack(*, workers: int = 3, records_each: int = 2, evidence_bytes: int = 400) -> MadePack:
    """Return a pack of workers with as many records each, a revocation, and a late row.

    The first file of the evidence proves the first record of every worker, and so on.
    """
    log, files, of_records = _Log(), {"summary.pdf": b"%PDF-1.7 summary of <everybody>\n"}, []
    for number in range(records_each):
        files[f"evidence/S-{number}.pdf"] = f"%PDF-1.7 sheet {number}\n".encode().ljust(evidence_bytes, b".")
    log.add(
        {"seal": "worker 1", "id": 1, "at": "2026-02-01T06:00:00.000000Z"},
        {"person": '["B-1", "Łucja <!-- </script>", ""]'},
    )
    for worker in range(workers):
        for number in range(records_each):
            name = f"evidence/S-{number}.pdf"
            told = {
                "seal": "record 1",
                "id": worker * records_each + number + 1,
                "code": "WAH",
                "title": "Work at height",
                "completed": "2026-03-02",
                "evidence": sha256(files[name]).hexdigest(),
                "at": f"2026-03-0{2 + number % 4}T15:04:05.123456Z",
            }
            texts = {
                "person": f'["B-{worker}", "Łucja Nowak {worker}"]',
                "comments": '[""]',
                "staff": '["Jane Trainer", "jane"]',
            }
            of_records.append((log.add(told, texts), name))
    revocation = {"seal": "revocation 1", "id": 9, "record": 2, "late": True, "at": "2026-03-09T15:04:05.123456Z"}
    others = [(0, ""), (log.add(revocation, {}), "")]
    others.append((log.add({"seal": "novelty 3", "id": 4, "at": "2026-03-10T00:00:00.000000Z"}, {}), ""))
    files[LIST] = sums_of(files)
    of_pack = {
        "seal": "pack 1",
        "id": 7,
        "list": sha256(files[LIST]).hexdigest(),
        "files": len(files) - 1,
        "records": len(of_records),
        "revocations": 1,
        "at": "2026-12-01T10:00:00.000000Z",
    }
    position = log.add(of_pack, {})
    tree = tree_over([hash_leaf(leaf.encode()) for leaf in log.leaves])
    size = len(log.leaves)
    checkpoint, earlier = (Checkpoint(ORIGIN, each, tree.root(each)) for each in (size, EARLIER))

    def seal(place: int, file: str = "") -> SealInPack:
        return SealInPack(
            position=place,
            leaf=log.leaves[place],
            proof=tree.inclusion(place, size),
            opened=log.opened[place],
            file=file,
        )

    page = b"".join(
        page_of_pack(
            PackSeals(
                origin=ORIGIN,
                keys=[verifier_key(ORIGIN, KEY.public_key().public_bytes_raw())],
                checkpoint=sign(checkpoint, KEY),
                files=seal(position),
                records=(seal(*each) for each in of_records),
                others=(seal(*each) for each in others),
                older=[EarlierCheckpoint(note=sign(earlier, KEY), proof=tree.consistency(EARLIER, size))],
            )
        )
    )
    text = page.partition(BEFORE_DATA)[2].partition(b"</script>")[0]
    return MadePack(files, json.loads(text), checkpoint, earlier, tree, page=page)
