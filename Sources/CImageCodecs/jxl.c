#include "jxl_interface.h"
#include "library.h"
#include "message.h"

#include <stdlib.h>
#include <string.h>

#define SYMBOL(field, name) {name, offsetof(jxl_library, field)}
static const cimage_symbol symbols[] = {
    SYMBOL(version, "JxlDecoderVersion"),
    SYMBOL(create, "JxlDecoderCreate"),
    SYMBOL(destroy, "JxlDecoderDestroy"),
    SYMBOL(subscribe, "JxlDecoderSubscribeEvents"),
    SYMBOL(keep_orientation, "JxlDecoderSetKeepOrientation"),
    SYMBOL(set_input, "JxlDecoderSetInput"),
    SYMBOL(close_input, "JxlDecoderCloseInput"),
    SYMBOL(process, "JxlDecoderProcessInput"),
    SYMBOL(get_info, "JxlDecoderGetBasicInfo"),
    SYMBOL(buffer_size, "JxlDecoderImageOutBufferSize"),
    SYMBOL(set_buffer, "JxlDecoderSetImageOutBuffer"),
    SYMBOL(profile_size, "JxlDecoderGetICCProfileSize"),
    SYMBOL(profile, "JxlDecoderGetColorAsICCProfile"),
};

static int load(jxl_library *library) {
    static const char *const files[] = {
        "libjxl.so.0.7",  "libjxl.so.0.8",    "libjxl.so.0.9",     "libjxl.so.0.10",
        "libjxl.so.0.11", "libjxl.0.dylib",   "libjxl.0.11.dylib", "/opt/homebrew/lib/libjxl.dylib",
        "/usr/local/lib/libjxl.dylib", NULL};
    return cimage_library_open(files, symbols, sizeof symbols / sizeof *symbols, library);
}

int cimage_jxl_open(char *message) {
    jxl_library library;
    if (!load(&library))
        return cimage_fail(CIMAGE_NO_LIBRARY, "libjxl is not installed", message);
    uint32_t version = library.version();
    snprintf(message, CIMAGE_MESSAGE_SIZE, "%u.%u.%u", version / 1000000, version / 1000 % 1000, version % 1000);
    return CIMAGE_OK;
}

/// One image on its way.
typedef struct {
    const jxl_library *library;
    jxl_decoder *decoder;
    cimage_guest guest;
    jxl_format format;
    uint8_t *profile;
    uint8_t *pixels;
    size_t size;
} jxl_reader;

static int read_info(jxl_reader *reader, char *message) {
    jxl_info info;
    memset(&info, 0, sizeof info);
    if (reader->library->get_info(reader->decoder, &info) != CIMAGE_JXL_SUCCESS)
        return cimage_fail(CIMAGE_DAMAGED, "its header is damaged", message);
    if (info.xsize != reader->guest.width || info.ysize != reader->guest.height)
        return cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    reader->guest.channels = (info.num_color_channels == 1 ? 1 : 3) + (info.alpha_bits > 0);
    reader->guest.premultiplied = info.alpha_bits > 0 && info.alpha_premultiplied;
    reader->format = (jxl_format){.num_channels = reader->guest.channels, .data_type = CIMAGE_JXL_TYPE_UINT8};
    return CIMAGE_OK;
}

static int profile_size(const jxl_reader *reader, size_t *size) {
    const jxl_library *library = reader->library;
    if (library->version() < CIMAGE_JXL_WITHOUT_FORMAT) {
        jxl_old_profile_size ask = (jxl_old_profile_size)library->profile_size;
        return ask(reader->decoder, &reader->format, CIMAGE_JXL_TARGET_DATA, size);
    }
    return ((jxl_profile_size)library->profile_size)(reader->decoder, CIMAGE_JXL_TARGET_DATA, size);
}

static int profile(const jxl_reader *reader, uint8_t *target, size_t size) {
    const jxl_library *library = reader->library;
    if (library->version() < CIMAGE_JXL_WITHOUT_FORMAT) {
        jxl_old_profile ask = (jxl_old_profile)library->profile;
        return ask(reader->decoder, &reader->format, CIMAGE_JXL_TARGET_DATA, target, size);
    }
    return ((jxl_profile)library->profile)(reader->decoder, CIMAGE_JXL_TARGET_DATA, target, size);
}

/// Without a profile that can be read the image is as good.
static void read_profile(jxl_reader *reader) {
    size_t size = 0;
    if (reader->profile != NULL || profile_size(reader, &size) != CIMAGE_JXL_SUCCESS || size == 0)
        return;
    reader->profile = malloc(size);
    if (reader->profile == NULL || profile(reader, reader->profile, size) != CIMAGE_JXL_SUCCESS)
        return;
    reader->guest.profile = reader->profile;
    reader->guest.profile_size = size;
}

static int make_room(jxl_reader *reader, char *message) {
    const jxl_library *library = reader->library;
    uint64_t needed = (uint64_t)reader->guest.width * reader->guest.height * reader->guest.channels;
    if (reader->pixels != NULL ||
        library->buffer_size(reader->decoder, &reader->format, &reader->size) != CIMAGE_JXL_SUCCESS ||
        reader->size != needed)
        return cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    reader->pixels = malloc(reader->size);
    if (reader->pixels == NULL)
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    int status = library->set_buffer(reader->decoder, &reader->format, reader->pixels, reader->size);
    return status == CIMAGE_JXL_SUCCESS ? CIMAGE_OK
                                        : cimage_fail(CIMAGE_DAMAGED, "its pixels cannot be had", message);
}

/// Up to the first frame.
static int process(jxl_reader *reader, char *message) {
    int status = CIMAGE_OK;
    while (status == CIMAGE_OK) {
        switch (reader->library->process(reader->decoder)) {
        case CIMAGE_JXL_BASIC_INFO:
            status = read_info(reader, message);
            break;
        case CIMAGE_JXL_COLOR_ENCODING:
            read_profile(reader);
            break;
        case CIMAGE_JXL_NEED_IMAGE_OUT_BUFFER:
            status = make_room(reader, message);
            break;
        case CIMAGE_JXL_FULL_IMAGE:
            if (reader->pixels != NULL)
                return CIMAGE_OK;
            return cimage_fail(CIMAGE_DAMAGED, "there is no picture in it", message);
        case CIMAGE_JXL_SUCCESS:
            return cimage_fail(CIMAGE_DAMAGED, "there is no picture in it", message);
        case CIMAGE_JXL_NEED_MORE_INPUT:
            return cimage_fail(CIMAGE_DAMAGED, "the file ends before the picture does", message);
        default:
            return cimage_fail(CIMAGE_DAMAGED, "its data is damaged, or there is no memory for it", message);
        }
    }
    return status;
}

static int give_rows(const jxl_reader *reader, const cimage_guest_client *client, char *message) {
    size_t stride = (size_t)reader->guest.width * reader->guest.channels;
    if (client->begin(client->context, &reader->guest))
        return cimage_fail(CIMAGE_STOPPED, "stopped", message);
    for (uint32_t y = 0; y < reader->guest.height; y++) {
        if (client->row(client->context, reader->pixels + y * stride))
            return cimage_fail(CIMAGE_STOPPED, "stopped", message);
    }
    return CIMAGE_OK;
}

int cimage_jxl_decode(const uint8_t *bytes, size_t size, uint32_t width, uint32_t height,
                      const cimage_guest_client *client, char *message) {
    jxl_library library;
    if (!load(&library))
        return cimage_fail(CIMAGE_NO_LIBRARY, "libjxl is not installed", message);
    jxl_reader reader = {.library = &library, .decoder = library.create(NULL)};
    if (reader.decoder == NULL)
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    reader.guest.width = width;
    reader.guest.height = height;
    int status, events = CIMAGE_JXL_BASIC_INFO | CIMAGE_JXL_COLOR_ENCODING | CIMAGE_JXL_FULL_IMAGE;
    // Turned by the decoder, an image would be whole in memory as floats.
    if (library.subscribe(reader.decoder, events) != CIMAGE_JXL_SUCCESS ||
        library.keep_orientation(reader.decoder, 1) != CIMAGE_JXL_SUCCESS ||
        library.set_input(reader.decoder, bytes, size) != CIMAGE_JXL_SUCCESS) {
        status = cimage_fail(CIMAGE_DAMAGED, "its data is damaged", message);
    } else {
        library.close_input(reader.decoder);
        status = process(&reader, message);
    }
    library.destroy(reader.decoder);
    if (status == CIMAGE_OK)
        status = give_rows(&reader, client, message);
    free(reader.pixels);
    free(reader.profile);
    return status;
}
