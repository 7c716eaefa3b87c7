"""Makes a photographer's library, or a training set, of small files: the same one for the same seed.

    python3 tools/reliability/library.py FOLDER [--count 3000] [--seed 1] [--training]

Nothing in it is anybody's photo. The JPEGs, and what else has a format of its own, are the decoders' test pictures.
"""

import argparse
import json
import random
import shutil
import struct
import unicodedata
import zlib
from collections import Counter
from pathlib import Path

GOLDENS = Path(__file__).resolve().parents[2] / "Tests" / "Goldens"

EVENTS = ["Holiday in Norway", "Ostsee", "Käse & Öl", "Grandma's 80th", "Geburtstag Jörg", "Zoo", "Wanderung (Harz)",
          "New Year's Eve", "Straße nach Süden", "Garden", "Übernachtung", "School play"]
MONTHS = ["01 January", "02 Februar", "03 March", "04 April", "05 May", "06 Juni", "07 Juli", "08 August",
          "09 September", "10 Oktober", "11 November", "12 December"]
OWN_WORDS = ["The old harbour at dusk", "Der alte Hafen am Abend", "Jörg und die Ziege", "Two cats on a wall"]
KEYWORDS = ["Urlaub", "Familie", "2019", "holiday", "Öl", "Tiere", "cats"]
RAW_ENDINGS = {"CR2": ("Canon", "Canon EOS 80D"), "NEF": ("NIKON CORPORATION", "NIKON D750"),
               "ARW": ("SONY", "ILCE-7M3"), "DNG": ("Google", "Pixel 6"), "ORF": ("OLYMPUS CORPORATION", "E-M10")}
PREVIEW = "images/files/jpeg_baseline_420_37x23.jpg"

# Of a hundred pictures.
KINDS = {"jpeg": 52, "heic": 15, "pair": 8, "raw": 6, "png": 6, "gif": 1, "webp": 3, "tiff": 2, "mine": 4, "broken": 3}


def make(folder, count=3000, seed=1):
    """Fills a folder with so many pictures, and what lies between them; returns how many there are of each kind."""
    library = Library(Path(folder), random.Random(seed))
    kinds = [kind for kind, share in KINDS.items() for _ in range(share)]
    for number in range(count):
        library.add(kinds[number * 37 % len(kinds)], number)
    library.add_rubbish()
    return dict(library.counts)


class Library:
    """A folder while it is filled."""

    def __init__(self, folder, chance):
        self.folder, self.chance, self.counts = folder, chance, Counter()

    def add(self, kind, number):
        """One picture, with its sidecars."""
        year, month = 2015 + number % 9, MONTHS[number // 9 % 12]
        event = EVENTS[number // 40 % len(EVENTS)]
        if number % 11 == 0:
            event = unicodedata.normalize("NFD", event)
        folder = self.folder / str(year) / f"{year}-{month}" / event
        stem = self.chance.choice(["IMG_{:05d}", "DSC{:05d}", "{:05d} Ä", "pic.{:05d}"]).format(number)
        getattr(self, "_" + kind)(folder, stem, number)
        self.counts[kind] += 1

    def add_rubbish(self):
        """What other programs keep, and what is no picture."""
        for name in ["@eaDir/SYNOPHOTO_THUMB_M.jpg", ".thumbnails/a.jpg", "$RECYCLE.BIN/$R1.jpg", ".Trash-1000/b.jpg",
                     "2015/@eaDir/c.jpg", "__MACOSX/._d.jpg", "._IMG_00001.jpg"]:
            self._write(self.folder / name, picture(7))
        for name in ["Thumbs.db", ".DS_Store", "2016/film.mov", "notes.md", "catalog.lrcat", "2017/IMG_1.aae"]:
            self._write(self.folder / name, b"no picture")
        self.counts["rubbish"] = 13

    def _jpeg(self, folder, stem, number):
        content = golden(PREVIEW if number % 3 else "clients/save.jfif")
        if number % 13 == 0:
            content = golden("clients/olympus_description.jpg")
        self._write(folder / (stem + self.chance.choice([".jpg", ".JPG", ".jpeg"])), content)
        if number % 17 == 0:
            self._write(folder / f"{stem}.jpg.xmp", xmp("", self.chance.sample(KEYWORDS, 2), digikam=True))
            self.counts["sidecar"] += 1

    def _mine(self, folder, stem, number):
        words = self.chance.choice(OWN_WORDS)
        packet = xmp(words, self.chance.sample(KEYWORDS, 3), digikam=number % 2 == 0)
        self._write(folder / (stem + ".jpg"), with_xmp(golden(PREVIEW), packet))

    def _heic(self, folder, stem, number):
        self._write(folder / (stem + self.chance.choice([".HEIC", ".heic"])), golden("clients/phone.heic"))

    def _pair(self, folder, stem, number):
        self._write(folder / (stem + ".JPG"), golden(PREVIEW))
        self._raw(folder, stem, number)
        self.counts["raw beside a jpeg"] += 1

    def _raw(self, folder, stem, number):
        ending = sorted(RAW_ENDINGS)[number % len(RAW_ENDINGS)]
        self._write(folder / f"{stem}.{ending}", raw(*RAW_ENDINGS[ending], golden(PREVIEW)))
        if number % 5 == 0:
            self._write(folder / f"{stem}.xmp", xmp("", ["Familie"], digikam=False))
            self.counts["sidecar"] += 1

    def _png(self, folder, stem, number):
        self._write(folder / (stem + ".png"), picture(number))

    def _gif(self, folder, stem, number):
        self._write(folder / (stem + ".gif"), golden("images/files/gif_plain.gif"))

    def _webp(self, folder, stem, number):
        self._write(folder / (stem + ".webp"), first("webp"))

    def _tiff(self, folder, stem, number):
        self._write(folder / (stem + ".tif"), first("tif"))

    def _broken(self, folder, stem, number):
        kind = number % 4
        if kind == 0:
            self._write(folder / (stem + ".jpg"), b"")
        elif kind == 1:
            self._write(folder / (stem + ".jpg"), b"This is a letter, not a picture.\n")
        elif kind == 2:
            self._write(folder / (stem + ".jpg"), golden(PREVIEW)[:200])
        else:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / (stem + ".jpg")).symlink_to("nowhere.jpg")

    @staticmethod
    def _write(path, content):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def make_training_set(folder, count=200, seed=1):
    """Fills a folder with pictures of one subject, as people collect them; some have captions, two share a name."""
    folder, chance = Path(folder), random.Random(seed)
    for number in range(count):
        group = folder / chance.choice(["10_ohwx dog", "5_regular"])
        group.mkdir(parents=True, exist_ok=True)
        name = "same" if number < 2 else f"{number:03d}"
        group = folder / "10_ohwx dog" if number < 2 else group
        group.mkdir(parents=True, exist_ok=True)
        (group / f"{name}.{'jpg' if number == 0 else 'png'}").write_bytes(
            golden(PREVIEW) if number == 0 else picture(number))
        if number % 20 == 5:
            (group / f"{name}.txt").write_text("ohwx dog, on a meadow\n")
    return {"pictures": count, "captioned": len(range(5, count, 20))}


def golden(name, kept={}):
    """A picture of the tests."""
    if name not in kept:
        kept[name] = (GOLDENS / name).read_bytes()
    return kept[name]


def first(ending):
    """The first of the decoders' pictures of a kind."""
    return golden(str(sorted((GOLDENS / "images/files").glob(f"*.{ending}"))[0].relative_to(GOLDENS)))


def picture(number, width=64, height=48):
    """A PNG that no other number gives."""
    chance = random.Random(number)
    colors = [bytes(chance.randrange(256) for _ in range(3)) for _ in range(4)]
    rows = b"".join(b"\0" + b"".join(colors[(x // 16 + y // 12) % 4] for x in range(width)) for y in range(height))

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def xmp(description, keywords, digikam):
    """An XMP packet such as photo programs write."""
    def items(words, kind):
        return f"<rdf:{kind}>" + "".join(f"<rdf:li>{word}</rdf:li>" for word in words) + f"</rdf:{kind}>"

    words = f'<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>'
    tags = f"<digiKam:TagsList>{items(keywords, 'Seq')}</digiKam:TagsList>"
    return f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
xmlns:digiKam="http://www.digikam.org/ns/1.0/" xmp:Rating="3">{words if description else ""}
<dc:subject>{items(keywords, "Bag")}</dc:subject>{tags if digikam else ""}
</rdf:Description></rdf:RDF></x:xmpmeta>""".encode()


def with_xmp(jpeg, packet):
    """A JPEG with an XMP packet in front of all else."""
    content = b"http://ns.adobe.com/xap/1.0/\0" + packet
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def raw(make_name, model, preview):
    """A file as cameras write for raw data, with a preview and nothing else: TIFF with a JPEG in its first directory."""
    texts = [make_name.encode() + b"\0", model.encode() + b"\0"]
    count, start = 7, 8
    data = start + 2 + count * 12 + 4
    offsets = [data, data + len(texts[0])]
    strip = offsets[1] + len(texts[1])
    entries = [(0x0103, 3, 1, 6), (0x010F, 2, len(texts[0]), offsets[0]), (0x0110, 2, len(texts[1]), offsets[1]),
               (0x0111, 4, 1, strip), (0x0112, 3, 1, 1), (0x0117, 4, 1, len(preview)), (0x0132, 2, 4, 0)]
    directory = struct.pack("<H", count) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + b"\0" * 4
    return b"II*\0" + struct.pack("<I", start) + directory + b"".join(texts) + preview


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--training", action="store_true", help="a training set of 200 instead")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    if options.training:
        counts = make_training_set(options.folder, options.count or 200, options.seed)
    else:
        counts = make(options.folder, options.count or 3000, options.seed)
    print(json.dumps(counts, indent=2))


if __name__ == "__main__":
    main()
