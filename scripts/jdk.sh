# shellcheck shell=sh
# Finds a JDK of at least version 25 without starting a process: a JDK says its version in the file `release`.
# Sourced by `countergate` and by `mvnw`; `java` on the path may well be older.
# shellcheck disable=SC2034

jdk_wanted=25

# Is $1 the home of a JDK that is new enough? Sets jdk_home and jdk_version.
jdk_is_fit() {
    [ -r "$1/release" ] && [ -x "$1/bin/javac" ] || return 1
    jdk_version=
    while IFS='=' read -r jdk_key jdk_value; do
        if [ "$jdk_key" = JAVA_VERSION ]; then
            jdk_version=${jdk_value#\"}
            jdk_version=${jdk_version%\"*}
            break
        fi
    done <"$1/release"
    jdk_major=${jdk_version%%[!0-9]*}
    [ -n "$jdk_major" ] && [ "$jdk_major" -ge "$jdk_wanted" ] || return 1
    jdk_home=$1
}

# Sets jdk_home and jdk_version, or returns 1. jdk_looked lists, one a line, where it looked.
find_jdk() {
    jdk_home=
    jdk_looked='JAVA_HOME, java on the PATH'
    if [ -n "${COUNTERGATE_JAVA_HOME-}" ]; then
        # Named on purpose: this one or none.
        jdk_looked="COUNTERGATE_JAVA_HOME=$COUNTERGATE_JAVA_HOME, and nowhere else because that is set"
        jdk_is_fit "$COUNTERGATE_JAVA_HOME"
        return
    fi
    if [ -n "${JAVA_HOME-}" ] && jdk_is_fit "$JAVA_HOME"; then return 0; fi
    jdk_java=$(command -v java 2>/dev/null) || jdk_java=
    if [ -n "$jdk_java" ]; then
        jdk_java=$(readlink -f "$jdk_java" 2>/dev/null) || jdk_java=
        if [ -n "$jdk_java" ] && jdk_is_fit "${jdk_java%/bin/java}"; then return 0; fi
    fi
    for jdk_pattern in \
        "/usr/lib/jvm/*" \
        "/usr/java/*" \
        "/opt/*" "/opt/java/*" "/opt/jdk/*" \
        "/usr/local/lib/jvm/*" \
        "/Library/Java/JavaVirtualMachines/*/Contents/Home" \
        "${HOME-}/Library/Java/JavaVirtualMachines/*/Contents/Home" \
        "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home" \
        "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home" \
        "${HOME-}/.sdkman/candidates/java/*" \
        "${HOME-}/.jdks/*" "${HOME-}/.jdks/*/Contents/Home" \
        "${HOME-}/.gradle/jdks/*" "${HOME-}/.gradle/jdks/*/Contents/Home" \
        "${HOME-}/.asdf/installs/java/*" \
        "${HOME-}/.local/share/mise/installs/java/*" \
        "${HOME-}/.local/share/rtx/installs/java/*" \
        "${HOME-}/.jabba/jdk/*" "${HOME-}/.jabba/jdk/*/Contents/Home"; do
        jdk_looked="$jdk_looked
$jdk_pattern"
        jdk_expand "$jdk_pattern" && return 0
    done
    return 1
}

# The patterns hold `*` and perhaps spaces: split at neither, expand the first.
jdk_expand() {
    jdk_saved_ifs=${IFS-}
    IFS=
    for jdk_candidate in $1; do
        if jdk_is_fit "$jdk_candidate"; then
            IFS=$jdk_saved_ifs
            return 0
        fi
    done
    IFS=$jdk_saved_ifs
    return 1
}
