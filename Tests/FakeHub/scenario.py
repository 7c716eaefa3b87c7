"""What one test sees of the fake hub: repositories with their files, faults, and a log."""

import hashlib
import json
import pathlib
import random
import re
import struct
import threading


def weights(seed, size):
    """A safetensors file of that many bytes, with one tensor of random ones."""
    count = size - 108
    header = json.dumps({"w": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}}).encode().ljust(100)
    return struct.pack("<Q", len(header)) + header + random.Random(seed).randbytes(count)


class File:
    """A file of a repository, and the hash that is its ETag."""

    def __init__(self, name, spec, lfs):
        self.name = name
        if "text" in spec:
            self.content = spec["text"].encode()
        elif "path" in spec:
            self.content = pathlib.Path(spec["path"]).read_bytes()
        elif "weights" in spec:
            self.content = weights(*spec["weights"])
        else:
            seed, size = spec["random"]
            self.content = random.Random(seed).randbytes(size)
        self.lfs = lfs
        self.oid = hashlib.sha1(b"blob %d\0" % len(self.content) + self.content).hexdigest()
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.etag = self.sha256 if lfs else self.oid
        # What a listing says, where a test wants it to lie.
        self.listed_size = spec.get("listed_size", len(self.content))


class Scenario:
    """The repositories that one test sees, its faults, and its log."""

    def __init__(self, settings):
        self.token = settings.get("token")
        self.cdn = settings.get("cdn", False)
        self.sizes = settings.get("sizes", True)
        self.private = settings.get("private", False)
        self.gated = settings.get("gated", False)
        self.commit = settings.get("commit", "c0ffee" + "0" * 34)
        self.branches = settings.get("branches", ["main"])
        self.faults = settings.get("faults", [])
        self.repositories = {}
        for name, repository in settings.get("repositories", {}).items():
            files = repository["files"]
            lfs = repository.get("lfs", [file for file in files if file.endswith((".safetensors", ".bin"))])
            self.repositories[name] = {file: File(file, spec, file in lfs) for file, spec in files.items()}
        self.log = []
        self.lock = threading.Lock()
        self.released = threading.Event()

    def take_fault(self, host, request):
        with self.lock:
            for fault in self.faults:
                if fault.get("host", host) != host or not re.search(fault["match"], request):
                    continue
                if fault.get("skip", 0) > 0:
                    fault["skip"] -= 1
                    continue
                if fault.get("times", 1) > 0:
                    if "times" in fault:
                        fault["times"] -= 1
                    return fault
        return None


def folder_files(folder):
    paths = sorted(path for path in pathlib.Path(folder).iterdir() if path.is_file())
    return {"files": {path.name: {"path": str(path)} for path in paths}}
