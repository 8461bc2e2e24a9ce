"""The kinds of jobs, and the lists, of what spans the apps; procrastinate finds this module by its name."""

from config.papers import history, users  # noqa: F401  # declare their lists
