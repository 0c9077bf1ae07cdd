# SPDX-License-Identifier: GPL-2.0-only
"""harness.py - what the tests of this directory share: `telprobe run` with its account, builds, lines
for scripts/run-tests."""
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from contextlib import closing
from pathlib import Path

sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = Path(os.environ.get("BUILD", ROOT / "build")).resolve()
APPS = Path(os.environ.get("APPS", BUILD / "apps")).resolve()
TELPROBE = str(Path(os.environ.get("TELPROBE", BUILD / "telprobe")).resolve())
FULL = os.environ.get("FULL", "0") == "1"
TIMEOUT_S = int(os.environ.get("TIMEOUT_S", 600 if FULL else 120))
NOBODY = 65534


class Skip(Exception):
    """A test that cannot run here; its text says why."""


class Run:
    """One finished `telprobe run --json`."""

    def __init__(self, done):
        self.status = done.returncode  # negative: the signal that ended it
        self.stdout = done.stdout.decode(errors="replace")
        text = done.stderr.decode(errors="replace")
        start = text.rfind('{\n\t"commands"')
        self.messages, self.summary = text, None
        if start >= 0:
            self.summary, size = json.JSONDecoder().raw_decode(text[start:])
            self.messages = text[:start] + text[start + size:]

    def counts(self):
        """The account without what is 0."""
        check(self.summary, f"no account: exit status {self.status}, {self.messages!r}")
        return {name: value for name, value in self.summary["account"].items() if value}


def app(name):
    return str(APPS / name)


def check(is_true, what):
    if not is_true:
        raise AssertionError(what)


def check_equal(actual, expected, what):
    if actual != expected:
        raise AssertionError(f"{what}: {actual!r}, expected {expected!r}")


def run(command, *options, prefix=(), **how):
    """@prefix: a command that starts telprobe, such as setpriv and its options."""
    how.setdefault("stdin", subprocess.DEVNULL)
    how.setdefault("timeout", TIMEOUT_S)
    line = [*prefix, TELPROBE, "run", "--json", *options, "--", *command]
    return Run(subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              **how))


def bare(command, **how):
    how.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          timeout=TIMEOUT_S, **how)


def compile_program(output, *arguments, compiler="gcc"):
    """Compile against telprobe.h; @arguments: sources and flags."""
    subprocess.run([compiler, "-D_GNU_SOURCE", f"-I{ROOT / 'include'}", *map(str, arguments), "-o",
                    str(output)], check=True, capture_output=True, timeout=TIMEOUT_S)
    return str(output)


def builds(compiler, *flags):
    """Whether a program can be made so here."""
    if not shutil.which(compiler):
        return False
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory, "empty.c")
        source.write_text("int main(void) { return 0; }\n", encoding="ascii")
        return bare([compiler, *flags, str(source), "-o", f"{directory}/empty"]).returncode == 0


def query(database, sql, *values):
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql, values).fetchall()


# One row an event: app, enum tp_type, tp_kind, tp_outcome, value and the five names.
EVENTS = """SELECT a.text, s.type, s.kind, s.outcome, e.value, n0.text, n1.text, n2.text, n3.text,
    n4.text FROM events e JOIN series s ON s.id = e.series LEFT JOIN names a ON a.id = s.app
    LEFT JOIN names n0 ON n0.id = s.n0 LEFT JOIN names n1 ON n1.id = s.n1
    LEFT JOIN names n2 ON n2.id = s.n2 LEFT JOIN names n3 ON n3.id = s.n3
    LEFT JOIN names n4 ON n4.id = s.n4 ORDER BY e.id"""
SPAN, COUNT, EXIT = 1, 3, 14  # enum tp_type


def events(database, kind_of_record=None):
    return [row for row in query(database, EVENTS) if kind_of_record in (None, row[1])]


def file_bytes(database):
    """Everything of a database that is on disk."""
    paths = [Path(f"{database}{end}") for end in ("", "-wal")]
    return b"".join(path.read_bytes() for path in paths if path.exists())


def symbols(program):
    """name -> address, as the file has it"""
    listed = subprocess.run(["nm", program], capture_output=True, check=True, text=True).stdout
    return {line.split()[2]: int(line.split()[0], 16) for line in listed.splitlines()
            if len(line.split()) == 3}


def main(*tests):
    """Run each with an empty directory of its own; print what scripts/run-tests reads."""
    os.umask(0o022)
    failed = 0
    if os.geteuid() != 0:
        print("attaching to programs needs root")
        return 77
    for test in tests:
        directory = tempfile.mkdtemp()
        os.chmod(directory, 0o755)
        try:
            test(Path(directory))
            print(f"ok {test.__name__}")
        except Skip as reason:
            print(f"skip {test.__name__}: {reason}")
        except (AssertionError, subprocess.SubprocessError, OSError,
                sqlite3.Error) as problem:
            failed += 1
            where = traceback.extract_tb(problem.__traceback__)[1:]
            lines = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in where)
            print(f"FAIL {test.__name__}: {problem}\n# at {lines}")
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        sys.stdout.flush()
    return 1 if failed else 0
