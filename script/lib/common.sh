# shellcheck shell=bash
# Sourced by the scripts beside this folder: messages, packages, builds.

set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
name=$(basename "$0")

say() { printf '%s: %s\n' "$name" "$*"; }
die() {
    printf '%s: %s\n' "$name" "$*" >&2
    exit 1
}

# The comment at the top of the script that was typed.
printHead() { sed -n -e '2,${/^#/!q;/^# shellcheck /q;s/^# \{0,1\}//p}' "$0"; }

# refuse WORDS: what was typed makes no sense. Called before anything has happened.
refuse() {
    printf '%s: %s; see %s --help\n' "$name" "$*" "$0" >&2
    exit 64
}

# takesNothing "$@": for scripts without arguments.
takesNothing() {
    (($#)) || return 0
    case $1 in
        -h | --help) printHead; exit 0 ;;
        *) refuse "unknown argument '$1'" ;;
    esac
}

# packages FILE …: the packages these lists name. One a line; '#' begins a comment.
packages() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@" | sort -u; }

# install PACKAGE …: those that are missing, and says so.
install() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
    done
    ((${#missing[@]} == 0)) && return 0
    command -v apt-get >/dev/null || die "these Debian packages are missing, and there is no apt-get here: ${missing[*]}"
    local as_root=()
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null || die "these Debian packages are missing; install them as root: ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing with apt-get: ${missing[*]}"
    # Lists are asked for only when the packages are not known yet: a machine may be offline with all it needs.
    apt-cache show "${missing[@]}" >/dev/null 2>&1 || "${as_root[@]}" apt-get update -qq ||
        die "apt-get update failed; is a Debian mirror reachable?"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >/dev/null || die "apt-get could not install: ${missing[*]}"
}

# build PRESET [TARGET …]: configured and built with that CMake preset.
build() {
    local preset=$1
    shift
    (cd "$top" && cmake --preset "$preset" >"build-$preset.log" 2>&1) ||
        { cat "$top/build-$preset.log" >&2; rm -f "$top/build-$preset.log"; die "cmake --preset $preset failed"; }
    rm -f "$top/build-$preset.log"
    cmake --build "$top/build/$preset" ${1:+--target "$@"} || die "the build with preset $preset failed"
}
