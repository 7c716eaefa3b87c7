#include "message.h"

#include <webp/decode.h>

static const char *text_of(VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
        return "there is no memory for it";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
        return "it uses a feature that is not read here";
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA:
        return "the file ends before the picture does";
    default:
        return "its data is damaged";
    }
}

int cimage_webp_header(const uint8_t *bytes, size_t size, cimage_header *header, int *animated, char *message) {
    WebPBitstreamFeatures features;
    VP8StatusCode status = WebPGetFeatures(bytes, size, &features);
    if (status != VP8_STATUS_OK)
        return cimage_fail(CIMAGE_DAMAGED, text_of(status), message);
    header->width = (uint32_t)features.width;
    header->height = (uint32_t)features.height;
    header->channels = features.has_alpha ? 4 : 3;
    *animated = features.has_animation;
    return CIMAGE_OK;
}

int cimage_webp_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels, char *message) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return cimage_fail(CIMAGE_DAMAGED, "libwebp has another version", message);
    VP8StatusCode status = WebPGetFeatures(bytes, size, &config.input);
    if (status != VP8_STATUS_OK)
        return cimage_fail(CIMAGE_DAMAGED, text_of(status), message);
    uint32_t channels = config.input.has_alpha ? 4 : 3;
    if ((uint32_t)config.input.width != header.width || (uint32_t)config.input.height != header.height ||
        channels != header.channels) {
        return cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    }
    size_t stride = (size_t)header.width * channels;
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * header.height;
    status = WebPDecode(bytes, size, &config);
    WebPFreeDecBuffer(&config.output);
    return status == VP8_STATUS_OK ? CIMAGE_OK : cimage_fail(CIMAGE_DAMAGED, text_of(status), message);
}
