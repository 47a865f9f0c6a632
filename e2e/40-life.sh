#!/usr/bin/env bash
# Relays and their daemon: started together, killed, reloaded with good and bad catalogues, ended; nothing is left running.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-life.XXXXXX)
STATE=$work/state
clean_up() {
    "$root/countergate" stop --state "$STATE" >/dev/null 2>&1 || :
    rm -rf "$work"
}
trap clean_up EXIT
"$root/countergate" --help >"$work/help.txt" 2>&1 || { cat "$work/help.txt"; exit 1; }
export STATE WORK=$work HOME=$work XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/xdg
node "$root/e2e/clients/life.mjs"
if left=$(pgrep -af -- "$work"); then
    printf 'FAILED: still running:\n%s\n' "$left"
    exit 1
fi
echo 'ok: nothing is left running'
