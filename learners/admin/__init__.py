from learners.admin import hours, records, requirements, workers
from training.core.admin.events import register_events

__all__ = ["hours", "records", "requirements", "workers"]

register_events("learners")
