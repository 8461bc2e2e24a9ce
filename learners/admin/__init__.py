from learners.admin import records, requirements, workers
from training.event_admin import register_events

__all__ = ["records", "requirements", "workers"]

register_events("learners")
