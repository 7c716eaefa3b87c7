#!/usr/bin/env bats
# What can be said about the scripts for Windows without a Windows. VISION_TEST_PYTHON is a Python with tree-sitter.

# Its variables are those of servers.bash, and names with a dollar sign are meant so.
# shellcheck disable=SC2016,SC2034,SC2154
load servers.bash

setup() {
    cd -- "$BATS_TEST_TMPDIR" || return
    cp -- "$root/vision-client.ps1" "$root/vision-caption-folder-images.ps1" .
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
        'That is longer than the $timeout seconds of VISION_TIMEOUT.' 'seconds that VISION_TIMEOUT allows.'; do
        grep -qF -- "$sentence" "$root/vision-client.sh"
        grep -qF -- "$sentence" "$root/vision-client.ps1"
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
}
