#!/usr/bin/env python3
"""More than the gateway can take: an answer for everybody, memory bounded, consents and health alive, nothing lost.

  overload.py flood --octroi PATH [--seconds 10] [--limit-mib 512] [--slow-disk MS] [--goodput] [--result FILE]
  overload.py slow  --octroi PATH [--connections 2000] [--seconds 12] [--result FILE]
  overload.py dead  --octroi PATH [--seconds 8] [--result FILE]

flood: wrk offers what a closed loop of 500 connections can, in a memory cgroup (cgroup v1 or v2, root; without one the peak of
the process's memory is measured all the same). slow: slowhttptest (-H, -B, -X) and slow bodies of a source that may speak,
beside honest clients. dead: a destination is silent, then comes back. Counts decide, never times. --goodput adds what is taken
when ten times the peak is offered in an open loop, as a ratio to the peak (goodput.py; it asks for nginx and for open_load, built
beside octroi). The ratio is printed, and decides nothing.
"""
import argparse
import contextlib
import glob
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "crash"))
from campaign import Campaign, fault_arguments, report  # noqa: E402
from goodput import goodput  # noqa: E402

BATCH = 20
LUA = """
local counter, thread = 0, 0
function setup(t) t:set("name", thread) thread = thread + 1 end
function request()
  local lines = {}
  for i = 1, %d do
    counter = counter + 1
    lines[i] = '{"event":"order.line","message_id":"w%s-' .. name .. "-" .. counter .. '","occurred_at":"2026-11-20T10:00:00Z","properties":' ..
      '{"invoice_no":"1","stock_code":"n1","description":"x","quantity":1,"unit_price":1.5,"country":"France","customer_id":"p1"}}'
  end
  return wrk.format("POST", "/v1/events/boutique", {["Content-Type"]="application/x-ndjson", ["Authorization"]="%s"}, table.concat(lines, "\\n") .. "\\n")
end
local taken, refused, other = 0, 0, 0
function response(status, headers)
  if status == 200 then taken = taken + 1
  elseif (status == 503 or status == 429) and headers["Retry-After"] then refused = refused + 1
  else other = other + 1 end
  if (taken + refused + other) %% 50 == 0 then io.stderr:write(string.format("%%d %%d %%d %%d\\n", name, taken, refused, other)) end
end
"""


@contextlib.contextmanager
def memory_cgroup(limit):
    """A cgroup of `limit` bytes and a command that starts another one in it; None where there is none to be had."""
    own = {line.split(":")[1]: line.split(":")[2].strip() for line in open("/proc/self/cgroup", encoding="utf-8")}
    if "memory" in own:
        parent, knob = "/sys/fs/cgroup/memory" + own["memory"], "memory.limit_in_bytes"
    else:
        parent, knob = "/sys/fs/cgroup" + own.get("", "/"), "memory.max"
    folder = os.path.join(parent, f"octroi-{os.getpid()}")
    try:
        os.mkdir(folder)
        with open(os.path.join(folder, knob), "w", encoding="utf-8") as file:
            file.write(str(limit))
    except OSError as error:
        print(f"no memory cgroup here ({error.strerror}): the peak is only measured")
        with contextlib.suppress(OSError):
            os.rmdir(folder)
        yield ()
        return
    try:
        yield ("sh", "-c", f'echo $$ > {folder}/cgroup.procs && exec "$@"', "sh")
    finally:
        for _ in range(100):
            with contextlib.suppress(OSError):
                os.rmdir(folder)
                break
            time.sleep(0.05)


def peak_mib(world):
    with open(f"/proc/{world.pid()}/status", encoding="utf-8") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) // 1024


def wrk(world, connections, seconds, tag):
    """Requests answered, taken; and what was not answered."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(LUA % (BATCH, tag, world.gateway.headers("boutique")["Authorization"]))
        script.flush()
        out = subprocess.run(["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", script.name,
                              f"http://127.0.0.1:{world.gateway.ingest}"], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    requests = int(re.search(r"(\d+) requests in", out.stdout).group(1))
    refused = int((re.search(r"Non-2xx or 3xx responses: (\d+)", out.stdout) or [0, 0])[1])
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out.stdout)
    other = sum(int(line.split()[3]) > 0 for line in out.stderr.splitlines() if len(line.split()) == 4)
    return {"answered": requests, "taken": requests - refused, "refused": refused,
            "without_answer": sum(map(int, errors.groups())) if errors else 0, "not_503_or_429_with_retry_after": other}


class Beside:
    """What must stay alive meanwhile: consents on the ingest port, health on both."""

    def __init__(self, world):
        self.world, self.asked, self.failed, self.stop = world, 0, [], threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def run(self):
        gateway, number = self.world.gateway, 0
        while not self.stop.is_set():
            number += 1
            self.asked += 3
            status = self.world.consents.say(gateway, f"q{number % len(self.world.consents.last)}")
            if status != 201:
                self.failed.append(f"a consent event was answered {status}")
            for port in (gateway.ingest, gateway.console):
                try:
                    with contextlib.closing(__import__("http.client").client.HTTPConnection("127.0.0.1", port, timeout=60)) as one:
                        one.request("GET", "/health/live")
                        status = one.getresponse().status
                except OSError as error:
                    status = type(error).__name__
                if status != 200:
                    self.failed.append(f"/health/live was answered {status}")
            time.sleep(0.05)

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def flood(args):
    with memory_cgroup(args.limit_mib * 1024 * 1024) as inside, Campaign(args.octroi, args.seed, args.store, env={
            "OCTROI_SEGMENT_BYTES": str(2 * 1024 * 1024), "ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=16"}) as world:
        slow_disk = ("strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", "trace=fdatasync",
                     "-e", f"inject=fdatasync:delay_exit={args.slow_disk * 1000}") if args.slow_disk else ()
        world.begin(inside + slow_disk)
        with Beside(world) as beside:
            load = wrk(world, 500, args.seconds, "x")
        memory = peak_mib(world)
        alive = world.gateway.process.poll() is None
        world.gateway.wait_quiet(300)
        received = sum(source["received"] for source in world.gateway.ask("status")["sources"].values())
        wanted = load["taken"] * BATCH
        figures = world.flooded(received)
    ratio = {}
    if args.goodput:
        with memory_cgroup(args.limit_mib * 1024 * 1024) as inside:
            ratio = goodput(args.octroi, inside, args.limit_mib)
        figures["problems"] += ratio.pop("problems")
        ratio = {"goodput": ratio}
    problems = figures["problems"] + beside.failed[:5]
    if not alive:
        problems.append("the process ended")
    if load["without_answer"] or load["not_503_or_429_with_retry_after"]:
        problems.append(f"not every request had its answer: {load}")
    if args.slow_disk and not load["refused"]:
        problems.append("nothing was refused: the load was none")
    if load["taken"] == 0:
        problems.append("nothing was taken at all")
    if received < wanted:
        problems.append(f"{wanted} events were acknowledged and {received} were received")
    if memory > args.limit_mib:
        problems.append(f"{memory} MiB of memory, more than {args.limit_mib}")
    figures["problems"] = problems
    return report("flood", {"faults": 1, "cgroup": bool(inside), "limit_mib": args.limit_mib, "peak_mib": memory, **load, **ratio,
                            "beside_asked": beside.asked, **figures}, args.result)


def slow_bodies(world, count, stop):
    """Sockets of a source that may speak: the head is whole, the body comes a byte at a time."""
    head = "".join(f"{name}: {value}\r\n" for name, value in world.gateway.headers("boutique").items())
    sockets = []
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", world.gateway.ingest))
        one.sendall(f"POST /v1/events/boutique HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}Content-Length: 100000\r\n\r\n".encode())
        sockets.append(one)
    while not stop.wait(0.5):
        for one in sockets:
            with contextlib.suppress(OSError):
                one.send(b" ", socket.MSG_DONTWAIT)
    for one in sockets:
        one.close()


def open_connections(world):
    return int(world.gateway.metric("octroi_edge_connections"))


def slow(args):
    attacks = {"-H": ["-H", "-i", "1"], "-B": ["-B", "-i", "1", "-s", "8192", "-t", "POST"], "-X": ["-X", "-w", "1", "-y", "1", "-n", "1", "-z", "1", "-k", "1"]}
    path = {"-H": "/v1/consents", "-B": "/v1/events/boutique", "-X": "/metrics"}
    seconds = max(2, args.seconds // 4)
    with Campaign(args.octroi, args.seed, args.store) as world:
        world.begin()
        with Beside(world) as beside, world.load(clients=2, consents=False):
            held = {}
            for name, options in attacks.items():
                attack = subprocess.Popen(["slowhttptest", *options, "-c", str(args.connections), "-r", str(args.connections // 2), "-l", str(seconds),
                                           "-p", "60", "-u", f"http://127.0.0.1:{world.gateway.ingest}{path[name]}"], stdout=subprocess.DEVNULL)
                while attack.poll() is None:
                    held[name] = max(held.get(name, 0), open_connections(world))
                    time.sleep(0.1)
            stop = threading.Event()
            slow_ones = threading.Thread(target=slow_bodies, args=(world, args.connections, stop))
            slow_ones.start()
            for _ in range(seconds * 10):
                held["bodies"] = max(held.get("bodies", 0), open_connections(world))
                time.sleep(0.1)
            stop.set()
            slow_ones.join()
        problems = beside.failed[:5]
        if world.ledger.unanswered_count or world.ledger.statuses:
            problems.append(f"honest clients: {world.ledger.unanswered_count} without an answer, refused {world.ledger.statuses}")
        if min(held.values()) < 2 or held["bodies"] < args.connections // 2:   # -B has no key, and is refused at its head
            problems.append(f"the slow clients were not there: {held}")
        figures = world.conclude()
    figures["problems"] += problems
    return report("slow clients", {"faults": args.connections * 4, "held_at_once": held, "beside_asked": beside.asked, **figures}, args.result)


def dead(args):
    with Campaign(args.octroi, args.seed, args.store) as world:
        path = os.path.join(world.gateway.folder, "destinations", "crm.yaml")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace('for: "2 min"', 'for: "1 day"'))
        world.begin()
        silent = world.recorders["crm"]
        silent.script = lambda *_: None
        before = len(silent.events)
        with Beside(world) as beside, world.load(clients=2, consents=False):
            time.sleep(args.seconds)
        others = len(world.recorders["emailing"].events)
        problems = beside.failed[:5]
        if len(silent.events) != before:
            problems.append("the dead destination took something")
        if others == 0:
            problems.append("the other destinations had to wait")
        if world.ledger.unanswered_count or world.ledger.statuses:
            problems.append(f"events without an answer or refused: {world.ledger.unanswered_count} {world.ledger.statuses}")
        queued = world.gateway.ask("status")["pending"]
        memory = peak_mib(world)
        silent.script = None
        world.gateway.wait_quiet(300)
        figures = world.conclude()
    figures["problems"] += problems
    return report("dead destination", {"faults": 1, "dead_seconds": args.seconds, "queued": queued, "peak_mib": memory,
                                       "beside_asked": beside.asked, **figures}, args.result)


def main():
    options = fault_arguments(argparse.ArgumentParser())
    options.add_argument("what", choices=["flood", "slow", "dead"])
    options.add_argument("--seconds", type=int, default=10)
    options.add_argument("--connections", type=int, default=2000)
    options.add_argument("--limit-mib", type=int, default=512)
    options.add_argument("--goodput", action="store_true")
    options.add_argument("--slow-disk", type=int, default=0, help="ms that each fdatasync takes longer: the journal is what is full")
    args = options.parse_args()
    print(f"seed {args.seed}", flush=True)
    return {"flood": flood, "slow": slow, "dead": dead}[args.what](args)


if __name__ == "__main__":
    sys.exit(main())
