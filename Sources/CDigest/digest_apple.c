#ifdef __APPLE__

#include "CDigest.h"

#include <stdlib.h>

#include <CommonCrypto/CommonDigest.h>

struct cdigest {
    int function;
    union {
        CC_SHA1_CTX sha1;
        CC_SHA256_CTX sha256;
    } context;
};

cdigest *cdigest_create(int function) {
    cdigest *digest = function == CDIGEST_SHA1 || function == CDIGEST_SHA256 ? calloc(1, sizeof *digest) : NULL;
    if (digest == NULL) {
        return NULL;
    }
    digest->function = function;
    if (function == CDIGEST_SHA1) {
        CC_SHA1_Init(&digest->context.sha1);
    } else {
        CC_SHA256_Init(&digest->context.sha256);
    }
    return digest;
}

int cdigest_update(cdigest *digest, const void *bytes, size_t count) {
    // Apple's counts have 32 bits.
    const uint8_t *next = bytes;
    while (count > 0) {
        CC_LONG part = count < 1u << 30 ? (CC_LONG)count : 1u << 30;
        if (digest->function == CDIGEST_SHA1) {
            CC_SHA1_Update(&digest->context.sha1, next, part);
        } else {
            CC_SHA256_Update(&digest->context.sha256, next, part);
        }
        next += part;
        count -= part;
    }
    return 1;
}

size_t cdigest_read(const cdigest *digest, uint8_t *target) {
    cdigest copy = *digest;
    if (digest->function == CDIGEST_SHA1) {
        CC_SHA1_Final(target, &copy.context.sha1);
        return CC_SHA1_DIGEST_LENGTH;
    }
    CC_SHA256_Final(target, &copy.context.sha256);
    return CC_SHA256_DIGEST_LENGTH;
}

void cdigest_destroy(cdigest *digest) {
    free(digest);
}

int cdigest_sha256(const void *bytes, size_t count, uint8_t *target) {
    cdigest *digest = cdigest_create(CDIGEST_SHA256);
    int done = digest != NULL && cdigest_update(digest, bytes, count) && cdigest_read(digest, target) > 0;
    cdigest_destroy(digest);
    return done;
}

int cdigest_equal(const void *left, const void *right, size_t count) {
    const volatile uint8_t *a = left, *b = right;
    uint8_t difference = 0;
    for (size_t i = 0; i < count; i++) {
        difference |= a[i] ^ b[i];
    }
    return difference == 0;
}

#endif
