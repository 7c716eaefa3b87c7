#!/usr/bin/env python3
"""The cache that vision-server writes is read by Python's huggingface_hub, and the other way round.

    interop.py <vision-server>

needs a Python with huggingface_hub. Prints one line a check and exits with 1 where one fails.
"""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
DEMO = HERE.parent.parent / "Models" / "demo"
NAME = "florence/demo"
NEEDED = [
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "preprocessor_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
]


class Check:
    failed = False

    def __call__(self, what, holds):
        print("ok    " if holds else "FAILED", what, flush=True)
        self.failed |= not holds


def python(code, environment):
    """What the code prints, in a Python of its own: huggingface_hub reads its variables once."""
    run = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True)
    return run.stdout.strip() if run.returncode == 0 else None


def server(program, environment, *arguments):
    run = subprocess.run(
        [program, "download", NAME, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    return run.stdout.strip() if run.returncode == 0 else None


def asked(hub):
    with urllib.request.urlopen(f"{hub}/control/default/log") as answer:
        return json.load(answer)


def bodies(log):
    return [entry["path"] for entry in log if entry["method"] == "GET" and "/resolve/" in entry["path"]]


def ours_read_by_python(check, program, hub, environment):
    folder = server(program, environment)
    check("vision-server downloads the demo model", folder is not None)
    before = len(asked(hub))
    code = f"from huggingface_hub import snapshot_download as s; print(s({NAME!r}, local_files_only=True))"
    check("snapshot_download finds it without the network", python(code, environment | {"HF_HUB_OFFLINE": "1"}) == folder)
    code = f"from huggingface_hub import try_to_load_from_cache as t; print(t({NAME!r}, 'model.safetensors'))"
    check("try_to_load_from_cache finds the weights", python(code, environment) == f"{folder}/model.safetensors")
    check("neither asked the hub", len(asked(hub)) == before)
    code = f"from huggingface_hub import snapshot_download as s; print(s({NAME!r}, allow_patterns={NEEDED!r}))"
    check("snapshot_download with the network gives the same folder", python(code, environment) == folder)
    check("and fetched nothing again", not bodies(asked(hub)[before:]))
    code = (
        "from huggingface_hub import scan_cache_dir as s; c = s(); "
        "print(len(c.repos), len(c.warnings), next(iter(next(iter(c.repos)).revisions)).refs)"
    )
    check("scan_cache_dir has no complaint", python(code, environment) == "1 0 frozenset({'main'})")


def pythons_read_by_us(check, program, hub, environment):
    code = f"from huggingface_hub import snapshot_download as s; print(s({NAME!r}, allow_patterns={NEEDED!r}))"
    folder = python(code, environment)
    check("huggingface_hub downloads the demo model", folder is not None)
    before = len(asked(hub))
    check("vision-server uses it as it is", server(program, environment) == folder)
    check("and offline", server(program, environment | {"HF_HUB_OFFLINE": "1"}) == folder)
    check("without asking the hub", len(asked(hub)) == before)
    os.unlink(f"{folder}/model.safetensors")
    check("a link that is missing is made again", server(program, environment) == folder)
    check("from the blob that Python fetched", not bodies(asked(hub)[before:]))
    weights = pathlib.Path(folder, "model.safetensors").resolve()
    whole = weights.read_bytes()
    weights.write_bytes(whole[:1000])
    check("a blob that is cut off is mended", server(program, environment) == folder and weights.read_bytes() == whole)
    check("and Python uses it", python(code, environment | {"HF_HUB_OFFLINE": "1"}) == folder)


def half_by_each(check, program, hub, environment):
    code = f"from huggingface_hub import hf_hub_download as h; print(h({NAME!r}, 'config.json'))"
    check("huggingface_hub fetches one file", python(code, environment) is not None)
    before = len(asked(hub))
    folder = server(program, environment)
    check("vision-server fetches the rest", folder is not None and sorted(os.listdir(folder)) == NEEDED)
    check("and not that file", not [path for path in bodies(asked(hub)[before:]) if path.endswith("/config.json")])


def revision_with_a_slash(check, program, hub, environment):
    revision = "refs/pr/20"
    folder = server(program, environment, "--revision", revision)
    check("vision-server downloads a pull request", folder is not None)
    find = f"from huggingface_hub import snapshot_download as s; print(s({NAME!r}, revision={revision!r}, "
    offline = environment | {"HF_HUB_OFFLINE": "1"}
    check("snapshot_download finds it without the network", python(find + "local_files_only=True))", offline) == folder)
    code = "from huggingface_hub import scan_cache_dir as s; print(next(iter(next(iter(s().repos)).revisions)).refs)"
    check("scan_cache_dir knows its name", python(code, environment) == f"frozenset({{{revision!r}}})")
    with tempfile.TemporaryDirectory() as home:
        elsewhere = environment | {"HF_HOME": home}
        folder = python(find + f"allow_patterns={NEEDED!r}))", elsewhere)
        offline = elsewhere | {"HF_HUB_OFFLINE": "1"}
        check("the other way round, too", folder and server(program, offline, "--revision", revision) == folder)


def both_at_once(check, program, hub, environment):
    files = {path.name: {"path": str(path)} for path in DEMO.iterdir() if path.is_file()}
    slow = {"match": "^GET .*/model.safetensors", "kind": "slow", "rate": 1_000_000}
    settings = {"repositories": {NAME: {"files": files}}, "faults": [slow]}
    request = urllib.request.Request(f"{hub}/control/default", json.dumps(settings).encode(), method="PUT")
    urllib.request.urlopen(request).close()
    code = f"from huggingface_hub import snapshot_download as s; print(s({NAME!r}, allow_patterns={NEEDED!r}))"
    with concurrent.futures.ThreadPoolExecutor() as pool:
        theirs = pool.submit(python, code, environment)
        ours = pool.submit(server, program, environment)
        check("both end with the same folder", theirs.result() is not None and theirs.result() == ours.result())
    fetched = [path for path in bodies(asked(hub)) if path.endswith("/model.safetensors")]
    check("one fetched the weights, the other waited", len(fetched) == 1)


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    fake = [sys.executable, str(HERE / "fake_hub.py"), "--end-with-stdin", "--repository", f"{NAME}={DEMO}"]
    check = Check()
    with subprocess.Popen(fake, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        hub = process.stdout.readline().split()[1]
        for test in (ours_read_by_python, pythons_read_by_us, half_by_each, revision_with_a_slash, both_at_once):
            print(test.__name__.replace("_", " "))
            with tempfile.TemporaryDirectory() as home:
                kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
                test(check, program, hub, kept | {"HF_HOME": home, "HF_ENDPOINT": hub, "HF_HUB_DISABLE_TELEMETRY": "1"})
        process.stdin.close()
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
