"""What somebody does with `verify.html`: opens it from disk, drops a pack on it, reads what it says."""

from pathlib import Path

from playwright.sync_api import Page

from tests.factories.packs import PAGE


def open_page(page: Page, place: Path) -> list[str]:
    """Open the page that lies in a directory, and return what does not hold."""
    page.goto((place / PAGE).as_uri())
    page.wait_for_selector("body[data-seals=checked]", timeout=60_000)
    return problems(page)


def drop_pack(page: Page, pack: Path, where: str = "#zip") -> list[str]:
    """Choose a pack, and return what does not hold."""
    page.evaluate("delete document.body.dataset.files")
    if pack.is_file():
        page.set_input_files(where, [])  # to the browser the same file is no change
    page.set_input_files(where, pack)
    page.wait_for_selector("body[data-files=checked]", timeout=60_000)
    return problems(page)


def problems(page: Page) -> list[str]:
    return page.locator("#problems li").all_inner_texts()


def said(page: Page) -> str:
    return page.locator("#verdict").inner_text() + "\n" + page.locator("#facts").inner_text()
