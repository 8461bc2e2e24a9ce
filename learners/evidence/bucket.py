"""Evidence in S3: with limits on how long a page waits for it (E4)."""

from typing import Any, cast

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

CONNECT_SECONDS = 2
READ_SECONDS = 5
PATIENT_READ_SECONDS = 20
PATIENT_ATTEMPTS = 3
IN_ONE_PART_BYTES = 1024**3
IN_PARTS_BYTES = 64 * 1024**2
IN_MEMORY_BYTES = 2 * 1024**2
BUSY = (408, 429)  # the store's own trouble, whatever was asked for
FULL = 507
SILENCE = (ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError, TimeoutError)
CUT = (ConnectionClosedError, ConnectionResetError, IncompleteReadError, ResponseStreamingError)


class EvidenceBucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """The S3 storage of django-storages, which gives up in time, and sends a file in one request: whole or not.

    Tries are counted in one place, `asking`; the driver makes one. AWS knows checksums that follow the content. Other
    services, with an endpoint of their own, get none, since many refuse them: a file is read back and compared anyway.
    """

    def __init__(self, **settings: Any) -> None:
        self._is_aws = not settings.get("endpoint_url")
        super().__init__(**settings)

    def get_default_settings(self) -> dict[str, Any]:
        return {
            **super().get_default_settings(),
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": 1, "mode": "standard"},
                request_checksum_calculation="when_supported" if self._is_aws else "when_required",
            ),
            "transfer_config": TransferConfig(
                multipart_threshold=IN_ONE_PART_BYTES, num_download_attempts=1, use_threads=False
            ),
            "max_memory_size": IN_MEMORY_BYTES,
            "default_acl": None,
            "file_overwrite": True,  # the store looks first: the same key is the same content
        }

    def blames_one_file(self, error: Exception) -> bool:
        """Tell whether the store answered, and declined this one object."""
        status = _status(error)
        return 400 <= status < 500 and status not in BUSY

    def did_not_answer(self, error: BaseException) -> bool:
        """Tell whether nothing came back: the store is down, or stalls."""
        return isinstance(_cause(error), SILENCE)

    def may_pass(self, error: BaseException) -> bool:
        """Tell whether the same question may well be answered when it is asked again at once."""
        return isinstance(_cause(error), CUT) or _status(error) >= 500

    def is_full(self, error: BaseException) -> bool:
        """Tell whether the store has no room left."""
        return _status(error) == FULL

    def reason(self, error: BaseException) -> str:
        """Return why the store declined, in its own word and without anything of the request: for log and operator."""
        cause = _cause(error)
        if isinstance(cause, ClientError):
            return f"{cause.response.get('Error', {}).get('Code', '')} ({_status(error)})"
        return type(cause).__name__


class WaitingBucket(EvidenceBucket):
    """The corner of the bucket where files of jobs wait: they may be too large for one request, and end by themselves.

    A worker writes them, for whom nobody waits: the driver may try again. What was sent half is no object, and the
    service forgets it by its own rule for unfinished uploads.
    """

    def get_default_settings(self) -> dict[str, Any]:
        settings = super().get_default_settings()
        patient = Config(
            read_timeout=PATIENT_READ_SECONDS, retries={"total_max_attempts": PATIENT_ATTEMPTS, "mode": "standard"}
        )
        return {
            **settings,
            "client_config": settings["client_config"].merge(patient),
            "transfer_config": TransferConfig(
                multipart_threshold=IN_PARTS_BYTES,
                multipart_chunksize=IN_PARTS_BYTES,
                num_download_attempts=PATIENT_ATTEMPTS,
                use_threads=False,
            ),
        }


def _cause(error: BaseException) -> BaseException:
    """Return what a download stumbled over; the driver hides it behind its count of tries."""
    if isinstance(error, RetriesExceededError):
        return cast("BaseException", error.last_exception)
    return error


def _status(error: BaseException) -> int:
    cause = _cause(error)
    if not isinstance(cause, ClientError):
        return 0
    return int(cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
