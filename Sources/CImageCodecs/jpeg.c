#include "message.h"

#include <setjmp.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

// Each scan of a progressive picture costs a walk over all of it: a small file with many scans can keep the decoder
// busy for minutes. Encoders write about 10.
#define FREE_SCANS 20
#define MAX_SCANS 100
#define MAX_SCANNED_PIXELS 2000000000ull

typedef struct {
    struct jpeg_decompress_struct codec;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    char *message;
} jpeg_reader;

static jpeg_reader *reader_of(j_common_ptr codec) {
    return codec->client_data;
}

static void on_error(j_common_ptr codec) {
    char text[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, text);
    snprintf(reader_of(codec)->message, CIMAGE_MESSAGE_SIZE, "%s", text);
    longjmp(reader_of(codec)->escape, 1);
}

static void stop(jpeg_reader *reader, const char *text) {
    snprintf(reader->message, CIMAGE_MESSAGE_SIZE, "%s", text);
    longjmp(reader->escape, 1);
}

static void on_message(j_common_ptr codec) {
    (void)codec;
}

static void on_warning(j_common_ptr codec, int level) {
    if (level < 0)
        codec->err->num_warnings++;
}

static void source_nothing(j_decompress_ptr codec) {
    (void)codec;
}

// The whole file is in memory from the start: whoever asks for more has met a truncated file.
static boolean source_fill(j_decompress_ptr codec) {
    stop(codec->client_data, "the file ends before the picture does");
    return FALSE;
}

static void source_skip(j_decompress_ptr codec, long count) {
    if (count <= 0)
        return;
    if ((size_t)count > codec->src->bytes_in_buffer) {
        stop(codec->client_data, "the file ends inside a segment");
    }
    codec->src->next_input_byte += count;
    codec->src->bytes_in_buffer -= (size_t)count;
}

static void on_progress(j_common_ptr common) {
    if (!common->is_decompressor)
        return;
    j_decompress_ptr codec = (j_decompress_ptr)common;
    uint64_t scans = (uint64_t)codec->input_scan_number;
    uint64_t scanned_pixels = scans * codec->image_width * codec->image_height;
    if (scans > MAX_SCANS || (scans > FREE_SCANS && scanned_pixels > MAX_SCANNED_PIXELS)) {
        stop(reader_of(common), "it has more scans than a progressive picture needs");
    }
}

static void reader_open(jpeg_reader *reader, const uint8_t *bytes, size_t size) {
    reader->codec.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.output_message = on_message;
    reader->errors.emit_message = on_warning;
    reader->codec.client_data = reader;
    jpeg_create_decompress(&reader->codec);
    reader->progress.progress_monitor = on_progress;
    reader->codec.progress = &reader->progress;
    reader->source.init_source = source_nothing;
    reader->source.fill_input_buffer = source_fill;
    reader->source.skip_input_data = source_skip;
    reader->source.resync_to_restart = jpeg_resync_to_restart;
    reader->source.term_source = source_nothing;
    reader->source.next_input_byte = bytes;
    reader->source.bytes_in_buffer = size;
    reader->codec.src = &reader->source;
}

static void read_header(jpeg_reader *reader, cimage_header *header) {
    jpeg_read_header(&reader->codec, TRUE);
    int components = reader->codec.num_components;
    if (components != 1 && components != 3 && components != 4) {
        stop(reader, "it has neither 1, 3 nor 4 colour components");
    }
    header->width = reader->codec.image_width;
    header->height = reader->codec.image_height;
    header->channels = components == 4 ? 4 : 3;
}

int cimage_jpeg_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message) {
    jpeg_reader reader;
    memset(&reader, 0, sizeof reader);
    reader.message = message;
    if (setjmp(reader.escape)) {
        jpeg_destroy_decompress(&reader.codec);
        return CIMAGE_DAMAGED;
    }
    reader_open(&reader, bytes, size);
    read_header(&reader, header);
    jpeg_destroy_decompress(&reader.codec);
    return CIMAGE_OK;
}

int cimage_jpeg_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels, char *message) {
    jpeg_reader reader;
    memset(&reader, 0, sizeof reader);
    reader.message = message;
    if (setjmp(reader.escape)) {
        jpeg_destroy_decompress(&reader.codec);
        return CIMAGE_DAMAGED;
    }
    reader_open(&reader, bytes, size);
    cimage_header found;
    read_header(&reader, &found);
    if (found.width != header.width || found.height != header.height || found.channels != header.channels) {
        stop(&reader, "its size is not what its header said");
    }
    reader.codec.out_color_space = header.channels == 4 ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&reader.codec);
    while (reader.codec.output_scanline < reader.codec.output_height) {
        JSAMPROW row = pixels + (size_t)reader.codec.output_scanline * header.width * header.channels;
        jpeg_read_scanlines(&reader.codec, &row, 1);
    }
    jpeg_finish_decompress(&reader.codec);
    jpeg_destroy_decompress(&reader.codec);
    return CIMAGE_OK;
}
