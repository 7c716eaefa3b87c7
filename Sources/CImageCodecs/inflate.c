#include "CImageCodecs.h"

#include <limits.h>

#include <zlib.h>

int64_t cimage_inflate(const uint8_t *bytes, size_t size, uint8_t *target, size_t capacity) {
    if (size > UINT_MAX || capacity > UINT_MAX)
        return -1;
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)size};
    if (inflateInit2(&stream, MAX_WBITS + 32) != Z_OK) // zlib's wrapper or gzip's
        return -1;
    stream.next_out = target;
    stream.avail_out = (uInt)capacity;
    int status = inflate(&stream, Z_FINISH);
    int64_t count = status == Z_STREAM_END ? (int64_t)(capacity - stream.avail_out) : -1;
    inflateEnd(&stream);
    return count;
}
