from learners.models.competency import AssessmentMethod, CompetencyRecord
from learners.models.compliance import ComplianceItem, ComplianceRun
from learners.models.evidence import EvidenceRead, EvidenceUpload
from learners.models.import_turn import ImportTurn
from learners.models.learner import ON_SITE, ComplianceStatus, Learner, LearnerArea
from learners.models.merge import Merge
from learners.models.number import WorkerNumber
from learners.models.period import AreaPeriod, BadgePeriod, LearnerAreaPeriod, LearnerPeriod, RequirementPeriod
from learners.models.progression import LearnerHoursLog, LearnerProgression, ProgressionEvent
from learners.models.record import Revocation, TrainingRecord
from learners.models.register import RegisterExtract, RegisterImport, RegisterStanding
from learners.models.requirement import Area, AreaRequirement, Asker, RequirementType, Role, RoleRequirement

__all__ = [
    "ON_SITE",
    "Area",
    "AreaPeriod",
    "AreaRequirement",
    "Asker",
    "AssessmentMethod",
    "BadgePeriod",
    "CompetencyRecord",
    "ComplianceItem",
    "ComplianceRun",
    "ComplianceStatus",
    "EvidenceRead",
    "EvidenceUpload",
    "ImportTurn",
    "Learner",
    "LearnerArea",
    "LearnerAreaPeriod",
    "LearnerHoursLog",
    "LearnerPeriod",
    "LearnerProgression",
    "Merge",
    "ProgressionEvent",
    "RegisterExtract",
    "RegisterImport",
    "RegisterStanding",
    "RequirementPeriod",
    "RequirementType",
    "Revocation",
    "Role",
    "RoleRequirement",
    "TrainingRecord",
    "WorkerNumber",
]
