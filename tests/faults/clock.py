#!/usr/bin/env python3
"""The wall clock jumps under a working gateway: an hour ahead, an hour back, a year ahead and back, again and again.

  clock.py --octroi PATH [--rounds 1] [--seed N] [--store sqlite|postgres] [--result FILE]

libfaketime (Debian: faketime) moves CLOCK_REALTIME alone, read from a file that this test writes; CLOCK_BOOTTIME goes on, as it
does when an administrator or NTP sets the clock. The lease to send must not notice, no consent may be recorded earlier than the
one before, nothing may be lost, and when the clock is right again everything is as if it had always been.
"""
import argparse
import glob
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "crash"))
from campaign import Campaign, fault_arguments, report  # noqa: E402

JUMPS = ["+3600", "-3600", "+31536000", "+0", "-86400", "+0"]   # seconds off the right time, one after the other


def preloads(octroi):
    """The sanitizer's runtime must come first where the binary has one."""
    faketime = (glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1") + [None])[0]
    linked = subprocess.run(["ldd", octroi], capture_output=True, text=True).stdout.split()
    asan = [word for word in linked if word.startswith("/") and "libasan" in word]
    return faketime and ":".join([*asan, faketime])


def main():
    options = fault_arguments(argparse.ArgumentParser())
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--seconds", type=float, default=1.5, help="how long each wrong time lasts")
    args = options.parse_args()
    print(f"seed {args.seed}", flush=True)
    preload = preloads(args.octroi)
    if not preload:
        print("skipped: libfaketime is not installed (Debian: faketime)")
        return 0
    problems, jumps, held = [], 0, 0
    with Campaign(args.octroi, args.seed, args.store) as world:
        offset = os.path.join(world.gateway.folder, "offset")

        def jump(seconds):
            with open(offset + ".new", "w", encoding="utf-8") as file:
                file.write(seconds + "\n")
            os.rename(offset + ".new", offset)
        jump("+0")
        world.gateway.start(("env", f"LD_PRELOAD={preload}", f"FAKETIME_TIMESTAMP_FILE={offset}", "FAKETIME_NO_CACHE=1",
                             "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1"))
        world.begin_people()
        with world.load(clients=2):
            for _ in range(args.rounds):
                for seconds in JUMPS:
                    jump(seconds)
                    jumps += 1
                    until = time.time() + args.seconds
                    while time.time() < until:
                        held += world.gateway.metric("octroi_sending_held") == 1
                        time.sleep(0.1)
        if held:
            problems.append(f"the lease noticed a jump: sending was held {held} times")
        if world.ledger.unanswered_count or world.ledger.statuses or world.consents.unanswered or world.consents.statuses:
            problems.append(f"refused or unanswered: {world.ledger.statuses} {world.consents.statuses}")
        log = world.log()
        figures = world.conclude()
        dump = world.gateway.run("journal", "dump", "-c", world.gateway.folder)
    if dump.count('"2027-') == 0:
        problems.append("the clock of the gateway never jumped: the test shows nothing\n" + log)
    figures["problems"] += problems
    return report("clock jumps", {"faults": jumps, **figures}, args.result)


if __name__ == "__main__":
    sys.exit(main())
