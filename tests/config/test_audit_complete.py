"""Who may do what is audited like everything else: one event per change, in the same transaction, by every door."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.utils import timezone
from pghistory.models import Event

from config.api_tokens import create_token, revoke_token
from config.models import ApiToken
from config.services.invitations import invite_login
from tests.factories.training import UserFactory
from training.core.groups import AUDITORS, TRAINERS
from training.models import GroupPermission, Login, LoginGroup, LoginPermission, Membership, Site

pytestmark = pytest.mark.django_db

LOGIN_EVENTS: Any = Login.pgh_event_model  # type: ignore[attr-defined]  # set by pghistory
PASSWORD = "correct horse battery"
OTHER_PASSWORD = "staple of another kind"

# Tables that leave no event when they change, and why. Whoever brings a model audits it, or says here why not.
NOT_AUDITED = {
    "account.EmailAddress": "not written to",
    "account.EmailConfirmation": "not written to",
    "admin.LogEntry": "a log, of Admin's own",
    "attendance.RegisterDifference": "append-only, is its own history",
    "attendance.RegisterComparison": "append-only, is its own history",
    "attendance.DifferenceExplained": "append-only, is its own history",
    "attendance.FilingPaste": "waits to be filed for some days, proves nothing",
    "attendance.FilingProof": "waits to be filed for some days, proves nothing",
    "attendance.FilingRow": "waits to be filed for some days, proves nothing",
    "attendance.RegisterSample": "append-only, is its own history",
    "attendance.SampleCheck": "append-only, is its own history",
    "attendance.SampledRecord": "append-only, is its own history",
    "auth.Permission": "written by migrations; the site asks for none of them",
    "axes.AccessAttempt": "keeps rows about wrong passwords; it limits nothing (ADR 29)",
    "axes.AccessAttemptExpiration": "as axes.AccessAttempt",
    "axes.AccessFailureLog": "not written to",
    "axes.AccessLog": "not written to",
    "config.ApiUse": "counts requests",
    "config.Attempts": "keeps rows about wrong passwords; it limits nothing (ADR 29)",
    "config.BackupRun": "written once when a backup ends, proves nothing",
    "config.CacheEntry": "what processes share for minutes",
    "config.CompanySession": "who is signed in at present",
    "config.ErasureHold": "written by the owner; is its own history",
    "config.IdempotentAnswer": "answers to give again, for a day",
    "config.LoggedLook": "append-only, is its own history",
    "config.SignIn": "append-only, is its own history",
    "contenttypes.ContentType": "written by migrations",
    "learners.AreaPeriod": "dated history, written by triggers",
    "learners.BadgePeriod": "dated history, written by triggers",
    "learners.ComplianceRun": "append-only, is its own history",
    "learners.EvidenceRead": "append-only, is its own history",
    "learners.ImportTurn": "told by a check until it is done; then written once, with the import",
    "learners.LearnerAreaPeriod": "dated history, written by triggers",
    "learners.LearnerPeriod": "dated history, written by triggers",
    "learners.Merge": "append-only, is its own history",
    "learners.RegisterExtract": "append-only, is its own history",
    "learners.RequirementPeriod": "dated history, written by triggers",
    "pghistory.Context": "part of the audit",
    "socialaccount.SocialApp": "not written to; the role may not",
    "socialaccount.SocialToken": "not written to; the role may not",
    **dict.fromkeys(
        (
            "training.Seal",
            "training.SealOpening",
            "training.SealPending",
            "training.Log",
            "training.LogKey",
            "training.LogEntry",
            "training.LogTile",
            "training.LogCheckpoint",
            "training.LogAnchor",
        ),
        "the ledger, written by triggers and by the log's own role",
    ),
    "training.Erasure": "append-only, and sealed",
    "training.PackMade": "append-only, and sealed",
    "training.FileDownload": "append-only, is its own history",
    "training.ImportFile": "goes with its import, which is audited",
    "training.ImportHeadings": "what is proposed the next time, proves nothing",
    "training.ImportRow": "waits for some days, proves nothing",
    "training.ImportedRow": "append-only, is its own history",
    "training.PeriodicRun": "kept for a year, proves nothing",
    "training.Job": "kept for some days, proves nothing",
    "sessions.Session": "who is signed in at present",
}


def events_of(tracked: Any) -> list[tuple[int, str]]:
    """Return the events of a table as rows and what became of them, in their order."""
    return list(tracked.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_obj_id", "pgh_label"))


def execute(statement: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def is_audited(model: type[Model]) -> bool:
    """Tell whether every kind of change of a table runs a trigger that writes events."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT bool_or(t.tgtype & 4 > 0) AND bool_or(t.tgtype & 8 > 0) AND bool_or(t.tgtype & 16 > 0)
                 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE t.tgrelid = quote_ident(%s)::regclass AND t.tgenabled = 'O'
                  AND p.prosrc LIKE '%%_pgh_attach_context()%%'""",
            [model._meta.db_table],
        )
        return bool(cursor.fetchone()[0])


def test_every_table_is_audited_or_says_why_not():
    tables = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not issubclass(model, Event)
    ]

    silent = {model._meta.label for model in tables if not is_audited(model)}

    assert silent == NOT_AUDITED.keys(), "of these no event tells, or does and they are excused all the same"


# What changes logins, by every door


def a_user(**fields: Any) -> User:
    return UserFactory(username="walter", first_name="Walter", last_name="Ashby", **fields)


def by_orm(user: User) -> None:
    user.last_name = "Ashby-Cole"
    user.save()


def by_update(user: User) -> None:
    User.objects.filter(pk=user.pk).update(last_name="Ashby-Cole")


def by_bulk_update(user: User) -> None:
    user.last_name = "Ashby-Cole"
    User.objects.bulk_update([user], ["last_name"])


def by_sql(user: User) -> None:
    execute("UPDATE auth_user SET last_name = 'Ashby-Cole' WHERE id = %s", user.pk)


def by_users_page(user: User) -> None:
    client = Client()
    client.force_login(UserFactory(username="chief", is_superuser=True, is_staff=True))
    form = {"username": "walter", "first_name": "Walter", "last_name": "Ashby-Cole", "email": user.email}
    answer = client.post(f"/users/{user.pk}/edit/", form)
    assert answer.status_code == 302, answer.context["form"].errors


CHANGES = [by_orm, by_update, by_bulk_update, by_sql, by_users_page]


@pytest.mark.parametrize("change", CHANGES)
def test_a_login_that_changes_leaves_one_event_by_every_door(change: Callable[[User], None]):
    user = a_user()

    change(user)

    assert [label for key, label in events_of(Login) if key == user.pk] == ["insert", "update"]
    event = LOGIN_EVENTS.objects.filter(pgh_obj_id=user.pk).latest("pgh_id")
    assert event.last_name == "Ashby-Cole"


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_rolled_back_leaves_no_event(change: Callable[[User], None]):
    user = a_user()

    with transaction.atomic():
        change(user)
        transaction.set_rollback(True)

    assert [label for key, label in events_of(Login) if key == user.pk] == ["insert"]


def test_logins_made_in_bulk_or_by_sql_leave_one_event_each():
    before = events_of(Login)
    User.objects.bulk_create(User(username=f"bulk{number}") for number in range(3))
    execute(
        "INSERT INTO auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active, "
        "date_joined) VALUES ('plain', '!', '', '', '', true, false, true, now())"
    )
    User.objects.filter(username="plain").delete()

    assert [label for _key, label in events_of(Login)[len(before) :]] == ["insert"] * 4 + ["delete"]


def test_signing_in_is_no_change_of_a_login():
    user = a_user()
    Client().force_login(user)

    user.refresh_from_db()
    assert user.last_login is not None
    assert [label for key, label in events_of(Login) if key == user.pk] == ["insert"]


def by_page(user: User) -> None:
    client = Client()
    client.force_login(user)
    new = {"old_password": PASSWORD, "new_password1": OTHER_PASSWORD, "new_password2": OTHER_PASSWORD}
    assert client.post("/password/", new).status_code == 302


def by_invitation(user: User) -> None:
    chief = UserFactory(username="chief", is_superuser=True)
    _, secret = invite_login(user_id=user.pk, by=chief, now=timezone.now())
    new = {"password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
    assert Client().post(f"/invitation/accept/?key={secret}", new).status_code == 302


def by_password_command(user: User) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("getpass.getpass", lambda prompt="": OTHER_PASSWORD)
        call_command("changepassword", user.username)


def by_password_sql(user: User) -> None:
    execute("UPDATE auth_user SET password = 'md5$known$to$the$intruder', is_superuser = true WHERE id = %s", user.pk)


@pytest.mark.parametrize("change", [by_page, by_invitation, by_password_command, by_password_sql])
def test_a_password_that_changes_is_told_and_its_hash_is_not(change: Callable[[User], None]):
    user = a_user(password=make_password(PASSWORD))

    change(user)

    assert [label for key, label in events_of(Login) if key == user.pk] == ["insert", "password"]
    event = LOGIN_EVENTS.objects.filter(pgh_obj_id=user.pk).latest("pgh_id")
    user.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(event)::text FROM training_loginevent event WHERE pgh_id = %s", [event.pk])
        (told,) = cursor.fetchone()
    assert user.password not in told


def test_a_command_is_named_with_who_ran_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    monkeypatch.setenv("LOGNAME", "deploy")
    call_command("createsuperuser", interactive=False, username="root2", email="root2@example.com")

    event = LOGIN_EVENTS.objects.latest("pgh_id")

    assert (event.pgh_label, event.is_superuser) == ("insert", True)
    assert event.pgh_context.metadata == {"command": "createsuperuser", "operator": "deploy"}


# Groups and permissions


def test_groups_and_who_is_in_them_leave_one_event_per_change():
    user, before = a_user(), len(events_of(Membership))
    trainers, auditors = Group.objects.get(name=TRAINERS), Group.objects.get(name=AUDITORS)
    user.groups.add(trainers, auditors)
    user.groups.remove(trainers)
    user.groups.set([trainers])
    execute("DELETE FROM auth_user_groups WHERE user_id = %s", user.pk)
    User.groups.through.objects.bulk_create([User.groups.through(user=user, group=auditors)])

    labels = [label for _key, label in events_of(Membership)[before:]]
    assert labels == ["insert", "insert", "delete", "delete", "insert", "delete", "insert"]


def test_permissions_of_logins_and_groups_leave_one_event_per_change():
    user, group, permission = a_user(), Group.objects.create(name="Fitters"), Permission.objects.first()
    assert permission is not None
    user.user_permissions.add(permission)
    user.user_permissions.clear()
    group.permissions.add(permission)
    execute("DELETE FROM auth_group_permissions WHERE group_id = %s", group.pk)
    group.name = "Riggers"
    group.save()

    assert [label for _key, label in events_of(LoginPermission)] == ["insert", "delete"]
    assert [label for _key, label in events_of(GroupPermission)] == ["insert", "delete"]
    assert [label for key, label in events_of(LoginGroup) if key == group.pk] == ["insert", "update"]


def test_a_login_tells_its_groups(as_superuser: Client, superuser: User):
    user = a_user()
    group = Group.objects.get(name=TRAINERS)
    form = {"username": "walter", "first_name": "Walter", "last_name": "Ashby", "email": user.email}
    as_superuser.post(f"/users/{user.pk}/edit/", {**form, "groups": [group.name]})

    memberships: Any = Membership
    event = memberships.pgh_event_model.objects.latest("pgh_id")

    assert (event.user_id, event.group_id, event.pgh_label) == (user.pk, group.pk, "insert")
    assert event.pgh_context.metadata["user"] == superuser.pk
    history = as_superuser.get(f"/admin/auth/user/{user.pk}/history/").content.decode()
    assert "Group of the login trainer added" in history
    assert superuser.get_full_name() in history
    assert "Group of the login" in as_superuser.get(f"/admin/auth/group/{group.pk}/history/").content.decode()


# The site, and tokens


def test_a_setting_of_the_site_that_changes_leaves_one_event():
    before = len(events_of(Site))
    Site.objects.update(time_zone="America/New_York")
    Site.objects.update(time_zone="America/New_York")
    execute("UPDATE training_site SET time_zone = 'Australia/Lord_Howe'")

    assert [label for _key, label in events_of(Site)[before:]] == ["update", "update"]


def test_a_token_leaves_one_event_when_it_is_made_and_when_it_is_revoked(superuser: User):
    token, secret = create_token(user=superuser, name="Gate", by=superuser, now=timezone.now())
    Client().get("/api/v1/training/sessions", headers={"Authorization": f"Bearer {secret}"})
    revoke_token(token_id=token.pk, by=superuser, now=timezone.now())

    token.refresh_from_db()
    assert token.last_used_at is not None
    assert events_of(ApiToken) == [(token.pk, "insert"), (token.pk, "update")]
