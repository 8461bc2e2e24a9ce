"""The kinds of jobs, and the lists, of what spans the apps; procrastinate finds this module by its name."""

import config.papers.users  # noqa: F401  # declares its list
