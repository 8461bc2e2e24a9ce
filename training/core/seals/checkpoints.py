"""Checkpoints of the log, as C2SP tlog-checkpoint and signed-note write them, signed with Ed25519 (T2).

A checkpoint says how many seals there are and what the root of their tree is. Whoever holds one outside the database
can tell whether the log still begins with just these seals.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from training.core.seals.tree import HASH_BYTES

ED25519 = b"\x01"  # the kind of signature, as signed-note numbers it
DASH = "\N{EM DASH} "
KEY_ID_BYTES = 4
SHORT_BYTES = 10  # 80 bits: nobody finds a second checkpoint with the same short form
SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)


class RefusedNoteError(Exception):
    """The note says something else than it should, or nobody known signed it; the message says which."""


@dataclass(frozen=True)
class Checkpoint:
    """The first `size` seals of a log, by the root of their tree.

    Attributes:
        origin: which log it is; also the name of its key.
    """

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @property
    def short(self) -> str:
        """The form for paper: the size, and 80 bits of the hash of the text in groups that can be read out (T3)."""
        code = base64.b32encode(sha256(self.text.encode()).digest()[:SHORT_BYTES]).decode()
        return f"{self.size} {'-'.join(code[place : place + 4] for place in range(0, len(code), 4))}"


def verifier_key(name: str, public: bytes) -> str:
    """Return a public key as a line of text by which signatures are checked: name, id and key."""
    return f"{name}+{_key_id(name, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID_BYTES]


def public_pem(verifier: str) -> str:
    """Return the public key of a verifier key as openssl reads it."""
    return _encoded(verifier, serialization.Encoding.PEM).decode()


def fingerprint(verifier: str) -> str:
    """Return what `openssl pkey -pubin -in key.pem -outform DER | sha256sum` prints of a verifier key."""
    return sha256(_encoded(verifier, serialization.Encoding.DER)).hexdigest()


def _encoded(verifier: str, encoding: serialization.Encoding) -> bytes:
    public = _plain_base64(verifier.split("+", 2)[2])[len(ED25519) :]  # base64 has + as well
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Return a checkpoint as a note, signed in the name of its log."""
    name, public = checkpoint.origin, key.public_key().public_bytes_raw()
    signature = base64.b64encode(_key_id(name, public) + key.sign(checkpoint.text.encode())).decode()
    return f"{checkpoint.text}\n{DASH}{name} {signature}\n"


def read(note: str, *, known: Iterable[str]) -> Checkpoint:
    """Return the checkpoint that a note tells, if a known key signed it.

    Args:
        known: verifier keys, those of the past as well.

    Raises:
        RefusedNoteError: it is no checkpoint, or no known key signed it.
    """
    return _told(signed_text(note, known=known))


def told_by(note: str) -> Checkpoint:
    """Return the checkpoint that a note tells, whoever signed it: to print it, and not to believe it.

    Raises:
        RefusedNoteError: it is no checkpoint.
    """
    text, _cut, _signatures = note.rpartition("\n\n")
    return _told(f"{text}\n")


def _told(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4:
        raise RefusedNoteError("it is no checkpoint")
    origin, size, root, end = lines
    if end or not origin or not SIZE.fullmatch(size):
        raise RefusedNoteError("it is no checkpoint")
    hashed = _plain_base64(root)
    if len(hashed) != HASH_BYTES:
        raise RefusedNoteError("it is no checkpoint")
    return Checkpoint(origin, int(size), hashed)


def signed_text(note: str, *, known: Iterable[str]) -> str:
    """Return the text of a note that a known key signed.

    Signatures of keys that nobody knows are passed over; a wrong one of a known key is not.

    Raises:
        RefusedNoteError: no known key signed it.
    """
    text, cut, signatures = note.rpartition("\n\n")
    if not cut or not signatures.endswith("\n"):
        raise RefusedNoteError("it is cut off")
    text = f"{text}\n"
    _check_signed(text, signatures.split("\n")[:-1], keys=_public_keys(known))
    return text


def _public_keys(known: Iterable[str]) -> dict[tuple[str, bytes], bytes]:
    keys = {}
    for line in known:
        name, key_id, encoded = line.split("+", 2)  # base64 has + as well
        public = _plain_base64(encoded)
        if public[:1] != ED25519 or _key_id(name, public[1:]).hex() != key_id:
            raise RefusedNoteError("a listed key is damaged")
        keys[name, bytes.fromhex(key_id)] = public[1:]
    return keys


def _check_signed(text: str, lines: Iterable[str], *, keys: dict[tuple[str, bytes], bytes]) -> None:
    good = 0
    for line in lines:
        name, blank, encoded = line.removeprefix(DASH).partition(" ")
        if not line.startswith(DASH) or not blank:
            raise RefusedNoteError("it is no signed note")
        signature = _plain_base64(encoded)
        public = keys.get((name, signature[:KEY_ID_BYTES]))
        if public is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature[KEY_ID_BYTES:], text.encode())
        except InvalidSignature:
            raise RefusedNoteError(f"the signature of {name} is wrong") from None
        good += 1
    if not good:
        raise RefusedNoteError("no known key signed it")


def _plain_base64(text: str) -> bytes:
    """Return what a text in base64 says, if it is written in the one way that encoding gives."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise RefusedNoteError("it is no signed note") from error
    if base64.b64encode(decoded).decode() != text:
        raise RefusedNoteError("it is no signed note")
    return decoded
