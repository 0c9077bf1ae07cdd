# SPDX-License-Identifier: GPL-2.0-only
"""What `telprobe emit` does where nobody listens: with good words, with bad ones, as a command, from a
stream. What arrives where somebody does is tests/service/emit."""
import json
import os
import signal
import subprocess

from run import TELPROBE

ALONE = ("session_begin app", "session_end app", "command_begin x", "command_end x",
         "span_begin step x", "span_end step x", "opt_out")
SINGLES = ("span_done step x 250ms ok", "span_done call x 5 failed network", "tag model small",
           "count x", "count x -5 7", "measure x 1.5 ms", "error network - warning yes",
           "recovered network - 3", "feature x used menu", "decision a b c d 9",
           "lifecycle install_completed deb 1.4.2 - - 7")


def all_cases():
    return [(name[5:].replace("_", " "), case) for name, case in globals().items()
            if name.startswith("case_")]


def emit(sandbox, words, **how):
    return sandbox.telprobe("emit", *(words.split() if isinstance(words, str) else words), **how)


def case_emit_single_markers_are_silent(sandbox):
    for words in SINGLES:
        emit(sandbox, words).expect(out="^$")
        emit(sandbox, f"--app backup --app-version 1.4.2 {words}").expect(out="^$")


def case_emit_a_marker_that_opens_or_closes_is_refused_alone(sandbox):
    for words in ALONE:
        emit(sandbox, words).expect(2, "^$", "alone says nothing.*\nhint: ")
    emit(sandbox, "opt_out").expect(2, "^$", "DO_NOT_TRACK=1")
    emit(sandbox, "command_begin x").expect(2, "^$", "emit command NAME -- CMD.*emit -")


def case_emit_bad_words_are_misuse_with_a_hint(sandbox):
    for words, said in (
            ("", "'emit' needs a marker: .*--list"), ("coutn x", "did you mean 'count'"),
            ("count", "'count' needs NAME\nhint: usage: telprobe emit count NAME"),
            ("count x y", "DELTA 'y' is not a whole number"),
            ("count x 1 2 3", "'3' is one argument too many"),
            ("count /etc/passwd", "NAME '/etc/passwd' is no name\nhint: "),
            ("feature x usd", "none of used, discovered, disabled\nhint: did you mean 'used'"),
            ("--app a@b count x", "APP 'a@b' is no name"),
            ("--app-version 1 count x", "--app-version needs --app"),
            ("--profile p count x", "--profile goes with 'command'"),
            ("--json count x", "--json goes with --list"), ("--list count", "stand alone"),
            ("--list --now", "stand alone"), ("- count", "unexpected argument 'count'"),
            ("--vrebose count x", "did you mean '--verbose'"),
            ("--config etc count x", "--config goes with -v")):
        emit(sandbox, words).expect(2, "^$", said)
    emit(sandbox, ["count", "\x1b[31m"]).expect(2, "^$", r"NAME '\?\[31m' is no name")
    emit(sandbox, ["count", "two words"]).expect(2, "^$", "is no name")
    emit(sandbox, ["count", "x" * 5000]).expect(2, "^$", "is no name")


def case_emit_list_has_every_marker(sandbox):
    rows = json.loads(emit(sandbox, "--list --json").expect().out)
    assert len(rows) == 16 and rows[8]["marker"] == "count", rows
    assert rows[8]["arguments"] == "NAME [DELTA [ID]]", rows
    table = emit(sandbox, "--list").expect().out
    assert table.count("\n") == 17 and all(row["marker"] in table for row in rows), table


def case_emit_now_goes_on(sandbox):
    first, second = (int(emit(sandbox, "--now").expect().out) for _ in range(2))
    assert 0 < first < second < first + 60e9, (first, second)
    emit(sandbox, f"span_done step x {first}").expect(out="^$")


def case_emit_verbose_says_that_nobody_listens(sandbox):
    emit(sandbox, "-v --config none count x").expect(
        0, "^$", "count: nobody listens; nothing was told\n.*cannot be told: cannot open 'none'")
    for words, markers in (("--app a count x", 2), ("-", 3), ("--app a command c -- true", 2)):
        done = emit(sandbox, "-v --config none " + words, stdin=None,
                    input="count x\ncount y\ntag a b\n")
        assert done.status == 0 and done.err.count("nobody listens") == markers, done.err
        assert done.err.count("cannot be told") == 1, done.err
    os.makedirs(sandbox.path("etc/targets.d"))
    emit(sandbox, "-v --config etc count x").expect(0, "^$", "no file of 'etc/targets.d' names")
    program = os.path.realpath(TELPROBE)
    sandbox.write("etc/targets.d/scripts.yaml", f"paths: {program}\nnames: [x, model]\n".encode())
    done = emit(sandbox, "-v --config etc tag model secret").expect(0, "^$", "nobody listens")
    assert "'secret' is kept as [UNDECLARED]" in done.err and "'model'" not in done.err, done.err
    done = emit(sandbox, "-v --config etc count x").expect(0, "^$", "nobody listens")
    assert "UNDECLARED" not in done.err, done.err


def case_emit_command_is_the_command(sandbox):
    for script, status in (("exit 0", 0), ("exit 3", 3), ("exit 255", 255),
                           ("kill -KILL $$", -signal.SIGKILL), ("kill -INT $$", -signal.SIGINT)):
        done = emit(sandbox, ["command", "backup", "push", "--", "sh", "-c",
                              f"cat; echo err >&2; {script}"], stdin=None, input="in\n")
        assert (done.status, done.out, done.err) == (status, "in\n", "err\n"), (script, vars(done))
    done = emit(sandbox, ["command", "--profile", "p", "x", "--", "sh", "-c", "echo $0 $@", "-v",
                          "--", "a b"])
    done.expect(out="^-v -- a b\n$")
    sandbox.write("none", b"\x7fELF no program")
    for command, status in (("no-such-program", 127), ("./missing", 127), ("./none", 126)):
        emit(sandbox, ["command", "x", "--", command], env={"PATH": "/usr/bin:/bin"}).expect(
            status, "^$", "cannot .*\nhint: ")
    os.chmod(sandbox.path("none"), 0o755)
    emit(sandbox, ["command", "x", "--", "./none"]).expect(126, "^$", "cannot execute")


def case_emit_command_misuse_runs_nothing(sandbox):
    for words in ("command", "command x", "command x --", "command -- touch ran",
                  "command a/b -- touch ran", "command a b c -- touch ran",
                  "command x --profile -- touch ran", "command x -v -- touch ran",
                  "--app a@b command x -- touch ran"):
        emit(sandbox, words).expect(2, "^$", "hint: ")
    assert not os.path.exists(sandbox.path("ran"))


def case_emit_reads_lines_and_goes_on_after_a_bad_one(sandbox):
    lines = "command_begin backup\n# no marker\n\n\tcount  x  3\r\ncommand_end backup ok"
    emit(sandbox, "-", stdin=None, input=lines).expect(out="^$")
    emit(sandbox, "-", stdin=None, input="").expect(out="^$")
    done = emit(sandbox, "-", stdin=None, input=f"nonsense\ncount x\ncount {'y' * 2000}\ncount z 1 2 3")
    assert done.status == 2 and not done.out, vars(done)
    told = [line for line in done.err.splitlines() if line.startswith("telprobe: ")]
    assert [line.split(":")[1] for line in told] == [" line 1", " line 3", " line 4"], done.err
    emit(sandbox, "-v --config none -", stdin=None, input="count x\n").expect(
        0, "^$", "count: nobody listens")


def case_emit_reads_what_cannot_be_read(sandbox):
    place = os.open(sandbox.directory, os.O_RDONLY)
    done = subprocess.run([TELPROBE, "emit", "-"], stdin=place, capture_output=True, text=True,
                          check=False)
    os.close(place)
    assert done.returncode == 1 and "cannot read markers: is a directory" in done.stderr, done
