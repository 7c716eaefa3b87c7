# shellcheck shell=bash
# Installs and removes the system service. Sourced after tools/setup.sh, not run.
#
# With DESTDIR everything goes below that directory: no root and no systemd is needed, and none is told anything.

service_program=/usr/local/bin/vision-server
service_unit=/usr/local/lib/systemd/system/vision-server.service
service_settings=/etc/default/vision-server
service_cache=/var/cache/vision-server
service_destination=${DESTDIR-}
service_destination=${service_destination%/}

# As root, except below DESTDIR, which is the caller's own.
for_service() {
    if [[ -n $service_destination ]]; then "$@"; else as_root "$@"; fi
}

# install_file MODE FROM TO [install options]: copies one file, and says so.
install_file() {
    local mode=$1 from=$2 to=$service_destination$3
    shift 3
    for_service install -D -m "$mode" "$@" -- "$from" "$to" || fail "$to could not be written."
    say "Installed $to"
}

# require_systemd WHY-NOT DONE: what it means that there is no systemd, and what is done to the files without one.
require_systemd() {
    [[ -z $service_destination ]] || return 0
    [[ -d /run/systemd/system ]] || fail "systemd does not run here, so $1." \
        "Start .build/release/vision-server with whatever starts programs here; with DESTDIR=DIRECTORY only the files" \
        "are $2."
}

# install_service BINARY DIRECTORY: the program, and the unit and the settings that lie in the directory; then the
# service starts, now and with the machine.
install_service() {
    local binary=$1 directory=$2 strip=()
    # Symbols are a third of the program; where the linker is, strip is there too.
    if command -v strip >/dev/null; then strip=(-s); fi
    install_file 755 "$binary" "$service_program" "${strip[@]}"
    install_file 644 "$directory/vision-server.service" "$service_unit"
    if [[ -e $service_destination$service_settings ]]; then
        say "Kept $service_destination$service_settings"
    else
        install_file 600 "$directory/vision-server.default" "$service_settings"
    fi
    if [[ -n $service_destination ]]; then return; fi
    as_root systemctl daemon-reload
    as_root systemctl enable --quiet vision-server
    as_root systemctl restart vision-server ||
        fail "The service does not start; this says why: journalctl -u vision-server -n 20"
    say "Started the service vision-server; it starts with the machine from now on."
    say "Its settings: $service_settings"
    say "Its state: systemctl status vision-server"
    say "Its log: journalctl -u vision-server"
}

# uninstall_service: the program and its unit go; what a person wrote, and the models, stay.
uninstall_service() {
    if [[ -z $service_destination ]] && systemctl cat vision-server >/dev/null 2>&1; then
        as_root systemctl disable --quiet --now vision-server || fail "The service vision-server could not be stopped."
        say "Stopped the service vision-server."
    fi
    local file
    for file in "$service_program" "$service_unit"; do
        if [[ -e $service_destination$file ]]; then
            for_service rm -f -- "$service_destination$file" || fail "$service_destination$file could not be removed."
            say "Removed $service_destination$file"
        fi
    done
    [[ -n $service_destination ]] || as_root systemctl daemon-reload
    say "Kept, if they are there: the settings $service_destination$service_settings" \
        "and the downloaded models in $service_destination$service_cache"
}
