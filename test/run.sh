#!/usr/bin/env bash
# `make test`: sets up what it needs and runs everything. What could not be run is listed at the end, with the reason;
# with BCPAAS_REQUIRE_ALL=1 (CI) that is a failure. It leaves no process and no mount behind.
set -uo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
began=$SECONDS
work=$(mktemp -d)
export BCPAAS_NOT_RUN=$work/not-run
: >"$BCPAAS_NOT_RUN"
failed=()

clock() { printf '[%2dm%02ds]' $(((SECONDS - began) / 60)) $(((SECONDS - began) % 60)); }
say() { printf '%s %s\n' "$(clock)" "$*"; }

# step NAME COMMAND...: runs one part; a failure is kept for the end, so that one run tells everything.
step() {
  local name=$1 from=$SECONDS
  shift
  say "$name ..."
  if "$@"; then
    say "$name: ok ($((SECONDS - from)) s)"
  else
    say "$name: FAILED ($((SECONDS - from)) s)"
    failed+=("$name")
  fi
}

not_run() { printf '%s\t%s\n' "$1" "$2" >>"$BCPAAS_NOT_RUN"; }

was_up=no
lab_pid=
clean_up() {
  trap - EXIT INT TERM
  if [ -n "$lab_pid" ]; then kill "$lab_pid" 2>/dev/null; wait "$lab_pid" 2>/dev/null; fi
  if [ "${BCPAAS_LAB:-}" != external ] && [ "$was_up" = no ] && [ -x "$work/lab" ]; then
    say "stopping the lab"
    "$work/lab" down || failed+=("stopping the lab")
  fi
  finish
}
finish() {
  if [ -s "$BCPAAS_NOT_RUN" ]; then
    echo
    echo "Not run, and why:"
    sort -u "$BCPAAS_NOT_RUN" | awk -F'\t' '{printf "  %-40s %s\n", $1, $2}'
    [ "${BCPAAS_REQUIRE_ALL:-}" = 1 ] && failed+=("parts that were not run, and are required here")
  fi
  rm -rf "$work"
  echo
  if [ ${#failed[@]} -gt 0 ]; then
    printf '%s FAILED: ' "$(clock)"
    printf '%s; ' "${failed[@]}"
    echo
    exit 1
  fi
  say "all passed"
  exit 0
}
trap clean_up EXIT
trap 'failed+=(interrupted); clean_up' INT TERM

say "building bcpaas and the lab's launcher"
make -s build || { failed+=(build); exit 1; }
"$go" build -o "$work/lab" ./test/lab || { failed+=("building the lab's launcher"); exit 1; }

if [ "${BCPAAS_LAB:-}" != external ]; then
  "$work/lab" status -o json 2>/dev/null | grep -q '"state": "running"' && was_up=yes
  say "starting the lab beside the tests that need no server (its first start compiles for 10 to 20 minutes)"
  "$work/lab" up >"$work/lab.out" 2>"$work/lab.log" &
  lab_pid=$!
fi

# What needs a server is left out here without a word, since it is run again when the lab is up.
lint() { make -s lint; }
step "lint (gofumpt, vet, staticcheck)" lint
step "generated files are up to date" "$go" run ./cmd/gendocs -check

if command -v gcc >/dev/null 2>&1; then
  step "tests that need no server, with the race detector" env -u BCPAAS_NOT_RUN -u BCPAAS_REQUIRE_ALL CGO_ENABLED=1 "$go" test -race ./cmd/... ./pkg/... ./test/lab/...
else
  not_run "race detector" "no C compiler on this machine: install gcc"
  step "tests that need no server" env -u BCPAAS_NOT_RUN -u BCPAAS_REQUIRE_ALL "$go" test ./cmd/... ./pkg/... ./test/lab/...
fi
step "cross-compiling for six platforms" make -s build-all

if [ -n "$lab_pid" ]; then
  say "waiting for the lab"
  tail -n +1 -f --pid="$lab_pid" "$work/lab.log" &
  tail_pid=$!
  if wait "$lab_pid"; then
    lab_pid=
    sleep 1
    eval "$("$work/lab" env)"
  else
    lab_pid=
    not_run "tests against the lab" "it did not start: $work/lab.log was printed above; go run ./test/lab status says what is missing"
  fi
  kill "$tail_pid" 2>/dev/null
  wait "$tail_pid" 2>/dev/null
fi
if [ -n "${KUBECONFIG:-}" ]; then
  step "stores against the cluster" "$go" test -count=1 ./pkg/app/... ./pkg/project/... ./pkg/diagnosis/...
  export BCPAAS_E2E_BINARY=$PWD/bin/bcpaas BCPAAS_LAB_LAUNCHER=$work/lab
  step "whole commands against the cluster" "$go" test -count=1 -timeout 30m ./test/e2e/...
fi
