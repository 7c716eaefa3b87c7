#!/usr/bin/env bash
# What vision-server.bat starts inside WSL: gives Linux paths for those of Windows, then starts vision-server.sh.
set -euo pipefail

# What belongs to it lies beside the file that a link leads to; macOS has no readlink -f.
self=${BASH_SOURCE[0]}
while [[ -L $self ]]; do
    folder=$(cd -P -- "$(dirname -- "$self")" && pwd)
    self=$(readlink -- "$self")
    [[ $self == /* ]] || self=$folder/$self
done
root=$(cd -- "$(dirname -- "$self")/.." && pwd)
# shellcheck source=tools/setup.sh
source "$root/tools/setup.sh"

# linux_path TEXT: the path by which Linux knows a file that Windows calls so.
linux_path() {
    case $1 in
        [A-Za-z]:[\\/]*) wslpath -u "$1" || fail "WSL cannot see $1. It has to be on a drive of this machine." ;;
        *) printf '%s\n' "${1//\\//}" ;;
    esac
}

# Only paths are changed: a key or a prompt may hold a backslash, too. What follows an option is taken for its value,
# not for a path, unless the option wants a path, or no value at all.
arguments=()
is_path=true
for argument in "$@"; do
    # vision-server.bat has put a dot behind each. A line feed at the end is lost, but cmd.exe cannot pass one.
    argument=${argument%.}
    case $argument in
        --model=* | --image=* | --output=*)
            path=$(linux_path "${argument#*=}")
            argument=${argument%%=*}=$path
            is_path=true
            ;;
        --model | --image | --output | --?*=* | --) is_path=true ;;
        --any-prompt | --json | --preload | --promptgen | --verify | --build-only | --rebuild) is_path=true ;;
        -*) is_path=false ;;
        *)
            if $is_path; then argument=$(linux_path "$argument"); fi
            is_path=true
            ;;
    esac
    arguments+=("$argument")
done
for name in VISION_SERVER_MODEL HF_HOME HF_HUB_CACHE HF_TOKEN_PATH; do
    if [[ -n ${!name-} ]]; then
        path=$(linux_path "${!name}")
        export "$name=$path"
    fi
done
unset VISION_FOLDER

kernel=$(uname -r)
# WSL 1 has no kernel of its own; what Windows says instead ends like this.
if [[ $kernel == *-Microsoft ]]; then
    say "Starting vision-server inside WSL 1 (WSL 2 is faster; wsl --set-version changes that). Ctrl+C stops it."
else
    say "Starting vision-server inside WSL 2. Ctrl+C stops it."
fi
exec bash "$root/vision-server.sh" ${arguments[@]+"${arguments[@]}"}
