#!/usr/bin/env python3
"""Partitions: PostgreSQL and the destinations live in a network namespace of their own, and the wire to it is cut.

  network.py --octroi PATH [--rounds 1] [--seed N] [--result FILE]

Ways: packets dropped both ways, only those towards, only those back, and refused by reset; towards the server, towards the
destinations, and both. Needs root, iproute2 and nftables; where namespaces are not permitted it says so and passes.
While a cut lasts every request is answered; after it everything ends: nothing pending, every record accounted for.
"""
import argparse
import ctypes
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "crash"))
from campaign import HTTP, Campaign, PostgresServer, Recorder, fault_arguments, moody, report  # noqa: E402

CLONE_NEWNET = 0x40000000
AS_POSTGRES = ("setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups")
WAYS = {  # how: rules for a set of ports, in the namespace
    "dropped both ways": ["input tcp dport {ports} drop", "output tcp sport {ports} drop"],
    "dropped towards": ["input tcp dport {ports} drop"],
    "dropped back": ["output tcp sport {ports} drop"],
    "reset": ["input tcp dport {ports} reject with tcp reset"],
}


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(" ".join(command) + ": " + done.stderr.strip())
    return done.stdout


class Elsewhere:
    """A namespace with one wire to this one."""

    def __init__(self):
        self.name = f"octroi{os.getpid()}"
        self.wire, number = f"oct{os.getpid() % 100000}", os.getpid() % 250
        self.here, self.there = f"10.213.{number}.1", f"10.213.{number}.2"
        run("ip", "netns", "add", self.name)
        try:
            run("ip", "link", "add", self.wire, "type", "veth", "peer", "name", "wire", "netns", self.name)
            run("ip", "address", "add", self.here + "/30", "dev", self.wire)
            run("ip", "link", "set", self.wire, "up")
            self.inside("ip", "address", "add", self.there + "/30", "dev", "wire")
            self.inside("ip", "link", "set", "wire", "up")
            self.inside("ip", "link", "set", "lo", "up")
            self.inside("nft", "add", "table", "inet", "cut")
            for hook in ("input", "output"):
                self.inside("nft", f"add chain inet cut {hook} {{ type filter hook {hook} priority 0; }}")
        except RuntimeError:
            self.close()
            raise

    def inside(self, *command):
        return run("ip", "netns", "exec", self.name, *command)

    def make(self, what):
        """Runs `what` on a thread that lives there: sockets made by it belong to the namespace."""
        made = []

        def there():
            with open(f"/run/netns/{self.name}", "rb") as file:
                if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            made.append(what())
        thread = threading.Thread(target=there)
        thread.start()
        thread.join()
        return made[0]

    def cut(self, way, ports):
        for rule in WAYS[way]:
            self.inside("nft", "add rule inet cut " + rule.format(ports="{ " + ", ".join(map(str, ports)) + " }"))

    def heal(self):
        for hook in ("input", "output"):
            self.inside("nft", "flush", "chain", "inet", "cut", hook)

    def close(self):
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)


def main():
    options = fault_arguments(argparse.ArgumentParser())
    options.add_argument("--rounds", type=int, default=1)
    options.add_argument("--seconds", type=float, default=1.5, help="how long each cut lasts")
    args = options.parse_args()
    print(f"seed {args.seed}", flush=True)
    try:
        elsewhere = Elsewhere()
    except (RuntimeError, OSError) as error:
        print(f"skipped: network namespaces are not permitted here ({error})")
        return 0
    try:
        return partitions(args, elsewhere)
    finally:
        elsewhere.close()


def partitions(args, elsewhere):
    server = PostgresServer(address=elsewhere.there, inside=("ip", "netns", "exec", elsewhere.name, *AS_POSTGRES))
    try:
        recorders = elsewhere.make(lambda: {name: Recorder(name, 0, moody(args.seed), address=elsewhere.there) for name in HTTP})
        cuts, problems = {}, []
        with Campaign(args.octroi, args.seed, "postgres", recorders=recorders, server=server, host=elsewhere.there) as world:
            world.begin()
            ends = {"server": [server.port], "destinations": [recorder.port for recorder in recorders.values()]}
            ends["both"] = ends["server"] + ends["destinations"]
            with world.load(clients=2):
                for _ in range(args.rounds):
                    for way in WAYS:
                        for end, ports in ends.items():
                            elsewhere.cut(way, ports)
                            cuts[f"{end} {way}"] = cuts.get(f"{end} {way}", 0) + 1
                            until = time.time() + args.seconds
                            while time.time() < until:
                                if world.gateway.request("GET", "/health/live")[0] != 200:
                                    problems.append("/health/live does not answer during a cut")
                                time.sleep(0.1)
                            elsewhere.heal()
                            time.sleep(0.3)
            if world.ledger.unanswered_count or world.consents.unanswered:
                problems.append(f"{world.ledger.unanswered_count} events and {world.consents.unanswered} consents had no answer")
            refused = {"events": world.ledger.statuses, "consents": world.consents.statuses}
            if not any(refused["consents"].values()):
                problems.append("no cut was ever noticed: no consent was refused")
            if world.ledger.statuses:
                problems.append("events were refused although the journal is here")
            # Liveness without a restart first: what the running process holds must come to an end.
            for recorder in recorders.values():
                recorder.script = None
            world.gateway.wait_quiet(120)
            figures = world.conclude()
    finally:
        server.close()
    figures["problems"] += problems
    return report("partitions", {"faults": sum(cuts.values()), "cuts": cuts, "refused": refused, **figures}, args.result)


if __name__ == "__main__":
    sys.exit(main())
