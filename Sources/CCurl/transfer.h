#ifndef CCURL_TRANSFER_H
#define CCURL_TRANSFER_H

#include "CCurl.h"

#include <errno.h>

#include <curl/curl.h>

struct ccurl_transfer {
    CURL *easy;
    struct curl_slist *headers;
    struct curl_slist *targets;
    ccurl_client client;
};

#endif
