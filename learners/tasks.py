"""The kinds of jobs of this app: its lists as files. Procrastinate imports this module."""

from learners.papers import library_lists  # noqa: F401  # declares them
