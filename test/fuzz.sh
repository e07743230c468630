#!/usr/bin/env bash
# Runs every fuzz target of the project for a while: test/fuzz.sh 20s. Crashers land in testdata/fuzz, to be committed
# with the mend.
set -uo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
for_each=${1:-20s}
failed=0
while read -r package; do
  for target in $("$go" test -list '^Fuzz' "$package" | grep '^Fuzz'); do
    echo "== $package $target"
    # Minimising large inputs would take the whole time of a short run.
    "$go" test -run '^$' -fuzz "^$target\$" -fuzztime "$for_each" -fuzzminimizetime 20x "$package" || failed=1
  done
done < <(grep -rlE '^func Fuzz' --include='*_test.go' cmd pkg test/lab | xargs -n1 dirname | sort -u | sed 's#^#./#')
exit $failed
