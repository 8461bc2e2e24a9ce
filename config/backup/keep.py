"""Reading a backup back, and removing old ones."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from config.backup.manifest import (
    DUMP,
    EVIDENCE,
    GENERATIONS,
    MANIFEST,
    BackupError,
    Evidence,
    Manifest,
    evidence_of,
    in_batches,
    read_manifest,
    read_part,
    whole_generations,
)
from config.backup.target import Target


def verify_backup(
    target: Target, *, generation: str | None, on_progress: Callable[[int, int], None]
) -> tuple[Manifest, dict[str, str]]:
    """Read a backup to its last byte and compare it with its manifest.

    Args:
        generation: the name of the backup; None for the newest whole one.

    Returns:
        its manifest, and what is wrong with it, by the key of the file or the name of the part.

    Raises:
        BackupError: there is no such backup, or its manifest cannot be read.
        TargetError: the target does not answer.
    """
    manifest = chosen(target, generation)
    wrong = dict(manifest.damaged)
    try:
        read_part(target, manifest, DUMP)
    except BackupError as refusal:
        wrong[DUMP] = str(refusal)
    done = 0

    def judge(each: Evidence) -> tuple[str, str]:
        found = target.read(each.place)
        return each.key, "" if found and found.sha256 == each.sha256 else "damaged" if found else "missing"

    with ThreadPoolExecutor(target.at_once) as pool:
        for batch in in_batches(evidence_of(target, manifest)):
            for key, what in pool.map(judge, batch):
                if what:
                    wrong.setdefault(key, what)
                done += 1
                on_progress(done, manifest.files)
    return manifest, wrong


def chosen(target: Target, generation: str | None) -> Manifest:
    """Return the manifest of a backup, of the newest whole one if none is named. Raises as `read_manifest`."""
    whole = whole_generations(target)
    if not whole:
        raise BackupError(f"{target.address} has no whole backup.")
    return read_manifest(target, generation or whole[-1])


def remove_old(target: Target, *, keep: int) -> int:
    """Remove all but the newest good backups, what killed ones left before them, and evidence that no backup names.

    Nothing is removed while there are not more good ones than that. Evidence goes only when every list of the backups
    that stay could be read.

    Args:
        keep: how many good backups stay; those that are not good stay if they are newer than the oldest of these.

    Returns:
        how many backups were removed.

    Raises:
        BackupError: a backup that stays cannot be read; nothing more was removed.
        TargetError: the target does not answer.
    """
    good = [name for name in whole_generations(target) if read_manifest(target, name).is_good]
    if len(good) <= keep:
        return 0
    oldest = good[-keep]
    removed = set()
    old = [name for name in target.names(GENERATIONS) if name.split("/")[1] < oldest]
    for name in sorted(old, key=lambda name: not name.endswith(MANIFEST)):  # first it is none any more
        target.remove(name)
        removed.add(name.split("/")[1])
    named = {
        each.place for name in whole_generations(target) for each in evidence_of(target, read_manifest(target, name))
    }
    for name in target.names(EVIDENCE):
        if name not in named:
            target.remove(name)
    return len(removed)
