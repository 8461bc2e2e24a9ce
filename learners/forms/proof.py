"""Forms that come with a proof."""

from collections.abc import Sequence

from learners.evidence.upload_names import FIELD
from training.core.refusals import TooLarge, UnsupportedType
from training.core.web.forms import RefusableForm

SHOWABLE = (*RefusableForm.showable, TooLarge, UnsupportedType)  # by a form that comes with a file


class ProofForm(RefusableForm):
    """The proof itself is no field, because a page cannot hand a chosen file back.

    Attributes:
        file_error: why the proof was refused; empty where it was not.
    """

    showable = SHOWABLE
    file_error = ""

    def show(self, place: str, texts: Sequence[str]) -> None:
        if place == FIELD:
            self.file_error = " ".join(texts)
        else:
            super().show(place, texts)
