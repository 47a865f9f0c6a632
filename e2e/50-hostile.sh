#!/usr/bin/env bash
# Thousands of hostile strings through every parameter of the starting catalogue, over MCP: what the backends receive has
# the shape of the tool's template, or the call is refused; what changes something is proposed at most, and sends nothing
# but reads.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
command -v python3 >/dev/null || { echo 'SKIPPED: no python3'; exit 77; }
work=$(mktemp -d)
trap '"$root/countergate" stop --state "$work/state" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/xdg XDG_CONFIG_HOME=$work/config
"$root/countergate" --version >/dev/null
python3 "$root/e2e/hostile/hostile.py" "$root" "$work"
