// Element-wise functions on one vector.

// Columns of a register tile: two vectors. A panel holds CK_PANEL / NR of them side by side.
#define NR (2 * W)

INLINE size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}
INLINE vf v_load_some(const float *p, size_t n) {
    return n >= W ? v_load(p) : v_load_n(p, n);
}
INLINE void v_store_some(float *p, vf v, size_t n) {
    if (n >= W) {
        v_store(p, v);
    } else {
        v_store_n(p, v, n);
    }
}

// e^x to about 1 ulp (Cephes' expf polynomial); exactly 0 far below zero, x must be below 88. NaN stays NaN.
INLINE vf v_exp(vf x) {
    // Below -87 the result is taken as e^-87 = 1.6e-38, which no sum with a term of 1 can see. x must come second: of a
    // number and NaN v_max takes the second, or NaN.
    x = v_max(v_set1(-87.0f), x);
    vf n = v_round(v_mul(x, v_set1(1.44269504088896341f)));
    vf r = v_fma(n, v_set1(-0.693359375f), x);
    r = v_fma(n, v_set1(2.12194440e-4f), r);
    vf p = v_set1(1.9875691500e-4f);
    p = v_fma(p, r, v_set1(1.3981999507e-3f));
    p = v_fma(p, r, v_set1(8.3334519073e-3f));
    p = v_fma(p, r, v_set1(4.1665795894e-2f));
    p = v_fma(p, r, v_set1(1.6666665459e-1f));
    p = v_fma(p, r, v_set1(5.0000001201e-1f));
    p = v_fma(p, v_mul(r, r), r);
    return v_scale2(v_add(p, v_set1(1.0f)), n);
}

// x (1 + erf(x / sqrt 2)) / 2. erf(x / sqrt 2) = x P(x²) / Q(x²) to 3.3e-7, a least-squares fit (reweighted towards the
// minimax one) of our own over |x| <= 5.6; at 5.75 it is above 1 for certain, so that what lies beyond is 1 exactly.
INLINE vf v_gelu(vf x) {
    vf z = v_min(v_max(x, v_set1(-5.75f)), v_set1(5.75f));
    vf u = v_mul(z, z);
    vf p = v_set1(2.1548327011622348e-10f);
    p = v_fma(p, u, v_set1(-4.306531664610702e-08f));
    p = v_fma(p, u, v_set1(6.384557764249621e-06f));
    p = v_fma(p, u, v_set1(0.0003396707761567086f));
    p = v_fma(p, u, v_set1(0.009022479876875877f));
    p = v_fma(p, u, v_set1(0.07193341851234436f));
    p = v_fma(p, u, v_set1(0.7978845238685608f));
    vf q = v_set1(6.173369911266491e-05f);
    q = v_fma(q, u, v_set1(0.0018311539897695184f));
    q = v_fma(q, u, v_set1(0.029113953933119774f));
    q = v_fma(q, u, v_set1(0.2568208873271942f));
    q = v_fma(q, u, v_set1(1.0f));
    vf erf = v_div(v_mul(z, p), q);
    erf = v_min(v_max(erf, v_set1(-1.0f)), v_set1(1.0f));
    vf half = v_mul(x, v_set1(0.5f));
    return v_fma(half, erf, half);
}

// As above to 1.9e-4, for values that are rounded to eight bits next: (1 + erf(x / sqrt 2)) / 2 = 1/2 + x P(x²), a
// minimax fit of our own over |x| <= 4 that is 0 and 1 exactly at its ends.
INLINE vf v_rough_gelu(vf x) {
    vf z = v_min(v_max(x, v_set1(-4.0f)), v_set1(4.0f));
    vf u = v_mul(z, z);
    vf p = v_set1(2.2588212189589285e-08f);
    p = v_fma(p, u, v_set1(-1.5888273310338263e-06f));
    p = v_fma(p, u, v_set1(4.7763893235241994e-05f));
    p = v_fma(p, u, v_set1(-0.0008121876162476838f));
    p = v_fma(p, u, v_set1(0.0087636923417449f));
    p = v_fma(p, u, v_set1(-0.06455440819263458f));
    p = v_fma(p, u, v_set1(0.39787018299102783f));
    return v_mul(x, v_fma(z, p, v_set1(0.5f)));
}
