#!/usr/bin/env python3
"""A disk that answers with errors, and a disk that is full, under a working gateway; then every record is checked.

  disk.py inject --octroi PATH [--each 3 | --until-clean] [--seed N] [--store sqlite|postgres] [--result FILE]
  disk.py full   --octroi PATH [--withdrawals 100] [--seed N] [--store ...] [--result FILE]

inject: strace makes the n-th fdatasync, fsync, pwrite64, rename, openat, ftruncate of a life fail with EIO or ENOSPC. The gateway
may go on, refuse, or end with 70 (or 3 or 4 at the start); never anything else, and never lose what it said it had.
--until-clean takes n = 1, 2, 3... until a life is over before the n-th call, for each.
full: the storage folder is a tmpfs (root is needed) that somebody else fills to the last byte. Events are refused with 503 and
Retry-After, health answers, withdrawals are still taken and obeyed; when there is room again, all goes on.
"""
import argparse
import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "crash"))
from campaign import Campaign, fault_arguments, report, send  # noqa: E402

FAULTS = [("fdatasync", "EIO"), ("fsync", "EIO"), ("pwrite64", "EIO"), ("pwrite64", "ENOSPC"), ("rename", "EIO"),
          ("openat", "EIO"), ("openat", "ENOSPC"), ("ftruncate", "EIO")]
HIGHEST = {"fdatasync": 16, "fsync": 6, "pwrite64": 24, "rename": 3, "openat": 80, "ftruncate": 2}   # strace counts for each thread
ENDINGS = {70: "ended with 70", **dict.fromkeys((1, 3, 4, 127), "start refused")}   # 127: a library did not load


def a_life_with_an_error(world, call, error, when):
    """The same short life each time, so that n = 1, 2, 3... walks through it. How it ended; None: the n-th call never came."""
    trace = os.path.join(world.gateway.folder, "trace")
    world.gateway.start(("strace", "-f", "-qq", "-o", trace, "--seccomp-bpf", "-e", f"trace={call}",
                         "-e", f"inject={call}:error={error}:when={when}"))
    if world.gateway.wait_ready(300):
        for number in range(6):
            send(world.gateway, world.ledger, 1 if number % 2 else 10)
            world.consents.say(world.gateway, f"q{number}")
        with contextlib.suppress(OSError, http.client.HTTPException):   # it may have ended, and then says why
            assert world.gateway.request("GET", "/health/live")[0] == 200
        subprocess.run(["pkill", "-TERM", "-f", "^" + world.octroi + " run -c " + world.gateway.folder])
    elif world.gateway.process.poll() is None:
        world.kill()
        return "did not come up"
    code = world.gateway.process.wait(60)
    world.kill()
    with open(trace, encoding="utf-8", errors="replace") as file:
        if "(INJECTED)" not in file.read():
            return None
    if code == 0:
        return "went on"
    return ENDINGS.get(code, f"ended with {code}")


def inject(args):
    endings, problems, faults = {}, [], 0
    with Campaign(args.octroi, args.seed, args.store, exports=True, env={"OCTROI_SEGMENT_BYTES": str(256 * 1024)}) as world:
        world.begin()
        world.gateway.stop()
        for call, error in FAULTS:
            seen = endings.setdefault(f"{call} {error}", {})
            if args.until_clean:
                whens = range(1, 5000)
            else:
                whens = sorted({1 + world.chance.randrange(HIGHEST[call]) for _ in range(args.each)})
            for when in whens:
                ending = a_life_with_an_error(world, call, error, when)
                if ending is None and args.until_clean:
                    break
                if ending is None:
                    continue
                faults += 1
                seen[ending] = seen.get(ending, 0) + 1
                if ending.startswith(("ended with", "did not")) and ending != "ended with 70":
                    problems.append(f"{call} no. {when} answers {error}: {ending}\n{world.log()[-600:]}")
            print(f"{call} {error}: {seen}", flush=True)
        figures = world.conclude()
    figures["problems"] += problems
    if not endings["fdatasync EIO"].get("ended with 70"):
        figures["problems"].append("no failed sync ended the process")
    return report("disk errors", {"faults": faults, "endings": endings, **figures}, args.result)


def fill(folder, name="filler"):
    """To the last byte, as another program would."""
    with open(os.path.join(folder, name), "ab", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass


def full(args):
    if os.geteuid() != 0:
        print("skipped: a full disk needs a tmpfs of its own, and mount needs root")
        return 0
    with tempfile.TemporaryDirectory(prefix="octroi-full-") as home:
        mount = os.path.join(home, "c", "data")
        world = Campaign(args.octroi, args.seed, args.store, home=home, env={"OCTROI_SEGMENT_BYTES": str(2 * 1024 * 1024)})
        os.mkdir(mount, 0o700)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", mount]).returncode:
            print("skipped: mount is not permitted here")
            world.__exit__()
            return 0
        try:
            with world:
                return a_full_disk(args, world, mount)
        finally:
            subprocess.run(["umount", "-l", mount])


def a_full_disk(args, world, mount):
    problems, ledger, gateway = [], world.ledger, world.gateway

    def must(condition, sentence):
        if not condition:
            problems.append(sentence)
    world.begin()
    people = [f"q{n}" for n in range(len(world.consents.last))]
    for person in people:
        world.consents.say(gateway, person)
    must(all(world.consents.states().values()), "a grant was refused while there was room")
    fill(mount)
    tried = 0
    while ledger.statuses.get(503, 0) < 50 and tried < 20000:
        send(gateway, ledger, 100)
        tried += 1
    must(ledger.statuses.get(503, 0) >= 50, "a full disk never refused an event")
    fill(mount)   # what was let go since
    must(gateway.request("GET", "/health/live")[0] == 200, "/health/live does not answer")
    ready, headers, _ = gateway.request("GET", "/health/ready")
    must(ready == 503 and "Retry-After" in headers, "/health/ready does not say 503 with Retry-After")
    before, refused = world.consents.acknowledged, 0
    for number in range(args.withdrawals):
        refused += world.consents.say(gateway, people[number % len(people)]) != 201
        if number % 20 == 0:
            send(gateway, ledger, 1)
    taken = world.consents.acknowledged - before
    must(taken > 0, "no consent event was taken on a full disk")
    must(refused == 0, f"{refused} of {args.withdrawals} consent events were refused on a full disk")
    must(ledger.unanswered_count == 0 and world.consents.unanswered == 0, "a request had no answer")
    must(gateway.process.poll() is None, "the process ended")
    refusals = dict(ledger.statuses)
    for name in os.listdir(mount):
        if name == "filler":
            os.remove(os.path.join(mount, name))
    deadline = time.time() + 60
    while gateway.request("GET", "/health/ready")[0] != 200 and time.time() < deadline:
        time.sleep(0.05)
    must(gateway.request("GET", "/health/ready")[0] == 200, "not ready again although there is room")
    for _ in range(50):
        send(gateway, ledger, 10)
    must(ledger.statuses == refusals, "events are refused although there is room")
    figures = world.conclude()
    figures["problems"] += problems
    return report("full disk", {"faults": 1, "events_refused": refusals, "consents_taken_while_full": taken, **figures}, args.result)


def main():
    options = fault_arguments(argparse.ArgumentParser())
    options.add_argument("what", choices=["inject", "full"])
    options.add_argument("--each", type=int, default=3)
    options.add_argument("--until-clean", action="store_true")
    options.add_argument("--withdrawals", type=int, default=100)
    args = options.parse_args()
    args.octroi = os.path.abspath(args.octroi)
    print(f"seed {args.seed}", flush=True)
    return inject(args) if args.what == "inject" else full(args)


if __name__ == "__main__":
    sys.exit(main())
