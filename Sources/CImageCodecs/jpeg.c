#include "message.h"

#include <setjmp.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>

// Each scan of a progressive image costs a walk over all of it: a small file with many scans can keep the decoder
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
    const cimage_client *client; // NULL while only the header is read
    size_t size;
    int in_scans;  // the header has been read
    int gives_rows;
    int has_ended; // the file ended where more of it was asked for
    int status;    // with which reading was given up
    char *message;
} jpeg_reader;

static jpeg_reader *reader_of(j_common_ptr codec) {
    return codec->client_data;
}

static void stop(jpeg_reader *reader, int status, const char *text) {
    reader->status = cimage_fail(status, text, reader->message);
    longjmp(reader->escape, 1);
}

/// Whether an error says that the file is of a kind that libjpeg was not made for, and no worse.
static int is_unsupported(int code) {
    switch (code) {
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_ARITH_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
        return 1;
    default:
        return 0;
    }
}

static void on_error(j_common_ptr codec) {
    char text[JMSG_LENGTH_MAX];
    codec->err->format_message(codec, text);
    if (codec->err->msg_code == JERR_BAD_PRECISION)
        snprintf(text, sizeof text, "its samples have %d bits", codec->err->msg_parm.i[0]);
    if (codec->err->msg_code == JERR_SOF_UNSUPPORTED)
        snprintf(text, sizeof text, "it is without loss or in a hierarchy (SOF %d)", codec->err->msg_parm.i[0] & 15);
    stop(reader_of(codec), is_unsupported(codec->err->msg_code) ? CIMAGE_UNSUPPORTED : CIMAGE_DAMAGED, text);
}

static void on_message(j_common_ptr codec) {
    (void)codec;
}

// libjpeg fills what is missing with gray and goes on: a caption of that would be wrong and look right.
static void on_warning(j_common_ptr codec, int level) {
    if (level < 0 && codec->err->msg_code == JWRN_HIT_MARKER)
        stop(reader_of(codec), CIMAGE_DAMAGED, "its data ends before the picture does");
}

static void source_nothing(j_decompress_ptr codec) {
    (void)codec;
}

/// The whole file is in memory from the start: whoever asks for more has met its end. Once there are pixels, an end
/// mark is put there, and what the decoder misses then is its warning's business. The decoder of arithmetic codes has no
/// such warning, and takes what is missing for zeros.
static boolean source_fill(j_decompress_ptr codec) {
    static const JOCTET end[] = {0xFF, JPEG_EOI};
    jpeg_reader *reader = codec->client_data;
    if (!reader->in_scans || codec->arith_code)
        stop(reader, CIMAGE_DAMAGED, "the file ends before the picture does");
    reader->has_ended = 1;
    codec->src->next_input_byte = end;
    codec->src->bytes_in_buffer = sizeof end;
    return TRUE;
}

static void source_skip(j_decompress_ptr codec, long count) {
    if (count <= 0)
        return;
    size_t skipped = (size_t)count;
    if (skipped > codec->src->bytes_in_buffer) {
        if (!reader_of((j_common_ptr)codec)->in_scans)
            stop(codec->client_data, CIMAGE_DAMAGED, "the file ends inside a segment");
        skipped = codec->src->bytes_in_buffer;
    }
    codec->src->next_input_byte += skipped;
    codec->src->bytes_in_buffer -= skipped;
}

/// Called for every row of blocks of every scan.
static void on_progress(j_common_ptr common) {
    jpeg_reader *reader = reader_of(common);
    if (!common->is_decompressor || !reader->in_scans || reader->gives_rows)
        return;
    j_decompress_ptr codec = (j_decompress_ptr)common;
    uint64_t scans = (uint64_t)codec->input_scan_number;
    uint64_t scanned_pixels = scans * codec->image_width * codec->image_height;
    if (scans > MAX_SCANS || (scans > FREE_SCANS && scanned_pixels > MAX_SCANNED_PIXELS)) {
        stop(reader, CIMAGE_DAMAGED, "it has more scans than a progressive picture needs");
    }
    size_t left = reader->has_ended ? 0 : codec->src->bytes_in_buffer;
    if (reader->client->check(reader->client->context, reader->size - left))
        stop(reader, CIMAGE_STOPPED, "stopped");
}

static void reader_open(jpeg_reader *reader, const uint8_t *bytes) {
    reader->codec.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.output_message = on_message;
    reader->errors.emit_message = on_warning;
    reader->codec.client_data = reader;
    jpeg_create_decompress(&reader->codec);
    reader->codec.mem->max_memory_to_use = 0; // nothing goes to temporary files, whatever JPEGMEM says
    reader->progress.progress_monitor = on_progress;
    reader->codec.progress = &reader->progress;
    reader->source.init_source = source_nothing;
    reader->source.fill_input_buffer = source_fill;
    reader->source.skip_input_data = source_skip;
    reader->source.resync_to_restart = jpeg_resync_to_restart;
    reader->source.term_source = source_nothing;
    reader->source.next_input_byte = bytes;
    reader->source.bytes_in_buffer = reader->size;
    reader->codec.src = &reader->source;
}

static uint64_t rounded_up(uint64_t value, int unit) {
    return (value + (uint64_t)unit - 1) / (uint64_t)unit * (uint64_t)unit;
}

/// All coefficients where there is more than one scan, and some rows of blocks on their way.
static uint64_t memory_of(j_decompress_ptr codec) {
    uint64_t memory = 1 << 20;
    for (int i = 0; i < codec->num_components; i++) {
        const jpeg_component_info *component = &codec->comp_info[i];
        uint64_t columns = rounded_up(component->width_in_blocks, component->h_samp_factor);
        uint64_t rows = rounded_up(component->height_in_blocks, component->v_samp_factor);
        if (jpeg_has_multiple_scans(codec))
            memory += columns * rows * sizeof(JBLOCK);
        memory += columns * DCTSIZE * (uint64_t)component->v_samp_factor * (DCTSIZE + 4);
        memory += (uint64_t)codec->image_width * (uint64_t)(codec->max_v_samp_factor + 4);
    }
    return memory;
}

static void read_header(jpeg_reader *reader, cimage_header *header) {
    jpeg_read_header(&reader->codec, TRUE);
    int components = reader->codec.num_components;
    if (components != 1 && components != 3 && components != 4)
        stop(reader, CIMAGE_UNSUPPORTED, "it has neither 1, 3 nor 4 colour components");
    if (reader->codec.data_precision != 8)
        stop(reader, CIMAGE_UNSUPPORTED, "its samples do not have 8 bits");
    header->width = reader->codec.image_width;
    header->height = reader->codec.image_height;
    header->channels = (uint32_t)components;
    header->memory = memory_of(&reader->codec);
}

/// Whether every scan that an image needs was there, so that nothing but its end mark can be missing.
static int has_all_scans(j_decompress_ptr codec) {
    for (int i = 0; i < codec->num_components; i++) {
        if (codec->comp_info[i].quant_table == NULL) // not set before the component's first scan
            return 0;
        for (int k = 0; codec->coef_bits != NULL && k < DCTSIZE2; k++) {
            if (codec->coef_bits[i][k] != 0)
                return 0;
        }
    }
    return 1;
}

static void read_rows(jpeg_reader *reader, cimage_header header) {
    static const J_COLOR_SPACE colors[] = {JCS_UNKNOWN, JCS_GRAYSCALE, JCS_UNKNOWN, JCS_RGB, JCS_CMYK};
    j_decompress_ptr codec = &reader->codec;
    codec->out_color_space = colors[header.channels];
    reader->in_scans = 1;
    jpeg_start_decompress(codec); // reads all scans where there are several
    if (reader->has_ended && !has_all_scans(codec))
        stop(reader, CIMAGE_DAMAGED, "the file ends before the picture does");
    reader->gives_rows = 1;
    size_t bytes = (size_t)header.width * header.channels;
    JSAMPROW row = codec->mem->alloc_large((j_common_ptr)codec, JPOOL_IMAGE, bytes);
    while (codec->output_scanline < codec->output_height) {
        jpeg_read_scanlines(codec, &row, 1);
        if (reader->client->row(reader->client->context, row))
            stop(reader, CIMAGE_STOPPED, "stopped");
    }
}

int cimage_jpeg_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message) {
    jpeg_reader reader;
    memset(&reader, 0, sizeof reader);
    reader.size = size;
    reader.message = message;
    if (setjmp(reader.escape)) {
        jpeg_destroy_decompress(&reader.codec);
        return reader.status;
    }
    reader_open(&reader, bytes);
    read_header(&reader, header);
    jpeg_destroy_decompress(&reader.codec);
    return CIMAGE_OK;
}

int cimage_jpeg_decode(const uint8_t *bytes, size_t size, cimage_header header, const cimage_client *client,
                       char *message) {
    jpeg_reader reader;
    memset(&reader, 0, sizeof reader);
    reader.size = size;
    reader.client = client;
    reader.message = message;
    if (setjmp(reader.escape)) {
        jpeg_destroy_decompress(&reader.codec);
        return reader.status;
    }
    reader_open(&reader, bytes);
    cimage_header found;
    read_header(&reader, &found);
    if (!cimage_is_same(found, header))
        stop(&reader, CIMAGE_DAMAGED, "its size is not what its header said");
    read_rows(&reader, header);
    jpeg_destroy_decompress(&reader.codec);
    return CIMAGE_OK;
}
