#!/bin/sh
# try.sh COMPILE_COMMANDS FILE: compiles FILE exactly as the build would. A file that begins with
# "// expect: PATTERN" must be refused with an error that matches; a file without must compile.
set -eu
file=$2
command=$(sed -n "s|^ *\"command\": \"\(.*$(basename "$file")\)\",*\$|\1|p" "$1" | grep -F -- "-c $file" |
  head -n 1 | sed 's/\\"/"/g; s/ -MD -MT [^ ]* -MF [^ ]*//; s/ -o [^ ]*//')
if [ -z "$command" ]; then
  echo "no compile command for $file"
  exit 2
fi
expected=$(sed -n '1s|^// expect: ||p' "$file")
if errors=$(sh -c "LC_ALL=C $command -fsyntax-only" 2>&1); then
  [ -z "$expected" ] && exit 0
  echo "compiled, but must not: $file"
  exit 1
fi
if [ -n "$expected" ] && printf '%s\n' "$errors" | grep 'error' | grep -Eq "$expected"; then exit 0; fi
printf 'not the expected error (%s):\n%s\n' "$expected" "$errors"
exit 1
