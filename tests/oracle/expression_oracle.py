#!/usr/bin/env python3
"""An independent model of the expressions of quality rules (rules/expression.h): writes random ones with an event each,
and what they come to by docs/FORMATS.md, "Expressions". Shares no code with the gateway.

  expression_oracle.py --cases 20000 --run build/tests/rules/expression_cases
"""
import argparse
import datetime
import json
import math
import os
import random
import re
import subprocess
import sys
import time

UNKNOWN = object()
TOP = 2**63
EPOCH = datetime.datetime(1970, 1, 1)
TIME_MIN, TIME_MAX = -62135596800000, 253402300799999
SPAN_MAX = 315576000000 * 1000
RECEIVED = 1794654000000
FIELDS = {"i1": "int", "i2": "int", "d1": "double", "d2": "double", "s1": "string", "s2": "string",
          "t1": "timestamp", "t2": "timestamp"}
TEXTS = ["", "a", "ab", "abc", "été", "日本", "😀", "42", "-7", "+5", "1.5", "1e3", "1e400", ".5", "1.", "x1", "true", "F",
         "yes", "2026-01-31T10:00:00Z", "2026-01-31T10:00:00.250+02:00", "2026-01-31", "0001-01-01T00:00:00Z",
         "9999-12-31T23:59:59Z", "90s", "1h30m", "-1.5h", "250ms", "0", "1.0005s", "5x", "9223372036854775807",
         "-9223372036854775808", "9223372036854775808"]
PATTERNS = ["^a", "b+", "[0-9]", "^[a-z]{2,3}", "é", "^.$", "c|2"]
INTS = [0, 1, -1, 2, 3, 7, -12, 60, 2**53, -2**53, TOP - 1, -TOP, 2**62]
DOUBLES = [0.0, 0.5, -1.5, 0.1, 0.3, 2.0, 1e300, -1e300, 9007199254740993.0, 9.223372036854775807e18, 1e-9, 3.0]


def iso(ms):
    moment = EPOCH + datetime.timedelta(milliseconds=ms)
    return (f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}T{moment.hour:02d}:{moment.minute:02d}:"
            f"{moment.second:02d}.{moment.microsecond // 1000:03d}Z")


def parse_time(text, date_allowed):
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d))?", text)
    if not found or (found[4] is None and not date_allowed):
        return UNKNOWN
    try:
        moment = datetime.datetime(int(found[1]), int(found[2]), int(found[3]), int(found[4] or 0), int(found[5] or 0),
                                   int(found[6] or 0))
    except ValueError:
        return UNKNOWN
    ms = (moment - EPOCH) // datetime.timedelta(milliseconds=1) + int(((found[7] or "") + "000")[:3])
    if found[8] and found[8] != "Z":
        offset = (int(found[8][1:3]) * 60 + int(found[8][4:6])) * 60000
        ms -= offset if found[8][0] == "+" else -offset
    return ms


def parse_span(text):
    if text in ("0", "+0", "-0"):
        return 0
    if not re.fullmatch(r"[+-]?((\d+\.?\d*|\.\d+)(ms|h|m|s))+", text):
        return UNKNOWN
    total = 0
    for digits, unit in re.findall(r"(\d+\.?\d*|\.\d+)(ms|h|m|s)", text):
        whole, _, part = digits.partition(".")
        scaled = int((whole or "0") + part) * {"ms": 1, "s": 1000, "m": 60000, "h": 3600000}[unit]
        if scaled % 10**len(part):
            return UNKNOWN
        total += scaled // 10**len(part)
    return -total if text[0] == "-" else total


def int_of(text):
    value = int(text) if re.fullmatch(r"[+-]?[0-9]+", text) else TOP
    return value if -TOP <= value < TOP else UNKNOWN


def double_of(text):
    if not re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        return UNKNOWN
    value = float(text)
    return UNKNOWN if math.isinf(value) else value


def field_value(name, event):
    kind, value = FIELDS[name], event.get(name)
    if value is None or isinstance(value, (list, dict)):
        return UNKNOWN
    if kind == "int":
        if isinstance(value, bool) or isinstance(value, float):
            return UNKNOWN
        return value if isinstance(value, int) else int_of(value) if re.fullmatch(r"-?[0-9]+", value) else UNKNOWN
    if kind == "double":
        if isinstance(value, bool):
            return UNKNOWN
        if isinstance(value, str):
            return float(value) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) else UNKNOWN
        return float(value)
    if kind == "string":
        return value if isinstance(value, str) else json.dumps(value)
    return parse_time(value, True) if isinstance(value, str) else UNKNOWN


def fit(value, low, high):
    return value if low <= value <= high else UNKNOWN


def divide(a, b):
    if b == 0:
        if a == 0 or math.isnan(a):
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1, b)
    return a / b


def cut(a, b):
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def arithmetic(sign, kind, a, b):
    """kind: int, double, or what time and span give."""
    if kind == "int":
        if sign in "/%":
            if b == 0:
                return UNKNOWN
            value = cut(a, b) if sign == "/" else a - b * cut(a, b)
            return UNKNOWN if sign == "%" and a == -TOP and b == -1 else fit(value, -TOP, TOP - 1)
        return fit({"+": a + b, "-": a - b, "*": a * b}[sign], -TOP, TOP - 1)
    if kind == "double":
        return divide(a, b) if sign == "/" else {"+": a + b, "-": a - b, "*": a * b}[sign]
    value = a + b if sign == "+" else a - b
    return fit(value, TIME_MIN, TIME_MAX) if kind == "timestamp" else fit(value, -SPAN_MAX, SPAN_MAX)


def compare(sign, a, b):
    return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]


def called(name, argument, a):
    if name == "size":
        return len(a)
    if name in ("startsWith", "endsWith", "contains"):
        return {"startsWith": a.startswith, "endsWith": a.endswith, "contains": lambda s: s in a}[name](argument)
    if name == "matches":
        return re.search(argument, a) is not None
    moment = EPOCH + datetime.timedelta(milliseconds=a)
    return {"getFullYear": moment.year, "getMonth": moment.month - 1, "getDate": moment.day,
            "getDayOfWeek": moment.isoweekday() % 7, "getHours": moment.hour}[name]


def converted(to, of, a):
    if to == of:
        return a
    if to == "int":
        if of == "double":
            return int(a) if abs(a) < TOP else UNKNOWN
        return a // 1000 if of == "timestamp" else int_of(a)
    if to == "double":
        return float(a) if of == "int" else double_of(a)
    if to == "bool":
        if a in ("1", "t", "true", "T", "TRUE", "True"):
            return True
        return False if a in ("0", "f", "false", "F", "FALSE", "False") else UNKNOWN
    if to == "timestamp":
        return fit(a * 1000, TIME_MIN, TIME_MAX) if of == "int" else parse_time(a, False)
    return parse_span(a)


def evaluate(node, event):
    op = node[0]
    if op == "literal":
        return node[2]
    if op == "field":
        return field_value(node[2], event)
    if op == "received":
        return RECEIVED
    if op == "has":
        return event.get(node[1]) is not None
    if op in ("||", "&&"):
        sides = [evaluate(node[1], event), evaluate(node[2], event)]
        deciding = op == "||"
        if deciding in [side for side in sides if side is not UNKNOWN]:
            return deciding
        return UNKNOWN if UNKNOWN in sides else not deciding
    if op == "?":
        condition = evaluate(node[2], event)
        return UNKNOWN if condition is UNKNOWN else evaluate(node[3] if condition else node[4], event)
    values = [evaluate(child, event) for child in node[-1]]
    if any(value is UNKNOWN for value in values):
        return UNKNOWN
    if op == "!":
        return not values[0]
    if op == "-x":
        return fit(-values[0], -TOP, TOP - 1) if node[1] == "int" else -values[0]
    if op == "arithmetic":
        return arithmetic(node[2], node[1], *values)
    if op == "compare":
        return compare(node[1], *values)
    if op == "in":
        return values[0] in node[1]
    if op == "convert":
        return converted(node[1], node[2], values[0])
    return called(node[1], node[2] if node[2] is not None else (values[1] if len(values) > 1 else None), values[0])


class Writer:
    """An expression as text, with few parentheses or many."""

    def __init__(self, rng):
        self.rng = rng

    def string(self, text):
        quote = self.rng.choice("\"'")
        out = ""
        for char in text:
            if ord(char) > 127 and self.rng.random() < 0.3:
                out += f"\\u{ord(char):04x}" if ord(char) < 65536 else f"\\U{ord(char):08x}"
            else:
                out += char
        return quote + out + quote

    def literal(self, kind, value):
        if kind == "bool":
            return "true" if value else "false"
        if kind == "int":
            return hex(value) if value >= 0 and self.rng.random() < 0.2 else str(value)
        if kind == "double":
            text = repr(value)
            return text if re.search(r"[.e]", text) else text + ".0"
        if kind == "string":
            return self.string(value)
        if kind == "timestamp":
            return f"timestamp({self.string(iso(value))})"
        return f"duration({self.string(f'{value}ms')})"

    def write(self, node, level):
        text, own = self.plain(node)
        if own < level or self.rng.random() < 0.08:
            text = f"({text})"
        space = self.rng.choice(["", "", " ", "\n", " // x\n"]) if self.rng.random() < 0.05 else ""
        return space + text

    def plain(self, node):
        op = node[0]
        write = self.write
        if op == "literal":
            text = self.literal(node[1], node[2])
            return text, 6 if text[0] == "-" else 7
        if op == "field":
            return "event." + node[2], 7
        if op == "received":
            return "received", 7
        if op == "has":
            return f"has(event.{node[1]})", 7
        if op == "||":
            return f"{write(node[1], 1)} || {write(node[2], 2)}", 1
        if op == "&&":
            return f"{write(node[1], 2)} && {write(node[2], 3)}", 2
        if op == "?":
            return f"{write(node[2], 1)} ? {write(node[3], 1)} : {write(node[4], 0)}", 0
        children = node[-1]
        if op == "compare":
            return f"{write(children[0], 3)} {node[1]} {write(children[1], 4)}", 3
        if op == "in":
            return f"{write(children[0], 3)} in [{', '.join(self.literal(node[2], one) for one in node[1])}]", 3
        if op == "arithmetic":
            level = 4 if node[2] in "+-" else 5
            return f"{write(children[0], level)} {node[2]} {write(children[1], level + 1)}", level
        if op in ("!", "-x"):
            return op[0] + write(children[0], 6), 6
        if op == "convert":
            return f"{node[1]}({write(children[0], 0)})", 7
        if node[1] in ("matches", "size") and self.rng.random() < 0.3:
            extra = ", " + self.string(node[2]) if node[1] == "matches" else ""
            return f"{node[1]}({write(children[0], 0)}{extra})", 7
        argument = self.string(node[2]) if node[2] is not None else ""
        if len(children) > 1:
            argument = write(children[1], 0)
        return f"{write(children[0], 7)}.{node[1]}({argument})", 7


class Maker:
    def __init__(self, rng):
        self.rng = rng

    def literal(self, kind):
        rng = self.rng
        pool = {"bool": [True, False], "int": INTS, "double": DOUBLES, "string": TEXTS,
                "timestamp": [0, RECEIVED, TIME_MIN, TIME_MAX, 1769853600250, -1],
                "duration": [0, 1, -1500, 86400000, SPAN_MAX, -SPAN_MAX]}
        return ("literal", kind, rng.choice(pool[kind]))

    def leaf(self, kind):
        rng = self.rng
        if kind == "bool" and rng.random() < 0.5:
            return ("has", rng.choice(list(FIELDS)))
        if kind == "timestamp" and rng.random() < 0.2:
            return ("received", kind)
        names = [name for name, of in FIELDS.items() if of == kind]
        if names and rng.random() < 0.6:
            return ("field", kind, rng.choice(names))
        return self.literal(kind)

    def make(self, kind, depth):
        rng = self.rng
        if depth == 0 or rng.random() < 0.12:
            return self.leaf(kind)
        if rng.random() < 0.1:
            return ("?", kind, self.make("bool", depth - 1), self.make(kind, depth - 1), self.make(kind, depth - 1))
        return getattr(self, "make_" + kind)(depth - 1)

    def make_bool(self, depth):
        rng = self.rng
        what = rng.randrange(10)
        if what < 4:
            return (rng.choice(["||", "&&"]), self.make("bool", depth), self.make("bool", depth))
        if what == 4:
            return ("!", [self.make("bool", depth)])
        if what == 5:
            kind = rng.choice(["int", "double", "string"])
            values = [self.literal(kind)[2] for _ in range(rng.randrange(4))]
            return ("in", values, kind, [self.make(kind, depth)])
        if what == 6:
            name = rng.choice(["startsWith", "endsWith", "contains"])
            return ("call", name, None, [self.make("string", depth), self.make("string", depth)])
        if what == 7:
            if rng.random() < 0.5:
                return ("convert", "bool", "string", [self.make("string", depth)])
            return ("call", "matches", rng.choice(PATTERNS), [self.make("string", depth)])
        left = rng.choice(["bool", "int", "double", "string", "timestamp", "duration"])
        right = rng.choice(["int", "double"]) if left in ("int", "double") else left
        return ("compare", rng.choice(["==", "!=", "<", "<=", ">", ">="]), [self.make(left, depth), self.make(right, depth)])

    def make_int(self, depth):
        rng = self.rng
        what = rng.randrange(8)
        if what < 4:
            return ("arithmetic", "int", rng.choice("+-*/%"), [self.make("int", depth), self.make("int", depth)])
        if what == 4:
            return ("-x", "int", [self.make("int", depth)])
        if what == 5:
            return ("call", "size", None, [self.make("string", depth)])
        if what == 6:
            name = rng.choice(["getFullYear", "getMonth", "getDate", "getDayOfWeek", "getHours"])
            return ("call", name, None, [self.make("timestamp", depth)])
        of = rng.choice(["int", "double", "string", "timestamp"])
        return ("convert", "int", of, [self.make(of, depth)])

    def make_double(self, depth):
        rng = self.rng
        what = rng.randrange(6)
        if what < 4:
            return ("arithmetic", "double", rng.choice("+-*/"), [self.make("double", depth), self.make("double", depth)])
        if what == 4:
            return ("-x", "double", [self.make("double", depth)])
        of = rng.choice(["int", "double", "string"])
        return ("convert", "double", of, [self.make(of, depth)])

    def make_string(self, _):
        return self.leaf("string")

    def make_timestamp(self, depth):
        rng = self.rng
        if rng.random() < 0.5:
            of = rng.choice(["int", "string"])
            made = self.make(of, depth)
            if made[:2] == ("literal", "string"):  # which is refused when it is compiled, unless it is a time
                made = ("field", "string", "s1")
            return ("convert", "timestamp", of, [made])
        sides = [self.make("timestamp", depth), self.make("duration", depth)]
        sign = rng.choice("+-")
        if sign == "+" and rng.random() < 0.3:
            sides.reverse()
        return ("arithmetic", "timestamp", sign, sides)

    def make_duration(self, depth):
        rng = self.rng
        if rng.random() < 0.3:
            return ("convert", "duration", "string", [("field", "string", rng.choice(["s1", "s2"]))])
        of = rng.choice(["timestamp", "duration"])
        sign = "-" if of == "timestamp" else rng.choice("+-")
        return ("arithmetic", "duration", sign, [self.make(of, depth), self.make(of, depth)])

    def event(self):
        rng = self.rng
        event = {}
        for name, kind in FIELDS.items():
            draw = rng.random()
            if draw < 0.15:
                continue
            if draw < 0.25:
                event[name] = rng.choice([None, True, [1], {"x": 1}, "zz", 1.5, 3])
            elif kind == "int":
                event[name] = rng.choice([0, 1, -3, 7, 42, 2**53, -2**53, "12", "-5"])
            elif kind == "double":
                event[name] = rng.choice([0, 0.5, -2.25, 1e10, 3, "12.50", "-0.5", 0.1])
            elif kind == "string":
                event[name] = rng.choice(TEXTS)
            else:
                event[name] = rng.choice(["2026-01-31", "2026-11-14T09:00:00Z", iso(RECEIVED), iso(RECEIVED - 86400000),
                                          "1969-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z"])
        return event


def lines(cases, seed):
    rng = random.Random(seed)
    maker, writer = Maker(rng), Writer(rng)
    for _ in range(cases):
        node = maker.make("bool", rng.randrange(1, 6))
        event = maker.event()
        value = evaluate(node, event)
        expect = "unknown" if value is UNKNOWN else "true" if value else "false"
        yield json.dumps({"expression": writer.write(node, 0), "event": json.dumps(event, ensure_ascii=False),
                          "received": RECEIVED, "expect": expect}) + "\n"


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=20_000)
    options.add_argument("--seed", type=int, help="default: OCTROI_SEED, else the time")
    options.add_argument("--run", metavar="PROGRAM", help="expression_cases; it reads the cases and compares")
    chosen = options.parse_args()
    seed = chosen.seed
    if seed is None:
        seed = int(os.environ.get("OCTROI_SEED") or time.time_ns() % 2**32)
    if not chosen.run:
        sys.stdout.writelines(lines(chosen.cases, seed))
        return 0
    print(f"seed {seed}", flush=True)
    program = subprocess.Popen([chosen.run, str(chosen.cases)], stdin=subprocess.PIPE, text=True)
    try:
        program.stdin.writelines(lines(chosen.cases, seed))
        program.stdin.close()
    except BrokenPipeError:
        pass  # it ended early; its exit code says why
    return program.wait()


if __name__ == "__main__":
    sys.exit(main())
