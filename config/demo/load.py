"""Loads the demo site: everything it makes is in the open transaction, so it is all there or not at all."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from config.demo.catalogue import catalogue as read_catalogue
from config.demo.certificates import certificate_paper, write_certificates
from config.demo.classes import Classes
from config.demo.diary import Diary, keep_diary
from config.demo.filing import file_papers, filing_clerks
from config.demo.library import write_library
from config.demo.logins import ADMIN, SUPERVISORS_BY_NAME, write_logins
from config.demo.past import Historian, PastSession, analyze
from config.demo.people import draw_people
from config.demo.plan import draw_groups
from config.demo.present import Present
from config.demo.progress import LoadingProgress
from config.demo.sign_offs import revoke_a_few, sign_off
from config.demo.workforce import write_workforce
from learners.models import Learner
from learners.services.compliance import recalculate_everyone
from training.core.audit_context import as_command
from training.core.long_jobs import take_time


def load(*, seed: int, workers: int, now: datetime, progress: LoadingProgress) -> None:
    """Write a site of `workers` people with two years of history up to `now`. Equal arguments give the same site."""
    take_time()
    rng = random.Random(seed)
    today = timezone.localdate(now)
    catalogue = read_catalogue()
    diary = Diary(ZoneInfo(settings.TIME_ZONE))
    people = draw_people(rng, catalogue, workers=workers, today=today)
    groups = draw_groups(rng, catalogue, people, today=today)
    sessions, certificates = keep_diary(rng, catalogue, people, groups, today=today, diary=diary)

    users = write_logins()
    admin = users[ADMIN]
    supervisors = [users[name] for name in SUPERVISORS_BY_NAME]
    with as_command("demo", by=admin):
        library = write_library(catalogue, users, by=admin, today=today)
        learners = write_workforce(people, library, by=admin)
    historian = Historian(rng, people, learners, library, supervisors=supervisors, now=now)
    held = historian.write_lists(sessions)
    with filing_clerks() as clerks:
        sheets = file_papers(held, PastSession.paper, clerks)
        papers = file_papers(certificates, lambda each: certificate_paper(each, learners, library), clerks)
        _recalculate(now)
        not_competent = historian.finalize(held, sheets, progress=progress)
        filed = progress.each("Certificates", zip(certificates, papers, strict=True), total=len(certificates))
        with as_command("demo", by=supervisors[0]):
            write_certificates(rng, filed, people, learners, library, by=supervisors[0], today=today)
    with as_command("demo", by=supervisors[0]):
        sign_off(rng, library, not_competent, assessors=supervisors, today=today)
    revoke_a_few(rng, by=admin, now=now)
    _recalculate(now)
    Present(rng, catalogue, library, diary, by=supervisors[0], now=now).write()
    Classes(rng, people, learners, library, by=supervisors[0], admin=admin, now=now).write()
    _recalculate(now)


def _recalculate(now: datetime) -> None:
    analyze()
    with as_command("demo"):
        for _progress in recalculate_everyone(today=timezone.localdate(now), now=now):
            pass


class ForeignWorkers(Exception):  # noqa: N818  # a refusal, in words for the operator
    """The database is somebody's site: it holds workers, and none that the demo made."""


def is_loaded() -> bool:
    """Tell whether the demo is in the database, whoever has been added to it since.

    Who made a worker is in the audit trail.

    Raises:
        ForeignWorkers: there are workers, and the demo made none of them (O2).
    """
    events = Learner.pgh_event_model.objects  # type: ignore[attr-defined]  # set by pghistory
    if events.filter(pgh_label="insert", pgh_context__metadata__command="demo").exists():
        return True
    foreign = Learner.objects.count()
    if foreign:
        raise ForeignWorkers(
            f"This database holds {foreign:,} worker{'s' if foreign > 1 else ''} that the demo did not make, so it may "
            "be somebody's site. Nothing was changed. Start its web server with gunicorn, or use another database."
        )
    return False
