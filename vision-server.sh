#!/usr/bin/env bash
# Builds vision-server when it is not built yet, installing what is missing, and starts it.
set -euo pipefail

# What belongs to it lies beside the file that a link leads to; macOS has no readlink -f.
self=${BASH_SOURCE[0]}
while [[ -L $self ]]; do
    folder=$(cd -P -- "$(dirname -- "$self")" && pwd)
    self=$(readlink -- "$self")
    [[ $self == /* ]] || self=$folder/$self
done
root=$(cd -- "$(dirname -- "$self")" && pwd)
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
  --install-service    build, and install it as a systemd service that starts with the machine; see docs/operations.md.
                       DESTDIR=DIRECTORY puts the files there, and leaves systemd alone
  --uninstall-service  stop that service and remove it; its settings and its models stay
  -h, --help           this text, and then the server's own options when it is built

Everything else goes to vision-server, for example:

  ./vision-server.sh --model demo                  the small built-in model; no download
  ./vision-server.sh --model DIR --port 8000       a model directory
  ./vision-server.sh caption photo.jpg --model DIR one caption, without HTTP
EOF
}

show_help() {
    usage
    if [[ -x $root/.build/release/vision-server ]]; then
        printf '\n'
        exec "$root/.build/release/vision-server" serve --help
    fi
    exit 0
}

# The options of this script may stand between those of the server, which has none of these names.
build_only=false
rebuild=false
service=
server_arguments=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --build-only) build_only=true ;;
        --rebuild) rebuild=true ;;
        --install-service) service=install ;;
        --uninstall-service) service=uninstall ;;
        -h | --help)
            # Behind a command of the server it asks for that command's help.
            if [[ ${server_arguments[0]--} == -* ]]; then show_help; fi
            server_arguments+=("$1")
            ;;
        --)
            server_arguments+=("$@")
            break
            ;;
        *) server_arguments+=("$1") ;;
    esac
    shift
done

# What would be left over belongs into the service's settings file, not on this command line.
if [[ -n $service && ${#server_arguments[@]} -gt 0 ]]; then
    fail "--$service-service takes no options of the server: not \"${server_arguments[0]}\"." \
        "They go into $service_settings."
fi
if [[ $service == uninstall ]]; then
    require_systemd "there is no service to remove" "removed"
    uninstall_service
    exit 0
elif [[ $service == install ]]; then
    require_systemd "there is nothing to install a service into" "installed"
fi

binary=$root/.build/release/vision-server
stamp=$root/.build/vision-server.stamp

# Nothing to do when the build is newer than every source: this takes milliseconds. Of Models only the files that are
# compiled into the program count: people put their own beside them.
is_current() {
    [[ -x $binary && -e $stamp ]] || return 1
    local embedded=() file changed
    while IFS= read -r file; do embedded+=("$file"); done < <(
        sed -n 's|^#embed "../../\(.*\)"|\1|p' "$root/Sources/CDemoModel/demo_model.c"
    )
    changed=$(cd -- "$root" && find Package.swift Sources "${embedded[@]}" -newer "$stamp" -print -quit 2>/dev/null)
    [[ -z $changed ]]
}

# What the compiler keeps names the folder that it was made in: in another one the build fails. The programs stay, to be
# started if the build fails for another reason.
forget_other_folder() {
    local folder
    folder=$(cat -- "$stamp" 2>/dev/null) || return 0
    [[ -n $folder && $folder != "$(pwd -P)" ]] || return 0
    say "$folder is $(pwd -P) now: everything is built anew."
    find .build/*/release -mindepth 1 -maxdepth 1 ! -name 'vision-server' ! -name 'vision-client' -exec rm -rf -- {} + ||
        true
}

# In a subshell: where a part of it fails for good, what was built before can still be started.
build() (
    install_packages "${build_packages[@]}"
    install_guest_libraries
    require_swift
    cd -- "$root" && mkdir -p -- .build || exit
    forget_other_folder
    say "Building vision-server; the first time this takes some minutes."
    # The time before the build counts: a source that is edited during the build is newer.
    # A name of its own: two that are started at once both build, one after the other.
    started=$(mktemp "$stamp.XXXXXX") && pwd -P >"$started" || exit
    trap 'rm -f -- "$started"' EXIT
    swift build -c release --product vision-server >&2 || exit
    mv -f -- "$started" "$stamp"
)

if $rebuild || ! is_current; then
    if ! build; then
        if $build_only || [[ -n $service || ! -x $binary ]]; then
            fail "The build failed; the messages above say why."
        fi
        say "The build failed; the messages above say why. Starting what was built on $(date -r "$binary" '+%F at %R')."
    fi
fi

if [[ $service == install ]]; then
    install_service "$binary" "$root/packaging/systemd"
    exit 0
fi
if $build_only; then
    say "Built: $binary"
    exit 0
fi
exec "$binary" ${server_arguments[@]+"${server_arguments[@]}"}
