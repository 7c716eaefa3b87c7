#include "message.h"

#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

// A first frame may be empty, as some editors write it; no reason to walk through a whole film.
#define MAX_FRAMES 16

typedef struct {
    const uint8_t *bytes;
    size_t left;
    int in_pixels; // what is read now are the blocks of a frame's pixels
} gif_source;

typedef struct {
    gif_source source;
    GifFileType *file;
    const cimage_client *client;
    cimage_header screen;
    size_t size;
    int transparent;  // the index that is transparent in the next frame, or -1
    uint8_t *indices; // of the frame
    int is_stopped;
} gif_reader;

/// A file may lack its end: behind the last byte there are empty blocks, and the last block of pixels is as long as
/// what is left. Pixels that are missing then are missed by the decoder itself.
static int read_bytes(GifFileType *file, GifByteType *target, int count) {
    gif_source *source = &((gif_reader *)file->UserData)->source;
    size_t taken = count < 0 ? 0 : (size_t)count;
    if (taken == 1 && source->left == 0 && source->in_pixels) {
        *target = 0;
        return 1;
    }
    if (taken > source->left)
        taken = source->left;
    memcpy(target, source->bytes, taken);
    source->bytes += taken;
    source->left -= taken;
    if (count == 1 && taken == 1 && source->in_pixels && *target > source->left)
        *target = (GifByteType)source->left;
    return (int)taken;
}

static int fail(int code, char *message) {
    const char *text = GifErrorString(code);
    return cimage_fail(CIMAGE_DAMAGED, text != NULL ? text : "its data is damaged", message);
}

static int reader_open(gif_reader *reader, char *message) {
    int code = 0;
    reader->file = DGifOpen(reader, read_bytes, &code);
    return reader->file == NULL ? fail(code, message) : CIMAGE_OK;
}

static void reader_close(gif_reader *reader) {
    int code = 0;
    DGifCloseFile(reader->file, &code);
    free(reader->indices);
}

static int is_stopped(gif_reader *reader) {
    const cimage_client *client = reader->client;
    if (client != NULL && client->check(client->context, reader->size - reader->source.left))
        reader->is_stopped = 1;
    return reader->is_stopped;
}

static int read_extension(gif_reader *reader) {
    int code = 0;
    GifByteType *block = NULL;
    if (DGifGetExtension(reader->file, &code, &block) == GIF_ERROR)
        return GIF_ERROR;
    if (code == GRAPHICS_EXT_FUNC_CODE && block != NULL && block[0] >= 4)
        reader->transparent = block[1] & 1 ? block[4] : -1;
    for (uint32_t count = 0; block != NULL; count++) {
        if (DGifGetExtensionNext(reader->file, &block) == GIF_ERROR || (count % 256 == 0 && is_stopped(reader)))
            return GIF_ERROR;
    }
    return GIF_OK;
}

/// Some writers leave bytes between blocks that begin none.
static void skip_strays(gif_source *source) {
    while (source->left > 0 && *source->bytes != 0x21 && *source->bytes != 0x2C && *source->bytes != 0x3B) {
        source->bytes++;
        source->left--;
    }
}

/// Goes to the next image; its descriptor is in file->Image afterwards. CIMAGE_INVISIBLE: there is none any more.
static int seek_image(gif_reader *reader, char *message) {
    GifFileType *file = reader->file;
    reader->transparent = -1;
    for (uint32_t count = 0;; count++) {
        GifRecordType record = UNDEFINED_RECORD_TYPE;
        skip_strays(&reader->source);
        if (count % 256 == 255 && is_stopped(reader))
            return cimage_fail(CIMAGE_STOPPED, "stopped", message);
        if (reader->source.left == 0)
            return cimage_fail(CIMAGE_DAMAGED, "the file ends before the picture does", message);
        if (DGifGetRecordType(file, &record) == GIF_ERROR)
            return fail(file->Error, message);
        if (record == TERMINATE_RECORD_TYPE)
            return cimage_fail(CIMAGE_INVISIBLE, "there is no picture in it", message);
        if (record == IMAGE_DESC_RECORD_TYPE) {
            return DGifGetImageDesc(file) == GIF_OK ? CIMAGE_OK : fail(file->Error, message);
        }
        if (record == EXTENSION_RECORD_TYPE && read_extension(reader) == GIF_ERROR)
            return reader->is_stopped ? cimage_fail(CIMAGE_STOPPED, "stopped", message) : fail(file->Error, message);
    }
}

static uint32_t larger(GifWord a, GifWord b) {
    return (uint32_t)(a > b ? a : b);
}

/// The screen, made larger where the first frame leaves it, as Pillow does.
static cimage_header screen_of(const GifFileType *file) {
    const GifImageDesc *frame = &file->Image;
    cimage_header screen = {larger(file->SWidth, frame->Left + frame->Width),
                            larger(file->SHeight, frame->Top + frame->Height), 3, 0};
    screen.memory = (uint64_t)screen.width * screen.height + 3 * (uint64_t)screen.width + (256 << 10);
    return screen;
}

/// Reads the frame's indices, in the order of its rows.
static int read_frame(gif_reader *reader, char *message) {
    static const int first_row[] = {0, 4, 2, 1}, row_step[] = {8, 8, 4, 2};
    const GifImageDesc *frame = &reader->file->Image;
    if ((uint64_t)frame->Width * (uint64_t)frame->Height > (uint64_t)reader->screen.width * reader->screen.height)
        return cimage_fail(CIMAGE_DAMAGED, "a frame is larger than its screen", message);
    reader->source.in_pixels = 1;
    uint64_t pixels = 0;
    for (int pass = 0; pass < (frame->Interlace ? 4 : 1); pass++) {
        int step = frame->Interlace ? row_step[pass] : 1;
        for (int y = frame->Interlace ? first_row[pass] : 0; y < frame->Height; y += step) {
            uint8_t *row = reader->indices + (size_t)y * (size_t)frame->Width;
            if (DGifGetLine(reader->file, row, frame->Width) == GIF_ERROR)
                return fail(reader->file->Error, message);
            if ((pixels += (uint64_t)frame->Width) < 1 << 16)
                continue;
            pixels = 0;
            if (is_stopped(reader))
                return cimage_fail(CIMAGE_STOPPED, "stopped", message);
        }
    }
    reader->source.in_pixels = 0;
    return CIMAGE_OK;
}

static int has_opaque_pixel(const gif_reader *reader) {
    const GifImageDesc *frame = &reader->file->Image;
    size_t count = (size_t)frame->Width * (size_t)frame->Height;
    if (reader->transparent < 0)
        return count > 0;
    for (size_t i = 0; i < count; i++) {
        if (reader->indices[i] != reader->transparent)
            return 1;
    }
    return 0;
}

/// RGB of each index of the frame; a gray ramp where the file has no palette.
static void read_colors(const gif_reader *reader, uint8_t colors[256][3]) {
    const GifFileType *file = reader->file;
    const ColorMapObject *map = file->Image.ColorMap != NULL ? file->Image.ColorMap : file->SColorMap;
    for (int i = 0; i < 256; i++) {
        memset(colors[i], map == NULL ? i : 0, 3);
        if (map != NULL && i < map->ColorCount)
            memcpy(colors[i], (uint8_t[]){map->Colors[i].Red, map->Colors[i].Green, map->Colors[i].Blue}, 3);
    }
    if (reader->transparent >= 0)
        memset(colors[reader->transparent], 255, 3);
}

/// The frame where it lies on the screen; around it lies what Pillow has there, index 0 or what is transparent, and
/// around a later frame nothing, as those before it were invisible.
static int give_frame(const gif_reader *reader, int is_first, uint8_t *row) {
    uint8_t colors[256][3];
    read_colors(reader, colors);
    const GifImageDesc *frame = &reader->file->Image;
    const uint8_t white[3] = {255, 255, 255};
    const uint8_t *around = is_first && reader->transparent < 0 ? colors[0] : white;
    for (uint32_t y = 0; y < reader->screen.height; y++) {
        for (uint32_t x = 0; x < reader->screen.width; x++)
            memcpy(row + 3 * (size_t)x, around, 3);
        int64_t line = (int64_t)y - frame->Top;
        for (int x = 0; line >= 0 && line < frame->Height && x < frame->Width; x++) {
            uint64_t column = (uint64_t)frame->Left + (uint64_t)x;
            uint8_t index = reader->indices[(size_t)line * (size_t)frame->Width + (size_t)x];
            if (column < reader->screen.width)
                memcpy(row + 3 * column, colors[index], 3);
        }
        if (reader->client->row(reader->client->context, row))
            return CIMAGE_STOPPED;
    }
    return CIMAGE_OK;
}

/// A white screen: what the first frame shows where no frame has an opaque pixel.
static int give_nothing(const gif_reader *reader, uint8_t *row) {
    memset(row, 255, 3 * (size_t)reader->screen.width);
    for (uint32_t y = 0; y < reader->screen.height; y++) {
        if (reader->client->row(reader->client->context, row))
            return CIMAGE_STOPPED;
    }
    return CIMAGE_OK;
}

/// From the first frame on, whose descriptor has been read.
static int give_first_visible(gif_reader *reader, uint8_t *row, char *message) {
    int status = read_frame(reader, message);
    if (status != CIMAGE_OK)
        return status;
    for (int frame = 0; frame < MAX_FRAMES; frame++) {
        if (has_opaque_pixel(reader))
            return give_frame(reader, frame == 0, row);
        reader->source.in_pixels = 0;
        status = seek_image(reader, message);
        if (status == CIMAGE_OK)
            status = read_frame(reader, message);
        if (status == CIMAGE_INVISIBLE)
            break;
        if (status != CIMAGE_OK)
            return status;
    }
    return give_nothing(reader, row);
}

int cimage_gif_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message) {
    gif_reader reader = {.source = {bytes, size, 0}, .size = size};
    int status = reader_open(&reader, message);
    if (status != CIMAGE_OK)
        return status;
    status = seek_image(&reader, message);
    if (status == CIMAGE_OK)
        *header = screen_of(reader.file);
    reader_close(&reader);
    return status == CIMAGE_INVISIBLE ? CIMAGE_DAMAGED : status;
}

int cimage_gif_decode(const uint8_t *bytes, size_t size, cimage_header header, const cimage_client *client,
                      char *message) {
    gif_reader reader = {.source = {bytes, size, 0}, .client = client, .screen = header, .size = size};
    int status = reader_open(&reader, message);
    if (status != CIMAGE_OK)
        return status;
    status = seek_image(&reader, message);
    if (status == CIMAGE_INVISIBLE)
        status = CIMAGE_DAMAGED;
    uint8_t *row = malloc(3 * (size_t)header.width);
    if (status == CIMAGE_OK && !cimage_is_same(screen_of(reader.file), header))
        status = cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    if (status == CIMAGE_OK) {
        reader.indices = malloc((size_t)header.width * header.height);
        status = reader.indices == NULL || row == NULL
                     ? cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message)
                     : give_first_visible(&reader, row, message);
    }
    free(row);
    reader_close(&reader);
    return status;
}
