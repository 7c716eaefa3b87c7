"""Writes answers of the fake server with generated captions, and what a client has to print for each.

Usage: generated_strings.py ANSWERS EXPECTED COUNT

EXPECTED.0, EXPECTED.1, ... are the bytes. Each character is written as itself or as an escape, at random; the seed is
fixed.
"""

import json
import pathlib
import random
import sys

CHARACTERS = '"\\/\b\f\n\r\t{}[]:,uné€ÿĀ\u07ff\u0800\uffff😀\U0010ffff%$`!*?~ \x7f\x01'
SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def written(character, random_source):
    """One of the ways to write a character in a JSON string."""
    ways = ["".join(f"\\u{unit:04x}" for unit in units(character)), "".join(f"\\u{unit:04X}" for unit in units(character))]
    if character in SHORT:
        ways.append(SHORT[character])
    if character not in '"\\' and ord(character) >= 0x20:
        ways.append(character)
    return random_source.choice(ways)


def units(character):
    """The UTF-16 code units of a character."""
    data = character.encode("utf-16-be")
    return [data[index] << 8 | data[index + 1] for index in range(0, len(data), 2)]


def main():
    random_source = random.Random(20)
    answers = []
    for number in range(int(sys.argv[3])):
        caption = "".join(random_source.choices(CHARACTERS, k=random_source.randint(1, 200)))
        literal = '"' + "".join(written(character, random_source) for character in caption) + '"'
        assert json.loads(literal, strict=False) == caption
        caption = f"<{caption}>"
        answers.append({"text": f'{{"result": "<{literal[1:-1]}>"}}'})
        pathlib.Path(f"{sys.argv[2]}.{number}").write_bytes(caption.encode() + b"\n")
    pathlib.Path(sys.argv[1]).write_text(json.dumps(answers))


main()
