#!/usr/bin/env bash
# The tests that take too long for every build: the model's 100,000 steps, a person at a terminal with real processes and keys.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck disable=SC2086
./mvnw -B -ntp ${MAVEN_ARGUMENTS-} test -Dtests.excluded=slow -Dtests.only=long
