#include "CCurl.h"

#include "transfer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

static pthread_once_t prepared = PTHREAD_ONCE_INIT;
static CURLcode preparation;

static void prepare(void) {
    preparation = curl_global_init(CURL_GLOBAL_DEFAULT);
}

const char *ccurl_text(int code) {
    return curl_easy_strerror((CURLcode)code);
}

typedef struct {
    void (*body)(void *);
    void *context;
} thread_life;

static void *live(void *argument) {
    thread_life life = *(thread_life *)argument;
    free(argument);
    life.body(life.context);
    return NULL;
}

int ccurl_start_thread(void (*body)(void *), void *context) {
    thread_life *life = malloc(sizeof *life);
    if (life == NULL) {
        return ENOMEM;
    }
    *life = (thread_life){body, context};
    // A thread begins with the mask of the one that makes it.
    sigset_t broken_pipe, before;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 1 << 20);
    pthread_t thread;
    int code = pthread_create(&thread, &attributes, live, life);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0) {
        free(life);
    }
    return code;
}

ccurl_session *ccurl_session_create(void) {
    pthread_once(&prepared, prepare);
    return preparation == CURLE_OK ? (ccurl_session *)curl_multi_init() : NULL;
}

void ccurl_session_destroy(ccurl_session *session) {
    curl_multi_cleanup((CURLM *)session);
}

void ccurl_session_wake(ccurl_session *session) {
    curl_multi_wakeup((CURLM *)session);
}

void ccurl_session_run(ccurl_session *session, int milliseconds) {
    int running = 0;
    curl_multi_poll((CURLM *)session, NULL, 0, milliseconds, NULL);
    curl_multi_perform((CURLM *)session, &running);
}

ccurl_transfer *ccurl_session_next_ended(ccurl_session *session, int *code) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read((CURLM *)session, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            ccurl_transfer *transfer = NULL;
            *code = (int)message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&transfer);
            return transfer;
        }
    }
    return NULL;
}
