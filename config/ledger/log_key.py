"""The key that signs checkpoints: a file of its own, which only the worker may read; never in the database (T2)."""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils.translation import gettext as _


class NoKeyError(Exception):
    """There is no key to sign with; the message says what the operator does."""


def configured() -> Ed25519PrivateKey:
    """Return the key of this site; a checkout makes its own on first use.

    Raises:
        NoKeyError: as `read`.
    """
    file: Path | None = settings.LOG_KEY_FILE
    return make(file) if file and settings.LOG_KEY_IS_OURS else read(file)


def make(file: Path) -> Ed25519PrivateKey:
    """Make a key in a new file that only its owner may read; what is there already stays, and is returned."""
    with tempfile.NamedTemporaryFile("wb", dir=file.parent, prefix=file.name) as draft:  # mode 600
        draft.write(
            Ed25519PrivateKey.generate().private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        draft.flush()
        os.fsync(draft.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, file)
    return read(file)


def read(file: Path | None) -> Ed25519PrivateKey:
    """Return the key in a file.

    Raises:
        NoKeyError: none is set, or it cannot be read, or it is no such key.
    """
    if file is None:
        raise NoKeyError(_("LOG_KEY_FILE is not set. Make a key: manage.py make_log_key FILE"))
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except FileNotFoundError:
        raise NoKeyError(
            _("%(file)s is not there. Make a key: manage.py make_log_key %(file)s") % {"file": file}
        ) from None
    except OSError as error:
        raise NoKeyError(_("%(file)s cannot be read: %(why)s") % {"file": file, "why": error.strerror}) from error
    except ValueError:
        raise NoKeyError(_("%(file)s holds no private key.") % {"file": file}) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKeyError(_("%(file)s holds no Ed25519 key.") % {"file": file})
    return key
