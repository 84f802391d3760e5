#!/usr/bin/env python3
"""Kills a working gateway again and again, at random times and at exact system calls, then checks every record.

  crash.py --octroi PATH [--kills 200] [--seed N] [--store sqlite|postgres] [--result FILE]

On PostgreSQL the server has its own accidents: ended, killed, frozen, its backends ended, while the gateway works. One
storage folder lives through all kills. Ends with one line of figures; exit 1 if an identity fails (campaign.py).
"""
import argparse
import signal
import sys
import time

from campaign import Campaign, fault_arguments, report

SYSTEM_CALLS = ["fdatasync", "pwrite64", "sendto", "rename"]
BACKENDS = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'octroi_gateway'"
ACCIDENTS = {"ended": lambda server: server.stop(signal.SIGINT), "crashed": lambda server: server.stop(signal.SIGQUIT),
             "killed": lambda server: server.stop(signal.SIGKILL), "frozen": lambda server: server.freeze(True),
             "backends": lambda server: server.sql(BACKENDS)}


def one_life(world, exact, accident, heal):
    """Starts, loads, kills; returns whether it came up, and at what it was killed. The accident comes in the middle."""
    wrap, where, chance = (), "random time", world.chance
    if exact:
        call, when = chance.choice(SYSTEM_CALLS), chance.randrange(1, 60)
        where = f"{call} no. {when}"
        wrap = ("strace", "-f", "-qq", "-o", "/dev/null", "--seccomp-bpf", "-e", f"trace={call}",
                "-e", f"inject={call}:signal=SIGKILL:when={when}")
    world.gateway.start(wrap)
    up = world.gateway.wait_ready(300)
    with world.load():
        span = 1.0 if exact else chance.uniform(0.02, 0.3)
        deadline, middle = time.time() + span, time.time() + span / 2
        while time.time() < deadline and world.gateway.process.poll() is None:
            time.sleep(0.005)
            if accident and time.time() > middle:
                accident()
                accident = None
        world.kill()
        heal()
    return up, where


def main():
    options = fault_arguments(argparse.ArgumentParser())
    options.add_argument("--kills", type=int, default=200)
    args = options.parse_args()
    print(f"seed {args.seed}", flush=True)
    kills, points, accidents = 0, {}, {}
    with Campaign(args.octroi, args.seed, args.store) as world:
        world.begin()

        def accident():
            if world.server and world.chance.random() < 0.4:
                name = world.chance.choice(sorted(ACCIDENTS))
                accidents[name] = accidents.get(name, 0) + 1
                ACCIDENTS[name](world.server)

        def heal():
            if world.server:
                world.server.freeze(False)
                world.server.start()

        world.kill()
        while kills < args.kills:
            up, where = one_life(world, kills % 2 == 1, accident, heal)
            kills += 1
            points[where.split()[0]] = points.get(where.split()[0], 0) + 1
            if not up and where == "random time":
                print(f"did not come up after kill {kills}:\n" + world.log())
                return 1
            if kills % 20 == 0:
                print(f"{kills} kills, {len(world.ledger.messages)} messages", flush=True)
        figures = world.conclude()
    return report("kill", {"faults": kills, "where": points, **({"server": accidents} if accidents else {}), **figures}, args.result)


if __name__ == "__main__":
    sys.exit(main())
