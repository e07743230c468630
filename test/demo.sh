#!/usr/bin/env bash
# The tour of the README, live: brings up a real cluster on this machine, deploys an app, breaks it, has bcpaas say why.
# KEEP=1 leaves the lab up to explore. With BCPAAS_LAB=external and a KUBECONFIG it uses that cluster instead.
set -uo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
began=$SECONDS
project="demo-$(head -c3 /dev/urandom | od -An -tx1 | tr -d ' \n')"
work=$(mktemp -d)
lab_log=$work/lab.log
failed=0

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n== %s\n' "$*"; }

# show CODE COMMAND...: prints a command, runs it, and notes when its exit code is not the expected one.
show() {
  local want=$1 got
  shift
  printf '\n$'
  printf ' %s' "${@@Q}" | sed -E "s/'([A-Za-z0-9_.,:=@\/-]+)'/\1/g"
  printf '\n'
  "$@"
  got=$?
  [ "$got" -eq 0 ] || printf '[exit code %s]\n' "$got"
  [ "$got" -eq "$want" ] || { printf 'demo: expected exit code %s, got %s\n' "$want" "$got"; failed=1; }
}

was_up=no
"$go" run ./test/lab status -o json 2>/dev/null | grep -q '"state": "running"' && was_up=yes
clean_up() {
  trap - EXIT INT TERM
  if [ -n "${KUBECONFIG:-}" ] && [ -x bin/bcpaas ]; then
    bin/bcpaas project delete "$project" --yes --wait=false -q >/dev/null 2>&1
  fi
  if [ "${BCPAAS_LAB:-}" != external ]; then
    if [ "${KEEP:-}" = 1 ]; then
      say "The lab stays up"
      printf 'use it:   eval "$(%s run ./test/lab env)"; bin/bcpaas app list -A\nstop it:  make lab-down\n' "$go"
    elif [ "$was_up" = no ]; then
      say "Stopping the lab"
      [ -n "${lab_pid:-}" ] && kill "$lab_pid" 2>/dev/null && wait "$lab_pid" 2>/dev/null
      "$go" run ./test/lab down || failed=1
    fi
  fi
  rm -rf "$work"
  printf '\ndemo: %s after %d s\n' "$([ $failed -eq 0 ] && echo done || echo FAILED)" $((SECONDS - began))
  exit $failed
}
trap clean_up EXIT
trap 'failed=130; clean_up' INT TERM

say "Building bcpaas"
make -s build || exit 1

if [ "${BCPAAS_LAB:-}" != external ]; then
  say "Starting a real Kubernetes on this machine, in the background (the first time it is compiled: 10 to 20 minutes on two cores)"
  "$go" run ./test/lab up >"$work/lab.out" 2>"$lab_log" &
  lab_pid=$!
fi

say "Meanwhile, what needs no cluster"
show 0 bin/bcpaas version
show 0 bin/bcpaas app init hello --image registry.example/hello:1 --port 8080
show 0 bin/bcpaas app deploy -f examples/apps/minimal.yaml --dry-run=client
show 2 bin/bcpaas app deploy hello --image registry.example/hello:1 --replica 3
show 0 bin/bcpaas help exit-codes

if [ -n "${lab_pid:-}" ]; then
  say "Waiting for the cluster"
  tail -n +1 -f --pid="$lab_pid" "$lab_log" &
  tail_pid=$!
  wait "$lab_pid"
  lab_code=$?
  lab_pid=
  sleep 1
  kill "$tail_pid" 2>/dev/null
  wait "$tail_pid" 2>/dev/null
  [ $lab_code -eq 0 ] || { echo "the lab did not start: go run ./test/lab status says why"; failed=1; exit 1; }
  eval "$("$go" run ./test/lab env)"
fi
image=${BCPAAS_LAB_REGISTRY:+$BCPAAS_LAB_REGISTRY/demo}
image=${image:-nginxinc/nginx-unprivileged}
good=1
[ -n "${BCPAAS_LAB_REGISTRY:-}" ] || good=1.27

say "A project, and an app in it"
show 0 bin/bcpaas project create "$project" --quota small --owner team-demo
show 0 bin/bcpaas app deploy hello --image "$image:$good" --port 8080 --replicas 2 -p "$project" -m "first version"
show 0 bin/bcpaas app list -p "$project"

say "A deploy that can't work: the verdict comes in seconds, with the cause; --atomic brings the state before back"
show 10 bin/bcpaas app deploy hello --image "$image:no-such-tag" -p "$project" -m "a typo in the tag" --atomic
show 8 bin/bcpaas app deploy hello --image "$image:no-such-tag" -p "$project" -m "the same without --atomic"
show 0 bin/bcpaas app why hello -p "$project"
show 0 bin/bcpaas app list -A --unwell

say "Mended"
show 0 bin/bcpaas app deploy hello --image "$image:$good" -p "$project" -m "the right tag"
show 0 bin/bcpaas app get hello -p "$project"

say "And gone"
show 0 bin/bcpaas app delete hello -p "$project" --yes
show 0 bin/bcpaas project delete "$project" --yes
