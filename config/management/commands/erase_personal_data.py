"""Tells whose data may go, and erases them as the owner of the database (T6)."""

import csv
import getpass
import json
import os
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from config.erasure import acts, old_rows
from config.erasure.due import KeptPerson, holds, missing_settings, people, worker_of_badge
from config.erasure.erase import files_left, forget_files
from config.erasure.owner import NotTheOwner
from learners.evidence.store import StoreUnavailable
from learners.models import Learner
from training.core import progress_bar
from training.core.words import day

COLUMNS = ("badge", "name", "kind", "since", "until")


class Command(BaseCommand):
    help = (
        "Tells whose personal data, and which rows of imports and logs, have been kept for as long as the settings of "
        "retention say. With --do it erases them for good, as the owner of the tables, as an event that is sealed: "
        "records go on counting, as those of an erased person. Nothing happens while a setting of retention is missing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--worker", metavar="BADGE", help="one person, who has asked for it")
        what.add_argument("--suspend", metavar="BADGE", help="let nobody erase this person; needs --reason")
        what.add_argument("--resume", metavar="BADGE", help="end what --suspend began")
        what.add_argument("--repeat", action="store_true", help="erase again who is in ERASURES_LIST, after a restore")
        parser.add_argument("--do", action="store_true", help="erase; without it this is a report")
        parser.add_argument("--before-its-time", metavar="REASON", default="", help="although retention runs; no names")
        parser.add_argument("--reason", default="", help="which claim or authority stops the erasure")
        parser.add_argument("--list", metavar="FILE", type=Path, help="write who is due there, as .json or .csv")

    def handle(self, *args: Any, **options: Any) -> None:
        now, by = timezone.now(), getpass.getuser()
        if missing := missing_settings():
            listed = "\n  ".join(missing)
            raise CommandError(f"Choose how long data are kept, and set:\n  {listed}\nNothing was done.")
        try:
            if badge := options["suspend"] or options["resume"]:
                self._suspend_or_resume(_worker(badge), options, by=by, now=now)
            elif options["worker"]:
                self._one(_worker(options["worker"]), options, by=by, now=now)
            elif options["repeat"]:
                done = acts.repeat_erasures(by=by, now=now, tell=self._tell)
                self.stdout.write(f"People erased again: {done:,}.")
            elif options["do"]:
                self._erase(by=by, now=now)
            else:
                self._report(now=now, to=options["list"])
        except (acts.NotErased, NotTheOwner) as refusal:
            raise CommandError(str(refusal)) from refusal
        except OperationalError as error:
            raise CommandError(
                "Somebody else is at work on the same tables. What was told is erased; run the command again for the "
                "rest."
            ) from error
        except StoreUnavailable as refusal:
            raise CommandError(
                f"It is erased in the database, and some files are not yet: {refusal} Run the command with --do again."
            ) from refusal

    def _tell(self, done: int, total: int) -> None:
        progress_bar.draw(self.stderr, done, total)

    def _suspend_or_resume(self, worker: Learner, options: Mapping[str, Any], *, by: str, now: datetime) -> None:
        if options["suspend"]:
            acts.suspend(worker, reason=options["reason"], by=by, now=now)
            self.stdout.write("Suspended: this person is not erased until --resume.")
        else:
            acts.resume(worker, by=by, now=now)
            self.stdout.write("Resumed.")

    def _one(self, worker: Learner, options: Mapping[str, Any], *, by: str, now: datetime) -> None:
        if not options["do"]:
            told = people(of=worker)
            self.stdout.write("\n".join(_line(person) for person in told) or "This person is erased already.")
            return
        acts.erase_one(worker, before_its_time=options["before_its_time"], by=by, now=now)
        self.stdout.write("Erased.")

    def _erase(self, *, by: str, now: datetime) -> None:
        forget_files(files_left())
        done = acts.erase_due(by=by, now=now, tell=self._tell)
        self.stdout.write(f"People erased: {done:,}.")
        rows = old_rows.delete_old_rows(by=by, now=now, tell=lambda gone: self.stderr.write(f"{gone:,} rows"))
        for table, count in rows.items():
            self.stdout.write(f"Rows deleted of {table}: {count:,}.")

    def _report(self, *, now: datetime, to: Path | None) -> None:
        due = [person for person in people() if person.is_due(timezone.localdate(now))]
        kinds = Counter(person.kind for person in due)
        self.stdout.write(f"People whose retention has passed: {len(due):,}.")
        for kind, count in sorted(kinds.items()):
            self.stdout.write(f"  {kind}: {count:,}")
        for table, count in old_rows.counts(now=now).items():
            self.stdout.write(f"Rows of {table} that are old enough: {count:,}.")
        for hold in holds():
            self.stdout.write(f"Suspended: {hold.learner.badge_id}, since {day(hold.held_at)}: {hold.reason}")
        if to:
            _write(to, due)
            self.stdout.write(f"Who they are stands in {to}, which nobody else can read. Delete it afterwards.")
        self.stdout.write("Nothing was erased. With --do it is.")


def _worker(badge: str) -> Learner:
    worker = worker_of_badge(badge)
    if worker is None:
        raise CommandError(f"Nobody has the badge {badge}. Nothing was done.")
    return worker


def _line(person: KeptPerson) -> str:
    until = person.until or "no day: active or barred"
    return f"{person.badge}: {person.kind}, kept until {until}{f', suspended: {person.hold}' if person.hold else ''}"


def _write(file: Path, due: Sequence[KeptPerson]) -> None:
    """Write who is due, to a file of its own that only this account can read."""
    rows = [{column: str(getattr(person, column)) for column in COLUMNS} for person in due]
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{file} cannot be made: {error.strerror}. Nothing was done.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
        if file.suffix == ".csv":
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        else:
            json.dump(rows, stream, indent=1, ensure_ascii=False)
