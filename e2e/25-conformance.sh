#!/usr/bin/env bash
# The official conformance suite against this program's protocol and HTTP, at 2025-11-25 and at 2026-07-28: every server
# scenario but those that clients/conformance.mjs lists with their reasons. None is expected to fail. What the suite asks of
# a server (its own tools, prompts and resources) comes from a fixture of the tests on the very same stack.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/e2e/setup-clients" || exit 77
work=$(mktemp -d /tmp/cg-conformance.XXXXXX)
fixture=
clean_up() {
    # Its input is this pipe: it ends with it.
    exec 3>&- || :
    [ -z "$fixture" ] || wait "$fixture" 2>/dev/null || :
    rm -rf "$work"
}
trap clean_up EXIT
"$root/countergate" --help >/dev/null
# shellcheck disable=SC1091
. "$root/.countergate/current"
# shellcheck disable=SC2154
"$jdk_home/bin/javac" -proc:none -nowarn -d "$work/classes" -cp "$install/*:$install/lib/*" -sourcepath "$root/server/src/test/java" \
    "$root/server/src/test/java/dev/countergate/testing/conformance/ConformanceServer.java"
mkfifo "$work/input"
"$jdk_home/bin/java" -cp "$work/classes:$install/*:$install/lib/*" dev.countergate.testing.conformance.ConformanceServer \
    <"$work/input" >"$work/port" 2>"$work/log" &
fixture=$!
exec 3>"$work/input"
for _ in $(seq 300); do
    [ ! -s "$work/port" ] || break
    kill -0 "$fixture" 2>/dev/null || { cat "$work/log"; echo 'FAILED: the fixture does not start'; exit 1; }
    sleep 0.1
done
PORT=$(cat "$work/port") RESULTS=$work/results node "$root/e2e/clients/conformance.mjs" 3>&-
