#!/usr/bin/env bats
# Both scripts against the real server with the demo model.

# Its variables are those of servers.bash, and names with a dollar sign are meant so.
# shellcheck disable=SC2016,SC2034,SC2154
load servers.bash

setup_file() {
    if real_is_built; then start_real; fi
}

teardown_file() {
    stop_real
}

setup() {
    real_is_built || skip "$binary is not built; VISION_SERVER_BINARY names another"
    prepare_script vision-client.sh
    cp -- "$root/vision-caption-folder-images.sh" alone/
    VISION_HOST=$(<"$BATS_FILE_TMPDIR/address")
    export VISION_HOST
    example=$root/Models/demo/example.png
    caption='a red square, a brown square and a green heart plus an orange cross with the word "FISH"'
}

@test "server: the client's caption of the example picture" {
    ask CAPTION "$example"
    [[ $code -eq 0 && -z $err ]]
    expect_output "$caption\\n"
    ask '<CAPTION>' "$example"
    expect_output "$caption\\n"
}

@test "server: a structured task prints JSON" {
    ask OD "$example"
    [[ $code -eq 0 ]]
    python3 -c 'import json; value = json.load(open("out")); assert len(value["bboxes"]) == len(value["labels"]) > 0'
}

@test "server: prompts and model" {
    ask model
    expect_output 'demo\n'
    ask prompts
    [[ $code -eq 0 && $(<out) == *$'\nCAPTION\n'* && $(<out) != *'<'* ]]
}

@test "server: its errors" {
    ask NO_SUCH_PROMPT "$example"
    expect_failure 'Unknown prompt "NO_SUCH_PROMPT"'
    printf 'no picture' >bad.jpg
    ask CAPTION bad.jpg
    expect_failure 'no picture'
    head -c 40000000 /dev/urandom >huge.jpg
    ask CAPTION huge.jpg
    expect_failure ''
    expect_tidy
}

@test "server: a folder of pictures, one of them bad" {
    runner=("$BATS_TEST_TMPDIR/alone/vision-caption-folder-images.sh")
    mkdir -p 'photos/in here'
    cp -- "$example" photos/a.png
    cp -- "$example" 'photos/in here/b c.PNG'
    printf 'no picture' >photos/bad.jpg
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == *"photos/bad.jpg: failed."* ]]
    printf '%s\n' "$caption" | cmp - photos/a.txt
    printf '%s\n' "$caption" | cmp - 'photos/in here/b c.txt'
    [[ ! -e photos/bad.txt ]]
    expect_tidy
}
