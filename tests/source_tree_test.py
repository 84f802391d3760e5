#!/usr/bin/env python3
"""Properties of the source tree that no compiler checks. Each rule prints its reason when it fails.

  source_tree_test.py ROOT
"""
import os
import re
import subprocess
import sys

ROOT = os.path.abspath(sys.argv[1])

# Third-party headers, and the only folders that may include them: so that a library can be replaced in one place.
CONFINED = {
    r"simdjson": ["gateway/base/"],
    r"(unicode/|idn2)": ["gateway/base/"],
    r"(re2/|phonenumbers/)": ["rules/"],
    r"openssl/": ["gateway/crypto/", "gateway/edge/tls", "gateway/edge/stream"],
    r"sqlite3": ["db/sqlite/"],
    r"pqxx/": ["db/postgres/"],
    r"libpq": ["db/postgres/", "gateway/sender/postgres_link"],
    r"Poco/": ["gateway/"],
    r"(yaml-cpp/|nlohmann/|llhttp|zlib)": ["gateway/"],
}
FORBIDDEN = [
    (r"_clock::now\(\)|clock_gettime|gettimeofday|\btime\(nullptr\)", ["gateway/base/clock.cc"],
     "time is injected: base::Clock"),
    (r"\bstd::cout\b|\bstd::cerr\b", [], "output goes through base::Log, or stdio in the command line"),
    (r"using namespace std", [], "names stay in their namespaces"),
    (r"#include \"gateway/(base|crypto)/", [], "modules are reached by their own include root"),
    (r"\bTODO\b|\bFIXME\b", [], "what is not done stands in an issue"),
]
TESTED = ("tests/",)


def sources():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.cc", "*.h"], cwd=ROOT, capture_output=True,
                            text=True, check=True).stdout.split()
    return [path for path in listed if os.path.exists(os.path.join(ROOT, path))]


def problems():
    for path in sources():
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            text = file.read()
        if path.startswith(TESTED):
            continue
        for library, folders in CONFINED.items():
            if re.search(rf'#include [<"]{library}', text) and not path.startswith(tuple(folders)):
                yield f"{path}: <{library}> belongs to {', '.join(folders)} only"
        for pattern, allowed, reason in FORBIDDEN:
            code = "\n".join(line.split("//")[0] for line in text.splitlines())
            if re.search(pattern, code) and path not in allowed:
                yield f"{path}: {pattern}: {reason}"
        if path.endswith(".h") and "#pragma once" not in text:
            yield f"{path}: no #pragma once"
    # Every test is in a target (an unbuilt test cannot fail), every source in a module.
    lists = ""
    for folder, _, files in os.walk(ROOT):
        if "/build" in folder or "/.git" in folder or "node_modules" in folder:
            continue
        for name in files:
            if name == "CMakeLists.txt" or name.endswith(".cmake"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    lists += file.read()
    for path in sources():
        if path.endswith(".cc") and "compile_fail/" not in path and os.path.basename(path)[:-3] not in lists:
            yield f"{path}: is in no target"


def main():
    found = sorted(set(problems()))
    for problem in found:
        print("✗", problem)
    print(f"{len(sources())} files looked at, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
