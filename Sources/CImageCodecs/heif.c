#include "heif_interface.h"
#include "library.h"
#include "message.h"

#include <stdlib.h>

#define SYMBOL(field, name) {name, offsetof(heif_library, field)}
static const cimage_symbol symbols[] = {
    SYMBOL(get_version, "heif_get_version"),
    SYMBOL(context_alloc, "heif_context_alloc"),
    SYMBOL(context_free, "heif_context_free"),
    SYMBOL(set_max_decoding_threads, "heif_context_set_max_decoding_threads"),
    SYMBOL(read, "heif_context_read_from_memory_without_copy"),
    SYMBOL(get_primary, "heif_context_get_primary_image_handle"),
    SYMBOL(handle_release, "heif_image_handle_release"),
    SYMBOL(get_width, "heif_image_handle_get_width"),
    SYMBOL(get_height, "heif_image_handle_get_height"),
    SYMBOL(has_alpha, "heif_image_handle_has_alpha_channel"),
    SYMBOL(is_premultiplied, "heif_image_handle_is_premultiplied_alpha"),
    SYMBOL(get_bits, "heif_image_handle_get_luma_bits_per_pixel"),
    SYMBOL(get_profile_size, "heif_image_handle_get_raw_color_profile_size"),
    SYMBOL(get_profile, "heif_image_handle_get_raw_color_profile"),
    SYMBOL(decode, "heif_decode_image"),
    SYMBOL(image_release, "heif_image_release"),
    SYMBOL(image_width, "heif_image_get_width"),
    SYMBOL(image_height, "heif_image_get_height"),
    SYMBOL(image_bits, "heif_image_get_bits_per_pixel_range"),
    SYMBOL(get_plane, "heif_image_get_plane_readonly"),
};

static int load(heif_library *library) {
    static const char *const files[] = {"libheif.so.1", "libheif.1.dylib", "/opt/homebrew/lib/libheif.1.dylib",
                                        "/usr/local/lib/libheif.1.dylib", NULL};
    return cimage_library_open(files, symbols, sizeof symbols / sizeof *symbols, library);
}

int cimage_heif_open(char *message) {
    heif_library library;
    if (!load(&library))
        return cimage_fail(CIMAGE_NO_LIBRARY, "libheif is not installed", message);
    // The first context opens the codecs that newer versions keep in files of their own.
    library.context_free(library.context_alloc());
    return cimage_fail(CIMAGE_OK, library.get_version(), message);
}

static int failure(heif_error error, char *message) {
    if (error.code == 0)
        return CIMAGE_OK;
    int is_kind = error.code == CIMAGE_HEIF_UNSUPPORTED_FILETYPE || error.code == CIMAGE_HEIF_UNSUPPORTED_FEATURE;
    return cimage_fail(is_kind ? CIMAGE_UNSUPPORTED : CIMAGE_DAMAGED, error.message, message);
}

/// A row of samples of more than 8 bits, little-endian, keeps their high bytes.
static void narrow(const uint8_t *wide, size_t samples, int bits, uint8_t *row) {
    for (size_t i = 0; i < samples; i++)
        row[i] = (uint8_t)((wide[2 * i] | wide[2 * i + 1] << 8) >> (bits - 8));
}

/// Hands on the rows of a decoded image, which is `channels` wide.
static int give_rows(const heif_library *library, const heif_image *image, const cimage_guest *guest,
                     const cimage_guest_client *client, char *message) {
    int stride = 0, bits = library->image_bits(image, CIMAGE_HEIF_CHANNEL_INTERLEAVED);
    const uint8_t *plane = library->get_plane(image, CIMAGE_HEIF_CHANNEL_INTERLEAVED, &stride);
    size_t samples = (size_t)guest->width * guest->channels;
    int is_wide = bits > 8;
    if (plane == NULL || bits < 8 || bits > 16 || stride < 0 || (size_t)stride < samples << is_wide)
        return cimage_fail(CIMAGE_DAMAGED, "it was decoded to a kind of pixels that was not asked for", message);
    uint8_t *narrowed = is_wide ? malloc(samples) : NULL;
    if (is_wide && narrowed == NULL)
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    int status = client->begin(client->context, guest) ? CIMAGE_STOPPED : CIMAGE_OK;
    for (uint32_t y = 0; y < guest->height && status == CIMAGE_OK; y++) {
        const uint8_t *row = plane + (size_t)y * (size_t)stride;
        if (is_wide)
            narrow(row, samples, bits, narrowed);
        if (client->row(client->context, is_wide ? narrowed : row))
            status = CIMAGE_STOPPED;
    }
    free(narrowed);
    return status == CIMAGE_OK ? CIMAGE_OK : cimage_fail(status, "stopped", message);
}

static int decode_pixels(const heif_library *library, const heif_image_handle *handle, cimage_guest *guest,
                         const cimage_guest_client *client, char *message) {
    int is_wide = library->get_bits(handle) > 8, has_alpha = guest->channels == 4;
    int chroma = is_wide ? (has_alpha ? CIMAGE_HEIF_CHROMA_RRGGBBAA_LE : CIMAGE_HEIF_CHROMA_RRGGBB_LE)
                         : (has_alpha ? CIMAGE_HEIF_CHROMA_RGBA : CIMAGE_HEIF_CHROMA_RGB);
    heif_image *image = NULL;
    int status = failure(library->decode(handle, &image, CIMAGE_HEIF_COLORSPACE_RGB, chroma, NULL), message);
    if (status != CIMAGE_OK)
        return status;
    if (library->image_width(image, CIMAGE_HEIF_CHANNEL_INTERLEAVED) != (int)guest->width ||
        library->image_height(image, CIMAGE_HEIF_CHANNEL_INTERLEAVED) != (int)guest->height)
        status = cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    else
        status = give_rows(library, image, guest, client, message);
    library->image_release(image);
    return status;
}

static int decode_handle(const heif_library *library, const heif_image_handle *handle, cimage_guest *guest,
                         const cimage_guest_client *client, char *message) {
    if (library->get_width(handle) != (int)guest->width || library->get_height(handle) != (int)guest->height)
        return cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    guest->channels = library->has_alpha(handle) ? 4 : 3;
    guest->premultiplied = library->has_alpha(handle) && library->is_premultiplied(handle);
    size_t size = library->get_profile_size(handle);
    uint8_t *profile = size > 0 ? malloc(size) : NULL;
    if (profile != NULL && library->get_profile(handle, profile).code == 0) {
        guest->profile = profile;
        guest->profile_size = size;
    }
    int status = decode_pixels(library, handle, guest, client, message);
    free(profile);
    return status;
}

int cimage_heif_decode(const uint8_t *bytes, size_t size, uint32_t width, uint32_t height,
                       const cimage_guest_client *client, char *message) {
    heif_library library;
    if (!load(&library))
        return cimage_fail(CIMAGE_NO_LIBRARY, "libheif is not installed", message);
    heif_context *context = library.context_alloc();
    if (context == NULL)
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    // Tiles are decoded one after the other: the processor's other cores have work.
    library.set_max_decoding_threads(context, 0);
    heif_image_handle *handle = NULL;
    cimage_guest guest = {.width = width, .height = height};
    int status = failure(library.read(context, bytes, size, NULL), message);
    if (status == CIMAGE_OK)
        status = failure(library.get_primary(context, &handle), message);
    if (status == CIMAGE_OK)
        status = decode_handle(&library, handle, &guest, client, message);
    if (handle != NULL)
        library.handle_release(handle);
    library.context_free(context);
    return status;
}
