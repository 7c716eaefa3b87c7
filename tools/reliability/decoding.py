"""Pictures that are much work: bounded, in nobody's way, within a budget of memory that goes back."""

import contextlib
import pathlib
import socket
import threading
import time

from captions import Pending, body, caption, quick_body
from client import Connection, ask, status, wait_for
from heavy_pictures import heavy, progressive
from rows import Figure, at_most, exactly, none_of, percentile, row
from server import Server

MEGABYTE = 1 << 20


def waiting(server):
    return status(server)["queue"]["waiting"]


@row("J1")
def bounded_work(rig):
    """A picture takes 10 s of the processor's time at most, and none once its sender has left"""
    pictures = heavy()
    statuses, times, after, slowest = [], [], [], []
    with Server("--unload-after", "-1") as server:
        ask(server, "POST", "/load")
        for name, picture in pictures.items():
            request, used = body(image=picture), server.cpu_seconds()
            answer = ask(server, "POST", "/process_image", request, timeout=120)
            times.append(server.cpu_seconds() - used)
            statuses.append((name, answer.status))
        for picture in pictures.values():
            pending = Pending(server, body(image=picture))
            time.sleep(0.3)
            pending.leave()
            slowest.append(wait_for(lambda: waiting(server) == 0, "an empty line", 5))
            time.sleep(0.3)
            used = server.cpu_seconds()
            time.sleep(0.5)
            after.append(server.cpu_seconds() - used)
    yield none_of("neither answered nor refused", [s for s in statuses if s[1] not in (200, 400)], len(statuses))
    yield at_most("the most processor time for one", max(times), 11, "s")
    yield at_most("slowest to leave the line after its sender", max(slowest), 1, "s", timed=True)
    yield at_most("processor time half a second later", max(after), 0.2, "s")
    yield from stopping(body(image=pictures["RGB JPEG of 100 megapixels in 16 scans"]))


def stopping(request):
    """SIGTERM in the middle of such work."""
    with Server("--unload-after", "-1") as server:
        pending = [Pending(server, request) for _ in range(8)]
        wait_for(lambda: waiting(server) > 0 or all(answered(one) for one in pending), "work", 20)
        start = time.monotonic()
        server.terminate()
        code = server.wait(40)
        seconds = time.monotonic() - start
        for one in pending:
            one.leave()
    yield exactly("exit code after SIGTERM with eight of them on their way", code, 0)
    yield at_most("time until the end", seconds, 30, "s")


def answered(pending):
    """Whether something has come on the connection already."""
    with contextlib.suppress(BlockingIOError):
        return bool(pending.connection.socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    return False


@row("J2")
def head_of_line(rig):
    """A good caption takes at most a second longer while one heavy picture, or eight, are being decoded"""
    with Server("--unload-after", "-1") as server, Connection(server) as good:
        caption(good)
        alone = percentile([caption(good).seconds for _ in range(9)], 50)
        worst, wrong = {1: 0, 8: 0}, []
        for name, picture in heavy().items():
            request = body(image=picture)
            for count in worst:
                heavies = [Pending(server, request) for _ in range(count)]
                answers = [caption(good) for _ in range(rig.count(5, 2))]
                worst[count] = max(worst[count], *(answer.seconds for answer in answers))
                wrong += [(name, answer.status) for answer in answers if answer.status != 200]
                for one in heavies:
                    one.leave()
                wait_for(lambda: waiting(server) == 0, "an empty line", 20)
    yield none_of("good captions refused", wrong, 2 * len(heavy()))
    for count, seconds in worst.items():
        yield at_most(f"slowest good caption beside {count}, above the {alone * 1000:.0f} ms alone", seconds - alone, 1,
                      "s", timed=True)


@row("J3")
def decode_memory(rig):
    """All decoding together stays within --max-decode-memory, whatever is sent at once"""
    rgb, cmyk = progressive(3), progressive(4, refinements=5)
    with Server("--unload-after", "-1") as server:
        ask(server, "POST", "/process_image", body())
        before = server.resident()
        server.forget_peak()
        requests = [body(image=picture) for picture in (cmyk, rgb, cmyk, rgb)]
        pending = [Pending(server, request) for request in requests]
        answers = [one.answer(120).status for one in pending]
        peak = server.peak() - before - 3 * sum(map(len, requests))
        sentence = ask(server, "POST", "/process_image", requests[0], timeout=120)
    yield exactly("status of RGB pictures of 100 megapixels", {answers[1], answers[3]}, {200})
    yield at_most("peak above the loaded server, bodies not counted", peak, 900 * MEGABYTE, "bytes")
    if sentence.status != 200:
        yield exactly("a CMYK one of that size", (sentence.status, "bytes for decoding" in sentence.detail), (400, True))
    with Server("--max-decode-memory", "100MB") as server:
        refusal = ask(server, "POST", "/process_image", requests[1])
        yield exactly("status of one beyond a limit that is set", refusal.status, 400)
        yield exactly("what the refusal names", "--max-decode-memory" in refusal.detail, True)
        yield exactly("status of a small one", ask(server, "POST", "/process_image", quick_body()).status, 200)


@row("J5")
def memory_goes_back(rig):
    """After storms of uploads that stall and are closed, memory is back within 5 s, without an unload"""
    kept = []
    with Server("--unload-after", "-1") as server:
        ask(server, "POST", "/process_image", body())
        storm(server, 100)
        time.sleep(5)
        before = server.resident()
        for _ in range(rig.count(3, 2)):
            storm(server, 900)
            with contextlib.suppress(TimeoutError):
                wait_for(lambda: server.resident() - before <= 16 * MEGABYTE, "memory as before", 5, pause=0.2)
            kept.append(server.resident() - before)
    yield at_most(f"kept 5 s after {len(kept)} storms of 900 uploads of 200 KB each, the most", max(kept),
                  16 * MEGABYTE, "bytes")


def storm(server, count):
    """Uploads that stop in the middle, and are closed all at once."""
    part = b"POST /process_image HTTP/1.1\r\nHost: localhost\r\nContent-Length: 31000000\r\n\r\n" + b"A" * 200_000
    connections = [Connection(server) for _ in range(count)]
    for connection in connections:
        connection.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            connection.socket.send(part)
    time.sleep(1)
    for connection in connections:
        connection.close()


@row("J6")
def quota(rig):
    """As many threads compute as the quota of a control group further up allows"""
    names = {}
    for cores in (None, 0.5):
        try:
            with control_group(cores), Server("--unload-after", "-1") as server:
                ask(server, "POST", "/load")
                tasks = pathlib.Path(f"/proc/{server.pid}/task").iterdir()
                comms = [(task / "comm").read_text().strip() for task in tasks]
                names[cores] = sum(name.startswith("tensors-") for name in comms)
        except OSError as error:
            yield Figure("threads under a quota", f"no control group can be made here ({error.strerror})", "1", True)
            return
    yield exactly("threads beside the captioner's, with half a core", names[0.5], 0)
    yield Figure("the same without a quota", str(names[None]), "any", True)


@contextlib.contextmanager
def control_group(cores):
    """What this thread starts runs in a group inside of one with a quota, for as long as the block."""
    if cores is None:
        yield
        return
    root = pathlib.Path("/sys/fs/cgroup/cpu")
    is_two = not root.is_dir()
    root = pathlib.Path("/sys/fs/cgroup") if is_two else root
    outer = root / f"vision-reliability-{threading.get_native_id()}"
    inner = outer / "inner"
    outer.mkdir()
    try:
        if is_two:
            (outer / "cpu.max").write_text(f"{int(cores * 100_000)} 100000")
        else:
            (outer / "cpu.cfs_quota_us").write_text(str(int(cores * 100_000)))
        inner.mkdir()
        joins = "cgroup.procs" if is_two else "tasks"
        (inner / joins).write_text("0")
        try:
            yield
        finally:
            (root / joins).write_text("0")
    finally:
        for folder in (inner, outer):
            with contextlib.suppress(OSError):
                folder.rmdir()
