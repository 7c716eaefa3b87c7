#include "message.h"

#include <string.h>

#include <gif_lib.h>

typedef struct {
    const uint8_t *bytes;
    size_t left;
} gif_source;

static int read_bytes(GifFileType *file, GifByteType *target, int count) {
    gif_source *source = file->UserData;
    size_t taken = count < 0 ? 0 : (size_t)count;
    if (taken > source->left)
        taken = source->left;
    memcpy(target, source->bytes, taken);
    source->bytes += taken;
    source->left -= taken;
    return (int)taken;
}

static int fail(int code, char *message) {
    const char *text = GifErrorString(code);
    return cimage_fail(CIMAGE_DAMAGED, text != NULL ? text : "its data is damaged", message);
}

static int read_extension(GifFileType *file, int *transparent) {
    int code = 0;
    GifByteType *block = NULL;
    if (DGifGetExtension(file, &code, &block) == GIF_ERROR)
        return GIF_ERROR;
    if (code == GRAPHICS_EXT_FUNC_CODE && block != NULL && block[0] >= 4) {
        *transparent = block[1] & 1 ? block[4] : -1;
    }
    while (block != NULL) {
        if (DGifGetExtensionNext(file, &block) == GIF_ERROR)
            return GIF_ERROR;
    }
    return GIF_OK;
}

/// Goes to the first picture; its descriptor is in file->Image afterwards.
static int seek_picture(GifFileType *file, int *transparent, char *message) {
    for (;;) {
        GifRecordType record = UNDEFINED_RECORD_TYPE;
        if (DGifGetRecordType(file, &record) == GIF_ERROR)
            return fail(file->Error, message);
        if (record == TERMINATE_RECORD_TYPE)
            return cimage_fail(CIMAGE_DAMAGED, "there is no picture in it", message);
        if (record == IMAGE_DESC_RECORD_TYPE) {
            return DGifGetImageDesc(file) == GIF_OK ? CIMAGE_OK : fail(file->Error, message);
        }
        if (record == EXTENSION_RECORD_TYPE && read_extension(file, transparent) == GIF_ERROR) {
            return fail(file->Error, message);
        }
    }
}

static uint32_t larger(GifWord a, GifWord b) {
    return (uint32_t)(a > b ? a : b);
}

/// The screen, made larger where the frame leaves it, as Pillow does.
static cimage_header screen_of(const GifFileType *file) {
    const GifImageDesc *frame = &file->Image;
    cimage_header screen = {larger(file->SWidth, frame->Left + frame->Width),
                            larger(file->SHeight, frame->Top + frame->Height), 1};
    return screen;
}

static void copy_palette(const GifFileType *file, cimage_gif_palette *palette) {
    const ColorMapObject *map = file->Image.ColorMap != NULL ? file->Image.ColorMap : file->SColorMap;
    for (int i = 0; i < 256; i++) {
        uint8_t *color = palette->colors + 3 * i;
        if (map == NULL) {
            memset(color, i, 3);
        } else if (i < map->ColorCount) {
            color[0] = map->Colors[i].Red;
            color[1] = map->Colors[i].Green;
            color[2] = map->Colors[i].Blue;
        } else {
            memset(color, 0, 3);
        }
    }
}

static int read_frame(GifFileType *file, uint32_t screen_width, uint8_t *pixels, char *message) {
    static const int first_row[] = {0, 4, 2, 1}, row_step[] = {8, 8, 4, 2};
    const GifImageDesc *frame = &file->Image;
    for (int pass = 0; pass < (frame->Interlace ? 4 : 1); pass++) {
        int step = frame->Interlace ? row_step[pass] : 1;
        for (int y = frame->Interlace ? first_row[pass] : 0; y < frame->Height; y += step) {
            uint8_t *row = pixels + (size_t)(frame->Top + y) * screen_width + (size_t)frame->Left;
            if (DGifGetLine(file, row, frame->Width) == GIF_ERROR)
                return fail(file->Error, message);
        }
    }
    return CIMAGE_OK;
}

int cimage_gif_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message) {
    gif_source source = {bytes, size};
    int code = 0, transparent = -1;
    GifFileType *file = DGifOpen(&source, read_bytes, &code);
    if (file == NULL)
        return fail(code, message);
    int status = seek_picture(file, &transparent, message);
    if (status == CIMAGE_OK)
        *header = screen_of(file);
    DGifCloseFile(file, &code);
    return status;
}

int cimage_gif_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels,
                      cimage_gif_palette *palette, char *message) {
    gif_source source = {bytes, size};
    int code = 0;
    palette->transparent = -1;
    GifFileType *file = DGifOpen(&source, read_bytes, &code);
    if (file == NULL)
        return fail(code, message);
    int status = seek_picture(file, &palette->transparent, message);
    if (status == CIMAGE_OK) {
        cimage_header screen = screen_of(file);
        if (screen.width != header.width || screen.height != header.height) {
            status = cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
        } else {
            copy_palette(file, palette);
            memset(pixels, palette->transparent < 0 ? 0 : palette->transparent, (size_t)header.width * header.height);
            status = read_frame(file, header.width, pixels, message);
        }
    }
    DGifCloseFile(file, &code);
    return status;
}
