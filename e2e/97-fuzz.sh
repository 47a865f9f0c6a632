#!/usr/bin/env bash
# Each parser of foreign bytes, fuzzed for a moment: the fuzzer still runs and nothing lies near the surface. The long run is
# scripts/fuzz, a minute for each.
set -euo pipefail
cd "$(dirname "$0")/.."
FUZZ_CLASSPATH=$(scripts/fuzz --class-path)
export FUZZ_CLASSPATH
for corpus in {policy,server}/src/test/fuzz/*.corpus; do basename "$corpus" .corpus; done |
    xargs -P 2 -n 1 scripts/fuzz "${FUZZ_SECONDS:-2}"
