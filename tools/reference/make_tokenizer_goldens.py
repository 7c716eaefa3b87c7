#!/usr/bin/env python3
"""Writes Tests/Goldens/tokenizer: what Hugging Face's tokenizers makes of 12,000 strings, as hashes.

    python tools/reference/make_tokenizer_goldens.py --real DIR

DIR holds Microsoft's tokenizer.json; without --real only the demo model's goldens are written. Run it again whenever
Models/demo/tokenizer.json changes. The Swift tests build the same strings (GeneratedStrings.swift mirrors `Strings`).

strings-{real,demo}.bin: seed (8 bytes), count (8 bytes), then per string three 4-byte hashes: of the ids, of the decoded
text, of the text decoded from the ids without every third one (broken UTF-8). character-classes.bin: an 8-byte hash
for each 4096 code points. All little-endian.
"""
import argparse
import pathlib
import struct

import tokenizers

ROOT = pathlib.Path(__file__).resolve().parents[2]
MASK = (1 << 64) - 1
SEED = 20240615
COUNT = 12_000
LONG_RUNS = 12


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def fold(value):
    return (value ^ value >> 32) & 0xFFFFFFFF


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return z ^ z >> 31

    def below(self, limit):
        return self.next() % limit

    def choice(self, items):
        return items[self.below(len(items))]


class Strings:
    """Strings of 1...12 pieces; the kinds of pieces and their lists are the order of random numbers: keep both in step."""

    SPACES = [chr(c) for c in (
        0x20, 0x20, 0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x1F, 0x85, 0xA0, 0x1680, 0x180E, 0x2000,
        0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x200B, 0x2028, 0x2029, 0x202F,
        0x205F, 0x2060, 0x3000, 0xFEFF)]
    NUMBERS = [chr(c) for c in (
        0x30, 0x31, 0x32, 0x37, 0x39, 0xB2, 0xBD, 0x663, 0x96D, 0x2167, 0x2460, 0x3007, 0x3289, 0xFF15, 0x1D7D8, 0x1F101)]
    CONTRACTIONS = [
        "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'T", "'RE", "'LL", "'", "''", "'r", "'v", "'l", "\u2019s",
        "n't", "it's", "we're", "I'll", " 's", " 'd", "'sx", "'t'"]
    EMOJI = [
        "\U0001F600", "\U0001F469\u200D\U0001F469\u200D\U0001F467", "\U0001F44D\U0001F3FD", "\u2764\uFE0F",
        "\U0001F1E9\U0001F1EA", "\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "1\uFE0F\u20E3",
        "\u2603", "\u263A\uFE0E", "\U0001F9D1\U0001F3FF\u200D\U0001F680"]
    PUNCTUATION = list("!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~") + ["\u2026", "\u2014", "\u00BF", "\u3002", "\u20AC", "\u0301"]
    TOKENS = [
        "<s>", "</s>", "<pad>", "<unk>", "<mask>", "<mask>", "<od>", "</od>", "<ocr>", "<cap>", "</dcap>", "<grounding>",
        "<seg>", "<sep>", "<region_to_desciption>", "<region_to_description>", "<poly>", "</poly>", "<and>", "<image>",
        "<|endoftext|>", "madeupword0001", "<loc_", "<MASK>", "<s", "< s>", "<<s>>", "<loc_0>", "<loc_999>", "<loc_1000>",
        "<loc_01>", "<CAPTION>", "<GENERATE_TAGS>"]
    WORDS = [
        " the", " a picture of", "The image shows", " red", " circle", " on", " blue background", "Locate", " objects",
        "caf\u00E9", " na\u00EFve", " \u041F\u0440\u0438\u0432\u0435\u0442", "\u65E5\u672C\u8A9E", "\uD55C\uAD6D\uC5B4",
        "\u0E44\u0E17\u0E22", "\u0645\u0631\u062D\u0628\u0627", "\u05E9\u05DC\u05D5\u05DD", "\u0928\u092E\u0938\u094D\u0924\u0947",
        "\uFB01", "e\u0301", "\u00C5", "A\u030A", "\u212B", " 1girl, solo", "DON'T", " camelCase", "snake_case"]
    RUN_UNITS = ["a", "A", " ", "=", "\n", "\u00E9", "\u65E5", "\U0001F600", "-_", "ab", " x", "0", "<s>", "\t ", "'"]

    def __init__(self, seed):
        self.random = SplitMix64(seed)

    def scalar(self, limit):
        while True:
            code = self.random.below(limit)
            if not 0xD800 <= code < 0xE000:
                return chr(code)

    def many(self, limit, make):
        return "".join([make() for _ in range(1 + self.random.below(limit))])

    def letter(self):
        first = 0x41 if self.random.below(4) == 0 else 0x61
        return chr(first + self.random.below(26))

    def control(self):
        code = self.random.below(65)
        return chr(code if code < 32 else code - 32 + 0x7F)

    def token(self):
        if self.random.below(3) == 0:
            return f"<loc_{self.random.below(1100)}>"
        return self.random.choice(self.TOKENS)

    def piece(self):
        choice = self.random.choice
        kind = self.random.below(12)
        if kind == 0:
            return self.many(12, self.letter)
        if kind == 1:
            return self.many(4, lambda: choice(self.SPACES))
        if kind == 2:
            return self.many(6, lambda: choice(self.NUMBERS))
        if kind == 3:
            return choice(self.CONTRACTIONS)
        if kind == 4:
            return self.many(6, lambda: self.scalar(0x110000))
        if kind == 5:
            return self.many(6, lambda: self.scalar(0x10000))
        if kind == 6:
            return self.many(3, lambda: choice(self.EMOJI))
        if kind == 7:
            return self.many(4, self.control)
        if kind == 8:
            return self.many(5, lambda: choice(self.PUNCTUATION))
        if kind == 9:
            return self.many(3, self.token)
        if kind == 10:
            unit = choice(self.RUN_UNITS)
            return unit * self.random.below(60)
        return self.many(4, lambda: choice(self.WORDS))

    def string(self):
        return self.many(12, self.piece)

    def all(self, count):
        """`count` strings; the last ones are long runs of one unit."""
        for index in range(count):
            if index < count - LONG_RUNS:
                yield self.string()
            else:
                yield self.random.choice(self.RUN_UNITS) * (10_000 + self.random.below(40_000))


def florence2_tokens():
    """What Florence-2's processor adds to BART's tokens, in its order."""
    words = ["<od>", "</od>", "<ocr>", "</ocr>"] + [f"<loc_{n}>" for n in range(1000)]
    words += ["<cap>", "</cap>", "<ncap>", "</ncap>", "<dcap>", "</dcap>", "<grounding>", "</grounding>", "<seg>", "</seg>"]
    words += ["<sep>", "<region_cap>", "</region_cap>", "<region_to_desciption>", "</region_to_desciption>"]
    words += ["<proposal>", "</proposal>", "<poly>", "</poly>", "<and>"]
    return [tokenizers.AddedToken(word, special=True, normalized=False) for word in words]


def hashes(tokenizer):
    yield struct.pack("<QQ", SEED, COUNT)
    for text in Strings(SEED).all(COUNT):
        ids = tokenizer.encode(text).ids
        parts = [
            struct.pack(f"<{len(ids)}I", *ids),
            tokenizer.decode(ids, skip_special_tokens=False).encode(),
            tokenizer.decode([id for i, id in enumerate(ids) if i % 3 != 1], skip_special_tokens=False).encode(),
        ]
        yield struct.pack("<III", *(fold(fnv1a(part)) for part in parts))


def character_classes():
    """Per code point: 0 letter, 1 number, 2 white space, 3 other, as the pre-tokenizer's regular expressions see it."""
    splits = [tokenizers.pre_tokenizers.Split(tokenizers.Regex(p), "removed") for p in (r"\p{L}", r"\p{N}", r"\s")]
    for block in range(0, 0x110000, 0x1000):
        scalars = [chr(c) for c in range(block, block + 0x1000) if not 0xD800 <= c < 0xE000]
        classes = [next((i for i, s in enumerate(splits) if not s.pre_tokenize_str(c)), 3) for c in scalars]
        yield struct.pack("<Q", fnv1a(classes))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=pathlib.Path, help="folder with Microsoft's tokenizer.json")
    parser.add_argument("--demo", type=pathlib.Path, default=ROOT / "Models/demo", help="folder of the demo model")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "Tests/Goldens/tokenizer")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "character-classes.bin").write_bytes(b"".join(character_classes()))
    demo = tokenizers.Tokenizer.from_file(str(options.demo / "tokenizer.json"))
    (options.output / "strings-demo.bin").write_bytes(b"".join(hashes(demo)))
    if options.real:
        real = tokenizers.Tokenizer.from_file(str(options.real / "tokenizer.json"))
        real.add_special_tokens(florence2_tokens())
        (options.output / "strings-real.bin").write_bytes(b"".join(hashes(real)))


if __name__ == "__main__":
    main()
