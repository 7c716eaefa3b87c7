#include "library.h"

#include <dlfcn.h>
#include <string.h>

static void *opened(const char *const *files) {
    void *library = NULL;
    for (; *files != NULL && library == NULL; files++)
        library = dlopen(*files, RTLD_NOW | RTLD_LOCAL);
    return library;
}

int cimage_library_open(const char *const *files, const cimage_symbol *symbols, size_t count, void *table) {
    void *library = opened(files);
    if (library == NULL)
        return 0;
    for (size_t i = 0; i < count; i++) {
        void *address = dlsym(library, symbols[i].name);
        if (address == NULL)
            return 0;
        memcpy((char *)table + symbols[i].offset, &address, sizeof address);
    }
    return 1;
}
