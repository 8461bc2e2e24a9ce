"""The certificate of a record from an old register (I7). It has no field beside the file."""

from django import forms

from learners.forms.proof import ProofForm


class CertificateForm(ProofForm, forms.Form):
    """A file, or several pictures, which the page sends beside the form."""
