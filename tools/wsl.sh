#!/usr/bin/env bash
# What vision-server.bat starts inside WSL: gives Linux paths for those of Windows, then starts vision-server.sh.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=tools/setup.sh
source "$root/tools/setup.sh"

# linux_path TEXT: the path by which Linux knows a file with a drive of Windows; any other text as it is.
linux_path() {
    if [[ $1 =~ ^[A-Za-z]:[\\/] ]]; then
        wslpath -u "$1" || fail "WSL cannot see $1. It has to be on a drive of this machine."
    else
        printf '%s\n' "$1"
    fi
}

arguments=()
for argument in "$@"; do
    # A line feed at the end would be lost, but no argument of cmd.exe can hold one.
    path=$(linux_path "$argument")
    arguments+=("$path")
done
for name in "${!VISION_SERVER_@}" "${!HF_@}"; do
    path=$(linux_path "${!name}")
    export "$name=$path"
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
