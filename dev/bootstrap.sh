#!/bin/sh
# Sets up .venv on a bare Debian 12 with python3.11, or a like Linux: dev/bootstrap.sh app|test|bench
#
# Nothing else is needed beforehand: no pip, make, git or curl. Every package is pinned and checked by hash
# (requirements/*.txt). What was done is remembered in .venv/setup-NAME.sha256, the hashes of its inputs;
# ./sonae and ./test call this script only when they differ. All messages go to standard error.
set -eu
cd "$(dirname -- "$0")/.."
exec >&2
want=${1:-app}

say() { printf 'sonae set-up: %s\n' "$*"; }
fail() { say "$*"; exit 1; }

# Debian packages, as root or by sudo; else the line to run.
install_debian() {
    line="apt-get install -y --no-install-recommends $*"
    if [ "$(id -u)" -eq 0 ]; then as_root=
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then as_root=sudo
    else as_root=none; fi
    if ! command -v apt-get >/dev/null || [ "$as_root" = none ]; then
        fail "missing: $*. As root, run: apt-get update && $line"
    fi
    say "installing from Debian: $*"
    # The package lists may be missing or stale, so a failure is tried once more after an update.
    run_apt() { $as_root env DEBIAN_FRONTEND=noninteractive "$@" -o DPkg::Lock::Timeout=300; }
    if ! run_apt apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1; then
        run_apt apt-get update || fail "could not read Debian's package lists. As root, run: apt-get update && $line"
        run_apt apt-get install -y --no-install-recommends "$@" || fail "could not install. As root, run: $line"
    fi
}

find_python() {
    for name in /usr/bin/python3.11 python3.11 python3.12 python3.13 python3; do
        command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
            python=$name && return
    done
    fail "Python 3.11 or later is missing. As root, run: apt-get update && apt-get install -y python3.11"
}

# A machine behind a TLS-intercepting proxy keeps that proxy's authority in the system's store, which neither
# pip nor uv reads by itself. A machine without a store keeps their built-in roots.
trust_system_store() {
    store=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
    [ -r "$store" ] || return 0
    if [ -z "${PIP_CERT-}${REQUESTS_CA_BUNDLE-}${CURL_CA_BUNDLE-}" ]; then export PIP_CERT="$store"; fi
    export SSL_CERT_FILE="$store" UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS-true}"
}

# A service's user may have no home to keep downloads in.
[ -w "${HOME:-/nonexistent}" ] || export UV_NO_CACHE=1

holds() { sha256sum --check --status "$1" 2>/dev/null; }
remember() { sha256sum dev/bootstrap.sh requirements/tools.txt "requirements/$want.txt" >"$1.new" && mv "$1.new" "$1"; }

set_up_tools() {
    if [ -x .venv-tools/bin/uv ] && holds .venv-tools/setup.sha256; then return; fi
    "$python" -c 'import ensurepip' 2>/dev/null ||
        install_debian "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    rm -rf .venv-tools
    "$python" -m venv .venv-tools
    .venv-tools/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir \
        --require-hashes -r requirements/tools.txt
    sha256sum requirements/tools.txt >.venv-tools/setup.sha256
}

set_up_packages() {
    # A venv whose interpreter went away with a system upgrade is made anew.
    if ! .venv/bin/python -c '' 2>/dev/null; then
        rm -rf .venv
        "$python" -m venv --without-pip .venv
    fi
    say "installing the Python packages of requirements/$want.txt"
    VIRTUAL_ENV=.venv .venv-tools/bin/uv pip install --quiet --require-hashes -r "requirements/$want.txt"
    # The checkout itself, by a path relative to site-packages: edits take effect at once, a moved checkout still works.
    for site in .venv/lib/python3.*/site-packages; do echo ../../../../src >"$site/sonae.pth"; done
    # A command answers in a third of a second when what it imports is compiled beforehand: some machines forbid
    # Python to write what it compiled, and then every run would compile anew.
    for site in .venv/lib/python3.*/site-packages; do
        .venv/bin/python -m compileall -q -j 2 "$site/click" "$site/rich" "$site/pydantic" "$site/pydantic_core" \
            "$site/typing_extensions.py" "$site/typing_inspection" src/sonae || say "could not compile beforehand"
    done
}

set_up_browser() {
    missing=
    command -v chromium >/dev/null || missing=chromium
    # Playwright's own driver needs libatomic.so.1.
    ldconfig=$(PATH=$PATH:/sbin:/usr/sbin command -v ldconfig) || fail "ldconfig is missing"
    "$ldconfig" -p | grep -q 'libatomic\.so\.1 ' || missing="$missing libatomic1"
    # shellcheck disable=SC2086  # one word a package
    [ -z "$missing" ] || install_debian $missing
}

# Two first starts at once: the second waits, then finds the work done.
exec 9>.setup.lock
if ! flock -n 9; then
    say "another set-up is at work; waiting for it"
    flock 9
fi
stamp=.venv/setup-$want.sha256
[ "$want" = test ] && set_up_browser
if [ -x .venv/bin/python ] && holds "$stamp"; then exit 0; fi
find_python
trust_system_store
say "first start or changed requirements: setting up with $python"
set_up_tools
set_up_packages
remember "$stamp"
say "ready"
