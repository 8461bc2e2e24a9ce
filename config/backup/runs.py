"""When the site was backed up last."""

from config.models import BackupRun


def last_good_backup() -> BackupRun | None:
    """Return the newest backup that has all evidence as it was stored; None if there was none."""
    return BackupRun.objects.filter(damaged=0).order_by("-began_at", "-pk").first()
