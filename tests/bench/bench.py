#!/usr/bin/env python3
"""./dev bench: the gateway against nginx doing nothing, interleaved in one run; ratios, never absolute promises.

  bench.py --build FOLDER [--rounds 5] [--seconds 3] [--json]

CPU is utime + stime of all the server's processes, divided by events; for the gateway it includes parsing,
15 rules, consent, three pseudonyms, sealing, the durable journal, the projection and the forwarding, until
nothing is pending. nginx passes the same bytes to the same kind of upstream.
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
from world import BenchGateway, Nginx, cpu_seconds, fdatasync_p50_micros, memory_mib  # noqa: E402

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


def compare(name, gateway, nginx, rounds, **load):
    ours, theirs, ratios = [], [], []
    for number in range(rounds):
        theirs.append(measured(nginx, nginx.port, "/", gateway.auth, settle=lambda: None, **load))
        ours.append(measured(gateway, gateway.ingest, gateway.path, gateway.auth, settle=gateway.settle, **load))
        ratios.append(ours[-1]["cpu_us"] / theirs[-1]["cpu_us"])
        print(f"  {name} round {number + 1}: {ours[-1]['cpu_us']:.2f} us an event, nginx {theirs[-1]['cpu_us']:.2f}, "
              f"ratio {ratios[-1]:.2f}", file=sys.stderr)
    middle = lambda rows: {key: round(statistics.median(row[key] for row in rows), 2) for key in rows[0]}
    return {"ratio": round(statistics.median(ratios), 2), "octroi": middle(ours), "nginx": middle(theirs)}


def stages(build):
    program = os.path.join(build, "tests", "bench", "bench_stages")
    out = subprocess.run([program, "--benchmark_format=json", "--benchmark_min_time=0.2"], capture_output=True, text=True,
                         check=True).stdout
    return {one["name"]: round(one["real_time"], 1) for one in json.loads(out)["benchmarks"]}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", required=True)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=int, default=3)
    options.add_argument("--json", action="store_true")
    args = options.parse_args()
    report = {"stages_ns": stages(args.build)}
    with tempfile.TemporaryDirectory(prefix="octroi-bench-") as temporary:
        nginx = Nginx(temporary)
        gateway = BenchGateway(os.path.join(args.build, "gateway", "octroi"), temporary, nginx.sink_port)
        try:
            report["memory_at_rest_mib"] = memory_mib(gateway.pids())
            report["single"] = compare("single", gateway, nginx, args.rounds, connections=64, seconds=args.seconds,
                                       count=1, size=700)
            report["batch"] = compare("batch", gateway, nginx, args.rounds, connections=32, seconds=args.seconds,
                                      count=100, size=955)
            acks = []
            for _ in range(args.rounds):
                disk = fdatasync_p50_micros(temporary)
                ours = measured(gateway, gateway.ingest, gateway.path, gateway.auth, 1, 2, 1, 700, gateway.settle)
                acks.append({"ratio": ours["p50_us"] / disk, "fdatasync_p50_us": disk, "ack_p50_us": ours["p50_us"]})
            report["ack"] = {key: round(statistics.median(row[key] for row in acks), 2) for key in acks[0]}
        finally:
            gateway.stop()
            nginx.stop()
    report["goals"] = {name: {"at_most": goal, "is": report[name]["ratio"], "met": report[name]["ratio"] <= goal}
                       for name, goal in GOALS.items()}
    if args.json:
        print(json.dumps(report))
        return
    print("stage                                 ns")
    for name, nanos in report["stages_ns"].items():
        print(f"{name:32} {nanos:8.1f}")
    for name in ("single", "batch"):
        row = report[name]
        print(f"\n{name}: octroi {row['octroi']}\n{' ' * len(name)}  nginx  {row['nginx']}\n  CPU an event / nginx: {row['ratio']}"
              f"  (goal from the start: at most {GOALS[name]})")
    print(f"\nack: {report['ack']}  (goal from the start: at most {GOALS['ack']})")
    print(f"memory at rest: {report['memory_at_rest_mib']} MiB")


if __name__ == "__main__":
    main()
