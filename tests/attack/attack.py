#!/usr/bin/env python3
"""A million candidates against a store that the product filled, without a key: nobody may be found (attack.h).

  attack.py --octroi BINARY [--candidates N] [--people N] [--result FILE]     the attack lies beside the binary
"""
import argparse
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "crash"))
from campaign import report  # noqa: E402


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--octroi", required=True)
    options.add_argument("--candidates", type=int, default=1_000_000)
    options.add_argument("--people", type=int, default=1000)
    options.add_argument("--result")
    args = options.parse_args()
    build = os.path.dirname(os.path.dirname(os.path.abspath(args.octroi)))
    program = os.path.join(build, "tests", "attack", "fingerprint_attack")
    began = time.time()
    ran = subprocess.run([program, str(args.candidates), str(args.people)], capture_output=True, text=True)
    found = json.loads(ran.stdout) if ran.stdout else {"problems": [ran.stderr or "no answer"], "columns": {}}
    problems = found.pop("problems")
    columns = found.pop("columns")
    return report("fingerprint attack", {
        "store": "sqlite", "faults": 0, "seconds": round(time.time() - began), **found,
        "columns": {name: f"{one['linked']} without a key, {one['unkeyed']} unkeyed" for name, one in columns.items()},
        "problems": problems}, args.result)


if __name__ == "__main__":
    sys.exit(main())
