"""What a service refuses is shown in the form that was sent, or in the one that is asked anew."""

import pytest
from django import forms

from learners.evidence.upload_names import FIELD
from learners.forms.proof import ProofForm
from training.core.keys import LARGEST_KEY, keys_among
from training.core.refusals import Conflict, Invalid, NotFound, Refusal, Stale, TooLarge, UnsupportedType
from training.core.web.forms import ReasonForm


class CertificateForm(ProofForm, forms.Form):
    """A form that comes with a file."""


@pytest.mark.parametrize(
    ("refusal", "status"), [(Invalid("No."), 422), (Conflict("No."), 409), (Stale("No."), 409), (NotFound("No."), 422)]
)
@pytest.mark.parametrize("sent", [None, {"reason": "Wrong day"}])
def test_a_form_shows_what_was_refused(sent: dict[str, str] | None, refusal: Refusal, status: int) -> None:
    form = ReasonForm(sent, initial={"reason": "Wrong day"})
    assert (form.is_reply, form.http_status) == (sent is not None, 200)
    form.refuse(refusal)
    assert (form.is_reply, form.http_status) == (True, status)
    assert form.non_field_errors() == ["No."]
    assert form["reason"].value() == "Wrong day"


@pytest.mark.parametrize("sent", [None, {"reason": "Wrong day"}])
def test_a_form_shows_it_at_the_field_that_is_named(sent: dict[str, str] | None) -> None:
    form = ReasonForm(sent)
    form.refuse(Invalid("No.", errors={"reason": ["Say more."]}))
    assert form.errors == {"reason": ["Say more."]}


def test_a_form_that_is_asked_anew_proposes_and_tells_nothing_stored() -> None:
    form = ReasonForm(initial={"reason": "Wrong day"})
    form.refuse(Stale("Somebody was faster."))
    assert form["reason"].help_text == ""


@pytest.mark.parametrize("refusal", [TooLarge("No."), UnsupportedType("No.")])
def test_a_file_is_refused_by_a_form_that_comes_with_one(refusal: Refusal) -> None:
    refusal.errors = {FIELD: ["Too large."]}
    form = CertificateForm({})
    with form.refusing():
        raise refusal
    assert (form.http_status, form.file_error, form.errors) == (422, "Too large.", {})
    with pytest.raises(type(refusal)), ReasonForm({"reason": "Wrong day"}).refusing():
        raise refusal


def test_what_a_form_cannot_show_is_for_the_page() -> None:
    form = CertificateForm({})
    with pytest.raises(NotFound), form.refusing():
        raise NotFound("There is no such worker.")
    assert form.http_status == 200


def test_keys_among_what_was_ticked() -> None:
    assert keys_among(["7", "3", "x", "", "03", "²", str(LARGEST_KEY), str(LARGEST_KEY + 1), "3"]) == [
        7,
        3,
        LARGEST_KEY,
        3,
    ]
    assert keys_among([]) == []
