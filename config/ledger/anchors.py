"""Where checkpoints are kept outside the database, so that its owner cannot take them back (T3).

The setting `LOG_ANCHORS` names the places, separated by commas: `dir:/mnt/other-machine/log`, `s3://bucket/prefix`
(every object locked for `LOG_LOCK_DAYS`), `rfc3161:https://tsa.example.com/tsr` (a time stamp of the note). In a
directory or bucket a checkpoint is one file, named by its size and by when it was anchored; nothing in it is secret.
"""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol
from urllib.error import URLError
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from cryptography import x509
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

NAME = re.compile(r"(\d{12})-(\d{8}T\d{6}Z)\.checkpoint", re.ASCII)
MOMENT = "%Y%m%dT%H%M%SZ"
ANSWERS_WITHIN_SECONDS = 10
LARGEST_TOKEN_BYTES = 100_000
LARGEST_NOTE_BYTES = 10_000


class AnchorError(Exception):
    """A checkpoint could not be kept at, or read from, an anchor; the message says why, for the operator."""


@dataclass(frozen=True)
class Anchored:
    """A checkpoint that was found outside.

    Attributes:
        note: the signed note.
        at: when it was there already.
        where: the anchor, or the file that holds it.
    """

    note: str
    at: datetime
    where: str


class Anchor(Protocol):
    """A place outside. `name` is what the setting says of it."""

    @property
    def name(self) -> str: ...

    def keep(self, note: str, *, size: int, now: datetime) -> bytes | None:
        """Keep a checkpoint, and return the time stamp if that is what this anchor gives.

        Raises:
            AnchorError: it was not kept.
        """

    def kept(self) -> Iterator[Anchored]:
        """Return the checkpoints that are kept here; none where an anchor only signs.

        Raises:
            AnchorError: the place cannot be read.
        """


def _file_name(size: int, now: datetime) -> str:
    return f"{size:012}-{now.astimezone(UTC):{MOMENT}}.checkpoint"


def _moment_of(name: str) -> datetime | None:
    """Return when a checkpoint of this name was anchored; None if it is no such name."""
    match = NAME.fullmatch(name)
    return datetime.strptime(match[2], MOMENT).replace(tzinfo=UTC) if match else None


@dataclass(frozen=True)
class Directory:
    """A directory, best on another machine."""

    name: str
    path: Path

    def keep(self, note: str, *, size: int, now: datetime) -> None:
        """Write the file as a whole; one that is there already stays."""
        try:
            if any(self.path.glob(f"{size:012}-*.checkpoint")):
                return
            descriptor, part = tempfile.mkstemp(dir=self.path, prefix=".part-")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(note)
                file.flush()
                os.fsync(descriptor)
            Path(part).chmod(0o444)
            Path(part).rename(self.path / _file_name(size, now))
        except OSError as error:
            raise AnchorError(f"{self.name} cannot be written: {error.strerror}") from error

    def kept(self) -> Iterator[Anchored]:
        try:
            for file in sorted(self.path.iterdir()):
                if at := _moment_of(file.name):
                    yield Anchored(file.read_bytes()[:LARGEST_NOTE_BYTES].decode("utf-8", "replace"), at, str(file))
        except OSError as error:
            raise AnchorError(f"{self.name} cannot be read: {error.strerror}") from error


@dataclass(frozen=True)
class Bucket:
    """A bucket with Object Lock, in which nobody can delete or replace an object before its day."""

    name: str
    bucket: str
    prefix: str
    locked_for: timedelta

    @cached_property
    def _client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=settings.S3["endpoint_url"],
            region_name=settings.S3["region_name"],
            aws_access_key_id=settings.S3["access_key"],
            aws_secret_access_key=settings.S3["secret_key"],
            config=Config(connect_timeout=2, read_timeout=ANSWERS_WITHIN_SECONDS, retries={"total_max_attempts": 2}),
        )

    def keep(self, note: str, *, size: int, now: datetime) -> None:
        """Store the object, locked; a repeat stores it again under the name of its own moment."""
        try:
            self._client.put_object(
                Bucket=self.bucket,
                Key=f"{self.prefix}{_file_name(size, now)}",
                Body=note.encode(),
                ChecksumAlgorithm="SHA256",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=now + self.locked_for,
            )
        except (BotoCoreError, ClientError) as error:
            raise AnchorError(f"{self.name} did not keep the checkpoint: {error}") from error

    def kept(self) -> Iterator[Anchored]:
        """Return every version: what was laid over an object later does not hide it."""
        try:
            pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self.bucket, Prefix=self.prefix)
            for page in pages:
                for version in page.get("Versions", []):
                    key = version["Key"]
                    if at := _moment_of(key.removeprefix(self.prefix)):
                        found = self._client.get_object(Bucket=self.bucket, Key=key, VersionId=version["VersionId"])
                        note = found["Body"].read(LARGEST_NOTE_BYTES).decode("utf-8", "replace")
                        yield Anchored(note, at, f"s3://{self.bucket}/{key}")
        except (BotoCoreError, ClientError) as error:
            raise AnchorError(f"{self.name} cannot be read: {error}") from error


@dataclass(frozen=True)
class Authority:
    """A time stamp authority (RFC 3161): it signs that it saw the note, and when."""

    name: str
    address: str

    def keep(self, note: str, *, size: int, now: datetime) -> bytes:
        """Return the authority's answer, after checking that it is about this note."""
        request = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
        asked = Request(  # noqa: S310  # the setting takes http and https only
            self.address, data=request.as_bytes(), headers={"Content-Type": "application/timestamp-query"}
        )
        try:
            with urlopen(asked, timeout=ANSWERS_WITHIN_SECONDS) as answer:  # noqa: S310  # as above
                token: bytes = answer.read(LARGEST_TOKEN_BYTES)
                if answer.status != HTTPStatus.OK:
                    raise AnchorError(f"{self.name} answered {answer.status}")
        except (URLError, OSError) as error:
            raise AnchorError(f"{self.name} did not answer: {error}") from error
        stamp = _decoded(token, who=self.name)
        if stamp.tst_info.nonce != request.nonce:
            raise AnchorError(f"{self.name} answered something that was not asked")
        stamped_at(token, note, roots=trusted_roots(), who=self.name)
        return token

    def kept(self) -> Iterator[Anchored]:
        yield from ()


def stamped_at(token: bytes, note: str, *, roots: Sequence[x509.Certificate], who: str) -> datetime:
    """Return when an authority saw a note.

    Args:
        token: the authority's answer.
        roots: the certificates that are trusted; with none, only what the stamp is about is checked.
        who: how the authority is called in a message.

    Raises:
        AnchorError: the stamp is damaged, about something else, or by nobody trusted.
    """
    stamp = _decoded(token, who=who)
    imprint = request_imprint(note)
    if stamp.tst_info.message_imprint.message != imprint:
        raise AnchorError(f"the time stamp of {who} is about something else")
    if roots:
        builder = VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        try:
            builder.build().verify(stamp, imprint)
        except (VerificationError, ValueError) as error:
            raise AnchorError(f"the time stamp of {who} does not hold: {error}") from error
    return stamp.tst_info.gen_time


def request_imprint(note: str) -> bytes:
    """Return what a time stamp of a note signs: its SHA-256."""
    return sha256(note.encode()).digest()


def _decoded(token: bytes, *, who: str) -> TimeStampResponse:
    try:
        return decode_timestamp_response(token)
    except ValueError as error:
        raise AnchorError(f"{who} answered no time stamp") from error


def trusted_roots() -> list[x509.Certificate]:
    """Return the certificates of time stamp authorities that the site trusts; none where no file is set.

    Raises:
        AnchorError: the file cannot be read.
    """
    file = settings.LOG_TSA_CERTIFICATES
    try:
        return x509.load_pem_x509_certificates(file.read_bytes()) if file else []
    except (OSError, ValueError) as error:
        raise AnchorError(f"LOG_TSA_CERTIFICATES: {file} is no readable file of certificates") from error


def configured_anchors() -> list[Anchor]:
    """Return the anchors that the setting `LOG_ANCHORS` names."""
    return [_anchor(text) for text in settings.LOG_ANCHORS]


def _anchor(text: str) -> Anchor:
    kind, _colon, rest = text.partition(":")
    if kind == "dir":
        return Directory(text, Path(rest))
    if kind == "s3":
        bucket, _slash, prefix = rest.removeprefix("//").partition("/")
        return Bucket(text, bucket, f"{prefix.rstrip('/')}/" if prefix else "", timedelta(days=settings.LOG_LOCK_DAYS))
    return Authority(text, rest)
