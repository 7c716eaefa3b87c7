#include "message.h"
#include "webp_tables.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

// What the decoder is fed at a time at least: less of a small file, which may hold as many pixels. It begins anew with
// the rows that a block ends in, so each block holds some of them.
#define MAX_FEED_BYTES ((size_t)64 << 10)
#define MIN_FEED_BYTES ((size_t)1 << 10)
#define FEEDS_A_FILE 16
#define ROWS_A_BLOCK 16

typedef struct {
    const uint8_t *bytes;
    size_t size;
    cimage_header header;
    const cimage_client *client;
    WebPIDecoder *codec;
    uint8_t *pixels;
    size_t fed;
    uint32_t given;   // rows that the client has
    int is_invisible; // no opaque pixel has been seen, and the client wants none of the rows before the first
} webp_reader;

static const char *text_of(VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return "there is no memory for it";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return "it uses a feature that is not read here";
    case VP8_STATUS_OK:
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return "the file ends before the picture does";
    default:
        return "its data is damaged";
    }
}

/// All pixels twice where nothing is lost, once and an alpha plane with its own decoder elsewhere.
static uint64_t memory_of(const WebPBitstreamFeatures *features, size_t size) {
    uint64_t width = (uint64_t)features->width, area = width * (uint64_t)features->height;
    uint64_t memory = area * (features->has_alpha ? 4 : 3) + width * 256 + ((uint64_t)2 << 20);
    int is_lossy = features->format == 1;
    if (is_lossy && !features->has_alpha)
        return memory;
    memory += is_lossy ? 5 * area : 4 * area;
    return memory + webp_tables(width, (uint64_t)features->height, size, memory);
}

int cimage_webp_header(const uint8_t *bytes, size_t size, cimage_header *header, int *animated, char *message) {
    WebPBitstreamFeatures features;
    VP8StatusCode status = WebPGetFeatures(bytes, size, &features);
    if (status != VP8_STATUS_OK)
        return cimage_fail(CIMAGE_DAMAGED, text_of(status), message);
    header->width = (uint32_t)features.width;
    header->height = (uint32_t)features.height;
    header->channels = features.has_alpha ? 4 : 3;
    header->memory = memory_of(&features, size);
    *animated = features.has_animation;
    return CIMAGE_OK;
}

static int has_opaque_pixel(const uint8_t *row, uint32_t width) {
    for (uint32_t x = 0; x < width; x++) {
        if (row[4 * (size_t)x + 3] == 255)
            return 1;
    }
    return 0;
}

/// Gives the rows that are there up to `end`; while the image is invisible they are kept.
static int give_rows(webp_reader *reader, uint32_t seen, uint32_t end) {
    size_t row_bytes = (size_t)reader->header.width * reader->header.channels;
    for (uint32_t y = seen; reader->is_invisible && y < end; y++)
        reader->is_invisible = !has_opaque_pixel(reader->pixels + y * row_bytes, reader->header.width);
    for (; !reader->is_invisible && reader->given < end; reader->given++) {
        if (reader->client->row(reader->client->context, reader->pixels + reader->given * row_bytes))
            return CIMAGE_STOPPED;
    }
    return CIMAGE_OK;
}

/// How much to feed next. Until the first row is there each try reads all tables again, so the tries get longer.
static size_t next_block(const webp_reader *reader, uint32_t rows) {
    size_t block = reader->size / reader->header.height * ROWS_A_BLOCK;
    if (rows == 0 && reader->fed > block)
        block = reader->fed;
    size_t least = reader->size / FEEDS_A_FILE < MAX_FEED_BYTES ? reader->size / FEEDS_A_FILE : MAX_FEED_BYTES;
    if (least < MIN_FEED_BYTES)
        least = MIN_FEED_BYTES;
    if (block < least)
        block = least;
    return block < reader->size - reader->fed ? block : reader->size - reader->fed;
}

static int feed(webp_reader *reader, char *message) {
    VP8StatusCode status = VP8_STATUS_SUSPENDED;
    int rows = 0;
    while (status == VP8_STATUS_SUSPENDED && reader->fed < reader->size) {
        reader->fed += next_block(reader, (uint32_t)rows);
        if (reader->client->check(reader->client->context, reader->fed))
            return cimage_fail(CIMAGE_STOPPED, "stopped", message);
        status = WebPIUpdate(reader->codec, reader->bytes, reader->fed);
        int seen = rows;
        WebPIDecGetRGB(reader->codec, &rows, NULL, NULL, NULL);
        if (rows > seen && give_rows(reader, (uint32_t)seen, (uint32_t)rows) != CIMAGE_OK)
            return cimage_fail(CIMAGE_STOPPED, "stopped", message);
    }
    if (status != VP8_STATUS_OK || (uint32_t)rows != reader->header.height)
        return cimage_fail(CIMAGE_DAMAGED, text_of(status), message);
    return reader->is_invisible ? cimage_fail(CIMAGE_INVISIBLE, "no pixel of it is opaque", message) : CIMAGE_OK;
}

static int decode(webp_reader *reader, WebPDecoderConfig *config, char *message) {
    size_t stride = (size_t)reader->header.width * reader->header.channels;
    reader->pixels = malloc(stride * reader->header.height);
    if (reader->pixels == NULL)
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    config->output.colorspace = reader->header.channels == 4 ? MODE_RGBA : MODE_RGB;
    config->output.is_external_memory = 1;
    config->output.u.RGBA.rgba = reader->pixels;
    config->output.u.RGBA.stride = (int)stride;
    config->output.u.RGBA.size = stride * reader->header.height;
    reader->codec = WebPIDecode(NULL, 0, config);
    int status = reader->codec == NULL ? cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message)
                                       : feed(reader, message);
    WebPIDelete(reader->codec);
    WebPFreeDecBuffer(&config->output);
    free(reader->pixels);
    return status;
}

/// Whether a whole file says that it is longer than it is: what is missing may be what says how to turn the image.
static int is_cut(const uint8_t *bytes, size_t size) {
    if (size < 8 || memcmp(bytes, "RIFF", 4) != 0)
        return 0;
    uint64_t stated = bytes[4] | bytes[5] << 8 | bytes[6] << 16 | (uint64_t)bytes[7] << 24;
    return stated > size - 8;
}

int cimage_webp_decode(const uint8_t *bytes, size_t size, cimage_header header, int only_opaque,
                       const cimage_client *client, char *message) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return cimage_fail(CIMAGE_DAMAGED, "libwebp has another version", message);
    cimage_header found;
    int animated = 0;
    int status = cimage_webp_header(bytes, size, &found, &animated, message);
    if (status != CIMAGE_OK)
        return status;
    if (!cimage_is_same(found, header) || header.height == 0)
        return cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    if (is_cut(bytes, size))
        return cimage_fail(CIMAGE_DAMAGED, text_of(VP8_STATUS_NOT_ENOUGH_DATA), message);
    webp_reader reader = {.bytes = bytes, .size = size, .header = header, .client = client};
    reader.is_invisible = only_opaque && header.channels == 4;
    return decode(&reader, &config, message);
}
