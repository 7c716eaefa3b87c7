#!/usr/bin/env bats
# When vision-server.sh builds, what, and what it starts; the compiler is a stand-in.

# Stand-ins are written with names that they expand themselves.
# shellcheck disable=SC2016
bats_require_minimum_version 1.5.0

# A clone with stand-ins for swift, which is told by the file `fails` to fail, and for Debian's package tools.
setup() {
    root=$(cd -- "$BATS_TEST_DIRNAME/../.." && pwd)
    clone=$BATS_TEST_TMPDIR/clone
    mkdir -p -- "$clone/Sources/CDemoModel" "$clone/Models/demo" "$BATS_TEST_TMPDIR/bin"
    cp -r -- "$root/vision-server.sh" "$root/tools" "$root/Package.swift" "$clone"
    cp -- "$root/Sources/CDemoModel/demo_model.c" "$clone/Sources/CDemoModel"
    cp -- "$root/Models/demo/"*.json "$clone/Models/demo"
    printf 'weights' >"$clone/Models/demo/model.safetensors"
    printf 'picture' >"$clone/Models/demo/example.png"
    stand_in apt-get 'exit 1'
    stand_in dpkg-query 'printf "install ok installed"'
    stand_in swift '
        if [[ $1 == --version ]]; then echo "Swift version 6.3"; exit; fi
        printf "%s\n" "$*" >>"$TMPDIR/builds"
        [[ ! -e $TMPDIR/fails ]] || { echo "error: no" >&2; exit 1; }
        mkdir -p .build/host/release/ModuleCache
        [[ -e .build/host/release/ModuleCache/of ]] || pwd -P >.build/host/release/ModuleCache/of
        [[ $(<.build/host/release/ModuleCache/of) == "$(pwd -P)" ]] || { echo "error: another folder" >&2; exit 1; }
        ln -sfn host/release .build/release
        printf "#!/bin/sh\necho served \"\$@\"\n" >.build/host/release/vision-server
        chmod +x .build/host/release/vision-server'
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    export TMPDIR=$BATS_TEST_TMPDIR
}

stand_in() {
    printf '#!/usr/bin/env bash\n%s\n' "$2" >"$BATS_TEST_TMPDIR/bin/$1"
    chmod +x -- "$BATS_TEST_TMPDIR/bin/$1"
}

# start ARGUMENTS...: as a person does; counts the builds so far.
start() {
    run --separate-stderr "$clone/vision-server.sh" "$@"
    builds=$(cat -- "$TMPDIR/builds" 2>/dev/null | wc -l)
}

# Newer than the build's stamp, without waiting for the clock.
change() {
    printf '%s\n' "${2-changed}" >>"$clone/$1"
    touch -d '1 minute' -- "$clone/$1"
}

@test "start: the server alone is built, once, and gets the arguments" {
    start --model demo
    [[ $status -eq 0 && $output == 'served --model demo' && $builds -eq 1 ]]
    [[ $(<"$TMPDIR/builds") == 'build -c release --product vision-server' ]]
    start
    [[ $status -eq 0 && $builds -eq 1 && -z $stderr ]]
}

@test "start: a changed source, manifest or embedded file is built; a person's files in Models are not" {
    start
    local file
    for file in Sources/new.swift Package.swift Models/demo/model.safetensors; do
        change "$file"
        start
        [[ $status -eq 0 ]]
        touch -d '1 hour ago' -- "$clone/$file"
    done
    [[ $builds -eq 4 ]]
    mkdir -p -- "$clone/Models/mine"
    for file in Models/mine/model.safetensors Models/demo/.DS_Store Models/demo/README.md; do
        change "$file"
        start
        [[ $status -eq 0 && $builds -eq 4 && $output == served ]]
    done
}

@test "start: where a build fails, what was built before is started, and it is said" {
    start
    touch -- "$TMPDIR/fails"
    change Sources/new.swift
    start --port 1
    [[ $status -eq 0 && $output == 'served --port 1' && $builds -eq 2 ]]
    [[ $stderr == *'The build failed; the messages above say why. Starting what was built on 20'* ]]
    start --build-only
    [[ $status -eq 1 && $stderr == *'The build failed'* && $stderr != *Starting* ]]
    DESTDIR=$TMPDIR/installed start --install-service
    [[ $status -eq 1 && ! -e $TMPDIR/installed ]]
    rm -- "$TMPDIR/fails"
    start
    [[ $status -eq 0 && $builds -eq 5 && $stderr != *failed* ]]
}

@test "start: where what the build needs cannot be had, what was built before is started" {
    start
    stand_in dpkg-query 'exit 1'
    change Sources/new.swift
    start
    [[ $status -eq 0 && $output == served && $stderr == *'Starting what was built on'* ]]
}

@test "start: the first build that fails is the end" {
    touch -- "$TMPDIR/fails"
    start
    [[ $status -eq 1 && -z $output && $stderr == *'The build failed; the messages above say why.' ]]
}

@test "start: through links, relative ones and links to links, too" {
    mkdir -- "$TMPDIR/programs" "$TMPDIR/-home"
    ln -s ../clone/vision-server.sh "$TMPDIR/programs/first"
    ln -s "$TMPDIR/programs/first" "$TMPDIR/-home/second"
    ln -s programs "$TMPDIR/folder"
    local link
    for link in programs/first -home/second folder/first; do
        run --separate-stderr bash -c 'cd -- "$1" && exec "$2" --port 1' - "$TMPDIR" "./$link"
        [[ $status -eq 0 && $output == 'served --port 1' ]]
    done
    run --separate-stderr bash -c 'cd -- "$1" && exec bash second' - "$TMPDIR/-home"
    [[ $status -eq 0 && $output == served ]]
}

@test "start: the other scripts that need tools/setup.sh find it through a link, too" {
    local script
    mkdir -- "$clone/Benchmarks"
    cp -- "$root/test.sh" "$clone"
    cp -- "$root/Benchmarks/run" "$clone/Benchmarks"
    # What comes after the sourcing says so and ends.
    printf 'echo "sourced for $root"; exit\n' >"$clone/tools/setup.sh"
    for script in test.sh tools/wsl.sh Benchmarks/run; do
        ln -sf "clone/$script" "$TMPDIR/link"
        [[ $(bash "$TMPDIR/link") == "sourced for $clone" ]]
    done
}

@test "start: the options of this script may stand behind those of the server" {
    start --model demo --build-only
    [[ $status -eq 0 && -z $output && $builds -eq 1 && $stderr == *"Built: $clone/.build/release/vision-server" ]]
    start --model demo --rebuild --port 1
    [[ $status -eq 0 && $output == 'served --model demo --port 1' && $builds -eq 2 ]]
    start --port 1 --help
    [[ $status -eq 0 && $output == 'Usage: ./vision-server.sh '*'served serve --help' ]]
    start caption a.png --help
    [[ $output == 'served caption a.png --help' ]]
    start caption --json -- --rebuild -h
    [[ $output == 'served caption --json -- --rebuild -h' && $builds -eq 2 ]]
    DESTDIR=$TMPDIR/installed start --model demo --install-service
    [[ $status -eq 1 && $stderr == *'takes no options of the server: not "--model"'* && ! -e $TMPDIR/installed ]]
}

@test "start: where there is no systemd, installing and removing have sentences of their own" {
    if [[ -d /run/systemd/system ]]; then skip "systemd runs here"; fi
    start --uninstall-service
    [[ $status -eq 1 && $stderr == 'systemd does not run here, so there is no service to remove.'*'are removed.' ]]
    start --install-service
    [[ $status -eq 1 && $stderr == 'systemd does not run here, so there is nothing to install a service into.'* ]]
}

@test "start: where Swift cannot be fetched, or is being fetched when a signal comes, nothing is left" {
    export HOME=$TMPDIR/home
    local fetch
    mkdir -- "$TMPDIR/temporary"
    stand_in swift 'exit 1'
    for fetch in 'exit 6' 'kill -TERM "$PPID"' 'touch -- "${@: -2:1}"'; do
        stand_in curl "ls \$TMPDIR >>$TMPDIR/seen; $fetch"
        : >"$TMPDIR/seen"
        TMPDIR=$TMPDIR/temporary run --separate-stderr "$clone/vision-server.sh" --build-only
        [[ $status -eq 1 && -z $(ls -A "$TMPDIR/temporary") && -n $(<"$TMPDIR/seen") ]]
    done
}

@test "start: a build that is stopped leaves no stamp behind" {
    stand_in swift '
        if [[ $1 == --version ]]; then echo "Swift version 6.3"; exit; fi
        kill -TERM "$PPID"'
    run --separate-stderr "$clone/vision-server.sh"
    [[ $status -eq 1 && -z $(ls -A "$clone/.build") ]]
}

@test "start: a clone that was moved goes on, and is built anew when a source changes" {
    start
    mv -- "$clone" "$BATS_TEST_TMPDIR/a new & odd #place"
    clone=$BATS_TEST_TMPDIR/'a new & odd #place'
    start
    [[ $status -eq 0 && $output == served && $builds -eq 1 ]]
    change Sources/new.swift
    touch -- "$TMPDIR/fails"
    start
    [[ $status -eq 0 && $output == served && $stderr == *'Starting what was built on'* ]]
    rm -- "$TMPDIR/fails"
    start
    [[ $status -eq 0 && $output == served && $builds -eq 3 && $stderr != *failed* ]]
    touch -d '1 hour ago' -- "$clone/Sources/new.swift"
    start
    [[ $builds -eq 3 ]]
}
