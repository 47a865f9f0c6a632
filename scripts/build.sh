# shellcheck shell=sh
# Sets and reads variables of `countergate`, and builds names from those of the three processes.
# shellcheck disable=SC2034,SC2154
# Sourced by `countergate` when there is no build or the sources are newer than it. One process builds, the others wait.
#
# A build is installed in a folder of its own, .countergate/KEY, named by a SHA-256 over every jar, the JDK and the
# options, and is never changed afterwards: a running daemon keeps its jars whatever is built later, and a start-up
# cache can only ever meet the jars it was made of. `current` names the build in use and is replaced in one step.

# How each process runs. Warnings must not reach standard output, which carries MCP messages.
common_options='-Xlog:disable
-Xlog:all=warning:stderr
-XX:-UsePerfData
-XX:+UseSerialGC
--enable-native-access=ALL-UNNAMED
--sun-misc-unsafe-memory-access=allow'
relay_options='-XX:TieredStopAtLevel=1
-Xmx32m'
# After running out of memory nobody knows what a daemon still holds true: it ends, and relays start another.
server_options='-XX:+ExitOnOutOfMemoryError'
command_options='-XX:TieredStopAtLevel=1'

builds_kept=3

build() {
    # shellcheck source=scripts/jdk.sh
    . "$root/scripts/jdk.sh"
    if ! find_jdk; then
        say "no JDK $jdk_wanted or newer (with javac) was found. looked at:"
        printf '%s\n' "$jdk_looked" | sed 's/^/    /' >&2
        say "install one, for example Temurin $jdk_wanted from https://adoptium.net/temurin/releases/?version=$jdk_wanted,"
        say 'or say where it is: COUNTERGATE_JAVA_HOME=/path/to/jdk'
        return 1
    fi
    if [ ! -x "$root/mvnw" ] || ! mkdir -p "$builds" 2>/dev/null || [ ! -w "$builds" ]; then
        say "cannot build in $root: it is not a writable source tree"
        return 1
    fi
    build_reason=$1
    build_take_lock || return 1
    trap 'build_drop_lock' EXIT
    trap 'build_drop_lock; exit 130' INT TERM HUP
    build_result=0
    # Whoever held the lock may have done the work.
    if ! read_build || sources_changed || ! files_hold; then
        find_jdk
        build_and_install || build_result=1
    fi
    build_drop_lock
    trap - EXIT INT TERM HUP
    return $build_result
}

# The lock is a symbolic link whose target is its holder's process id: made in one step, and never without an owner.
build_take_lock() {
    build_waited=
    until ln -s "$$" "$builds/lock" 2>/dev/null; do
        build_holder=$(readlink "$builds/lock") || continue
        if ! kill -0 "$build_holder" 2>/dev/null; then
            # Renaming decides who clears a dead holder's lock away; what turns out to be a live one's goes back.
            if mv "$builds/lock" "$builds/lock.$$" 2>/dev/null; then
                [ "$(readlink "$builds/lock.$$")" = "$build_holder" ] || mv "$builds/lock.$$" "$builds/lock"
                rm -f "$builds/lock.$$"
            fi
            continue
        fi
        [ -n "$build_waited" ] || say "waiting for process $build_holder, which is building"
        build_waited=yes
        sleep 0.2
    done
}

build_drop_lock() { rm -f "$builds/lock"; }

build_and_install() {
    say "building ($build_reason); the log is $builds/build.log"
    say "JDK $jdk_version at $jdk_home"
    : >"$builds/stamp.new"
    rm -rf "$root/server/target/dist"
    rm -f "$builds/build.status"
    {
        # Several arguments, if any.
        # shellcheck disable=SC2086
        (cd "$root" && JAVA_HOME=$jdk_home ./mvnw -B ${COUNTERGATE_MAVEN_ARGUMENTS-} \
            -Dmaven.test.skip=true -Dforbiddenapis.skip=true -Denforcer.skip=true package)
        echo $? >"$builds/build.status"
    } </dev/null 2>&1 | tee "$builds/build.log" | build_progress
    read -r build_status <"$builds/build.status" || build_status=1
    if [ "$build_status" != 0 ]; then
        say 'the build failed; COUNTERGATE_BUILD=never starts the last good build, if there is one'
        return 1
    fi
    build_install || return 1
    mv "$builds/stamp.new" "$builds/stamp"
    build_note_current
    build_clear_old
    say 'ready'
}

# Maven's output is long; what a person waiting wants to know is that it moves, and what went wrong.
build_progress() {
    build_downloads=0
    while IFS= read -r build_line; do
        case $build_line in
        *'Downloaded from'*)
            build_downloads=$((build_downloads + 1))
            [ $((build_downloads % 100)) != 0 ] || say "fetched $build_downloads files"
            ;;
        *'] Building '*'['*/*) say "${build_line#*\] }" ;;
        *ERROR* | *WARNING*.java:*) printf '%s\n' "$build_line" >&2 ;;
        esac
    done
}

build_install() {
    build_key=$(build_key) || return 1
    install=$builds/$build_key
    if [ -r "$install/complete" ] && (cd "$install" && build_sums -c SHA256SUMS >/dev/null 2>&1); then return 0; fi
    build_new=$builds/new.$$
    rm -rf "$build_new" "$install"
    mkdir "$build_new" && cp -R "$root/server/target/dist/." "$build_new/" || return 1
    build_fill
    mv "$build_new" "$install" || return 1
    build_train "$install" "$jdk_home"
    # What a start-up cache depends on besides the jars, for `countergate doctor` to hash again.
    for build_file in "$install"/*.aot "$install"/*.args "$jdk_home/lib/modules" "$jdk_home/lib/server/"*; do
        [ ! -f "$build_file" ] || build_sums "$build_file" >>"$install/SHA256SUMS"
    done
    : >"$install/complete"
}

# What a build has besides its jars, save the start-up caches, which know where it lies.
build_fill() {
    build_unpack_store
    for build_name in relay server command; do
        eval "build_options=\$${build_name}_options"
        {
            printf '%s\n' "$common_options"
            [ -z "$build_options" ] || printf '%s\n' "$build_options"
        } >"$build_new/$build_name.args"
    done
    (cd "$build_new" && build_sums ./*.jar lib/*.jar && { [ ! -d native ] || build_sums native/*; }) >"$build_new/SHA256SUMS"
}

# Makes the start-up caches of the build $1 for the Java $2.
build_train() {
    say 'making the start-up caches'
    "$jdk_home/bin/java" -Xlog:disable -Xlog:all=warning:stderr "$root/scripts/training/Train.java" "$1" "$2" \
        </dev/null >"$builds/training.log" 2>&1 ||
        say "not every start-up cache could be made (see $builds/training.log); starting will take longer"
}

# The store's native library, out of its jar once and for all: else each start writes it to /tmp, which may not be
# executable, and starts a process to learn which of them it needs. Where this fails, each start does.
build_unpack_store() {
    build_jar=$(echo "$build_new"/lib/org.xerial.sqlite-jdbc-*.jar)
    build_log=$(echo "$build_new"/lib/org.slf4j.slf4j-api-*.jar)
    build_platform=$("$jdk_home/bin/java" -cp "$build_jar:$build_log" org.sqlite.util.OSInfo 2>/dev/null) || return 0
    build_library=libsqlitejdbc.so
    case $build_platform in Mac/*) build_library=libsqlitejdbc.dylib ;; esac
    (cd "$build_new" && "$jdk_home/bin/jar" -xf "$build_jar" "org/sqlite/native/$build_platform/$build_library") || return 0
    mkdir "$build_new/native" &&
        mv "$build_new/org/sqlite/native/$build_platform/$build_library" "$build_new/native/" 2>/dev/null
    rm -rf "$build_new/org"
}

build_key() {
    [ -r "$root/server/target/dist/countergate.jar" ] || return 1
    {
        (cd "$root/server/target/dist" && build_sums ./*.jar lib/*.jar)
        build_sums "$root"/scripts/build.sh "$root"/scripts/training/*.* "$root"/scripts/training/backend/*
        cat "$jdk_home/release"
        printf '%s\n' "$jdk_home" "$root"
    } | build_sums | cut -c1-16
}

build_sums() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# The same question `countergate` asks at every start.
build_note_current() {
    if stat -c %i / >/dev/null 2>&1; then stat_format="-Lc '%n %s %Y %i'"; else stat_format="-Lf '%N %z %m %i'"; fi
    build_jdk_files="$(build_quote "$jdk_home/lib/modules") $(build_quote "$jdk_home/lib/server/")*"
    relay_files="$(build_quote "$install/countergate-relay.jar") $(build_quote "$install/relay.aot") $build_jdk_files"
    build_jars="$(build_quote "$install/countergate.jar") $(build_quote "$install/lib/")*.jar $build_jdk_files"
    for build_library in "$install"/native/*; do
        [ ! -f "$build_library" ] || build_jars="$build_jars $(build_quote "$build_library")"
    done
    server_files="$build_jars $(build_quote "$install/server.aot")"
    command_files="$build_jars $(build_quote "$install/command.aot")"
    {
        echo '# Written by scripts/build.sh, read by countergate.'
        for build_name in jdk_home jdk_version install stat_format relay_files server_files command_files; do
            eval "build_value=\$$build_name"
            printf '%s=%s\n' "$build_name" "$(build_quote "$build_value")"
        done
        for build_name in relay server command; do
            eval "build_value=\$(eval \"stat $stat_format \$${build_name}_files\" 2>/dev/null)"
            printf '%s_seen=%s\n' "$build_name" "$(build_quote "$build_value")"
        done
    } >"$builds/current.new"
    mv "$builds/current.new" "$builds/current"
}

build_quote() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

# A daemon of an older build may still be running from it, so a few stay.
build_clear_old() {
    build_count=0
    # Names are our own hexadecimal keys.
    # shellcheck disable=SC2012,SC2045
    for build_old in $(ls -t "$builds"); do
        [ -d "$builds/$build_old/lib" ] || continue
        build_count=$((build_count + 1))
        if [ "$build_count" -gt "$builds_kept" ] && [ "$builds/$build_old" != "$install" ]; then rm -rf "${builds:?}/$build_old"; fi
    done
}
