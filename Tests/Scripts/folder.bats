#!/usr/bin/env bats
# vision-caption-folder-images.sh against a fake server.

# Its variables are those of servers.bash, and names with a dollar sign are meant so.
# shellcheck disable=SC2016,SC2034,SC2154
load servers.bash

setup() {
    prepare_script vision-caption-folder-images.sh
    mkdir -p photos
}

teardown() {
    stop_fake
}

# add NAME...: pictures below photos.
add() {
    local name
    for name in "$@"; do
        name=photos/$name
        mkdir -p -- "${name%/*}"
        printf 'picture %s' "$name" >"$name"
    done
}

# expect_file NAME TEXT: the file below photos holds these bytes; escapes as printf's %b has them.
expect_file() {
    printf '%b' "$2" | cmp - "photos/$1"
}

# failed_names: the pictures that are in the list of failures at the end, each with a reason.
failed_names() {
    sed '1,/^Failed:$/d' err >failed
    ! grep -qv '^  [^:]*: .*\.$' failed && sed 's/^  //; s/: .*//' failed | tr '\n' ' '
}

# captions: the names of the caption files below photos, sorted.
captions() {
    (cd photos && find . -name '*.txt' | LC_ALL=C sort)
}

@test "folder: --help explains on standard output" {
    only_bash "it has another usage"
    ask --help
    [[ $code -eq 0 && -z $err ]]
    [[ $(<out) == "Usage: vision-caption-folder-images.sh <prompt> <caption_extension> <folder>"*VISION_HOST*VISION_API_KEY*VISION_TIMEOUT* ]]
}

@test "folder: a wrong number of arguments is answered with what is wrong and how to get the usage, exit code 1" {
    local arguments sentence
    while IFS=: read -r arguments sentence; do
        # shellcheck disable=SC2086
        ask $arguments
        expect_failure "$sentence"
        [[ $(wc -l <err) -eq 2 && $err == "$sentence"$'\n'"Usage: ${script##*/} <prompt> <caption_extension> <folder>; --help says more." ]]
    done <<'END'
:The prompt, the caption extension and the folder are missing.
CAPTION:The caption extension and the folder are missing behind CAPTION.
CAPTION txt:The folder is missing behind CAPTION txt.
CAPTION txt my photos:A prompt, a caption extension and a folder are taken, not 4 arguments. A name with blanks needs quotes.
END
}

@test "folder: an unknown option is named" {
    local place
    for place in '--fast CAPTION txt photos' 'CAPTION --fast txt photos' 'CAPTION txt photos --fast'; do
        # shellcheck disable=SC2086
        ask $place
        expect_failure "There is no option --fast."$'\n'"Usage: "
    done
    ask CAPTION txt photos --exclude
    expect_failure "What belongs behind --exclude is missing."$'\n'"Usage: "
}

@test "folder: pictures of every extension, in any case, at any depth; nothing else" {
    add a.jpg b.JPEG c.png d.Gif e.bmp f.TIF g.tiff sub/h.webp 'sub/hidden/i.jpg' sub/sub/sub/j.jpg
    add k.txt.orig l.jpgx m.md jpg n.html
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && -z $err ]]
    [[ $(captions | tr -d '\n') == ./a.txt./b.txt./c.txt./d.txt./e.txt./f.txt./g.txt./sub/h.txt./sub/hidden/i.txt./sub/sub/sub/j.txt ]]
    expect_file sub/h.txt 'a cat\n'
    [[ $(requests '{q["prompt"] for q in r}') == "{'CAPTION'}" ]]
    [[ $(requests 'len({q["image"] for q in r})') == 10 ]]
    expect_tidy
}

@test "folder: a caption file holds the trimmed caption, one final newline, UTF-8 without a mark" {
    add a.jpg b.jpg
    start_fake '[{"caption": " \n\u00a0é 😀\r\n\nend \u3000\n"}, {"text": "{\"result\":{\"bboxes\": [[1]],\"labels\":[\"\\u00e9\"]} }"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 ]]
    expect_file a.txt 'é 😀\r\n\nend\n'
    printf '%s\n' '{"bboxes": [[1]],"labels":["\u00e9"]}' | cmp - photos/b.txt
}

@test "folder: one line of progress for each picture, then the sum" {
    add a.jpg b.jpg c.jpg
    echo mine >photos/b.txt
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    expect_output '[1 of 3] photos/a.jpg: captioned\n[2 of 3] photos/b.jpg: skipped, its caption exists\n[3 of 3] photos/c.jpg: captioned\n3 pictures: 2 captioned, 1 skipped, 0 failed.\n'
}

@test "folder: captions that exist are skipped; the second run asks nothing" {
    add a.jpg c.jpg
    echo mine >photos/a.txt
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    ask CAPTION txt photos
    [[ $code -eq 0 ]]
    expect_file a.txt 'mine\n'
    expect_file c.txt 'a cat\n'
    [[ $(requests 'len(r)') == 1 ]]
}

@test "folder: an empty or blank caption file is no caption, and is written" {
    local index=0 blank
    for blank in '' '\n' ' \t\r\n\f' '\xef\xbb\xbf' '\xef\xbb\xbf \xc2\xa0\xe3\x80\x80\n'; do
        add "$index.jpg"
        printf '%b' "$blank" >"photos/$index.txt"
        index=$((index + 1))
    done
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && $(<out) == *"5 pictures: 5 captioned, 0 skipped, 0 failed." ]]
    for index in 0 1 2 3 4; do expect_file "$index.txt" 'a cat\n'; done
    expect_tidy
}

@test "folder: a file that is no text in UTF-8 stays as it is, and its picture fails before it is asked about" {
    local index=0 text texts=('caf\xe9' '\xff\xfea\x00' 'a\x00b' '\x1b[31m' '\x7f' 'end \xc3' '\xed\xa0\x80' '\xc0\xaf' '\xf5\x80\x80\x80' '\x01')
    for text in "${texts[@]}"; do
        add "$index.jpg"
        printf '%b' "$text" >"photos/$index.txt"
        index=$((index + 1))
    done
    add z.jpg
    printf 'tab\t\r\n\f\xf0\x9f\x98\x80 \xc3\xa9 \xe2\x82\xac' >photos/z.txt
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == *"11 pictures: 0 captioned, 1 skipped, 10 failed." ]]
    for index in "${!texts[@]}"; do
        expect_file "$index.txt" "${texts[index]}"
        [[ $err == *"photos/$index.jpg: failed. photos/$index.txt is no text in UTF-8, so it was left as it is."* ]]
    done
    [[ $(requests 'len(r)') == 0 ]]
}

@test "folder: a caption file that may not be read stays as it is" {
    add a.jpg
    chmod 777 photos
    echo mine >photos/a.txt
    chmod 0 photos/a.txt
    start_fake '[{"caption": "a cat"}]'
    become_nobody
    ask CAPTION txt photos
    chmod 644 photos/a.txt
    [[ $code -eq 1 && $err == *"photos/a.txt may not be read, so it was left as it is."* && $(requests 'len(r)') == 0 ]]
    expect_file a.txt 'mine\n'
}

@test "folder: a caption file of more than 16 MB stays as it is, and its picture fails before it is asked about" {
    add a.jpg
    head -c 16777217 /dev/zero | tr '\000' a >photos/a.txt
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == *"photos/a.jpg: failed. photos/a.txt is larger than 16 MB, so it was left as it is."* ]]
    [[ $(requests 'len(r)') == 0 && $(find photos/a.txt -size 16777217c) == photos/a.txt ]]
}

@test "folder: long caption files are judged as short ones are" {
    local index text texts=()
    # Characters of two, three and four bytes, so that each boundary of blocks cuts one somewhere.
    text=$(printf 'é日😀b%.0s' {1..5000})
    texts=("$text" "$text"$'\xe6\x97' "$text"$'\x80'"$text" "$(printf '\xe3\x80\x80%.0s' {1..3000})" "$(printf ' %.0s' {1..4096})")
    for index in "${!texts[@]}"; do
        add "$index.jpg"
        printf '%s' "${texts[index]}" >"photos/$index.txt"
    done
    add 5.jpg 6.jpg 7.jpg
    { printf '%4096s' '' && printf '\000'; } >photos/5.txt
    { printf '%4095s' '' && printf '\000'; } >photos/6.txt
    printf '%4095sé' '' >photos/7.txt
    cp -r photos before
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == *"8 pictures: 2 captioned, 2 skipped, 4 failed." ]]
    [[ $(failed_names) == 'photos/1.jpg photos/2.jpg photos/5.jpg photos/6.jpg ' ]]
    for index in 0 1 2 5 6 7; do cmp "photos/$index.txt" "before/$index.txt"; done
    for index in 3 4; do expect_file "$index.txt" 'a cat\n'; done
}

@test "folder: a caption file that is a link stays one, and what it leads to is written" {
    local name
    add a.jpg b.jpg c.jpg d.jpg
    mkdir captions photos/between
    for name in a b c; do : >"captions/$name.txt"; done
    echo mine >captions/d.txt
    ln -s ../captions/a.txt photos/a.txt
    ln -s between/link photos/b.txt
    ln -s ../../captions/b.txt photos/between/link
    ln -s "$PWD/captions/c.txt" photos/c.txt
    ln -s ../captions/d.txt photos/d.txt
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && $(<out) == *"4 pictures: 3 captioned, 1 skipped, 0 failed." ]]
    for name in a b c d; do [[ -L photos/$name.txt && ! -L captions/$name.txt ]]; done
    [[ -L photos/between/link ]]
    for name in a b c; do expect_file "$name.txt" 'a cat\n'; done
    expect_file d.txt 'mine\n'
    expect_tidy
}

@test "folder: a link to a name that ends with a line feed" {
    only_bash "its own names are no lines of a program"
    add a.jpg
    : >$'photos/odd\n'
    ln -s $'odd\n' photos/a.txt
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && -L photos/a.txt ]]
    expect_file $'odd\n' 'a cat\n'
}

@test "folder: what counts for a caption file that is a link is whether the folder that it leads to may be written to" {
    add sub/a.jpg b.jpg c.jpg
    mkdir captions closed
    : >captions/a.txt
    : >closed/b.txt
    ln -s ../../captions/a.txt photos/sub/a.txt
    ln -s ../closed/b.txt photos/b.txt
    chmod 777 photos captions
    chmod 555 photos/sub closed
    chmod 666 captions/a.txt closed/b.txt
    start_fake '[{"caption": "a cat"}]'
    become_nobody
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == *"3 pictures: 2 captioned, 0 skipped, 1 failed." && $err == *"closed: nothing may be written into it; its pictures fail."* ]]
    expect_file sub/a.txt 'a cat\n'
    [[ -L photos/sub/a.txt && ! -s closed/b.txt && $(requests 'len(r)') == 2 ]]
}

@test "folder: a name with nothing before its only dot has no ending" {
    add .jpg .PNG .heic ok.jpg ..gif
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && -z $err && $(<out) == *"2 pictures: 2 captioned, 0 skipped, 0 failed." ]]
    [[ $(captions | tr -d '\n') == ./..txt./ok.txt ]]
}

@test "folder: jfif, jpe, mpo, apng, heic, heif, hif, avif and jxl are pictures; what is not read is counted and named once" {
    add a.jfif b.JPE c.mpo d.apng e.heic f.HEIF g.hif h.avif i.JXL 1.psd 2.PSD sub/3.psd 4.cr2 5.mov ._6.psd ._7.jpg
    add ._8.heic notes.md none.
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && $err == "Left out, as such files are not read: 3 psd, 1 cr2, 1 mov." ]]
    [[ $(captions | tr -d '\n') == ./a.txt./b.txt./c.txt./d.txt./e.txt./f.txt./g.txt./h.txt./i.txt ]]
}

@test "folder: hidden folders and those of other programs are left out, but for the one that was given" {
    add ok.jpg @eaDir/a.jpg .thumbnails/b.jpg .Trash-1000/c.jpg '$RECYCLE.BIN/d.jpg' .stversions/e.jpg \
        'sub/@EADIR/f.jpg' 'System Volume Information/g.jpg' sub/ok.png .dot.jpg
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 ]]
    [[ $err == 'Left out, as hidden folders and those of other programs are: $RECYCLE.BIN, .Trash-1000, .stversions, .thumbnails, @EADIR, ....' ]]
    [[ $(captions | tr -d '\n') == ./.dot.txt./ok.txt./sub/ok.txt ]]
    ask CAPTION txt photos/.thumbnails
    [[ $code -eq 0 && -z $err ]]
    expect_file .thumbnails/b.txt 'a cat\n'
}

@test "folder: a picture that fails doesn't stop the rest, leaves no file, and is listed; exit code 1" {
    add a.jpg b.jpg c.jpg d.jpg e.jpg f.jpg g.jpg h.jpg
    fake_sleep :
    start_fake '[
        {"caption": "a cat"},
        {"status": 400, "detail": "This is no picture."},
        {"caption": ""},
        {"text": "{\"result\":null}"},
        {"caption": "a dog", "cut": 80},
        {"caption": "a dog", "cut": 80},
        {"caption": "a dog", "cut": 0},
        {"status": 500, "text": "<html>"},
        {"text": "<html>"},
        {"caption": "a horse"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 ]]
    [[ $(captions | tr -d '\n') == ./a.txt./h.txt ]]
    expect_file h.txt 'a horse\n'
    [[ $err == *"[2 of 8] photos/b.jpg: failed. This is no picture."* ]]
    [[ $err == *$'Failed:\n  photos/b.jpg: This is no picture.\n  photos/c.jpg: The server\'s caption is empty.\n'* ]]
    [[ $err == *$'\n  photos/e.jpg: The connection to http://'*' was cut before the answer was complete.'* ]]
    [[ $(grep -c '^  photos/' err) -eq 6 ]]
    [[ $(<out) == *"8 pictures: 2 captioned, 0 skipped, 6 failed." ]]
    expect_tidy
}

@test "folder: what has failed is tried again by the next run" {
    add a.jpg
    start_fake '[{"status": 500, "detail": "It went wrong."}, {"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && ! -e photos/a.txt ]]
    ask CAPTION txt photos
    [[ $code -eq 0 ]]
    expect_file a.txt 'a cat\n'
}

@test "folder: pictures that would share a caption file are reported, and neither is captioned" {
    add cat.jpg cat.k.jpg cat-1.jpg cat.PNG cat/k.jpg dog.jpg cat.jpg.png sub/cat.jpg
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 ]]
    [[ $(captions | tr -d '\n') == ./cat-1.txt./cat.jpg.txt./cat.k.txt./cat/k.txt./dog.txt./sub/cat.txt ]]
    [[ $err == *"photos/cat.jpg: failed. cat.PNG, cat.jpg would share the caption file cat.txt. Rename all but one."* ]]
    [[ $err == *"photos/cat.PNG: failed. cat.PNG, cat.jpg would share the caption file cat.txt. Rename all but one."* ]]
    [[ $(requests 'len(r)') == 6 ]]
}

@test "folder: pictures that share a caption file that exists are skipped" {
    add cat.jpg cat.png cat.gif
    echo mine >photos/cat.txt
    ask CAPTION txt photos
    [[ $code -eq 0 && $(<out) == *"3 pictures: 0 captioned, 3 skipped, 0 failed." ]]
    expect_file cat.txt 'mine\n'
}

@test "folder: --full-names keeps the ending of the picture in the name of its caption" {
    add cat.jpg cat.PNG cat sub/a.b.webp
    echo mine >photos/cat.txt
    start_fake '[{"caption": "a cat"}]'
    ask --full-names CAPTION txt photos
    [[ $code -eq 0 && $(<out) == *"3 pictures: 3 captioned, 0 skipped, 0 failed." ]]
    [[ $(captions | tr -d '\n') == ./cat.PNG.txt./cat.jpg.txt./cat.txt./sub/a.b.webp.txt ]]
    expect_file cat.jpg.txt 'a cat\n'
    expect_file cat.txt 'mine\n'
    ask CAPTION .txt photos --full-names
    [[ $code -eq 0 && $(<out) == *"3 pictures: 0 captioned, 3 skipped, 0 failed." && $(requests 'len(r)') == 3 ]]
    expect_tidy
}

# excluded PATTERN...: captions what these patterns leave of photos, and prints it.
excluded() {
    local pattern patterns=()
    for pattern in "$@"; do patterns+=(--exclude "$pattern"); done
    rm -f -- "$fake/requests.jsonl"
    : >"$fake/requests.jsonl"
    find photos -name '*.txt' -delete
    ask CAPTION txt photos "${patterns[@]}"
    [[ $code -eq 0 && -z $err ]] || echo "exit code $code: $err"
    captions | sed 's/^..//; s/[.]txt$//' | tr '\n' ' '
}

@test "folder: --exclude leaves out by name, or with a slash by path; only ** matches a slash" {
    add a.jpg draft-1.jpg b.png old/a.jpg old/more/a.jpg old/more/c.jpg new/draft/d.jpg new/b.jpg é.jpg
    start_fake '[{"caption": "a cat"}]'
    [[ $(excluded 'draft-*') == 'a b new/b new/draft/d old/a old/more/a old/more/c é ' ]]
    [[ $(excluded 'draft*' 'b.*') == 'a old/a old/more/a old/more/c é ' ]]
    [[ $(excluded old) == $(excluded old/) && $(excluded old) == 'a b draft-1 new/b new/draft/d é ' ]]
    [[ $(excluded 'old/**') == 'a b draft-1 new/b new/draft/d é ' ]]
    [[ $(excluded 'old/*') == 'a b draft-1 new/b new/draft/d é ' ]]
    [[ $(excluded 'old/*.jpg') == 'a b draft-1 new/b new/draft/d old/more/a old/more/c é ' ]]
    [[ $(excluded '**/a.jpg') == 'a b draft-1 new/b new/draft/d old/more/c é ' ]]
    [[ $(excluded '/new/b.jpg') == 'a b draft-1 new/draft/d old/a old/more/a old/more/c é ' ]]
    [[ $(excluded '?.jpg') == 'b draft-1 ' ]]
    [[ $(excluded '[a-b].*') == 'draft-1 new/draft/d old/more/c é ' ]]
    [[ $(excluded '[!a-b].jpg') == 'a b draft-1 new/b old/a old/more/a ' ]]
    [[ $(excluded A.JPG a.jpgx .jpg 'a.jp[' 'a?jpgx') == 'a b draft-1 new/b new/draft/d old/a old/more/a old/more/c é ' ]]
    excluded '**' | grep -q 'There are no pictures in photos'
}

@test "folder: in a pattern other characters, and those behind a backslash, mean themselves" {
    only_bash "a backslash is a separator there"
    local name names=('a+b' 'a.b' 'axb' '(a)' 'a|b' '{2}' 'a$' '^a' '[a]' '*' '?' 'a\b')
    start_fake '[{"caption": "a cat"}]'
    for name in "${names[@]}"; do add "$name.jpg"; done
    for name in 'a+b' 'a.b' '(a)' 'a|b' '{2}' 'a$' '^a' '\[a\]' '\*' '\?' 'a\\b' '[[]a[]]' '[*]' '[^!-~]' ; do
        excluded "$name.jpg" >left
        [[ $(captions | wc -l) -eq 11 || $name == '[^!-~]' && $(captions | wc -l) -eq 12 ]]
        [[ $name == *[[\\]* || " $(<left)" != *" $name "* ]]
    done
    ask CAPTION txt photos --exclude '[é].jpg'
    expect_failure "only ASCII characters"
    ask CAPTION txt photos --exclude ''
    expect_failure "--exclude needs a pattern, such as --exclude 'draft-*'."
    ask CAPTION txt photos --exclude=/
    expect_failure "--exclude needs a pattern"
}

@test "folder: what --exclude leaves out is neither counted, nor named, nor an obstacle" {
    add cat.jpg cat.png 1.psd @eaDir/b.jpg sub/2.cr2 sub/@eaDir/c.jpg
    ln -s nowhere photos/d.jpg
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos --exclude '*.png' --exclude=1.psd --exclude @eaDir --exclude sub --exclude d.jpg
    [[ $code -eq 0 && -z $err ]]
    expect_output '[1 of 1] photos/cat.jpg: captioned\n1 pictures: 1 captioned, 0 skipped, 0 failed.\n'
}

@test "folder: a folder that may not be read is no obstacle when --exclude leaves it out" {
    add a.jpg private/b.jpg
    chmod 777 photos
    chmod 0 photos/private
    start_fake '[{"caption": "a cat"}]'
    become_nobody
    ask CAPTION txt photos --exclude 'priv*'
    chmod 755 photos/private
    [[ $code -eq 0 && -z $err ]]
    expect_file a.txt 'a cat\n'
}

@test "folder: several tasks with one extension are joined, and a file is whole or not there" {
    add a.jpg b.jpg
    start_fake '[{"caption": "a cat"}, {"caption": "cat, mat"}, {"caption": "a dog"}, {"status": 500, "detail": "It went wrong."}, {"caption": "x"}]'
    ask 'CAPTION,GENERATE_TAGS' txt photos
    [[ $code -eq 1 && $(<out) == *"2 pictures: 1 captioned, 0 skipped, 1 failed." && $(failed_names) == 'photos/b.jpg ' ]]
    expect_file a.txt 'a cat, cat, mat\n'
    [[ $(captions) == ./a.txt && $(requests '[q["prompt"] for q in r]') == "['CAPTION', 'GENERATE_TAGS', 'CAPTION', 'GENERATE_TAGS']" ]]
    ask '<CAPTION>, generate tags' txt photos
    [[ $code -eq 0 && $(requests '[q["prompt"] for q in r[4:]]') == "['<CAPTION>', 'generate tags']" ]]
    expect_file b.txt 'x, x\n'
    expect_tidy
}

@test "folder: several tasks with an extension for each get their own files; only for missing ones is asked" {
    add a.jpg b.jpg c.jpg
    echo mine >photos/a.tags
    echo mine >photos/b.txt
    echo mine >photos/b.tags
    start_fake '[{"caption": "1"}, {"caption": "2"}, {"status": 400, "detail": "No tags."}, {"caption": "4"}]'
    ask CAPTION,GENERATE_TAGS txt,tags photos
    [[ $code -eq 1 && $(<out) == *"3 pictures: 1 captioned, 1 skipped, 1 failed." ]]
    [[ $(requests '[q["prompt"] for q in r]') == "['CAPTION', 'CAPTION', 'GENERATE_TAGS']" ]]
    expect_file a.txt '1\n'
    expect_file a.tags 'mine\n'
    # What is there stays, and is not asked for again.
    expect_file c.txt '2\n'
    ask CAPTION,GENERATE_TAGS txt,.tags photos
    [[ $code -eq 0 && $(<out) == *"3 pictures: 1 captioned, 2 skipped, 0 failed." && $(requests 'r[3]["prompt"]') == GENERATE_TAGS ]]
    expect_file c.tags '4\n'
    expect_tidy
}

@test "folder: of several files each can have been written meanwhile, or be what is in the way" {
    add a.jpg b.jpg c.jpg
    printf 'caf\xe9' >photos/c.tags
    start_fake '[{"caption": "1", "writes": ["photos/a.txt", "mine\n"]}, {"caption": "2"},
        {"caption": "3", "writes": ["photos/b.txt", "mine\n"]}, {"caption": "4", "writes": ["photos/b.tags", "mine\n"]}]'
    ask CAPTION,GENERATE_TAGS txt,tags photos
    [[ $code -eq 1 && $(<out) == *"photos/a.jpg: captioned"*"photos/b.jpg: skipped, captioned meanwhile"*" 1 captioned, 1 skipped, 1 failed." ]]
    expect_file a.txt 'mine\n'
    expect_file a.tags '2\n'
    expect_file b.tags 'mine\n'
    expect_file c.tags 'caf\xe9'
    [[ ! -e photos/c.txt && $(requests 'len(r)') == 4 && $err == *"photos/c.jpg: failed. photos/c.tags is no text in UTF-8"* ]]
}

@test "folder: a prompt is split at commas only where each part is a task's name" {
    local prompt
    add a.jpg
    start_fake '[{"caption": "a cat"}]'
    for prompt in '<CAPTION_TO_PHRASE_GROUNDING>a cat, a dog' 'CAPTION,TAGS' 'CAPTION,' ',' 'a, b'; do
        rm -f photos/a.txt
        ask "$prompt" txt photos
        [[ $code -eq 0 && $(requests 'r[-1]["prompt"]') == "$prompt" ]]
    done
    [[ $(requests 'len(r)') == 5 ]]
}

@test "folder: as many extensions as tasks, or one, and each once" {
    local prompt extension sentence
    add a.jpg
    start_fake '[{"caption": "a cat"}]'
    while IFS=: read -r prompt extension sentence; do
        ask "$prompt" "$extension" photos
        expect_failure "$sentence"
    done <<'END'
CAPTION:txt,tags:A prompt has one caption extension, not 2. Several tasks look like CAPTION,GENERATE_TAGS.
CAPTION,TAGS:txt,tags:A prompt has one caption extension, not 2.
CAPTION,OCR:a,b,c:2 tasks have one caption extension for all, or one for each, but not 3.
CAPTION,OCR:txt,.txt:The caption extension txt stands there twice.
CAPTION,OCR:txt,:The caption extension is the end of a file name, such as txt.
CAPTION,OCR:txt,jpg:jpg is the extension of files that are no captions
END
    [[ $(requests 'len(r)') == 0 ]]
}

@test "folder: pictures that would share a file by two extensions are reported, unless the file is there" {
    add cat.jpg cat.tags.png dog.jpg
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION,GENERATE_TAGS txt,tags.txt photos
    [[ $code -eq 1 && $(<out) == *"3 pictures: 1 captioned, 0 skipped, 2 failed." && $(requests 'len(r)') == 2 ]]
    [[ $err == *"photos/cat.jpg: failed. cat.jpg, cat.tags.png would share the caption file cat.tags.txt. Rename all but one."* ]]
    [[ $err == *"photos/cat.tags.png: failed. "*" would share the caption file cat.tags.txt. Rename all but one."* ]]
    [[ $(captions | tr -d '\n') == ./dog.tags.txt./dog.txt ]]
    ask CAPTION,GENERATE_TAGS txt,tags.txt photos --full-names
    [[ $code -eq 0 && $(captions | wc -l) -eq 8 ]]
}

@test "folder: the names of tasks are those of the server, in both scripts" {
    only_bash "it is the same comparison"
    local name
    for name in vision-caption-folder-images.{sh,ps1}; do
        diff <(sed -n '/^ *case .*= "<[A-Z_]*>"$/s/.*<\(.*\)>.*/\1/p' "$root/Sources/Florence2/Tasks/FlorenceTask.swift") \
            <(tr -d '\r' <"$root/$name" | sed -n "/^# List: names of tasks/,/'\$/p" | grep -oE '\b[A-Z_]{2,}\b')
    done
}

@test "folder: names with spaces, quotes, newlines, dashes, globs and backslashes" {
    only_bash "a backslash is a separator there"
    local name names=('a b' " c " "it's \"x\"" $'new\nline' -dash --help 'back\slash\n' '*' '?' '[a]' '$HOME' '%s' . '~' ';' '&' 'é' '(' $'\n' $'end\n')
    for name in "${names[@]}"; do add "$name.jpg" "in $name/x.jpg"; done
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 ]]
    for name in "${names[@]}"; do
        expect_file "$name.txt" 'a cat\n'
        expect_file "in $name/x.txt" 'a cat\n'
    done
    [[ $(find photos -type f -print0 | tr -cd '\000' | wc -c) -eq $((4 * ${#names[@]})) ]]
    expect_tidy
}

@test "folder: pictures and folders with names that are no UTF-8 are failures" {
    only_bash "its names have no bytes"
    add ok.jpg $'bad\xff.jpg' $'bad\xff.psd' $'bad\xff.md' $'\xe9t\xe9/a.jpg' $'\xe9t\xe9/b.png' $'\xe9t\xe9/more/c.jpg' \
        $'sub/\xff/notes.md' $'sub/.hidden\xff/d.jpg' sub/z.jpg
    echo mine >$'photos/bad\xff.txt'
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == *"5 pictures: 2 captioned, 0 skipped, 3 failed." && $(requests 'len(r)') == 2 ]]
    expect_output '[2 of 5] photos/ok.jpg: captioned\n[3 of 5] photos/sub/z.jpg: captioned\n5 pictures: 2 captioned, 0 skipped, 3 failed.\n'
    tail -n 3 err | cmp - <(
        printf '  photos/bad\xff.jpg: The name is not UTF-8, so no text can hold it. Rename it.\n'
        printf '  photos/%b: The name is not UTF-8, so no text can hold it. Rename it. What is in it was left out.\n' \
            'sub/\xff' '\xe9t\xe9'
    )
    [[ $err == *" are not read: 1 psd."* && $(captions | tr -d '\n') == *./ok.txt./sub/z.txt* && $(captions | wc -l) -eq 3 ]]
    # The folder that was given may be called so.
    ask CAPTION tags $'photos/\xe9t\xe9'
    [[ $code -eq 0 && $(<out) == *"3 pictures: 3 captioned, 0 skipped, 0 failed." ]]
}

@test "folder: folders with names that find might take for words" {
    only_bash "its options begin with a dash, too"
    local name
    start_fake '[{"caption": "a cat"}]'
    for name in -name '(' '!' ',' 'a b' '-delete' ' '; do
        mkdir -- "./$name"
        cp -- "$picture" "./$name/a.jpg"
        if [[ $name == -* ]]; then ask -- CAPTION txt "$name"; else ask CAPTION txt "$name"; fi
        [[ $code -eq 0 && -e ./$name/a.jpg ]]
        printf 'a cat\n' | cmp - "./$name/a.txt"
    done
}

@test "folder: with a slash at its end, as a link, as the current folder, as an absolute path" {
    start_fake '[{"caption": "a cat"}]'
    ln -s photos link
    add a.jpg
    ask CAPTION a photos/
    ask CAPTION b link
    ask CAPTION c "$PWD/photos"
    (cd photos && ask CAPTION d .)
    local name
    for name in a b c d; do expect_file "a.$name" 'a cat\n'; done
}

@test "folder: a picture that is a link is captioned, one that leads nowhere fails, a folder named so is none" {
    start_fake '[{"caption": "a cat"}]'
    add real/a.jpg
    mkdir photos/folder.jpg
    ln -s real/a.jpg photos/b.jpg
    ln -s nowhere photos/c.jpg
    ln -s d.jpg photos/d.jpg
    ln -s real photos/e.jpg
    ln -s nowhere photos/f.md
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == *"4 pictures: 2 captioned, 0 skipped, 2 failed." ]]
    [[ $err == *$'Failed:\n  photos/c.jpg: photos/c.jpg is a link that leads nowhere.\n  photos/d.jpg: photos/d.jpg is '* ]]
    [[ $(captions | tr -d '\n') == ./b.txt./real/a.txt ]]
}

@test "folder: the caption extension, with a dot or without, in parts" {
    add a.jpg
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION .txt photos
    ask CAPTION tags.txt photos
    expect_file a.txt 'a cat\n'
    expect_file a.tags.txt 'a cat\n'
}

@test "folder: an extension that is none, or that of other files, is refused" {
    local extension
    add a.jpg
    start_fake '[{"caption": "a cat"}]'
    for extension in '' . .. a/b ../x PNG .jpg webp jfif heic NEF xmp mov zip safetensors tags.heic 'txt ' txt. $'a\nb'; do
        ask CAPTION "$extension" photos
        expect_failure extension
    done
    [[ $(requests 'len(r)') == 0 ]]
}

@test "folder: a folder that is none" {
    ask CAPTION txt missing
    expect_failure "missing is no folder"
    ask CAPTION txt picture.jpg
    expect_failure "picture.jpg is no folder"
    ask CAPTION txt ''
    expect_failure "The folder is an empty word."
}

@test "folder: a folder called ~, and one behind a link, are what the shell finds" {
    mkdir -p ./~ here/sub else
    cp -- "$picture" ./~/a.jpg
    cp -- "$picture" here/b.jpg
    ln -s ../here/sub else/link
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt '~'
    [[ $code -eq 0 && -e ./~/a.txt ]]
    ask CAPTION txt else/link/..
    [[ $code -eq 0 && -e here/b.txt ]]
}

@test "folder: names that differ in how an accent is written are two files" {
    add $'caf\xc3\xa9.jpg' $'cafe\xcc\x81.jpg'
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && $(captions | wc -l) -eq 2 ]]
}

@test "folder: a folder without pictures is no failure, and is told" {
    ask CAPTION txt photos
    [[ $code -eq 0 && $err == "There are no pictures in photos." ]]
    expect_output '0 pictures: 0 captioned, 0 skipped, 0 failed.\n'
}

@test "folder: what is in the way of a caption file stays, and is a failure" {
    add a.jpg b.jpg c.jpg d.jpg
    mkdir photos/a.txt
    ln -s nowhere photos/b.txt
    ln -s d.txt photos/d.txt
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == *"photos/a.txt is in the way"* && $err == *"photos/b.txt is in the way"* ]]
    [[ $err == *"photos/d.txt is in the way"* && -d photos/a.txt && -z $(ls photos/a.txt) ]]
    [[ $(readlink photos/b.txt) == nowhere && $(readlink photos/d.txt) == d.txt ]]
    expect_file c.txt 'a cat\n'
}

@test "folder: a caption that cannot be written is a failure, and the rest goes on" {
    local long
    long=$(printf '%0251d' 1)
    add "$long.jpg" z.jpg
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION caption photos
    [[ $code -eq 1 && $err == *"cannot be written"* ]]
    expect_file z.caption 'a cat\n'
    expect_tidy
}

@test "folder: pictures that may not be read and folders that may not be written to are failures, found before asking" {
    add a.jpg sub/b.jpg sub/c.jpg
    echo mine >photos/sub/c.txt
    chmod 777 photos
    chmod 0 photos/a.jpg
    chmod 555 photos/sub
    start_fake '[{"caption": "a cat"}]'
    become_nobody
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == *"photos/a.jpg may not be read by this user."* ]]
    [[ $err == *"photos/sub: nothing may be written into it; its pictures fail."* && $(requests 'len(r)') == 0 ]]
    [[ $(<out) == *"3 pictures: 0 captioned, 1 skipped, 2 failed." && $(failed_names) == 'photos/a.jpg photos/sub/b.jpg ' ]]
}

@test "folder: a folder that may not be written to is told once, and ends the run when it is the one given" {
    add a.jpg sub/b.jpg sub/c.jpg sub/d.jpg
    chmod 555 photos photos/sub
    start_fake '[{"caption": "a cat"}]'
    become_nobody
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == "Nothing may be written into photos. The same command goes on from here." ]]
    [[ $(<out) == "4 pictures: 0 captioned, 0 skipped, 0 failed, 4 not tried." ]]
    chmod 777 photos
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == "photos/sub: nothing may be written into it; its pictures fail."$'\nFailed:\n  photos/sub/b.jpg: Nothing may be written into its folder.\n'* ]]
    [[ $(failed_names) == 'photos/sub/b.jpg photos/sub/c.jpg photos/sub/d.jpg ' ]]
    [[ $(<out) == *"4 pictures: 1 captioned, 0 skipped, 3 failed." && $(requests 'len(r)') == 1 ]]
}

@test "folder: a full disk ends the run with one sentence" {
    only_bash "mv is a program"
    add a.jpg b.jpg c.jpg
    start_fake '[{"caption": "a cat"}]'
    # A mv that stands for a disk on which there is no room for another name.
    rm -- "$narrow/mv"
    printf '#!/usr/bin/env bash\necho "mv: cannot move: No space left on device" >&2\nexit 1\n' >"$narrow/mv"
    chmod +x "$narrow/mv"
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == "The disk is full: photos/a.txt cannot be written. Make room; the same command goes on from here." ]]
    [[ $(<out) == "3 pictures: 0 captioned, 0 skipped, 0 failed, 3 not tried." && $(requests 'len(r)') == 1 ]]
    expect_tidy
}

@test "folder: a really full disk, for captions and for temporary files" {
    only_bash "it has no temporary files"
    unshare --mount mount -t tmpfs tmpfs /mnt 2>/dev/null || skip "nothing can be mounted here"
    add a.jpg b.jpg
    start_fake "[{\"caption\": \"$(printf 'long %.0s' {1..2000})\"}]"
    # shellcheck disable=SC2016
    unshare --mount bash -c 'mount -t tmpfs -o size=64k tmpfs photos && printf x >photos/a.jpg && printf x >photos/b.jpg
        head -c 1000000 /dev/zero >photos/filler 2>/dev/null
        PATH=$1 "$2" CAPTION txt photos >out 2>err; echo $? >code; PATH=$PATH ls -A photos >left' - "$narrow" "$script"
    [[ $(<code) == 1 && $(<err) == "The disk is full: photos/a.txt cannot be written. Make room; the same command goes on from here." ]]
    [[ $(<left) == $'a.jpg\nb.jpg\nfiller' ]]
    # shellcheck disable=SC2016
    unshare --mount bash -c 'mount -t tmpfs -o size=64k tmpfs "$TMPDIR" && head -c 50000 /dev/zero >"$TMPDIR/filler"
        head -c 60000 /dev/urandom >photos/a.jpg
        PATH=$1 "$2" CAPTION txt photos >out 2>err; echo $? >code' - "$narrow" "$script"
    [[ $(<code) == 1 && $(<err) == "The disk of $TMPDIR is full. Make room; the same command goes on from here." ]]
    [[ -z $(captions) ]]
}

# meanwhile PROGRAM COMMANDS: what somebody else does just before the script calls the program.
meanwhile() {
    rm -- "$narrow/$1"
    printf '#!/usr/bin/env bash\n%s\nexec %s "$@"\n' "$2" "$(command -v "$1")" >"$narrow/$1"
    chmod +x "$narrow/$1"
}

@test "folder: a picture that gets its caption from somebody else meanwhile is skipped, and that caption kept" {
    local before
    add a.jpg b.jpg
    for before in absent blank; do
        rm -f photos/*.txt
        if [[ $before == blank ]]; then : >photos/a.txt; fi
        start_fake '[{"caption": "a cat", "writes": ["photos/a.txt", "mine\n"]}, {"caption": "a cat"}]'
        ask CAPTION txt photos
        [[ $code -eq 0 && -z $err && $(<out) == *"photos/a.jpg: skipped, captioned meanwhile"*" 1 captioned, 1 skipped, 0 failed." ]]
        expect_file a.txt 'mine\n'
        expect_tidy
    done
}

@test "folder: a caption that comes between the last look and the renaming is kept, and its picture skipped" {
    only_bash "mv is a program"
    add a.jpg b.jpg
    start_fake '[{"caption": "a cat"}]'
    meanwhile mv 'echo mine >photos/a.txt'
    ask CAPTION txt photos
    [[ $code -eq 0 && -z $err && $(<out) == *"photos/a.jpg: skipped, captioned meanwhile"*" 1 captioned, 1 skipped, 0 failed." ]]
    expect_file a.txt 'mine\n'
    expect_tidy
}

@test "folder: two runs of one folder at once both end well" {
    only_bash "the other run is a program"
    local number
    for number in {10..29}; do add "$number.jpg"; done
    start_fake '[{"caption": "a cat"}]'
    PATH=$narrow "$script" CAPTION txt photos >other 2>other-says </dev/null &
    ask CAPTION txt photos
    wait "$!"
    [[ $code -eq 0 && -z $err && ! -s other-says && $(captions | wc -l) -eq 20 ]]
    [[ $(<out) == *" 0 failed." && $(<other) == *" 0 failed." ]]
    expect_tidy
}

@test "folder: what comes in the way of a caption meanwhile stays, and is told in words of its own" {
    only_bash "mv is a program"
    add a.jpg b.jpg
    start_fake '[{"caption": "a cat"}]'
    meanwhile mv 'printf "caf\xe9" >photos/a.txt; mkdir -p photos/b.txt'
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == *"photos/a.jpg: failed. photos/a.txt is no text in UTF-8, so it was left as it is."* ]]
    expect_file a.txt 'caf\xe9'
    expect_tidy
}

@test "folder: caption files have the permissions of other new files" {
    add a.jpg
    start_fake '[{"caption": "a cat"}]'
    umask 027
    ask CAPTION txt photos
    [[ $(stat -c %a photos/a.txt) == 640 ]]
}

@test "folder: a busy server is waited for, its words on standard error" {
    add a.jpg b.jpg
    start_fake '[
        {"caption": "a cat"},
        {"status": 503, "headers": {"Retry-After": "0"}, "detail": "120 of 3290 MB"},
        {"status": 503, "headers": {"Retry-After": "0"}, "detail": "240 of 3290 MB"},
        {"caption": "a dog"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && $err == $'120 of 3290 MB\n240 of 3290 MB' ]]
    expect_file a.txt 'a cat\n'
    expect_file b.txt 'a dog\n'
}

@test "folder: a server that is away behind a proxy for a while is waited for, whatever the proxy says" {
    only_bash "sleep is a program"
    local answer away
    add a.jpg b.jpg c.jpg
    fake_sleep :
    for answer in '"status": 502' '"status": 504, "text": "<html>"' '"status": 503' '"status": 429, "text": "<html>"'; do
        rm -f photos/*.txt
        : >sleeps
        away="{$answer}, {$answer}, {$answer}, {$answer}"
        start_fake "[{\"caption\": \"a cat\"}, $away, {\"caption\": \"a dog\"}, {$answer}, {\"caption\": \"a horse\"}]"
        VISION_TIMEOUT=3 ask CAPTION txt photos
        [[ $code -eq 0 && $(<out) == *"3 pictures: 3 captioned, 0 skipped, 0 failed." ]]
        [[ $(tr '\n' ' ' <sleeps) == '1 2 4 5 1 ' && $(grep -c 'It is asked again for 30 seconds.$' err) -eq 2 ]]
        expect_file b.txt 'a dog\n'
        expect_file c.txt 'a horse\n'
    done
}

@test "folder: a server that stays away behind a proxy is asked again for 30 seconds, then the run ends" {
    only_bash "sleep is a program"
    add a.jpg b.jpg c.jpg
    fake_sleep :
    start_fake '[{"caption": "a cat"}, {"status": 502}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == *"3 pictures: 1 captioned, 0 skipped, 1 failed, 1 not tried." ]]
    [[ $err == *"photos/b.jpg: failed. No server has taken a request for 30 seconds. The server at "*" 502"* ]]
    [[ $(tr '\n' ' ' <sleeps) == '1 2 4 5 5 5 5 3 ' && $(requests 'len(r)') == 10 ]]
}

@test "folder: 429 with Retry-After is waited for, and 408 is sent again" {
    add a.jpg b.jpg
    start_fake '[
        {"status": 429, "headers": {"Retry-After": "0"}, "text": "<html>"},
        {"status": 408, "code": "timeout", "detail": "Too slow."},
        {"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && $(<out) == *"2 pictures: 2 captioned, 0 skipped, 0 failed." ]]
    [[ $err == *"HTTP status 429: <html>"*"Too slow. It is sent again." && $(requests 'len(r)') == 4 ]]
}

@test "folder: an answer that is not UTF-8 gets into no caption file" {
    add a.jpg b.jpg
    start_fake "[{\"bytes\": \"$(printf '{"result":"caf\xe9"}' | base64)\"}, {\"caption\": \"café\"}]"
    ask CAPTION txt photos
    [[ $code -eq 1 && $(captions) == ./b.txt ]]
    expect_file b.txt 'café\n'
}

@test "folder: an answer without end ends the run" {
    add a.jpg b.jpg
    start_fake '[{"endless": true}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == "2 pictures: 0 captioned, 0 skipped, 1 failed, 1 not tried." ]]
    [[ $err == *"photos/a.jpg: failed. The answer is larger than 64 MB, so "* ]]
    expect_tidy
}

@test "folder: VISION_TIMEOUT counts for each picture" {
    add a.jpg b.jpg
    start_fake '[{"hang": true}, {"caption": "a dog"}]'
    VISION_TIMEOUT=1 ask CAPTION txt photos
    [[ $code -eq 1 && $err == *"VISION_TIMEOUT"* ]]
    [[ $(captions) == ./b.txt ]]
}

@test "folder: no server: one sentence, not one for each picture" {
    add a.jpg b.jpg c.jpg
    VISION_HOST=127.0.0.1:1 ask CAPTION txt photos
    [[ $code -eq 1 ]]
    [[ $err == *"No vision-server answers at http://127.0.0.1:1. Start one with ./vision-server.sh"* && $err != *b.jpg* ]]
    [[ $(<out) == "3 pictures: 0 captioned, 0 skipped, 1 failed, 2 not tried." ]]
    [[ -z $(captions) ]]
}

@test "folder: a server that goes is asked again for 30 seconds, then the run ends" {
    only_bash "sleep is a program"
    add a.jpg b.jpg c.jpg
    start_fake '[{"caption": "a cat", "last": true}]'
    fake_sleep :
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == *"3 pictures: 1 captioned, 0 skipped, 1 failed, 1 not tried." ]]
    [[ $err == *"It is asked again for 30 seconds."*"No server has taken a connection for 30 seconds. No vision-server answers at"* ]]
    [[ $(wc -l <sleeps) -eq 30 ]]
}

@test "folder: a server that is started again meanwhile goes on with the pictures" {
    only_bash "sleep is a program"
    add a.jpg b.jpg c.jpg
    start_fake '[{"caption": "a cat", "last": true}]'
    fake_sleep "if [[ \$1 -eq 20 ]]; then
        echo '[{\"caption\": \"a dog\"}]' >$fake/answers.json
        python3 '$BATS_TEST_DIRNAME/fake_server.py' '$fake' '${VISION_HOST##*:}' </dev/null >$fake/says 2>&1 &
        echo \$! >$fake/second
        until grep -q . <(curl -s --max-time 5 http://$VISION_HOST/); do command sleep 0.05; done
    fi"
    ask CAPTION txt photos
    kill "$(<"$fake/second")"
    [[ $code -eq 0 && $(<out) == *"3 pictures: 3 captioned, 0 skipped, 0 failed." ]]
    expect_file a.txt 'a cat\n'
    expect_file b.txt 'a dog\n'
}

@test "folder: a picture whose connection is cut is sent again, also once a server that was killed is back" {
    only_bash "sleep is a program"
    add a.jpg b.jpg c.jpg
    start_fake '[{"caption": "a cat", "cut": 10}, {"caption": "a cat"}, {"caption": "no", "cut": 0, "last": true}]'
    fake_sleep "if [[ \$(wc -l <$PWD/sleeps) -eq 6 ]]; then
        echo '[{\"caption\": \"a dog\"}]' >$fake/answers.json
        python3 '$BATS_TEST_DIRNAME/fake_server.py' '$fake' '${VISION_HOST##*:}' </dev/null >$fake/says 2>&1 &
        echo \$! >$fake/second
        until grep -q . <(curl -s --max-time 5 http://$VISION_HOST/); do command sleep 0.05; done
    fi"
    ask CAPTION txt photos
    kill "$(<"$fake/second")"
    [[ $code -eq 0 && $(<out) == *"3 pictures: 3 captioned, 0 skipped, 0 failed." ]]
    [[ $(grep -c 'was cut before the answer was complete. The picture is sent again.$' err) -eq 2 && $err != *failed* ]]
    expect_file a.txt 'a cat\n'
    expect_file b.txt 'a dog\n'
}

@test "folder: a picture whose connection is cut three times has failed, and the rest goes on" {
    add a.jpg b.jpg
    fake_sleep :
    start_fake '[{"caption": "no", "cut": 0}, {"caption": "no", "cut": 9}, {"caption": "no", "cut": 80}, {"caption": "a dog"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $(captions) == ./b.txt && $(requests 'len(r)') == 4 ]]
    [[ $(<out) == *"2 pictures: 1 captioned, 0 skipped, 1 failed." ]]
}

@test "folder: an unfinished file of another run is never written over" {
    is_powershell || skip "the names of bash have the process's number in them"
    local number
    add a.jpg
    for number in {0..9999}; do echo theirs >"photos/.vision-$number"; done
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && ! -e photos/a.txt ]]
    for number in {0..9999}; do [[ $(<"photos/.vision-$number") == theirs ]]; done
}

@test "folder: a server that takes no connection in time was not reached: the run ends" {
    add a.jpg b.jpg
    start_deaf
    VISION_TIMEOUT=1 ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == "2 pictures: 0 captioned, 0 skipped, 1 failed, 1 not tried." ]]
    [[ $err == *"photos/a.jpg: failed. No connection to http://$VISION_HOST came about in time."* && $err != *b.jpg* ]]
}

@test "folder: a key that is refused stops it, and the key is sent" {
    add a.jpg b.jpg
    start_fake '[{"status": 401, "detail": "This key is not known."}]'
    VISION_API_KEY=secret-key ask CAPTION txt photos
    [[ $code -eq 1 && $err == *"This key is not known."* ]]
    [[ $(requests '[q["headers"]["authorization"] for q in r]') == "['Bearer secret-key']" ]]
}

@test "folder: an answer that any picture would get ends the run" {
    local answer answers=(
        '"status": 400, "code": "invalid_prompt", "detail": "Unknown prompt \"txt\"."'
        '"status": 422, "code": "missing_field", "detail": "No."' '"status": 400, "code": "invalid_field", "detail": "No."'
        '"status": 415, "code": "unsupported_encoding", "detail": "No."' '"status": 403, "detail": "No."'
        '"status": 503, "code": "model_unavailable", "detail": "No."' '"status": 404, "text": "<html>"'
        '"status": 405, "text": "<html>"' '"status": 301, "text": "<html>"'
        '"status": 502, "text": "<html>"' '"status": 504, "text": "<html>"' '"status": 503, "text": "<html>"'
    )
    add a.jpg b.jpg c.jpg
    for answer in "${answers[@]}"; do
        start_fake "[{$answer}]"
        ask txt CAPTION photos
        [[ $code -eq 1 && $(requests 'len(r)') == 1 ]]
        [[ $(<out) == *"3 pictures: 0 captioned, 0 skipped, 1 failed, 2 not tried." && $err != *b.jpg* ]]
        [[ $err == *"The other pictures would fail as well, so they were not tried; a new run goes on from here."* ]]
    done
}

@test "folder: a model whose download makes no progress ends the run" {
    only_bash "sleep is a program"
    add a.jpg b.jpg
    fake_sleep :
    start_fake '[{"status": 503, "headers": {"Retry-After": "30"}, "code": "model_unavailable", "detail": "No hub."}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $(<out) == "2 pictures: 0 captioned, 0 skipped, 1 failed, 1 not tried." ]]
    [[ $err == *"failed. The model's download has made no progress for 30 seconds. No hub."* && $err != *b.jpg* ]]
}

@test "folder: folders that cannot be read are told, exit code 1" {
    only_bash "find is a program"
    add a.jpg
    rm -- "$narrow/find"
    printf '#!/usr/bin/env bash\n%s "$@"\necho "find: it may not be read" >&2\nexit 1\n' "$(command -v find)" >"$narrow/find"
    chmod +x "$narrow/find"
    start_fake '[{"caption": "a cat"}]'
    ask CAPTION txt photos
    [[ $code -eq 1 && $err == *"Not every folder could be read: find: it may not be read"* ]]
    expect_file a.txt 'a cat\n'
}

@test "folder: Ctrl-C stops it at once; what was written stays, nothing unfinished does, the next run goes on" {
    only_bash "signals go to a group of processes"
    add a.jpg b.jpg c.jpg
    start_fake '[{"caption": "a cat"}, {"hang": true}]'
    interrupt INT "$fake/requests.jsonl" 2 CAPTION txt photos >result
    [[ $(tail -n 1 result) == "exit code 130" && $(<said) == "Stopped; captions written: 1."* ]]
    [[ $(captions) == ./a.txt ]]
    expect_tidy
    start_fake '[{"caption": "a dog"}]'
    ask CAPTION txt photos
    [[ $code -eq 0 && $(<out) == *"3 pictures: 2 captioned, 1 skipped, 0 failed." ]]
}

@test "folder: a signal while a caption is being written leaves no part of it" {
    only_bash "signals go to a group of processes"
    add a.jpg
    start_fake '[{"caption": "a cat"}]'
    # A mv that takes for ever stands for a slow disk between writing and renaming.
    rm -- "$narrow/mv"
    printf '#!/usr/bin/env bash\necho started >>moving\nexec sleep 0.5\n' >"$narrow/mv"
    chmod +x "$narrow/mv"
    : >moving
    interrupt TERM moving 1 CAPTION txt photos >result
    [[ $(tail -n 1 result) == "exit code 143" && -z $(captions) ]]
    expect_tidy
}

@test "folder: the scripts use nothing that bash 3.2, which macOS has, does not know" {
    only_bash "it is no bash"
    local newer example
    newer='mapfile|readarray|coproc|globstar|lastpipe|inherit_errexit|(declare|local|typeset) -[a-zA-Z]*[Agnlu]'
    newer+='|\$\{[A-Za-z_0-9]+(\[[^]]*\])?(\^|,|@)|: -[0-9]|: \(-|:[0-9a-z]+: ?-[0-9]|\|&|&>>|;;?&|wait -n|read( -[a-z]+)* -[a-zA-Z]*[Ni]'
    newer+='|%\(|-v [a-z]+ \]\]|exec \{|\{[0-9]+\.\.[0-9]+\.\.|BASHPID|EPOCH|\$\x27[^\x27]*\\[uU]'
    # Quotes and backslashes in a regular expression mean something else there, unless it stands in a variable.
    newer+='|=~ [^ ]*[\\"\x27]'
    for example in 'mapfile -t a' 'local -A a' 'x=${x,,}' '"${a[@]^}"' '${x: -1}' '${x:0:-1}' 'a |& b' 'a &>>b' 'read -r -N 1 x' \
        'printf "%(%F)T"' '[[ -v x ]]' 'wait -n' '[[ $x =~ ^\\u ]]'; do
        grep -qP -- "$newer" <<<"$example" || {
            echo "not found: $example"
            return 1
        }
    done
    if grep -nP -- "$newer" "$root/vision-client.sh" "$root/vision-caption-folder-images.sh" "$root/vision-server.sh"; then
        return 1
    fi
}

@test "folder: both scripts share the same lines" {
    only_bash "check_powershell.py compares its twins"
    part() { sed -n '/^# From here to the matching line below/,/^# The matching line:/p' "$root/$1"; }
    [[ $(part vision-client.sh | wc -l) -gt 300 ]]
    diff <(part vision-client.sh) <(part vision-caption-folder-images.sh)
}
