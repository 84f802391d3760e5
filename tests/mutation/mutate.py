#!/usr/bin/env python3
"""Mutation tests of the code that decides: each small fault, one at a time, must be noticed by the tests.

  mutate.py --build build/asan [--sample 50 --seed N] [--jobs 2]   all mutants, or some of them
  mutate.py --build build/asan --write                             all, into mutants.tsv; goes on where it was ended
  mutate.py --list                                                 only what they are

What is mutated: policies/decide.cc, standing.cc, people.cc, what limits a grant, and the folding part of policies/consent.cc. Operators (the list is fixed):

  relation   == != < <= > >=            each for its neighbour (==/!=, </<=, >/>=)
  logic      && ||                      one for the other
  negation   if (x), !x, ? x            the opposite
  truth      true, false                the other
  answer     Allow( Deny(               the other
  reason     Reason::kX                 Reason::kUndecided
  state      ConsentState::kX, AgeBand::kX, Basis::kX, Says::kX    the next one of its kind
  guard      if (…) return …;           gone
  bits       |= & >> min max            = | << max min
  quantifier any_of all_of none_of      another
  number     n                          n + 1

Noticed by: the table of cases, the unit tests of the module, the oracle on cases of a fixed seed. A mutant that does not
compile is none. One that changes nothing that can be seen is in equivalent.tsv, with the reason; it is held to survive.
mutants.tsv is what was run last; a sample is drawn from what stands there, so that it can only fail where the tests, or what
is tested, became weaker. Exit 1 if a mutant survives that is not known to (there or in equivalent.tsv), if one of equivalent.tsv
is noticed, or, of all mutants, if fewer than 98 in a hundred of the others are.
"""
import argparse
import concurrent.futures
import hashlib
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FILES = {"policies/decide.cc": None,   # all of it
         "policies/grant_limits.cc": ["const GrantLimits* LimitedByBoth(", "base::Reason Uncovered("],
         "policies/standing.cc": None,
         "policies/people.cc": None,
         "policies/consent.cc": ["int Restrictiveness(", "ConsentState StateAt(", "bool IsNo(", "int Strictness(",
                                 "ConsentEntry Fold(std::span<const ConsentEvent* const>"]}
SUITES = ["decide_cases_test", "consent_test", "people_test", "grant_limits_test", "decide_test", "decide_oracle"]   # tests/mutation/CMakeLists.txt
ORACLE = "decide_oracle"
ORACLE_CASES, ORACLE_SEED = 20000, 20261122
GOAL = 0.98

STATES = ["kUnknown", "kRequested", "kPending", "kGranted", "kDenied", "kWithdrawn", "kObjected", "kExpired", "kInvalidated",
          "kRestricted", "kLifted", "kSuppressed", "kMerged", "kSeparated"]
AGES = ["kUnknown", "kAdult", "kMinor", "kChild"]
BASES = ["kMissing", "kConsent", "kContract", "kLegalObligation", "kVitalInterests", "kPublicTask", "kLegitimateInterests"]
SAYS = ["kDeny", "kCount", "kHold", "kAllow"]
NEIGHBOURS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def following(names, name):
    return names[(names.index(name) + 1) % len(names)]


# (operator, pattern, what to put instead of the match)
OPERATORS = [
    ("relation", r"(?<= )(==|!=|<=|>=|<|>)(?= )", lambda m: NEIGHBOURS[m[1]]),
    ("logic", r"&&|\|\|", lambda m: "||" if m[0] == "&&" else "&&"),
    ("negation", r"\bif \(", lambda m: "if (!("),       # closed below
    ("negation", r"(?<![\w)])!(?=[\w(])", lambda m: ""),
    ("truth", r"\b(true|false)\b", lambda m: "false" if m[0] == "true" else "true"),
    ("answer", r"\b(Allow|Deny)\(", lambda m: ("Deny(" if m[1] == "Allow" else "Allow(")),
    ("reason", r"\bReason::k(?!Undecided)\w+", lambda m: "Reason::kUndecided"),
    ("state", r"\bConsentState::(k\w+)", lambda m: "ConsentState::" + following(STATES, m[1])),
    ("state", r"\bAgeBand::(k\w+)", lambda m: "AgeBand::" + following(AGES, m[1])),
    ("state", r"\bBasis::(k\w+)", lambda m: "Basis::" + following(BASES, m[1])),
    ("state", r"\bSays::(k\w+)", lambda m: "Says::" + following(SAYS, m[1])),
    ("guard", r"\bif \((?:[^(){};]|\((?:[^(){};]|\([^(){};]*\))*\))*\)\s*return [^;]*;", lambda m: ""),
    ("bits", r"\|=|>>(?= )|(?<= )&(?= )|\bstd::min\b|\bstd::max\b", lambda m: {"|=": "=", ">>": "<<", "&": "|", "std::min": "std::max",
                                                                              "std::max": "std::min"}[m[0]]),
    ("quantifier", r"\b(any_of|all_of|none_of)\b", lambda m: {"any_of": "all_of", "all_of": "any_of", "none_of": "any_of"}[m[1]]),
    ("number", r"(?<![\w.'])\d+(?![\w.'])", lambda m: str(int(m[0]) + 1)),
]


def blanked(text):
    """Comments, strings, preprocessor lines and case labels as spaces, so that offsets stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    return re.sub(r'//[^\n]*|"(?:[^"\\\n]|\\.)*"|^#[^\n]*|^\s*case [^\n]*:$|static_cast<[^>]*>|^using [^\n]*', blank, text, flags=re.M)


def closing(text, at):
    depth = 0
    for place in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise ValueError("not closed")


class Mutant:
    def __init__(self, file, source, operator, start, end, instead, tail=None):
        self.file, self.operator = file, operator
        self.line = source.count("\n", 0, start) + 1
        self.was = " ".join(source[start:end].split())
        self.now = instead
        self.text = source[:start] + instead + source[end:] if tail is None else source[:start] + instead + source[end:tail] + ")" + source[tail:]
        line_start = source.rfind("\n", 0, start) + 1
        line_end = source.find("\n", start)
        where = f"{' '.join(source[line_start:line_end].split())}@{len(source[line_start:start].split(' '))}"
        around = " ".join(source[max(0, start - 160):start].split())[-60:]
        self.id = hashlib.sha256(f"{file}|{operator}|{self.was}|{self.now}|{where}|{around}".encode()).hexdigest()[:10]

    def row(self, fate):
        return "\t".join([self.id, f"{self.file}:{self.line}", self.operator, self.was, self.now or "(nothing)", fate])


def mutants():
    found = []
    for file, functions in FILES.items():
        with open(os.path.join(ROOT, file), encoding="utf-8") as source_file:
            source = source_file.read()
        code = blanked(source)
        begins = [code.index(function) for function in functions or []]
        ranges = [(begin, code.index("\n}\n", begin)) for begin in begins] or [(code.index("namespace {"), len(code))]
        for operator, pattern, instead in OPERATORS:
            for match in re.finditer(pattern, code):
                if not any(begin <= match.start() < end for begin, end in ranges):
                    continue
                tail = closing(code, match.end() - 1) if match[0] == "if (" else None
                found.append(Mutant(file, source, operator, match.start(), match.end(), instead(match), tail))
    taken = set()
    for mutant in found:   # the same fault in two places that read the same
        while mutant.id in taken:
            mutant.id += "+"
        taken.add(mutant.id)
    return sorted(found, key=lambda m: (m.file, m.line, m.operator, m.id))


class Builder:
    """Compiles and links as ninja would, with the mutant in the place of its file. The headers are read once for all."""

    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.links = {suite: self.link_of(suite) for suite in SUITES}
        self.compiles = {file: self.compile_of(file) for file in FILES}
        self.cases = os.path.join(folder, "cases")
        oracle = os.path.join(ROOT, "tests", "oracle", "decision_oracle.py")
        with open(self.cases, "w", encoding="utf-8") as cases:
            subprocess.run([sys.executable, oracle, "--cases", str(ORACLE_CASES), "--seed", str(ORACLE_SEED)], stdout=cases, check=True)
        with tempfile.TemporaryDirectory(dir=folder) as unchanged:   # a suite that fails anyway notices nothing
            for suite in SUITES:
                if not self.passes(suite, self.linked(suite, None, None, unchanged)):
                    raise SystemExit(f"{suite} fails without a mutant")

    def commands(self, suite):
        target = f"tests/mutation/mutation_{suite}"
        return subprocess.run(["ninja", "-C", self.build, "-t", "commands", target], capture_output=True, text=True,
                              check=True).stdout.splitlines()

    def link_of(self, suite):
        line = next(line for line in reversed(self.commands(suite)) if f"-o tests/mutation/mutation_{suite} " in line)
        return shlex.split(line.replace(": &&", "").replace("&& :", ""))

    def compile_of(self, file):
        line = next(line for line in self.commands(SUITES[0]) if line.rstrip().endswith(file) and "mutation_subject" in line)
        words = [word for word in shlex.split(line) if not word.endswith("ccache")]
        words = ["-O0" if re.fullmatch(r"-O\d", word) else word for word in words if not word.startswith("-g")]
        with open(os.path.join(ROOT, file), encoding="utf-8") as source:
            includes = "".join(re.findall(r"^#include .*\n", source.read(), re.M))
        header = os.path.join(self.folder, os.path.basename(file) + ".h")
        with open(header, "w", encoding="utf-8") as out:
            out.write(includes)
        at = words.index("-o")
        plain = [word for place, word in enumerate(words[:at]) if not word.startswith("-M") and words[place - 1] not in ("-MF", "-MT")]
        subprocess.run([*plain, "-x", "c++-header", header, "-o", header + ".gch"], cwd=self.build, check=True)
        return [*plain, "-include", header]

    def run(self, command, **more):
        try:
            return subprocess.run(command, cwd=self.build, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
                                  env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}, **more).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def linked(self, suite, file, made, folder):
        program = os.path.join(folder, suite)
        link = [made if file and word.endswith(f"/{file}.o") else word for word in self.links[suite]]
        link[link.index("-o") + 1] = program
        if file and made not in link or not self.run(link):
            raise SystemExit(f"{suite} does not link")
        return program

    def passes(self, suite, program):
        if suite != ORACLE:
            return self.run([program, "--gtest_brief=1", "--gtest_fail_fast"])
        with open(self.cases, encoding="utf-8") as cases:
            return self.run([program, str(ORACLE_CASES)], stdin=cases)

    def fate(self, mutant):
        """Who noticed; "no mutant" if it does not compile; "survived"."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            source, made = os.path.join(folder, "mutant.cc"), os.path.join(folder, "mutant.o")
            with open(source, "w", encoding="utf-8") as file:
                file.write(mutant.text)
            if not self.run([*self.compiles[mutant.file], "-c", source, "-o", made]):
                return "no mutant"
            for suite in SUITES:
                program = self.linked(suite, mutant.file, made, folder)
                noticed = not self.passes(suite, program)
                os.remove(program)
                if noticed:
                    return suite
        return "survived"


class Progress:
    """Fates known already, of the same sources and tests."""

    def __init__(self, path):
        self.path, self.fates = path, {}
        self.state = hashlib.sha256()
        listed = subprocess.run(["git", "ls-files", "policies", "tests/policies", "tests/oracle"], cwd=ROOT, capture_output=True,
                                text=True, check=True).stdout.split()
        for name in sorted(listed):
            with open(os.path.join(ROOT, name), "rb") as file:
                self.state.update(name.encode() + b"\0" + hashlib.sha256(file.read()).digest())
        self.state = self.state.hexdigest()
        if path and os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                lines = file.read().splitlines()
            if lines and lines[0] == self.state:
                self.fates = dict(line.split("\t") for line in lines[1:])
        if path and not self.fates:
            with open(path, "w", encoding="utf-8") as file:
                file.write(self.state + "\n")

    def add(self, mutant, fate):
        self.fates[mutant.id] = fate
        if self.path:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(f"{mutant.id}\t{fate}\n")


def equivalent():
    with open(os.path.join(HERE, "equivalent.tsv"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("\t", 1) for line in file if line.strip() and not line.startswith("#"))


def published():
    """Fates by id, as mutants.tsv has them."""
    path = os.path.join(HERE, "mutants.tsv")
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]
    return {row[0]: row[-1] for row in rows}


def publish(every, fates, harmless):
    with open(os.path.join(HERE, "mutants.tsv"), "w", encoding="utf-8") as file:
        file.write(f"# Written by mutate.py --write: who noticed which mutant; {sum(m.id in fates for m in every)} of {len(every)} were run.\n")
        for mutant in every:
            fate = "equivalent: " + harmless[mutant.id] if mutant.id in harmless else fates.get(mutant.id, "not run")
            file.write(mutant.row(fate) + "\n")


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--build", default="build/asan")
    options.add_argument("--sample", type=int, default=0)
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--jobs", type=int, default=2)
    options.add_argument("--list", action="store_true")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    every = mutants()
    if chosen.list:
        for mutant in every:
            print(mutant.row(""))
        return 0
    harmless = equivalent()
    unknown = set(harmless) - {mutant.id for mutant in every}
    if unknown and not chosen.sample:
        print(f"equivalent.tsv speaks of what is no mutant any more: {sorted(unknown)}")
        return 1
    if chosen.sample:
        seed = chosen.seed if chosen.seed is not None else int.from_bytes(os.urandom(4), "big")
        print(f"seed {seed}", flush=True)
        run = published()
        every = [mutant for mutant in every if run.get(mutant.id, "not run") not in ("not run", "no mutant")]
        every = random.Random(seed).sample(every, min(chosen.sample, len(every)))
    known, fresh = {one for one, fate in published().items() if fate == "survived" and not chosen.write}, 0
    progress = Progress(os.path.join(chosen.build, "mutation-progress.tsv") if chosen.write else None)
    fates = progress.fates
    with tempfile.TemporaryDirectory(prefix="octroi-mutants-") as folder:
        builder = Builder(os.path.abspath(chosen.build), folder)
        left = [mutant for mutant in every if mutant.id not in fates]
        random.Random(1).shuffle(left)   # a run that is ended early has seen some of everything
        with concurrent.futures.ThreadPoolExecutor(chosen.jobs) as pool:
            for mutant, fate in zip(left, pool.map(builder.fate, left)):
                progress.add(mutant, fate)
                if chosen.write:
                    publish(every, fates, harmless)
    for mutant in every:
        fate = fates[mutant.id]
        if fate == "survived" and mutant.id not in harmless:
            fresh += mutant.id not in known
            print("survived: " + mutant.row("known" if mutant.id in known else "NEW"), flush=True)
        if fate not in ("survived", "no mutant") and mutant.id in harmless:
            print("not equivalent: " + mutant.row(fate), flush=True)
    real = [m for m in every if fates[m.id] != "no mutant" and m.id not in harmless]
    killed = sum(fates[m.id] != "survived" for m in real)
    wrong = sum(fates[m.id] not in ("survived", "no mutant") for m in every if m.id in harmless)
    share = killed / len(real) if real else 0
    print(f"{len(every)} mutants, {len(every) - len(real)} of them none or equivalent; {killed} of {len(real)} noticed ({share:.1%})")
    if chosen.sample and not real:
        print("nothing was drawn: mutants.tsv is empty, or of other sources")
        return 1
    enough = chosen.sample or share >= GOAL
    return 0 if enough and not wrong and (chosen.write or not fresh) else 1


if __name__ == "__main__":
    sys.exit(main())
