#include "CByteProducts.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define VNNI __attribute__((target("avx512f,avx512vnni")))

bool byte_products_are_there(void) { return __builtin_cpu_supports("avx512vnni"); }

// `count` is a constant where this is inlined: 4 times 6 sums, 6 vectors and a weight fill the 32 registers.
VNNI static inline __attribute__((always_inline)) void
block(
    const int count, const uint32_t *x, const int32_t *shifts, ptrdiff_t steps, const int32_t *weights,
    int32_t *sums, ptrdiff_t stride) {
  __m512i sum[BYTE_PRODUCT_ROWS][6];
  for (int r = 0; r < BYTE_PRODUCT_ROWS; r++)
    for (int j = 0; j < count; j++) sum[r][j] = _mm512_setzero_si512();
  for (ptrdiff_t k = 0; k < steps; k++) {
    const uint32_t *place = x + shifts[k];
    __m512i pixels[6];
    for (int j = 0; j < count; j++) pixels[j] = _mm512_loadu_si512(place + BYTE_PRODUCT_LANES * j);
    for (int r = 0; r < BYTE_PRODUCT_ROWS; r++) {
      const __m512i weight = _mm512_set1_epi32(weights[BYTE_PRODUCT_ROWS * k + r]);
      for (int j = 0; j < count; j++) sum[r][j] = _mm512_dpbusd_epi32(sum[r][j], pixels[j], weight);
    }
  }
  for (int r = 0; r < BYTE_PRODUCT_ROWS; r++)
    for (int j = 0; j < count; j++)
      _mm512_storeu_si512(sums + r * stride + BYTE_PRODUCT_LANES * j, sum[r][j]);
}

VNNI void byte_products(
    const uint32_t *x, const int32_t *shifts, ptrdiff_t steps, const int32_t *weights, ptrdiff_t rows,
    ptrdiff_t vectors, int32_t *sums, ptrdiff_t stride) {
  // Blocks of six vectors and less, of nearly equal width.
  const ptrdiff_t blocks = (vectors + 5) / 6;
  for (ptrdiff_t b = 0; b < blocks; b++) {
    const ptrdiff_t first = b * vectors / blocks, count = (b + 1) * vectors / blocks - first;
    for (ptrdiff_t r = 0; r < rows; r++) {
      const uint32_t *pixels = x + BYTE_PRODUCT_LANES * first;
      const int32_t *own = weights + BYTE_PRODUCT_ROWS * steps * r;
      int32_t *target = sums + BYTE_PRODUCT_ROWS * stride * r + BYTE_PRODUCT_LANES * first;
      switch (count) {
      case 1: block(1, pixels, shifts, steps, own, target, stride); break;
      case 2: block(2, pixels, shifts, steps, own, target, stride); break;
      case 3: block(3, pixels, shifts, steps, own, target, stride); break;
      case 4: block(4, pixels, shifts, steps, own, target, stride); break;
      case 5: block(5, pixels, shifts, steps, own, target, stride); break;
      default: block(6, pixels, shifts, steps, own, target, stride); break;
      }
    }
  }
}

#else

bool byte_products_are_there(void) { return false; }

void byte_products(
    const uint32_t *x, const int32_t *shifts, ptrdiff_t steps, const int32_t *weights, ptrdiff_t rows,
    ptrdiff_t vectors, int32_t *sums, ptrdiff_t stride) {}

#endif
