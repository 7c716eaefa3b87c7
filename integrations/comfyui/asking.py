"""Asks the server until it has answered: waits where it is busy, and says in one sentence what went wrong."""

import http.client
import logging
import socket
import ssl
import time

from . import call as calls

POLL_SECONDS = 0.1
# After how long a server that went away is asked again: one that systemd starts again is there after 1 s and its start.
RETRY_SECONDS = (1, 4)

log = logging.getLogger(__name__)


def ask(address, key, fields, read_picture, check, was_there=False):
    """The `result` of /process_image. `check` is called every 0.1 s; what it raises ends the request at once.

    `was_there` says that the server has answered before, so that where nothing listens now, it may be starting again.
    """
    pauses = list(RETRY_SECONDS)
    while True:
        call = calls.Call(address, key, fields, read_picture)
        run(call, check)
        was_there = was_there or call.connected is not None
        if pauses and (was_cut(call) or was_there and isinstance(call.error, ConnectionRefusedError)):
            pause(pauses.pop(0), check)
        elif call.error:
            raise RuntimeError(failure(call)) from None
        elif is_busy(call.response):
            log.info("The vision server at %s is busy, asking again in %d s: %s", address, call.response.retry_after,
                     call.response.detail)
            pause(call.response.retry_after, check)
        else:
            return result(address, key, call.response)


def run(call, check):
    call.start()
    try:
        while not call.done.wait(POLL_SECONDS):
            check()
    except BaseException:
        call.drop()
        raise


def pause(seconds, check):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check()
        time.sleep(POLL_SECONDS)


def was_cut(call):
    """Whether the connection ended before the answer: the server died, or a proxy gave up."""
    return call.connected is not None and isinstance(call.error, (ConnectionError, http.client.IncompleteRead))


def is_busy(response):
    """Whether waiting helps. A model that cannot be had is for people to mend, though the server tries again, too."""
    return response.status in (429, 503) and response.retry_after is not None and response.code != "model_unavailable"


def failure(call):
    """What an error of a call means, in one sentence."""
    address, error = call.address, call.error
    if isinstance(error, RuntimeError):
        return str(error)
    if was_cut(call):
        return f"The vision server at {address} cut the connection {len(RETRY_SECONDS) + 1} times without an answer."
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return f"The name {address.host} of the vision server is not known here; mend `server`."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {address} is not trusted here: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return f"{address} does not speak TLS as expected; try http:// in `server`."
    if isinstance(error, (TimeoutError, socket.timeout)):
        if call.connected is not None:
            return no_answer(address, error)
        return f"No vision server took the connection at {address} within {calls.CONNECT_SECONDS} s."
    if isinstance(error, ConnectionRefusedError):
        return f"There is no vision server at {address}: nothing listens there; start it, or mend `server`."
    if isinstance(error, http.client.HTTPException):
        return f"What listens at {address} does not answer in HTTP; is it a vision server?"
    return f"The vision server at {address} cannot be reached: {getattr(error, 'strerror', None) or error}."


def no_answer(address, error):
    """A time limit of this side has no number, one of the system's has."""
    if getattr(error, "errno", None):
        return f"The machine of the vision server at {address} is not heard of any more."
    return f"The vision server at {address} did not answer within {calls.ANSWER_SECONDS} s."


def result(address, key, response):
    """The result in an answer; RuntimeError with a sentence for everything else."""
    if response.status != 200:
        raise RuntimeError(refusal(address, key, response))
    if not isinstance(response.json, dict) or "result" not in response.json:
        raise RuntimeError(f"What {address} answered is no result; is it a vision server?")
    return response.json["result"]


def refusal(address, key, response):
    if response.status == 401:
        if key:
            return f"The vision server at {address} does not know this key; write one of its keys into `key`."
        return f"The vision server at {address} needs a key; write one of its keys into `key`."
    if response.detail:
        return f"The vision server says: {response.detail}"
    if 300 <= response.status < 400 and response.headers.get("Location"):
        return f"{address} sends on to {response.headers['Location'][:200]}; write that address into `server`."
    if response.status in (404, 405, 501):
        return f"{address} has no /process_image; is it a vision server?"
    return f"{address} answered with status {response.status} and no reason; is it a vision server?"
