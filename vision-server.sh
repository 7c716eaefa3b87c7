#!/usr/bin/env bash
# Builds vision-server when it is not built yet, installing what is missing, and starts it.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$root/tools/setup.sh"
# shellcheck source=tools/service.sh
source "$root/tools/service.sh"

usage() {
    cat <<'EOF'
Usage: ./vision-server.sh [options] [vision-server options]

Starts the captioning server; builds it first, and installs what the build needs, when that has not been done.

  --build-only         install and build, but do not start
  --rebuild            build even when nothing seems to have changed
  --install-service    build, and install it as a systemd service that starts with the machine; see packaging/README.md.
                       DESTDIR=DIRECTORY puts the files there, and leaves systemd alone
  --uninstall-service  stop that service and remove it; its settings and its models stay
  -h, --help           this text, and then the server's own options when it is built

Everything else goes to vision-server, for example:

  ./vision-server.sh --model demo                  the small built-in model; no download
  ./vision-server.sh --model DIR --port 8000       a model directory
  ./vision-server.sh caption photo.jpg --model DIR one caption, without HTTP
EOF
}

build_only=false
rebuild=false
service=
while [[ $# -gt 0 ]]; do
    case $1 in
        --build-only) build_only=true ;;
        --rebuild) rebuild=true ;;
        --install-service) service=install ;;
        --uninstall-service) service=uninstall ;;
        -h | --help)
            usage
            if [[ -x $root/.build/release/vision-server ]]; then
                printf '\n'
                exec "$root/.build/release/vision-server" serve --help
            fi
            exit 0
            ;;
        *) break ;;
    esac
    shift
done

# What would be left over belongs into the service's settings file, not on this command line.
if [[ -n $service ]]; then
    [[ $# -eq 0 ]] ||
        fail "--$service-service takes no options of the server: not \"$1\". They go into $service_settings."
    require_systemd
fi
if [[ $service == uninstall ]]; then
    uninstall_service
    exit 0
fi

binary=$root/.build/release/vision-server
stamp=$root/.build/vision-server.stamp

# Nothing to do when the build is newer than every source: this takes milliseconds.
is_current() {
    [[ -x $binary && -e $stamp ]] || return 1
    local changed
    changed=$(find "$root/Package.swift" "$root/Sources" "$root/Models" -newer "$stamp" -print -quit 2>/dev/null)
    [[ -z $changed ]]
}

if $rebuild || ! is_current; then
    install_packages "${build_packages[@]}"
    require_swift
    say "Building vision-server; the first time this takes some minutes."
    mkdir -p -- "$root/.build"
    # The time before the build counts: a source that is edited during the build is newer.
    # A name of its own: two that are started at once both build, one after the other.
    started=$(mktemp "$stamp.XXXXXX")
    (cd -- "$root" && swift build -c release >&2) || {
        rm -f -- "$started"
        fail "The build failed; the messages above say why."
    }
    mv -f -- "$started" "$stamp"
fi

if [[ $service == install ]]; then
    install_service "$binary" "$root/packaging/systemd"
    exit 0
fi
if $build_only; then
    say "Built: $binary"
    exit 0
fi
exec "$binary" "$@"
