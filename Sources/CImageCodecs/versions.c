#include "CImageCodecs.h"

#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <gif_lib.h>
#include <png.h>
#include <tiffio.h>
#include <webp/decode.h>

#define TEXT(x) #x
#define VALUE(x) TEXT(x)

#ifdef LIBJPEG_TURBO_VERSION
#define JPEG_NAME "libjpeg-turbo " VALUE(LIBJPEG_TURBO_VERSION)
#else
#define JPEG_NAME "libjpeg " VALUE(JPEG_LIB_VERSION)
#endif

/// "LIBTIFF, Version 4.5.0" and lines about its owners.
static void tiff_version(char *target, size_t size) {
    const char *text = TIFFGetVersion();
    const char *number = strstr(text, "Version ");
    number = number != NULL ? number + strlen("Version ") : text;
    snprintf(target, size, "%.*s", (int)strcspn(number, "\r\n"), number);
}

void cimage_versions(char *text, size_t size) {
    char tiff[32];
    tiff_version(tiff, sizeof tiff);
    int webp = WebPGetDecoderVersion();
    snprintf(text, size, "%s, libpng %s, libwebp %d.%d.%d, giflib %d.%d.%d, libtiff %s", JPEG_NAME,
             png_get_libpng_ver(NULL), webp >> 16 & 255, webp >> 8 & 255, webp & 255, GIFLIB_MAJOR, GIFLIB_MINOR,
             GIFLIB_RELEASE, tiff);
}
