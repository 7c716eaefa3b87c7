#include "tiff_memory.h"

#include <stdarg.h>
#include <string.h>

// No block that libtiff asks for is larger than the whole file and this.
#define ALLOCATION_SLACK ((uint64_t)64 << 20)

int tiff_memory_is_stopped(tiff_memory *memory) {
    const cimage_client *client = memory->client;
    if (!memory->is_stopped && client != NULL && client->check(client->context, memory->handed))
        memory->is_stopped = 1;
    return memory->is_stopped;
}

static tmsize_t memory_read(thandle_t handle, void *target, tmsize_t count) {
    tiff_memory *memory = handle;
    if (count <= 0 || memory->position >= memory->size)
        return 0;
    uint64_t left = memory->size - memory->position;
    uint64_t taken = (uint64_t)count < left ? (uint64_t)count : left;
    memory->handed += taken; // any number of strips may name the same bytes
    if (tiff_memory_is_stopped(memory))
        return 0;
    memcpy(target, memory->bytes + memory->position, taken);
    memory->position += taken;
    return (tmsize_t)taken;
}

static tmsize_t memory_write(thandle_t handle, void *source, tmsize_t count) {
    (void)handle;
    (void)source;
    (void)count;
    return 0;
}

static toff_t memory_seek(thandle_t handle, toff_t offset, int whence) {
    tiff_memory *memory = handle;
    uint64_t base = whence == SEEK_CUR ? memory->position : whence == SEEK_END ? memory->size : 0;
    memory->position = base + offset;
    return memory->position;
}

static int memory_close(thandle_t handle) {
    (void)handle;
    return 0;
}

static toff_t memory_size(thandle_t handle) {
    return ((tiff_memory *)handle)->size;
}

static int memory_map(thandle_t handle, void **base, toff_t *size) {
    (void)handle;
    (void)base;
    (void)size;
    return 0;
}

static void memory_unmap(thandle_t handle, void *base, toff_t size) {
    (void)handle;
    (void)base;
    (void)size;
}

#if TIFFLIB_VERSION >= 20221213

static int on_error(TIFF *tiff, void *data, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)module;
    vsnprintf(((tiff_memory *)data)->message, CIMAGE_MESSAGE_SIZE, format, arguments);
    return 1;
}

static int on_warning(TIFF *tiff, void *data, const char *module, const char *format, va_list arguments) {
    (void)tiff;
    (void)data;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

TIFF *tiff_memory_open(tiff_memory *memory) {
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (options == NULL)
        return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, memory);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, memory);
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)(memory->size + ALLOCATION_SLACK));
    TIFF *tiff = TIFFClientOpenExt("picture", "rm", memory, memory_read, memory_write, memory_seek, memory_close,
                                   memory_size, memory_map, memory_unmap, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

#else

#include <pthread.h>

// Before 4.5 libtiff knows only one handler for the whole process: silence it, once.
static void silence(void) {
    TIFFSetErrorHandler(NULL);
    TIFFSetWarningHandler(NULL);
}

TIFF *tiff_memory_open(tiff_memory *memory) {
    static pthread_once_t silenced = PTHREAD_ONCE_INIT;
    pthread_once(&silenced, silence);
    return TIFFClientOpen("picture", "rm", memory, memory_read, memory_write, memory_seek, memory_close, memory_size,
                          memory_map, memory_unmap);
}

#endif
