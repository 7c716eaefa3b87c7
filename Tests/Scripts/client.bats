#!/usr/bin/env bats
# vision-client.sh against a fake server.

# Its variables are those of servers.bash, and names with a dollar sign are meant so.
# shellcheck disable=SC2016,SC2034,SC2154
load servers.bash

setup() {
    prepare_script vision-client.sh
}

teardown() {
    stop_fake
}

@test "client: --help explains on standard output" {
    ask --help
    [[ $code -eq 0 && -z $err ]]
    [[ $(<out) == "Usage: ${script##*/} <prompt> <picture>"*VISION_HOST*VISION_API_KEY*VISION_TIMEOUT* ]]
}

@test "client: a wrong number of arguments is answered with what is wrong and how to get the usage, exit code 1" {
    local arguments sentence
    while IFS=: read -r arguments sentence; do
        # shellcheck disable=SC2086
        ask $arguments
        expect_failure "$sentence"
        [[ $(wc -l <err) -eq 2 && $err == "$sentence"$'\n'"Usage: ${script##*/} <prompt> <picture>"*"--help says more." ]]
    done <<'END'
:The prompt and the picture are missing.
CAPTION:The picture is missing behind the prompt CAPTION.
CAPTION a.jpg b.png:One prompt and one picture are taken, not 3 arguments. A name with blanks needs quotes.
prompts model x y:One prompt and one picture are taken, not 4 arguments. A name with blanks needs quotes.
END
}

@test "client: an unknown option is named" {
    only_bash "it has no options"
    ask --fast CAPTION picture.jpg
    expect_failure "There is no option --fast."$'\n'"Usage: "
}

@test "client: a caption is printed with one final newline; prompt and picture arrive as they are" {
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION picture.jpg
    [[ $code -eq 0 && -z $err ]]
    expect_output 'a cat\n'
    [[ $(requests 'r[0]["method"] + r[0]["path"]') == POST/process_image ]]
    [[ $(requests 'r[0]["headers"]["content-type"]') == application/json ]]
    [[ $(requests 'r[0]["prompt"]') == CAPTION ]]
    [[ $(requests 'r[0]["image"]') == "$(sha256sum <picture.jpg | head -c 64)" ]]
    expect_tidy
}

@test "client: a picture of 9 MB arrives as it is" {
    head -c 9000001 /dev/urandom >picture.jpg
    start_fake '[{"caption": "a cat"}]'
    ask '<CAPTION>' picture.jpg
    expect_output 'a cat\n'
    [[ $(requests 'r[0]["image"]') == "$(sha256sum <picture.jpg | head -c 64)" ]]
}

@test "client: a picture may come through a pipe" {
    only_bash "it has no such pipes"
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION <(cat picture.jpg)
    expect_output 'a cat\n'
    [[ $(requests 'r[0]["image"]') == "$(sha256sum <picture.jpg | head -c 64)" ]]
}

@test "client: names with spaces, quotes, newlines, dashes, globs and backslashes" {
    local name
    start_fake '[{"caption": "a cat"}]'
    for name in 'a b.jpg' "it's \"x\".jpg" $'new\nline.jpg' -dash.jpg --help 'back\slash\n.jpg' '*.jpg' '$HOME.jpg' @x '%s.jpg'; do
        # PowerShell takes a backslash for a separator everywhere.
        if is_powershell && [[ $name == *\\* ]]; then continue; fi
        cp -- "$picture" "./$name"
        ask CAPTION "$name"
        [[ $code -eq 0 ]]
        expect_output 'a cat\n'
    done
}

@test "client: a prompt is escaped in the request" {
    start_fake '[{"caption": "a cat"}]'
    ask $'say "x\\y"\n\té \x01 {}[]' picture.jpg
    [[ $(requests 'r[0]["prompt"] == "say \"x\\y\"\n\té \x01 {}[]"') == True ]]
}

@test "client: every escape of a JSON string is decoded into UTF-8" {
    start_fake "$(answer_text '{"result":"q\" b\\ s\/ n\n t\t r\r b\b f\f \u00e9\u20AC\ud83d\uDE00 é€😀 \\u0041 \\\"."}')"
    ask CAPTION picture.jpg
    expect_output 'q" b\\ s/ n\n t\t r\r b\b f\f é€😀 é€😀 \\u0041 \\".\n'
}

@test "client: 40 generated strings are decoded as Python decodes them" {
    python3 "$BATS_TEST_DIRNAME/generated_strings.py" answers.json expected 40
    start_fake "$(<answers.json)"
    local number
    for ((number = 0; number < 40; number++)); do
        ask CAPTION picture.jpg
        cmp "expected.$number" out
    done
}

@test "client: half a character and zero become U+FFFD" {
    start_fake '[{"text": "{\"result\":\"a\\ud83db\\ude00c\\ud83d\\ud83d\\ude00d\\u0000\\ud800\"}"}]'
    ask CAPTION picture.jpg
    expect_output 'a\xef\xbf\xbdb\xef\xbf\xbdc\xef\xbf\xbd😀d\xef\xbf\xbd\xef\xbf\xbd\n'
}

@test "client: white space around a caption goes, Unicode's too; inside it stays" {
    start_fake '[{"caption": " \n\t\r\u00a0\u3000\u2003a  cat\r\n\n on\u00a0a mat\u2028\u0085 \n"}]'
    ask CAPTION picture.jpg
    expect_output 'a  cat\r\n\n on\xc2\xa0a mat\n'
}

@test "client: characters that only resemble white space stay" {
    start_fake '[{"caption": "\u200bà\u2030\u202d"}]'
    ask CAPTION picture.jpg
    expect_output '\xe2\x80\x8bà\xe2\x80\xb0\xe2\x80\xad\n'
}

@test "client: a structured result is printed as the server wrote it" {
    local result='{"bboxes": [[1.5,2,3e2,-4]], "labels":["a \"}] cat\\u00e9", "é\\\\"],  "n": null }'
    start_fake "$(answer_text "{\"result\": $result }")"
    ask OD picture.jpg
    [[ $code -eq 0 ]]
    printf '%s\n' "$result" | cmp - out
}

@test "client: a structured result of 200 KB is printed as the server wrote it, in a moment" {
    python3 -c 'import json
result = {"polygons": [[[x / 7, x / 3] * 20 for x in range(25)] for _ in range(8)], "labels": ["a, \"b\""] * 900}
json.dump(result, open("expected", "w")); open("expected", "a").write("\n")
json.dump([{"text": json.dumps({"result": result})}], open("answers.json", "w"))'
    start_fake "$(<answers.json)"
    local started=$SECONDS
    ask OD picture.jpg
    cmp expected out
    ((SECONDS - started < 20))
}

@test "client: the result is found among other members, in any order" {
    start_fake '[{"text": "\n{ \"seconds\" : 1.5 ,\"x\": {\"result\":\"no\", \"y\": [\"]}\", {}]}, \"z\":null,\"a\\\"\":\"result\" ,\n\"result\"\t: \"yes\" , \"w\":[]}\n"}]'
    ask CAPTION picture.jpg
    expect_output 'yes\n'
}

@test "client: an empty caption is a failure" {
    local caption
    for caption in '""' '" \n\u00a0"'; do
        start_fake "[{\"caption\": $caption}]"
        ask CAPTION picture.jpg
        expect_failure "empty"
    done
}

@test "client: an answer that is no caption is a failure and prints nothing" {
    local text
    for text in '' 'null' '{}' '[]' '"a"' '{"result":null}' '{"result":5}' '{"result":true}' '{"result"}' '{"result":}' \
        '{"result":"a cat' '{"result":"a \q"}' '{"result":"\u12"}' '{"result":{"a":[1,2}' '<html>200</html>' '{"results":{}}'; do
        start_fake "$(answer_text "$text")"
        ask CAPTION picture.jpg
        expect_failure "no caption"
    done
}

@test "client: an error's detail is what is said" {
    local status
    for status in 400 401 404 405 413 422 500 503; do
        start_fake "$(answer_text '{"code":"invalid_image","detail":"The \"picture\" is \u00e9 \\."}' "$status")"
        ask CAPTION picture.jpg
        expect_failure ''
        [[ $err == 'The "picture" is é \.' ]]
        [[ $(requests 'len(r)') == 1 ]]
    done
    expect_tidy
}

@test "client: FastAPI's list of details is shown as it is" {
    start_fake '[{"status": 422, "text": "{\"detail\":[{\"loc\":[\"body\",\"image\"],\"msg\":\"field required\"}]}"}]'
    ask CAPTION picture.jpg
    expect_failure '[{"loc":["body","image"],"msg":"field required"}]'
}

@test "client: a proxy's page is shown in part, with its status" {
    start_fake '[{"status": 502, "text": "<html>\n<b>Bad gateway</b>"}]'
    ask CAPTION picture.jpg
    expect_failure "HTTP status 502: <html> <b>Bad gateway</b>"
    start_fake '[{"status": 500}]'
    ask CAPTION picture.jpg
    expect_failure "HTTP status 500"
}

@test "client: a redirection is not followed" {
    start_fake '[{"status": 301, "headers": {"Location": "/elsewhere"}}, {"caption": "no"}]'
    ask CAPTION picture.jpg
    expect_failure "301"
    [[ $(requests 'len(r)') == 1 ]]
}

@test "client: control characters of an answer do not reach the terminal" {
    start_fake '[{"status": 400, "detail": "red \u001b[31m\u0007!"}]'
    ask CAPTION picture.jpg
    expect_failure "red  [31m !"
}

@test "client: a connection that is cut is a failure" {
    local bytes
    for bytes in 0 10 90; do
        start_fake "[{\"caption\": \"a cat that sat on a mat for a very long time, longer than ninety bytes\", \"cut\": $bytes}]"
        ask CAPTION picture.jpg
        expect_failure "cut before the answer was complete"
    done
}

@test "client: a refusal that comes before the picture has been read is understood" {
    head -c 9000001 /dev/urandom >picture.jpg
    start_fake '[{"status": 413, "detail": "The picture is too large.", "early": true}]'
    ask CAPTION picture.jpg
    [[ $code -eq 1 && ($err == "The picture is too large." || $err == *"cut before"*) ]]
}

@test "client: no server: the sentence names the address and how to start one" {
    VISION_HOST=127.0.0.1:1 ask CAPTION picture.jpg
    expect_failure "No vision-server answers at http://127.0.0.1:1. Start one with ./vision-server.sh"
    expect_tidy
}

@test "client: without VISION_HOST it is localhost:54880" {
    only_bash "it needs no curl"
    fake_curl
    ask model
    [[ $(<settings) == *'url = "http://localhost:54880/model"'* ]]
}

# A curl that writes its arguments and settings down, says it failed, and exits with the code in the file exit-code.
fake_curl() {
    rm -- "$narrow/curl"
    cat >"$narrow/curl" <<'END'
#!/usr/bin/env bash
printf '%s\n' "$@" >arguments
cat >settings
echo "curl: it went wrong" >&2
printf 000
exit "$(cat exit-code 2>/dev/null || echo 7)"
END
    chmod +x "$narrow/curl"
}

@test "client: other failures of curl are told" {
    only_bash "it needs no curl"
    fake_curl
    echo 6 >exit-code
    VISION_HOST=nowhere.example ask model
    expect_failure "nowhere.example is not known"
    echo 60 >exit-code
    ask model
    expect_failure "it went wrong"
}

@test "client: neither key nor picture nor address stand on curl's command line" {
    only_bash "it needs no curl"
    fake_curl
    VISION_API_KEY=secret-key VISION_HOST=user:password@127.0.0.1:1 ask CAPTION picture.jpg
    [[ $(<settings) == *'header = "Authorization: Bearer secret-key"'* ]]
    [[ $(<arguments) != *secret* && $(<arguments) != *password* && $(<arguments) != *"$(base64 <picture.jpg)"* ]]
}

@test "client: VISION_HOST with a scheme, a path, slashes at its end" {
    start_fake '[{"text": "\"demo\""}]'
    local host=$VISION_HOST
    VISION_HOST=http://$host/ ask model
    VISION_HOST=HTTP://$host ask model
    VISION_HOST=$host/vision// ask model
    expect_output 'demo\n'
    [[ $(requests '[q["path"] for q in r]') == "['/model', '/model', '/vision/model']" ]]
}

@test "client: a VISION_HOST that is no address is refused" {
    local host
    for host in ftp://localhost 'file:///etc/passwd' 'local host' $'a\nb' 'a"b'; do
        VISION_HOST=$host ask model
        expect_failure VISION_HOST
    done
}

@test "client: VISION_API_KEY arrives as a bearer token, whatever characters it has" {
    only_bash ".NET sends no others than ASCII"
    start_fake '[{"text": "\"demo\""}]'
    ask model
    VISION_API_KEY='a"b\c d%s$é' ask model
    [[ $(requests '"authorization" in r[0]["headers"]') == False ]]
    [[ $(requests 'r[1]["headers"]["authorization"].encode("latin1").decode() == "Bearer a\"b\\c d%s$é"') == True ]]
    VISION_API_KEY=$'a\r\nX-Other: b' ask model
    expect_failure VISION_API_KEY
}

@test "client: VISION_TIMEOUT ends a request that gets no answer" {
    start_fake '[{"hang": true}]'
    VISION_TIMEOUT=1 ask CAPTION picture.jpg
    expect_failure "did not answer within the 1 seconds that VISION_TIMEOUT allows"
    expect_tidy
}

@test "client: VISION_TIMEOUT that is no number is refused; 0 is no limit" {
    local timeout
    for timeout in soon -1 1.5 '1 2' '08x'; do
        VISION_TIMEOUT=$timeout ask model
        expect_failure VISION_TIMEOUT
    done
    start_fake '[{"text": "\"demo\""}]'
    for timeout in 0 08 ''; do
        VISION_TIMEOUT=$timeout ask model
        expect_output 'demo\n'
    done
}

@test "client: 503 with Retry-After is waited for, the server's words on standard error" {
    start_fake '[
        {"status": 503, "headers": {"Retry-After": "0"}, "detail": "120 of 3290 MB"},
        {"status": 503, "headers": {"retry-AFTER": " 0 "}, "detail": "120 of 3290 MB"},
        {"status": 503, "headers": {"Retry-After": "1"}, "detail": "240 of 3290 MB"},
        {"caption": "a cat"}]'
    ask CAPTION picture.jpg
    [[ $code -eq 0 ]]
    expect_output 'a cat\n'
    [[ $err == $'120 of 3290 MB\n240 of 3290 MB' ]]
    [[ $(requests 'len(r), len({q["image"] for q in r})') == "(4, 1)" ]]
}

# download SENTENCE SECONDS: what a server says of its model's download, as an answer for start_fake.
download() {
    printf '{"status": 503, "headers": {"Retry-After": "%s"}, "code": "model_downloading",' "$2"
    printf '"detail": "The model m is being downloaded: %s. Send the request again later."}' "$1"
}

# What one says that cannot reach the hub.
no_hub='{"status": 503, "headers": {"Retry-After": "30"}, "code": "model_unavailable",
    "detail": "The model m could not be downloaded. No hub: 7 MB."}'

@test "client: a download that makes no progress is waited for 30 seconds; why is told once, and at the end" {
    only_bash "sleep is a program"
    fake_sleep :
    start_fake "[$(download '0 MB' 5), $(download '0 MB' 5), $no_hub, $(download '0 MB' 5), $no_hub, $(download '0 MB' 5), $no_hub]"
    ask CAPTION picture.jpg
    expect_failure "The model m is being downloaded: 0 MB. Send the request again later.
The model m could not be downloaded. No hub: 7 MB. This goes on trying until there has been no progress for 30 seconds.
The model's download has made no progress for 30 seconds. The model m could not be downloaded. No hub: 7 MB."
    [[ $(wc -l <err) -eq 3 && $(tr '\n' ' ' <sleeps) == '5 5 10 5 10 ' ]]
    start_fake "[$no_hub, $(download '0 MB' 5), $no_hub]"
    ask CAPTION picture.jpg
    expect_failure "The model m could not be downloaded. No hub: 7 MB. This goes on trying"
    [[ $(wc -l <err) -eq 2 ]]
    start_fake "[$(download '120 of 3290 MB' 60), $(download '120 of 3290 MB, about 2 hours left' 60)]"
    ask model
    expect_failure "The model's download has made no progress for 30 seconds. The model m is being downloaded: 120 of 3290 MB,"
    [[ $(requests 'len(r)') == 3 ]]
}

@test "client: of a download only what is new is told" {
    start_fake "[$(download '0 MB' 0), $(download '0 MB' 0), ${no_hub/30/0}, $(download '0 MB' 0), ${no_hub/30/0},
        $(download '8 of 9 MB' 0), $(download '8 of 9 MB, about 2 s left' 0), ${no_hub/30/0}, $(download 'soon' 0), {\"caption\": \"a cat\"}]"
    ask CAPTION picture.jpg
    expect_output 'a cat\n'
    diff err - <<'END'
The model m is being downloaded: 0 MB. Send the request again later.
The model m could not be downloaded. No hub: 7 MB. This goes on trying until there has been no progress for 30 seconds.
The model m is being downloaded: 8 of 9 MB. Send the request again later.
The model m could not be downloaded. No hub: 7 MB. This goes on trying until there has been no progress for 30 seconds.
The model m is being downloaded: soon. Send the request again later.
END
}

@test "client: a download that goes on is waited for, however long it takes and though it fails in between" {
    only_bash "sleep is a program"
    local answers='' megabytes
    fake_sleep :
    for megabytes in {8..300..9}; do
        answers+="$(download "$megabytes of 300 MB" 25), $no_hub, $(download '0 MB' 5),"
    done
    start_fake "[$answers {\"caption\": \"a cat\"}]"
    ask CAPTION picture.jpg
    [[ $code -eq 0 && $err == *'296 of'* ]]
    expect_output 'a cat\n'
}

@test "client: model and prompts wait as well" {
    start_fake '[{"status": 503, "headers": {"Retry-After": "0"}, "text": "busy"}, {"text": "\"demo\""}]'
    ask model
    expect_output 'demo\n'
    [[ $err == *"HTTP status 503: busy" ]]
}

@test "client: 503 without Retry-After is final" {
    start_fake '[{"status": 503, "detail": "The model cannot be loaded."}, {"caption": "a cat"}]'
    ask CAPTION picture.jpg
    expect_failure "The model cannot be loaded."
    [[ $(requests 'len(r)') == 1 ]]
}

@test "client: 429 is waited for as 503 is, and 408 is sent again, twice at most" {
    only_bash "sleep is a program"
    fake_sleep :
    start_fake '[
        {"status": 429, "headers": {"Retry-After": "7"}, "detail": "Too many."},
        {"status": 429, "text": "<html>"}, {"status": 429, "text": "<html>"},
        {"status": 408, "code": "timeout", "detail": "Too slow."},
        {"status": 408}, {"caption": "a cat"}]'
    ask CAPTION picture.jpg
    [[ $code -eq 0 && $(tr '\n' ' ' <sleeps) == '7 1 2 1 1 ' ]]
    expect_output 'a cat\n'
    diff err - <<END
Too many.
The server at http://$VISION_HOST answered with HTTP status 429: <html> It is asked again for 30 seconds.
Too slow. It is sent again.
The server at http://$VISION_HOST answered with HTTP status 408 It is sent again.
END
    start_fake '[{"status": 408, "code": "timeout", "detail": "Too slow."}]'
    ask CAPTION picture.jpg
    expect_failure "Too slow."
    [[ $(requests 'len(r)') == 3 ]]
    start_fake '[{"status": 429}]'
    : >sleeps
    ask CAPTION picture.jpg
    expect_failure "No server has taken a request for 30 seconds. The server at"
    [[ $(tr '\n' ' ' <sleeps) == '1 2 4 5 5 5 5 3 ' && $(wc -l <err) -eq 2 ]]
}

@test "client: an answer of more than 64 MB, and one without end, are refused and leave no file" {
    local answer answers=('"headers": {"Content-Length": "67108865"}' '"status": 200')
    for answer in "${answers[@]}"; do
        start_fake "[{\"endless\": true, $answer}]"
        ask CAPTION picture.jpg
        expect_failure "The answer is larger than 64 MB, so http://$VISION_HOST is no vision-server."
        expect_tidy
    done
}

@test "client: an answer that is not UTF-8 is refused" {
    local text texts=('{"result":"caf\xe9"}' '{"result":{"labels":["\xed\xa0\x80"]}}' '{"result":"\\n\xc3"}')
    for text in "${texts[@]}"; do
        start_fake "[{\"bytes\": \"$(printf '%b' "$text" | base64)\"}]"
        ask CAPTION picture.jpg
        expect_failure "answered with something that is no "
    done
    start_fake "[{\"bytes\": \"$(printf '"caf\xe9"' | base64)\"}]"
    ask model
    expect_failure "answered with something that is no "
    start_fake "[{\"bytes\": \"$(printf '["caf\xe9"]' | base64)\"}]"
    ask prompts
    expect_failure "answered with something that is no "
}

@test "client: a wait beyond VISION_TIMEOUT is not begun" {
    start_fake '[{"status": 503, "headers": {"Retry-After": "100"}, "detail": "120 of 3290 MB."}, {"caption": "a cat"}]'
    VISION_TIMEOUT=50 ask CAPTION picture.jpg
    expect_failure "120 of 3290 MB. That is longer than the 50 seconds of VISION_TIMEOUT."
    [[ $(requests 'len(r)') == 1 ]]
}

@test "client: retries end with VISION_TIMEOUT" {
    start_fake '[{"status": 503, "headers": {"Retry-After": "0"}, "detail": "busy"}]'
    VISION_TIMEOUT=1 ask CAPTION picture.jpg
    expect_failure "VISION_TIMEOUT"
}

@test "client: a picture that is missing, a folder or empty is named, and no request is made" {
    start_fake '[{"caption": "a cat"}]'
    mkdir folder.jpg
    : >empty.jpg
    ask CAPTION missing.jpg
    expect_failure "missing.jpg is not there"
    ask CAPTION folder.jpg
    expect_failure "folder.jpg is a folder"
    ask CAPTION empty.jpg
    expect_failure "empty.jpg is empty"
    [[ $(requests 'len(r)') == 0 ]]
}

@test "client: a picture that may not be read is named" {
    only_bash "it has another sentence"
    become_nobody
    chmod 0 picture.jpg
    ask CAPTION picture.jpg
    expect_failure "picture.jpg may not be read"
}

@test "client: prompts are printed as they are typed, one a line" {
    start_fake '[{"text": " [ \"<CAPTION>\", \"<OCR_WITH_REGION>\",\"<Doc\\u0056QA>\"]\n"}]'
    ask prompts
    [[ $code -eq 0 ]]
    expect_output 'CAPTION\nOCR_WITH_REGION\nDocVQA\n'
    [[ $(requests 'r[0]["method"] + r[0]["path"]') == GET/prompts ]]
}

@test "client: model is printed bare" {
    start_fake '[{"text": "\"MiaoshouAI/Florence-2-large-PromptGen-v2.0\""}]'
    ask model
    [[ $code -eq 0 ]]
    expect_output 'MiaoshouAI/Florence-2-large-PromptGen-v2.0\n'
}

@test "client: model and prompts fail on errors and on what is neither" {
    local text
    start_fake '[{"status": 401, "detail": "A key is needed."}]'
    ask model
    expect_failure "A key is needed."
    ask prompts
    expect_failure "A key is needed."
    for text in '' 'null' '{"model":"x"}' '<html>' '"cut'; do
        start_fake "$(answer_text "$text")"
        ask model
        expect_failure "no model's name"
        ask prompts
        expect_failure "no list of prompts"
    done
}

@test "client: curl's own configuration and proxies do not disturb" {
    start_fake '[{"caption": "a cat"}]'
    printf 'include\nfail\n' >home/.curlrc
    http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 ask CAPTION picture.jpg
    expect_output 'a cat\n'
}

@test "client: the language of the machine makes no difference" {
    local language
    start_fake '[{"caption": "\u3000é 😀\u00a0"}]'
    for language in C C.UTF-8; do
        LC_ALL=$language LANG=$language ask 'é' picture.jpg
        expect_output 'é 😀\n'
        [[ $(requests 'r[-1]["prompt"] == "é"') == True ]]
    done
}

@test "client: a signal ends it at once, leaving neither temporary files nor curl" {
    only_bash "signals go to a group of processes"
    local number
    for number in INT:130 TERM:143 HUP:129; do
        start_fake '[{"hang": true}]'
        interrupt "${number%:*}" "$fake/requests.jsonl" 1 CAPTION picture.jpg >result
        [[ $(<result) == "exit code ${number#*:}" ]]
        expect_tidy
    done
}

@test "client: a signal ends the wait for a busy server at once" {
    only_bash "signals go to a group of processes"
    start_fake '[{"status": 503, "headers": {"Retry-After": "600"}, "detail": "busy"}]'
    : >said
    interrupt INT said 1 CAPTION picture.jpg >result
    [[ $(<result) == "exit code 130" && $(<said) == busy ]]
    expect_tidy
}

@test "client: a machine without curl is told what is missing" {
    only_bash "it needs no curl"
    rm -- "$narrow/curl"
    ask CAPTION picture.jpg
    expect_failure "curl is not installed"
}

@test "client: a caption that cannot be written out is a failure" {
    only_bash ".NET does not tell"
    start_fake '[{"caption": "a cat"}]'
    code=0
    PATH=$narrow "$script" CAPTION picture.jpg >/dev/full 2>err || code=$?
    [[ $code -eq 1 && -s err ]]
}
