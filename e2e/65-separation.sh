#!/usr/bin/env bash
# Separation level S1 with two real accounts of this machine: an agent's account reads neither credentials nor store, and
# reaches no operator. Needs root, to run as either.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ "$(uname)" = Linux ] && [ "$(id -u)" = 0 ] || { echo 'SKIPPED: runs as two accounts, which takes root on Linux'; exit 77; }
for name in daemon nobody; do id "$name" >/dev/null 2>&1 || { echo "SKIPPED: no account $name"; exit 77; }; done
command -v python3 >/dev/null || { echo 'SKIPPED: no python3'; exit 77; }
work=$(mktemp -d /tmp/cg-separation.XXXXXX)
"$root/countergate" --version >/dev/null
# Either account must be able to run the program and its Java, wherever this clone lies.
launcher=$root/countergate
if ! python3 -c 'import os, sys; os.setgid(65534); os.setuid(65534); sys.exit(os.access(sys.argv[1], os.X_OK) is False)' "$launcher"; then
    echo "SKIPPED: other accounts cannot read $root"
    exit 77
fi
python3 "$root/e2e/writes/separation.py" "$launcher" "$work" daemon nobody
rm -rf "$work"
