"""What is brought in about people (I1): roles, areas, requirements, workers, training records.

Kinds that come later (parts, duties, kinds of proof, exemptions) are further declarations in `LEARNERS_KINDS`: nothing
that reads declarations knows the kinds by name.
"""

from learners.policies.import_records import RECORDS
from learners.policies.import_roles import AREAS, REQUIREMENTS, ROLES
from learners.policies.import_workers import WORKERS

LEARNERS_KINDS = (ROLES, AREAS, REQUIREMENTS, WORKERS, RECORDS)
