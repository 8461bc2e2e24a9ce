from training.models.company import Company
from training.models.course import Course, CoursePrerequisite, CourseVersion
from training.models.feed import CalendarFeed
from training.models.imports import Import, ImportAlias, ImportedRow, ImportFile, ImportHeadings, ImportRow
from training.models.job import FileDownload, Job
from training.models.logins import GroupPermission, Login, LoginGroup, LoginPermission, Membership
from training.models.periodic import PeriodicRun
from training.models.seals import (
    Erasure,
    Log,
    LogAnchor,
    LogCheckpoint,
    LogEntry,
    LogKey,
    LogTile,
    PackMade,
    Seal,
    SealOpening,
    SealPending,
)
from training.models.session import SESSION_STEPS, Session
from training.models.site import Site
from training.models.trainer import Trainer, TrainerQualification
from training.models.training_class import ClassAttendanceSession, TrainingClass
from training.models.venue import Venue

__all__ = [
    "SESSION_STEPS",
    "CalendarFeed",
    "ClassAttendanceSession",
    "Company",
    "Course",
    "CoursePrerequisite",
    "CourseVersion",
    "Erasure",
    "FileDownload",
    "GroupPermission",
    "Import",
    "ImportAlias",
    "ImportFile",
    "ImportHeadings",
    "ImportRow",
    "ImportedRow",
    "Job",
    "Log",
    "LogAnchor",
    "LogCheckpoint",
    "LogEntry",
    "LogKey",
    "LogTile",
    "Login",
    "LoginGroup",
    "LoginPermission",
    "Membership",
    "PackMade",
    "PeriodicRun",
    "Seal",
    "SealOpening",
    "SealPending",
    "Session",
    "Site",
    "Trainer",
    "TrainerQualification",
    "TrainingClass",
    "Venue",
]
