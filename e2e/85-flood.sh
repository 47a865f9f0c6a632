#!/usr/bin/env bash
# 200 agents list, propose and read as fast as they are answered; the inbox of the person on call is answered all the while,
# within 200 ms for 99 of 100.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
command -v python3 >/dev/null || { echo 'SKIPPED: no python3'; exit 77; }
work=$(mktemp -d /tmp/cg-flood.XXXXXX)
"$root/countergate" --version >/dev/null
# What failed is left to be looked at.
python3 "$root/e2e/writes/flood.py" "$root/countergate" "$work"
rm -rf "$work"
