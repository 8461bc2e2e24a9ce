"""The index of the library: how many there are of each kind of thing."""

from training.models import Company, Course, Trainer, Venue


def library_counts() -> dict[str, int]:
    """Return how many courses, trainers, venues and companies are in use, by the name of their section."""
    return {
        "courses": Course.objects.filter(deleted_at__isnull=True).count(),
        "trainers": Trainer.objects.filter(is_active=True).count(),
        "venues": Venue.objects.filter(is_active=True).count(),
        "companies": Company.objects.filter(is_active=True).count(),
    }
