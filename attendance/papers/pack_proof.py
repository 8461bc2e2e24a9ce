"""What the summary of an audit pack says of its proof: how it is checked, and what that proves and does not (T5)."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from attendance.papers.pack_seals import PackLog
from training.core.words import moment

# A checkpoint is three lines, an empty one, and its signature: the id of the key in 4 bytes, and 64 bytes of Ed25519.
CHECK_SIGNATURE = (
    "head -n 3 checkpoint.txt > checkpoint.body",
    "tail -n 1 checkpoint.txt | cut -d ' ' -f 3 | base64 -d | tail -c 64 > checkpoint.sig",
    "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in checkpoint.body -sigfile checkpoint.sig",
    "openssl pkey -pubin -in key.pem -outform DER | sha256sum",
)
CHECK_FILES = ("sha256sum -c SHA256SUMS",)


class Paragraph(NamedTuple):
    """A paragraph, and the commands that it speaks of."""

    text: str
    commands: tuple[str, ...] = ()


def not_sealed(log: PackLog | None) -> str:
    """Return what is said where the pack cannot be sealed; empty where it can."""
    if log is None:
        return _(
            "NOT SEALED. This site keeps no log of its seals yet, so this pack agrees with itself and proves no more: "
            "nothing shows whether records were changed before it was made."
        )
    if log.stands_still:
        return _(
            "NOT SEALED. The log of this site has stood still since %(when)s, so nothing shows whether this pack is as "
            "the site made it. Ask for a fresh pack when it gets on."
        ) % {"when": moment(log.since)}
    return ""


def where_it_says(log: PackLog | None, *, part: int) -> str:
    """Return the line on the first page that leads to the check; empty where nothing but the files can be checked."""
    if not_sealed(log):
        return ""
    if part == 1:
        return _(
            "To check this pack, open verify.html with a double click. The end of this summary says what it proves."
        )
    return _("To check this pack, open verify.html with a double click. The end of part 1 says what it proves.")


def how_to_check(log: PackLog | None) -> list[Paragraph]:
    """Return how a pack is checked, and what that proves."""
    files = Paragraph(_("The files against their list, on Linux or a Mac, in the unpacked folder:"), CHECK_FILES)
    if log is None or log.stands_still:
        return [files]
    return [
        Paragraph(
            _(
                "Open verify.html, which is in this pack, with a double click, and drop the ZIP file on it. It needs "
                "no network and nothing installed. It checks every record, every file and the signature, says since "
                "when each record was not changed, and how many were sealed days after the training."
            )
        ),
        Paragraph(
            _(
                "A forger of packs could also make a key, a log and that page. So compare with what has not come "
                "with the pack: the line that begins with “Log” at the foot of an older sign-in sheet, certificate or "
                "summary; a copy of the log with somebody else; a time stamp; or the fingerprint of the key. The same "
                "page is at /verify-pack/ on the site, and in each release of the program."
            )
        ),
        Paragraph(_("Newest checkpoint when this summary was printed: %(short)s") % {"short": log.short}),
        Paragraph(_("Fingerprint of the key: %(fingerprint)s") % {"fingerprint": log.fingerprint}),
        files,
        Paragraph(_("The signature of the checkpoint, and the fingerprint of the key:"), CHECK_SIGNATURE),
        Paragraph(
            _(
                "This does not prove that the training took place, that a signature is that worker's, that nothing was "
                "left out of this pack, or that nothing was revoked after it was made: ask for a fresh pack. It says "
                "nothing of the time before a record was sealed. A seal over an import proves what was entered, not "
                "what happened. Who is cleared is not calculated again: the colors of this summary are covered as a "
                "file, and no further."
            )
        ),
    ]
