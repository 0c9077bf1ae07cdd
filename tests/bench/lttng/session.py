# SPDX-License-Identifier: GPL-2.0-only
"""session.py - pairs.c recorded by LTTng-UST: built with its tracepoints in the place of the markers,
in a session of a daemon of its own, with a channel as LTTng makes it when it is asked for nothing."""
import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

from service import check, check_equal, eventually, harness, person, run_as

HERE = Path(__file__).resolve().parent
SHARED = Path("/dev/shm")
HEADER = Path("/usr/include/lttng/tracepoint.h")
PROGRAMS = ("lttng", "lttng-sessiond", "babeltrace2")


def missing():
    """What of it is not installed."""
    multiarch = subprocess.run(["gcc", "-print-multiarch"], check=True, capture_output=True,
                               text=True).stdout.strip()
    headers = (HEADER, HEADER.parents[1] / multiarch / "lttng" / HEADER.name)
    return [*(name for name in PROGRAMS if not shutil.which(name)),
            *([] if any(header.exists() for header in headers) else ["lttng/tracepoint.h"])]


class Session:
    def __init__(self, directory, uid):
        self.uid = uid
        self.trace = directory / "trace"
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(directory),
                            "LTTNG_HOME": str(directory)}
        self.program = directory / "pairs"
        subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-O2", "-g", f"-I{HERE}",
                        "-DLTTNG_UST_TRACEPOINT_CREATE_PROBES", "-DLTTNG_UST_TRACEPOINT_DEFINE",
                        harness.ROOT / "tests/apps/pairs.c", "-llttng-ust", "-ldl", "-o",
                        self.program], check=True)
        self.pairs = 0

    def ask(self, *words):
        return run_as(self.uid, ["lttng", "--no-sessiond", *words], env=self.environment,
                      text=True).stdout

    def answers(self):
        return subprocess.run(["lttng", "--no-sessiond", "list"], check=False,
                              capture_output=True, env=self.environment,
                              **person(self.uid)).returncode == 0

    def measure(self, pairs):
        """Pairs a second."""
        self.pairs += pairs
        return float(run_as(self.uid, [self.program, pairs], env=self.environment).stdout)

    def end(self):
        """(events the trace has, events LTTng says it lost), once all are written."""
        self.ask("stop", "pairs")
        lost = re.findall(r"<discarded_events>(\d+)<", self.ask("--mi", "xml", "list", "pairs"))
        check_equal(len(lost), 1, "channels that tell what they lost")
        self.ask("destroy", "pairs")
        counted = run_as(self.uid, ["babeltrace2", self.trace, "--component", "sink.utils.counter",
                                    "--params", "step=+0"], env=self.environment, text=True).stdout
        recorded = int(re.search(r"(\d+) Event messages", counted)[1])
        check_equal(recorded + int(lost[0]), 2 * self.pairs, "events recorded or lost")
        return recorded, int(lost[0])


@contextmanager
def recording(directory, uid):
    """A Session of @uid's that records into @directory, which becomes his."""
    before = set(SHARED.glob("lttng-ust-wait-*"))
    session = Session(directory, uid)
    os.chown(directory, uid, uid)
    daemon = subprocess.Popen(["lttng-sessiond", "--no-kernel"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, env=session.environment, **person(uid))
    try:
        check(eventually(session.answers), "lttng-sessiond answers")
        session.ask("create", "pairs", f"--output={session.trace}")
        session.ask("enable-event", "--userspace", "bench:*", "--session=pairs")
        session.ask("start", "pairs")
        yield session
    finally:
        daemon.terminate()
        daemon.wait(timeout=60)
        for left in set(SHARED.glob("lttng-ust-wait-*")) - before:
            left.unlink()
