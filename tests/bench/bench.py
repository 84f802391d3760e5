#!/usr/bin/env python3
"""./dev bench: the gateway against what a user would pick instead, interleaved in one run; ratios, never absolute
promises.

  bench.py --build FOLDER [--rounds 5] [--seconds 3] [--json]

CPU is utime + stime of all the server's processes, divided by events; for the gateway it includes parsing,
15 rules, consent, three pseudonyms, sealing, the durable journal, the projection and the forwarding, until
nothing is pending. single and batch forward in batches; synchronous is one event in, one request out, and answers when
the destination has answered and the outcome is durable. Every peer does less:

  nginx, HAProxy           pass the same bytes to the same kind of upstream; for batches there is a second nginx that is
                           told to keep bodies in memory (as installed it writes those above 16 kB to a temporary file)
  nginx-lua-pseudonyms     decodes each event, checks its fields and types, looks consent up, replaces the three
                           identifiers by HMACs, forwards; writes nothing down
  fastify-pseudonyms       the same in two Node processes with ajv and undici
  nginx-lua, fastify       the same without the HMACs: printed beside them, no goal is held against these (the reference
                           that the goals are from had the HMACs in both)

Before anything is measured each peer is shown good and bad events, and what reaches the sink is compared (peers.py).
"""
import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from figures import error_detection, fingerprint_attack, idle_connection_kib, projection, stages  # noqa: E402
from peers import Peers, RecordingSink, event, free_ports, prove, wait_listening  # noqa: E402
from withdrawals import withdrawals  # noqa: E402
from world import (BenchGateway, cpu_seconds, fdatasync_p50_micros, memory_mib, nginx_sink,  # noqa: E402
                   sink_requests)

# The "from the start" column of DESIGN.md 11: ours ÷ the peer's at most, the peer's ÷ ours at least. Lines that its section 12
# has derived again once sealing and commitment cost something (docs/decisions/0018) say what stood there before.
AT_MOST = {"single": {"nginx": 1.9}, "synchronous": {"nginx": 2.7}, "batch": {"nginx": 12.0}}
AT_LEAST = {"single": {"fastify-pseudonyms": 5.0, "nginx-lua-pseudonyms": 2.0},
            "batch": {"fastify-pseudonyms": 2.9, "nginx-lua-pseudonyms": 1.8}}
BEFORE = {"single: ours over nginx": 1.5, "synchronous: ours over nginx": 2.0, "batch: fastify-pseudonyms over ours": 7.0,
          "batch: nginx-lua-pseudonyms over ours": 6.0}
# Where the figure stands in the report: goal.
FIGURES_AT_MOST = {"ack: p50 over fdatasync": (("ack", "ratio"), 4.0),
                   "consent decision, hot, ns": (("stages_ns", "DecideHotSubject"), 1000),
                   "consent index, a subject with four purposes, bytes": (("index_bytes_a_subject",), 48),
                   "a question over 30 destinations, ns": (("stages_ns", "AskAnyFieldAnywhere/iterations:1/real_time"), 5e9),
                   "linked by 10 million candidates without a key": (("fingerprint_attack", "linked"), 0),
                   "memory at rest, MiB": (("memory_at_rest_mib",), 64),
                   "an idle connection, KiB": (("idle_connection_kib",), 64)}
FIGURES_AT_LEAST = {f"projection, {store}, events a second": (("projection", store), 20000)
                    for store in ("sqlite", "postgres")}
# The supervised state of the art, with labels; ours has none.
FIGURES_AT_LEAST |= {f"cell errors of {table} found without a rule or a label, F1":
                     (("error_detection", table, "profile alone", "f1"), least)
                     for table, least in (("hospital", 0.72), ("beers", 0.99))}
BYTES = "passes bytes on"
NO_PSEUDONYMS = "no pseudonyms, no journal, no lineage"
NO_JOURNAL = "no journal, no lineage"
LESS = {"nginx": BYTES, "nginx-in-memory": BYTES, "haproxy": BYTES,
        "nginx-lua": NO_PSEUDONYMS, "nginx-lua-pseudonyms": NO_JOURNAL,
        "fastify": NO_PSEUDONYMS, "fastify-pseudonyms": NO_JOURNAL}
WARM_UP_EVENTS = 20000  # before the first round: until then Node mostly compiles, which no user would count


def wrk(port, path, auth, connections, seconds, count, size):
    # The timeout is longer than any run: beside other work a slow peer is slow, and that is a figure, not an error.
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s",
                          os.path.join(HERE, "load.lua"), f"http://127.0.0.1:{port}", "--", path, auth,
                          str(count), str(size)],
                         capture_output=True, text=True, check=True).stdout
    line = next(line for line in out.splitlines() if line.startswith("JSON "))
    return json.loads(line[5:])


def warmed(port, path, auth, connections, seconds, count, size):
    """By events, not by time, or a peer that gets little of the processor starts cold; twenty times at most."""
    events = 0
    for _ in range(20):
        if events >= WARM_UP_EVENTS:
            break
        events += wrk(port, path, auth, connections, max(seconds, 2), count, size)["requests"] * count


def measured(server, port, path, auth, connections, seconds, count, size, settle):
    """`settle` waits until all is done and says how many requests that was, or None: those that were answered. A run in
    which hardly anything was answered, beside other work, is done again and longer.
    """
    for longer in (1, 2, 4):
        before = cpu_seconds(server.pids())
        result = wrk(port, path, auth, connections, seconds * longer, count, size)
        done = settle()
        spent = cpu_seconds(server.pids()) - before
        if result["refused"] or result["errors"]:
            raise SystemExit(f"{server.name}: {result['refused']} refused, {result['errors']} errors")
        if result["requests"] >= 2 * connections:
            break
    else:
        raise SystemExit(f"{server.name}: {result['requests']} requests in {4 * seconds} s")
    if done is not None and done < result["requests"]:
        raise SystemExit(f"{server.name}: answered {result['requests']} requests and forwarded {done}")
    return {"requests": result["requests"], "cpu_us": spent * 1e6 / (done or result["requests"]) / count,
            "events_per_s": result["requests"] * count / (result["micros"] / 1e6),
            "p50_us": result["p50"], "p99_us": result["p99"], "memory_mib": memory_mib(server.pids())}


def forwarded(sink):
    """How many requests the sink gets from now until no more come. The work on those that nobody waits for any longer
    when the load ends is in a peer's CPU, and must be in its events: with a slow peer it is not little."""
    last = sink_requests(sink.port)

    def settle():
        nonlocal last
        first, still = last, 0
        while still < 3:
            time.sleep(0.1)
            now = sink_requests(sink.port)
            still, last = (still + 1 if now == last else 0), now
        return last - first
    return settle


def one_to_one(gateway, sink):
    """As `forwarded`, for the synchronous gateway: stops the bench where an answer did not wait for the destination's.
    That each event was a request of its own is seen in `measured`: fewer would have arrived than were answered."""
    settle = forwarded(sink)

    def settled():
        gateway.settle()
        requests = settle()
        if gateway.cut_short():
            raise SystemExit("synchronous: an answer came before the destination's")
        return requests
    return settled


def compare(name, gateway, peers, sink, rounds, **load):
    """The gateway and each peer in turn, `rounds` times; the ratios are of one round each."""
    runs = {server.name: [] for server in (*peers, gateway)}
    ours = (lambda: one_to_one(gateway, sink)) if gateway.synchronous else (lambda: gateway.settle)
    for server in peers:
        settle = forwarded(sink)
        warmed(server.port, "/", gateway.auth, **load)
        settle()
    warmed(gateway.ingest, gateway.path, gateway.auth, **load)
    gateway.settle()
    for number in range(rounds):
        for server in peers:
            runs[server.name].append(
                measured(server, server.port, "/", gateway.auth, settle=forwarded(sink), **load))
        runs[gateway.name].append(
            measured(gateway, gateway.ingest, gateway.path, gateway.auth, settle=ours(), **load))
        print(f"  {name} round {number + 1}: CPU us an event: "
              + ", ".join(f"{server} {rows[-1]['cpu_us']:.2f}" for server, rows in runs.items()), file=sys.stderr)
    middle = lambda rows: {key: round(statistics.median(row[key] for row in rows), 2) for key in rows[0]}
    report = {server: middle(rows) for server, rows in runs.items()}
    for peer in peers:
        pairs = list(zip(runs[gateway.name], runs[peer.name]))
        ratio = lambda turn: round(statistics.median(turn(ours["cpu_us"] / its["cpu_us"]) for ours, its in pairs), 2)
        if LESS[peer.name] == BYTES:
            report[f"ratio to {peer.name}"] = ratio(lambda value: value)
        else:
            report[f"{peer.name} over ours"] = ratio(lambda value: 1 / value)
    report["ratio"] = report[f"ratio to {peers[0].name}"]
    return report


def goals(report):
    found = {}

    def hold(name, path, bound, goal):
        value = report
        for step in path:
            value = value[step]
        found[name] = {bound: goal, "is": value, "met": value <= goal if bound == "at_most" else value >= goal}

    for load, goals_of in AT_MOST.items():
        for peer, goal in goals_of.items():
            hold(f"{load}: ours over {peer}", (load, f"ratio to {peer}"), "at_most", goal)
    for load, goals_of in AT_LEAST.items():
        for peer, goal in goals_of.items():
            hold(f"{load}: {peer} over ours", (load, f"{peer} over ours"), "at_least", goal)
    for name, (path, goal) in FIGURES_AT_MOST.items():
        hold(name, path, "at_most", goal)
    for name, (path, goal) in FIGURES_AT_LEAST.items():
        hold(name, path, "at_least", goal)
    return found


def proved(gateway, peers, recording):
    """Stops the bench where one of those that are compared does not do what it is compared for."""
    problems = list(prove(peers, recording))
    status, _, _ = gateway.request("POST", gateway.path, event(1), {"Authorization": gateway.auth,
                                                                    "Content-Type": "application/json"})
    gateway.settle()
    came = b"".join(recording.taken())
    if status != 202 or came.count(b"rentree-2026") != 1 or b"@example.org" in came:
        problems.append(f"octroi: answered {status}, the sink got {came}")
    if problems:
        raise SystemExit("\n".join(problems))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", required=True)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--json", action="store_true")
    args = options.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, 2 * resource.getrlimit(resource.RLIMIT_NOFILE)[1:])
    report = {**stages(args.build), "projection": projection(args.build), "fingerprint_attack": fingerprint_attack(args.build),
              "error_detection": error_detection(args.build)}
    with tempfile.TemporaryDirectory(prefix="octroi-bench-") as temporary, contextlib.ExitStack() as running:
        sink_port, ingest, console = free_ports(3)
        recording = RecordingSink(sink_port)
        sink_of_now = running.enter_context(contextlib.ExitStack())
        sink_of_now.callback(recording.stop)
        peers = Peers(temporary, sink_port, running)
        octroi = os.path.join(args.build, "gateway", "octroi")
        gateway = BenchGateway(octroi, temporary, ingest, console, sink_port, running)
        for server in peers.all:
            wait_listening(server)
        report["memory_at_rest_mib"] = memory_mib(gateway.pids())
        proved(gateway, peers, recording)
        sink_of_now.close()
        sink = nginx_sink(temporary, sink_port)
        running.callback(sink.stop)
        wait_listening(sink)
        load = {"sink": sink, "rounds": args.rounds, "seconds": args.seconds}
        report["single"] = compare("single", gateway, [peers.nginx, peers.haproxy, *peers.checking], connections=64,
                                   count=1, size=700, **load)
        with contextlib.ExitStack() as its:
            gateway_of_it = BenchGateway(octroi, temporary, *free_ports(2), sink_port, its, synchronous=True)
            report["idle_connection_kib"] = idle_connection_kib(gateway_of_it)
            report["synchronous"] = compare("synchronous", gateway_of_it, [peers.nginx, peers.haproxy], connections=64,
                                            count=1, size=700, **load)
        report["batch"] = compare("batch", gateway, [peers.nginx, peers.in_memory, peers.haproxy, *peers.checking],
                                  connections=32, count=100, size=955, **load)
        acks = []
        for _ in range(args.rounds):
            disk = fdatasync_p50_micros(temporary)
            ours = measured(gateway, gateway.ingest, gateway.path, gateway.auth, 1, 2, 1, 700, gateway.settle)
            acks.append({"ratio": ours["p50_us"] / disk, "fdatasync_p50_us": disk, "ack_p50_us": ours["p50_us"]})
        report["ack"] = {key: round(statistics.median(row[key] for row in acks), 2) for key in acks[0]}
        report["withdrawal"] = withdrawals(gateway, temporary, args.rounds, args.seconds)
    report["goals"] = goals(report)
    if args.json:
        print(json.dumps(report))
    else:
        show(report)


def show(report):
    print("stage                                 ns")
    for name, nanos in report["stages_ns"].items():
        print(f"{name:32} {nanos:8.1f}")
    for name in ("single", "synchronous", "batch"):
        print(f"\n{name}: a 'ratio to' is ours ÷ theirs, 'over ours' is theirs ÷ ours")
        for server, row in report[name].items():
            print(f"  {server}: {row}" + (f"   ({LESS[server]})" if server in LESS else ""))
    print(f"\nack: {report['ack']}")
    for name, row in report["withdrawal"].items():
        print(f"withdrawal, {name}: {row}")
    print("\ncell errors in dirty tables (precision, recall, F1)")
    for table, rows in report["error_detection"].items():
        for name, row in rows.items():
            print(f"  {table:10} {name:18} {row['precision']:.3f} {row['recall']:.3f} {row['f1']:.3f}")
    print("\ngoals from the start (every peer does less than we do)")
    for name, goal in report["goals"].items():
        asked = f"at most {goal['at_most']}" if "at_most" in goal else f"at least {goal['at_least']}"
        before = f"; {BEFORE[name]} before it was derived again" if name in BEFORE else ""
        print(f"  {'met   ' if goal['met'] else 'MISSED'} {name}: {goal['is']} ({asked}{before})")


if __name__ == "__main__":
    main()
