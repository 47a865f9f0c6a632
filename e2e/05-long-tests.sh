#!/usr/bin/env bash
# The tests that take too long for every build: those that wait out real deadlines, the model's 100,000 steps, those that
# start the program in processes of its own or flood it, a person at a terminal with real keys.
set -euo pipefail
cd "$(dirname "$0")/.."
# To the same phase as the build before it, or the other class path would have all compiled anew.
# shellcheck disable=SC2086
./mvnw -B -ntp ${MAVEN_ARGUMENTS-} verify -Dtests.excluded=slow -Dtests.only=long
