#!/usr/bin/env bats
# What can be said about the scripts for Windows without a Windows. VISION_TEST_PYTHON is a Python with tree-sitter.
# vision-server.bat runs in Wine's cmd.exe, with a stand-in for wsl.exe that says what it was asked for.

# Its variables are those of servers.bash, and names with a dollar sign are meant so.
# shellcheck disable=SC1003,SC2016,SC2034,SC2154
load servers.bash

setup_file() {
    if ! has_wine; then return; fi
    export WINEPREFIX=$BATS_FILE_TMPDIR/wine WINEDEBUG=-all
    export WINEPATH="Z:${BATS_FILE_TMPDIR//\//\\}"
    # Wine links the folders of its user to those of this home.
    mkdir -- "$BATS_FILE_TMPDIR/home"
    HOME=$BATS_FILE_TMPDIR/home wineboot --init 3>&- >"$BATS_FILE_TMPDIR/wineboot" 2>&1
    x86_64-w64-mingw32-gcc -municode -Wall -Wextra -Werror -O1 -o "$BATS_FILE_TMPDIR/wsl.exe" \
        "$BATS_TEST_DIRNAME/wsl_stand_in.c"
}

teardown_file() {
    if has_wine; then wineserver -k 3>&- || true; fi
}

setup() {
    cd -- "$BATS_TEST_TMPDIR" || return
    cp -- "$root/vision-client.ps1" "$root/vision-caption-folder-images.ps1" .
}

has_wine() {
    command -v wine >/dev/null && command -v x86_64-w64-mingw32-gcc >/dev/null
}

# start_batch FOLDER ARGUMENTS...: runs vision-server.bat in a folder of this name; its exit code is $code, what it says
# stands in the file said, and what wsl.exe was to run in the file asked.
start_batch() {
    has_wine || skip "there is no Wine or no mingw-w64"
    mkdir -p -- "$1"
    cp -- "$root/vision-server.bat" "$1/"
    : >asked
    code=0
    (cd -- "$1" && WSL_STAND_IN_LOG="Z:${BATS_TEST_TMPDIR//\//\\}\\asked" \
        wine cmd /c vision-server.bat "${@:2}" 3>&- </dev/null) >said 2>&1 || code=$?
}

# asked_for ARGUMENTS...: these, and no others, are what vision-server.sh would have got.
asked_for() {
    local arguments
    mapfile -t arguments < <(sed -n 's/^argument //p' asked | tail -n +4)
    [[ ${arguments[0]} == vision-server ]]
    inside_wsl "${arguments[@]:1}" >got
    diff got <(printf '%s\n' "$@")
}

# inside_wsl ARGUMENTS...: what tools/wsl.sh hands on to vision-server.sh, a line each.
inside_wsl() {
    mkdir -p repository/tools bin
    cp -- "$root"/tools/{wsl,setup}.sh repository/tools/
    printf '%s\n' '#!/bin/bash' 'printf "%s\n" ${SHOWN:+"${!SHOWN}"} "$@"' >repository/vision-server.sh
    # Like the real one it knows drives only, here no other than A to Z.
    printf '%s\n' '#!/bin/bash' '[[ $1 == -u && $2 == [A-Z]:* ]] || exit 1' \
        'path=${2//\\//}' 'drive=${path%%:*}' 'printf "/mnt/%s%s\n" "${drive,}" "${path#*:}"' >bin/wslpath
    chmod +x bin/wslpath
    PATH=$PWD/bin:$PATH bash repository/tools/wsl.sh "$@" 2>wsl-says
}

# check [FILE...]: what is wrong with the scripts; fails when something is.
check() {
    if [[ -z ${VISION_TEST_PYTHON-} ]]; then skip "VISION_TEST_PYTHON names no Python with tree-sitter"; fi
    "$VISION_TEST_PYTHON" "$BATS_TEST_DIRNAME/check_powershell.py" "${@:-vision-client.ps1}" >said
}

# expect_fault WORDS: the copy of vision-client.ps1 is found faulty, with these words.
expect_fault() {
    if check; then return 1; fi
    grep -F -- "$1" said
}

@test "windows: the PowerShell scripts are taken by the grammar, and call nothing that differs between versions" {
    check vision-client.ps1 vision-caption-folder-images.ps1 || {
        cat said
        return 1
    }
}

@test "windows: the check of the PowerShell scripts finds faults" {
    local original
    original=$(<vision-client.ps1)
    printf '%s\nif ($usage) {\n' "$original" >vision-client.ps1
    expect_fault "is no PowerShell"
    printf '%s\n"%s"\n' "$original" 'é' >vision-client.ps1
    expect_fault "is not ASCII"
    printf '%s\n$words = $usge\n' "$original" >vision-client.ps1
    expect_fault '$usge is never set'
    printf '%s\nGet-Captoin 1\n' "$original" >vision-client.ps1
    expect_fault "Get-Captoin is no function"
    printf '%s\nInvoke-RestMethod -Uri $server\n' "$original" >vision-client.ps1
    expect_fault "Invoke-RestMethod is no function"
    printf '%s\nGet-ChildItem -Recurse\n' "$original" >vision-client.ps1
    expect_fault "without -LiteralPath"
    printf '%s\n[System.Drawing.Bitmap]::new($server)\n' "$original" >vision-client.ps1
    expect_fault "[System.Drawing.Bitmap] is none of the types"
    printf '%s\nfunction Get-Nothing { return 1 }\n' "$original" >vision-client.ps1
    expect_fault "Get-Nothing is never called"
    printf '%s\nGet-Location && Get-Location\n' "$original" >vision-client.ps1
    expect_fault "only PowerShell 7 knows &&"
    printf '%s\n' "${original/SendAsync/SendAsynch}" >vision-client.ps1
    if check vision-client.ps1 vision-caption-folder-images.ps1; then return 1; fi
    grep -F "lines in common" said
}

@test "windows: the PowerShell and bash scripts explain themselves alike" {
    local name
    for name in vision-client vision-caption-folder-images; do
        diff <(sed -n '/^Environment:/,/^END/p' "$root/$name.sh" | grep '^  ') \
            <(tr -d '\r' <"$root/$name.ps1" | sed -n "/^Environment:/,/^'@/p" | grep '^  ')
    done
}

@test "windows: the PowerShell and bash scripts use the same sentences for what the server answers" {
    local sentence
    for sentence in 'answered with something that is no caption' "The server's caption is empty." \
        'was cut before the answer was complete.' 'No vision-server answers at' 'answered with HTTP status' \
        'That is longer than the $timeout seconds of VISION_TIMEOUT.' 'seconds that VISION_TIMEOUT allows.' \
        'No connection to $server came about in time.' \
        "The model's download has made no progress for \$patience seconds." \
        'This goes on trying until there has been no progress for $patience seconds.' '--help says more.' \
        'A name with blanks needs quotes.'; do
        grep -qF -- "$sentence" "$root/vision-client.sh"
        grep -qF -- "$sentence" "$root/vision-client.ps1"
    done
    for sentence in 'is in the way: it is there, but it is no file.' 'may not be read, so it was left as it is.' \
        'MB, so it was left as it is.' 'is no text in UTF-8, so it was left as it is.' 'nothing may be written into it; its pictures fail.' \
        'skipped, captioned meanwhile' 'is a link that leads nowhere.' 'There are no pictures in ' 'The picture is sent again.' \
        'Nothing may be written into its folder.' 'The name is not UTF-8, so no text can hold it. Rename it.' \
        'The other pictures would fail as well, so they were not tried; a new run goes on from here.' \
        'The prompt, the caption extension and the folder are missing.'; do
        grep -qF -- "$sentence" "$root/vision-caption-folder-images.sh"
        grep -qF -- "$sentence" "$root/vision-caption-folder-images.ps1"
    done
}

@test "windows: every label of vision-server.bat is there and is used, and its lines end as cmd.exe wants them" {
    local file=$root/vision-server.bat
    diff <(tr -d '\r' <"$file" | grep -oE '(goto|call :)[ ]?[a-z_]+' | sed -E 's/(goto |call :)//' | sort -u) \
        <(tr -d '\r' <"$file" | sed -n 's/^:\([a-z_]*\)$/\1/p' | sort)
    [[ $(grep -c $'\r$' "$file") -eq $(wc -l <"$file") ]]
    if LC_ALL=C grep '[^[:print:][:space:]]' "$file"; then return 1; fi
}

@test "windows: a checkout on Windows keeps the line ends" {
    git -C "$root" rev-parse --git-dir >/dev/null 2>&1 || skip "this is no git checkout"
    [[ $(git -C "$root" check-attr eol vision-server.sh) == *": lf" ]]
    [[ $(git -C "$root" check-attr eol vision-client.ps1) == *": crlf" ]]
    [[ $(git -C "$root" check-attr eol vision-server.bat) == *": crlf" ]]
    # Programs without an ending, too: "bash\r" is not found.
    [[ $(git -C "$root" check-attr eol .ci/run) == *": lf" ]]
    [[ $(git -C "$root" check-attr eol Benchmarks/run) == *": lf" ]]
}

@test "windows: vision-server.bat passes its folder on, whatever it is called" {
    local folder
    # Wine, unlike cmd.exe, expands what stands between percent signs in %~dp0, so that is not tried.
    for folder in plain Jörg 中文 'a (b) & c' "it's; a, b=c !"; do
        start_batch "$folder" --port 8000
        [[ $code -eq 0 ]]
        grep -qxF "variable VISION_FOLDER=/mnt/z$BATS_TEST_TMPDIR/$folder/" asked
        asked_for --port 8000
    done
}

@test "windows: vision-server.bat passes arguments on whole, paths as those of Linux, and none swallows the next" {
    start_batch plain --model '.\models\x\' --port 8000
    asked_for --model ./models/x/ --port 8000
    start_batch plain caption '.\a b.png' 'C:\Users\Jörg\m\' '' "it's"
    asked_for caption './a b.png' /mnt/c/Users/Jörg/m/ '' "it's"
    start_batch plain --api-key 'k\ey\' --extra-prompt 'C:\x' --preload '--model=C:\a b\m' .
    asked_for --api-key 'k\ey\' --extra-prompt 'C:\x' --preload '--model=/mnt/c/a b/m' .
}

@test "windows: vision-server.bat passes on the variables that the server reads, and those that WSLENV has" {
    export VISION_SERVER_MODEL='C:\models\x' HF_HOME='C:\hf' HTTPS_PROXY=http://proxy:1 OTHER=1 WSLENV=OTHER
    start_batch plain
    diff <(grep '^variable' asked | grep -v FOLDER | sort) <(printf 'variable %s\n' 'HF_HOME=C:\hf' \
        HTTPS_PROXY=http://proxy:1 OTHER=1 'VISION_SERVER_MODEL=C:\models\x')
}

@test "windows: vision-server.bat tells what is missing apart, and never waits for WSL to be installed" {
    local state words
    while IFS='|' read -r state words; do
        export WSL_STAND_IN=$state
        start_batch plain --port 8000
        [[ $code -eq 1 ]]
        grep -qF -- "$words" said
        [[ ! -s asked ]]
    done <<'END'
absent|which is not installed
empty|no Linux distribution starts there
bare|the distribution there has no bash
blind|WSL cannot see the folder
END
}

@test "windows: vision-server.bat ends as the server does, and takes another distribution by name" {
    export WSL_STAND_IN_EXIT=130 VISION_WSL_DISTRIBUTION='my Debian'
    start_batch plain
    [[ $code -eq 130 ]]
    [[ $(sort -u asked | grep -c '^distribution my Debian$') -eq 1 ]]
}

@test "windows: inside WSL paths become Linux paths, everything else stays" {
    inside_wsl '--model.' 'C:/a/Jörg/.' './models\x.' '.' 'a:b.' '<OD>.' >got
    diff got <(printf '%s\n' --model /mnt/c/a/Jörg/ ./models/x '' a:b '<OD>')
    inside_wsl 'caption.' '--json.' 'in\a.png.' '--prompt.' 'C:\b\.' '--prompt=C:\b.' '..\c.png.' '--image=D:\d.png.' \
        '--output.' 'e\f.' '--api-key=\g\.' '--.' '.\h.' >got
    diff got <(printf '%s\n' caption --json in/a.png --prompt 'C:\b\' '--prompt=C:\b' ../c.png --image=/mnt/d/d.png \
        --output e/f '--api-key=\g\' -- ./h)
    if inside_wsl c:/nosuch.; then return 1; fi
    grep -F 'WSL cannot see c:/nosuch.' wsl-says
    if inside_wsl '--model=c:/nosuch.'; then return 1; fi
}

@test "windows: inside WSL variables that name files are Linux paths, keys stay as they are" {
    local name value
    while read -r name value; do
        [[ $(export "$name=C:\\a\\b" && SHOWN=$name inside_wsl) == /mnt/c/a/b ]]
        [[ $(export "$name=..\\a b\\" && SHOWN=$name inside_wsl) == '../a b/' ]]
        [[ -z $(export "$name=" && SHOWN=$name inside_wsl) ]]
    done < <(printf '%s\n' VISION_SERVER_MODEL HF_HOME HF_HUB_CACHE HF_TOKEN_PATH)
    for name in VISION_SERVER_API_KEYS VISION_SERVER_EXTRA_PROMPT HF_TOKEN HF_ENDPOINT; do
        [[ $(export "$name=C:\\a\\b" && SHOWN=$name inside_wsl) == 'C:\a\b' ]]
    done
}

@test "windows: tools/wsl.sh knows every option that takes no value" {
    local flag
    while read -r flag; do
        [[ $(inside_wsl "--$flag." '.\a.') == "--$flag"$'\n./a' ]] || {
            echo "what follows --$flag is taken for its value"
            return 1
        }
    done < <(sed -n '/@Flag(/,/var /s/^ *var \([A-Za-z]*\) .*/\1/p' "$root"/Sources/vision-server/*.swift |
        sed -E 's/([A-Z])/-\l\1/g' && printf '%s\n' build-only rebuild)
}
