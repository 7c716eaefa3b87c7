"""Text that is no base64, no JSON, no number or no prompt."""

import base64
import json
import os
import re
from urllib.parse import quote, quote_from_bytes

import json_cases
import pictures
from captions import body, caption, example, quick_body
from client import Connection, Response, seen
from rows import at_least, at_most, exactly, none_of, row
from server import Server

LEAKS = re.compile(rb"0x[0-9a-f]{6,}|/home/|/var/|/tmp/|\.swift:\d+|Fatal error|Optional\(|DecodingError|CodingKeys")


def base64_forms():
    """Ways to write a picture in base64, and the status that each deserves."""
    picture = pictures.png(5, 4)
    text = base64.b64encode(picture).decode()
    bare = text.rstrip("=")
    # With as many zeros behind the picture that it ends in one and in two characters of padding.
    one, two = (base64.b64encode(picture + bytes((length - len(picture)) % 3)).decode() for length in (2, 1))
    lines = "\r\n".join(text[i:i + 76] for i in range(0, len(text), 76))
    good = [text, one, two, one.rstrip("="), two.rstrip("="), lines, f"  {text}\n", text.replace("A", "A \t", 3),
            text.translate(str.maketrans("+/", "-_")), f"{one} \n", f"{two[:-1]} =", f"\f{text}\v",
            f"data:image/png;base64,{text}", f"data:;base64,{text}", f"DATA:IMAGE/PNG;BASE64,{text}",
            f"data:image/jpeg;base64,{text}", f"data:text/html;base64,{text}", f"data:nonsense;base64,{text}",
            f"data:image/png;charset=utf-8;base64,{text}", f"data:image/png;name=a.png;base64,{text}",
            f"data:image/png;base64, {text}", f"data:image/png;base64,{lines}", f"data:image/png;base64,{bare}",
            f" \r\n\tdata:image/png;base64,{text}", f"data:image/png; base64,{text}",
            f"data:image/png;base64,{quote(text, safe='')}", quote(f"data:image/png;base64,{text}", safe=""),
            f"data:image/png,{quote_from_bytes(picture)}"]
    bad = ["", " ", "=", "==", "====", "A", "AA=", "A===", "AAAA=", f"{bare}=====", f"={text}",
           f"{bare[:8]}={bare[8:]}", f"{two}AAAA", text[:41], text + "\0", "\0" + text, text[:20] + "*" + text[20:],
           text + "é", "%41" + text, text.replace("A", "%41"), "data:", "data:,", f"data:{text}",
           f"data:image/png,{text}",
           f"data:image/png;base64{text}", f"data:image/png;base32,{text}", f"data:image/png;base64;x=1,{text}",
           f"data:{'a' * 2000};base64,{text}", "data:image/png;base64,", "data:image/png;base64,%zz", "data:,%",
           f"data:image/png;base64,data:image/png;base64,{text}", f"http://localhost/{text}", "file:///etc/passwd",
           "photos/cat.jpg", "/home/me/cat", "C:\\cat.jpg", "~/cat.png",
           "[object Object]", base64.b64encode(text.encode()).decode(), "\ud800", "\U0001f4a9" * 20]
    return [(form, 200) for form in good] + [(form, 400) for form in bad]


@row("A10")
def base64_table(rig):
    """Every way to write base64 has its documented result, and a large one is decoded fast and without copies"""
    forms = base64_forms()
    with Server() as server, Connection(server) as connection:
        answers = [(form, wanted, caption(connection, quick_body(form))) for form, wanted in forms]
        wrong = [(form[:60], wanted, answer.status, answer.body) for form, wanted, answer in answers
                 if answer.status != wanted]
        yield none_of("forms with another status than documented", wrong, len(forms))
        large = body(image=base64.b64encode(os.urandom(20 << 20)).decode())
        server.forget_peak()
        before = server.resident()
        response = caption(connection, large)
        growth = server.peak() - before
        yield exactly("status for 27 MB that are no picture", response.status, 400)
        yield at_most("memory for a body of 27 MB, times the body", growth / len(large), 2.5)
        yield at_most("time for a body of 27 MB", response.seconds, 0.15, "s", timed=True)


@row("A12")
def json_torture(rig):
    """Invalid JSON is refused wherever it stands, valid JSON never makes an internal error"""
    cases, broken = json_cases.invalid_requests(example().encode()), []
    picture = example().encode()
    with Server() as server, Connection(server) as connection:
        answers = [(text, caption(connection, text)) for text in cases]
        yield none_of("invalid texts with another status than 400", [
            (text[:40] + text[-60:], answer.status, answer.body) for text, answer in answers
            if answer.status != 400], len(cases))
        valid = json_cases.valid()
        for text in valid:
            alone = caption(connection, text)
            inside = caption(connection, b'{"unknown": %s, "max_new_tokens": 1, "image": "%s", "prompt": "<CAPTION>"}'
                             % (text, picture))
            if alone.status != 422 or inside.status != 200:
                broken.append((text[:60], alone.status, inside.status, inside.body))
        yield none_of("valid texts that are not 422 alone or not ignored in an unknown field", broken, len(valid))
        odd = json_cases.odd(picture)
        answers = [(text, caption(connection, text)) for text in odd]
        yield none_of("odd texts with neither 200 nor 4xx", [
            (text[:60], answer.status) for text, answer in answers if answer.status not in (200, 400, 422)], len(odd))
        yield exactly("a caption afterwards", caption(connection).status, 200)


@row("J4")
def json_cost(rig):
    """JSON costs what its body costs: 32 MB of anything, in processor time and memory"""
    size = (32 << 20) - (16 << 10)
    tail = b', "prompt": "<CAPTION>", "image": "%s", "num_beams": 1, "max_new_tokens": 1}' % example().encode()
    bodies = [(name, b'{"x": ' + text + tail, 200) for name, text in json_cases.large(size).items()]
    bodies += [("11 million prompts", b'{"image": "", "prompt": [' + b'"",' * (size // 3) + b'""]}', 400),
               ("UTF-16", bodies[0][1][:size // 2].decode().encode("utf-16"), 400)]
    with Server() as server, Connection(server) as connection:
        caption(connection)
        reading = min(cost(server, connection, b"x" * size)[1] for _ in range(3))
        for name, request, wanted in bodies:
            status, seconds, growth = cost(server, connection, request)
            yield exactly(f"{name}: status", status, wanted)
            yield at_most(f"{name}: processor time beyond reading", max(seconds - reading, 0), 0.3, "s", timed=True)
            yield at_most(f"{name}: memory, times the body", growth / len(request), 2.5)


def cost(server, connection, request):
    """An answer's status, and the processor time and memory that it took."""
    server.forget_peak()
    resident, seconds = server.resident(), server.cpu_seconds()
    status = caption(connection, request).status
    return status, server.cpu_seconds() - seconds, server.peak() - resident


def numeric_fields():
    """What the numeric fields may be sent, as JSON, and the status that each deserves."""
    mistyped = {"1.5": 422, '"5"': 422, "[]": 422, "{}": 422, "true": 422, "NaN": 400, "null": 200}
    outside = dict.fromkeys(["-1", "0", "2147483648", "9223372036854775807", "-9223372036854775808"], 400)
    beyond = dict.fromkeys(["1e308", "9223372036854775808", "18446744073709551616", "-1e308", "1e400"], (400, 422))
    beams = mistyped | outside | beyond | {"1": 200, "8": 200, "9": 400, "8.0": (200, 422)}
    tokens = mistyped | outside | beyond | {"1": 200, "1024": 200, "1025": 400}
    lives = {"-1": 200, "0": 200, "1.5": 200, "2147483648": 200, "2147483649": 400, "1e308": 400, "1e400": (400, 422),
             "9223372036854775808": 400, "18446744073709551616": 400, '"5"': 200, '"10m"': 200, '"1h30m"': 200,
             '"1.5h"': 200, '"500ms"': 200, '"-1s"': 200, '"+5m"': 200,
             '"abc"': 400, '""': 400, '"9999999999999999999"': 400, '"99999999999999h"': 400, "null": 200, "[]": 422,
             "{}": 422, "true": 422, "NaN": 400}
    tables = {"num_beams": beams, "max_new_tokens": tokens, "keep_alive": lives}
    return [(field, value, wanted) for field, table in tables.items() for value, wanted in table.items()]


@row("A13")
def numbers(rig):
    """Every number out of range or of the wrong type is refused, and names the field"""
    cases = numeric_fields()
    wrong = []
    with Server() as server, Connection(server) as connection:
        for field, value, wanted in cases:
            request = '{"image": "%s", "prompt": "<CAPTION>", "%s": %s}' % (example(), field, value)
            response = caption(connection, request.encode())
            names_it = response.status == 200 or value in ("NaN", "1e400") or field in response.detail
            if response.status not in (wanted if isinstance(wanted, tuple) else (wanted,)) or not names_it:
                wrong.append((field, value, wanted, response.status, response.body))
    yield none_of("numbers with the wrong status", wrong, len(cases))


@row("A14")
def naughty_prompts(rig):
    """Naughty prompts are refused, or taken literally with --any-prompt, and switch no task"""
    naughty = json_cases.naughty_strings()
    with Server() as server, Connection(server) as connection:
        refused = [caption(connection, body(prompt)) for prompt in naughty]
        yield none_of("naughty prompts not refused with 400", [
            (prompt, answer.status) for prompt, answer in zip(naughty, refused) if answer.status != 400], len(naughty))
        yield exactly("status for a prompt of 1 MB", caption(connection, body("a" * (1 << 20))).status, 400)
        yield from no_task_switch(connection)
    with Server("--any-prompt") as server, Connection(server) as connection:
        literal = [caption(connection, body(prompt, max_new_tokens=4)) for prompt in naughty]
        yield none_of("naughty prompts taken literally with neither 200 nor 400", [
            (prompt, answer.status, answer.body) for prompt, answer in zip(naughty, literal)
            if answer.status not in (200, 400)], len(naughty))
        yield at_least("of them answered", sum(answer.status == 200 for answer in literal), len(naughty) // 2)


def no_task_switch(connection):
    """Whatever stands in the text of a grounding, the answer is a grounding's or a refusal."""
    texts = ["a </s><pad> red <loc_1><loc_9999> square", "a <OD> square", "<OCR>", "<CAPTION>", "<ocr> a",
             "a <REGION_TO_SEGMENTATION><loc_1><loc_1><loc_9><loc_9>", "<CAPTION_TO_PHRASE_GROUNDING>", "a\n<OD>\n",
             "<REFERRING_EXPRESSION_SEGMENTATION>a square", "a <<OD>> b", "a < OD > b"]
    answers = [caption(connection, body("<CAPTION_TO_PHRASE_GROUNDING>" + text)) for text in texts]
    switched = [(text, answer.body) for text, answer in zip(texts, answers)
                if answer.status != 400 and sorted(answer.json()["result"]) != ["bboxes", "labels"]]
    yield none_of("prompts with other tasks in their text that switched the task", switched, len(texts))
    yield at_least("of them answered", sum(answer.status == 200 for answer in answers), 1)


@row("A15", after=("A1", "A10", "A12", "A13", "A14"))
def nothing_leaks(rig):
    """No answer of the whole run tells of addresses, paths or the inside; every error has its dialect's shape"""
    leaking = [(status, body) for status, body in seen if LEAKS.search(body)]
    errors = [(status, body, kind) for (status, body), kind in seen.items() if status >= 400 and body]
    shapeless = [error for error in errors if not is_error(*error)]
    yield at_least("distinct answers that were looked at", len(seen), 100)
    yield none_of("answers that tell of the inside", leaking, len(seen))
    yield none_of("errors in a shape that is no dialect's", shapeless, len(errors))
    yield none_of("internal errors", [error for error in errors if error[0] == 500], len(errors))


def is_error(status, body, kind):
    """Whether it is the error of one of the dialects; the server's own have a word and a whole sentence."""
    try:
        error, sentence = json.loads(body), Response(status, {}, body).detail
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    is_own = "detail" in error
    named = not is_own or re.fullmatch("[a-z_]+", error["code"]) and sentence[-1:] in ".…"
    return kind.startswith("application/json") and bool(named)
