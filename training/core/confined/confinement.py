"""What the reader gives up before it reads the first byte of a file: access to other files, network and processes.

It uses two features of Linux that need no privilege, so that they work for root in a container and for an ordinary
account under systemd alike: Landlock, which limits the files that can be opened, and a filter that refuses all system
calls but the few that reading, computing and answering need. Where the kernel has no Landlock, nothing can be opened at
all, not even fonts. `missing` names what a machine does not offer, and `manage.py check` reports it.
"""

import ctypes
import errno
import os
import platform
import struct
import sysconfig

READABLE = (
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *("/usr/share/fonts", "/usr/local/share/fonts"),  # for text whose font is not in the PDF
)

PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 4, 22, 38
FILTER = 2
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every processor
VERSION, PATH_BENEATH = 1, 1
READ_FILE, READ_DIRECTORY = 1 << 2, 1 << 3
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights each version of Landlock knows; 16 since 5
CAPABILITIES_VERSION = 0x20080522

# Numbers of system calls by processor, and what the kernel calls the processor.
PROCESSORS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CALLS = {
    "x86_64": (
        "read=0 write=1 close=3 stat=4 fstat=5 lstat=6 lseek=8 mmap=9 mprotect=10 munmap=11 brk=12 "
        "rt_sigaction=13 rt_sigprocmask=14 rt_sigreturn=15 ioctl=16 pread64=17 readv=19 writev=20 access=21 "
        "sched_yield=24 mremap=25 madvise=28 getpid=39 exit=60 uname=63 fcntl=72 ftruncate=77 getcwd=79 "
        "readlink=89 gettimeofday=96 getrlimit=97 getrusage=98 sysinfo=99 times=100 getuid=102 getgid=104 "
        "geteuid=107 getegid=108 sigaltstack=131 gettid=186 futex=202 sched_getaffinity=204 getdents64=217 "
        "restart_syscall=219 clock_gettime=228 clock_getres=229 clock_nanosleep=230 exit_group=231 openat=257 "
        "newfstatat=262 readlinkat=267 faccessat=269 getcpu=309 getrandom=318 statx=332 faccessat2=439"
    ),
    "aarch64": (
        "getcwd=17 fcntl=25 ioctl=29 ftruncate=46 faccessat=48 openat=56 close=57 getdents64=61 lseek=62 "
        "read=63 write=64 readv=65 writev=66 pread64=67 readlinkat=78 newfstatat=79 fstat=80 exit=93 "
        "exit_group=94 futex=98 clock_gettime=113 clock_getres=114 clock_nanosleep=115 sched_getaffinity=123 "
        "sched_yield=124 restart_syscall=128 sigaltstack=132 rt_sigaction=134 rt_sigprocmask=135 "
        "rt_sigreturn=139 times=153 uname=160 getrlimit=163 getrusage=165 getcpu=168 gettimeofday=169 "
        "getpid=172 getuid=174 geteuid=175 getgid=176 getegid=177 gettid=178 sysinfo=179 brk=214 munmap=215 "
        "mremap=216 mmap=222 mprotect=226 madvise=233 getrandom=278 statx=291 faccessat2=439"
    ),
}
# Calls that are allowed with some arguments only: which argument, and its values. Files come open for reading and
# writing; only the answer may be written, and no other may take its number or be mapped to be changed.
ONLY_WITH = {"write": (0, (1,)), "writev": (0, (1,)), "ftruncate": (0, (1,)), "fcntl": (1, (1, 2, 3))}
SHARED_MAP = (3, 1)  # argument and bit of `mmap`

LOAD, EQUAL, ANY_BIT, RETURN = 0x20, 0x15, 0x45, 0x06
CALL, PROCESSOR, ARGUMENTS = 0, 4, 16
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM

_libc = ctypes.CDLL(None, use_errno=True)


def missing() -> list[str]:
    """Return the names of the features that this machine does not offer."""
    lacking = []
    if _landlock_version() < 1:
        lacking.append("Landlock")
    if not _has_filter():
        lacking.append("seccomp")
    return lacking


def confine() -> None:
    """Give up for good everything that this machine lets a process give up.

    Raises:
        OSError: the kernel offers a feature, and then refuses to use it.
    """
    if platform.system() != "Linux":
        return
    _call(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    hide_from_others()
    _drop_capabilities()
    version = _landlock_version()
    if version >= 1:
        _open_only_below(READABLE, version)
    if _has_filter():
        _filter_calls(may_open=version >= 1)


def hide_from_others() -> None:
    """Hide memory and environment of this process from other processes of the same account, and write no core files."""
    if platform.system() == "Linux":
        _call(_libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))


def _landlock_version() -> int:
    if platform.system() != "Linux":
        return 0
    return int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION))


def _has_filter() -> bool:
    """Tell whether the kernel has filters: asked to set none, it complains of a missing address only if it has them."""
    if platform.system() != "Linux" or platform.machine() not in PROCESSORS:
        return False
    ctypes.set_errno(0)
    _libc.prctl(PR_SET_SECCOMP, FILTER, None, 0, 0)
    return ctypes.get_errno() == errno.EFAULT


def _open_only_below(paths: tuple[str, ...], version: int) -> None:
    handled = struct.pack("=QQ", (1 << RIGHTS.get(version, 16)) - 1, 0)
    size = ctypes.c_size_t(8)  # rights on files only: the filter refuses every socket
    ruleset = _call(_libc.syscall(CREATE_RULESET, handled, size, 0))
    for path in filter(os.path.isdir, paths):
        directory = os.open(path, os.O_PATH | os.O_CLOEXEC)
        rule = struct.pack("=Qi", READ_FILE | READ_DIRECTORY, directory)
        _call(_libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0))
        os.close(directory)
    _call(_libc.syscall(RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _drop_capabilities() -> None:
    _call(_libc.capset(struct.pack("=Ii", CAPABILITIES_VERSION, 0), bytes(24)))


def _filter_calls(*, may_open: bool) -> None:
    machine = platform.machine()
    program = _program(CALLS[machine], PROCESSORS[machine], may_open=may_open)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *each) for each in program))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    whole = Program(len(program), ctypes.addressof(code))
    _call(_libc.prctl(PR_SET_SECCOMP, FILTER, ctypes.byref(whole), 0, 0))


def _program(calls: str, processor: int, *, may_open: bool) -> list[tuple[int, int, int, int]]:
    """Return a filter (classic BPF): code, steps to skip if so, steps to skip if not, value."""
    steps = [(LOAD, 0, 0, PROCESSOR), (EQUAL, 1, 0, processor), (RETURN, 0, 0, REFUSE), (LOAD, 0, 0, CALL)]
    for each in calls.split():
        name, number = each.split("=")
        if name == "openat" and not may_open:
            continue
        if name in ONLY_WITH:
            argument, values = ONLY_WITH[name]
            rest = [(LOAD, 0, 0, ARGUMENTS + 8 * argument)]
            rest += [(EQUAL, len(values) - at, 0, value) for at, value in enumerate(values)]
            rest += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
        elif name == "mmap":
            argument, bit = SHARED_MAP
            rest = [(LOAD, 0, 0, ARGUMENTS + 8 * argument), (ANY_BIT, 0, 1, bit)]
            rest += [(RETURN, 0, 0, REFUSE), (RETURN, 0, 0, ALLOW)]
        else:
            rest = [(RETURN, 0, 0, ALLOW)]
        steps += [(EQUAL, 0, len(rest), int(number)), *rest]
    return [*steps, (RETURN, 0, 0, REFUSE)]


def _call(result: int) -> int:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
