"""What speaks against the name of something, as people read it (L4). What is the same: `training.core.sameness`."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from training.core.questions import check_confirmed
from training.core.refusals import Invalid
from training.core.sameness import is_seen, letters_like_latin, mixes_alphabets


class NameTaken(Invalid):
    """There is something of this name already, however it is spelled (400)."""


class NameUnseen(Invalid):
    """A name has nothing that can be seen (400)."""


def check_is_seen(text: str, *, field: str) -> None:
    """L4: a text of invisible characters only is no name. An empty one is left to the rules of the field.

    Raises:
        NameUnseen: `errors` names the field.
    """
    if text and not is_seen(text):
        raise NameUnseen.of_fields({field: [_("This has only characters that cannot be seen. Enter a name.")]})


def check_is_new(same: str, *, field: str) -> None:
    """L4: what has a name of its own has it in every spelling.

    Args:
        same: what has this name already, as its page calls it; empty where nothing has.

    Raises:
        NameTaken: `errors` names the field.
    """
    if same:
        sentence = _("This is the same name as %(other)s, which is there already.")
        raise NameTaken.of_fields({field: [sentence % {"other": same}]})


def check_likeness(text: str, *, near: Sequence[str], confirmed: str | None) -> None:
    """L4: ask whether a name that looks like another one, or mixes alphabets, is meant.

    Args:
        near: what has nearly this name, as its page calls it.
        confirmed: the word of the question that the person confirmed; None where nobody can be asked.

    Raises:
        ConfirmationNeeded: nobody has confirmed it.
    """
    question = _("%(other)s has the same name or nearly the same one. Is this something or somebody else?")
    asked = [question % {"other": ", ".join(near)}] if near else []
    check_confirmed([*asked, *look_alikes(text, is_near=bool(near))], confirmed)


def look_alikes(text: str, *, is_near: bool) -> list[str]:
    """Return the sentence about letters of other alphabets that look Latin; none where they deceive nobody.

    They do if they stand in one word with Latin ones, or in a text that is taken for another one.

    Args:
        is_near: whether there is something that looks like this.
    """
    letters = letters_like_latin(text)
    if not letters or not (is_near or mixes_alphabets(text)):
        return []
    alphabets = {"CYRILLIC": _("Cyrillic"), "GREEK": _("Greek"), "ARMENIAN": _("Armenian")}
    told = ", ".join(f"{letter} ({alphabets[alphabet]})" for letter, alphabet in letters.items())
    return [_("These letters of “%(text)s” only look Latin: %(letters)s.") % {"text": text, "letters": told}]
