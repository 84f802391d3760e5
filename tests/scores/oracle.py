#!/usr/bin/env python3
"""The simulation of ux.md C.2 as an oracle: runs score_sim.py as it is, and says for each of its situations the rules,
how many records had which findings, and what it found. One situation a line:

  usable score received rules: dimension/severity... | mask:records ...
"""
import collections
import contextlib
import io
import os

HERE = os.path.dirname(os.path.abspath(__file__))
DIMENSIONS = {"completude": 0, "validite": 1, "unicite": 2, "coherence": 3, "fraicheur": 4, "identite": 5}
SEVERITIES = {"blocking": 0, "major": 1, "minor": 2}

calls = []
source = open(os.path.join(HERE, "score_sim.py"), encoding="utf-8").read()
head, tail = source.split("N=20000\n")
sim = {}
exec(head, sim)
measured = sim["metrics"]


def metrics(rules, records, received=None):
    found = measured(rules, records, received)
    masks = collections.Counter(sum(1 << i for i, failed in enumerate(record) if failed) for record in records)
    calls.append((found["Usable"], found["Score"], received or len(records), rules, masks))
    return found


sim["metrics"] = metrics
with contextlib.redirect_stdout(io.StringIO()):
    exec("N=20000\n" + tail, sim)
for usable, score, received, rules, masks in calls:
    terms = " ".join(f"{DIMENSIONS[rule.dim]}/{SEVERITIES[rule.sev]}" for rule in rules)
    print(f"{usable!r} {score!r} {received} {len(rules)} {terms} {len(masks)}",
          " ".join(f"{mask}:{count}" for mask, count in masks.items()))
