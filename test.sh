#!/usr/bin/env bash
# Runs the tests; see --help.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
source "$root/tools/setup.sh"

usage() {
    cat <<'EOF'
Usage: ./test.sh [swift test options]   build, then run every test
       ./test.sh reference [options]    compare with PyTorch and transformers (fetches them into .venv-reference)
       ./test.sh demo [options]         how well the demo model does on pictures that it has never seen

Installs what is missing first. Tests that need pictures and vocabularies of other people's making look for them in
the directory that VISION_TEST_DATA names; without it they are counted as skipped.

  ./test.sh --filter Serving            only the tests whose name contains Serving
EOF
}

prepare() {
    install_packages "${build_packages[@]}"
    require_swift
}

build() {
    prepare
    (cd -- "$root" && swift build -c release)
}

run_tests() {
    check_scripts
    prepare
    check_style
    build
    if [[ -n ${VISION_TEST_DATA-} ]]; then
        say "Test data: $VISION_TEST_DATA"
    else
        say "VISION_TEST_DATA is not set: tests that need data of other people's making are skipped."
    fi
    (cd -- "$root" && swift test -c release --disable-testable-imports "$@")
}

check_scripts() {
    if command -v apt-get >/dev/null; then install_packages shellcheck; fi
    if command -v shellcheck >/dev/null; then
        (cd -- "$root" && shellcheck -x vision-server.sh test.sh .ci/run tools/setup.sh)
    else
        say "shellcheck is not installed: the shell scripts are not checked."
    fi
}

# What .swift-format says, by the formatter that comes with Swift.
check_style() {
    (cd -- "$root" && swift format lint --strict --recursive --configuration .swift-format Sources Tests Package.swift) ||
        fail "The lines above do not follow .swift-format; swift format format -i FILE mends most of it."
}

# A Python with what the comparison and the demo model's evaluation need, made anew when the list changes.
python_environment() {
    local folder=$root/.venv-reference requirements=$root/tools/reference/requirements.txt
    if cmp -s -- "$requirements" "$folder/requirements.txt"; then return; fi
    if command -v apt-get >/dev/null; then install_packages python3 python3-venv; fi
    say "Fetching Python packages into $folder"
    rm -rf -- "$folder"
    python3 -m venv "$folder" || fail "python3 cannot make a virtual environment. Install python3 with venv, then run this again."
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" ||
        fail "pip could not install what $requirements lists."
    cp -- "$requirements" "$folder/requirements.txt"
}

run_reference() {
    build
    python_environment
    (cd -- "$root" && .venv-reference/bin/python tools/reference/compare.py "$@")
}

run_demo() {
    build
    python_environment
    (cd -- "$root" && .venv-reference/bin/python tools/demo-model/evaluate.py "$@")
}

case ${1-} in
    -h | --help) usage ;;
    reference)
        shift
        run_reference "$@"
        ;;
    demo)
        shift
        run_demo "$@"
        ;;
    *) run_tests "$@" ;;
esac
