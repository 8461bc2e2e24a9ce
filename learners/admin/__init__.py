from learners.admin import hours, records, registers, requirements, workers
from training.core.admin.events import register_events

__all__ = ["hours", "records", "registers", "requirements", "workers"]

register_events("learners")
