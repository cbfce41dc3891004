"""The cell in which untrusted media is decoded: no files, no network, no new programs, bounded memory and CPU.

The decoder process imports what it needs, receives the media as an already open descriptor and then calls
``enter_sandbox``: resource limits (setrlimit(2)) and, on Linux, a seccomp(2) filter that answers EPERM to every system
call that opens a file, makes a socket, starts a program or touches another process. FFmpeg's own whitelists stand in
front of this (see ``worker``); the cell holds when one of its demuxers or decoders is the hole.
"""

import ctypes
import errno
import os
import platform
import resource
import struct
import sys

# prctl(2) and seccomp(2) constants, from <linux/prctl.h>, <linux/seccomp.h>, <linux/audit.h> and <linux/filter.h>.
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_RET_ALLOW = 0x7FFF0000
_RET_EPERM = 0x00050000 | errno.EPERM
_RET_ENOSYS = 0x00050000 | errno.ENOSYS
_RET_KILL = 0x80000000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_IF_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_OFFSET_NUMBER, _OFFSET_ARCHITECTURE, _OFFSET_FIRST_ARGUMENT = 0, 4, 16
#: clone(2) may make threads, which decoders need, and nothing else; clone3's flags lie in memory that a filter can't
#: read, so it "does not exist" and the C library falls back to clone.
_CLONE_THREAD = 0x00010000
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
#: x86-64 marks the 32-bit-pointer ABI (x32) with this bit; its calls would slip past a list of 64-bit numbers.
_X32_BIT = 0x40000000

#: machine -> (AUDIT_ARCH value, system call numbers that are refused), from the kernel's syscall tables.
_REFUSED: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (
        0xC000003E,
        # open creat openat openat2 | socket connect bind listen socketpair | execve execveat fork vfork
        (2, 85, 257, 437, 41, 42, 49, 50, 53, 59, 322, 57, 58,
        # unlink unlinkat rename renameat renameat2 mkdir mkdirat link linkat symlink symlinkat chmod fchmodat truncate
         87, 263, 82, 264, 316, 83, 258, 86, 265, 88, 266, 90, 268, 76,
        # ptrace kill process_vm_readv process_vm_writev pidfd_open pidfd_getfd io_uring_setup bpf userfaultfd mount
         101, 62, 310, 311, 434, 438, 425, 321, 323, 165),
    ),
    "aarch64": (
        0xC00000B7,
        (56, 437, 198, 203, 200, 201, 199, 221, 281,
         35, 38, 276, 34, 37, 36, 53, 45,
         117, 129, 270, 271, 434, 438, 425, 280, 282, 40),
    ),
}  # fmt: skip


def enter_sandbox(*, memory_bytes: int, cpu_seconds: int) -> None:
    """Limit this process for good. Call it after the last import and before the first untrusted byte.

    Raises ``OSError`` where the kernel refuses the filter (fail closed). On systems without seccomp (not Linux) or on
    other machines than x86-64 and arm64 only the resource limits apply.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    if sys.platform == "linux" and platform.machine() in _REFUSED:
        _install_filter(*_REFUSED[platform.machine()], _CLONE[platform.machine()])


def _install_filter(architecture: int, refused: tuple[int, ...], clone: int) -> None:
    """Load a classic BPF program: wrong architecture is killed, refused calls get EPERM, all else is allowed."""

    def instruction(code: int, if_true: int, if_false: int, value: int) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, value)

    program = [
        instruction(_LOAD, 0, 0, _OFFSET_ARCHITECTURE),
        instruction(_JUMP_EQUAL, 1, 0, architecture),
        instruction(_RETURN, 0, 0, _RET_KILL),
        instruction(_LOAD, 0, 0, _OFFSET_NUMBER),
        instruction(_JUMP_EQUAL, 0, 1, _CLONE3),
        instruction(_RETURN, 0, 0, _RET_ENOSYS),
        instruction(_JUMP_EQUAL, 0, 4, clone),
        instruction(_LOAD, 0, 0, _OFFSET_FIRST_ARGUMENT),
        instruction(_JUMP_IF_SET, 0, 1, _CLONE_THREAD),
        instruction(_RETURN, 0, 0, _RET_ALLOW),
        instruction(_RETURN, 0, 0, _RET_EPERM),
        instruction(_JUMP_AT_LEAST, len(refused) + 1, 0, _X32_BIT),
    ]
    for position, number in enumerate(refused):
        program.append(instruction(_JUMP_EQUAL, len(refused) - position, 0, number))
    program += [instruction(_RETURN, 0, 0, _RET_ALLOW), instruction(_RETURN, 0, 0, _RET_EPERM)]

    code = ctypes.create_string_buffer(b"".join(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    unsigned = ctypes.c_ulong
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, unsigned(1), unsigned(0), unsigned(0), unsigned(0)):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_NO_NEW_PRIVS): " + os.strerror(ctypes.get_errno()))
    if libc.prctl(_PR_SET_SECCOMP, unsigned(_SECCOMP_MODE_FILTER), ctypes.byref(header), unsigned(0), unsigned(0)):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_SECCOMP): " + os.strerror(ctypes.get_errno()))
