"""Checkpoints are signed notes that other programs can read, and no letter of them can be changed (T2)."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from training.core.seals.checkpoints import Checkpoint, RefusedNoteError, read, sign, signed_text, verifier_key

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "training.example.com/log"
KNOWN = verifier_key(ORIGIN, KEY.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint(ORIGIN, 12_345, bytes(range(32)))

# The example of the documentation of Go's golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    f"{GO_TEXT}\n\N{EM DASH} PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_t2_notes_of_other_programs_are_read() -> None:
    assert signed_text(GO_NOTE, known=[GO_KEY]) == GO_TEXT
    with pytest.raises(RefusedNoteError, match="no checkpoint"):
        read(GO_NOTE, known=[GO_KEY])


def test_t2_a_checkpoint_is_read_as_it_was_signed() -> None:
    note = sign(CHECKPOINT, KEY)
    assert read(note, known=[GO_KEY, KNOWN]) == CHECKPOINT
    assert note.startswith(f"{ORIGIN}\n12345\nAAECAwQF")


def test_t2_a_line_of_another_witness_may_be_added() -> None:
    note = f"{sign(CHECKPOINT, KEY)}{GO_NOTE.splitlines()[-1]}\n"
    assert read(note, known=[KNOWN]) == CHECKPOINT
    with pytest.raises(RefusedNoteError, match="signature of PeterNeumann is wrong"):
        read(note, known=[KNOWN, GO_KEY])


def test_t2_no_changed_letter_is_taken() -> None:
    note = sign(CHECKPOINT, KEY).encode()
    for place in range(len(note)):
        for bit in range(8):
            changed = note[:place] + bytes([note[place] ^ 1 << bit]) + note[place + 1 :]
            with pytest.raises((RefusedNoteError, UnicodeDecodeError)):
                read(changed.decode(), known=[KNOWN])


@pytest.mark.parametrize("note", ["", "\n\n", "a\n1\nb\n", sign(CHECKPOINT, KEY)[:-1], sign(CHECKPOINT, KEY).strip()])
def test_t2_what_is_cut_off_is_refused(note: str) -> None:
    with pytest.raises(RefusedNoteError):
        read(note, known=[KNOWN])


def test_t2_somebody_elses_signature_is_refused() -> None:
    note = sign(CHECKPOINT, Ed25519PrivateKey.generate())
    with pytest.raises(RefusedNoteError, match="no known key"):
        read(note, known=[KNOWN])


def test_t3_the_short_form_names_size_and_80_bits() -> None:
    size, code = CHECKPOINT.short.split(" ")
    assert size == "12345"
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert Checkpoint(ORIGIN, 12_345, bytes(32)).short != CHECKPOINT.short
