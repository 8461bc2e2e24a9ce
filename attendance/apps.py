from django.apps import AppConfig
from django.utils.translation import gettext_lazy


class AttendanceConfig(AppConfig):
    name = "attendance"
    verbose_name = gettext_lazy("Attendance")

    def ready(self) -> None:
        # They need the models, which are there only now.
        from attendance.policies.import_kinds import ATTENDANCE_KINDS  # noqa: PLC0415
        from attendance.services.imports.kinds.hours import HourRows  # noqa: PLC0415
        from attendance.services.imports.kinds.marks import MarkRows  # noqa: PLC0415
        from attendance.services.imports.kinds.sessions import SessionRows  # noqa: PLC0415
        from training.core.imports.registry import declare  # noqa: PLC0415
        from training.services.imports.contract import serve  # noqa: PLC0415

        declare(*ATTENDANCE_KINDS)
        for kind, service in (("sessions", SessionRows()), ("marks", MarkRows()), ("hours", HourRows())):
            serve(kind, service)
