#!/usr/bin/env bash
# Runs every fuzzer of a build folder for some seconds each, from the committed corpus. Stops at the first finding.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1 seconds=$2
for name in json http signals csv; do
  work=$(mktemp -d)
  "$build/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -print_final_stats=1 -artifact_prefix="$work/" "$work" "$here/corpus/$name" 2>&1 |
    grep -E 'stat::number_of_executed_units|ERROR|SUMMARY|Test unit' | sed "s/^/$name: /"
  rm -rf "$work"
done
