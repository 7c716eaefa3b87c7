# shellcheck shell=bash
# What vision-server.sh, test.sh and Benchmarks/run share: messages, system packages, the Swift toolchain and Python's
# environments. Sourced, not run.

swift_release=6.3
swift_minimum=6.1

# What the build itself needs, whoever installed Swift; the scripts that source this file use it.
# shellcheck disable=SC2034
build_packages=(git libcurl4-openssl-dev libssl-dev libjpeg-dev libpng-dev libwebp-dev libgif-dev libtiff-dev)
# What Swift's compiler and package manager need from the system, and what fetches them.
swift_packages=(
    binutils g++ libc6-dev libcurl4-openssl-dev libncurses-dev libsqlite3-dev libxml2-dev uuid-dev zlib1g-dev
    ca-certificates curl gnupg tzdata
)

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

is_installed() {
    [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == 'install ok installed' ]]
}

# Runs a command as root, through sudo for other users; without a terminal sudo must not wait for a password.
as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# install_packages NAME...: the Debian packages that are not there yet, after saying which.
install_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        check_foreign_system
        return
    fi
    local missing=() name
    for name in "$@"; do
        is_installed "$name" || missing+=("$name")
    done
    [[ ${#missing[@]} -eq 0 ]] && return
    if [[ $(id -u) -ne 0 ]] && ! command -v sudo >/dev/null; then
        fail "These packages are missing: ${missing[*]}. Install them as root (apt-get install ${missing[*]}), then run this again."
    fi
    say "Installing with apt-get: ${missing[*]}"
    as_root apt-get -q -o DPkg::Lock::Timeout=300 update >&2 || say "apt-get update failed; trying with the lists that are there."
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends "${missing[@]}" >&2 ||
        fail "apt-get could not install: ${missing[*]}. Install them by hand, then run this again."
}

# What the server opens while it runs, for HEIC, AVIF, JPEG XL and colour profiles. It runs without them, so their lack
# is no failure.
install_guest_libraries() {
    command -v apt-cache >/dev/null || return 0
    local names
    # The version is in the name of libjxl; newer systems have libheif's codecs in packages of their own.
    mapfile -t names < <(
        apt-cache --names-only search '^libheif1$|^libheif-plugin-(libde265|dav1d)$' | cut -d' ' -f1
        apt-cache --names-only search '^libjxl0[.][0-9]+$' | cut -d' ' -f1 | sort -V | tail -n 1
        apt-cache --names-only search '^liblcms2-2$' | cut -d' ' -f1
    )
    [[ ${#names[@]} -eq 0 ]] || (install_packages "${names[@]}") ||
        say "Without libheif and libjxl the server does not read HEIC, AVIF and JPEG XL," \
            "without lcms2 it ignores colour profiles."
}

# Where there is no apt-get, what was installed by hand is enough.
check_foreign_system() {
    local header missing=() headers=(curl/curl.h jpeglib.h png.h webp/decode.h gif_lib.h tiffio.h)
    # On Apple's systems the system's own library hashes.
    if [[ $(uname -s) == Linux ]]; then headers+=(openssl/evp.h); fi
    for header in "${headers[@]}"; do
        printf '#include <stdio.h>\n#include <%s>\n' "$header" | cc -E -x c - >/dev/null 2>&1 || missing+=("$header")
    done
    [[ ${#missing[@]} -eq 0 ]] && return
    fail "This system has no apt-get. Install Swift $swift_release (https://www.swift.org/install) and the development" \
        "files of libcurl, OpenSSL, libjpeg-turbo, libpng, libwebp, giflib and libtiff by hand" \
        "(not found: ${missing[*]}), then run this again."
}

# Whether a Swift that is new enough can be called; one that swiftly installed is put on the path.
have_swift() {
    local environment=${SWIFTLY_HOME_DIR:-$HOME/.local/share/swiftly}/env.sh
    if ! command -v swift >/dev/null && [[ -r $environment ]]; then
        # shellcheck source=/dev/null
        source "$environment"
        hash -r
    fi
    command -v swift >/dev/null || return 1
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
    [[ -n $version ]] || return 1
    [[ $(printf '%s\n%s\n' "$swift_minimum" "$version" | sort -V | head -n 1) == "$swift_minimum" ]]
}

# A Swift toolchain, installed by Swift's own installer when there is none.
require_swift() {
    have_swift && return
    local by_hand="Install Swift $swift_release by hand (https://www.swift.org/install), then run this again."
    [[ $(uname -s) == Linux ]] || fail "There is no Swift $swift_minimum or newer here. $by_hand"
    install_packages "${swift_packages[@]}"
    install_swift || exit
    # shellcheck source=/dev/null
    source "${SWIFTLY_HOME_DIR:-$HOME/.local/share/swiftly}/env.sh"
    hash -r
    have_swift || fail "swiftly has installed Swift $swift_release, but it cannot be called. $by_hand"
}

# In a subshell: it has an end of its own, at which the temporary folder goes, whatever ends it.
install_swift() (
    archive=swiftly-$(uname -m).tar.gz
    url=https://download.swift.org/swiftly/linux/$archive
    say "There is no Swift $swift_minimum or newer here: installing Swift $swift_release for this user with swiftly, Swift's installer."
    folder=$(mktemp -d) || fail "No temporary folder can be made in ${TMPDIR:-/tmp}."
    trap 'rm -rf -- "$folder"' EXIT
    curl -fsSL --connect-timeout 20 -o "$folder/$archive" "$url" || fail "$url cannot be reached. $by_hand"
    tar -xzf "$folder/$archive" -C "$folder" || fail "$url did not give an archive that can be opened. $by_hand"
    "$folder/swiftly" init --assume-yes --skip-install --quiet-shell-followup >&2 || fail "swiftly could not be set up. $by_hand"
    # shellcheck source=/dev/null
    source "${SWIFTLY_HOME_DIR:-$HOME/.local/share/swiftly}/env.sh"
    hash -r
    swiftly install --assume-yes --use "$swift_release" >&2 || fail "swiftly could not install Swift $swift_release. $by_hand"
)

# python_environment NAME REQUIREMENTS: .venv-NAME in $root with what the file lists, made anew when the list changes.
python_environment() {
    # The script that sources this file sets root.
    # shellcheck disable=SC2154
    local folder=$root/.venv-$1 requirements=$2
    if cmp -s -- "$requirements" "$folder/requirements.txt"; then return; fi
    if command -v apt-get >/dev/null; then install_packages python3 python3-venv; fi
    say "Fetching Python packages into $folder"
    rm -rf -- "$folder"
    python3 -m venv "$folder" || fail "python3 cannot make a virtual environment. Install python3 with venv, then run this again."
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" ||
        fail "pip could not install what $requirements lists."
    cp -- "$requirements" "$folder/requirements.txt"
}
