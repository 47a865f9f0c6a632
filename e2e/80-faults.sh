#!/usr/bin/env bash
# A write over HTTP meets every fault of a backend, and a full disk at each of its steps: what each comes to, and that one
# request arrived at the raw socket, or none.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
command -v python3 >/dev/null || { echo 'SKIPPED: no python3'; exit 77; }
[ "$(uname)" = Linux ] || { echo 'SKIPPED: the disk of a running process is filled by prlimit, which is Linux'; exit 77; }
work=$(mktemp -d /tmp/cg-faults.XXXXXX)
"$root/countergate" --version >/dev/null
# What failed is left to be looked at.
python3 "$root/e2e/writes/faults.py" "$root/countergate" "$work"
rm -rf "$work"
