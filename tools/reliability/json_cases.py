"""Texts that test a JSON parser, and strings that test whatever handles strings."""

import random


def invalid():
    """Texts that are no JSON."""
    values = ["", " ", "nul", "TRUE", "True", "undefined", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01",
              "1.", ".5", "1e", "1e+", "1eE2", "0x1F", "1_000", "1 2", "1.2.3", "--1", "1-", "1,", ",", ":", "'a'",
              "a", '"', '"a', 'a"', '"\\', '"\\"', '"\\x41"', '"\\u12"', '"\\uZZZZ"', '"\\a"', '"a\nb"', '"a\tb"',
              '"a\0b"', "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "[}", "[[]", "[]]", "[1]]",
              "[1]x", "{", "}", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{"a" 1}', '{"a":1 "b":2}', "{a:1}",
              "{1:1}", "{'a':1}", '{"a":1:2}', '{"a",1}', '{,"a":1}', '{"a":}', "{null:1}", '{"a":1}}',
              '{"a":1}{"b":2}', "{}{}", "[][]", "/**/1", "1//", "#1", "[1]/*", "\\u0031", "[\"\\\"]", "*", "&",
              "<null>", "(1)", "`1`", "nullnull", "falses", "truth", "[tru]", "[fals]", "[nul]", "[-]", "[+1]", "[01]",
              "[1.]", "[.1]", "[1e]", "[0x1]", "[\"\n\"]", "[\x0c]", "\x0b1", "\u00a01", "\u20281", "[\u2060]",
              "[1\u00a0]", "[a\u00e5]"]
    texts = [value.encode() for value in values]
    raw = [b"\xff", b"\x80", b'"\xff"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\xf4\x90\x80\x80"', b"[\xe9]", b"\0",
           b"{\0}", b"[1\0]", b"1\0", b"\xfe\xff", b"[" * 100_000, b'[{"":' * 50_000, b'{"a":' * 100_000,
           b"[" * 100_000 + b"]" * 100_000]
    chance = random.Random(7)
    noise = [b"\x01" + chance.randbytes(chance.randrange(1, 200)) for _ in range(40)]
    return texts + raw + noise


def invalid_requests(picture):
    """Requests made of the invalid texts: alone, in each field's place, and deep inside a field that nobody reads."""
    found = invalid()
    for text in invalid():
        for name in (b"image", b"prompt", b"num_beams", b"max_new_tokens", b"keep_alive", b"unknown", b"nested"):
            value = b'[{"": %s}]' % text if name == b"nested" else text
            fields = {b"image": b'"%s"' % picture, b"prompt": b'"<CAPTION>"', b"max_new_tokens": b"1"} | {name: value}
            found.append(b"{%s}" % b", ".join(b'"%s": %s' % field for field in fields.items()))
    return found


def large(size):
    """Texts of about so many bytes for a field that nobody reads, each hard on another part of a parser."""
    chance = random.Random(5)
    tokens = [b"0", b"-1.5e3", b'""', b'"a b"', b'"\\n"', b"true", b"null", b"[]", b"{}", b'{"a":[]}', b" [ 1 ] ",
              '"é€😀"'.encode()]
    mixture = b",".join(chance.choice(tokens) for _ in range(20_000))
    parts = {"zeros": b"0", "empty strings": b'""', "empty objects": b"{}", "mixture": mixture,
             "levels": b"[" * 500 + b"]" * 500, "members": b'{"image":0,"im\\u0061ge":0}'}
    texts = {name: b"[" + b",".join([part] * (size // (len(part) + 1))) + b"]" for name, part in parts.items()}
    texts |= {name: b'"' + part * (size // len(part)) + b'"' for name, part in {
        "letters": b"a", "escapes": b"\\u0041", "short escapes": b"\\n", "characters": "é".encode(),
        "long characters": "😀".encode()}.items()}
    return texts | {"spaces": b" \n" * (size // 2) + b"1", "digits": b"1" * size}


def valid():
    """Texts that are JSON, but no object with a picture and a prompt."""
    values = ["null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e5", "1E-5", "1e+5", "123456789012345678", '""',
              '"a"', '"\\u0041"', '"\\ud834\\udd1e"', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\x7f"', '"é€😀"', '"\\u0000"',
              '"\u2028\u2029"', "[]", "[1]", "[[]]", "[null, 1, \"a\", {}]", " [1 ] ", "[\n1\r\n,\t2]", "{}",
              '{"a": {"b": [{}]}}', '{"": 0}', '{"\\u0000": 1}', '{"a b": 1}', "[" * 100+"]" * 100,
              '{"a":' * 100+"1"+"}" * 100, "["+",".join (["1"] * 10_000)+"]", '"'+"a" * 100_000+'"']
    return [value.encode() for value in values]


def odd(picture):
    """Texts whose result JSON leaves open."""
    whole = b'{"image": "%s", "prompt": "<CAPTION>", "max_new_tokens": 1}' % picture
    text = whole.decode()
    fields = ['"prompt": "<OD>"', '"x": 1e400', '"x": -1e400', '"x": 1e-400', '"x": -0', '"x": 9223372036854775808',
              '"x": 18446744073709551616', '"x": 123123123123123123123123123123123123123123', '"x": "\\ud800"',
              '"x": "\\udc00\\ud800"', '"\\ud800": 1', '"prompt": "\\ud800"', '"image": "\\ud800"', '"x": 1, "x": 2',
              '"prompt": "<CAPTION>\\u0000"', '"x": 0.' + "1" * 10_000, '"x": 1' + "0" * 10_000]
    more = [text.replace("}", f", {field}}}").encode() for field in fields]
    encodings = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"]
    deep = [b'{"x": ' + b"[" * depth + b"]" * depth + b"}" for depth in (500, 512, 513, 1000, 5000)]
    return [*more, *(text.encode(encoding) for encoding in encodings), *deep, whole + b"\0", b"\n" * 1000 + whole,
            whole.replace(b'"image"', b'"im\\u0061ge"'), whole.replace(b'"prompt"', b'"Prompt"'), b"{}",
            b'{"image": 1}']


def naughty_strings():
    """Strings that are no prompt and that careless programs stumble over."""
    plain = ["", " ", "\n", "\0", "undefined", "null", "true", "NaN", "-1", "1e1000", "0x0", "()", "{}", "[]", "<>",
             "<", ">", "<CAPTION", "CAPTION>", "<CAPTIONS>", "<<CAPTION>>", "<CAPTION >x", "< >", "<\0>",
             "<NO_SUCH_TASK>", "</s>", "<pad>", "<s></s>", "<mask>", "<loc_1>", "<loc_9999999999>", "<loc_-1>", "<od",
             "<CAPTION>" * 2+"x", "../../etc/passwd", "..\\..\\boot.ini", "C:\\", "file:///etc/passwd",
             "http://127.0.0.1/", "%s%n%x%d", "%00", "%0d%0aX: y", "\r\nX-Forged: yes", "${jndi:ldap://x/a}",
             "{{7*7}}", "$(id)", "`id`", "; ls", "| ls", "' OR '1'='1", "'; DROP TABLE x; --",
             "<script>alert(1)</script>", "<!--", "]]>", "&lt;", "\\", "\\\\", "\\u0041", "'", '"', "''", '"', "\t",
             "\x07", "\x1b[31mred", "\x7f", "\u0085", "\u00a0", "\u200b", "\u2028", "\u2029", "\ufeff", "\ufffe",
             "\uffff", "\u202eabc", "\u0300" * 50, "Z\u0351\u036b\u0343\u032a", "ﬀ", "ß", "İ", "ı", "ſ", "K", "Ω", "ﷺ",
             "表ポあA鷗", "社會科學院", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇺🇸🇷🇺", "\U0010ffff", "\U000e0041" * 10, "א", "الكل", "ﺍ", "한국어",
             "नमस्ते", "สวัสดี", "１２３", "¹²³", "½", "a" * 5_000, "é" * 5_000, "😀" * 2_000, " " * 10_000 + "x",
             "\n" * 1_000+"x", "<" * 5_000]
    chance = random.Random(11)
    wild = ["".join(chr(chance.choice((chance.randrange(0x20, 0x7F), chance.randrange(0xA1, 0xD7FF),
                                       chance.randrange(0x10000, 0x10FFFF)))) for _ in range(chance.randrange(1, 80)))
            for _ in range(60)]
    return plain + wild
