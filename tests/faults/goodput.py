"""How much is still taken when ten times as much is offered (`overload.py flood --goodput`).

The gateway of the bench (15 rules, consent, three pseudonyms, forwarding to an nginx) in the memory cgroup; single events of
700 bytes from open_load.cc, from two kinds of clients: those that wait for each answer (`waiting`), and those that send up to
16 requests ahead (`ahead`). In each round first the peak of each: the most that is taken from 64, 256 and 1,000 connections of
the first kind in a closed loop; of the second, that, or more from 500 connections on which as much and twice as much arrives.
Then ten times the peak arrives, whatever becomes of it: on 11,000 of the first, more than are accepted, and on 500 of the
second.

What it shows: what is taken (2xx a second) under a load that does not wait, as a ratio to the peak of the same round, the same
generator, the same machine (`of_peak`); and the processor time of the gateway for what it takes, of the cheapest peak to that of
the flood, with all it spends on refusing and on opening 11,000 connections (`taken_for_cpu_of_peak`), which other work on the
machine blurs less. What it does not: generator, gateway and sink share the processors, so a part of what is missing may be what
the generator spends on requests that nobody takes. The gateway reads no faster than it takes or refuses, so most of the tenfold
waits in the sockets and at the client, who gives it up (`given_up`): those requests never arrive, and a network that had to carry
them is not measured. Rounds that differ by more than a third mean that the machine was busy with something else: no figure.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TESTS, "bench"))
from world import BenchGateway, cpu_seconds, nginx_sink  # noqa: E402

from gateway import free_ports  # noqa: E402

TIMES, ROUNDS = 10, 3
PEAK_SECONDS, FLOOD_SECONDS = 5, 8
CLOSED_CONNECTIONS, AHEAD_CONNECTIONS, AHEAD_TIMES = (64, 256, 1000), 500, (1, 2)
FLOODS = {"waiting": (11000, 1), "ahead": (AHEAD_CONNECTIONS, 16)}   # connections, requests without an answer on each
SEGMENT_BYTES = 4 * 1024 * 1024   # so that the journal's queue, half of it, is full before the sockets are
ACCEPTED_CONNECTIONS = 10000
NEVER_LESS_THAN_TAKEN = 1e6   # a second: the closed loop always has the next event at hand


class Measured:
    def __init__(self, octroi, gateway):
        self.gateway, self.pid, self.acknowledged, self.refused, self.problems = gateway, gateway.pid(), 0, 0, []
        self.program = os.path.join(os.path.dirname(os.path.dirname(octroi)), "tests", "faults", "open_load")

    def load(self, connections, rate, seconds, most):
        before = cpu_seconds([self.pid])
        done = subprocess.run([self.program, str(self.gateway.ingest), self.gateway.path, str(connections), str(rate),
                               str(seconds), str(most)], env=dict(os.environ, OCTROI_LOAD_AUTH=self.gateway.auth),
                              capture_output=True, text=True, check=True)
        found = json.loads(done.stdout)
        taken = sum(count for status, count in found["answers"].items() if status in ("200", "202"))
        refused = sum(found["answers"].get(status, 0) for status in ("429", "503"))
        self.acknowledged += taken
        self.refused += refused
        if taken + refused != sum(found["answers"].values()) or found["no_retry_after"]:
            self.problems.append(f"answers that say neither taken nor when to come back: {found}")
        cut = found["closed_before_an_answer"] and connections <= ACCEPTED_CONNECTIONS
        if found["without_answer"] or cut:
            self.problems.append(f"requests without an answer: {found}")
        self.gateway.wait_quiet(300)
        found["cpu_us"] = round((cpu_seconds([self.pid]) - before) * 1e6 / max(1, taken), 1)
        print(f"  {connections} connections: {found}", flush=True)
        return found

    def peaks(self):
        """Of each kind of client the most a second, and the least processor time for one."""
        waiting = [self.load(count, NEVER_LESS_THAN_TAKEN, PEAK_SECONDS, 1) for count in CLOSED_CONNECTIONS]
        most = max(run["taken_per_s"] for run in waiting)
        ahead = [self.load(AHEAD_CONNECTIONS, times * most, PEAK_SECONDS, FLOODS["ahead"][1]) for times in AHEAD_TIMES]
        return {kind: (max(run["taken_per_s"] for run in runs), min(run["cpu_us"] for run in runs))
                for kind, runs in (("waiting", waiting), ("ahead", waiting + ahead))}


def goodput(octroi, wrap, limit_mib):
    """Figures, with `problems` among them. `wrap`: the command that starts the gateway."""
    octroi = os.path.abspath(octroi)
    with tempfile.TemporaryDirectory(prefix="octroi-goodput-") as folder, ExitStack() as running:
        sink_port, ingest, console = free_ports(3)
        sink = nginx_sink(folder, sink_port)
        running.callback(sink.stop)
        gateway = BenchGateway(octroi, folder, ingest, console, sink_port, running, wrap=wrap,
                               env={"OCTROI_SEGMENT_BYTES": str(SEGMENT_BYTES)})
        measured = Measured(octroi, gateway)
        rounds = {kind: [] for kind in FLOODS}
        for _ in range(ROUNDS):
            peaks = measured.peaks()
            for kind, (connections, without_answer) in FLOODS.items():
                peak, cheapest = peaks[kind]
                found = measured.load(connections, TIMES * peak, FLOOD_SECONDS, without_answer)
                rounds[kind].append({"peak_per_s": peak, "of_peak": found["taken_per_s"] / peak,
                                     "taken_for_cpu_of_peak": cheapest / found["cpu_us"],
                                     "given_up": found["given_up"] / found["offered"]})
        status = gateway.ask("status")
        received = sum(source["received"] for source in status["sources"].values())
        if received < measured.acknowledged:
            measured.problems.append(f"{measured.acknowledged} events were acknowledged and {received} were received")
        if not all(one["sum_holds"] for one in status["destinations"].values()):
            measured.problems.append(f"a sum does not hold: {status['destinations']}")
        with open(f"/proc/{measured.pid}/status", encoding="utf-8") as file:
            peak_mib = int(next(line for line in file if line.startswith("VmHWM:")).split()[1]) // 1024
        if peak_mib > limit_mib:
            measured.problems.append(f"{peak_mib} MiB of memory, more than {limit_mib}")
    return {"offered_times_peak": TIMES, "peak_mib": peak_mib, "acknowledged": measured.acknowledged, "refused": measured.refused,
            **{f"{kind}_{what}": round(statistics.median(one[what] for one in rounds[kind]), 2)
               for kind in FLOODS for what in rounds[kind][0]},
            **{f"{kind}_of_peak_each_round": " ".join(f"{one['of_peak']:.2f}" for one in rounds[kind]) for kind in FLOODS},
            "problems": measured.problems}
