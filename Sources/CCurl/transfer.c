#include "transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static size_t give_header(char *line, size_t size, size_t count, void *argument) {
    ccurl_transfer *transfer = argument;
    // Any other number of bytes than there were ends the transfer.
    return transfer->client.header(transfer->client.context, line, size * count) == CCURL_TAKEN ? size * count : 0;
}

static size_t give_body(char *bytes, size_t size, size_t count, void *argument) {
    ccurl_transfer *transfer = argument;
    if (size * count == 0) {
        return 0;
    }
    switch (transfer->client.write(transfer->client.context, (const uint8_t *)bytes, size * count)) {
    case CCURL_TAKEN:
        return size * count;
    case CCURL_PAUSE:
        return CURL_WRITEFUNC_PAUSE;
    default:
        return 0;
    }
}

static size_t take_body(char *target, size_t size, size_t count, void *argument) {
    ccurl_transfer *transfer = argument;
    int64_t bytes = transfer->client.read(transfer->client.context, (uint8_t *)target, size * count);
    return bytes < 0 ? CURL_READFUNC_ABORT : (size_t)bytes;
}

// What every transfer has.
static void set_up(CURL *easy, ccurl_transfer *transfer) {
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, give_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, give_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    // Who ends a transfer does not wait for an answer of the name service.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

static void set_proxy(CURL *easy, const ccurl_request *request) {
    // Libcurl would look into the environment by itself.
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (request->proxy_kind == CCURL_NO_PROXY) {
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        return;
    }
    int is_http = request->proxy_kind == CCURL_HTTP_PROXY;
    curl_easy_setopt(easy, CURLOPT_PROXY, request->proxy);
    curl_easy_setopt(easy, CURLOPT_PROXYTYPE, (long)(is_http ? CURLPROXY_HTTP : CURLPROXY_SOCKS5_HOSTNAME));
    curl_easy_setopt(easy, CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC);
    if (request->user != NULL) {
        curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, request->user);
        curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, request->password != NULL ? request->password : "");
    }
}

static void set_authorities(CURL *easy, const char *path) {
    struct stat status;
    if (path == NULL) {
        return;
    }
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
        curl_easy_setopt(easy, CURLOPT_CAPATH, path);
    } else {
        curl_easy_setopt(easy, CURLOPT_CAINFO, path);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
}

static void set_method(CURL *easy, ccurl_transfer *transfer, const ccurl_request *request) {
    if (request->body_size >= 0) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_size);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, take_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    } else if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
        return;
    } else {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

// 0 where there is no memory.
static int set_headers(ccurl_transfer *transfer, const ccurl_request *request) {
    for (size_t i = 0; i < request->header_count; i++) {
        struct curl_slist *longer = curl_slist_append(transfer->headers, request->headers[i]);
        if (longer == NULL) {
            return 0;
        }
        transfer->headers = longer;
    }
    return curl_easy_setopt(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers) == CURLE_OK;
}

// 0 where there is no memory.
static int set_address(ccurl_transfer *transfer, const char *address) {
    if (address == NULL) {
        return 1;
    }
    // "::address:" stands for every host and port.
    size_t size = strlen(address) + 4;
    char *entry = malloc(size);
    if (entry == NULL) {
        return 0;
    }
    snprintf(entry, size, "::%s:", address);
    transfer->targets = curl_slist_append(NULL, entry);
    free(entry);
    return transfer->targets != NULL &&
           curl_easy_setopt(transfer->easy, CURLOPT_CONNECT_TO, transfer->targets) == CURLE_OK;
}

static void destroy(ccurl_transfer *transfer) {
    curl_easy_cleanup(transfer->easy);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->targets);
    free(transfer);
}

ccurl_transfer *ccurl_transfer_start(ccurl_session *session, const ccurl_request *request, const ccurl_client *client) {
    ccurl_transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL) {
        return NULL;
    }
    transfer->client = *client;
    transfer->easy = curl_easy_init();
    if (transfer->easy == NULL || !set_headers(transfer, request) || !set_address(transfer, request->address)) {
        destroy(transfer);
        return NULL;
    }
    CURL *easy = transfer->easy;
    set_up(easy, transfer);
    set_method(easy, transfer, request);
    set_proxy(easy, request);
    set_authorities(easy, request->authorities);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)request->connect_milliseconds);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)request->is_fresh);
    if (curl_easy_setopt(easy, CURLOPT_URL, request->url) != CURLE_OK ||
        curl_multi_add_handle((CURLM *)session, easy) != CURLM_OK) {
        destroy(transfer);
        return NULL;
    }
    return transfer;
}

int ccurl_transfer_is_connected(const ccurl_transfer *transfer) {
    curl_off_t microseconds = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &microseconds);
    return microseconds > 0;
}

int ccurl_transfer_is_reused(const ccurl_transfer *transfer) {
    long connections = 0;
    return curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connections) == CURLE_OK && connections == 0;
}

int ccurl_transfer_errno(const ccurl_transfer *transfer) {
    long code = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &code);
    return (int)code;
}

int ccurl_transfer_proxy_status(const ccurl_transfer *transfer) {
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return (int)status;
}

void *ccurl_transfer_context(const ccurl_transfer *transfer) {
    return transfer->client.context;
}

void ccurl_transfer_resume(ccurl_transfer *transfer) {
    curl_easy_pause(transfer->easy, CURLPAUSE_CONT);
}

void ccurl_transfer_remove(ccurl_session *session, ccurl_transfer *transfer) {
    curl_multi_remove_handle((CURLM *)session, transfer->easy);
    destroy(transfer);
}
