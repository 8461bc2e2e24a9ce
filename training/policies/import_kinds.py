"""What a library is brought in from (I1): companies, venues, courses, trainers, classes."""

from training.policies.import_classes import CLASSES
from training.policies.import_courses import COURSES
from training.policies.import_places import COMPANIES, VENUES
from training.policies.import_trainers import TRAINERS

TRAINING_KINDS = (COMPANIES, VENUES, COURSES, TRAINERS, CLASSES)
