# SPDX-License-Identifier: GPL-2.0-only
"""service.py - what the tests of this directory share: a service in directories of its own, people
who use its programs, what they may ask it, what it stored.

People are uids without accounts, but for one whom a policy must find in the list of accounts."""
import ctypes
import json
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
from contextlib import closing, contextmanager, suppress
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bpf"))

import harness  # noqa: E402
from harness import NOBODY, TELPROBE, check, check_equal  # noqa: E402,F401

LIBC = ctypes.CDLL(None, use_errno=True)
ANNA, BERT = 60001, 60002
BYSTANDER = 60099  # has said no and emits nothing
HAS_SANITIZER = "/sanitize" in str(TELPROBE)
HAS_FILTER = not HAS_SANITIZER  # a sanitizer makes calls of its own
SLOWER = 3 if HAS_SANITIZER else 1  # for bounds of time
OFF, BASIC, ENHANCED, FULL = range(4)
ACCOUNTS = ("telprobe", "telprobe-collect", "telprobe-api", "telprobe-inspect", "telprobe-attach")

# control.h
(ROWS, TOTALS, STATUS, DECIDE, DECISIONS, TARGETS, ERASE, RETENTION,
 RELOAD, OWNERS) = range(1, 11)
OWN = 0xffffffff
OWN_LINKS = 7  # of the service: on processes, and on its own trial function
TEXT_VERSION = int(re.search(r"CONSENT_TEXT_VERSION =\s*(\d+)", (
    harness.ROOT / "userspace/privacy/consent.h").read_text(encoding="ascii"))[1])
REQUEST = struct.Struct("4I4q2I64s136x")
FOR_US = 168  # where the time of a yes stands in it
WITHOUT = FOR_US + 8  # and what it leaves out
(IS_ROWS, IS_TOTALS, IS_STATUS, IS_DECISION, IS_TARGET, END, IS_RETENTION,
 IS_NOTICE) = range(1, 9)
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


def knocked(connection, path):
    """Not while as many as may wait do already."""
    try:
        connection.connect(str(path))
    except BlockingIOError:
        return False
    return True


def children(pid):
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that ended meanwhile
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def descriptor_of(pid, number):
    """A duplicate of another process's descriptor."""
    process = os.pidfd_open(pid)
    try:
        copy = LIBC.syscall(438, process, number, 0)  # pidfd_getfd
        check(copy >= 0, f"pidfd_getfd: {os.strerror(ctypes.get_errno())}")
        return copy
    finally:
        os.close(process)


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
        self.umask = -1  # as we have it
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

    def start(self, environment=None, wrapper=()):
        """@wrapper: a command that executes the one after it."""
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*wrapper, TELPROBE, "serve", "--config", self.directory / "etc", "--state",
                 self.directory / "state", "--runtime", self.directory / "run"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **(environment or {})}, umask=self.umask)
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
        """As SIGHUP has it done; all that could be is attached to on return."""
        try:
            self.call(0, RELOAD)
        except Refused:
            pass  # the log says why

    def command(self, *words, uid=0, status=0, **how):
        """telprobe @words about this service: (stdout, stderr)."""
        how = {**(person(uid) if uid else {"stdin": subprocess.DEVNULL}), **how}
        environment = {**os.environ, "TELPROBE_SOCKET": str(self.socket), **how.pop("env", {})}
        done = subprocess.run([TELPROBE, *map(str, words)], env=environment, text=True, check=False,
                              capture_output=True, timeout=harness.TIMEOUT_S, **how)
        check_equal(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done.stdout, done.stderr

    def role(self, name):
        """pid of the worker of a role; its keeper may be about to start it. None: there is none."""
        for keeper in children(self.process.pid):
            if Path(f"/proc/{keeper}/comm").read_text(encoding="ascii").strip() == name:
                return next(iter(eventually(lambda keeper=keeper: children(keeper), 3)), None)
        return None

    def call(self, uid, act, level=0, target="", whose=OWN, limit=0, for_us=0,
             without=0):
        """Every message of the answer but its end; Refused where that is no success."""
        request = bytearray(REQUEST.pack(1, act, whose, 0, 0, 0, 0, limit, 0, level,
                                         target.encode()))
        struct.pack_into("q", request, FOR_US, for_us)
        struct.pack_into("B", request, WITHOUT, without)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.settimeout(60)
            with as_user(uid):
                eventually(lambda: knocked(connection, self.socket), 60)
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

    def decide(self, uid, level, target="", for_s=0, without=0):
        """@for_s: a yes that ends by itself; @without: enum tp_category. What became of one that ended now, as control.h has it."""
        return self.call(uid, DECIDE, level, target, for_us=round(for_s * 1000000),
                         without=without)[1]

    def erase(self, uid):
        return self.call(uid, ERASE)[1]

    def retention(self, uid, days=None, whose=OWN):
        """(own days, machine's days, bytes); @days: what is to be the own one, 0 takes it back."""
        answers, _ = self.call(uid, RETENTION, whose=whose, limit=0 if days is None else days + 1)
        return struct.unpack_from("3q", answers[0], 8)

    def status(self, uid=0):
        message = self.call(uid, STATUS)[0][0]
        values = dict(zip(STATUS_FIELDS, struct.unpack_from("8I7Q", message)))
        return {**values, "problem": text(message[88:])}

    def figures(self, uid=0):
        """As `telprobe status --json` has them."""
        return json.loads(self.command("status", "--json", uid=uid)[0])

    def targets(self, uid=0):
        answers = {}
        for message in self.call(uid, TARGETS)[0]:
            values = dict(zip(TARGET_FIELDS, struct.unpack_from("8I", message)))
            answers[text(message[32:96])] = {**values, "problem": text(message[96:])}
        return answers

    def database(self, uid):
        return self.directory / "state/events" / f"{uid}.db"

    def drain(self):
        """What was emitted before is stored afterwards: with a no the ring is emptied first."""
        self.decide(BYSTANDER, OFF)

    def query(self, uid, sql, *values):
        """Rows of the database of @uid; none where there is no file."""
        if not self.database(uid).exists():
            return []
        with closing(sqlite3.connect(f"file:{self.database(uid)}?mode=ro", uri=True)) as reader:
            try:
                return reader.execute(sql, values).fetchall()
            except sqlite3.OperationalError as problem:
                if "no such table" not in str(problem):
                    raise
                return []  # it is being made

    def events(self, uid, kind_of_record=None):
        """As harness.events(); nothing where there is no file."""
        return [row for row in self.query(uid, harness.EVENTS)
                if kind_of_record in (None, row[1])]

    def spans(self, uid):
        """How many of each (command, subcommand)."""
        return Counter(row[5:7] for row in self.events(uid, harness.SPAN))

    def count(self, uid, command):
        rows = self.query(uid, """SELECT count(*) FROM events e JOIN series s ON s.id = e.series
            JOIN names n ON n.id = s.n0 WHERE s.type = ? AND n.text = ?""", harness.SPAN, command)
        return rows[0][0] if rows else 0

    def settled(self, uid, command, expected, timeout_s=20):
        """Wait for @expected spans of @command, look again when the ring was empty: no more came."""
        eventually(lambda: self.count(uid, command) == expected, timeout_s)
        if self.process:
            self.drain()
        found = self.count(uid, command)
        if found != expected:
            check_equal(found, expected, f"{command} of {uid}; {self.account(uid)}")

    def account(self, uid):
        """What a failure is understood by: every counter, what is stored of @uid, the end of the log."""
        counted = {name: of for name, of in self.figures().items() if of} if self.process else {}
        return f"{counted}; {self.events(uid)[-10:]}; {self.log()[-1500:]}"

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


def named(path, name, compiler="gcc", *flags):
    """A program whose markers carry @name; COUNT pairs, 1 by default."""
    source = path.with_suffix(".c")
    source.write_text(NAMED, encoding="ascii")
    harness.compile_program(path, source, f'-DNAME="{name}"', *(flags or ("-O2",)),
                            compiler=compiler)
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
