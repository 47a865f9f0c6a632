#!/usr/bin/env bash
# The archive of a release: it runs where there is no JDK, from any place, with the start-up caches it was packed with; it
# says so when they no longer hold, and names what was changed.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d /tmp/cg-archive.XXXXXX)
place=
clean_up() {
    [ -z "$place" ] || "$place/countergate" stop --state "$work/state" >/dev/null 2>&1 || :
    rm -rf "$work"
}
trap clean_up EXIT
fail() { printf 'FAILED: %s\n' "$*"; exit 1; }

cd "$root"
# The checks ran in `verify` before.
# shellcheck disable=SC2086
./mvnw -B -ntp ${MAVEN_ARGUMENTS-} package -Pdist -Dmaven.test.skip=true -Dforbiddenapis.skip=true -Denforcer.skip=true >"$work/build.log" 2>&1 ||
    { tail -n 40 "$work/build.log"; fail 'the archive cannot be made'; }
grep '^dist:' "$work/build.log"
archive=$(ls server/target/countergate-*.tar.gz)
(cd server/target && sha256sum -c "${archive##*/}.sha256") || fail 'the checksum does not fit'
mkdir "$work/a place with spaces" "$work/home"
tar -C "$work/a place with spaces" -xzf "$archive"
place=$(echo "$work/a place with spaces"/countergate-*)
printf 'ok: %s MB packed, %s MB unpacked\n' "$(($(stat -c %s "$archive") / 1000000))" "$(du -sm "$place" | cut -f1)"

# No JDK, no variable, nobody's home.
bare() { env -i HOME="$work/home" PATH=/usr/bin:/bin "$@"; }
cat >"$work/tools.yaml" <<'CATALOGUE'
tools:
  - name: release_notes
    url: "http://127.0.0.1:9/releases/{id}"
    params: [{name: id, required: true}]
CATALOGUE
bare "$place/countergate" --version >"$work/version" 2>"$work/err" || fail "it does not start: $(cat "$work/err")"
[ ! -s "$work/err" ] || fail "it is not silent on standard error: $(cat "$work/err")"
for process in relay:countergate-relay.jar server:countergate.jar command:countergate.jar; do
    program=$place/program name=${process%:*}
    "$place/runtime/bin/java" -XX:AOTCache="$program/$name.aot" -XX:AOTMode=on "@$program/$name.args" "-Dorg.sqlite.lib.path=$program/native" \
        -jar "$program/${process#*:}" --help >"$work/out" 2>"$work/err" || fail "the $name cannot use its cache: $(cat "$work/err")"
done
echo 'ok: unpacked in another place, its three start-up caches are accepted, and no JDK is needed'

session='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"archive","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"release_notes","arguments":{"id":"7"}}}'
answered=$(printf '%s\n' "$session" | bare "$place/countergate" stdio --config "$work/tools.yaml" --state "$work/state" 2>"$work/err") || fail "stdio: $(cat "$work/err")"
[[ $answered == *BACKEND_UNREACHABLE* ]] || fail "a call over stdio: $answered $(cat "$work/err")"
daemon=$(bare "$place/countergate" status --state "$work/state" --json | sed -n 's/.*"pid" *: *\([0-9]*\).*/\1/p')
grep -q "$place/program/native/" "/proc/$daemon/maps" ||
    fail 'the daemon has the library of its store from elsewhere'
bare "$place/countergate" stop --state "$work/state" >/dev/null
echo 'ok: a relay of the archive starts a daemon of the archive, which answers'

bare "$place/countergate" demo --yes >"$work/out" 2>"$work/err" </dev/null || fail "the demo: $(tail -n 5 "$work/out" "$work/err")"
grep -q VERIFIED "$work/out" || fail "the demo does not end well: $(tail -n 5 "$work/out")"
echo 'ok: the demo runs from it'

found=$(bash -c '. "$1/completions/countergate.bash"; COMP_WORDS=(countergate app); COMP_CWORD=1; COMP_LINE="countergate app"; COMP_POINT=15; _complete_countergate; echo "${COMPREPLY[*]}"' - "$place")
[[ $found == *approve* ]] || fail "bash completes \`countergate app\` to \`$found\`"
grep -q '"components"' "$place/bom.json" || fail 'no SBOM'
echo 'ok: bash completes, the SBOM is there'

# A replaced jar: the cache would run the old code, so it is not used; doctor names it.
touch -d '2001-01-01' "$place/program/countergate.jar"
printf ' ' >>"$place/program/command.args"
bare "$place/countergate" --version >"$work/version" 2>"$work/err" || fail "with another jar it does not start: $(cat "$work/err")"
grep -q 'starting without it' "$work/err" || fail 'it takes a start-up cache of another jar'
bare "$place/countergate" doctor --config "$work/tools.yaml" --state "$work/state" >"$work/doctor" 2>&1 || :
grep -q 'changed since they were built: .*command.args' "$work/doctor" || fail "doctor: $(cat "$work/doctor")"
rm "$place/program/current"
if bare "$place/countergate" --version >"$work/version" 2>"$work/err"; then fail 'it starts without its list of files'; fi
grep -q 'unpack it again' "$work/err" || fail "without its list of files it says: $(cat "$work/err")"
echo 'ok: a changed file is named, its cache is not used, a missing one is told'
