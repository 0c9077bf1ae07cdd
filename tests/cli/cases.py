# SPDX-License-Identifier: GPL-2.0-only
"""What each command does with good and with bad input. A case is a function case_<name>(sandbox);
its name says the situation and the result."""
import csv
import io
import json
import os
import pty
import re
import resource
import select
import signal
import sqlite3
import stat
import subprocess
import time

from examples import command_names
from run import BUILD, REPOSITORY, TELPROBE, Skip

READING = ("show", "last", "tail", "metrics", "export", "delete")
EVENTS = 150  # of tests/unit/report/sample.h; 149 in the last 30 days
ALL_APP = os.path.join(BUILD, "apps", "all")


def all_cases():
    return [(name[5:].replace("_", " "), case) for name, case in globals().items()
            if name.startswith("case_")]


def rows(sandbox, *arguments):
    return json.loads(sandbox.telprobe(*arguments).expect().out)


def ndjson(sandbox, *arguments, database="app.db"):
    out = sandbox.telprobe("export", "--format", "ndjson", "--db", database,
                           *arguments).expect().out
    return [json.loads(line) for line in out.splitlines()]


# --- the command line ---------------------------------------------------------------------------

def case_no_command_is_misuse(sandbox):
    done = sandbox.telprobe()
    assert done.status == 2 and not done.out and "Commands:" in done.err


def case_version_and_help_go_to_stdout(sandbox):
    sandbox.telprobe("--version").expect(out=r"^telprobe [0-9.]+\n$")
    for arguments in (["help"], ["--help"], ["-h"]):
        sandbox.telprobe(*arguments).expect(out="Commands:")


def case_unknown_command_names_the_nearest(sandbox):
    sandbox.telprobe("shwo").expect(2, "^$", "unknown command 'shwo'\nhint: .*telprobe show'")
    sandbox.telprobe("rnu").expect(2, "^$", "did you mean 'telprobe run'")
    sandbox.telprobe("met").expect(2, "^$", "did you mean 'telprobe metrics'")
    sandbox.telprobe("clea").expect(2, "^$", "did you mean 'telprobe clear'")
    sandbox.telprobe("xyzzy").expect(2, "^$", "hint: 'telprobe help' lists")
    sandbox.telprobe("").expect(2, "^$", "unknown command ''")
    sandbox.telprobe("\x1b[31mred").expect(2, "^$", r"unknown command '\?\[31mred'")


def case_every_command_explains_itself_and_refuses_unknown_options(sandbox):
    for command in command_names():
        for help_option in ("--help", "-h"):
            sandbox.telprobe(command, help_option).expect(out=f"^usage: telprobe {command}")
        sandbox.telprobe("help", command).expect(out=f"^usage: telprobe {command}")
        sandbox.telprobe(command, "--hepl").expect(2, "^$", "unknown option '--hepl'\nhint: ")
        sandbox.telprobe(command, "-\x01").expect(2, "^$", r"unknown option '-\?'\nhint: ")


def case_options_are_judged(sandbox):
    sandbox.telprobe("show", "--limti", "3").expect(2, "^$", "hint: did you mean '--limit'")
    sandbox.telprobe("show", "--db").expect(2, "^$", "'--db' needs a value")
    sandbox.telprobe("show", "-n").expect(2, "^$", "'-n' needs a value")
    sandbox.telprobe("show", "--json=1").expect(2, "^$", "'--json' takes no value")
    sandbox.telprobe("show", "app.db").expect(2, "^$", "unexpected argument 'app.db'\nhint: usage")
    sandbox.telprobe("show", "--", "--json").expect(2, "^$", "unexpected argument '--json'")
    sandbox.telprobe("help", "a", "b").expect(2, "^$", "unexpected argument 'b'")
    sandbox.telprobe("help", "shwo").expect(2, "^$", "did you mean 'telprobe show'")


def case_spellings_of_an_option_mean_the_same(sandbox):
    wanted = rows(sandbox, "show", "--db", "app.db", "--limit", "3", "--json")
    assert len(wanted) == 3
    for spelling in (["-n", "3"], ["-n3"], ["--limit=3"], ["-l", "3"], ["--lines=3"],
                     ["-n", "9", "-n", "3"]):
        assert rows(sandbox, "show", *spelling, "--json", "--db=app.db") == wanted, spelling


def case_full_output_is_a_failure(sandbox):
    for arguments in (["help"], ["--version"], ["show"], ["last"], ["metrics"], ["export"],
                      ["explain"], ["explain", "--json"], ["probes", ALL_APP]):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = sandbox.telprobe(*arguments, stdout=full, env={"TELPROBE_DB": "app.db"})
        assert done.status == 1, (arguments, done.status)
        assert re.search("cannot write .*: no space left", done.err), (arguments, done.err)
        assert done.err.count("telprobe: ") == 1, done.err


def case_a_reader_that_goes_away_is_no_noise(sandbox):
    sandbox.sample("many.db", "many", "20000")
    done = sandbox.shell("telprobe export --db many.db --format ndjson | head -n 1")
    assert done.status == 0 and done.err == "" and json.loads(done.out), done.err


# --- which database -----------------------------------------------------------------------------

def case_no_database_is_misuse_with_a_hint(sandbox):
    for command in READING:
        sandbox.telprobe(command).expect(2, "^$", "which database.*\nhint: .*telprobe run --db")
        sandbox.telprobe(command, env={"TELPROBE_DB": ""}).expect(2, "^$", "which database")


def case_the_environment_names_a_database_and_the_option_wins(sandbox):
    sandbox.sample("many.db", "many", "3")
    env = {"TELPROBE_DB": "many.db"}
    assert len(json.loads(sandbox.telprobe("export", env=env).expect().out)) == 3
    out = sandbox.telprobe("export", "--db", "app.db", env=env).expect().out
    assert len(json.loads(out)) == EVENTS


def refused_by_all(sandbox, path, pattern):
    before = sorted(os.listdir(sandbox.directory))
    for command in READING:
        once = ["--once"] if command == "tail" else []  # else it waits for a file
        sandbox.telprobe(command, "--db", path, *once).expect(1, "^$", pattern)
    assert sorted(os.listdir(sandbox.directory)) == before, "a file appeared"


def case_bad_databases_are_refused_with_a_hint(sandbox):
    refused_by_all(sandbox, "none.db", "no such file.*\nhint: ")
    refused_by_all(sandbox, "none/none.db", "cannot open.*\nhint: ")
    sandbox.write("text.db", b"these are no events\n" * 400)
    refused_by_all(sandbox, "text.db", "not a.*database.*\nhint: ")
    os.mkdir(sandbox.path("directory"))
    refused_by_all(sandbox, "directory", "directory.*\nhint: ")
    os.symlink("app.db", sandbox.path("link.db"))
    refused_by_all(sandbox, "link.db", "symbolic link.*\nhint: ")
    other = sqlite3.connect(sandbox.path("other.db"))
    other.execute("CREATE TABLE t(a)")
    other.commit()
    other.close()
    refused_by_all(sandbox, "other.db", "database of another program.*\nhint: ")


def case_a_newer_schema_is_refused_with_a_hint(sandbox):
    database = sqlite3.connect(sandbox.path("app.db"))
    database.execute("PRAGMA user_version = 999")
    database.commit()
    database.close()
    for command in READING:
        sandbox.telprobe(command, "--db", "app.db").expect(1, "^$", "newer.*\nhint: ")


def case_a_truncated_database_is_a_clear_failure(sandbox):
    database = sqlite3.connect(sandbox.path("app.db"))
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    content = sandbox.read("app.db")
    for name in os.listdir(sandbox.directory):
        if name.startswith("app.db-"):
            os.unlink(sandbox.path(name))
    for length in (100, 5000, len(content) // 2):
        sandbox.write("app.db", content[:length])
        for command in ("show", "metrics", "export"):
            done = sandbox.telprobe(command, "--db", "app.db")
            assert done.status == 1 and "telprobe: " in done.err, (length, command, done.status)


def case_control_bytes_of_a_path_do_not_reach_the_terminal(sandbox):
    done = sandbox.telprobe("show", "--db", "a\x1b[2Jb\n.db")
    assert done.status == 1 and "\x1b" not in done.err and "a?[2Jb?.db" in done.err, done.err


# --- show, last ---------------------------------------------------------------------------------

def case_show_prints_the_newest_last(sandbox):
    shown = rows(sandbox, "show", "--db", "app.db", "--json")
    assert len(shown) == 20
    assert [row["timestamp"] for row in shown] == sorted(row["timestamp"] for row in shown)
    assert shown[-1]["event_type"] == "process_exited" and shown[-1]["duration_ms"] == 40
    text = sandbox.telprobe("show", "--db", "app.db").expect().out.splitlines()
    assert len(text) == 21 and text[0].startswith("time ")
    assert len(rows(sandbox, "show", "--db", "app.db", "-n", "100000", "--json")) == EVENTS


def case_show_chooses_as_tail_does(sandbox):
    for choice in (["--type", "command_failed,tag", "-n", "100"], ["--app", "mailer"], ["-n", "2"],
                   ["--since", "10000d"], ["--since", "10000d", "--type", "tag", "-n", "1"],
                   ["--type", "command_executed", "--app", "mailer", "-n", "3"]):
        out = sandbox.telprobe("tail", "--db", "app.db", "--once", "--json", "-n", "20",
                               *choice).expect().out
        told = [json.loads(line) for line in out.splitlines()]
        assert told and rows(sandbox, "show", "--db", "app.db", "-n", "20", *choice,
                             "--json") == told, choice
    assert len(rows(sandbox, "show", "--db", "app.db", "--since", "10000d", "--json")) == EVENTS
    failed = rows(sandbox, "show", "--db", "app.db", "--type", "command_failed", "--json")
    assert [row["event_type"] for row in failed] == ["command_failed"], failed
    before = rows(sandbox, "show", "--db", "app.db", "--until", failed[0]["timestamp"], "--json",
                  "-n", "1")
    assert before[0]["timestamp"] < failed[0]["timestamp"]
    for arguments in (["--since", "soon"], ["--type", "none"], ["--since", "1h", "--until", "2h"]):
        sandbox.telprobe("show", "--db", "app.db", *arguments).expect(2, "^$", "hint: ")


def case_no_event_of_a_choice_is_said(sandbox):
    for command in (["show"], ["tail", "--once"]):
        for choice, words in ((["--app", "none"], "no such events among the newest 100,000"),
                              (["--app", "none", "--since", "10000d"], "no such events$"),
                              (["--since", "2100-01-01"], "no such events$")):
            sandbox.telprobe(*command, "--db", "app.db", *choice).expect(0, "^$", words)
        sandbox.sample("empty.db", "many", "0")
        sandbox.telprobe(*command, "--db", "empty.db").expect(0, "^$", "no events yet")


def case_export_chooses_a_program(sandbox):
    assert len(ndjson(sandbox, "--app", "none")) == 0
    assert {event["source"]["product"] for event in ndjson(sandbox, "--app", "mailer")} == {
        "mailer"}


def case_show_refuses_bad_limits(sandbox):
    for limit in ("0", "-1", "x", "", "3x", "100001", "99999999999999999999"):
        sandbox.telprobe("show", "--db", "app.db", "--limit", limit).expect(
            2, "^$", "must be a whole number from 1 to 100000\nhint: ")


def case_what_leaves_is_judged_again(sandbox):
    with sqlite3.connect(sandbox.path("app.db")) as database:
        database.execute("UPDATE names SET text = 'me' || id || '@example.org' WHERE id IN"
                         " (SELECT n0 FROM series WHERE type = 1 AND kind = 0)")
        database.commit()
    told = "telprobe: [0-9]+ stored names were replaced: by the rules of today"
    for command in (["export"], ["metrics", "--json"]):
        out = sandbox.telprobe(*command, "--db", "app.db").expect(0, r"\[EMAIL\]", told).out
        assert "example.org" not in out, command
    sandbox.telprobe("show", "--db", "app.db", "-l", "1000").expect(0, "me[0-9]+@example.org")


def case_an_empty_database_is_said_to_be_empty(sandbox):
    sandbox.sample("empty.db", "many", "0")
    sandbox.telprobe("show", "--db", "empty.db").expect(0, "^$", "no events yet")
    assert rows(sandbox, "show", "--db", "empty.db", "--json") == []
    sandbox.telprobe("last", "--db", "empty.db").expect(1, "^$", "no events yet")
    assert rows(sandbox, "export", "--db", "empty.db") == []
    metrics = rows(sandbox, "metrics", "--db", "empty.db", "--json")
    assert metrics["commands"] == 0 and metrics["success_rate"] is None
    sandbox.telprobe("metrics", "--db", "empty.db").expect(0, "commands +0\n")
    assert sandbox.telprobe("export", "--db", "empty.db", "--format", "csv").out.count("\n") == 1


def case_last_shows_a_tree_of_the_last_command(sandbox):
    text = sandbox.telprobe("last", "--db", "app.db").expect().out
    assert "250 ms  command sync push (balanced), failed: network" in text
    assert re.search(r"2\.00 ms  ├─ tool inner\n +│  ├─ tag model = small\n", text), text
    assert re.search(r"40\.0 ms  process exit code 3, cpu 1\.50 ms, memory 3\.28 MB", text)
    assert "runtime" not in text and "crash" not in text  # of the session, of another process
    tree = rows(sandbox, "last", "--db", "app.db", "--json")
    assert tree["payload"]["name"] == "sync" and tree["process"]["payload"]["exit_code"] == 3
    tool = [inner for inner in tree["inside"] if inner["payload"].get("span") == 2][0]
    assert [inner["event_type"] for inner in tool["inside"]] == [
        "tag", "measure", "measure", "measure", "error_occurred", "error_recovered"]
    assert len(tree["inside"]) == 15 + 6 + 3 + 2


# --- tail ---------------------------------------------------------------------------------------

def case_tail_begins_with_the_newest(sandbox):
    shown = rows(sandbox, "show", "--db", "app.db", "--json", "-n", "7")
    for spelling in (["-n", "7"], ["-l7"], ["--limit=7"], ["--lines", "7"]):
        out = sandbox.telprobe("tail", "--db", "app.db", "--once", "--json", *spelling).expect().out
        assert [json.loads(line) for line in out.splitlines()] == shown, spelling
    text = sandbox.telprobe("tail", "--db", "app.db", "--once").expect().out.splitlines()
    assert len(text) == 10 and re.search("process_exited +exit code 3.*, took 40.0 ms$", text[-1])
    assert sandbox.telprobe("tail", "--db", "app.db", "--once", "--since",
                            "10000d").expect().out.count("\n") == EVENTS


def case_tail_chooses_types_and_programs(sandbox):
    chosen = ndjson(sandbox, "--type", "command_failed,tag")
    out = sandbox.telprobe("tail", "--db", "app.db", "--once", "--json", "-n", "100", "--type",
                           "command_failed,tag").expect().out
    told = [json.loads(line) for line in out.splitlines()]
    assert [(event["timestamp"], event["event_type"]) for event in told] == [
        (event["timestamp"], event["event_type"]) for event in chosen]
    assert {event["product"] for event in told} == {event["source"]["product"] for event in chosen}


def case_tail_ends_with_success_when_interrupted_or_unread(sandbox):
    for number in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen([TELPROBE, "tail", "--db", "app.db", "-n", "1"],
                                   cwd=sandbox.directory, stdout=subprocess.PIPE, text=True)
        assert "process_exited" in process.stdout.readline()
        process.send_signal(number)
        assert process.wait(10) == 0 and not process.stdout.read()
    started = time.monotonic()
    done = sandbox.shell("bash -c 'telprobe tail --db app.db | head -n 1; echo ${PIPESTATUS[0]}'")
    assert done.out.splitlines()[1] == "0" and not done.err, (done.out, done.err)
    assert time.monotonic() - started < 10


def case_tail_waits_for_a_file_that_is_not_there_yet(sandbox):
    process = subprocess.Popen([TELPROBE, "tail", "--db", "later.db", "-n", "2"], text=True,
                               cwd=sandbox.directory, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    assert "no 'later.db' yet; waiting for it to appear" in process.stderr.readline()
    sandbox.sample("made.db", "many", "5")
    os.rename(sandbox.path("made.db"), sandbox.path("later.db"))
    assert process.stderr.readline() == "telprobe: it is there\n"
    told = [process.stdout.readline() for _ in range(5)]
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=10)
    assert (process.returncode, out, said) == (0, "", ""), (out, said)
    assert len(set(told)) == 5, told


def case_tail_refuses_what_makes_no_sense(sandbox):
    for arguments in (["-n", "0"], ["-n", "x"], ["--since", "soon"], ["--type", "none"], ["x"]):
        sandbox.telprobe("tail", "--db", "app.db", *arguments).expect(2, "^$", "hint: ")
    sandbox.telprobe("tail", "--db", "none.db", "--once").expect(1, "^$", "no such file.*\nhint: ")
    sandbox.telprobe("tail", "--db", "none.db", "--user", "root").expect(2, "^$", "--user does not")
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = sandbox.telprobe("tail", "--db", "app.db", stdout=full)
    assert done.status == 1 and "no space left" in done.err, done.err


# --- metrics ------------------------------------------------------------------------------------

def case_metrics_add_up(sandbox):
    metrics = rows(sandbox, "metrics", "--db", "app.db", "--json")
    assert metrics["events"] == EVENTS - 1 and metrics["sessions"] == 2
    assert (metrics["commands"], metrics["failed"], metrics["cancelled"],
            metrics["abandoned"]) == (103, 1, 1, 1)
    assert abs(metrics["success_rate"] - 100 / 102) < 1e-9
    assert abs(metrics["duration_ms"] - (5050 + 250 + 3e-6)) < 1e-6
    assert metrics["latency_ms"]["p50"] == 50 and metrics["latency_ms"]["p99"] == 100
    assert metrics["cache"] == {"hits": 3, "misses": 1, "hit_rate": 0.75}
    assert metrics["tokens"] == {"input": 120, "output": 45, "cached": 10}
    assert metrics["crashes"] == 1
    listing = metrics["usage"]["commands"][0]
    assert (listing["command"], listing["runs"], listing["p50_ms"], listing["p95_ms"],
            listing["p99_ms"]) == ("list", 100, 50, 95, 99)
    assert [row["profile"] for row in metrics["usage"]["profiles"]] == ["deep", "balanced"]
    assert metrics["errors"] == [{"error_category": "network", "occurred": 1, "recovered": 1,
                                  "failed_commands": 1}]


def case_metrics_of_another_period(sandbox):
    assert rows(sandbox, "metrics", "--db", "app.db", "--since", "8w", "--json")["commands"] == 104
    old = rows(sandbox, "metrics", "--db", "app.db", "--since", "8w", "--until", "30d", "--json")
    assert old["commands"] == 1 and old["usage"]["commands"][0]["command"] == "old"


def case_bad_periods_are_misuse(sandbox):
    for command in ("metrics", "export"):
        sandbox.telprobe(command, "--db", "app.db", "--since", "soon").expect(
            2, "^$", "soon.*\nhint: ")
        sandbox.telprobe(command, "--db", "app.db", "--since", "1d", "--until", "2d").expect(
            2, "^$", "ends before it begins")
        sandbox.telprobe(command, "--db", "app.db", "--until", "2026-13-01").expect(
            2, "^$", "2026-13-01.*\nhint: ")


# --- export -------------------------------------------------------------------------------------

def schema():
    with open(os.path.join(REPOSITORY, "include/telprobe/event.schema.json"),
              encoding="utf-8") as file:
        return json.load(file)


def validator():
    try:
        import jsonschema
    except ImportError as error:
        raise Skip("python3-jsonschema is missing") from error
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def case_every_exported_line_is_valid(sandbox):
    judge = validator()
    exported = ndjson(sandbox)
    assert len(exported) == EVENTS
    for event in exported:
        wrong = [f"{error.json_path}: {error.message}" for error in judge.iter_errors(event)]
        assert not wrong, f"{event}\n{wrong}"


def case_the_schema_refuses_what_is_not_an_event(sandbox):
    judge = validator()
    exported = {event["event_type"]: event for event in ndjson(sandbox)}

    def refuses(event_type, change):
        event = json.loads(json.dumps(exported[event_type]))
        change(event)
        assert not judge.is_valid(event), f"accepted: {event}"

    for event_type in exported:
        refuses(event_type, lambda event: event["payload"].update(extra=1))
        refuses(event_type, lambda event: event["payload"].pop("process"))
        refuses(event_type, lambda event: event.update(event_type="other"))
        refuses(event_type, lambda event: event.update(host="x"))
        refuses(event_type, lambda event: event["source"].update(user="x"))
        refuses(event_type, lambda event: event["session"].update(id="0"))
        refuses(event_type, lambda event: event.update(schema_version="1.0.1"))
        refuses(event_type, lambda event: event.update(timestamp="2026-11-20 12:00"))
    for placeholder in ("[UNDECLARED]", "[REDACTED]", "[EMAIL]", "[USER_PATH]", "[OTHER]"):
        event = json.loads(json.dumps(exported["command_failed"]))
        event["payload"].update(name=placeholder)
        assert judge.is_valid(event), placeholder
    refuses("command_failed", lambda event: event["payload"].update(name="[EMAIL] x"))
    refuses("command_failed", lambda event: event["payload"].update(exit_code=3))
    refuses("command_abandoned", lambda event: event["payload"].update(error_category="x"))
    refuses("command_abandoned", lambda event: event["payload"].pop("ended_by"))
    refuses("command_failed", lambda event: event["payload"].update(outcome="ok"))
    refuses("command_failed", lambda event: event["payload"].update(name="two words"))
    refuses("tool_completed", lambda event: event["payload"].update(subcommand="x"))
    refuses("crash_detected", lambda event: event["payload"].pop("signal"))
    refuses("crash_detected", lambda event: event["payload"].update(exit_code=1))
    refuses("process_exited", lambda event: event["payload"].update(signal="SIGINT", exit_code=1))
    refuses("measure", lambda event: event["payload"].pop("bucket_lower"))


def case_explain_and_schema_tell_the_same_fields(sandbox):
    told = {event["event_type"]: sorted(event["fields"])
            for event in rows(sandbox, "explain", "--json")["events"]}
    published = schema()
    assert sorted(told) == sorted(published["properties"]["event_type"]["enum"])
    for group in published["allOf"]:
        chosen = group["if"]["properties"]["event_type"]
        payload = group["then"]["properties"]["payload"]
        name = (payload["allOf"][0] if "allOf" in payload else payload)["$ref"].split("/")[-1]
        fields = sorted(published["$defs"][name]["properties"])
        for event_type in chosen.get("enum", [chosen.get("const")]):
            assert told.pop(event_type) == fields, event_type
    assert not told


def case_formats_hold_the_same(sandbox):
    events = ndjson(sandbox)
    assert json.loads(sandbox.telprobe("export", "--db", "app.db").expect().out) == events
    out = sandbox.shell("telprobe export --db app.db --format csv > app.csv").expect().out
    assert out == ""
    text = sandbox.read("app.csv").decode()
    assert text.count("\r\n") == EVENTS + 1 == text.count("\n")
    for row, event in zip(csv.DictReader(io.StringIO(text, newline="")), events, strict=True):
        flat = {key: event[key] for key in ("schema_version", "event_id", "event_type",
                                            "timestamp")}
        flat.update({key: value for key, value in event["source"].items() if value is not None})
        flat.update({"session_" + key: value for key, value in event["session"].items()})
        flat.update({"payload_" + key: value for key, value in event["payload"].items()})
        assert {key: value for key, value in row.items() if value} == {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in flat.items()} or same_numbers(row, flat), (row, flat)


def same_numbers(row, flat):
    """Numbers may be written in other ways: 2 and 2.0, 1e-06 and 0.000001."""
    filled = {key: value for key, value in row.items() if value}
    return filled.keys() == flat.keys() and all(
        filled[key] == value if isinstance(value, (str, bool)) and not isinstance(value, bool)
        else filled[key] == json.dumps(value) if isinstance(value, bool)
        else float(filled[key]) == value for key, value in flat.items())


def case_exported_values_are_those_that_were_stored(sandbox):
    events = ndjson(sandbox)
    failed = [event for event in events if event["event_type"] == "command_failed"][0]
    assert failed["source"] == {"product": "mailer", "version": "2.1.0", "os": "linux",
                                "arch": os.uname().machine, "runtime": "C-17", "tier": "free"}
    payload = failed["payload"]
    assert payload.pop("process") and payload == {
        "name": "sync", "subcommand": "push", "profile": "balanced", "outcome": "failed",
        "duration_ms": 250, "error_category": "network", "span": 1}
    drift = [event["payload"] for event in events if event["payload"].get("name") == "drift"][0]
    assert drift["bucket_lower"] <= -12.5 <= drift["bucket_upper"] < 0
    assert abs(drift["value"] / -12.5 - 1) < 0.022
    crash = [event["payload"] for event in events if event["event_type"] == "crash_detected"][0]
    assert crash["signal"] == "SIGSEGV" and crash["cpu_ms"] == 1.5 and crash["forked"]
    assert [event for event in events if event["event_type"] == "command_cancelled"]


def case_ids_are_unique_and_stable_and_sequences_have_no_gap(sandbox):
    events = ndjson(sandbox)
    assert len({event["event_id"] for event in events}) == EVENTS
    assert ndjson(sandbox) == events
    sandbox.sample("again.db")
    again = ndjson(sandbox, database="again.db")
    assert not ({event["event_id"] for event in events} & {event["event_id"] for event in again})
    sequences = {}
    for event in events:
        sequences.setdefault(event["session"]["id"], []).append(event["session"]["sequence"])
    assert len(sequences) == 3
    for numbers in sequences.values():
        assert numbers == list(range(1, len(numbers) + 1))


def case_types_and_times_choose(sandbox):
    events = ndjson(sandbox)
    chosen = ndjson(sandbox, "--type", "command_failed,crash_detected")
    assert sorted(event["event_type"] for event in chosen) == ["command_failed", "crash_detected"]
    assert chosen == [event for event in events
                      if event["event_type"] in ("command_failed", "crash_detected")]
    late = ndjson(sandbox, "--since", "1h")
    assert late == [event for event in events if event["source"]["product"] == "mailer"][1:]
    assert ndjson(sandbox, "--until", "1h") + late == events
    assert ndjson(sandbox, "--since", "2026-01-01", "--until", "2026-01-02") == []


def case_bad_choices_are_misuse(sandbox):
    for types in ("nonsense", "", "command_failed,", ",count", "command_failed,Count"):
        sandbox.telprobe("export", "--db", "app.db", "--type", types).expect(
            2, "^$", "unknown event type.*\nhint: ")
    for name in ("xml", "", "JSON"):
        sandbox.telprobe("export", "--db", "app.db", "--format", name).expect(
            2, "^$", "unknown format.*expected json, ndjson or csv\nhint: ")


def case_a_file_is_private_and_whole(sandbox):
    sandbox.write("out.json", b"before")
    os.chmod(sandbox.path("out.json"), 0o666)
    sandbox.telprobe("export", "--db", "app.db", "-o", "out.json").expect(
        0, "^$", f"{EVENTS} events exported to 'out.json'")
    assert stat.S_IMODE(os.stat(sandbox.path("out.json")).st_mode) == 0o600
    assert len(json.loads(sandbox.read("out.json"))) == EVENTS
    assert sandbox.telprobe("export", "--db", "app.db", "-o", "-").expect().out.startswith("[")


def case_a_failed_export_leaves_what_was_there(sandbox):
    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000))  # SQLite maps 32 KiB

    sandbox.write("out.json", b"before")
    before = sorted(os.listdir(sandbox.directory))
    done = subprocess.run([TELPROBE, "export", "--db", "app.db", "-o", "out.json"],
                          cwd=sandbox.directory, env=sandbox.environment, preexec_fn=limited,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1 and "file too large" in done.stderr, done
    assert sandbox.read("out.json") == b"before"
    assert sorted(os.listdir(sandbox.directory)) == before


def case_output_that_is_not_ours_to_replace_is_refused(sandbox):
    sandbox.write("target", b"before")
    os.symlink("target", sandbox.path("link"))
    os.mkfifo(sandbox.path("pipe"))
    for name, pattern in (("link", "symbolic link"), ("pipe", "not a file"),
                          ("/dev/null", "not a file"), (".", "not a file"), ("", "no name"),
                          ("none/out", "cannot create"), ("app.db/out", "cannot")):
        done = sandbox.telprobe("export", "--db", "app.db", "-o", name)
        assert done.status == 1 and pattern in done.err, (name, done.err)
    assert sandbox.read("target") == b"before" and os.path.islink(sandbox.path("link"))
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


# --- delete -------------------------------------------------------------------------------------

def on_terminal(sandbox, arguments, answer, environment=None):
    """What a command prints on a terminal and its status, with @answer typed when it asks."""
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(sandbox.directory)
        os.execve(TELPROBE, [TELPROBE, *arguments],
                  {**sandbox.environment, "TERM": "xterm", **(environment or {})})
    output = b""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            chunk = os.read(terminal, 4096)
        except OSError:
            break
        if not chunk:
            break
        output += chunk
        if answer is not None and b"[y/N] " in output:
            os.write(terminal, answer)
            answer = None
    os.close(terminal)
    return output.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def case_delete_without_terminal_refuses(sandbox):
    for command in ("delete", "clear"):
        sandbox.telprobe(command, "--db", "app.db").expect(
            2, "^$", f"no terminal to ask on\nhint: to delete all {EVENTS} events \\([^)]*\\) unasked: .*--confirm")
    assert len(ndjson(sandbox)) == EVENTS


def case_delete_asks_and_takes_no_for_an_answer(sandbox):
    for answer in (b"n\n", b"\n", b"\x04", b"yy\n"):
        output, status = on_terminal(sandbox, ["delete", "--db", "app.db"], answer)
        assert status == 1 and "nothing was deleted" in output, (answer, output)
        assert re.search(rf"{EVENTS} events of 3 sessions, [0-9.]+ kB, in 'app.db'", output), output
    assert len(ndjson(sandbox)) == EVENTS
    output, status = on_terminal(sandbox, ["delete", "--db", "app.db"], b"y\n")
    assert status == 0 and f"deleted {EVENTS} events, freed " in output, output
    assert ndjson(sandbox) == []


def case_deleted_bytes_are_gone(sandbox):
    def holds(word):
        return any(word in sandbox.read(name) for name in os.listdir(sandbox.directory)
                   if name.startswith("app.db"))

    assert holds(b"mailer") and holds(b"coherence")
    done = rows(sandbox, "delete", "--db", "app.db", "--confirm", "--json")
    assert done["deleted_events"] == EVENTS and done["freed_bytes"] >= 0
    assert not holds(b"mailer") and not holds(b"coherence")
    again = rows(sandbox, "clear", "--db", "app.db", "--force", "--json")
    assert again["deleted_events"] == 0
    sandbox.telprobe("delete", "--db", "app.db", "-f").expect(0, "^deleted 0 events, freed 0 B\n$")


def case_deleted_room_is_given_back(sandbox):
    sandbox.sample("many.db", "many", "20000")
    before = os.stat(sandbox.path("many.db")).st_size
    done = rows(sandbox, "delete", "--db", "many.db", "--confirm", "--json")
    after = os.stat(sandbox.path("many.db")).st_size
    assert done["deleted_events"] == 20000
    assert 400_000 < before - after <= done["freed_bytes"], (before, after, done)


# --- colour -------------------------------------------------------------------------------------

def case_colour_only_on_a_terminal_and_not_with_no_color(sandbox):
    arguments = ["metrics", "--db", "app.db"]
    assert "\x1b[1m" in on_terminal(sandbox, arguments, None)[0]
    assert "\x1b" not in on_terminal(sandbox, arguments, None, {"NO_COLOR": "1"})[0]
    assert "\x1b" not in sandbox.telprobe(*arguments).expect().out


# --- probes, explain ----------------------------------------------------------------------------

def case_probes_lists_every_marker(sandbox):
    if not os.path.exists(ALL_APP):
        raise Skip("build/apps/all was not built")
    listed = rows(sandbox, "probes", ALL_APP, "--json")
    assert len(listed) == 16
    for row in listed:
        assert row["kind"] == "marker" and row["usable"] == "yes" and row["semaphore"], row
    assert len(rows(sandbox, "probes", "--json", ALL_APP, "command_*")) == 2
    assert len(rows(sandbox, "probes", "--json", ALL_APP, "telprobe:tag")) == 1
    sandbox.telprobe("probes", ALL_APP, "none*").expect(0, "^$", "no such probes")


def case_probes_refuses_what_is_no_program(sandbox):
    sandbox.write("text", b"#!/bin/sh\n")
    sandbox.write("empty", b"")
    sandbox.write("half", b"\x7fELF\x02\x01\x01" + b"\xff" * 300)
    sandbox.write("small", b"\x7fELF\x01\x01\x01" + b"\0" * 300)
    os.mkfifo(sandbox.path("pipe"))
    sandbox.telprobe("probes").expect(2, "^$", "needs an argument\nhint: usage")
    sandbox.telprobe("probes", "a", "b", "c").expect(2, "^$", "unexpected argument 'c'")
    for name in ("none", "./none", "text", "empty", "half", "small", "pipe", ".", "/dev/zero", ""):
        done = sandbox.telprobe("probes", name)
        assert done.status == 1 and done.err.startswith("telprobe: "), (name, done.err)
        assert not done.out


def case_explain_tells_what_never(sandbox):
    text = sandbox.telprobe("explain").expect(out="^Never collected").out
    assert "DO_NOT_TRACK" in text and "crash " in text and "90 days, the default" in text, text
    assert len(text.splitlines()) < 80 and all(len(line) <= 80 for line in text.splitlines()), text
    told = rows(sandbox, "explain", "--json")
    assert [level["level"] for level in told["levels"]] == ["off", "basic", "enhanced", "full"]
    assert {event["level"] for event in told["events"]} == {"enhanced", "full"}
    assert told["retention"] == {"days": 90, "own_days": 0, "machine_days": 90, "max_bytes": 0,
                                 "is_in_force": False}
    sandbox.telprobe("explain", "never").expect(out="^Never collected")
    sandbox.telprobe("explain", "kept").expect(out="constants of the program's own file")


def case_explain_tells_all_of_a_kind_an_event_a_field_or_a_level(sandbox):
    out = sandbox.telprobe("explain", "crash_detected").expect(
        out="crash_detected, level enhanced").out
    assert "signal = SIGSEGV" in out and "90 days" in out and "exit_code" not in out, out
    out = sandbox.telprobe("explain", "command").expect(out="command_abandoned, level").out
    assert "only of command_abandoned" in out and "name = backup" in out, out
    sandbox.telprobe("explain", "cpu_ms").expect(out="(?s)good for +what a run costs.*level +full")
    sandbox.telprobe("explain", "product").expect(out="source.product, field of: event")
    sandbox.telprobe("explain", "minimal").expect(out="^basic .*(?s:.*)count = 12")
    sandbox.telprobe("explain", "database").expect(out="meta +id_key +random key")
    sandbox.telprobe("explain", "comand").expect(2, "^$", "hint: did you mean 'telprobe explain command'")
    sandbox.telprobe("explain", "command", "--json").expect(2, "^$", "--json tells of everything")
    sandbox.telprobe("explain", "--proof", "command").expect(2, "^$", "--proof goes alone")
    sandbox.telprobe("explain", "a", "b").expect(2, "^$", "unexpected argument 'b'")


def dotted(event):
    """What an exported event says, as explain names it: source.product; the payload apart."""
    for key, value in event.items():
        if key == "payload":
            continue
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in value)
        else:
            yield key


def case_explain_names_whatever_is_printed(sandbox):
    told = rows(sandbox, "explain", "--json")
    fields = {event["event_type"]: set(event["fields"]) for event in told["events"]}
    for event in ndjson(sandbox):
        assert set(dotted(event)) <= set(told["envelope"]), event
        assert set(event["payload"]) <= fields[event["event_type"]], event
    header = sandbox.telprobe("export", "--db", "app.db", "--format", "csv").expect().out
    columns = header.splitlines()[0].split(",")
    assert {name[len("payload_"):] for name in columns if name.startswith("payload_")} == set().union(
        *fields.values())
    assert [name for name in columns if not name.startswith("payload_")] == [
        name.replace("session.", "session_").replace("source.", "") for name in told["envelope"]]
    named = {field["name"].split(".")[-1] for field in told["fields"]}
    for words in (["show"], ["tail", "--once"]):
        out = sandbox.telprobe(*words, "--db", "app.db", "--json").expect().out
        printed = json.loads(out) if words == ["show"] else map(json.loads, out.splitlines())
        for row in printed:
            assert set(row) <= named, row


def case_explain_names_every_column_that_is_stored_and_no_other(sandbox):
    told = {(row["table"], row["column"]) for row in rows(sandbox, "explain", "--json")["database"]}
    reader = sqlite3.connect(sandbox.path("app.db"))
    stored = {(table, column[1]) for table, in reader.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall()
              for column in reader.execute(f"PRAGMA table_info({table})")}
    reader.close()
    assert told == stored, told ^ stored


def case_examples_of_explain_make_valid_events(sandbox):
    judge = validator()
    told = rows(sandbox, "explain", "--json")
    envelope = {field["name"]: field["example"] for field in told["fields"] if field["part"] == "event"}
    for event in told["events"]:
        made = {"payload": {}}
        for name, example in envelope.items():
            inner = made.setdefault(name.split(".")[0], {}) if "." in name else made
            inner[name.split(".")[-1]] = example
        made["event_type"] = event["event_type"]
        for name in event["fields"]:
            example, = [field["example"] for field in told["fields"] if field["name"] == name and
                        event["event_type"] in field.get("events", [])]
            made["payload"][name] = example
        if "outcome" in event["fields"]:  # those two are given by the type
            made["payload"]["outcome"] = {"executed": "ok", "completed": "ok"}.get(
                event["event_type"].split("_")[1], event["event_type"].split("_")[1])
        if event["kind"] != "lifecycle" and "number" in event["fields"]:
            made["payload"]["action"] = event["event_type"]
        if event["event_type"] == "process_exited":
            made["payload"].pop("signal")  # or its exit code
        wrong = [f"{error.json_path}: {error.message}" for error in judge.iter_errors(made)]
        assert not wrong, (made, wrong)


def case_explain_diff_tells_what_a_kept_answer_lacks(sandbox):
    told = rows(sandbox, "explain", "--json")
    sandbox.write("same.json", json.dumps(told).encode())
    out = sandbox.telprobe("explain", "--diff", "same.json").expect().out
    assert out == "against same.json:\nnothing else is collected, and nothing is kept longer\n", out
    told["events"] = [event for event in told["events"] if event["event_type"] != "tag"]
    told["totals"].append("mood")
    told["retention"]["days"] = 30
    crash, = [event for event in told["events"] if event["event_type"] == "crash_detected"]
    crash["at_full"].append("signal")
    sandbox.write("then.json", json.dumps(told).encode())
    out = sandbox.telprobe("explain", "--diff", "then.json").expect().out
    assert out == ("against then.json:\nnewly collected\n  enhanced tag: key value parent process\n"
                   "collected at a lower level than before\n  enhanced crash_detected: signal\n"
                   "no longer collected\n  basic totals: mood\n"
                   "kept longer\n  90 days, before 30 days\n"), out
    changed = rows(sandbox, "explain", "--diff", "then.json", "--json")
    assert changed["against"] == "then.json" and len(changed["added"]) == 4
    assert changed["lower"] == [{"event_type": "crash_detected", "field": "signal",
                                 "level": "enhanced", "level_before": "full"}]
    assert changed["kept_days"] == {"before": 30, "now": 90}
    for content in (b"", b"{", b"[]", b"{}", b"\0" * 100, b"[" * 100000, b'{"events": [7]}'):
        sandbox.write("bad.json", content)
        sandbox.telprobe("explain", "--diff", "bad.json").expect(1, "^$", "'bad.json' is no answer of ")
    sandbox.telprobe("explain", "--diff", "none.json").expect(1, "^$", "cannot read 'none.json'")
    sandbox.telprobe("explain", "--diff", ".").expect(1, "^$", "cannot read '.'")
    sandbox.telprobe("explain", "--diff", env={"TELPROBE_SOCKET": "none"}).expect(
        1, "^$", "cannot reach the service.*\nhint: telprobe explain --diff FILE needs none")


def case_run_at_basic_has_no_events_to_list(sandbox):
    for options in (["--record", "a"], ["--expect", "a"], ["--compare"]):
        sandbox.telprobe("run", "--level", "basic", *options, "--", "true", "true").expect(
            2, err="at level 'basic' there are totals and no events")
    sandbox.telprobe("run", "--level", "off", "--", "true").expect(2, err="there is nothing to run")
    sandbox.telprobe("run", "--level", "loud", "--", "true").expect(
        2, err="expected basic, enhanced or full")


def case_run_needs_a_command(sandbox):
    for arguments in (["run"], ["run", "--"], ["run", "--db", "x.db", "--"]):
        sandbox.telprobe(*arguments).expect(2, "^$", "'run' needs an argument\nhint: usage")


def case_doctor_says_what_follows_and_what_to_do(sandbox):
    done = sandbox.telprobe("doctor", "--json")
    features = json.loads(done.out)
    assert len(features) > 5
    for feature in features:
        assert feature["state"] in ("ok", "missing", "without", "untried"), feature
        assert feature["state"] != "missing" or feature["advice"], feature
        assert feature["state"] != "without" or feature["follows"], feature
    sandbox.telprobe("doctor", "x").expect(2, "^$", "unexpected argument 'x': a FILE goes with")
    sandbox.telprobe("doctor", "--config", "x").expect(2, "^$", "--config goes with --bundle")


# --- selftest -----------------------------------------------------------------------------------

def case_selftest_refuses_arguments_and_who_is_not_root(sandbox):
    sandbox.telprobe("selftest", "x").expect(2, "^$", "unexpected argument 'x'")
    for words in ([], ["a"], ["a", "b", "c", "d", "e"]):
        sandbox.telprobe("selftest", "--fixture", *words).expect(1, "^$", "not given its secrets")
    if os.geteuid():
        sandbox.telprobe("selftest").expect(1, "^$", "needs root\nhint: sudo telprobe selftest")


# --- redact -------------------------------------------------------------------------------------

def judged(sandbox, *arguments, **how):
    out = sandbox.telprobe("redact", "--json", *arguments, **how).expect().out
    return [json.loads(line) for line in out.splitlines()]


def case_redact_tells_verdict_layer_and_rule(sandbox):
    answers = judged(sandbox, "--no-vocabulary", "think", "10.1.2.3", "two words", "user.email")
    assert [(each["output"], each["verdict"], each["layer"], each["rule"]) for each in answers] == [
        ("think", "kept", None, None), ("[IP]", "replaced", "pattern", "ipv4"),
        ("[REDACTED]", "replaced", "shape", "identifier"),
        ("[REDACTED]", "replaced", "pattern", "sensitive word")], answers
    done = sandbox.telprobe("redact", "think").expect(0, r"^\[UNDECLARED\] +provenance", "no target")
    assert len(done.out.splitlines()) == 1
    answers = judged(sandbox, "--target", os.path.join(BUILD, "apps", "tasks"), "think",
                     "never-in-that-file")
    assert [each["layer"] for each in answers] == [None, "provenance"], answers


def case_redact_judges_by_the_names_a_target_declares(sandbox):
    os.makedirs(sandbox.path("etc/targets.d"))
    sandbox.write("etc/targets.d/demo.yaml", b"paths: /usr/bin/demo\nnames: [think, ACME-42]\n")
    sandbox.write("etc/telprobe.yaml", b"sensitive_patterns: ['^acme-']\n")
    words = ["--config", "etc", "think", "thin", "ACME-42"]
    for names in ("demo", "etc/targets.d/demo.yaml"):
        answers = judged(sandbox, "--names", names, *words)
        assert [(each["output"], each["layer"]) for each in answers] == [
            ("think", None), ("[UNDECLARED]", "provenance"), ("[REDACTED]", "pattern")], answers
    sandbox.write("demo", b"the target of this name is meant, not this file")
    assert judged(sandbox, "--names", "demo", *words)[0]["layer"] is None
    sandbox.telprobe("redact", "--names", "dmo", *words).expect(1, "^$", "no target of that name")
    sandbox.write("etc/targets.d/bad.yaml", b"paths: /usr/bin/demo\nnmes: think\n")
    sandbox.telprobe("redact", "--names", "bad", *words).expect(1, "^$", "bad.yaml:2: unknown key")
    sandbox.telprobe("redact", "--names", "demo", "--target", "x", "y").expect(2, "^$", "exclude")


def case_redact_reads_standard_input_for_a_dash(sandbox):
    for words in ([], ["-"]):
        done = sandbox.telprobe("redact", "--no-vocabulary", *words, stdin=None,
                                input="think\n10.0.0.1\n-\n").expect()
        assert [line.split()[0] for line in done.out.splitlines()] == ["kept", "[IP]", "[REDACTED]"]
    sandbox.telprobe("redact", "--no-vocabulary", "x", "-").expect(2, "^$", "'-' stands alone")


def case_redact_hostile_text_is_shown_harmless(sandbox):
    hostile = b"%s%n\n'; DROP TABLE x;--\n\x1b[31mred\na\0b\n\xff\xfe\n" + b"x" * (1 << 20) + b"\n"
    sandbox.write("hostile", hostile)
    for option in ("", "--json"):
        done = sandbox.shell(f"telprobe redact --no-vocabulary {option} < hostile")
        assert done.status == 0 and len(done.out.splitlines()) == 6, done.out[:500]
        assert all(" " <= c <= "~" or c == "\n" for c in done.out)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert lines[3]["input"] == "a\0b" and lines[4]["input"] == "\ufffd\ufffd"
    assert all(line["verdict"] == "replaced" for line in lines), lines[:5]


def case_redact_uses_the_configuration_and_names_a_bad_line(sandbox):
    os.mkdir(sandbox.path("etc"))
    sandbox.write("etc/telprobe.yaml", b"sensitive_patterns: ['^acme-']\nstrip_pii: false\n")
    answers = judged(sandbox, "--no-vocabulary", "--config", "etc", "acme-plan", "10.1.2.3")
    assert [each["output"] for each in answers] == ["[REDACTED]", "10.1.2.3"], answers
    sandbox.write("etc/telprobe.yaml", b"ignore: x\nsensitive_patterns:\n  - '(open'\n")
    sandbox.telprobe("redact", "--config", "etc", "--no-vocabulary", "x").expect(
        1, "^$", r"telprobe.yaml:3: '\(open' is no regular expression")
    sandbox.telprobe("redact", "--field", "x", "y").expect(2, "^$", "unknown field 'x'")
    sandbox.telprobe("redact", "--target", "x", "--no-vocabulary", "y").expect(2, "^$", "exclude")
