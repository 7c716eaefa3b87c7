// Kernels along rows. A sum over a row is W partial sums (element i goes to partial i mod W, the last elements of a row
// that is no multiple of W included) added up in one fixed order.

// The mean of a row and 1 / sqrt(variance + epsilon).
INLINE void v_row_statistics(const float *x, size_t n, float epsilon, float *mean, float *scale) {
    size_t whole = n / W * W;
    vf sum = v_set1(0);
    for (size_t i = 0; i < whole; i += W)
        sum = v_add(sum, v_load(x + i));
    if (whole < n)
        sum = v_add(sum, v_load_n(x + whole, n - whole));
    *mean = v_sum(sum) / (float)n;
    vf m = v_set1(*mean), squares = v_set1(0);
    for (size_t i = 0; i < whole; i += W) {
        vf d = v_sub(v_load(x + i), m);
        squares = v_fma(d, d, squares);
    }
    float rest = 0;
    for (size_t i = whole; i < n; i++)
        rest += (x[i] - *mean) * (x[i] - *mean);
    *scale = 1.0f / sqrtf((v_sum(squares) + rest) / (float)n + epsilon);
}

static void KERNEL(f32_layer_norm)(const float *x, const float *weight, const float *bias, float epsilon, size_t rows,
                                   size_t n, float *out) {
    size_t whole = n / W * W;
    for (size_t r = 0; r < rows; r++, x += n, out += n) {
        float mean, deviation;
        v_row_statistics(x, n, epsilon, &mean, &deviation);
        vf m = v_set1(mean), scale = v_set1(deviation);
        for (size_t i = 0; i < whole; i += W) {
            vf d = v_mul(v_sub(v_load(x + i), m), scale);
            v_store(out + i, v_fma(d, v_load(weight + i), v_load(bias + i)));
        }
        if (whole < n) {
            size_t left = n - whole;
            vf d = v_mul(v_sub(v_load_n(x + whole, left), m), scale);
            v_store_n(out + whole, v_fma(d, v_load_n(weight + whole, left), v_load_n(bias + whole, left)), left);
        }
    }
}

// What is no number does not count, or makes the result none.
static float KERNEL(row_max)(const float *x, size_t n) {
    size_t whole = n / W * W;
    vf top = v_set1(x[0]);
    for (size_t i = 0; i < whole; i += W)
        top = v_max(v_load(x + i), top);
    float max = v_hmax(top);
    for (size_t i = whole; i < n; i++)
        max = x[i] > max ? x[i] : max;
    return max;
}

// Sum of e^(scale * (x - max)); the terms are stored in `out` unless it is NULL.
INLINE float KERNEL(exp_sum)(const float *x, size_t n, float max, float scale, float *out) {
    size_t whole = n / W * W;
    vf m = v_set1(max), s = v_set1(scale), sum = v_set1(0);
    for (size_t i = 0; i < whole; i += W) {
        vf e = v_exp(v_mul(s, v_sub(v_load(x + i), m)));
        if (out)
            v_store(out + i, e);
        sum = v_add(sum, e);
    }
    if (whole == n)
        return v_sum(sum);
    float e[W];
    v_store(e, v_exp(v_mul(s, v_sub(v_load_n(x + whole, n - whole), m))));
    if (out)
        v_store_n(out + whole, v_load(e), n - whole);
    return v_sum(v_add(sum, v_load_n(e, n - whole)));
}

static void KERNEL(f32_softmax)(float *x, size_t ldx, size_t rows, size_t n, float scale) {
    for (size_t r = 0; r < rows; r++, x += ldx) {
        float sum = KERNEL(exp_sum)(x, n, KERNEL(row_max)(x, n), scale, x);
        vf factor = v_set1(1.0f / sum);
        size_t i = 0;
        for (; i + W <= n; i += W)
            v_store(x + i, v_mul(v_load(x + i), factor));
        if (i < n)
            v_store_n(x + i, v_mul(v_load_n(x + i, n - i), factor), n - i);
    }
}

// One value that is no number, or infinite, makes the whole row so: then the sum is none.
static void KERNEL(f32_log_softmax)(const float *x, size_t n, float *out) {
    float max = KERNEL(row_max)(x, n);
    float shift = logf(KERNEL(exp_sum)(x, n, max, 1.0f, 0));
    vf m = v_set1(max), s = v_set1(shift);
    size_t i = 0;
    for (; i + W <= n; i += W)
        v_store(out + i, v_sub(v_sub(v_load(x + i), m), s));
    for (; i < n; i++)
        out[i] = x[i] - max - shift;
}

static size_t KERNEL(f32_first_above)(const float *x, size_t first, size_t n, float addend, float threshold) {
    size_t i = first;
    vf more = v_set1(addend), least = v_set1(threshold);
    for (; i + 4 * W <= n; i += 4 * W) {
        int any = 0;
        for (size_t j = i; j < i + 4 * W; j += W)
            any |= v_any_above(v_add(v_load(x + j), more), least);
        if (any)
            break;
    }
    while (i < n && !(x[i] + addend > threshold))
        i++;
    return i;
}

static void KERNEL(f32_add)(const float *x, const float *y, size_t n, float *out) {
    size_t i = 0;
    for (; i + W <= n; i += W)
        v_store(out + i, v_add(v_load(x + i), v_load(y + i)));
    for (; i < n; i++)
        out[i] = x[i] + y[i];
}
