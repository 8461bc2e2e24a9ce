"""Which file a cell of the certificate column means (I7)."""

import pytest

from attendance.policies.certificate_names import FileNames, NamedFile

FILES = FileNames(
    [
        "Scans/00417 HSE-001.pdf",
        "Scans/Müller, Jörg.PDF",
        "crew.pdf",
        "2024/card.pdf",
        "2025/card.pdf",
        "Card.pdf",
        "plan, page 2.pdf",
    ]
)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("00417 HSE-001.pdf", "Scans/00417 HSE-001.pdf"),
        ("00417 hse-001", "Scans/00417 HSE-001.pdf"),
        ("  00417  HSE-001.PDF ", "Scans/00417 HSE-001.pdf"),
        ("scans\\00417 HSE-001.pdf", "Scans/00417 HSE-001.pdf"),
        ("muller, jorg.pdf", "Scans/Müller, Jörg.PDF"),
        ("Mu\u0308ller, Jo\u0308rg.pdf", "Scans/Müller, Jörg.PDF"),
        ("2025/card.pdf", "2025/card.pdf"),
        ("Card.pdf", "Card.pdf"),
        ("plan, page 2.pdf", "plan, page 2.pdf"),
        ("./crew.pdf", "crew.pdf"),
    ],
)
def test_i7_a_name_is_found_as_people_write_it(text: str, path: str) -> None:
    assert FILES.find(text) == NamedFile(path)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("crew.pdf, pages 12-13", 12, 13),
        ("crew.pdf pages 12–13", 12, 13),
        ("crew.pdf, page 7", 7, 7),
        ("crew.pdf (p. 7)", 7, 7),
        ("crew, S. 3", 3, 3),
        ("Crew.PDF; Seiten 3 bis 4", 3, 4),
        ("crew.pdf, str. 2", 2, 2),
        ("crew.pdf, sayfa 2-3", 2, 3),
        ("crew.pdf, páginas 2 a 3", 2, 3),
    ],
)
def test_i7_pages_of_a_scan_are_named(text: str, first: int, last: int) -> None:
    assert FILES.find(text) == NamedFile("crew.pdf", first, last)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("nobody.pdf", "No such file came with the register."),
        ("card", "Several files have this name: 2024/card.pdf, 2025/card.pdf, Card.pdf. Write the folder too."),
        ("crew.pdf, pages 13-12", "The last page stands before the first."),
        ("other.pdf, pages 1-2", "No such file came with the register."),
        ("", "No such file came with the register."),
        ("417", "No such file came with the register."),
    ],
)
def test_i7_what_could_be_two_files_or_is_none_is_refused(text: str, wrong: str) -> None:
    assert FILES.find(text) == NamedFile(wrong=wrong)
