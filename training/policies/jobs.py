"""The legal states of jobs (B2), without a database."""

from collections.abc import Mapping

from training.models import Job

State = Job.State

# The one table of legal steps. A running job whose worker was lost is begun once more, under a new number.
JOB_STEPS: Mapping[State, frozenset[State]] = {
    State.WAITING: frozenset({State.RUNNING, State.FAILED, State.CANCELLED}),
    State.RUNNING: frozenset({State.RUNNING, State.WAITING, State.DONE, State.FAILED, State.CANCELLED}),
    State.DONE: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}


def states_before(state: State) -> list[State]:
    """Return the states from which a job can come to `state`: the condition of the statement that takes the step."""
    return [before for before, following in JOB_STEPS.items() if state in following]
