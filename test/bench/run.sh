#!/usr/bin/env bash
# Starts the lab if need be, measures, and stops the lab again if it was not up before.
set -uo pipefail
cd "$(dirname "$0")/../.."
go=${GO:-go}
was_up=no
"$go" run ./test/lab status -o json 2>/dev/null | grep -q '"state": "running"' && was_up=yes
stop() {
  trap - EXIT
  [ "$was_up" = yes ] || [ "${BCPAAS_LAB:-}" = external ] || "$go" run ./test/lab down
}
trap stop EXIT
"$go" run ./test/lab up || exit 1
eval "$("$go" run ./test/lab env)"
"$go" run ./test/bench "$@"
