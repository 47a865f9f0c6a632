#!/usr/bin/env bash
# The soak of scripts/soak, forty seconds of its ten minutes.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
command -v python3 >/dev/null || { echo 'SKIPPED: no python3'; exit 77; }
exec "$root/scripts/soak" 40
