"""The whole site as plain files (X3): everything is there, agrees with the database, and nothing lets anybody in."""

import csv
import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from config import site_export
from config.api_tokens import create_token
from config.management.commands import export_site as command
from config.site_export import COLUMNS, LEFT_OUT, TABLES, UNFINISHED, WITHOUT, exported_fields, exported_models
from learners.models import Learner
from tests.factories import files
from tests.factories.attendance import SessionAttendeeFactory
from tests.factories.learners import EvidenceUploadFactory, LearnerAreaFactory, LearnerFactory, TrainingRecordFactory
from tests.factories.training import CompanyFactory, UserFactory, active_class, scheduled_session

NASTY = '=1+1, "quoted"\r\nand a second line\t\\N ü'


@pytest.fixture
def site(db: None, evidence_dir: Path) -> str:
    """Some of everything, with texts that a careless file would break; return the key of a stored file."""
    content = files.pdf()
    sha256 = hashlib.sha256(content).hexdigest()
    key = f"{sha256[:2]}/{sha256}.pdf"
    (evidence_dir / key).parent.mkdir(parents=True)
    (evidence_dir / key).write_bytes(content)
    learner = LearnerFactory(first_name="Ünal", last_name="O'Brien", phone="", badge_id="00417")
    LearnerAreaFactory(learner=learner)
    session = scheduled_session(attendance_file_key=key, attendance_file_hash=sha256)
    SessionAttendeeFactory(session=session, learner=learner, remarks=NASTY)
    EvidenceUploadFactory(session=session, key=key, sha256=sha256, size=len(content))
    TrainingRecordFactory(learner=learner, comments="")
    active_class()
    CompanyFactory(name=NASTY.splitlines()[0])
    return key


def run(directory: Path) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("export_site", str(directory), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db(transaction=True)
def test_x3_everything_can_be_read_back_as_it_was(site: str, tmp_path: Path):
    told, _err = run(tmp_path / "out")

    assert told.startswith(f"{tmp_path / 'out'}: {len(exported_models())} tables, ")
    counted = {row["table"]: int(row["rows"]) for row in read(tmp_path / "out" / TABLES)}
    for model in exported_models():
        name = model._meta.db_table
        assert _differences(model, tmp_path / "out" / "tables" / f"{name}.csv") == (0, 0), name
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            assert cursor.fetchone() == (counted[name],), name
    assert counted["learners_learner"] == Learner.objects.count() > 0
    (attendee,) = read(tmp_path / "out/tables/session_attendees.csv")
    assert attendee["remarks"] == NASTY
    (learner,) = [each for each in read(tmp_path / "out/tables/learners_learner.csv") if each["badge_id"] == "00417"]
    assert learner["first_name"] == "Ünal"


def _differences(model: type[models.Model], path: Path) -> tuple[int, int]:
    """Return how many rows only the table has, and how many only the file has, read by PostgreSQL itself."""
    columns = ", ".join(f'"{each.column}"' for each in exported_fields(model))
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE back AS SELECT {columns} FROM "{table}" WITH NO DATA')
        with cursor.copy(f"COPY back ({columns}) FROM STDIN (FORMAT csv, HEADER true)") as copy:
            copy.write(path.read_bytes())
        found = []
        for one, other in ((f'"{table}"', "back"), ("back", f'"{table}"')):
            cursor.execute(
                f"SELECT count(*) FROM (SELECT {columns} FROM {one} EXCEPT ALL SELECT {columns} FROM {other}) d"
            )
            found.append(cursor.fetchone()[0])
        cursor.execute("DROP TABLE back")
    return found[0], found[1]


@pytest.mark.django_db(transaction=True)
def test_x3_the_evidence_stands_beside_under_its_hash(site: str, evidence_dir: Path, tmp_path: Path):
    run(tmp_path / "out")

    (line,) = [row for row in read(tmp_path / "out/evidence.csv") if row["key"] == site]
    copied = tmp_path / "out" / line["file"]
    assert copied.read_bytes() == (evidence_dir / site).read_bytes()
    assert (line["state"], copied.stem) == ("copied", line["sha256"])
    assert hashlib.sha256(copied.read_bytes()).hexdigest() == line["sha256"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("damage", "state"), [("remove", "missing"), ("change", "altered")])
def test_x3_a_file_that_is_not_as_it_was_stored_is_named(
    damage: str, state: str, site: str, evidence_dir: Path, tmp_path: Path
):
    if damage == "remove":
        (evidence_dir / site).unlink()
    else:
        (evidence_dir / site).write_bytes(b"something else")

    with pytest.raises(SystemExit) as ended:
        run(tmp_path / "out")

    assert ended.value.code == 1
    states = {row["key"]: row["state"] for row in read(tmp_path / "out/evidence.csv")}
    assert states[site] == state
    assert "NOT as they were stored" in (tmp_path / "out/README.txt").read_text()
    assert not list((tmp_path / "out/evidence").rglob("*.part"))


def test_x3_every_table_is_exported_or_named_with_its_reason():
    known = {each._meta.label for each in apps.get_models(include_auto_created=True) if not each._meta.proxy}
    exported = {each._meta.label for each in exported_models()}
    assert exported | set(LEFT_OUT) == known
    assert not exported & set(LEFT_OUT)
    assert all(LEFT_OUT.values())
    for label, fields in WITHOUT.items():
        assert set(fields) <= {each.name for each in apps.get_model(label)._meta.concrete_fields}, label


SECRET_WORDS = ("password", "secret", "token", "digest", "session_key", "session_data")
# Columns that are called so and hold no secret.
HARMLESS = {
    ("config.SignIn", "token_id"): "the number of a token",
    ("training.LogAnchor", "token"): "a time stamp, which is for everybody",
    ("pghistory.Context", "metadata"): "holds the number and the name of a token",
}


def test_x3_no_column_that_could_let_somebody_in_is_exported():
    for model in exported_models():
        for each in exported_fields(model):
            if any(word in str(each.column) for word in SECRET_WORDS):
                assert (model._meta.label, each.column) in HARMLESS, (model._meta.label, each.column)


@pytest.mark.django_db(transaction=True)
def test_x3_what_lets_people_in_does_not_leave(site: str, superuser: User, tmp_path: Path):
    user = UserFactory(username="canary")
    user.set_password("the password of the canary")
    user.save()
    client = Client()
    client.force_login(user)
    token = _token_of(superuser)

    run(tmp_path / "out")

    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert b"canary" in everything, "the login is there"
    secrets = [user.password, user.password.rpartition("$")[2], client.session.session_key, token]
    digests = [hashlib.sha256(each.encode()).hexdigest() for each in secrets]
    assert not [each for each in (*secrets, *digests) if each.encode() in everything]


def _token_of(user: User) -> str:
    made = create_token(name="Gate", user=user, by=user, now=timezone.now(), days=30, scope="write")
    return made if isinstance(made, str) else made[1]


@pytest.mark.django_db(transaction=True)
def test_x3_every_column_is_described(site: str, tmp_path: Path):
    run(tmp_path / "out")

    told = {(row["table"], row["column"]): row for row in read(tmp_path / "out" / COLUMNS)}
    for path in (tmp_path / "out/tables").iterdir():
        head = path.read_text().splitlines()[0].split(",")
        assert [column for table, column in told if table == path.stem] == head
    version = told["training_courseversion", "validity_months"]
    assert (version["what"], version["more"], version["may be empty"]) == ("validity (months)", "0 = permanent", "no")
    assert told["learners_learner", "company_id"]["refers to"] == "training_company"
    assert "BLACKLISTED = Blocked" in told["learners_learner", "status"]["values"]


@pytest.mark.django_db(transaction=True)
def test_x3_all_tables_are_as_of_one_moment(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A worker who comes while tables are written is in none of them, for the periods come after the workers."""
    real = site_export._copy
    seen: list[str] = []

    def slow(model: Any, target: Path) -> int:
        seen.append(model._meta.db_table)
        if model._meta.db_table == "learners_learner":
            with _another_connection() as other:
                other.execute("UPDATE training_company SET name = name || ' meanwhile'")
        return real(model, target)

    monkeypatch.setattr(site_export, "_copy", slow)
    run(tmp_path / "out")

    assert seen.index("learners_learner") < seen.index("training_company")
    assert not [row for row in read(tmp_path / "out/tables/training_company.csv") if "meanwhile" in row["name"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM training_company WHERE name LIKE '%% meanwhile'")
        assert cursor.fetchone()[0] > 0, "the change was committed"


def _another_connection() -> Any:
    import psycopg  # noqa: PLC0415  # only here

    return psycopg.connect(**connection.get_connection_params() | {"autocommit": True, "cursor_factory": None})


@pytest.mark.django_db
def test_x3_a_directory_that_holds_something_is_refused_and_left(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("keep")

    with pytest.raises(CommandError, match="is not empty"):
        run(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.django_db(transaction=True)
def test_x3_an_interrupted_export_says_so(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*args: Any, **options: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(site_export, "_write_evidence", interrupt)

    with pytest.raises(CommandError, match="Stopped before the end") as stopped:
        run(tmp_path / "out")

    assert stopped.value.returncode == command.INTERRUPTED
    assert (tmp_path / "out" / UNFINISHED).exists()
    assert not (tmp_path / "out/README.txt").exists()


@pytest.mark.django_db(transaction=True)
def test_x3_nobody_else_on_the_machine_reads_it(site: str, tmp_path: Path):
    run(tmp_path / "out")

    assert not (tmp_path / "out" / UNFINISHED).exists()
    for path in (tmp_path / "out", *(tmp_path / "out").rglob("*")):
        assert os.stat(path).st_mode & 0o077 == 0, path
