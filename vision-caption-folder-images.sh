#!/usr/bin/env bash
# Captions every picture of a folder by way of a vision-server. This file works alone: bash 3.2 or newer, curl,
# coreutils and findutils are enough.
set -euo pipefail

usage() {
    cat <<'END'
Usage: vision-caption-folder-images.sh <prompt> <caption_extension> <folder> [options]

  vision-caption-folder-images.sh CAPTION txt photos
  vision-caption-folder-images.sh GENERATE_TAGS tags.txt "my photos"
  vision-caption-folder-images.sh CAPTION,GENERATE_TAGS txt,tags photos --full-names --exclude 'draft-*'

Writes a caption beside each picture of the folder and of the folders inside it: photos/cat.jpg gets photos/cat.txt.
Pictures are jpg, jpeg, jpe, jfif, mpo, png, apng, gif, bmp, tif, tiff, webp, heic, heif, hif, avif and jxl files, in
capitals or not; others, such as RAW files, are counted and named. Hidden folders, and those that other programs keep
(@eaDir and the like), are left out. A picture whose caption file exists, and is not blank, is skipped, so an
interrupted run goes on where it stopped. A file that is no text in UTF-8 stays as it is, and its picture fails.
cat.jpg and cat.png in one folder would share cat.txt: unless that exists, this is reported and neither is captioned.
A picture that fails doesn't stop the others. The exit code is 1 if any failed. A prompt is written with or without
its angle brackets; a shell needs quotes around those. A server that is busy, or still downloading its model, is
waited for; one that goes away, and a download that makes no progress, for 30 seconds. A picture whose connection was
cut is sent again, twice at most.

The prompt may be several tasks with commas between them. With one extension their answers are one caption, joined by
", "; with an extension for each task, txt,tags, each answer gets its own file. Only missing files are asked for.

Options:
  --full-names     keeps the ending of the picture, so that cat.jpg gets cat.jpg.txt, and cat.png gets cat.png.txt
  --exclude GLOB   leaves out pictures and folders with a name like this, such as 'draft-*'; with a slash in it, those
                   with such a path below the folder, such as 'old/**'. * and ? match no slash, ** does. Repeatable

Environment:
  VISION_HOST      the server's address; http://localhost:54880 without it
  VISION_API_KEY   the key, if the server wants one
  VISION_TIMEOUT   after so many seconds a request counts as failed; any time without it
END
}

# What is wrong with the arguments, and how to get the usage.
misuse() {
    shown "$1"
    fail "$REPLY"$'\n'"Usage: vision-caption-folder-images.sh <prompt> <caption_extension> <folder>; --help says more."
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

captioned=0
skipped=0
# Caption files written; of several tasks a picture may get some and fail all the same.
written=0
failures=()
reasons=()
incomplete=false
# Whether people know already why the last picture failed; whether its caption was written by somebody else meanwhile.
is_told=false
is_late=false
# The sentence that ends the run, when there is one.
ending_sentence=''
told_folders=()
full_names=false

# The lists below stand in the other clients as well, word for word; a test compares them.

# List: endings of pictures that are read
picture_endings='jpg jpeg jpe jfif mpo png apng gif bmp tif tiff webp heic heif hif avif jxl'

# List: endings of pictures and films that are not read
unread_endings='jp2 j2k jpf jpx jxr wdp svg psd psb xcf kra eps tga ico exr hdr dds qoi
    dng cr2 cr3 crw nef nrw arw srf sr2 orf rw2 raf pef ptx srw x3f rwl iiq 3fr fff mef mos mrw erf dcr kdc raw
    mov mp4 m4v avi mkv webm mpg mpeg mts m2ts 3gp wmv insv'

# List: other endings that no caption has
other_endings='xmp aae thm lrv pp3 dop cos vrd on1 mie icc icm lrcat lrtemplate
    zip 7z rar tar gz tgz bz2 xz zst lz4 iso dmg cbz
    safetensors ckpt pt pth bin onnx gguf npz npy pkl h5 parquet
    mp3 wav flac ogg m4a pdf doc docx xls xlsx odt db sqlite exe dll so'

# A dollar sign is part of a name.
# shellcheck disable=SC2016
# List: folders that are left out
left_out_folders='.* @eadir #recycle @recycle @recently-snapshot @tmp $recycle.bin system?volume?information lost+found
    __macosx'

# List: files that are left out
left_out_files='._*'

# List: names of tasks
task_names='GENERATE_TAGS CAPTION DETAILED_CAPTION MORE_DETAILED_CAPTION ANALYZE MIXED_CAPTION MIXED_CAPTION_PLUS OCR
    OCR_WITH_REGION OD DENSE_REGION_CAPTION REGION_PROPOSAL CAPTION_TO_PHRASE_GROUNDING
    REFERRING_EXPRESSION_SEGMENTATION REGION_TO_SEGMENTATION OPEN_VOCABULARY_DETECTION REGION_TO_CATEGORY
    REGION_TO_DESCRIPTION REGION_TO_OCR'

# is_one_of WORD LIST: whether the list has the word, in capitals or not.
is_one_of() {
    local list=" ${2//[[:space:]]/ } " found=false
    shopt -s nocasematch
    if [[ $1 == ?* && $1 != *[[:space:]]* && $list == *" $1 "* ]]; then found=true; fi
    shopt -u nocasematch
    $found
}

# The pictures below the folder, in $pictures, sorted. "a/cat.jpg" is there as "a/cat//jpg": no name holds two slashes
# in a row, so that pictures that would share a caption file are neighbours.
find_pictures() {
    local file inner name below pattern unwanted=() left=()
    set -f
    for pattern in $left_out_folders; do unwanted+=(${unwanted[@]+-o} -iname "$pattern"); done
    set +f
    if ((${#pruned[@]} > 0)); then left=(-type d \( "${pruned[@]}" \) -prune -o); fi
    find -H "$folder" -mindepth 1 ${left[@]+"${left[@]}"} \
        \( -type d \( "${unwanted[@]}" \) -prune -o -type f -o -type l \) -print0 \
        >"$work/found" 2>"$work/find-says" || incomplete=true
    : >"$work/left-out"
    : >"$work/unread"
    while IFS= read -r -d '' file; do
        name=${file##*/}
        inner=${file:${#folder}}
        below=$inner
        while [[ $below == /* ]]; do below=${below:1}; done
        inner=${inner%"$name"}
        if is_excluded "$below"; then
            :
        elif ! is_utf8 "$inner"; then
            # The whole folder fails, as one that has no ending.
            inner=${file%/*}
            while ! is_utf8 "${inner:${#folder}}"; do
                name=$inner
                inner=${inner%/*}
            done
            printf '%s//\0' "$name"
        elif [[ -d $file ]]; then
            if [[ ! -L $file ]]; then printf '%s\0' "$name" >>"$work/left-out"; fi
        elif [[ -e $file && ! -f $file || $name != ?*.* ]] || is_left_out "$name"; then
            :
        elif is_one_of "${name##*.}" "$picture_endings"; then
            printf '%s//%s\0' "${file%.*}" "${file##*.}"
        elif is_one_of "${name##*.}" "$unread_endings"; then
            printf '%s\n' "${name##*.}" >>"$work/unread"
        fi
    done <"$work/found" >"$work/unsorted"
    sort -zu <"$work/unsorted" >"$work/sorted"
    pictures=()
    while IFS= read -r -d '' file; do pictures+=("$file"); done <"$work/sorted"
    tell_left_out
}

# What --exclude leaves out: extended regular expressions of names and of paths below the folder, and what find itself
# can tell by the name of a folder, so that it need not be able to read that.
excluded_names=''
excluded_paths=''
pruned=()

# exclude GLOB: leaves out one pattern more.
exclude() {
    local pattern=$1
    while [[ $pattern == /* ]]; do pattern=${pattern:1}; done
    while [[ $pattern == */ ]]; do pattern=${pattern%/}; done
    [[ -n $pattern ]] || fail "--exclude needs a pattern, such as --exclude 'draft-*'."
    translate "$pattern"
    if [[ $pattern == */* ]]; then
        excluded_paths+="${excluded_paths:+|}$REPLY"
        return
    fi
    excluded_names+="${excluded_names:+|}$REPLY"
    # To find a question mark is one byte.
    if [[ $pattern != *[?[]* ]]; then pruned+=(${pruned[@]+-o} -name "$pattern"); fi
}

# The extended regular expression that means the same as a pattern, in REPLY.
translate() {
    local pattern=$1 expression='' character
    find_characters
    while [[ -n $pattern ]]; do
        character=${pattern:0:1}
        pattern=${pattern:1}
        case $character$pattern in
            \*\**)
                expression+='.*'
                pattern=${pattern:1}
                ;;
            \**) expression+='[^/]*' ;;
            \?*) expression+="([^/$high_bytes]|$wide_character)" ;;
            \[*)
                if translate_set "$pattern"; then
                    pattern=$rest
                else
                    REPLY='\['
                fi
                expression+=$REPLY
                ;;
            *)
                if [[ $character == \\ && -n $pattern ]]; then
                    character=${pattern:0:1}
                    pattern=${pattern:1}
                fi
                literal "$character"
                expression+=$REPLY
                ;;
        esac
    done
    REPLY=$expression
}

# The characters that TEXT has in front of a closing bracket, as an expression in REPLY; what follows is in $rest. Fails
# without that bracket.
translate_set() {
    local text=$1 negated=false members=' ' is_member low high code wide=false character
    case $text in
        [\!^]*)
            negated=true
            text=${text:1}
            ;;
    esac
    while [[ -n $text ]] && [[ $text != \]* || $members == ' ' ]]; do
        low=${text:0:1}
        high=$low
        if [[ $text == ?-[!]]* ]]; then
            high=${text:2:1}
            text=${text:2}
        fi
        text=${text:1}
        case $low$high in
            *[$'\x80'-$'\xff']*) wide=true ;;
        esac
        printf -v low '%d' "'$low"
        printf -v high '%d' "'$high"
        members+="$low "
        if $wide; then continue; fi
        for ((code = low + 1; code <= high; code++)); do members+="$code "; done
    done
    [[ -n $text ]] || return 1
    if $wide; then fail "In the brackets of a pattern of --exclude only ASCII characters are understood."; fi
    rest=${text:1}
    # No path has two slashes in a row.
    low='(//'
    for ((code = 2; code < 127; code++)); do
        is_member=false
        if [[ $members == *" $code "* ]]; then is_member=true; fi
        if [[ $is_member == "$negated" || $code -eq 47 ]]; then continue; fi
        printf -v character '\\0%03o' "$code"
        printf -v character '%b' "$character"
        literal "$character"
        low+="|$REPLY"
    done
    if $negated; then low+="|$wide_character"; fi
    REPLY="$low)"
}

# A character as an expression, in REPLY.
literal() {
    case $1 in
        [[\\^\$.\|\(\)\{*+?]) REPLY="\\$1" ;;
        *) REPLY=$1 ;;
    esac
}

# What a character beyond ASCII is made of. Each byte is written down, as not every system has ranges of these.
find_characters() {
    local code byte first='' further=''
    if [[ -n ${wide_character-} ]]; then return; fi
    for ((code = 0x80; code < 0x100; code++)); do
        printf -v byte '\\0%03o' "$code"
        printf -v byte '%b' "$byte"
        if ((code < 0xC0)); then further+=$byte; else first+=$byte; fi
    done
    high_bytes=$further$first
    wide_character="[$first][$further]+"
}

# Whether --exclude leaves out what has this path below the folder, or a folder that it is in.
is_excluded() {
    local path='' remaining
    if [[ -z $excluded_names$excluded_paths ]]; then return 1; fi
    if [[ $1 == */* && ${1%/*} != "${folder_seen-}" ]]; then
        folder_seen=${1%/*}
        is_folder_excluded=false
        remaining=$folder_seen/
        while [[ -n $remaining ]]; do
            path+=${path:+/}${remaining%%/*}
            remaining=${remaining#*/}
            if is_like_pattern "$path"; then is_folder_excluded=true; fi
        done
    fi
    if [[ $1 == */* ]] && $is_folder_excluded; then return 0; fi
    is_like_pattern "$1"
}

is_like_pattern() {
    local names="^($excluded_names)\$" paths="^($excluded_paths)\$" name=${1##*/}
    if [[ -n $excluded_names && $name =~ $names ]]; then return 0; fi
    [[ -n $excluded_paths && $1 =~ $paths ]]
}

# Whether a file of this name is none of a person's.
is_left_out() {
    local pattern
    set -f
    for pattern in $left_out_files; do
        # shellcheck disable=SC2053
        if [[ $1 == $pattern ]]; then
            set +f
            return 0
        fi
    done
    set +f
    return 1
}

# Says what find_pictures passed over.
tell_left_out() {
    local name counts='' names='' number=0 variable
    while IFS= read -r name; do
        variable=count_$name
        printf -v "$variable" '%d' $((${!variable-0} + 1))
    done < <(tr '[:upper:]' '[:lower:]' <"$work/unread")
    for name in $unread_endings; do
        variable=count_$name
        if [[ -n ${!variable-} ]]; then counts+="${counts:+, }${!variable} $name"; fi
    done
    if [[ -n $counts ]]; then say "Left out, as such files are not read: $counts."; fi
    while IFS= read -r -d '' name; do
        number=$((number + 1))
        if ((number == 6)); then name=...; fi
        if ((number <= 6)); then names+="${names:+, }$name"; fi
    done < <(sort -zu <"$work/left-out")
    shown "Left out, as hidden folders and those of other programs are: $names."
    if [[ -n $names ]]; then say "$REPLY"; fi
}

# What there is at a caption's place, in $state: nothing (or a blank file), caption, or foreign, with the reason why it
# stays in $problem.
look_at() {
    local name
    shown "$1"
    name=$REPLY
    state=foreign
    if [[ ! -e $1 && ! -L $1 ]]; then
        state=nothing
    elif [[ ! -f $1 ]]; then
        problem="$name is in the way: it is there, but it is no file."
    elif [[ ! -r $1 ]]; then
        problem="$name may not be read, so it was left as it is."
    else
        read_caption "$1" || problem="$name $REPLY"
    fi
}

# Reads the caption file FILE; $state is caption or nothing. If it fails, REPLY says of the file why it stays. bash takes
# ages over long texts, so they are read in blocks; only of a file of more than one block another program has to be
# asked for its size.
read_caption() {
    local block=4096 text rest='' first=true last=false found=nothing
    REPLY='may not be read, so it was left as it is.'
    # shellcheck disable=SC2094
    until $last; do
        if ! IFS= read -r -d '' -n "$block" text; then
            last=true
            # A disk that cannot be read looks like an end.
            if $first && [[ -z $text && -s $1 ]]; then return 1; fi
        elif ((${#text} < block)); then
            # It was ended by the byte 0.
            text=$'\a'
        elif $first && [[ -n $(find -H "$1" -prune -size "+${largest_caption}c" -print) ]]; then
            REPLY="is larger than $((largest_caption >> 20)) MB, so it was left as it is."
            return 1
        fi
        text=$rest$text
        rest=''
        if ! $last; then cut_character "$text"; fi
        text=${text:0:${#text}-${#rest}}
        if ! is_text "$text"; then
            REPLY='is no text in UTF-8, so it was left as it is. Save it as UTF-8, or move it away.'
            return 1
        fi
        if $first; then text=${text#$'\xef\xbb\xbf'}; fi
        if [[ $found == nothing ]]; then
            trim "$text"
            if [[ -n $REPLY ]]; then found=caption; fi
        fi
        first=false
    done <"$1" || return 1
    state=$found
}
# More than any caption has.
largest_caption=$((16 << 20))

# The beginning of a character at the end of TEXT, in $rest.
cut_character() {
    local width=0
    case $1 in
        *[$'\xc2'-$'\xf4']) width=1 ;;
        *[$'\xe0'-$'\xf4'][$'\x80'-$'\xbf']) width=2 ;;
        *[$'\xf0'-$'\xf4'][$'\x80'-$'\xbf'][$'\x80'-$'\xbf']) width=3 ;;
    esac
    rest=${1:${#1}-width}
}

# Whether the text holds no control characters but tab, line feed, form feed and carriage return, and is UTF-8.
is_text() {
    # Not the other way round: bash 3.2 has meanings of its own for the bytes 1 and 127 in a pattern.
    [[ $1 != *[!$'\t\n\f\r'\ -~$'\x80'-$'\xff']* ]] && is_utf8 "$1"
}

# The file that FILE leads to, in REPLY: FILE itself or, when that is a link, what is at the end of all links.
follow() {
    local file=$1 target count=0
    while [[ -L $file ]] && ((count < 40)); do
        # Behind the x a line feed at the end of a name is safe.
        target=$(readlink -n -- "$file" && printf x) || break
        target=${target%x}
        if [[ $target != /* ]]; then target=${file%/*}/$target; fi
        file=$target
        count=$((count + 1))
    done
    REPLY=$file
}

# save TEXT FILE: written under a temporary name beside it, then renamed, so that a caption file is whole or not there.
# A blank file is replaced, any other is kept; a link stays, and what it leads to is replaced. Fails where somebody else
# has written a caption meanwhile, too; $is_late is true then.
save() {
    local name complaint file way=-n
    follow "$2"
    file=$REPLY
    shown "$2"
    name=$REPLY
    unfinished=${file%/*}/.vision-caption.$$.$RANDOM
    if ! complaint=$( (set -C && printf '%s\n' "$1" >"$unfinished") 2>&1); then
        explain_write "$complaint"
        return 1
    fi
    look_at "$2"
    if [[ $state == nothing ]]; then
        if [[ -e $2 ]]; then way=-f; fi
        complaint=$(mv "$way" -- "$unfinished" "$file" 2>&1) || true
        if [[ ! -e $unfinished ]]; then
            unfinished=''
            return 0
        fi
        look_at "$2"
    fi
    case $state in
        nothing) explain_write "$complaint" ;;
        caption) is_late=true ;;
    esac
    discard
    return 1
}

# Why the file $name of save could not be written, in $problem, or in $ending_sentence when others would meet the same.
explain_write() {
    problem="$name cannot be written."
    if is_full "$1"; then
        ending_sentence="The disk is full: $name cannot be written. Make room; the same command goes on from here."
    fi
    discard
}

discard() {
    rm -f -- "$unfinished"
    unfinished=''
}

# has_twin INDEX NUMBER: whether another picture would have that picture's caption file with that extension; then
# $problem names them. Those with one name but for its ending are neighbours. With extensions such as txt and tags.txt
# it may be one with another name.
has_twin() {
    local picture=${pictures[$1]} extension=${extensions[$2]} base file end first=$1 names='' count=0
    caption_base "$picture"
    base=$REPLY
    file=$base.$extension
    while ((first > 0)) && [[ ${pictures[first - 1]%//*} == "${picture%//*}" ]]; do first=$((first - 1)); done
    while ((first < ${#pictures[@]})) && [[ ${pictures[first]%//*} == "${picture%//*}" ]]; do
        add_claimant "${pictures[first]}" "$base"
        first=$((first + 1))
    done
    for end in "${extensions[@]}"; do
        if [[ $end == "$extension" || $file != *."$end" ]]; then continue; fi
        for picture in "${pictures[@]}"; do add_claimant "$picture" "${file%."$end"}"; done
    done
    shown "$names would share the caption file ${file##*/}. Rename all but one."
    problem=$REPLY
    ((count > 1))
}

# Adds a picture to the variables of has_twin, if its caption files are those that begin so.
add_claimant() {
    caption_base "$1"
    if [[ $REPLY != "$2" ]]; then return; fi
    REPLY=${1%//*}.${1##*//}
    names+=${names:+, }${REPLY##*/}
    count=$((count + 1))
}

# What stands before the extension in the caption files of a picture as it is in $pictures, in REPLY.
caption_base() {
    REPLY=${1%//*}
    if $full_names; then REPLY+=.${1##*//}; fi
}

# Whether the folder may be written to in which FILE is, or what it leads to; if not, its pictures fail, or the run ends
# when it is the folder given.
can_write_beside() {
    local place folder_told
    follow "$1"
    place=${REPLY%/*}
    if [[ -w $place/ && -x $place/ ]]; then return 0; fi
    shown "$place"
    if [[ $place/ -ef $folder && ! -L $1 ]]; then
        ending_sentence="Nothing may be written into $REPLY. The same command goes on from here."
        return 1
    fi
    problem='Nothing may be written into its folder.'
    is_told=true
    for folder_told in ${told_folders[@]+"${told_folders[@]}"}; do
        if [[ $folder_told == "$place" ]]; then return 1; fi
    done
    told_folders+=("$place")
    say "$REPLY: nothing may be written into it; its pictures fail."
    return 1
}

# caption_patiently PROMPT PICTURE: a picture's caption, as caption has it. Once a server was there, one that is away is
# waited for. The server may have been started again when the connection is cut, so the picture is sent again; later it
# may be what brings servers down.
caption_patiently() {
    local waited=0 started=$SECONDS losses=0
    while ! caption "$1" "$2"; do
        if $full; then ending_sentence=$problem; fi
        if $lost && ((losses < 2)); then
            losses=$((losses + 1))
            say "$problem The picture is sent again."
            run_child sleep 1 </dev/null
            waited=0
            started=$SECONDS
            continue
        fi
        if ! $unreached || ! $reached; then return 1; fi
        # The time that the tries themselves took counts, too.
        if ((SECONDS - started > waited)); then waited=$((SECONDS - started)); fi
        if ((waited >= patience)); then
            problem="No server has taken a connection for $patience seconds. $problem"
            return 1
        fi
        if ((waited == 0)); then say "$problem It is asked again for $patience seconds."; fi
        run_child sleep 1 </dev/null
        waited=$((waited + 1))
    done
}

# caption_extension NUMBER PICTURE: the text for the file with that extension, in REPLY: the answer to the task of the
# same number, or with one extension for all the answers to all tasks.
caption_extension() {
    local task text=''
    if ((${#extensions[@]} > 1)); then
        caption_patiently "${prompts[$1]}" "$2"
        return
    fi
    for task in "${prompts[@]}"; do
        caption_patiently "$task" "$2" || return 1
        text+=${text:+, }$REPLY
    done
    REPLY=$text
}

# What there is of a picture's captions, in $state as look_at has it, with the numbers of the extensions whose files are
# missing in $missing.
find_missing() {
    local number all=caption
    missing=()
    for ((number = 0; number < ${#extensions[@]}; number++)); do
        look_at "$1.${extensions[number]}"
        case $state in
            foreign) return ;;
            nothing)
                missing+=("$number")
                all=nothing
                ;;
        esac
    done
    state=$all
}

# Whether the missing caption files of picture number INDEX can be written, as far as that can be said before asking.
can_write_missing() {
    local number
    for number in "${missing[@]}"; do
        ! has_twin "$1" "$number" && can_write_beside "$2.${extensions[number]}" || return 1
    done
}

# write_missing PICTURE BASE: asks for the missing captions and writes each at once. In $is_late, whether somebody else
# has written all of them meanwhile.
write_missing() {
    local number all_late=true
    for number in "${missing[@]}"; do
        is_late=false
        caption_extension "$number" "$1" || return 1
        if save "$REPLY" "$2.${extensions[number]}"; then
            written=$((written + 1))
            all_late=false
        elif ! $is_late; then
            return 1
        fi
    done
    is_late=$all_late
}

# caption_picture INDEX: one picture, one line of progress.
caption_picture() {
    local ending=${pictures[$1]##*//} picture progress base missing=()
    picture=${pictures[$1]%//*}${ending:+.$ending}
    caption_base "${pictures[$1]}"
    base=$REPLY
    shown "$picture"
    progress="[$(($1 + 1)) of ${#pictures[@]}] $REPLY"
    hopeless=false
    is_told=false
    if has_bad_name "$picture"; then
        state=foreign
    else
        find_missing "$base"
    fi
    if [[ $state == caption ]]; then
        printf '%s: skipped, its caption exists\n' "$progress"
        skipped=$((skipped + 1))
        return
    elif [[ $state == nothing ]] && can_write_missing "$1" "$base" && write_missing "$picture" "$base"; then
        if $is_late; then
            printf '%s: skipped, captioned meanwhile\n' "$progress"
            skipped=$((skipped + 1))
            return
        fi
        printf '%s: captioned\n' "$progress"
        captioned=$((captioned + 1))
        return
    fi
    if [[ -n $ending_sentence ]]; then return; fi
    $is_told || say "$progress: failed. $problem"
    failures+=("$picture")
    reasons+=("$problem")
}

# Whether the name of a picture, or of a folder with no ending, is not UTF-8; then $problem says so.
has_bad_name() {
    problem='The name is not UTF-8, so no text can hold it. Rename it.'
    if [[ -z $ending ]]; then problem+=' What is in it was left out.'; fi
    ! is_utf8 "${1:${#folder}}"
}

# The sum at the end; fails when a picture failed.
report() {
    local untried=$((${#pictures[@]} - captioned - skipped - ${#failures[@]})) rest='' index
    if ((untried > 0)); then rest=", $untried not tried"; fi
    printf '%s pictures: %s captioned, %s skipped, %s failed%s.\n' \
        "${#pictures[@]}" "$captioned" "$skipped" "${#failures[@]}" "$rest"
    if $incomplete; then
        shown "$(head -c 1000 "$work/find-says")"
        say "Not every folder could be read: $REPLY"
    fi
    if ((${#pictures[@]} == 0)) && ! $incomplete; then
        shown "$folder"
        say "There are no pictures in $REPLY."
    fi
    if ((${#failures[@]} > 0)); then
        say "Failed:"
        for ((index = 0; index < ${#failures[@]}; index++)); do
            shown "${failures[index]}"
            say "  $REPLY: ${reasons[index]}"
        done
    fi
    ((${#failures[@]} == 0)) && ! $incomplete && [[ -z $ending_sentence ]]
}

caption_folder() {
    local index
    find_pictures
    trap 'say "Stopped; captions written: $written. The same command goes on from there."; exit 130' INT
    for ((index = 0; index < ${#pictures[@]}; index++)); do
        caption_picture "$index"
        if [[ -n $ending_sentence ]]; then
            say "$ending_sentence"
            break
        elif $hopeless; then
            say "The other pictures would fail as well, so they were not tried; a new run goes on from here."
            break
        fi
    done
    report
}

# The words of the command line that are no options, in $words.
read_options() {
    words=()
    while (($# > 0)); do
        case $1 in
            -h | --help)
                usage
                exit 0
                ;;
            --full-names) full_names=true ;;
            --exclude)
                (($# > 1)) || misuse "What belongs behind --exclude is missing."
                exclude "$2"
                shift
                ;;
            --exclude=*) exclude "${1#*=}" ;;
            --)
                shift
                words+=("$@")
                return
                ;;
            -*) misuse "There is no option $1." ;;
            *) words+=("$1") ;;
        esac
        shift
    done
}

# The parts of a text between its commas, in $parts.
split_at_commas() {
    local rest=$1,
    parts=()
    while [[ -n $rest ]]; do
        trim "${rest%%,*}"
        parts+=("$REPLY")
        rest=${rest#*,}
    done
}

# What is asked of each picture, in $prompts: several tasks when all that stands between commas is a task's name.
read_prompts() {
    local part
    prompts=("$1")
    split_at_commas "$1"
    for part in "${parts[@]}"; do
        if [[ $part == \<*\> ]]; then
            part=${part#<}
            part=${part%>}
        fi
        # The server takes these for one name, too.
        is_one_of "${part//[- ]/_}" "$task_names" || return 0
    done
    prompts=("${parts[@]}")
}

# The caption extensions without a dot in front, in $extensions: one for all prompts, or one for each.
read_extensions() {
    local index part
    parts=("$1")
    if [[ $1 == *,* ]]; then split_at_commas "$1"; fi
    extensions=()
    for part in "${parts[@]}"; do
        part=${part#.}
        case $part in
            '' | . | */* | *[[:cntrl:]]* | *. | *' ')
                fail "The caption extension is the end of a file name, such as txt."
                ;;
        esac
        if is_one_of "${part##*.}" "$picture_endings $unread_endings $other_endings"; then
            fail "$part is the extension of files that are no captions; a caption needs another, such as txt."
        fi
        for ((index = 0; index < ${#extensions[@]}; index++)); do
            if [[ ${extensions[index]} == "$part" ]]; then fail "The caption extension $part stands there twice."; fi
        done
        extensions+=("$part")
    done
    if ((${#extensions[@]} == 1 || ${#extensions[@]} == ${#prompts[@]})); then return; fi
    if ((${#prompts[@]} == 1)); then
        fail "A prompt has one caption extension, not ${#extensions[@]}. Several tasks look like CAPTION,GENERATE_TAGS."
    fi
    fail "${#prompts[@]} tasks have one caption extension for all, or one for each, but not ${#extensions[@]}."
}

read_options "$@"
set -- ${words[@]+"${words[@]}"}
case $# in
    0) misuse "The prompt, the caption extension and the folder are missing." ;;
    1) misuse "The caption extension and the folder are missing behind $1." ;;
    2) misuse "The folder is missing behind $1 $2." ;;
    3) ;;
    *) misuse "A prompt, a caption extension and a folder are taken, not $# arguments. A name with blanks needs quotes." ;;
esac

read_prompts "$1"
read_extensions "$2"
folder=$3
[[ -n $folder ]] || fail "The folder is an empty word. A dot means the current folder."
[[ -d $folder ]] || fail "$folder is no folder."
# find must not take a name for one of its words.
case $folder in
    [-\(\)\!,]*) folder=./$folder ;;
esac

prepare
caption_folder
