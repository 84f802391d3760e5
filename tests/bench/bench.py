#!/usr/bin/env python3
"""./dev bench: the gateway against nginx doing nothing, interleaved in one run; ratios, never absolute promises.

  bench.py --build FOLDER [--rounds 5] [--seconds 3] [--json]

CPU is utime + stime of all the server's processes, divided by events; for the gateway it includes parsing,
15 rules, consent, three pseudonyms, sealing, the durable journal, the projection and the forwarding, until
nothing is pending. nginx, as installed, passes the same bytes to the same kind of upstream; for batches there is a
second nginx that is told to keep bodies in memory (as installed it writes those above 16 kB to a temporary file).
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from world import (BenchGateway, IN_MEMORY, cpu_seconds, fdatasync_p50_micros, memory_mib,  # noqa: E402
                   nginx_proxy, nginx_sink)

GOALS = {"single": 1.5, "batch": 12.0, "ack": 4.0}   # "from the start" column of DESIGN.md 11


def wrk(port, path, auth, connections, seconds, count, size):
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", os.path.join(HERE, "load.lua"),
                          f"http://127.0.0.1:{port}", "--", path, auth, str(count), str(size)],
                         capture_output=True, text=True, check=True).stdout
    line = next(line for line in out.splitlines() if line.startswith("JSON "))
    return json.loads(line[5:])


def measured(server, port, path, auth, connections, seconds, count, size, settle):
    before = cpu_seconds(server.pids())
    result = wrk(port, path, auth, connections, seconds, count, size)
    settle()
    spent = cpu_seconds(server.pids()) - before
    if result["refused"] or result["errors"]:
        raise SystemExit(f"{server.name}: {result['refused']} refused, {result['errors']} errors")
    events = result["requests"] * count
    return {"cpu_us": spent * 1e6 / events, "events_per_s": events / (result["micros"] / 1e6),
            "p50_us": result["p50"], "p99_us": result["p99"], "memory_mib": memory_mib(server.pids())}


def compare(name, gateway, peers, rounds, **load):
    """The gateway and each peer in turn, `rounds` times; the ratios are of one round each."""
    runs = {server.name: [] for server in (*peers, gateway)}
    for number in range(rounds):
        for server in peers:
            runs[server.name].append(measured(server, server.port, "/", gateway.auth, settle=lambda: None, **load))
        runs[gateway.name].append(
            measured(gateway, gateway.ingest, gateway.path, gateway.auth, settle=gateway.settle, **load))
        print(f"  {name} round {number + 1}: CPU us an event: "
              + ", ".join(f"{server} {rows[-1]['cpu_us']:.2f}" for server, rows in runs.items()), file=sys.stderr)
    middle = lambda rows: {key: round(statistics.median(row[key] for row in rows), 2) for key in rows[0]}
    report = {server: middle(rows) for server, rows in runs.items()}
    for peer in peers:
        pairs = zip(runs[gateway.name], runs[peer.name])
        report[f"ratio to {peer.name}"] = round(statistics.median(ours["cpu_us"] / its["cpu_us"] for ours, its in pairs), 2)
    report["ratio"] = report[f"ratio to {peers[0].name}"]
    return report


def stages(build):
    program = os.path.join(build, "tests", "bench", "bench_stages")
    out = subprocess.run([program, "--benchmark_format=json", "--benchmark_min_time=0.2"], capture_output=True, text=True,
                         check=True).stdout
    return {one["name"]: round(one["real_time" if one["name"].endswith("/real_time") else "cpu_time"], 1)
            for one in json.loads(out)["benchmarks"]}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", required=True)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--json", action="store_true")
    args = options.parse_args()
    report = {"stages_ns": stages(args.build)}
    with tempfile.TemporaryDirectory(prefix="octroi-bench-") as temporary:
        sink = nginx_sink(temporary, 18202)
        nginx = nginx_proxy(temporary, "nginx", 18201, sink.port)
        in_memory = nginx_proxy(temporary, "nginx-in-memory", 18205, sink.port, IN_MEMORY)
        servers = (sink, nginx, in_memory)
        time.sleep(0.5)
        gateway = BenchGateway(os.path.join(args.build, "gateway", "octroi"), temporary, sink.port)
        try:
            report["memory_at_rest_mib"] = memory_mib(gateway.pids())
            report["single"] = compare("single", gateway, [nginx], args.rounds, connections=64, seconds=args.seconds,
                                       count=1, size=700)
            report["batch"] = compare("batch", gateway, [nginx, in_memory], args.rounds, connections=32, seconds=args.seconds,
                                      count=100, size=955)
            acks = []
            for _ in range(args.rounds):
                disk = fdatasync_p50_micros(temporary)
                ours = measured(gateway, gateway.ingest, gateway.path, gateway.auth, 1, 2, 1, 700, gateway.settle)
                acks.append({"ratio": ours["p50_us"] / disk, "fdatasync_p50_us": disk, "ack_p50_us": ours["p50_us"]})
            report["ack"] = {key: round(statistics.median(row[key] for row in acks), 2) for key in acks[0]}
        finally:
            gateway.stop()
            for server in servers:
                server.stop()
    report["goals"] = {name: {"at_most": goal, "is": report[name]["ratio"], "met": report[name]["ratio"] <= goal}
                       for name, goal in GOALS.items()}
    if args.json:
        print(json.dumps(report))
        return
    print("stage                                 ns")
    for name, nanos in report["stages_ns"].items():
        print(f"{name:32} {nanos:8.1f}")
    for name in ("single", "batch"):
        print(f"\n{name}  (goal from the start: at most {GOALS[name]} x nginx)")
        for server, row in report[name].items():
            print(f"  {server}: {row}")
    print(f"\nack: {report['ack']}  (goal from the start: at most {GOALS['ack']})")
    print(f"memory at rest: {report['memory_at_rest_mib']} MiB")


if __name__ == "__main__":
    main()
