"""Which unknown names of one file may be the same: "Müller GmbH" and "Mueller GmbH" (I4)."""

from collections.abc import Mapping

from rapidfuzz import fuzz, process

from training.core.sameness import near_name, same_text

NEAR = 88.0  # how alike two names are, from 0 to 100, from which they are proposed as the same
MOST_NAMES = 2_000  # every name is compared with all before it


def twins(names: Mapping[str, str]) -> dict[str, str]:
    """Return which names may be the same as one that stands before them in the file.

    Args:
        names: as they are written, by the text by which each is known, in the order of the file.

    Returns:
        by text, the text of the first of those that may be the same; it stands for all of them.
    """
    found: dict[str, str] = {}
    firsts: dict[str, str] = {}  # by text, what is compared
    for text, written in list(names.items())[:MOST_NAMES]:
        compared = near_name(written) or same_text(written)
        near = process.extractOne(compared, firsts, scorer=fuzz.ratio, score_cutoff=NEAR)
        if near is None:
            firsts[text] = compared
        else:
            found[text] = near[2]
    return found
