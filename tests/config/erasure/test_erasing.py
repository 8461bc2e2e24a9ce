"""What is left of people who were erased, and how it is proved that nothing else was changed (T6)."""

import json
import os
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from attendance.models import SessionAttendee
from attendance.papers.pack import make_pack, pack_of_worker
from attendance.services.finalize import finalize_session
from config.erasure import acts
from config.erasure.needles import Needles
from config.erasure.owner import NotTheOwner
from config.erasure.personal import EMPTIED, FORGOTTEN, NOT_SEARCHED
from config.ledger.report import Wrong
from config.ledger.sealed_tables import SEALED_TABLES
from learners.evidence.store import EvidenceErased, open_stored
from learners.evidence.verify import verify_evidence
from learners.models import EvidenceUpload, Learner, TrainingRecord
from learners.services.learners import edit_learner
from tests.config.ledger.test_verify import as_owner, found_by, log, outside
from tests.config.ledger.world import make_world
from tests.factories.attendance import session_ready_to_finalize
from tests.factories.imports import DoneImportFactory
from tests.factories.jobs import JobFactory
from tests.factories.learners import LearnerFactory
from tests.factories.training import UserFactory
from training.models import Erasure, ImportRow, PackMade, Seal, SealOpening, Session
from training.services.job_kinds import untold

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("evidence_dir")]

ROLE = f"siteproof_app_of_erasing_{os.getpid()}"
CALLED = ("CAN-4711", "Zdenka", "Kanarkova", "+420 777 123 456", "zdenka@example.com", "HR-0815-7")
TEXTS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
   AND format_type(a.atttypid, a.atttypmod) ~ '^(text|character|json|bytea|uuid|inet)'
"""


@pytest.fixture(autouse=True)
def _retention(settings: Any, tmp_path: Path) -> None:
    settings.RETENTION_RECORDS_YEARS = 10
    settings.RETENTION_NO_SHOWS_MONTHS = 6
    settings.RETENTION_IMPORTS_MONTHS = 12
    settings.RETENTION_LOGS_MONTHS = 12
    settings.ERASURES_LIST = tmp_path / "erasures"


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
    return found


def where_it_stands(*words: str) -> set[str]:
    """Return every column of the database in which one of the words stands."""
    patterns = [f"%{word}%" for word in words]
    found = set()
    for table, column in rows(TEXTS):
        text = f"""encode("{column}"::bytea, 'escape')""" if column in ("body",) else f'"{column}"::text'
        if rows(f'SELECT 1 FROM "{table}" WHERE {text} ILIKE ANY (%s) LIMIT 1', patterns):
            found.add(f"{table}.{column}")
    return found


class Proven(NamedTuple):
    """Two people on the list of a finalized session."""

    session: Session
    erased: Learner
    other: Learner


@pytest.fixture
def proven() -> Proven:
    by = UserFactory(is_superuser=True)
    session, attendees = session_ready_to_finalize()
    SessionAttendee.objects.filter(pk=attendees[0].pk).update(remarks=f"{CALLED[2]} came late")
    SessionAttendee.objects.filter(pk=attendees[1].pk).update(remarks="Asked good questions")
    finalize_session(session_id=session.pk, by=by, now=timezone.now())
    facts: dict[str, Any] = dict(zip(("badge_id", "first_name", "last_name", "phone", "email"), CALLED, strict=False))
    erased = edit_learner(
        learner_id=attendees[0].learner_id,
        facts=facts,  # type: ignore[arg-type]  # texts for all of them
        numbers={"HR number": CALLED[5]},
        by=by,
        now=timezone.now(),
    )
    return Proven(session, erased, attendees[1].learner)


def erase(worker: Learner) -> Erasure:
    acts.erase_one(worker, before_its_time="The person asked for it", by="operator", now=timezone.now())
    return Erasure.objects.latest("pk")


def test_t6_nothing_that_names_an_erased_person_is_left_and_everybody_elses_proof_stays(proven: Proven) -> None:
    by = make_world()
    name = f"{CALLED[1]} {CALLED[2]}"
    cells = {"1": CALLED[0], "2": CALLED[1], "3": CALLED[2], "4": 17}
    ImportRow.objects.create(
        of=DoneImportFactory(title=f"{name}.xlsx"), number=1, sheet=0, row=1, cells=cells, values=cells, identity=name
    )
    JobFactory(title=f"Audit pack: {name}")
    PackMade.objects.create(
        subject=name, files_sha256="ab" * 32, files=1, records=1, revocations=0, made_by=by, made_at=timezone.now()
    )
    cache.set("row", name)
    log()
    assert {"training_sealopening.person", "session_attendees.remarks", "training_importrow.cells"} <= (
        where_it_stands(*CALLED)
    )
    triggers = rows("SELECT tgrelid, tgname, tgenabled FROM pg_trigger ORDER BY 1, 2")
    proof = {seal.pk: seal.leaf for seal in Seal.objects.all()}
    openings = set(SealOpening.objects.values_list("pk", flat=True))

    erasure = erase(proven.erased)

    assert where_it_stands(*CALLED) == set()
    assert openings - set(SealOpening.objects.values_list("pk", flat=True)) == set(erasure.seals)
    assert {pk: Seal.objects.get(pk=pk).leaf for pk in proof} == proof
    assert rows("SELECT tgrelid, tgname, tgenabled FROM pg_trigger ORDER BY 1, 2") == triggers
    log()
    report = found_by(outside())
    assert (report.findings, report.is_proved) == ([], True)
    assert Seal.objects.filter(kind="erasure", row_id=erasure.pk).exists()
    record = TrainingRecord.objects.get(learner=proven.erased)
    assert (record.result, str(record.learner)) == (
        "PASSED",
        f"Erased person {proven.erased.pk} (erased-{proven.erased.pk})",
    )
    assert ImportRow.objects.get(number=1).cells == {"1": "erased", "2": "erased", "3": "erased", "4": 17}


def test_t6_what_is_changed_otherwise_than_an_erasure_says_is_found(proven: Proven) -> None:
    log()
    erase(proven.erased)
    log()
    kept = outside()
    record = TrainingRecord.objects.get(learner=proven.erased).pk
    other = TrainingRecord.objects.get(learner=proven.other).pk
    attacks: dict[str, tuple[str, Any, Wrong]] = {
        "text in an erased row": (
            "UPDATE learners_trainingrecord SET comments = 'Slept' WHERE id = %s",
            record,
            Wrong.ROW_ALTERED,
        ),
        "result of an erased row": (
            "UPDATE learners_trainingrecord SET result = 'FAILED', expiry_date = NULL WHERE id = %s",
            record,
            Wrong.ROW_ALTERED,
        ),
        "trainer emptied without an erasure": (
            "UPDATE learners_trainingrecord SET trainer_name = 'erased' WHERE id = %s",
            other,
            Wrong.ROW_ALTERED,
        ),
        "name of an erased person": (
            "UPDATE learners_learner SET last_name = 'Smith' WHERE id = %s",
            proven.erased.pk,
            Wrong.ROW_ALTERED,
        ),
        "remark about an erased person": (
            "UPDATE session_attendees SET remarks = 'Slept' WHERE learner_id = %s",
            proven.erased.pk,
            Wrong.ROW_ALTERED,
        ),
        "remark about another person emptied": (
            "UPDATE session_attendees SET remarks = '' WHERE learner_id = %s",
            proven.other.pk,
            Wrong.LIST_ALTERED,
        ),
        "opening of another person": (
            "DELETE FROM training_sealopening WHERE seal_id IN"
            " (SELECT id FROM training_seal WHERE kind = 'record' AND row_id = %s)",
            other,
            Wrong.OPENING_GONE,
        ),
        "erasure taken away": ("DELETE FROM training_erasure WHERE id > %s", 0, Wrong.OPENING_GONE),
    }
    assert found_by(kept).findings == []
    missed = []
    for name, (query, value, wrong) in attacks.items():
        with transaction.atomic():
            as_owner(query, value)
            if wrong not in {each.wrong for each in found_by(kept).findings}:
                missed.append(name)
            transaction.set_rollback(True)
    assert missed == []


def test_t6_the_applications_role_cannot_erase_nor_switch_a_trigger_off(proven: Proven) -> None:
    call_command("setup_database_roles", role=ROLE)
    before = where_it_stands(*CALLED)
    rows(f"SET LOCAL ROLE {ROLE}")
    with pytest.raises(NotTheOwner, match="owner of the tables"):
        erase(proven.erased)
    with pytest.raises(NotTheOwner):
        acts.suspend(proven.erased, reason="A claim", by="x", now=timezone.now())
    for query in (
        "ALTER TABLE learners_trainingrecord DISABLE TRIGGER USER",
        "DELETE FROM training_sealopening",
        "UPDATE learners_trainingrecord SET comments = ''",
        "INSERT INTO training_erasure (seals, rows, reason, erased_by) VALUES ('[]', '{}', 'x', 'x')",
        "DELETE FROM config_erasurehold",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows(query)
    rows("RESET ROLE")
    assert where_it_stands(*CALLED) == before


def test_t6_a_sheet_goes_with_the_last_person_on_it_and_is_not_missed(proven: Proven, evidence_dir: Path) -> None:
    upload = EvidenceUpload.objects.get(session=proven.session)
    file = evidence_dir / upload.key
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"%PDF")
    people = list(Learner.objects.filter(pk__in=proven.session.attendees.values("learner")).order_by("pk"))
    for learner in people[:-1]:
        erase(learner)
        assert file.exists()
    erase(people[-1])
    assert not file.exists()
    assert EvidenceUpload.objects.get(pk=upload.pk).sha256 == upload.sha256
    report = verify_evidence(on_progress=lambda _done, _total: None)
    assert (report.files, report.findings, report.surplus) == (0, [], [])
    with pytest.raises(EvidenceErased, match="erased together"):
        open_stored(key=upload.key, sha256=upload.sha256)
    by = UserFactory(is_superuser=True)
    pack = pack_of_worker(Learner.objects.get(pk=people[0].pk), on=None, by=by, now=timezone.now())
    with make_pack(pack, tell=untold).file as made, zipfile.ZipFile(made) as archive:
        texts = {name.rpartition("/")[2]: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
    assert "erased with the personal data" in texts["MISSING-EVIDENCE.txt"]
    assert CALLED[2] not in "".join(texts.values())
    log()
    assert found_by(outside()).findings == []


def test_t6_retention_decides_who_goes_and_a_claim_stops_it(settings: Any, capsys: Any) -> None:
    long_ago = date(2001, 5, 4)
    gone = LearnerFactory(status="INACTIVE", start_date=long_ago, end_date=long_ago)
    claimed = LearnerFactory(status="INACTIVE", start_date=long_ago, end_date=long_ago)
    active = LearnerFactory(start_date=long_ago)
    lately = LearnerFactory(status="INACTIVE", start_date=long_ago, end_date=timezone.localdate())
    as_owner("UPDATE learners_learnerperiod SET valid_from = %s", long_ago)
    call_command("erase_personal_data", suspend=claimed.badge_id, reason="Claim 7/2026")
    call_command("erase_personal_data")
    told = capsys.readouterr().out
    assert "People whose retention has passed: 1." in told
    assert f"Suspended: {claimed.badge_id}" in told
    assert Learner.objects.filter(badge_id__startswith="erased-").count() == 0
    for worker, why in ((claimed, "suspended: Claim 7/2026"), (active, "active or barred"), (lately, "is kept until")):
        with pytest.raises(CommandError, match=why):
            call_command("erase_personal_data", "--do", worker=worker.badge_id)
    call_command("erase_personal_data", "--do")
    assert list(Learner.objects.filter(badge_id__startswith="erased-")) == [gone]
    call_command("erase_personal_data", resume=claimed.badge_id)
    call_command("erase_personal_data", "--do")
    assert set(Learner.objects.filter(badge_id__startswith="erased-")) == {gone, claimed}
    settings.RETENTION_LOGS_MONTHS = None
    with pytest.raises(CommandError, match="RETENTION_LOGS_MONTHS: how many months"):
        call_command("erase_personal_data", "--do")


def test_t6_who_is_due_is_listed_for_this_account_alone(tmp_path: Path) -> None:
    day = date(2001, 5, 4)
    worker = LearnerFactory(status="INACTIVE", start_date=day, end_date=day)
    as_owner("UPDATE learners_learnerperiod SET valid_from = %s", day)
    for file in (tmp_path / "due.json", tmp_path / "due.csv"):
        call_command("erase_personal_data", list=file)
        assert file.stat().st_mode & 0o777 == 0o600
        assert worker.badge_id in file.read_text()
        with pytest.raises(CommandError, match="cannot be made"):
            call_command("erase_personal_data", list=file)


def test_t6_a_restore_repeats_the_erasures_that_the_list_outside_names(tmp_path: Path) -> None:
    worker, same_key = LearnerFactory(badge_id="B-77", last_name="Quist"), LearnerFactory()
    listed = tmp_path / "erasures"
    with transaction.atomic():
        erase(worker)
        assert "B-77" not in listed.read_text()
        assert "Quist" not in listed.read_text()
        transaction.set_rollback(True)  # as a backup of before it brings the person back
    line = json.loads(listed.read_text())
    line["workers"][str(same_key.pk)] = datetime(2001, 1, 1, tzinfo=UTC).isoformat()
    listed.write_text(f"{json.dumps(line)}\n")
    assert Learner.objects.filter(badge_id="B-77").exists()
    call_command("erase_personal_data", "--repeat")
    assert not Learner.objects.filter(badge_id="B-77").exists()
    assert Learner.objects.get(pk=same_key.pk).badge_id == same_key.badge_id
    assert acts.repeat_erasures(by="operator", now=timezone.now()) == 0


def test_t6_every_hidden_column_of_a_persons_row_is_emptied_and_every_word_of_the_declaration_means_something() -> None:
    labels = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert {*EMPTIED, *NOT_SEARCHED, *FORGOTTEN} <= labels
    kept = [
        f"{sealed.model}.{column}"
        for sealed in SEALED_TABLES
        if sealed.model in EMPTIED
        for column in sealed.hidden - EMPTIED[sealed.model].keys()
    ]
    assert kept == []
    unknown = [
        f"{label}.{column}"
        for label, columns in EMPTIED.items()
        for column in columns
        if column not in {each.column for each in apps.get_model(label)._meta.local_concrete_fields}
    ]
    assert unknown == []


def test_t6_a_short_number_is_a_badge_only_where_it_stands_alone() -> None:
    needles = Needles(frozenset({"123", "Ada Byron"}), frozenset({("Ada", "Byron")}))
    assert needles.are_in(["123"])
    assert not needles.are_in(["Hall 123", "Ada"])
    assert needles.are_in(["Ada", "BYRON"])
    assert needles.free({"Ada": "Ada Byron of Hall 123", "row": 123}) == {"Ada": "erased of Hall 123", "row": 123}
    assert needles.free("Adamant") == "Adamant"
