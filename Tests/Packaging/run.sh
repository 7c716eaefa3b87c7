#!/usr/bin/env bash
# Checks what is in packaging/, the Dockerfile and the installed service, then runs Tests/HAProxy. What needs promtool is
# skipped where it is neither installed nor in a package that apt-get can fetch.
# Needs a built vision-server (VISION_SERVER_BINARY, else .build/release/vision-server) and, from Debian: systemd,
# haproxy, python3, binutils.
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
binary=${VISION_SERVER_BINARY:-$root/.build/release/vision-server}
export VISION_SERVER_BINARY=$binary
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT
passed=0
failed=0
skipped=0

# check NAME COMMAND...: counts, and shows what a failing command said. A function fails with its first failing line,
# which bash grants only outside of conditions.
check() {
    local name=$1 status
    shift
    set +e
    (
        set -e
        "$@"
    ) >"$scratch/output" 2>&1
    status=$?
    set -e
    if [[ $status -eq 0 ]]; then
        passed=$((passed + 1))
        printf 'ok      %s\n' "$name"
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n' "$name"
        sed 's/^/        /' "$scratch/output"
    fi
}

# The unit as shipped, but with a program that is there: systemd-analyze looks for it.
prepare_unit() {
    mkdir -p -- "$scratch/units"
    sed "s#/usr/local/bin/vision-server#$binary#" "$root/packaging/systemd/vision-server.service" \
        >"$scratch/units/vision-server.service"
    cp -- "$scratch/units/vision-server.service" "$scratch/units/vision-server@.service"
}

# verify says nothing about a unit that is right, and some of what is wrong only as a warning.
unit_is_valid() {
    local said
    said=$(systemd-analyze verify --man=no "$scratch/units/$1" 2>&1) || { printf '%s\n' "$said"; return 1; }
    printf '%s\n' "$said"
    [[ -z $said ]]
}

unit_is_hardened() {
    systemd-analyze security --no-pager --offline=true --threshold=15 "$scratch/units/vision-server.service"
}

settings_are_known() {
    local name help
    help=$("$binary" serve --help)
    grep -o 'VISION_SERVER_[A-Z_]*' "$root/packaging/systemd/vision-server.default" | while read -r name; do
        grep -q -w -- "$name" <<<"$help" || { printf '%s is no setting of the server.\n' "$name"; return 1; }
    done
}

install_into() {
    DESTDIR=$scratch/installed "$root/vision-server.sh" "$@"
}

# has_mode MODE FILE
has_mode() {
    [[ $(stat -c %a -- "$2") == "$1" ]] || { ls -l -- "$2"; return 1; }
}

installs() {
    install_into --install-service
    has_mode 755 "$scratch/installed/usr/local/bin/vision-server"
    has_mode 644 "$scratch/installed/usr/local/lib/systemd/system/vision-server.service"
    has_mode 600 "$scratch/installed/etc/default/vision-server"
}

# Without Swift's libraries and without anybody's environment.
installed_program_stands_alone() {
    local program=$scratch/installed/usr/local/bin/vision-server
    if ldd "$program" | grep -i -E 'swift|dispatch|Foundation|not found'; then return 1; fi
    env -i "$program" caption --model demo "$root/Models/demo/example.png" | grep -q 'a red square'
}

install_keeps_settings() {
    printf 'VISION_SERVER_PORT=1234\n' >"$scratch/installed/etc/default/vision-server"
    install_into --install-service
    grep -q '^VISION_SERVER_PORT=1234$' "$scratch/installed/etc/default/vision-server"
}

uninstalls() {
    install_into --uninstall-service
    [[ ! -e $scratch/installed/usr/local/bin/vision-server ]]
    [[ ! -e $scratch/installed/usr/local/lib/systemd/system/vision-server.service ]]
    [[ -e $scratch/installed/etc/default/vision-server ]]
}

options_are_refused() {
    if install_into --install-service --port 1; then return 1; fi
    [[ ! -e $scratch/installed/usr/local/bin/vision-server ]]
}

# Every library that the program asks for comes from a package that the image installs or has.
image_has_every_library() {
    local library path package
    for library in $(readelf -d "$binary" | sed -n 's/.*Shared library: \[\(.*\)\]/\1/p'); do
        path=$(ldd "$binary" |
            awk -v name="$library" '$1 == name || index($1, "/" name) { print ($2 == "=>") ? $3 : $1 }')
        package=$(dpkg -S "*/$(basename -- "$(readlink -f -- "$path")")" | grep -v -- '-cross:' | head -n 1 | cut -d: -f1)
        case $package in
            libc6 | libgcc-s1) ;;
            *) grep -q -w -- "$package" "$root/Dockerfile" || { printf '%s (%s)\n' "$library" "$package"; return 1; } ;;
        esac
    done
}

image_copies_what_is_there() {
    local source
    sed -n 's/^COPY \([A-Z][^ ]*\) .*/\1/p' "$root/Dockerfile" | while read -r source; do
        [[ -e $root/$source ]] || { printf '%s is not there.\n' "$source"; return 1; }
        if grep -q -x -F -- "$source" "$root/.dockerignore"; then
            printf '%s is kept out by .dockerignore.\n' "$source"
            return 1
        fi
    done
}

# The image's own health command, taken from the Dockerfile: yes to a server, no to none.
image_health_check_works() {
    local command port
    command=$(python3 - "$root/Dockerfile" <<'EOF'
import json, re, sys
text = open(sys.argv[1]).read().replace("\\\n", "")
print(json.loads(re.search(r"^HEALTHCHECK .*?CMD (\[.*\])$", text, re.M).group(1))[2])
EOF
    )
    "$binary" --model demo --port 0 2>"$scratch/server.log" &
    server=$!
    trap 'kill -9 "$server" 2>/dev/null || true' EXIT
    for _ in $(seq 200); do
        port=$(sed -n 's#.* at http://127.0.0.1:\([0-9]*\),.*#\1#p' "$scratch/server.log")
        [[ -z $port ]] || break
        sleep 0.05
    done
    VISION_SERVER_PORT=$port bash -c "$command"
    kill -9 "$server"
    wait "$server" || true
    if VISION_SERVER_PORT=$port bash -c "$command"; then return 1; fi
}

# python_tests FILE: shows figures and failures as they come, and counts.
python_tests() {
    local ran lost missed
    python3 "$1" 2>&1 | tee "$scratch/tests" || true
    ran=$(sed -n 's/^Ran \([0-9]*\) test.*/\1/p' "$scratch/tests")
    lost=$(unittest_count 'failures|errors|unexpected successes')
    missed=$(unittest_count skipped)
    # Nothing ran: that the servers could not even start is one failure.
    if [[ ${ran:-0} -eq 0 ]]; then ran=0 lost=1; fi
    failed=$((failed + lost))
    skipped=$((skipped + missed))
    passed=$((passed + (ran > lost + missed ? ran - lost - missed : 0)))
}

# unittest_count WORDS: of the last line, such as FAILED (failures=1, errors=2, skipped=3); 0 where it has none of them.
unittest_count() {
    sed -n -E 's/^(OK|FAILED) \((.*)\)$/\2/p' "$scratch/tests" | tr ',' '\n' |
        awk -F= -v words="^ *($1)$" '$1 ~ words { sum += $2 } END { print sum + 0 }'
}

# Only the program: the package, when it is installed, starts a Prometheus.
find_promtool() {
    PROMTOOL=$(command -v promtool) || PROMTOOL=$root/.build-promtool/promtool
    export PROMTOOL
    [[ -x $PROMTOOL ]] || fetch_promtool 2>"$scratch/output" || {
        PROMTOOL=
        printf 'There is no promtool, and apt-get cannot fetch it: its checks are skipped.\n'
    }
}

fetch_promtool() (
    mkdir -p -- "$scratch/promtool" "$root/.build-promtool" || exit
    cd -- "$scratch/promtool" && apt-get -q download prometheus >/dev/null || exit
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -x -O ./usr/bin/promtool >promtool || exit
    chmod 755 promtool && mv -- promtool "$PROMTOOL"
)

# Each of the two goes on only when the other has begun to build, too.
two_starts_at_once_both_build() {
    local folder=$scratch/twice first second
    mkdir -p -- "$folder/bin" "$folder/Sources" "$folder/Models"
    cp -r -- "$root/vision-server.sh" "$root/tools" "$root/Package.swift" "$folder"
    cat >"$folder/bin/swift" <<'EOF'
#!/usr/bin/env bash
if [[ $1 != build ]]; then exec "$REAL_SWIFT" "$@"; fi
: >"building.$$"
deadline=$((SECONDS + 20))
until [[ $(find . -maxdepth 1 -name 'building.*' | wc -l) -eq 2 || $SECONDS -ge $deadline ]]; do read -r -t 0.05 <> <(:); done
mkdir -p .build/release
# Into place in one step: cp creates what it does not find, and fails when the other was faster by a moment.
cp /bin/true "built.$$"
mv -f "built.$$" .build/release/vision-server
EOF
    chmod +x -- "$folder/bin/swift"
    REAL_SWIFT=$(command -v swift)
    export REAL_SWIFT
    PATH=$folder/bin:$PATH "$folder/vision-server.sh" --build-only &
    first=$!
    PATH=$folder/bin:$PATH "$folder/vision-server.sh" --build-only &
    second=$!
    wait "$first"
    wait "$second"
    [[ $(find "$folder/.build" -name 'vision-server.stamp*' | wc -l) -eq 1 ]]
}

for command in systemd-analyze haproxy python3 readelf; do
    command -v "$command" >/dev/null || {
        printf '%s is not installed: apt-get install systemd haproxy python3 binutils\n' "$command" >&2
        exit 1
    }
done
prepare_unit
check "the unit is valid" unit_is_valid vision-server.service
check "an instance of it is valid" unit_is_valid vision-server@second.service
check "its exposure is at most 1.5" unit_is_hardened
check "the server knows every setting of the settings file" settings_are_known
check "--install-service installs program, unit and settings below DESTDIR" installs
check "the installed program needs no Swift" installed_program_stands_alone
check "installing again keeps the settings" install_keeps_settings
check "--uninstall-service removes program and unit, and keeps the settings" uninstalls
check "the server's options are refused beside --install-service" options_are_refused
check "two that are started at once both build" two_starts_at_once_both_build
check "the image has every library that the program needs" image_has_every_library
check "the image copies what is there" image_copies_what_is_there
check "the image's health check tells life from death" image_health_check_works
find_promtool
python_tests "$root/Tests/Packaging/test_monitoring.py"
python_tests "$root/Tests/HAProxy/test_stopping.py"
python_tests "$root/Tests/HAProxy/test_haproxy.py"
printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[[ $failed -eq 0 ]]
