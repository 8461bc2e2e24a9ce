from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from config import secret_key


def test_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "key"
    key = secret_key.read_or_create(file)
    assert len(key) >= 50
    assert secret_key.read_or_create(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_checkouts_have_keys_of_their_own(tmp_path: Path) -> None:
    assert secret_key.read_or_create(tmp_path / "a") != secret_key.read_or_create(tmp_path / "b")


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: secret_key.read_or_create(tmp_path / "key"), range(8)))
    assert len(keys) == 1
