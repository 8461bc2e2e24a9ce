"""The groups of logins, made after every migrate; `training.core.permissions` says what each may do."""

SUPERVISORS = "HSE supervisor"
TRAINERS = "trainer"
AUDITORS = "auditor"
GROUPS = (SUPERVISORS, TRAINERS, AUDITORS)
