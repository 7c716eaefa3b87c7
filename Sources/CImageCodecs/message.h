#ifndef CIMAGE_MESSAGE_H
#define CIMAGE_MESSAGE_H

#include "CImageCodecs.h"

#include <stdio.h>

/// Writes `text` to the caller's message buffer and hands `status` back.
static inline int cimage_fail(int status, const char *text, char *message) {
    snprintf(message, CIMAGE_MESSAGE_SIZE, "%s", text);
    return status;
}

/// Whether the file still says what its header said.
static inline int cimage_is_same(cimage_header a, cimage_header b) {
    return a.width == b.width && a.height == b.height && a.channels == b.channels;
}

#endif
