"""Forms with which a proof is sent as a file."""

from collections.abc import Sequence

from learners.evidence.upload_names import FIELD
from training.core.refusals import TooLarge, UnsupportedType
from training.core.web.forms import RefusableForm

SHOWABLE = (*RefusableForm.showable, TooLarge, UnsupportedType)  # the refusals that a form with a file can show


class ProofForm(RefusableForm):
    """A form with a proof. The file itself is not a field, because a page cannot fill in a chosen file again.

    Attributes:
        file_error: why the proof was refused; empty if it was not.
    """

    showable = SHOWABLE
    file_error = ""

    def show(self, place: str, texts: Sequence[str]) -> None:
        if place == FIELD:
            self.file_error = " ".join(texts)
        else:
            super().show(place, texts)
