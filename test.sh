#!/usr/bin/env bash
# Runs the tests; see --help.
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

usage() {
    cat <<'EOF'
Usage: ./test.sh [swift test options]   build, then run every test
       ./test.sh reliability [options]  what the world does to a server, a line of figures each; --quick, --only D2,I1
       ./test.sh reference [options]    compare with PyTorch and transformers (fetches them into .venv-reference)
       ./test.sh demo [options]         how well the demo model does on pictures that it has never seen
       ./test.sh sanitize [address|thread|kernels]
                                        the C code, with damaged pictures too, under AddressSanitizer and UBSan, what
                                        threads share under ThreadSanitizer, Swift's own asserts: debug builds

Installs what is missing first. Tests that need pictures and vocabularies of other people's making look for them in
the directory that VISION_TEST_DATA names; without it they are counted as skipped.

  ./test.sh --filter Serving            only the Swift tests whose name contains Serving
EOF
}

# Real components, where users have them: HAProxy, systemd's checks, bats, Python for the fake hub, exiftool.
test_packages=(bats binutils curl git haproxy libimage-exiftool-perl python3 python3-venv shellcheck systemd)
# The kernels of 64-bit ARM run in an emulator (56 MB to fetch).
if [[ $(uname -m) == x86_64 ]]; then test_packages+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user); fi

# vision-server.bat runs in Wine's cmd.exe, against a stand-in for wsl.exe.
windows_packages=(gcc-mingw-w64-x86-64 wine wine64)

# Suites, or single tests, that the sanitizers look at.
sanitized_memory='ImagesTests|RawPreviewsTests|JSONScanningTests|ServingTests'
sanitized_threads='WorkerPoolTests|JoinableThreadTests|ServingTests|CaptioningTests|decodingIsSafeFromManyThreads'

prepare() {
    install_packages "${build_packages[@]}"
    install_guest_libraries
    if command -v apt-get >/dev/null; then install_packages "${test_packages[@]}"; fi
    if command -v apt-get >/dev/null && [[ $(uname -m) == x86_64 ]]; then
        (install_packages "${windows_packages[@]}") || say "Without Wine the tests of vision-server.bat are skipped."
    fi
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
    # Hundreds at once would let those that talk to a server wait for those that compute until they lose patience.
    (cd -- "$root" && SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=6 \
        swift test -c release --disable-testable-imports "$@")
    # Options choose among the Swift tests.
    [[ $# -eq 0 ]] || return 0
    "$root/Tests/Kernels/run.sh"
    "$root/Tests/Scripts/run.sh"
    "$root/Tests/Packaging/run.sh"
    check_benchmarks
    check_hub_cache
    check_comfyui
    check_ray
    check_openapi
    check_page
    check_clients
    check_training_sets
}

# The benchmarks on sizes that take no time: whether they still run, never how fast.
check_benchmarks() {
    say "The smoke version of the benchmarks"
    python3 "$root/Benchmarks" --smoke
}

# What Python's library fetched we use, and the other way round.
check_hub_cache() {
    say "Hugging Face's cache, shared with Python's own library"
    python_environment hub "$root/Tests/FakeHub/requirements.txt"
    "$root/.venv-hub/bin/python" "$root/Tests/FakeHub/interop.py" "$root/.build/release/vision-server"
}

# The node in a stand-in for ComfyUI, which has NumPy and Pillow.
check_comfyui() {
    say "The ComfyUI node against a real server"
    if ! (python_environment comfyui "$root/Tests/ComfyUI/requirements.txt"); then
        say "1 suite is skipped: the ComfyUI node needs what Tests/ComfyUI/requirements.txt lists."
        return
    fi
    "$root/.venv-comfyui/bin/python" -m unittest discover -s "$root/Tests/ComfyUI"
}

# The example on a Ray cluster of this machine, and its parts without Ray.
check_ray() {
    say "The Ray example, on two nodes of which one is lost"
    if ! (python_environment ray "$root/Tests/Ray/requirements.txt"); then
        say "2 suites are skipped: all but the server's part needs what Tests/Ray/requirements.txt lists."
        python3 -m unittest discover -s "$root/Tests/Ray" -p test_server.py
        return
    fi
    "$root/.venv-ray/bin/python" -m unittest discover -s "$root/Tests/Ray"
}

# A running server is compared with its own description.
check_openapi() {
    say "The server against its own OpenAPI document"
    python_environment openapi "$root/tools/openapi/requirements.txt"
    with_demo_server "$root/.venv-openapi/bin/python" "$root/tools/openapi/check.py"
}

# Programs that people have, asked for captions; and the requests of those that cannot be had here.
check_clients() {
    say "Clients of OpenAI's and Ollama's interfaces"
    with_demo_server python3 "$root/Tests/Clients/replays.py"
    with_demo_server python3 "$root/Tests/Clients/folders.py"
    python_environment clients "$root/Tests/Clients/requirements.txt"
    with_demo_server "$root/.venv-clients/bin/python" "$root/Tests/Clients/clients.py"
    with_demo_server "$root/.venv-clients/bin/python" "$root/Tests/Clients/mcp_clients.py"
}

# What --format writes, read by the tools that trainers use.
check_training_sets() {
    say "Training sets, read back by datasets and webdataset"
    if ! (python_environment training "$root/Tests/TrainingSets/requirements.txt"); then
        say "1 suite is skipped: the formats need what Tests/TrainingSets/requirements.txt lists."
        return
    fi
    with_demo_server "$root/.venv-training/bin/python" "$root/Tests/TrainingSets/readback.py" \
        "$root/.build/release/vision-client"
}

# with_demo_server COMMAND...: with the address of a server behind it.
with_demo_server() {
    local log port='' server code=0 tries=0
    log=$(mktemp)
    "$root/.build/release/vision-server" --model demo --port 0 2>"$log" &
    server=$!
    while [[ -z $port && $tries -lt 600 ]] && kill -0 "$server" 2>/dev/null; do
        port=$(sed -n 's#.*Serving demo at http://127.0.0.1:\([0-9]*\),.*#\1#p' "$log")
        tries=$((tries + 1))
        read -r -t 0.1 <> <(:) || true
    done
    "$@" "http://127.0.0.1:$port" || code=$?
    kill "$server" 2>/dev/null || true
    wait "$server" || code=$?
    rm -f -- "$log"
    return "$code"
}

# The server's page in a real browser, where there can be one.
check_page() {
    local browser=''
    say "The server's page, in Chromium"
    if command -v apt-get >/dev/null; then (install_packages chromium) || true; fi
    browser=$(command -v chromium || command -v chromium-browser || true)
    if [[ -z $browser ]] || ! (python_environment page "$root/tools/page/requirements.txt"); then
        say "1 skipped: without Chromium and Playwright the page is not tried in a browser."
        return
    fi
    "$root/.venv-page/bin/python" "$root/tools/page/check.py" "$root/.build/release/vision-server" --browser "$browser"
}

run_reliability() {
    build
    (cd -- "$root" && python3 tools/reliability "$@")
}

check_scripts() {
    if command -v apt-get >/dev/null; then install_packages shellcheck; fi
    if command -v shellcheck >/dev/null; then
        (cd -- "$root" && shellcheck -x vision-server.sh test.sh .ci/run tools/setup.sh tools/service.sh tools/wsl.sh \
            Tests/Packaging/run.sh Tests/Kernels/run.sh Benchmarks/run)
    else
        say "shellcheck is not installed: the shell scripts are not checked."
    fi
}

# What .swift-format says, by the formatter that comes with Swift.
check_style() {
    (cd -- "$root" && swift format lint --strict --recursive --configuration .swift-format Sources Tests Package.swift) ||
        fail "The lines above do not follow .swift-format; swift format format -i FILE mends most of it."
}

run_reference() {
    build
    python_environment reference "$root/tools/reference/requirements.txt"
    (cd -- "$root" && .venv-reference/bin/python tools/reference/compare.py "$@")
}

run_demo() {
    build
    python_environment reference "$root/tools/reference/requirements.txt"
    (cd -- "$root" && .venv-reference/bin/python tools/demo-model/evaluate.py "$@")
}

# What is watched: the kernels in C alone, where every one of every instruction set runs in seconds; and debug builds of
# the libraries that need no HTTP, where Swift's asserts are checked, too.
run_sanitize() {
    local what
    prepare
    [[ $# -gt 0 ]] || set -- kernels address thread
    for what in "$@"; do
        case $what in
            kernels) "$root/Tests/Kernels/run.sh" --sanitize ;;
            address)
                # A leak is none of memory's mistakes, and XCTest has one of its own.
                ASAN_OPTIONS=detect_leaks=0 test_sanitized address "$sanitized_memory" \
                    -Xcc -O1 -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined
                ;;
            thread)
                TSAN_OPTIONS="suppressions=$root/tools/sanitize/thread.supp" \
                    test_sanitized thread "$sanitized_threads" -Xcc -O1
                ;;
            *) fail "./test.sh sanitize knows kernels, address and thread, not $what." ;;
        esac
    done
}

# test_sanitized KIND FILTER FLAG...: builds the libraries and their tests with a sanitizer, and runs some of these, but
# none that measures memory.
test_sanitized() {
    local options=(-c debug "--sanitize=$1" --scratch-path ".build-$1" "${@:3}")
    (
        cd -- "$root"
        export VISION_LIBRARIES_ONLY=1
        swift build --build-tests "${options[@]}"
        SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=4 swift test --skip-build "${options[@]}" \
            --filter "$2" --skip ImagesTests.MemoryTests
    )
}

case ${1-} in
    -h | --help) usage ;;
    reference)
        shift
        run_reference "$@"
        ;;
    reliability)
        shift
        run_reliability "$@"
        ;;
    demo)
        shift
        run_demo "$@"
        ;;
    sanitize)
        shift
        run_sanitize "$@"
        ;;
    *) run_tests "$@" ;;
esac
