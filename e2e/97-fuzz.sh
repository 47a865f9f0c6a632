#!/usr/bin/env bash
# A third of the parsers of foreign bytes, another each day, fuzzed for a moment: the fuzzer still runs and nothing lies near the
# surface. ALL=1 tries all of them. The long run is scripts/fuzz, a minute for each.
set -euo pipefail
cd "$(dirname "$0")/.."
FUZZ_CLASSPATH=$(scripts/fuzz --class-path)
export FUZZ_CLASSPATH
today=$(($(date +%s) / 86400))
for corpus in {policy,server}/src/test/fuzz/*.corpus; do basename "$corpus" .corpus; done |
    awk -v today="$today" -v all="${ALL-}" 'all != "" || NR % 3 == today % 3' |
    xargs -P 2 -n 1 scripts/fuzz "${FUZZ_SECONDS:-2}"
