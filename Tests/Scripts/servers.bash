# shellcheck shell=bash
# What the .bats files share: the fake server, the real one, and a machine with nothing but what the scripts may need.

# shellcheck disable=SC2034
root=$(cd -- "$BATS_TEST_DIRNAME/../.." && pwd)

# What a client script may call: curl, coreutils and findutils. With no jq, awk, sed, grep or python in reach, a test
# that passes shows that none is needed.
narrow_path() {
    local tool
    mkdir -p -- "$BATS_TEST_TMPDIR/bin"
    for tool in bash curl find base64 cat head mktemp mv readlink rm sleep sort tr; do
        ln -s -- "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bin/$tool"
    done
    narrow=$BATS_TEST_TMPDIR/bin
}

# With VISION_TEST_TWIN=powershell the suites of the bash scripts run against their PowerShell twins.
is_powershell() {
    [[ ${VISION_TEST_TWIN-} == powershell ]]
}

# only_bash REASON: the test has no meaning for the PowerShell twin.
only_bash() {
    if is_powershell; then skip "not for PowerShell: $1"; fi
}

# prepare_script NAME.sh: every test gets a copy of the one script, or of its twin, alone in a folder, a temporary
# folder of its own and a clean environment. The script is run by ${runner[@]}.
prepare_script() {
    local name=$1
    if is_powershell; then name=${name%.sh}.ps1; fi
    mkdir -p -- "$BATS_TEST_TMPDIR/alone" "$BATS_TEST_TMPDIR/tmp" "$BATS_TEST_TMPDIR/home" "$BATS_TEST_TMPDIR/fake"
    cp -- "$root/$name" "$BATS_TEST_TMPDIR/alone/"
    script=$BATS_TEST_TMPDIR/alone/$name
    runner=("$script")
    if is_powershell; then runner=("$(command -v pwsh)" -NoProfile -File "$script"); fi
    fake=$BATS_TEST_TMPDIR/fake
    export HOME=$BATS_TEST_TMPDIR/home TMPDIR=$BATS_TEST_TMPDIR/tmp
    unset VISION_HOST VISION_API_KEY VISION_TIMEOUT http_proxy HTTP_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
    narrow_path
    as_nobody=()
    cd -- "$BATS_TEST_TMPDIR" || return
    picture=$BATS_TEST_TMPDIR/picture.jpg
    printf 'not a picture, but the fake server takes it \x00\xff' >"$picture"
}

# ask ARGUMENTS...: runs the script with the narrow path; its outputs are the files out and err, its exit code $code.
ask() {
    code=0
    PATH=$narrow "${as_nobody[@]}" "${runner[@]}" "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" </dev/null || code=$?
    err=$(<"$BATS_TEST_TMPDIR/err")
}

# start_fake JSON: a fake server that gives these answers; VISION_HOST points to it.
start_fake() {
    stop_fake
    rm -f -- "$fake/port" "$fake/requests.jsonl"
    printf '%s' "$1" >"$fake/answers.json"
    python3 "$BATS_TEST_DIRNAME/fake_server.py" "$fake" 3>&- >"$fake/says" 2>&1 &
    fake_process=$!
    poll test -e "$fake/port"
    export VISION_HOST
    VISION_HOST=127.0.0.1:$(<"$fake/port")
}

# A server whose queue of connections is full and stays so, instead of the fake one; VISION_HOST points to it.
start_deaf() {
    stop_fake
    rm -f -- "$fake/port"
    python3 -c 'import os, signal, socket, sys
listener = socket.create_server(("127.0.0.1", 0), backlog=0)
clients = [socket.socket() for _ in range(4)]
for client in clients:
    client.setblocking(False)
    client.connect_ex(listener.getsockname())
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(listener.getsockname()[1]))
os.replace(sys.argv[1] + ".new", sys.argv[1])
signal.pause()' "$fake/port" 3>&- >"$fake/says" 2>&1 &
    fake_process=$!
    poll test -e "$fake/port"
    export VISION_HOST
    VISION_HOST=127.0.0.1:$(<"$fake/port")
}

# answer_text TEXT [STATUS]: the JSON of one answer with this body, for start_fake.
answer_text() {
    python3 -c 'import json, sys; print(json.dumps([{"text": sys.argv[1], "status": int(sys.argv[2])}]))' "$1" "${2-200}"
}

# fake_sleep COMMANDS...: a sleep that takes no time; what it does instead gets the number of the sleep in $1. The
# seconds of each stand in the file sleeps.
fake_sleep() {
    rm -- "$narrow/sleep"
    # shellcheck disable=SC2016
    printf '#!/bin/bash\nPATH=%q\necho "$1" >>%q\nset -- "$(wc -l <%q)"\n%s\n' "$PATH" "$PWD/sleeps" "$PWD/sleeps" "$*" >"$narrow/sleep"
    chmod +x "$narrow/sleep"
}

stop_fake() {
    if [[ -n ${fake_process-} ]]; then
        kill "$fake_process" 2>/dev/null || true
        wait "$fake_process" 2>/dev/null || true
    fi
    fake_process=''
}

# poll COMMAND...: until it succeeds, for at most 30 seconds.
poll() {
    local end=$((SECONDS + 30))
    until "$@"; do
        ((SECONDS < end)) || {
            echo "did not come true within 30 seconds: $*"
            return 1
        }
        sleep 0.02
    done
}

# requests EXPRESSION: a Python expression over the list r of the requests that the fake server got, printed.
requests() {
    python3 -c 'import json, sys; r = [json.loads(line) for line in open(sys.argv[1])]; print(eval(sys.argv[2]))' \
        "$fake/requests.jsonl" "$1"
}

# expect_output TEXT: standard output is these bytes, no more and no fewer; escapes as printf's %b has them.
expect_output() {
    printf '%b' "$1" | cmp - "$BATS_TEST_TMPDIR/out"
}

# expect_failure WORDS: exit code 1, nothing on standard output, and a sentence with these words on standard error.
expect_failure() {
    [[ $code -eq 1 ]]
    expect_output ''
    [[ $err == *"$1"* ]] || {
        printf 'standard error was: %s\n' "$err"
        return 1
    }
}

# Lets the script run as a user who is not root, whom permissions do not stop.
become_nobody() {
    if [[ $(id -u) -eq 0 ]]; then
        chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
        chmod 777 "$TMPDIR"
        as_nobody=("$(command -v setpriv)" --reuid=65534 --regid=65534 --clear-groups)
    fi
}

# interrupt SIGNAL FILE LINES ARGUMENTS...: runs the script and sends it a signal once FILE has so many lines; prints
# its exit code, and fails when a process is left. Standard error goes to the file said.
interrupt() {
    python3 "$BATS_TEST_DIRNAME/interrupt.py" "$1" "$2" "$3" env "PATH=$narrow" "$script" "${@:4}" 2>said
}

# No temporary file of the scripts is left, neither in TMPDIR nor beside a caption.
expect_tidy() {
    [[ -z $(find "$BATS_TEST_TMPDIR" -name '*vision-*' -not -path '*/alone/*') ]]
}

real_is_built() {
    binary=${VISION_SERVER_BINARY:-$root/.build/release/vision-server}
    [[ -x $binary ]]
}

# Starts the real server with the demo model; its address is in the file address of the file's temporary folder.
start_real() {
    local address=http://127.0.0.1:
    "$binary" --model demo --port 0 3>&- >/dev/null 2>"$BATS_FILE_TMPDIR/says" &
    printf '%s' "$!" >"$BATS_FILE_TMPDIR/process"
    poll grep -q "${address}[0-9]*/prompts" "$BATS_FILE_TMPDIR/says"
    grep -o "${address}[0-9]*" "$BATS_FILE_TMPDIR/says" | head -n 1 >"$BATS_FILE_TMPDIR/address"
}

stop_real() {
    if [[ -e $BATS_FILE_TMPDIR/process ]]; then kill "$(<"$BATS_FILE_TMPDIR/process")" 2>/dev/null || true; fi
}
