// bfloat16 panels of a row-major float32 [k, n], as the values of attention are.

static void KERNEL(pack_bf16_rows)(const float *b, size_t ldb, size_t n, size_t k, void *panels) {
    size_t panel_bytes = ck_panel_bytes(CK_BF16, k);
    for (size_t i = 0; i < k; i += 2) {
        for (size_t j = 0; j < n; j += W) {
            const float *even = b + i * ldb + j;
            char *out = (char *)panels + j / CK_PANEL * panel_bytes + (i / 2 * CK_PANEL + j % CK_PANEL) * 4;
            vf odd = i + 1 < k ? v_load_some(even + ldb, n - j) : v_set1(0);
            V_STORE_PAIRS((uint32_t *)out, v_load_some(even, n - j), odd);
        }
        size_t filled = (n + W - 1) / W * W, whole = (n + CK_PANEL - 1) / CK_PANEL * CK_PANEL;
        char *out = (char *)panels + filled / CK_PANEL * panel_bytes + (i / 2 * CK_PANEL + filled % CK_PANEL) * 4;
        if (filled < whole)
            memset(out, 0, (whole - filled) * 4);
    }
}
