from learners.admin import hours, import_turns, records, registers, requirements, workers
from training.core.admin.events import register_events

__all__ = ["hours", "import_turns", "records", "registers", "requirements", "workers"]

register_events("learners")
