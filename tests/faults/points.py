#!/usr/bin/env python3
"""Kills the gateway at each named crash point (gateway/base/crash_point.h), then checks every record.

  points.py --octroi PATH [--times 1] [--seed N] [--store sqlite|postgres] [--only PREFIX,...] [--result FILE]

The names are read from the sources: one that no run reaches is an error, so a point cannot be added and forgotten. Needs a
binary built with OCTROI_CRASH_POINTS (the asan preset). --store postgres leaves out what never sees the store.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "crash"))
from campaign import ROOT, Campaign, fault_arguments, report  # noqa: E402

NOT_THE_STORES = ("segment.", "spare.", "export.", "delivery.")
OTHERS = ("counts.", "import.", "tokens.")   # tests/e2e/counts_test.py, import_test.py (a process of its own), tokens_test.py
LONGEST_LIFE = 120   # seconds; a point that is not reached by then is an error


def names_in_the_sources():
    found = {}
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "gateway/**.cc", "db/**.cc", "gateway/*.cc"],
                            capture_output=True, text=True, check=True).stdout.split()
    for path in sorted(set(listed)):
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            for name in re.findall(r'OCTROI_CRASH_POINT\("([^"]+)"\)', file.read()):
                found.setdefault(name, set()).add(path)
    return found


def one_life(world, point, passage):
    """True: the process ended itself at the point."""
    world.gateway.env["OCTROI_CRASH_AT"] = f"{point}:{passage}"
    world.gateway.start()
    deadline = time.time() + LONGEST_LIFE
    if world.gateway.wait_ready(LONGEST_LIFE):
        with world.load(pause=0.01):
            while time.time() < deadline and world.gateway.process.poll() is None:
                if point.startswith("config."):
                    world.reload()
                time.sleep(0.05)
            reached = world.gateway.process.poll() == -signal.SIGKILL
            world.kill()
    else:
        reached = world.gateway.process.poll() == -signal.SIGKILL
        world.kill()
    return reached


def main():
    options = fault_arguments(argparse.ArgumentParser())
    options.add_argument("--times", type=int, default=1, help="lives for each point")
    options.add_argument("--only", default="", help="prefixes of names, with commas")
    args = options.parse_args()
    print(f"seed {args.seed}", flush=True)
    only = tuple(args.only.split(","))
    names = [name for name in sorted(names_in_the_sources()) if name.startswith(only) and not name.startswith(OTHERS)
             and not (args.store == "postgres" and name.startswith(NOT_THE_STORES))]
    assert names, "no crash point in the sources"
    reached = {name: 0 for name in names}
    with Campaign(args.octroi, args.seed, args.store, exports=True, env={"OCTROI_SEGMENT_BYTES": str(256 * 1024)}) as world:
        world.begin()
        world.kill()
        for name in names:
            for passage in range(1, args.times + 1):
                reached[name] += one_life(world, name, passage if args.times > 1 else world.chance.randrange(1, 4))
        figures = world.conclude()
    missed = [name for name, count in reached.items() if count == 0]
    figures["problems"] += [f"crash point {name}: never reached" for name in missed]
    return report("points", {"faults": sum(reached.values()), "points": len(names), **figures}, args.result)


if __name__ == "__main__":
    sys.exit(main())
