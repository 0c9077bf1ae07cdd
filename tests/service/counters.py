# SPDX-License-Identifier: GPL-2.0-only
"""counters.py - what the kernel side of a running service counts of a file, read as root."""
import json
import re
import subprocess

import service as of
from service import check_equal, harness

COMMAND, STEP, SINGLE, KINDS = 0, 2, 6, 8  # enum tp_kind
# Up to TP_OBJECT_COUNTERS: what is never counted of one file stands behind.
COUNTERS = re.findall(r"^\tX\(\w+, (\w+),", (
    harness.ROOT / "include/telprobe/record.h").read_text(encoding="ascii").split(
        "TP_COUNTERS_TABLE(X)")[1].split("refused_no_state")[0], re.M)


def bpftool(*words):
    done = subprocess.run(["bpftool", "-j", *map(str, words)], check=True, capture_output=True)
    return json.loads(done.stdout)


def objects_of(service, kind, name):
    """ids of what the supervisor holds and is called so"""
    return [number for of_kind, number in of.kernel_objects(service.process.pid)
            if of_kind == kind and bpftool(kind, "show", "id", number).get("name") == name]


def counts(service, target_object=1, kind=SINGLE):
    """The kernel's counters of a file, without what is 0."""
    key = (target_object * KINDS + kind).to_bytes(4, "little")
    number = objects_of(service, "map", "counters")[0]
    found = bpftool("map", "lookup", "id", number, "key", "hex", *(f"{byte:02x}" for byte in key))
    sums = [0] * len(COUNTERS)
    for each in found.get("values", [found]):  # of each CPU, or of all
        value = bytes(int(byte, 16) for byte in each["value"])
        check_equal(len(value), 8 * len(COUNTERS), "bytes of the counters")
        for i in range(len(COUNTERS)):
            sums[i] += int.from_bytes(value[8 * i:8 * i + 8], "little")
    return {name: value for name, value in zip(COUNTERS, sums) if value}
