#ifndef __APPLE__

#include "CDigest.h"

#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

struct cdigest {
    EVP_MD_CTX *context;
};

cdigest *cdigest_create(int function) {
    const EVP_MD *method = function == CDIGEST_SHA1 ? EVP_sha1() : function == CDIGEST_SHA256 ? EVP_sha256() : NULL;
    cdigest *digest = method == NULL ? NULL : calloc(1, sizeof *digest);
    if (digest == NULL) {
        return NULL;
    }
    digest->context = EVP_MD_CTX_new();
    if (digest->context == NULL || EVP_DigestInit_ex(digest->context, method, NULL) != 1) {
        cdigest_destroy(digest);
        return NULL;
    }
    return digest;
}

int cdigest_update(cdigest *digest, const void *bytes, size_t count) {
    return EVP_DigestUpdate(digest->context, bytes, count) == 1;
}

size_t cdigest_read(const cdigest *digest, uint8_t *target) {
    // Finishing ends a context, so it is a copy that is finished.
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    unsigned int size = 0;
    if (copy == NULL || EVP_MD_CTX_copy_ex(copy, digest->context) != 1 ||
        EVP_DigestFinal_ex(copy, target, &size) != 1) {
        size = 0;
    }
    EVP_MD_CTX_free(copy);
    return size;
}

void cdigest_destroy(cdigest *digest) {
    if (digest != NULL) {
        EVP_MD_CTX_free(digest->context);
        free(digest);
    }
}

int cdigest_sha256(const void *bytes, size_t count, uint8_t *target) {
    return EVP_Digest(bytes, count, target, NULL, EVP_sha256(), NULL) == 1;
}

int cdigest_equal(const void *left, const void *right, size_t count) {
    return CRYPTO_memcmp(left, right, count) == 0;
}

#endif
