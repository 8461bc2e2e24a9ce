"""How `verify.html` is put together (T5). What it finds: tests/journeys/test_verify_page.py."""

import base64
import re
from hashlib import sha256
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tests.factories.packs import BEFORE_DATA, made_pack
from training.core.seals.verify_page.page import SCRIPTS, SOURCE, STYLE, page_without_data, program_hash


def part(page: str, name: str) -> str:
    found: list[str] = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
    assert len(found) == 1
    return found[0]


def test_t5_the_same_seals_give_the_same_page_and_all_pages_of_a_release_one_program() -> None:
    one, again, other = (made_pack(workers=number).page_bytes() for number in (2, 2, 3))
    assert one == again != other
    for page in (one, other):
        before, mark, behind = page.partition(BEFORE_DATA)
        data, end, after = behind.partition(b"</script>")
        assert b"<" not in data
        assert before + mark + end + after == page_without_data()
    assert program_hash() == sha256(page_without_data()).hexdigest()


def test_t5_the_policy_of_the_page_lets_run_its_own_script_alone() -> None:
    page = page_without_data().decode()
    hashes = [base64.b64encode(sha256(part(page, name).encode()).digest()).decode() for name in ("script", "style")]
    policy = re.findall(r'<meta http-equiv="Content-Security-Policy" content="(.*?)">', page)
    assert policy == [
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    ]
    assert re.findall(r"\b(?:src|href|style|on\w+)=", page.partition("<script>")[0]) == []


@pytest.mark.parametrize("name", [*SCRIPTS, STYLE])
def test_t5_no_source_ends_its_block_writes_html_or_asks_a_network(name: str) -> None:
    text = (SOURCE / name).read_text()
    assert (
        re.findall(
            r"</script|</style|<!--|innerHTML|outerHTML|eval\(|Function\(|fetch\(|https?:|^import\b", text, re.MULTILINE
        )
        == []
    )


def test_t5_the_page_for_a_release_is_written_with_its_hash(tmp_path: Path) -> None:
    printed = StringIO()
    call_command("verify_page", str(tmp_path / "verify.html"), stdout=printed)
    assert (tmp_path / "verify.html").read_bytes() == page_without_data()
    assert printed.getvalue() == f"{program_hash()}  verify.html\n"
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("verify_page", str(tmp_path / "nowhere" / "verify.html"))


def test_t5_the_page_of_the_site_knows_its_program_and_reads_nothing(client: Client) -> None:
    """Without a mark for the database, a query fails this test."""
    answer = client.get("/verify-pack/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert f'data-program="{program_hash()}"' in page
    assert re.findall(r'<script src="/static/verify-pack/([\w-]+)\.', page) == [
        each.removesuffix(".js") for each in SCRIPTS
    ]
    assert "<style" not in page
    assert "Content-Security-Policy" in answer.headers
