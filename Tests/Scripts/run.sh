#!/usr/bin/env bash
# Tests the scripts at the root: shellcheck, bash scripts against a fake and the real server, PowerShell by its grammar.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../.." && pwd)

usage() {
    cat <<'END'
Usage: Tests/Scripts/run.sh [bats options]

  Tests/Scripts/run.sh --filter Ctrl-C    only the tests whose name contains Ctrl-C

Needs bash, curl, git, bats, shellcheck and python3 with venv. Where there is a PowerShell 7 (pwsh), the suites of the
two bash scripts run against their PowerShell twins, too; elsewhere those tests are counted as skipped.

Environment:
  VISION_SERVER_BINARY  the server to test against; .build/release/vision-server without it. Where there is none, the
                        tests that need it are counted as skipped
  VISION_TEST_PYTHON    a Python that has what requirements.txt lists; without it one is made in .venv-scripts
END
}

python_environment() {
    local folder=$root/.venv-scripts
    if ! cmp -s -- "$here/requirements.txt" "$folder/requirements.txt"; then
        printf 'Fetching Python packages into %s\n' "$folder" >&2
        rm -rf -- "$folder"
        python3 -m venv "$folder"
        "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
        cp -- "$here/requirements.txt" "$folder/requirements.txt"
    fi
    VISION_TEST_PYTHON=$folder/bin/python
}

case ${1-} in
    -h | --help)
        usage
        exit 0
        ;;
esac

if [[ -z ${VISION_TEST_PYTHON-} ]]; then python_environment; fi
export VISION_TEST_PYTHON

(cd -- "$root" && shellcheck -x vision-client.sh vision-caption-folder-images.sh Tests/Scripts/*.{sh,bash,bats})

twins=("$here/client.bats" "$here/folder.bats")
code=0
log=$(mktemp)
trap 'rm -f -- "$log"' EXIT
bats --tap "$@" "$here" | tee "$log" || code=$?
if command -v pwsh >/dev/null; then
    printf 'The same for the PowerShell twins\n'
    VISION_TEST_TWIN=powershell bats --tap "$@" "${twins[@]}" | tee -a "$log" || code=$?
    untried=0
else
    untried=$(bats --count "$@" "${twins[@]}")
    printf 'There is no pwsh: %s tests of the PowerShell twins are skipped.\n' "$untried"
fi
skipped=$(grep -c '^ok .*# skip' "$log" || true)
passed=$(($(grep -c '^ok ' "$log" || true) - skipped))
failed=$(grep -c '^not ok ' "$log" || true)
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$((skipped + untried))"
[[ $code -eq 0 && $failed -eq 0 && $passed -gt 0 ]]
