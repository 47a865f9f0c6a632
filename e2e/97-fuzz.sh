#!/usr/bin/env bash
# Each parser of foreign bytes, fuzzed for a moment: the fuzzer still runs and nothing lies near the surface. The long run is
# scripts/fuzz, a minute for each.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/fuzz "${FUZZ_SECONDS:-2}"
