"""Secrets that the site has to read again, such as those of second factors, encrypted under its secret key.

A dump without the key opens nothing. After `SECRET_KEY` was changed, what the old one encrypted is read for as long as
it stands in `SECRET_KEY_FALLBACKS`; `manage.py encrypt_anew` writes it under the new one.
"""

import base64

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.utils.crypto import salted_hmac


def encrypt(text: str) -> str:
    """Return a text encrypted under the present key."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Return the text that was encrypted under the present key or a former one.

    Raises:
        cryptography.fernet.InvalidToken: under none of them, or somebody has changed it.
    """
    return _keys().decrypt(encrypted.encode()).decode()


def encrypt_anew(encrypted: str) -> str:
    """Return the same secret under the present key.

    Raises:
        cryptography.fernet.InvalidToken: none of the keys opens it.
    """
    return _keys().rotate(encrypted.encode()).decode()


def _keys() -> MultiFernet:
    return MultiFernet([_key(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    digest = salted_hmac("config.secret_texts", "key", secret=secret, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(digest))
