#!/usr/bin/env bash
# Compares the kernels with their slow twins: those of this processor, and those of 64-bit ARM in an emulator.
# Needs clang or gcc 12; for ARM, from Debian, gcc-aarch64-linux-gnu, libc6-dev-arm64-cross and qemu-user. What is
# missing is counted as skipped. With --sanitize it is this processor's under AddressSanitizer and UBSan, by clang.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
kernels=$(cd -- "$here/../../Sources/CKernels" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
passed=0
failed=0
skipped=0

# Some pragmas are clang's. gcc would fuse a multiplication with another statement's addition, which clang never does.
flags=(-std=gnu2x -O2 -ffp-contract=on -Wall -Wextra -Werror -Wno-unknown-pragmas -I "$kernels/include" -I "$here")

# Whether a compiler is there and knows the vectors that the kernels are written with.
is_usable() {
    local question='#if !__has_builtin(__builtin_shufflevector)\n#error\n#endif\n'
    command -v "$1" >/dev/null && printf '%b' "$question" | "$1" -E -x c - >/dev/null 2>&1
}

# compile FOLDER COMPILER [flags]: an object of every file.
compile() {
    local folder=$1 file
    shift
    mkdir -p -- "$folder"
    for file in "$kernels"/*.c "$here"/*.c; do
        "$@" "${flags[@]}" -c "$file" -o "$folder/$(basename -- "$file" .c).o"
    done
}

# gcc takes the instructions that a file may use from here, clang from its pragmas.
gcc_for_x86() {
    local instructions=(-mavx2 -mfma -mf16c)
    case "$*" in
        *_avx512.c*) gcc "${instructions[@]}" -mavx512{f,bw,vl,dq,vnni,bf16} "$@" ;;
        *_avx2.c*) gcc "${instructions[@]}" "$@" ;;
        *) gcc "$@" ;;
    esac
}

# count NAME COMMAND...: runs it and counts how it went.
count() {
    printf '%s\n' "$1"
    if "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n' "$1"
    fi
}

skip() {
    skipped=$((skipped + 1))
    printf 'skipped %s\n' "$*"
}

# Whether the system knows these features of this processor.
has_features() {
    local feature
    for feature in "$@"; do
        grep -m 1 -E '^(flags|Features)' /proc/cpuinfo | grep -qw -- "$feature" || return 1
    done
}

# The instruction sets that must be found here, one a line; nothing where the system does not tell.
expected_here() {
    local avx2=(avx2 fma f16c) avx512=(avx512f avx512bw avx512vl avx512dq)
    [[ -r /proc/cpuinfo ]] || return 0
    echo generic
    if [[ $(uname -m) == aarch64 ]]; then
        echo neon
        if has_features asimddp; then echo neondot; fi
        return
    fi
    has_features "${avx2[@]}" || return 0
    echo avx2
    has_features "${avx512[@]}" || return 0
    echo avx512
    has_features avx512_vnni || return 0
    echo avx512vnni
    if has_features avx512_bf16; then echo avx512bf16; fi
}

compare_here() {
    local compiler=clang expected
    mapfile -t expected < <(expected_here)
    if ! is_usable clang; then
        if ! is_usable gcc; then
            skip "this processor: neither clang nor gcc 12 is installed"
            return
        fi
        compiler=gcc
        if [[ $(uname -m) == x86_64 ]]; then compiler=gcc_for_x86; fi
    fi
    compile "$scratch/here" "$compiler"
    "${compiler%_for_x86}" "$scratch"/here/*.o -lm -o "$scratch/here/compare"
    count "This processor, by ${compiler%_for_x86}" "$scratch/here/compare" "${expected[@]}"
}

# emulate FOLDER NAME PROCESSOR INSTRUCTION_SET...: what was compiled, on a processor that has these.
emulate() {
    local folder=$1 name=$2 processor=$3
    shift 3
    aarch64-linux-gnu-gcc -static "$folder"/*.o -lm -o "$folder/compare"
    count "64-bit ARM ($processor in qemu), by $name" qemu-aarch64 -cpu "$processor" "$folder/compare" "$@"
}

# On a processor with everything (max) and on one with nothing that is optional. gcc has the headers and libraries
# that clang lacks.
compare_arm() {
    local tree=/usr/aarch64-linux-gnu
    if [[ $(uname -m) == aarch64 ]]; then return; fi
    if ! is_usable aarch64-linux-gnu-gcc || ! command -v qemu-aarch64 >/dev/null; then
        skip "64-bit ARM: gcc-aarch64-linux-gnu (12 or newer) or qemu-user is not installed"
        return
    fi
    compile "$scratch/arm-gcc" aarch64-linux-gnu-gcc
    emulate "$scratch/arm-gcc" gcc max generic neon neondot
    emulate "$scratch/arm-gcc" gcc cortex-a53 generic neon
    if ! is_usable clang; then
        skip "64-bit ARM by clang: it is not installed"
        return
    fi
    compile "$scratch/arm-clang" clang --target=aarch64-linux-gnu "--sysroot=$tree" -isystem "$tree/include"
    emulate "$scratch/arm-clang" clang max generic neon neondot
}

# Sizes, strides and ends are what goes wrong in a kernel: a sanitizer sees it where a guard page does not.
sanitize_here() {
    local expected
    mapfile -t expected < <(expected_here)
    if ! is_usable clang; then
        skip "this processor, under sanitizers: clang is not installed"
        return
    fi
    flags+=(-O1 -g "-fsanitize=address,undefined" -fno-sanitize-recover=undefined)
    compile "$scratch/sanitized" clang
    clang -fsanitize=address,undefined "$scratch"/sanitized/*.o -lm -o "$scratch/sanitized/compare"
    count "This processor, under AddressSanitizer and UBSan" "$scratch/sanitized/compare" "${expected[@]}"
}

if [[ ${1-} == --sanitize ]]; then
    sanitize_here
else
    compare_here
    compare_arm
fi
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[[ $failed -eq 0 ]]
