#!/usr/bin/env bash
# Captions a picture by way of a vision-server. This file works alone: bash 3.2 or newer, curl and coreutils are enough.
set -euo pipefail

usage() {
    cat <<'END'
Usage: vision-client.sh <prompt> <picture>   the picture's caption
       vision-client.sh prompts              the prompts that the server offers
       vision-client.sh model                the name of the server's model

  vision-client.sh CAPTION cat.jpg
  vision-client.sh DETAILED_CAPTION "my pictures/a cat.png"
  vision-client.sh '<CAPTION_TO_PHRASE_GROUNDING>a cat' cat.jpg

A prompt is written with or without its angle brackets; a shell needs quotes around those. Prompts that find places
answer with JSON. The caption goes to standard output, errors to standard error with exit code 1. A server that is
busy, or still downloading its model, is waited for, but not a download that makes no progress for 30 seconds.

Environment:
  VISION_HOST      the server's address; http://localhost:54880 without it
  VISION_API_KEY   the key, if the server wants one
  VISION_TIMEOUT   after so many seconds a request counts as failed; any time without it
END
}

# What is wrong with the arguments, and how to get the usage.
misuse() {
    shown "$1"
    fail "$REPLY"$'\n'"Usage: vision-client.sh <prompt> <picture>, or prompts, or model; --help says more."
}

# From here to the matching line below, vision-client.sh and vision-caption-folder-images.sh are the same, so that each
# works alone; a test compares them.

say() {
    printf '%s\n' "$*" >&2
}

fail() {
    say "$@"
    exit 1
}

# Everything below counts bytes, in whatever language the machine speaks.
export LC_ALL=C

work=''
# True when the last failure is one that other requests would meet as well; who sends only one need not ask.
hopeless=false
# True when the last request found no server, or had its connection cut, and when any has found a server; when the disk
# for temporary files is full.
unreached=false
lost=false
reached=false
full=false
unfinished=''
# For so many seconds a server that was there before is waited for, and a download that makes no progress.
patience=30
# More bytes than any answer has.
largest_answer=$((64 << 20))

# Runs at every end, Ctrl-C included: no process, no temporary file is left.
clean_up() {
    local process
    for process in $(jobs -pr); do kill "$process" 2>/dev/null || true; done
    wait 2>/dev/null || true
    if [[ -n $unfinished ]]; then rm -f -- "$unfinished"; fi
    if [[ -n $work ]]; then rm -rf -- "$work"; fi
}

# Runs a command in such a way that a signal ends it at once: bash would wait for a foreground command. What it prints
# is in $work/printed and $work/complaints.
run_child() {
    "$@" <&0 >"$work/printed" 2>"$work/complaints" &
    wait "$!"
}

# curl that writes no file larger than the largest answer, as a server may answer without end. The signal for that is
# ignored, so that curl ends by itself.
run_curl() {
    trap '' XFSZ
    ulimit -S -f $((largest_answer >> 10)) 2>/dev/null || true
    exec curl "$@"
}

# Reads the environment and makes the folder for temporary files.
prepare() {
    trap clean_up EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    command -v curl >/dev/null || fail "curl is not installed; this script needs it (on Debian: apt-get install curl)."
    server=${VISION_HOST:-localhost:54880}
    case $server in
        *[[:cntrl:][:space:]\"\\]*) fail "VISION_HOST is no address. It looks like this: http://192.168.1.20:54880" ;;
        [Hh][Tt][Tt][Pp]://* | [Hh][Tt][Tt][Pp][Ss]://*) ;;
        *://*) fail "VISION_HOST is $server, but only http:// and https:// can be asked." ;;
        *) server=http://$server ;;
    esac
    while [[ $server == */ ]]; do server=${server%/}; done
    timeout=${VISION_TIMEOUT:-0}
    [[ $timeout =~ ^[0-9]{1,9}$ ]] || fail "VISION_TIMEOUT is $timeout, but it has to be a whole number of seconds."
    timeout=$((10#$timeout))
    if [[ ${VISION_API_KEY-} == *[[:cntrl:]]* ]]; then
        fail "VISION_API_KEY holds a line break or another control character."
    fi
    work=$(mktemp -d "${TMPDIR:-/tmp}/vision-client.XXXXXX") ||
        fail "No temporary folder can be made in ${TMPDIR:-/tmp}."
}

# curl's settings for a path of the server. They go through a pipe: a command line is seen by every user of the machine.
curl_settings() {
    local key=${VISION_API_KEY-}
    printf 'url = "%s%s"\n' "$server" "$1"
    printf 'header = "Content-Type: application/json"\nheader = "Expect:"\n'
    if [[ -n $key ]]; then
        key=${key//\\/\\\\}
        printf 'header = "Authorization: Bearer %s"\n' "${key//\"/\\\"}"
    fi
}

# What curl's exit code means, as a sentence in $problem.
explain_curl() {
    case $1 in
        6)
            unreached=true
            problem="The machine of $server is not known by that name. VISION_HOST says which server is asked."
            ;;
        7)
            unreached=true
            problem="No vision-server answers at $server. Start one with ./vision-server.sh,"
            problem+=" or set VISION_HOST to the address of one that runs."
            ;;
        18 | 52 | 55 | 56 | 92)
            lost=true
            problem="The connection to $server was cut before the answer was complete."
            ;;
        28)
            problem="The server at $server did not answer within the $timeout seconds that VISION_TIMEOUT allows."
            if [[ $(<"$work/complaints") == *onnect* ]]; then
                problem="No connection to $server came about in time. VISION_HOST says which server is asked."
                unreached=true
                hopeless=true
            fi
            ;;
        63)
            problem="The answer is larger than $((largest_answer >> 20)) MB, so $server is no vision-server."
            problem+=" VISION_HOST says which server is asked."
            ;;
        *) problem="$server cannot be asked: $(head -c 300 "$work/complaints" | tr -d '\000-\037\177')" ;;
    esac
    case $1 in
        18 | 28 | 52 | 55 | 56 | 92) if ! $unreached; then reached=true; fi ;;
        *) hopeless=true ;;
    esac
}

# send PATH BODY LIMIT: one request, a POST when there is a file BODY, of at most LIMIT seconds (0: any time).
# The answer is in $work/answer then, its code in $status.
send() {
    local code=0 options taken
    options=(
        -q --silent --show-error --globoff --proto '=http,https' --connect-timeout 30 --max-time "$3" --config -
        --noproxy "localhost,127.0.0.1,::1,${no_proxy-},${NO_PROXY-}" --max-filesize "$largest_answer"
        --dump-header "$work/headers" --output "$work/answer" --write-out '%{http_code} %{size_download}'
    )
    if [[ -n $2 ]]; then options+=(--data-binary "@$2"); fi
    : >"$work/headers"
    : >"$work/answer"
    run_child run_curl "${options[@]}" < <(curl_settings "$1") || code=$?
    read -r status taken <"$work/printed" || true
    # A server may refuse a large picture, answer and hang up before it has read all of it.
    case $code:$status in
        0:* | 55:[45]* | 56:[45]*) return 0 ;;
    esac
    # What cannot be written may also be the disk's fault.
    if ((code == 23 && ${taken%%.*} >= largest_answer)); then code=63; fi
    explain_curl "$code"
    return 1
}

# The seconds that the server asks to wait, in REPLY; fails when it doesn't ask.
read_retry_after() {
    local line
    while IFS= read -r line; do
        case $line in
            [Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]:*)
                line=${line#*:}
                line=${line//[[:space:]]/}
                # A date instead of seconds is rare; some seconds do.
                [[ $line =~ ^[0-9]{1,6}$ ]] || line=5
                REPLY=$((10#$line))
                return 0
                ;;
        esac
    done <"$work/headers"
    return 1
}

# request PATH [BODY]: sends until the server takes it, waiting as long as a busy one asks for.
# On failure the sentence is in $problem, and $hopeless is true when other requests would fail as well.
request() {
    local started=$SECONDS left=0 notice='' seconds outlook arrived=-1 idle='' idle_since=0 reason=''
    local away='' away_since=0 late=0
    hopeless=false
    unreached=false
    # shellcheck disable=SC2034
    lost=false
    while true; do
        if ((timeout > 0)); then
            left=$((timeout - (SECONDS - started)))
            ((left > 0)) || left=1
        fi
        send "$1" "${2-}" "$left" || return 1
        judge_answer
        if [[ $outlook != away ]]; then
            reached=true
            away=''
        fi
        case $outlook in
            served) return 0 ;;
            final) break ;;
            away) watch_away || return 1 ;;
            late)
                late=$((late + 1))
                if ((late > 2)); then return 1; fi
                say "$problem It is sent again."
                ;;
            busy)
                case $kind in
                    model_downloading | model_unavailable) watch_download || return 1 ;;
                    *)
                        idle=''
                        tell_once
                        ;;
                esac
                notice=$problem
                if ((timeout > 0 && seconds >= timeout - (SECONDS - started))); then
                    problem="$notice That is longer than the $timeout seconds of VISION_TIMEOUT."
                    return 1
                fi
                if [[ -n $idle ]]; then idle=$((idle + seconds)); fi
                ;;
        esac
        if [[ $seconds -eq 0 ]]; then seconds=0.2; fi
        run_child sleep "$seconds" </dev/null
        # VISION_TIMEOUT is no limit of the time without a server, nor of several tries together.
        if [[ $outlook != busy ]]; then started=$SECONDS; fi
    done
    # What does not depend on the picture.
    # shellcheck disable=SC2034
    case $kind:$status in
        *:3?? | *:40[1345] | missing_field:* | invalid_field:* | invalid_prompt:*) hopeless=true ;;
        unsupported_encoding:* | model_unavailable:*) hopeless=true ;;
    esac
    return 1
}

# What the answer means for its request, in $outlook: served; busy, to be sent again after $seconds; late, when the
# server got it too slowly; away, when a proxy has no server now, or wants fewer requests; or final. What it says is in
# $problem.
judge_answer() {
    outlook=final
    seconds=1
    if [[ $status == 200 ]]; then
        outlook=served
        return
    fi
    read_problem
    case $kind:$status in
        timeout:* | *:408) outlook=late ;;
        *:502 | *:504) outlook=away ;;
        *:429 | *:503)
            if read_retry_after; then
                outlook=busy
                seconds=$REPLY
            elif [[ $status == 429 ]] || ! $explained; then
                outlook=away
            fi
            ;;
    esac
}

# A server that is away behind a proxy is asked again for $patience seconds, with pauses that grow, once any server has
# answered; then this fails, with a sentence in $problem.
watch_away() {
    if ! $reached && [[ $status != 429 ]]; then
        hopeless=true
        return 1
    fi
    if [[ -z $away ]]; then
        away=0
        away_since=$SECONDS
        notice=''
        say "$problem It is asked again for $patience seconds."
    fi
    if ((SECONDS - away_since > away)); then away=$((SECONDS - away_since)); fi
    if ((away >= patience)); then
        # shellcheck disable=SC2034
        hopeless=true
        problem="No server has taken a request for $patience seconds. $problem"
        return 1
    fi
    seconds=$((away + 1))
    if ((seconds > 5)); then seconds=5; fi
    if ((seconds > patience - away)); then seconds=$((patience - away)); fi
    away=$((away + seconds))
}

# Says $problem, unless the last answer said the same. The variables here and below are those of request.
tell_once() {
    if [[ $problem != "$notice" ]]; then say "$problem"; fi
}

# A download is waited for as long as more of it comes. Why it makes no progress is told once; when it has made none for
# $patience seconds, counted from the first answer that shows none, this fails, with a sentence in $problem.
watch_download() {
    local amount=': ([0-9]{1,9})( of [0-9]+)? MB'
    local megabytes=$((arrived + 1))
    if [[ $problem =~ $amount ]]; then megabytes=$((10#${BASH_REMATCH[1]})); fi
    if [[ $kind == model_downloading ]] && ((megabytes > arrived)); then
        # A sentence that has no amount may be progress.
        if [[ $problem =~ $amount ]]; then arrived=$megabytes; fi
        idle=''
        reason=''
        tell_once
        return
    fi
    if ((arrived < 0)); then arrived=0; fi
    if [[ -z $idle ]]; then
        idle=0
        idle_since=$SECONDS
    fi
    if ((SECONDS - idle_since > idle)); then idle=$((SECONDS - idle_since)); fi
    if ((idle >= patience)); then
        # shellcheck disable=SC2034
        hopeless=true
        problem="The model's download has made no progress for $patience seconds. ${reason:-$problem}"
        return 1
    fi
    [[ $kind == model_unavailable ]] || return 0
    if [[ -z $reason ]]; then
        reason=$problem
        say "$problem This goes on trying until there has been no progress for $patience seconds."
    fi
    # The server tries again only when it is asked: a hub that is back should be found in that time.
    if ((seconds > 10)); then seconds=10; fi
    if ((seconds > patience - idle)); then seconds=$((patience - idle)); fi
}

# A text that may be shown on a terminal, in REPLY: names and answers can hold control characters.
shown() {
    REPLY=${1//[[:cntrl:]]/ }
}

# What an answer of an unknown kind begins with, in REPLY.
beginning() {
    REPLY=$(head -c 300 "$work/answer" | tr '\000-\037\177' ' ')
}

# What an answer that is no success says, as a sentence in $problem; its code, which stays the same however that is put,
# in $kind; in $explained, whether the sentence is the server's.
read_problem() {
    local text
    kind=''
    explained=true
    if split_json && json_member code; then kind=${REPLY//\"/}; fi
    if split_json && json_member detail; then
        text=$REPLY
        if [[ $text == \"* ]] && json_text "$text"; then text=$REPLY; fi
    else
        explained=false
        beginning
        text="The server at $server answered with HTTP status $status${REPLY:+: $REPLY}"
    fi
    shown "${text:-The server at $server gives no reason; its HTTP status is $status.}"
    problem=$REPLY
}

# JSON, as far as the answers need it. $pieces holds the text cut at its strings: pieces 0, 2, ... stand between
# strings, pieces 1, 3, ... are what stands between the quotes, escapes and all. $piece and $rest are where reading is.

# Cuts $work/answer into $pieces; fails when a string has no end.
split_json() {
    local part whole='' found slashes
    pieces=()
    piece=0
    while true; do
        found=true
        IFS= read -r -d '"' part || found=false
        whole+=$part
        # An odd number of pieces: this one is a string, and a quote behind an odd number of backslashes belongs to it.
        if ((${#pieces[@]} % 2)); then
            $found || return 1
            slashes=${part##*[!\\]}
            if ((${#slashes} % 2)); then
                whole+='"'
                continue
            fi
        fi
        pieces+=("$whole")
        whole=''
        $found || break
    done <"$work/answer"
    rest=${pieces[0]}
}

skip_space() {
    while [[ $rest == [[:space:]]* ]]; do rest=${rest:1}; done
}

# Takes CHARACTER when it is next; fails when something else is.
take() {
    skip_space
    [[ $rest == "$1"* ]] || return 1
    rest=${rest:1}
}

# Goes past the string that is next; it is in REPLY with its quotes.
take_string() {
    if [[ -n $rest ]] || ((piece + 1 >= ${#pieces[@]})); then return 1; fi
    REPLY="\"${pieces[piece + 1]}\""
    piece=$((piece + 2))
    rest=${pieces[piece]-}
}

# Goes past the value that is next; its text is in REPLY as it stands.
take_value() {
    local depth=0 value='' plain
    skip_space
    while true; do
        if ((depth > 0)); then plain=${rest%%[][\{\}]*}; else plain=${rest%%[][\{\},[:space:]]*}; fi
        value+=$plain
        rest=${rest:${#plain}}
        case $rest in
            '')
                if ((depth == 0)) && [[ -n $value ]]; then break; fi
                take_string || return 1
                value+=$REPLY
                ;;
            [\{\[]*)
                depth=$((depth + 1))
                value+=${rest:0:1}
                rest=${rest:1}
                ;;
            [\}\]]*)
                if ((depth == 0)); then break; fi
                depth=$((depth - 1))
                value+=${rest:0:1}
                rest=${rest:1}
                ;;
            *) break ;;
        esac
        if ((depth == 0)); then break; fi
    done
    REPLY=$value
    [[ -n $value ]]
}

# The value of the object's member NAME, in REPLY as it stands in the answer.
json_member() {
    local name
    take '{' || return 1
    while true; do
        skip_space
        take_string || return 1
        name=$REPLY
        take ':' || return 1
        take_value || return 1
        if [[ $name == "\"$1\"" ]]; then break; fi
        take ',' || return 1
    done
}

# The text that a JSON string with its quotes means, in REPLY; fails when it is not UTF-8.
json_text() {
    local escaped=${1#\"} text='' plain code second_half='^\\u([dD][c-fC-F][[:xdigit:]]{2})'
    escaped=${escaped%\"}
    while [[ $escaped == *\\* ]]; do
        plain=${escaped%%\\*}
        text+=$plain
        escaped=${escaped:${#plain}+1}
        case $escaped in
            n*) text+=$'\n' ;;
            t*) text+=$'\t' ;;
            r*) text+=$'\r' ;;
            b*) text+=$'\b' ;;
            f*) text+=$'\f' ;;
            [\"\\/]*) text+=${escaped:0:1} ;;
            u[[:xdigit:]][[:xdigit:]][[:xdigit:]][[:xdigit:]]*)
                code=$((16#${escaped:1:4}))
                escaped=${escaped:4}
                # Beyond U+FFFF a character is written as two halves.
                if [[ $code -ge 55296 && $code -le 56319 && ${escaped:1} =~ $second_half ]]; then
                    code=$((65536 + (code - 55296) * 1024 + 16#${BASH_REMATCH[1]} - 56320))
                    escaped=${escaped:6}
                fi
                utf8 "$code"
                text+=$REPLY
                ;;
            *) return 1 ;;
        esac
        escaped=${escaped:1}
    done
    REPLY=$text$escaped
    is_utf8 "$REPLY"
}

is_utf8() {
    local text=$1 sequence
    [[ $text == *[$'\x80'-$'\xff']* ]] || return 0
    # What is right is replaced; what is left of the other bytes is wrong.
    for sequence in "${utf8_sequences[@]}"; do text=${text//$sequence/.}; done
    [[ $text != *[$'\x80'-$'\xff']* ]]
}
utf8_tail=$'[\x80-\xbf]'
utf8_sequences=(
    $'[\xc2-\xdf]'"$utf8_tail" $'\xe0[\xa0-\xbf]'"$utf8_tail" $'\xed[\x80-\x9f]'"$utf8_tail"
    $'[\xe1-\xec\xee\xef]'"$utf8_tail$utf8_tail" $'\xf0[\x90-\xbf]'"$utf8_tail$utf8_tail"
    $'[\xf1-\xf3]'"$utf8_tail$utf8_tail$utf8_tail" $'\xf4[\x80-\x8f]'"$utf8_tail$utf8_tail"
)

# The UTF-8 bytes of a character's number, in REPLY; half a character, and zero, which bash cannot hold, become U+FFFD.
utf8() {
    local code=$1 bytes=''
    if ((code == 0 || (code >= 0xD800 && code <= 0xDFFF))); then code=$((0xFFFD)); fi
    if ((code < 0x80)); then
        printf -v bytes '\\%03o' "$code"
    elif ((code < 0x800)); then
        printf -v bytes '\\%03o' $((0xC0 | code >> 6)) $((0x80 | code & 0x3F))
    elif ((code < 0x10000)); then
        printf -v bytes '\\%03o' $((0xE0 | code >> 12)) $((0x80 | code >> 6 & 0x3F)) $((0x80 | code & 0x3F))
    else
        printf -v bytes '\\%03o' $((0xF0 | code >> 18)) $((0x80 | code >> 12 & 0x3F)) $((0x80 | code >> 6 & 0x3F)) \
            $((0x80 | code & 0x3F))
    fi
    printf -v REPLY '%b' "$bytes"
}

# A text as the inside of a JSON string, in REPLY.
json_escape() {
    local index character escaped=''
    for ((index = 0; index < ${#1}; index++)); do
        character=${1:index:1}
        case $character in
            [\"\\]) character=\\$character ;;
            [[:cntrl:]]) printf -v character '\\u%04x' "'$character" ;;
        esac
        escaped+=$character
    done
    REPLY=$escaped
}

# The text without white space at its ends, Unicode's included, in REPLY.
trim() {
    local text=$1 width
    while true; do
        case $text in
            [[:space:]]*) width=1 ;;
            $'\xc2\x85'* | $'\xc2\xa0'*) width=2 ;;
            $'\xe1\x9a\x80'* | $'\xe2\x81\x9f'* | $'\xe3\x80\x80'*) width=3 ;;
            $'\xe2\x80'[$'\x80'-$'\x8a'$'\xa8\xa9\xaf']*) width=3 ;;
            *) break ;;
        esac
        text=${text:width}
    done
    while true; do
        case $text in
            *[[:space:]]) width=1 ;;
            *$'\xc2\x85' | *$'\xc2\xa0') width=2 ;;
            *$'\xe1\x9a\x80' | *$'\xe2\x81\x9f' | *$'\xe3\x80\x80') width=3 ;;
            *$'\xe2\x80'[$'\x80'-$'\x8a'$'\xa8\xa9\xaf']) width=3 ;;
            *) break ;;
        esac
        text=${text:0:${#text}-width}
    done
    REPLY=$text
}

# caption PROMPT PICTURE: the picture's caption, in REPLY; a structured result is its JSON as the server wrote it.
# On failure the sentence is in $problem.
caption() {
    write_body "$1" "$2" || return 1
    request /process_image "$work/body" || return 1
    beginning
    problem="The server at $server answered with something that is no caption${REPLY:+: $REPLY}"
    split_json && json_member result || return 1
    case $REPLY in
        \"*) json_text "$REPLY" || return 1 ;;
        [\{\[]*) is_utf8 "$REPLY" || return 1 ;;
        *) return 1 ;;
    esac
    trim "$REPLY"
    if [[ -z $REPLY ]]; then
        problem="The server's caption is empty."
        return 1
    fi
}

# Whether a program's complaint says that a disk is full.
is_full() {
    [[ $1 == *"No space left on device"* || $1 == *uota\ exceeded* ]]
}

# The body of a request: the picture's bytes as they are, in base64.
write_body() {
    local name complaint
    shown "$2"
    name=$REPLY
    problem=''
    if [[ ! -e $2 ]]; then
        problem="$name is not there."
        if [[ -L $2 ]]; then problem="$name is a link that leads nowhere."; fi
    elif [[ -d $2 ]]; then
        problem="$name is a folder; vision-caption-folder-images.sh captions the pictures of a folder."
    elif [[ ! -r $2 ]]; then
        problem="$name may not be read by this user."
    elif [[ -f $2 && ! -s $2 ]]; then
        problem="$name is empty."
    fi
    [[ -z $problem ]] || return 1
    json_escape "$1"
    if complaint=$({ printf '{"prompt":"%s","image":"' "$REPLY" && base64 <"$2" | tr -d '\n' && printf '"}'; } \
        2>&1 >"$work/body"); then return 0; fi
    problem="$name cannot be read."
    if is_full "$complaint"; then
        # shellcheck disable=SC2034
        full=true
        problem="The disk of ${TMPDIR:-/tmp} is full. Make room; the same command goes on from here."
    fi
    return 1
}

# The matching line: the part that both scripts share ends here.

show_prompts() {
    local lines=''
    request /prompts || fail "$problem"
    beginning
    problem="The server at $server answered with something that is no list of prompts${REPLY:+: $REPLY}"
    if ! split_json || ! take '['; then fail "$problem"; fi
    while true; do
        if ! take_value || [[ $REPLY != \"* ]] || ! json_text "$REPLY"; then fail "$problem"; fi
        REPLY=${REPLY#<}
        lines+=${REPLY%>}$'\n'
        take ',' || break
    done
    take ']' || fail "$problem"
    printf '%s' "$lines"
}

show_model() {
    request /model || fail "$problem"
    beginning
    problem="The server at $server answered with something that is no model's name${REPLY:+: $REPLY}"
    if ! split_json || ! take_value || [[ $REPLY != \"* ]] || ! json_text "$REPLY"; then fail "$problem"; fi
    printf '%s\n' "$REPLY"
}

show_caption() {
    caption "$1" "$2" || fail "$problem"
    printf '%s\n' "$REPLY"
}

case ${1-} in
    -h | --help)
        usage
        exit 0
        ;;
    --) shift ;;
    -*) misuse "There is no option $1." ;;
esac

case $#:${1-} in
    1:prompts)
        prepare
        show_prompts
        ;;
    1:model)
        prepare
        show_model
        ;;
    2:*)
        prepare
        show_caption "$1" "$2"
        ;;
    0:*) misuse "The prompt and the picture are missing." ;;
    1:*) misuse "The picture is missing behind the prompt $1." ;;
    *) misuse "One prompt and one picture are taken, not $# arguments. A name with blanks needs quotes." ;;
esac
