#!/usr/bin/env bash
# kill -9 at every boundary of a write's path and at random moments, over and over with one state directory: at most one
# request arrives for a proposal, nothing is lost, and no outcome is told that the backend does not bear out.
# KILLS kills (30), with KILLS_SEED to repeat a run.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
command -v python3 >/dev/null || { echo 'SKIPPED: no python3'; exit 77; }
work=$(mktemp -d /tmp/cg-killed.XXXXXX)
"$root/countergate" --version >/dev/null
# What failed is left to be looked at.
python3 "$root/e2e/writes/killed.py" "$root/countergate" "$work" "${KILLS:-30}" ${KILLS_SEED:+"$KILLS_SEED"}
rm -rf "$work"
