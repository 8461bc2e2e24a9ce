"""Files of lists, read back as another program reads them."""

import csv
import io
from typing import Any

from django.test import Client
from django.urls import reverse


def export(client: Client, name: str, query: str = "", ending: str = "csv") -> Any:
    """Ask for a list as a file, as the menu on its page does.

    Args:
        query: what the page was asked for, with a question mark before it.
    """
    return client.post(reverse("training:list_export", args=[name]) + query, {"format": ending})


def content_of(response: Any) -> bytes:
    """Return the bytes of a file, and close it; the test's connection to the database stays open."""
    content: bytes = response.getvalue()
    for close in response._resource_closers:
        close()
    return content


def rows_of(response: Any) -> list[dict[str, str]]:
    """Return the rows of a CSV file by their titles; the file begins with the mark that Excel wants."""
    content = content_of(response).decode()
    assert content.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))


def exported_rows(client: Client, name: str, query: str = "") -> list[dict[str, str]]:
    """Return the rows of a list as its CSV file has them."""
    response = export(client, name, query)
    assert response.status_code == 200, response.content
    return rows_of(response)
