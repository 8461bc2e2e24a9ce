"""What is asked before it is done: it may be right, and a person has to say so (L4).

A service collects its questions when it holds its locks and has checked everything else. Whoever answers sends back the
word that came with the question. If the question has changed meanwhile the word does not fit, and it is asked again.
"""

from collections.abc import Sequence
from hashlib import sha256

from django.utils.translation import gettext as _

from training.core.kinds import ConflictKind
from training.core.refusals import Conflict

WORD_LENGTH = 16


class ConfirmationNeeded(Conflict):
    """Somebody has to say that this is meant (409). `conflict["confirm"]` is the word that says so.

    Attributes:
        questions: the sentences.
        word: what whoever confirms sends back as `confirmed`.
    """

    def __init__(self, questions: Sequence[str]) -> None:
        self.questions = [str(question) for question in questions]
        self.word = sha256("\n".join(self.questions).encode()).hexdigest()[:WORD_LENGTH]
        super().__init__(
            " ".join([*self.questions, _("Confirm that this is meant, or correct it.")]),
            conflict={"kind": ConflictKind.QUESTION, "confirm": self.word},
        )


def check_confirmed(questions: Sequence[str], confirmed: str | None) -> None:
    """Ask, unless there is nothing to ask or these very questions were confirmed.

    Args:
        questions: sentences, already translated.
        confirmed: the word of the questions that somebody confirmed, empty if nobody did; None where nobody can be
            asked.

    Raises:
        ConfirmationNeeded: somebody has to confirm.
    """
    asked = ConfirmationNeeded(questions)
    if questions and confirmed is not None and confirmed != asked.word:
        raise asked
