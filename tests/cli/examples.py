# SPDX-License-Identifier: GPL-2.0-only
"""Every example of every --help, run as it stands there."""
import functools
import os
import re
import subprocess

from run import BUILD, TELPROBE, Skip


WITH_SERVICE = " (with the service)"  # consent_commands runs these beside one


def output_of(*arguments):
    return subprocess.run([TELPROBE, *arguments], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def command_names():
    listed = output_of("help").split("Commands:\n")[1].split("\n\n")[0]
    return re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)


def examples_of(command):
    """(what is typed, whether it wants root)"""
    text = output_of(command, "--help")
    if "\nExamples:\n" not in text:
        return []
    lines = text.split("\nExamples:\n")[1].splitlines()
    return [(typed.strip(), what.endswith(" (as root)"))
            for typed, what in zip(lines[0::2], lines[1::2])
            if not what.endswith(WITH_SERVICE)]


@functools.lru_cache(maxsize=None)
def why_not_as_root():
    """Why nothing can be attached here; "" where it can."""
    if os.geteuid():
        return "not root"
    done = subprocess.run([TELPROBE, "run", "-q", "--", "/bin/true"], stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True, check=False)
    return done.stderr.splitlines()[0] if done.returncode else ""


def run_example(typed, wants_root, sandbox):
    if wants_root and why_not_as_root():
        raise Skip(why_not_as_root())
    for app in re.findall(r"build/apps/\S+", typed):
        if not os.path.exists(os.path.join(BUILD, os.path.relpath(app.strip("'\";,"), "build"))):
            raise Skip(f"{app} was not built")
    sandbox.shell(typed).expect(err="")


def all_cases():
    cases = []
    for command in command_names():
        examples = examples_of(command)
        if not examples and WITH_SERVICE not in output_of(command, "--help"):
            cases.append((f"example of {command}", no_example))
        for typed, wants_root in examples:
            cases.append((f"example: {typed.replace('#', '')}",
                          functools.partial(run_example, typed, wants_root)))
    return cases


def no_example(_sandbox):
    assert False, "its --help has no example"
