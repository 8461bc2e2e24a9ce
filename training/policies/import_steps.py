"""The legal states of imports (I3 to I8), without a database."""

from collections.abc import Mapping

from training.models import Import

State = Import.State

# The one table of legal steps. Whoever changes columns or answers begins anew from there; a step whose worker was lost
# is begun once more. What could not be done changes nothing, so it can be checked again.
IMPORT_STEPS: Mapping[State, frozenset[State]] = {
    State.READING: frozenset({State.ASKING, State.FAILED, State.DROPPED}),
    State.ASKING: frozenset({State.ASKING, State.CHECKING, State.DROPPED}),
    State.CHECKING: frozenset({State.ASKING, State.CHECKED, State.FAILED, State.DROPPED}),
    State.CHECKED: frozenset({State.ASKING, State.CHECKING, State.DOING, State.DROPPED}),
    State.DOING: frozenset({State.CHECKED, State.DONE}),
    State.FAILED: frozenset({State.ASKING, State.CHECKING, State.DROPPED}),
    State.DONE: frozenset({State.UNDONE}),
    State.DROPPED: frozenset(),
    State.UNDONE: frozenset(),
}


def states_before(state: State) -> list[State]:
    """Return the states from which an import can come to `state`."""
    return [before for before, following in IMPORT_STEPS.items() if state in following]
