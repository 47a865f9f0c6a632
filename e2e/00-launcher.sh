#!/usr/bin/env bash
# The launcher alone: says nothing on standard output, starts from anywhere, names what it lacks.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fail() { echo "FAILED: $*"; exit 1; }

"$root/countergate" --help >help.txt 2>help.err || fail "--help: $(cat help.err)"
[ -s help.txt ] || fail '--help prints nothing'
echo 'ok: --help'

ln -s "$root/countergate" ./gate
JAVA_TOOL_OPTIONS=-Dnoise=yes JDK_JAVA_OPTIONS=-Dnoise=yes ./gate --help >linked.txt 2>linked.err || fail "through a link: $(cat linked.err)"
cmp help.txt linked.txt || fail 'through a link, or with JVM options in the environment, it prints something else'
[ ! -s linked.err ] || fail "it is not silent on standard error: $(cat linked.err)"
echo 'ok: through a symbolic link, from another folder, with JVM options in the environment'

if COUNTERGATE_JAVA_HOME=$work/no-jdk "$root/countergate" --help >none.txt 2>none.err; then fail 'it starts without a JDK'; fi
grep -q "$work/no-jdk" none.err || fail "it does not say where it looked: $(cat none.err)"
grep -q 'install one' none.err || fail "it does not say what to install: $(cat none.err)"
[ ! -s none.txt ] || fail 'it says so on standard output'
echo 'ok: without a JDK it says where it looked and what to install'

cp "$root/tools.yaml" grün.yaml
env -u LANG -u LC_CTYPE LC_ALL=C "$root/countergate" check grün.yaml >plain.txt 2>&1 || fail "a file named beyond ASCII in the C locale: $(cat plain.txt)"
echo 'ok: file names beyond ASCII in an environment without a locale'

# shellcheck disable=SC1091
. "$root/.countergate/current"
for process in relay server command; do
    # With AOTMode=on the JVM ends rather than run without the cache it was given.
    cache=$install/$process.aot jar=countergate.jar
    [ $process != relay ] || jar=countergate-relay.jar
    start=("@$install/$process.args" "-Dorg.sqlite.lib.path=$install/native" -jar "$install/$jar")
    [ -r "$cache" ] || fail "no start-up cache for the $process: see $root/.countergate/training.log"
    "$jdk_home/bin/java" -XX:AOTCache="$cache" -XX:AOTMode=on "${start[@]}" --help >cached.txt 2>cached.err || fail "the $process cannot use its cache: $(cat cached.err)"
    [ ! -s cached.err ] || fail "the $process with its cache is not silent: $(cat cached.err)"
    # What the JVM thinks of a cache it cannot read must not reach the client.
    cp "$cache" damaged.aot
    printf 'no cache' | dd of=damaged.aot conv=notrunc 2>dd.err
    "$jdk_home/bin/java" -XX:AOTCache=damaged.aot "${start[@]}" --help >damaged.txt 2>damaged.err || fail "the $process does not start with a damaged cache: $(cat damaged.err)"
    cmp cached.txt damaged.txt || fail "the $process with a damaged cache prints something else on standard output"
    [ -s damaged.err ] || fail "the JVM did not notice the damaged cache of the $process"
done
echo 'ok: relay, server and command each have a start-up cache the JVM accepts; a damaged one is told on standard error'

# `doctor` hashes again what a start-up cache depends on.
cp "$install/relay.args" relay.args
echo >>"$install/relay.args"
XDG_STATE_HOME=$work/state "$root/countergate" doctor --config "$root/tools.yaml" >doctor.txt 2>&1 || true
cp relay.args "$install/relay.args"
grep -q 'changed since they were built: .*relay.args' doctor.txt || fail "doctor does not see a changed file: $(cat doctor.txt)"
echo 'ok: doctor names a file of the build that was changed since'

# The store's library is the build's own, so that a start neither unpacks it nor needs /tmp to be executable.
[ -n "$(find "$install/native" -type f)" ] || fail "the store's library was not unpacked in $install"
grep -q " native/" "$install/SHA256SUMS" || fail "doctor does not know the store's library"
if [ -d /proc/self ]; then
    echo 'tools: [{name: health, description: Health., url: "http://127.0.0.1:9/health"}]' >tools.yaml
    "$root/countergate" serve --config tools.yaml --state "$work/daemon" >serve.txt 2>serve.err &
    daemon=$!
    for _ in $(seq 200); do [ -S daemon/agent.sock ] && break; sleep 0.1; done
    grep -q "$install/native/" "/proc/$daemon/maps" || { kill "$daemon"; fail "the daemon has its library from elsewhere: $(grep sqlite "/proc/$daemon/maps" || cat serve.err)"; }
    kill "$daemon"
    wait "$daemon" || true
    echo 'ok: the daemon maps the library of the build'
fi
