# SPDX-License-Identifier: GPL-2.0-only
"""frame.py [DROP-IN] -- COMMAND... - execute COMMAND with what telprobe.service leaves it: its
capabilities, system calls, no_new_privs, and the /proc it shows. What systemd itself would do, where
there is none."""
import ctypes
import errno
import os
import re
import subprocess
import sys
from pathlib import Path

UNIT = Path(__file__).resolve().parent.parent.parent / "scripts/service/telprobe.service.in"
ALLOW, REFUSE = 0x7fff0000, 0x00050000 | errno.EPERM  # seccomp.h


def settings(name, drop_in):
    """Every word of each line of a setting, and whether the line takes away."""
    text = UNIT.read_text(encoding="ascii") + (drop_in.read_text(encoding="ascii") if drop_in else "")
    for line in re.findall(rf"^{name}=(.*)$", text, re.M):
        for word in line.lstrip("~").split():
            yield word, line.startswith("~")


def calls_of(word):
    """The calls of a @group, groups in it too; a call is one."""
    if not word.startswith("@"):
        return {word}
    told = subprocess.check_output(["systemd-analyze", "syscall-filter", "--no-pager", word],
                                   text=True)
    words = [line.strip() for line in told.splitlines()[1:]]
    return set().union(*(calls_of(each) for each in words if each and not each.startswith("#")))


def enter_filter(drop_in):
    calls = set(calls_of("@default"))
    for word, is_taken in settings("SystemCallFilter", drop_in):
        calls = calls - calls_of(word) if is_taken else calls | calls_of(word)
    library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(REFUSE)))
    for call in calls:
        number = library.seccomp_syscall_resolve_name(call.encode())
        if number != -1:  # of another architecture, or too new for the library
            library.seccomp_rule_add(context, ctypes.c_uint32(ALLOW), number, 0)
    if library.seccomp_load(context):
        sys.exit("frame.py: no filter")


def main():
    split = sys.argv.index("--")
    drop_in = Path(sys.argv[1]) if split > 1 else None
    rights = ",".join("+" + word.removeprefix("CAP_").lower()
                      for word, _ in settings("CapabilityBoundingSet", drop_in))
    if not os.environ.get("FRAME_HAS_PROC"):  # while it may still mount
        os.environ["FRAME_HAS_PROC"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                              "mount -t proc -o hidepid=invisible,subset=pid proc /proc && "
                              'exec "$@"', "sh", sys.executable, *sys.argv])
    enter_filter(drop_in)
    os.execvp("setpriv", ["setpriv", "--no-new-privs", "--inh-caps=-all",
                          f"--bounding-set=-all,{rights}", "--", *sys.argv[split + 1:]])


if __name__ == "__main__":
    main()
