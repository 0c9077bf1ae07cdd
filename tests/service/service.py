# SPDX-License-Identifier: GPL-2.0-only
"""service.py - what the tests of this directory share: a service in directories of its own, people
who use its programs, what they may ask it, what it stored.

People are uids without accounts, but for one whom a policy must find in the list of accounts."""
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, contextmanager
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bpf"))

import harness  # noqa: E402
from harness import NOBODY, TELPROBE, check, check_equal  # noqa: E402,F401

ANNA, BERT = 60001, 60002
OFF, BASIC, ENHANCED, FULL = range(4)
ACCOUNTS = ("telprobe", "telprobe-collect", "telprobe-api")

# control.h
ROWS, TOTALS, STATUS, DECIDE, DECISIONS, TARGETS, ERASE = range(1, 8)
OWN = 0xffffffff
REQUEST = struct.Struct("4I4q2I64s136x")
IS_ROWS, IS_TOTALS, IS_STATUS, IS_DECISION, IS_TARGET, END = range(1, 7)
STATUS_FIELDS = ("kind level has_decided targets problems uptime_s is_enabled role_restarts events "
                 "stored lost ring_full refused_consent own_cpu_us own_memory_bytes").split()
TARGET_FIELDS = "kind level reason policy level_max sites is_attached reserved".split()


def text(raw):
    return raw.split(b"\0")[0].decode()


def eventually(is_so, timeout_s=10, step_s=0.02):
    """@is_so() within @timeout_s? Its last answer."""
    until = time.monotonic() + timeout_s
    while True:
        answer = is_so()
        if answer or time.monotonic() > until:
            return answer
        time.sleep(step_s)


@contextmanager
def as_user(uid):
    """Whom the kernel names as the peer of a socket connected meanwhile."""
    os.setegid(uid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def person(uid):
    """How subprocess starts a program of @uid."""
    return {"user": uid, "group": uid, "extra_groups": [], "stdin": subprocess.DEVNULL,
            "cwd": "/"}


def run_as(uid, command, **how):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True,
                          timeout=harness.TIMEOUT_S, **{**person(uid), **how})


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def kernel_objects(pid):
    """(kind, id) of every program, map and link @pid holds a descriptor of."""
    found = set()
    for entry in Path(f"/proc/{pid}/fdinfo").iterdir():
        try:
            info = entry.read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        kind = re.search(r"^(prog|map|link)_type:", info, re.M)
        number = kind and re.search(rf"^{kind[1]}_id:\s*(\d+)", info, re.M)
        if number:
            found.add((kind[1], int(number[1])))
    return found


def still_loaded(objects):
    """Those of @objects the kernel still has."""
    return {(kind, number) for kind, number in objects
            if subprocess.run(["bpftool", kind, "show", "id", str(number)], check=False,
                              capture_output=True).returncode == 0}


SHADOW_BYTES = 1 << 32  # no role has so much; a sanitizer's shadow of all addresses has


def memory_has(pid, *needles):
    """Which of @needles are in the memory of @pid."""
    found = set()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            start, end = (int(word, 16) for word in line.split()[0].split("-"))
            if line.split()[1][0] != "r" or line.rstrip().endswith(("[vvar]", "[vsyscall]")):
                continue
            if end - start > SHADOW_BYTES:
                continue
            try:
                mem.seek(start)
                content = mem.read(end - start)
            except OSError:
                continue
            found |= {needle for needle in needles if needle in content}
    return found


class Refused(Exception):
    """The service said no: (code, what, hint)."""


class Service:
    """`telprobe serve` with its own directories below @directory; programs go into apps/."""

    def __init__(self, directory, targets=None, config=""):
        self.directory = Path(directory)
        self.apps = self.directory / "apps"
        self.socket = self.directory / "run" / "control"
        self.process = None
        for name in ("etc", "etc/targets.d", "apps"):
            (self.directory / name).mkdir(mode=0o755, exist_ok=True)
        if config:
            (self.directory / "etc/telprobe.yaml").write_text(config, encoding="ascii")
        for name, content in (targets or {}).items():
            self.target(name, content)

    def target(self, name, content):
        """A target file: its text, or the paths alone; None removes it."""
        path = self.directory / "etc/targets.d" / f"{name}.yaml"
        if content is None:
            path.unlink()
            return
        if not isinstance(content, str):
            content = "paths:\n" + "".join(f"  - {each}\n" for each in content)
        path.write_text(content, encoding="ascii")

    def add(self, name, called=None):
        """A copy of a test program, so that nobody else's use of it is seen."""
        path = self.apps / (called or name)
        shutil.copy(harness.app(name), path)
        path.chmod(0o755)
        return path

    def start(self):
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen(
                [TELPROBE, "serve", "--config", self.directory / "etc", "--state",
                 self.directory / "state", "--runtime", self.directory / "run"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        check(eventually(self.is_up), f"the service does not start: {self.log()}")
        return self

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the service ended: {self.log()}")
        try:
            return bool(self.status())
        except OSError:
            return False

    def stop(self, number=signal.SIGTERM, timeout_s=30):
        """Return: its exit status, as subprocess has it."""
        if not self.process:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(timeout_s)
        self.process = None
        return status

    def end(self):
        """Whatever state it is in."""
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def log(self):
        return (self.directory / "log").read_text(encoding="utf-8", errors="replace")

    def reload(self):
        """SIGHUP; the supervisor answers nobody while it reads its files."""
        self.process.send_signal(signal.SIGHUP)
        time.sleep(0.05)
        self.status()

    def role(self, name):
        """pid of the worker of a role, None while there is none."""
        for keeper in children(self.process.pid):
            if Path(f"/proc/{keeper}/comm").read_text(encoding="ascii").strip() == name:
                return next(iter(children(keeper)), None)
        return None

    def call(self, uid, act, level=0, target="", whose=OWN):
        """Every message of the answer but its end; Refused where that is no success."""
        request = REQUEST.pack(1, act, whose, 0, 0, 0, 0, 0, 0, level, target.encode())
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.settimeout(60)
            with as_user(uid):
                connection.connect(str(self.socket))
            connection.send(request)
            answers = []
            while True:
                message = connection.recv(70000)
                if not message:
                    raise ConnectionError("the answer has no end")
                kind, code, number = struct.unpack_from("Iiq", message)
                if kind == END:
                    break
                answers.append(message)
        if code:
            raise Refused(code, text(message[16:400]), text(message[400:784]))
        return answers, number

    def decide(self, uid, level, target=""):
        self.call(uid, DECIDE, level, target)

    def erase(self, uid):
        return self.call(uid, ERASE)[1]

    def status(self, uid=0):
        message = self.call(uid, STATUS)[0][0]
        values = dict(zip(STATUS_FIELDS, struct.unpack_from("8I7Q", message)))
        return {**values, "problem": text(message[88:])}

    def targets(self, uid=0):
        answers = {}
        for message in self.call(uid, TARGETS)[0]:
            values = dict(zip(TARGET_FIELDS, struct.unpack_from("8I", message)))
            answers[text(message[32:96])] = {**values, "problem": text(message[96:])}
        return answers

    def database(self, uid):
        return self.directory / "state/events" / f"{uid}.db"

    def events(self, uid, kind_of_record=None):
        """As harness.events(); nothing where there is no file."""
        if not self.database(uid).exists():
            return []
        with closing(sqlite3.connect(f"file:{self.database(uid)}?mode=ro", uri=True)) as reader:
            try:
                rows = reader.execute(harness.EVENTS).fetchall()
            except sqlite3.OperationalError as problem:
                if "no such table" not in str(problem):
                    raise
                rows = []  # it is being made
        return [row for row in rows if kind_of_record in (None, row[1])]

    def spans(self, uid):
        """How many of each (command, subcommand)."""
        return Counter(row[5:7] for row in self.events(uid, harness.SPAN))

    def count(self, uid, command):
        return sum(count for name, count in self.spans(uid).items() if name[0] == command)

    def settled(self, uid, command, expected, timeout_s=20):
        """Wait for @expected spans of @command, look again a moment later: no more came."""
        eventually(lambda: self.count(uid, command) >= expected, timeout_s, 0.1)
        time.sleep(0.3)
        check_equal(self.count(uid, command), expected, f"{command} of {uid}")

    def on_disk(self):
        """Every byte below the state directory."""
        return b"".join(path.read_bytes() for path in (self.directory / "state").rglob("*")
                        if path.is_file())


@contextmanager
def serving(directory, targets=None, config=""):
    """A service that runs until the block ends."""
    service = Service(directory, targets, config)
    try:
        yield service
    finally:
        service.end()


NAMED = """#include <stdlib.h>
#include "telprobe.h"
int main(int argc, char **argv)
{
	for (int i = argc > 1 ? atoi(argv[1]) : 1; i > 0; i--) {
		TELPROBE_COMMAND_BEGIN(NAME, NAME "-sub", NULL, 0);
		TELPROBE_COMMAND_END(NAME, TELPROBE_OK, NULL, 0);
	}
	return 0;
}
"""


def named(path, name):
    """A program whose markers carry @name; COUNT pairs, 1 by default."""
    source = path.with_suffix(".c")
    source.write_text(NAMED, encoding="ascii")
    harness.compile_program(path, source, f'-DNAME="{name}"', "-O2")
    source.unlink()
    path.chmod(0o755)
    return path


def main(*tests):
    """As harness.main(), below a directory that others may enter."""
    missing = [name for name in ACCOUNTS
               if subprocess.run(["getent", "passwd", name], check=False,
                                 stdout=subprocess.DEVNULL).returncode]
    if missing:
        print(f"there is no account {missing[0]}: the service needs {', '.join(ACCOUNTS)}")
        return 77
    place = tempfile.mkdtemp(prefix="telprobe-service.", dir="/tmp")
    os.chmod(place, 0o755)
    tempfile.tempdir = place
    try:
        return harness.main(*tests)
    finally:
        shutil.rmtree(place, ignore_errors=True)
