#!/usr/bin/env bash
# The official client of 2026-07-28 and the same client as those before it, over the same relay and daemon: every tool,
# prompt and runbook answers both alike; changes are told to both; a killed daemon costs neither more than what was running.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-eras.XXXXXX)
STATE=$work/state
clean_up() {
    "$root/countergate" stop --state "$STATE" >/dev/null 2>&1 || :
    rm -rf "$work"
}
trap clean_up EXIT
"$root/countergate" --help >"$work/help.txt" 2>&1 || { cat "$work/help.txt"; exit 1; }
export STATE WORK=$work HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg
node "$root/e2e/clients/eras.mjs"
