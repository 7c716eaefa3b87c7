// A door to the system's libcurl: HTTP transfers that run together on one thread. All functions but ccurl_session_wake
// belong to that thread. What goes wrong is one of libcurl's own codes (CURLE_...), of which some are named here.
#ifndef CCURL_H
#define CCURL_H

#include <stddef.h>
#include <stdint.h>

enum {
    CCURL_OK = 0,
    CCURL_UNSUPPORTED_PROTOCOL = 1,
    CCURL_BAD_ADDRESS = 3,
    CCURL_UNKNOWN_PROXY = 5,
    CCURL_UNKNOWN_HOST = 6,
    CCURL_NOT_CONNECTED = 7,
    CCURL_STRANGE_ANSWER = 8,
    CCURL_CUT_OFF = 18,
    CCURL_TIMEOUT = 28,
    CCURL_TLS_FAILED = 35,
    CCURL_NOTHING = 52,
    CCURL_SEND_FAILED = 55,
    CCURL_RECEIVE_FAILED = 56,
    CCURL_CERTIFICATE_REFUSED = 60,
    CCURL_SENT_ALREADY = 65,
    CCURL_BAD_AUTHORITIES = 77,
    CCURL_STREAM_FAILED = 92,
    CCURL_PROXY_FAILED = 97,
};

// What a code means, in libcurl's words.
const char *ccurl_text(int code);

// Runs `body` on a new thread, on which writing to a closed connection raises no signal; 0, or why not (errno).
int ccurl_start_thread(void (*body)(void *context), void *context);

// Transfers that share connections.
typedef struct ccurl_session ccurl_session;
typedef struct ccurl_transfer ccurl_transfer;

// NULL where there is no memory, or no libcurl that can be used.
ccurl_session *ccurl_session_create(void);
// Its transfers must have been removed.
void ccurl_session_destroy(ccurl_session *session);
// Ends the wait of ccurl_session_run, from any thread.
void ccurl_session_wake(ccurl_session *session);
// Waits for the network, at most so long, and does what there is to do.
void ccurl_session_run(ccurl_session *session, int milliseconds);
// A transfer that has ended, with its code; NULL where there is none.
ccurl_transfer *ccurl_session_next_ended(ccurl_session *session, int *code);

enum {
    CCURL_TAKEN = 0,
    CCURL_PAUSE = 1, // the same bytes come again after ccurl_transfer_resume
    CCURL_END = 2,   // the transfer fails
};

enum {
    CCURL_READ_FAILED = -1, // from `read`: the transfer fails
};

// Who gets a transfer's answer.
typedef struct {
    void *context;
    // A line of an answer's head with its end; the line of a status begins another head.
    int (*header)(void *context, const char *line, size_t count);
    int (*write)(void *context, const uint8_t *bytes, size_t count);
    // The request's body: how many bytes were put into `target`, 0 at the end, or CCURL_READ_FAILED. What was read is
    // never sent again: where a connection breaks that has had some of it, the transfer ends.
    int64_t (*read)(void *context, uint8_t *target, size_t capacity);
} ccurl_client;

enum {
    CCURL_NO_PROXY = 0,
    CCURL_HTTP_PROXY = 1,
    CCURL_SOCKS5_PROXY = 2, // it resolves the host's name
};

typedef struct {
    const char *method;
    const char *url;
    const char *const *headers; // lines without their ends
    size_t header_count;
    int64_t body_size; // -1: no body
    int proxy_kind;
    const char *proxy;            // host:port
    const char *user, *password;  // of the proxy; NULL: none
    const char *authorities;      // a file or a folder with certificates; NULL: the system's
    int64_t connect_milliseconds; // for the way to where the request can be sent
    const char *address;          // the only one that the host of `url` may have; NULL: the name service says
    int is_fresh;                 // no connection that is there already is used
} ccurl_request;

// Begins a transfer; what the request points to may go then. NULL where there is no memory.
ccurl_transfer *ccurl_transfer_start(ccurl_session *session, const ccurl_request *request, const ccurl_client *client);
// Whether the connection is there and the request on its way.
int ccurl_transfer_is_connected(const ccurl_transfer *transfer);
// Whether the request went over a connection that had been there before.
int ccurl_transfer_is_reused(const ccurl_transfer *transfer);
// The system's number for why no connection came about; 0 where it has none.
int ccurl_transfer_errno(const ccurl_transfer *transfer);
// The status with which a proxy has answered CONNECT; 0 where it was not asked.
int ccurl_transfer_proxy_status(const ccurl_transfer *transfer);
void *ccurl_transfer_context(const ccurl_transfer *transfer);
void ccurl_transfer_resume(ccurl_transfer *transfer);
// Ends it at once, wherever it is.
void ccurl_transfer_remove(ccurl_session *session, ccurl_transfer *transfer);

#endif
