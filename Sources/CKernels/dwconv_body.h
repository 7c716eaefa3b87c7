// Depthwise 3x3 convolution in tokens-major layout with its residual.

// One output position: `count` (1...9) taps in ascending order, each a row of x and a row of the weight.
INLINE void KERNEL(dwconv_position)(const float *const *taps, const float *const *weights, size_t count,
                                    const float *center, const float *bias, size_t channels, float *out) {
    size_t i = 0;
    for (; i + W <= channels; i += W) {
        vf sum = v_load(bias + i);
        for (size_t t = 0; t < count; t++)
            sum = v_fma(v_load(taps[t] + i), v_load(weights[t] + i), sum);
        v_store(out + i, v_add(sum, v_load(center + i)));
    }
    size_t left = channels - i;
    if (left == 0)
        return;
    vf sum = v_load_n(bias + i, left);
    for (size_t t = 0; t < count; t++)
        sum = v_fma(v_load_n(taps[t] + i, left), v_load_n(weights[t] + i, left), sum);
    v_store_n(out + i, v_add(sum, v_load_n(center + i, left)), left);
}

static void KERNEL(f32_dwconv3x3)(const ck_dwconv *d) {
    size_t c = d->channels;
    for (size_t x = 0; x < d->width; x++) {
        const float *taps[9], *weights[9];
        size_t count = 0;
        for (size_t t = 0; t < 9; t++) {
            // Unsigned wrap-around makes the row or column before the first one very large.
            size_t ty = d->y + t / 3 - 1, tx = x + t % 3 - 1;
            if (ty >= d->height || tx >= d->width)
                continue;
            taps[count] = d->x + (ty * d->width + tx) * c;
            weights[count++] = d->weight + t * c;
        }
        const float *center = d->x + (d->y * d->width + x) * c;
        if (count == 9) {
            KERNEL(dwconv_position)(taps, weights, 9, center, d->bias, c, d->out + x * c);
        } else {
            KERNEL(dwconv_position)(taps, weights, count, center, d->bias, c, d->out + x * c);
        }
    }
}
