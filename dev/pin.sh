#!/bin/sh
# Pins every requirements/*.in into a hash-checked *.txt. Run it after editing an .in file; pass
# --upgrade to take newer versions. No registry address is written, so the files work with any mirror.
set -eu
cd "$(dirname "$0")/../requirements"
uv=${UV:-../.venv-tools/bin/uv}
for name in tools app cluster test bench; do
    constraint=
    case $name in cluster|test|bench) constraint="--constraint app.txt" ;; esac
    # shellcheck disable=SC2086  # the constraint is meant to split
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command dev/pin.sh $constraint "$@" -o "$name.txt" "$name.in"
done
