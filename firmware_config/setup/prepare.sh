#!/bin/sh
# Makes a fresh Debian, Ubuntu or Raspberry Pi OS machine ready: the Debian packages that are missing, then .venv.
# Run it as often as you like: when nothing is missing it says nothing. PYTHON=/path/to/python3 chooses the Python.
# Exit codes: 0 ready, 1 somebody said no, 69 something is missing that only a person can give.
set -eu
cd "$(dirname "$0")/../.."

LOCK=requirements-dev.lock
READY=.venv/.polewatch-ready       # holds the key of what was installed
BUSY=.venv/.polewatch-installing   # is there while an install is under way, or was broken off
POLICY=/usr/sbin/policy-rc.d
quiet_mosquitto=no                 # yes while Debian's mosquitto service is ours to keep quiet
our_policy=no

say() { printf '%s\n' "$*"; }
stop() { printf 'polewatch: %s\n' "$2" >&2; exit "$1"; }
has() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# --- what is there -----------------------------------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    py=
    for one in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if is_new_enough "$one"; then py=$one; return; fi
    done
}

require_python() {
    [ -n "$py" ] || find_python
    if [ -z "$py" ]; then
        found=$("${PYTHON:-python3}" --version 2>/dev/null || echo "not there")
        stop 69 "needs Python 3.11 or newer, and '${PYTHON:-python3}' is ${found}: name one with PYTHON=/path/to/python3"
    fi
    "$py" -c 'import struct, sys; sys.exit(struct.calcsize("P") != 8)' ||
        stop 69 "needs a 64-bit system: there are no 32-bit builds of numpy and onnxruntime"
}

has_mosquitto() {
    has mosquitto && return
    [ -x /usr/sbin/mosquitto ] || [ -x /usr/local/sbin/mosquitto ]
}

compiles() { printf '#include <%s>\n' "$1" | gcc ${2:+"-I$2"} -fsyntax-only -x c - >/dev/null 2>&1; }
include_of() { "$1" -c 'import sysconfig; print(sysconfig.get_path("include"))'; }

# Debian's own python3 has python3-dev; another one (python3.13 beside it) has python3.13-dev.
name_of() {
    version=$("$1" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    default=$(/usr/bin/python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])' 2>/dev/null || echo none)
    if [ "$version" = "$default" ]; then echo python3; else echo "$version"; fi
}

# Checked by function, not by package: who built mosquitto from source needs no package.
find_missing() {
    missing=
    has_mosquitto || missing="mosquitto"
    $1 || return 0
    if ! has gcc; then
        missing="$missing gcc libc6-dev"
        [ -e /usr/include/portaudio.h ] || missing="$missing portaudio19-dev"
    else
        compiles stdio.h || missing="$missing libc6-dev"
        compiles portaudio.h || missing="$missing portaudio19-dev"
    fi
    if [ -z "$py" ]; then
        missing="$missing python3 python3-dev python3-venv"
    else
        [ -e "$(include_of "$py")/Python.h" ] || missing="$missing $(name_of "$py")-dev"
        "$py" -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing $(name_of "$py")-venv"
    fi
}

# --- Debian packages ---------------------------------------------------------------------------------------------

install_missing() {
    missing=$(echo $missing)
    has apt-get || stop 69 "missing here, and this is no Debian: install what these packages hold: $missing"
    if [ "$(id -u)" != 0 ]; then
        if ! has sudo || { ! sudo -n true 2>/dev/null && ! [ -t 0 ]; }; then
            stop 69 "these Debian packages are missing; as root: apt-get install $missing"
        fi
    fi
    say "Missing Debian packages: $missing"
    if [ -t 0 ]; then
        printf 'Install them now with apt-get? [y/N] '
        read -r answer || answer=n
        case $answer in
            [yY]*) ;;
            *) stop 1 "nothing was installed; as root: apt-get install $missing" ;;
        esac
    fi
    keep_mosquitto_quiet
    # shellcheck disable=SC2086 # a list of names, split on purpose
    apt_install $missing
    settle_mosquitto
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -o DPkg::Lock::Timeout=120 "$@"
}

apt_install() {
    fresh=yes
    for one in "$@"; do
        apt-cache show "$one" >/dev/null 2>&1 || fresh=no
    done
    # The package lists may be too old for the mirror even if they know every name: then one more try.
    if [ $fresh = no ] || ! apt install -y --no-install-recommends "$@"; then
        apt update || stop 69 "apt-get update failed, see above: is the network there?"
        apt install -y --no-install-recommends "$@" || stop 69 "apt-get could not install: $*"
    fi
}

# Our demo and tests start a broker of their own. Debian's service would take port 1883 with its default settings,
# so it stays off if this script brought it; a mosquitto that was here before is not touched.
keep_mosquitto_quiet() {
    case " $missing " in *" mosquitto "*) ;; *) return 0 ;; esac
    quiet_mosquitto=yes
    [ -e $POLICY ] && return 0
    our_policy=yes
    printf '#!/bin/sh\ncase " $* " in *" mosquitto "*) exit 101 ;; esac\nexit 0\n' | as_root tee $POLICY >/dev/null
    as_root chmod 755 $POLICY
}

settle_mosquitto() {
    if [ $our_policy = yes ]; then as_root rm -f $POLICY; our_policy=no; fi
    if [ $quiet_mosquitto = yes ] && [ -e /lib/systemd/system/mosquitto.service ] && has systemctl; then
        as_root systemctl -q disable mosquitto.service >/dev/null 2>&1 || true
        [ ! -d /run/systemd/system ] || as_root systemctl -q stop mosquitto.service || true
        say "Debian's own mosquitto service stays off (to use it: systemctl enable --now mosquitto)."
    fi
    quiet_mosquitto=no
}

# --- .venv -------------------------------------------------------------------------------------------------------

# The place is part of the key: the entry scripts of a venv that was moved point to where it was.
key() { { cat "$LOCK" pyproject.toml; pwd -P; } | sha256sum | cut -d' ' -f1; }

home_of() { "$1" -c 'import sys; print(sys.base_prefix, sys.version)' 2>/dev/null; }

is_ready() {
    [ -f $READY ] && [ "$(cat $READY)" = "$wanted" ] && [ ! -e $BUSY ] && [ -x .venv/bin/python ] || return 1
    [ -z "${PYTHON:-}" ] || [ "$(home_of "$PYTHON")" = "$(home_of .venv/bin/python)" ]
}

make_venv() {
    # After an install that was broken off a package may be half there and look whole: start again, pip's cache helps.
    if [ -e $BUSY ] || ! is_new_enough .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1 ||
        [ "$(home_of "$py")" != "$(home_of .venv/bin/python)" ]; then
        "$py" -m venv --clear .venv || stop 69 "could not make .venv with $py, see above"
    fi
    rm -f $READY
    : >$BUSY
}

pip() {
    PYTHONUNBUFFERED=1 .venv/bin/python -m pip --disable-pip-version-check --no-input install "$@" 2>&1
}

# Shows which package is on its way; the whole text is in .venv/pip.log.
show_progress() {
    total=$(grep -c '^[a-z].*==' $LOCK)
    count=0
    while IFS= read -r line; do
        printf '%s\n' "$line" >>.venv/pip.log
        case $line in
            Collecting\ * | Processing\ /*.whl*)
                count=$((count + 1))
                name=${line#* }
                name=${name%% *}
                say "  $count/$total ${name##*/}" ;;
            *Building\ wheel*for*"(pyproject.toml): started"*) say "  building ${line#*for }" ;;
            Installing\ collected*) say "  unpacking into .venv" ;;
        esac
    done
}

install_locked() {
    say "Installing the locked packages into .venv with $("$py" --version) (about 250 MB the first time)"
    : >.venv/pip.log
    {
        rc=0
        pip --require-hashes -r $LOCK || rc=$?
        [ $rc != 0 ] || pip --no-deps -e . || rc=$?
        echo $rc >$BUSY
    } | show_progress
    rc=$(cat $BUSY)
    if [ "$rc" != 0 ]; then
        grep -Ev '^ *$|^Ignoring ' .venv/pip.log | tail -n 5 >&2
        stop 69 "pip could not install $LOCK (its last lines are above): is the network there? Run it again to go on"
    fi
    .venv/bin/python -c 'import cv2, numpy, onnxruntime, pyaudio' ||
        stop 69 "the packages are installed, but this machine cannot load them (see above)"
    echo "$wanted" >$READY
    rm -f $BUSY
    say "Ready: .venv"
}

# --- the line of work --------------------------------------------------------------------------------------------

trap settle_mosquitto EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# `make demo` and `make test` in two windows: the second waits for the first.
exec 9<firmware_config/setup/prepare.sh
if has flock && ! flock -n 9; then
    say "Another set-up is under way here; waiting for it."
    flock 9
fi

wanted=$(key)
needs_venv=true
if is_ready; then needs_venv=false; fi
if ! $needs_venv && has_mosquitto; then exit 0; fi

py=
find_python
# A Python that is there but too old is a person's matter; none at all comes with the packages.
if $needs_venv && { [ -n "$py" ] || [ -n "${PYTHON:-}" ] || has python3; }; then require_python; fi
find_missing $needs_venv
if [ -n "$missing" ]; then
    install_missing
    [ -n "$py" ] || require_python
    find_missing $needs_venv
    [ -z "$missing" ] || stop 69 "still missing after apt-get:$(printf ' %s' $missing): see the lines above"
fi
if $needs_venv; then
    make_venv
    install_locked
fi
