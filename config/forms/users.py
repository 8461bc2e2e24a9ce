"""What is typed about logins: their facts, a new token, and the password that an invited person chooses (N3)."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from config.models import ApiToken
from config.services.users import UserFacts, groups_of
from training.core.groups import GROUPS
from training.core.refusals import Invalid
from training.core.web.fields import DayField, offer
from training.core.web.forms import RefusableForm

LONGEST_SEARCH = 100


class ShownUsers(TextChoices):
    """The strip above the list of users."""

    ACTIVE = "active", _("active")
    DISABLED = "disabled", _("disabled")
    ALL = "all", _("all")


class UserFilterForm(forms.Form):
    """The search above the list of users, and the entry of its strip. A value that makes no sense is ignored."""

    q = forms.CharField(required=False, max_length=LONGEST_SEARCH)
    show = forms.ChoiceField(required=False, choices=ShownUsers.choices)

    @property
    def text(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("q", ""))

    def shown(self) -> ShownUsers:
        """Return the entry of the strip that was chosen."""
        self.is_valid()
        return ShownUsers(self.cleaned_data.get("show") or ShownUsers.ACTIVE)


class UserForm(RefusableForm, forms.Form):
    """A login and what it may do.

    Args:
        fixes_groups: whether its groups come from the company's own sign-in, so that they are shown and not changed.
    """

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    groups = forms.MultipleChoiceField(
        label=_("Groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "HSE supervisor: every page; does not revoke, take back, correct, merge or manage logins. Trainer: own "
            "sessions and classes only; name this login on the trainer's page. Auditor: reads everything and changes "
            "nothing."
        ),
    )
    is_superuser = forms.BooleanField(
        label=_("Superuser"), required=False, help_text=_("Everything, logins and administration included.")
    )
    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("After it nobody signs in with this login, and its sessions and tokens end. Auditors have one."),
    )

    def __init__(self, *args: Any, fixes_groups: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "groups", [(name, name[:1].upper() + name[1:]) for name in GROUPS])
        if fixes_groups:
            self.fields["groups"].disabled = self.fields["is_superuser"].disabled = True
            self.fields["groups"].help_text = _("They come from your company's sign-in, and are changed there.")

    def facts(self) -> UserFacts:
        """Return what was typed, of a valid form."""
        return UserFacts(**{name: self.cleaned_data[name] for name in UserForm.base_fields})


def facts_of(user: User) -> dict[str, Any]:
    """Return what the form of a login shows."""
    last = getattr(user, "last_day", None)
    names = ("username", "first_name", "last_name", "email", "is_superuser")
    return {
        **{name: getattr(user, name) for name in names},
        "groups": groups_of(user),
        "last_day": last and last.day,
    }


class NewTokenForm(RefusableForm, forms.Form):
    """A token for a program that acts as a login."""

    name = forms.CharField(label=_("What it is for"), max_length=100)
    scope = forms.ChoiceField(
        label=_("Scope"),
        choices=ApiToken.Scope.choices,
        initial=ApiToken.Scope.READ,
        help_text=_("What the program may do, of what this login may."),
    )
    days = forms.IntegerField(label=_("Days"), help_text=_("How long the token can be used."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = settings.API_TOKEN_DAYS


class ChosenPasswordForm(RefusableForm, forms.Form):
    """The password that an invited person chooses, typed twice."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters. A sentence is easy to keep in mind and hard to guess."),
    )
    again = forms.CharField(
        label=_("Once more"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        facts = self.cleaned_data
        if {"password", "again"} <= facts.keys() and facts["password"] != facts["again"]:
            self.refuse(Invalid.of_fields({"again": [str(_("The two passwords are not the same."))]}))
        return cleaned
