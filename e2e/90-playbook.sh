#!/usr/bin/env bash
# What an over-eager agent may try with a shell in the account of its daemon, each tried for real: what is stopped stays so,
# and `doctor` names what separation level S0 does not stop.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
for tool in python3 ssh-agent ssh-add; do command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool"; exit 77; }; done
work=$(mktemp -d /tmp/cg-playbook.XXXXXX)
chmod 711 "$work"
"$root/countergate" --version >/dev/null
# What failed is left to be looked at.
python3 "$root/e2e/writes/playbook.py" "$root/countergate" "$work"
rm -rf "$work"
