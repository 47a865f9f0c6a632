#!/usr/bin/env bash
# An agent reads machines through Systems Manager: the starting catalogue's tools against the simulator of the demo, which
# speaks the real protocol on loopback and really runs sh. Each call has exactly one command accepted.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-ssm.XXXXXX)
STATE=$work/state
simulator=
clean_up() {
    "$root/countergate" stop --state "$STATE" >/dev/null 2>&1 || :
    [ -z "$simulator" ] || { kill "$simulator" 2>/dev/null && wait "$simulator" 2>/dev/null || :; }
    rm -rf "$work"
}
trap clean_up EXIT
"$root/countergate" --help >"$work/help.txt" 2>&1 || { cat "$work/help.txt"; exit 1; }

mkdir "$work/sandbox"
echo 'the marker' >"$work/sandbox/marker"
cat >"$work/fleet.json" <<JSON
{"instances": [
  {"id": "i-0123456789abcdef0", "sandbox": "$work/sandbox", "tags": {"service": "checkout", "env": "staging"}},
  {"id": "i-0123456789abcdef1", "sandbox": "$work/other", "tags": {"service": "checkout", "env": "staging"}, "ping": "connection_lost"}
]}
JSON
# shellcheck source=realstack/simulator
. "$root/e2e/realstack/simulator"
start_simulator "$work" "$work/fleet.json"
export PROMETHEUS_URL=http://127.0.0.1:1 ALERTMANAGER_URL=http://127.0.0.1:1 LOKI_URL=http://127.0.0.1:1
export STATE WORK=$work HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg
node "$root/e2e/clients/machines.mjs"
