"""`verify.html` of an audit pack in a real browser, opened from disk without a network (T5)."""

import base64
import hashlib
import json
import os
import random
import re
import string
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.factories.packs import EARLIER, KEY, LIST, ORIGIN, PAGE, MadePack, made_pack, page_with
from tests.journeys.accessibility import violations
from tests.journeys.firefox import firefox, running
from tests.journeys.verifying import drop_pack, open_page, problems, said
from training.core.seals.checkpoints import Checkpoint, sign
from training.core.seals.tree import hash_leaf, is_consistent, tree_over
from training.core.seals.verify_page.page import page_without_data

SPKI = bytes.fromhex("302a300506032b6570032100")


def test_t5_a_good_pack_holds_and_the_page_says_what_it_cannot_know(offline: Page, tmp_path: Path) -> None:
    pack = made_pack()
    dropped = pack.write(tmp_path)
    assert open_page(offline, tmp_path) == []
    assert "The files were not checked yet" in said(offline)
    assert drop_pack(offline, dropped) == []
    text = said(offline)
    assert "It is consistent with itself." in text
    assert "6 training records are as they were sealed" in text
    assert "from 2 March 2026 to 3 March 2026" in text
    assert "3 records were sealed after the day of their training, the last of them 1 day after it." in text
    assert "1 row was sealed later than it was entered" in text
    assert "1 record of this pack was revoked." in text
    assert "1 seal is of a kind that this page does not know" in text
    assert "All 3 files are as the sealed list says" in text
    limits = offline.locator("#limits").inner_text()
    assert "It does not prove that the training took place, or that the signature" in limits
    assert "nothing was left out of this pack" in limits
    assert "nothing was revoked after 1 December 2026. Ask for a fresh pack." in limits
    assert "A seal over an import proves what was entered, not what happened." in limits
    offline.fill("#filter", "nowak 2")
    assert offline.locator("#leaves tr").count() == 2
    assert violations(offline) == []


# Each takes one thing of a pack and changes it; what the page must say of it.

Damage = Callable[[MadePack], Any]


def leaf_of(pack: MadePack, place: int = 0) -> dict[str, Any]:
    seal: dict[str, Any] = pack.data["records"][place]
    return seal


def other_letter(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def _change(place: int, key: str, how: Callable[[Any], Any]) -> Damage:
    def damage(pack: MadePack) -> None:
        seal = leaf_of(pack, place)
        seal[key] = how(seal[key])

    return damage


def _opened(field: str, part: int, how: Callable[[str], str]) -> Damage:
    def damage(pack: MadePack) -> None:
        pair = leaf_of(pack)["open"][field]
        pair[part] = how(pair[part])

    return damage


def _same_bytes_in_other_base64(pack: MadePack) -> None:
    proof = leaf_of(pack)["proof"]
    body = proof.rstrip("=")
    assert body != proof
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/":
        other = body[:-1] + letter + proof[len(body) :]
        if other != proof and base64.b64decode(other) == base64.b64decode(proof):
            leaf_of(pack)["proof"] = other
            return
    raise AssertionError


def _twice(pack: MadePack) -> None:
    pack.data["records"][1] = pack.data["records"][0]


def _other_seal_as_list(pack: MadePack) -> None:
    pack.data["files"] = pack.data["records"].pop()


def _later_checkpoint(pack: MadePack) -> None:
    pack.data["older"][0]["note"] = sign(Checkpoint(ORIGIN, EARLIER, b"x" * 32), KEY)


IN_THE_PAGE: dict[str, tuple[Damage, str]] = {
    "leaf": (_change(0, "leaf", lambda text: text.replace("Work", "Worc")), "Training record 1, B-0 Łucja Nowak 0"),
    "day": (
        _change(1, "leaf", lambda text: text.replace("03-02", "03-03")),
        "the log does not hold what this page says",
    ),
    "position": (_change(0, "position", lambda at: at + 1), "Entry 2 of the log is told twice."),
    "proof": (_change(0, "proof", lambda text: other_letter(text, 7)), "the log does not hold"),
    "proof cut": (_change(0, "proof", lambda text: text[:-44]), "the log does not hold"),
    "spelling of base64": (_same_bytes_in_other_base64, "base64 is not written as it should be"),
    "name": (_opened("person", 1, lambda text: text.replace("Nowak", "Novak")), "its badge or name was altered"),
    "salt": (_opened("person", 0, lambda text: text[:-1] + ("0" if text[-1] != "0" else "1")), "its badge or name was"),
    "spelling of hex": (_opened("staff", 0, str.upper), "a number is not written as it should be"),
    "trainer": (_opened("staff", 1, str.upper), "its trainer or user was altered"),
    "signature": (lambda p: p.data.update(checkpoint=other_letter(p.data["checkpoint"], -9)), "the signature of"),
    "root": (lambda p: p.data.update(checkpoint=other_letter(p.data["checkpoint"], 30)), "the signature of"),
    "key": (
        lambda p: p.data["keys"].__setitem__(0, other_letter(p.data["keys"][0], -9)),
        "a key that it lists is damaged",
    ),
    "record left out": (lambda p: p.data["records"].pop(), "says that it holds 6 records. This page tells of 5."),
    "record twice": (_twice, "Entry 1 of the log is told twice."),
    "revocation left out": (
        lambda p: p.data["others"].pop(1),
        "says that it holds 1 revocations. This page tells of 0.",
    ),
    "no list": (lambda p: p.data.update(files=None), "The list of the pack’s files was not sealed"),
    "other seal as list": (_other_seal_as_list, "is the seal of something else"),
    "earlier checkpoint": (_later_checkpoint, "The log does not begin with the earlier checkpoint 5 "),
    "no records": (lambda p: p.data.pop("records"), "What this page says of the pack cannot be read"),
}


def test_t5_whatever_is_altered_in_the_data_is_found_and_named(offline: Page, tmp_path: Path) -> None:
    wrong = {}
    for name, (damage, sentence) in IN_THE_PAGE.items():
        pack = made_pack()
        pack.page = None
        assert damage is not None
        damage(pack)
        (tmp_path / PAGE).write_bytes(pack.page_bytes())
        found = open_page(offline, tmp_path)
        verdict = offline.locator("#verdict").get_attribute("data-kind")
        if verdict != "bad" or not any(sentence in each for each in found):
            wrong[name] = found
    assert wrong == {}


def test_t5_no_letter_of_the_data_changes_unseen(offline: Page, tmp_path: Path, long: bool) -> None:
    """But for the name of a file of the evidence, which the files show, and for what says the same."""
    pack = made_pack(workers=2)
    pack.write(tmp_path)
    open_page(offline, tmp_path)
    for seal in pack.data["records"]:
        del seal["file"]
    text, chosen = json.dumps(pack.data, ensure_ascii=False), random.Random(7)  # noqa: S311  # no secrets
    letters = string.ascii_letters + string.digits + "+/=\\\"'{}[],: "
    changed = []
    for _number in range(5_000 if long else 400):
        at = chosen.randrange(len(text))
        other = text[:at] + chosen.choice(letters) + text[at + 1 :]
        try:
            says_the_same = json.loads(other) == pack.data
        except ValueError:
            continue  # no JSON, so the page does not read it
        if not says_the_same:
            changed.append(other)
    assert len(changed) > 200
    unseen = offline.evaluate(
        """async (all) => {
          const unseen = [];
          for (const text of all) {
            const { problems } = await checkSeals(JSON.parse(text), () => {});
            if (!problems.length) unseen.push(text);
          }
          return unseen;
        }""",
        [text, *changed],
    )
    assert unseen == [text]


def _content(name: str) -> Damage:
    return lambda pack: pack.files.update({name: pack.files[name][:-1] + b"!"})


def _renamed(pack: MadePack) -> None:
    pack.files["evidence/S-9.pdf"] = pack.files.pop("evidence/S-1.pdf")


def _swapped(pack: MadePack) -> None:
    one, other = "evidence/S-0.pdf", "evidence/S-1.pdf"
    pack.files[one], pack.files[other] = pack.files[other], pack.files[one]
    pack.list_anew()


def _summary_and_list(pack: MadePack) -> None:
    pack.files["summary.pdf"] = b"%PDF-1.7 everybody is green"
    pack.list_anew()


def _other_evidence_named(pack: MadePack) -> None:
    leaf_of(pack)["file"] = "evidence/S-1.pdf"


IN_THE_PACK: dict[str, tuple[Damage, str]] = {
    "content": (_content("evidence/S-1.pdf"), "File evidence/S-1.pdf was altered."),
    "content, whose": (
        _content("evidence/S-1.pdf"),
        "It proves: Training record 2, B-0 Łucja Nowak 0, WAH Work at height",
    ),
    "summary": (_content("summary.pdf"), "File summary.pdf was altered."),
    "summary and list": (_summary_and_list, "What only this list covers is not proved: summary.pdf."),
    "list": (_content(LIST), "SHA256SUMS was altered"),
    "no list": (lambda p: p.files.pop(LIST), "SHA256SUMS is missing"),
    "name": (_renamed, "File evidence/S-1.pdf is missing."),
    "name, new": (_renamed, "File evidence/S-9.pdf was added"),
    "removed": (lambda p: p.files.pop("summary.pdf"), "File summary.pdf is missing."),
    "added": (lambda p: p.files.update({"evidence/more.pdf": b"x"}), "File evidence/more.pdf was added"),
    "swapped, list anew": (_swapped, "Evidence evidence/S-0.pdf is not in the pack as it was sealed."),
    "outside": (lambda p: p.files.update({"../other/x.pdf": b"x"}), "../other/x.pdf was added"),
    "checkpoint": (lambda p: p.files.update({"checkpoint.txt": b"x"}), "checkpoint.txt is not the checkpoint"),
    "other evidence named": (_other_evidence_named, "Evidence evidence/S-1.pdf is not in the pack as it was sealed."),
    "page of another pack": (_other_evidence_named, "tells of another pack than this page"),
}


def test_t5_whatever_is_altered_in_the_files_is_found_and_named(offline: Page, tmp_path: Path) -> None:
    good, wrong = made_pack(), {}
    good.write(tmp_path)
    assert open_page(offline, tmp_path) == []
    published = tmp_path / "published"
    published.mkdir()
    (published / PAGE).write_bytes(page_without_data())
    for name, (damage, sentence) in IN_THE_PACK.items():
        pack = made_pack()
        pack.page = None
        damage(pack)
        dropped = pack.write(published)
        (published / PAGE).write_bytes(page_without_data())
        if "other evidence named" in name:  # here the page that is asked has to be the one of a release
            open_page(offline, published)
        elif not offline.url.startswith((tmp_path / PAGE).as_uri()):
            open_page(offline, tmp_path)
        found = drop_pack(offline, dropped)
        if not any(sentence in each for each in found):
            wrong[name] = found
    assert wrong == {}


def test_t5_any_byte_of_a_zip_file_that_changes_content_or_name_is_found(
    offline: Page, tmp_path: Path, long: bool
) -> None:
    """Only bytes may change unseen that are neither: times, checksums, attributes, versions."""
    pack = made_pack(records_each=1)
    dropped = pack.write(tmp_path)
    assert open_page(offline, tmp_path) == []
    whole = dropped.read_bytes()
    places = [found.start() for found in re.finditer(rb"summary\.pdf|S-0\.pdf|SHA256SUMS", whole)]
    chosen = random.Random(5).sample(places, len(places) if long else 4)  # noqa: S311  # no secrets
    for at in chosen:
        dropped.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert drop_pack(offline, dropped) != [], f"byte {at}"
    dropped.write_bytes(whole[:-30])
    assert drop_pack(offline, dropped) == ["The pack cannot be read: this is no whole ZIP file."]
    dropped.write_bytes(whole)
    assert drop_pack(offline, dropped) == []


def test_t5_a_pack_is_read_from_zip64_from_its_folder_and_where_it_is_dropped(
    offline: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = made_pack()
    dropped = pack.write(tmp_path)
    with monkeypatch.context() as patch, zipfile.ZipFile(dropped, "w", zipfile.ZIP_DEFLATED) as archive:
        patch.setattr(zipfile, "ZIP64_LIMIT", 20)  # bytes, instead of 2 GB
        for name, content in {**pack.files, PAGE: pack.page_bytes()}.items():
            archive.writestr(name, content)
        archive.close()
    assert b"PK\x06\x06" in dropped.read_bytes()
    open_page(offline, tmp_path)
    assert drop_pack(offline, dropped) == []

    folder = pack.unpack(tmp_path)
    (folder / "evidence" / "more.pdf").write_bytes(b"x")
    assert drop_pack(offline, folder, "#folder") == [
        "File evidence/more.pdf was added: the sealed list does not name it."
    ]

    offline.evaluate(
        """(content) => {
          delete document.body.dataset.files;
          const taken = new DataTransfer();
          taken.items.add(new File([Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))], "pack.zip"));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: taken, bubbles: true }));
        }""",
        base64.b64encode(dropped.read_bytes()).decode(),
    )
    offline.wait_for_selector("body[data-files=checked]")
    assert problems(offline) == []
    assert offline.locator("#verdict").get_attribute("data-kind") == "good"


def test_t5_a_browser_without_hashes_and_signatures_of_its_own_checks_the_same(offline: Page, tmp_path: Path) -> None:
    """Browsers give them to no page of a site without HTTPS."""
    offline.add_init_script("Object.defineProperty(globalThis, 'crypto', { value: undefined })")
    pack = made_pack()
    dropped = pack.write(tmp_path)
    assert open_page(offline, tmp_path) == []
    assert offline.evaluate("typeof crypto") == "undefined"
    assert drop_pack(offline, dropped) == []
    pack.data["checkpoint"] = other_letter(pack.data["checkpoint"], -9)
    (tmp_path / PAGE).write_bytes(page_with(pack.data))
    [found] = open_page(offline, tmp_path)
    assert found.startswith("The checkpoint does not hold: the signature of")


def test_t5_a_changed_script_does_not_run_and_the_page_says_so(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / PAGE).write_bytes(made_pack().page_bytes().replace(b"NOT AS SEALED", b"ALL IS SEALED"))
    with browser.new_context() as context:  # in the watched one, the violation of the policy would fail the test
        page = context.new_page()
        page.goto((tmp_path / PAGE).as_uri())
        assert "Nothing was checked." in page.locator("#verdict").inner_text()


def test_t5_what_somebody_holds_is_compared(offline: Page, tmp_path: Path) -> None:
    pack = made_pack()
    pack.write(tmp_path)
    open_page(offline, tmp_path)
    public = KEY.public_key().public_bytes_raw()
    note = pack.data["checkpoint"]
    foreign = sign(Checkpoint(ORIGIN, pack.checkpoint.size, pack.checkpoint.root), Ed25519PrivateKey.generate())
    older_short = pack.earlier.short
    typed = {
        pack.checkpoint.short: "ends with that checkpoint",
        pack.checkpoint.short.lower().replace("-", " "): "ends with that checkpoint",
        older_short: "is a beginning of this one: nothing up to entry 5",
        older_short[:-1] + ("A" if older_short[-1] != "A" else "B"): "That is not what you typed",
        "4 AAAA-BBBB-CCCC-DDDD": "brings no proof from a checkpoint of 4 entries",
        "4711 AAAA-BBBB-CCCC-DDDD": "younger than this pack",
        hashlib.sha256(SPKI + public).hexdigest().upper(): "The key is the one whose fingerprint you hold",
        hashlib.sha256(note.encode()).hexdigest(): "hash is that of this pack’s checkpoint",
        "0" * 64: "neither the key’s fingerprint nor the hash",
        note: "signed by the same key",
        foreign: "none of the keys that are listed signed it",
        "hello": "This cannot be read.",
    }
    for text, answer in typed.items():
        offline.fill("#held", text)
        offline.click("#compare button")
        offline.locator("#compared p", has_text=answer).wait_for()
        kind = offline.locator("#verdict").get_attribute("data-kind")
        assert kind == ("bad" if offline.locator("#compared .bad").count() else "wait"), text


def test_t5_hashes_signatures_and_proofs_are_those_of_python(offline: Page, tmp_path: Path) -> None:
    (tmp_path / PAGE).write_bytes(page_without_data())
    open_page(offline, tmp_path)
    chosen = random.Random(19)  # noqa: S311  # no secrets
    messages = [chosen.randbytes(length) for length in [*range(140), 200, 255, 256, 1000]]
    hashes = offline.evaluate(
        "(all) => all.map(bytesOfHex).map((bytes) => [hexOf(sha256(bytes)), hexOf(sha512(bytes))])",
        [each.hex() for each in messages],
    )
    assert hashes == [[hashlib.sha256(each).hexdigest(), hashlib.sha512(each).hexdigest()] for each in messages]

    signed = []
    for number in range(60):
        key, message = Ed25519PrivateKey.from_private_bytes(chosen.randbytes(32)), chosen.randbytes(number)
        parts = [bytearray(key.public_key().public_bytes_raw()), bytearray(key.sign(message)), bytearray(message)]
        if number % 2:
            part = parts[number % 3] or parts[1]
            part[chosen.randrange(len(part))] ^= 1 << chosen.randrange(8)
        signed.append([bytes(part).hex() for part in parts])
    for how in ("ownEd25519", "ed25519"):
        answers = offline.evaluate(f"(all) => Promise.all(all.map((parts) => {how}(...parts.map(bytesOfHex))))", signed)
        assert answers == [number % 2 == 0 for number in range(60)], how

    leaves = [hash_leaf(bytes([number])) for number in range(40)]
    tree, cases = tree_over(leaves), []
    for new in range(1, 41):
        for old in range(1, new + 1):
            proof = tree.consistency(old, new)
            if (old + new) % 3 == 0 and proof:
                place = chosen.randrange(len(proof))
                proof = [*proof[:place], bytes(32), *proof[place + 1 :]] if new % 2 else proof[:-1]
            cases.append((old, tree.root(old), new, tree.root(new), proof))
    consistent = offline.evaluate(
        """(all) => all.map(([old, oldRoot, size, root, proof]) => isBeginningOf(
            {size: old, root: bytesOfHex(oldRoot)}, {size, root: bytesOfHex(root)}, proof.map(bytesOfHex)))""",
        [[old, root.hex(), new, end.hex(), [each.hex() for each in proof]] for old, root, new, end, proof in cases],
    )
    expected = [is_consistent(*case) for case in cases]
    assert consistent == expected
    assert 100 < expected.count(False) < 400


def test_t5_the_same_is_checked_by_openssl_and_sha256sum(offline: Page, tmp_path: Path) -> None:
    pack = made_pack()
    pack.write(tmp_path)
    open_page(offline, tmp_path)
    for name, content in pack.files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    for name, place in (("key.pem", "key-pem"), ("checkpoint.body", "checkpoint-body")):
        (tmp_path / name).write_text(offline.locator(f"#{place}").text_content() or "")
    (tmp_path / "checkpoint.sig.base64").write_text(offline.locator("#checkpoint-signature").text_content() or "")
    commands = [offline.locator(f"#commands-{part}").text_content() or "" for part in ("sums", "seal")]
    done = subprocess.run(
        ["/bin/sh", "-e", "-c", "\n".join(commands)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert f"{LIST}: OK" in done.stdout
    assert "Signature Verified Successfully" in done.stdout
    assert hashlib.sha256(SPKI + KEY.public_key().public_bytes_raw()).hexdigest() in done.stdout


@pytest.mark.django_db(transaction=True)
def test_t5_the_page_of_the_site_checks_a_pack_and_finds_its_page_replaced(
    browser: Browser, page: Page, live_server: LiveServer, tmp_path: Path
) -> None:
    pack = made_pack()
    dropped = pack.write(tmp_path)
    page.goto(f"{live_server.url}/verify-pack/")
    page.wait_for_selector("body[data-seals=checked]")
    assert violations(page) == []
    assert drop_pack(page, dropped) == []
    assert "verify.html in the pack is the same program as this page." in said(page)
    lying = pack.page_bytes().replace(b"NOT AS SEALED", b"ALL IS SEALED")
    pack.page = lying.replace(b"Novak", b"").replace(b"Nowak 0", b"Nobody")
    found = drop_pack(page, pack.write(tmp_path))
    assert any("its badge or name was altered" in each for each in found)
    assert "is not the program of this page" in said(page)


def test_t5_a_pack_of_2000_workers_is_checked_in_a_minute(offline: Page, tmp_path: Path, long: bool) -> None:
    pack = made_pack(workers=2_000 if long else 300, records_each=8)
    dropped = pack.write(tmp_path)
    assert max(len(seal["proof"]) for seal in pack.data["records"]) <= 1024
    assert open_page(offline, tmp_path) == []
    assert drop_pack(offline, dropped) == []
    took = offline.evaluate("performance.now()")
    print(f"\n{len(pack.data['records'])} records: {took / 1000:.1f} s")  # noqa: T201  # the figure
    assert took < 60_000


def test_t5_firefox_checks_a_pack_as_chromium_does(tmp_path: Path, long: bool) -> None:
    program = firefox()
    if program is None:
        assert not os.environ.get("CI"), "Firefox is missing: apt install firefox-esr"
        pytest.skip("Firefox is missing")
    good, bad = made_pack(workers=2_000 if long else 3, records_each=8), made_pack(workers=1, records_each=8)
    bad.files["summary.pdf"] += b"!"
    (tmp_path / "bad").mkdir()
    packs = [good.write(tmp_path), bad.write(tmp_path / "bad")]
    profile = tmp_path / "profile"
    profile.mkdir()
    with running(program, profile) as browser:
        browser.open(tmp_path / PAGE)
        browser.wait_for("body[data-seals=checked]")
        browser.choose("#zip", packs[0])
        browser.wait_for("body[data-files=checked]")
        assert browser.evaluate("[...document.querySelectorAll('#problems li')].map((line) => line.textContent)") == []
        assert browser.evaluate("document.getElementById('verdict').dataset.kind") == "good"
        print(f"\n{browser.evaluate('performance.now() / 1000'):.1f} s")  # noqa: T201  # the figure
        browser.open(tmp_path / "bad" / PAGE)
        browser.wait_for("body[data-seals=checked]")
        browser.choose("#zip", packs[1])
        browser.wait_for("body[data-files=checked]")
        found = browser.evaluate("[...document.querySelectorAll('#problems li')].map((line) => line.textContent)")
        assert found == ["File summary.pdf was altered."]
