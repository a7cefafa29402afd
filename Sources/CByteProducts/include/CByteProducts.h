// Products of signed with unsigned bytes, summed in 32-bit integers, by the instructions that
// processors have for them and Swift has no words for.
#ifndef TILESPICE_CBYTEPRODUCTS_H
#define TILESPICE_CBYTEPRODUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Columns of one vector, and rows of weights that share it.
enum { BYTE_PRODUCT_LANES = 16, BYTE_PRODUCT_ROWS = 4 };

// Whether this processor has the instructions (AVX-512 VNNI). Without them nothing below may be called.
bool byte_products_are_there(void);

// sums[r * stride + j] = sum over k of the products of the four bytes of weights[4 k + r], signed, with
// those of x[shifts[k] + j], unsigned, for 4 rows r and 16 `vectors` columns j; `rows` blocks of four
// rows follow each other, `4 steps` weights and `4 stride` sums apart.
void byte_products(
    const uint32_t *x, const int32_t *shifts, ptrdiff_t steps, const int32_t *weights, ptrdiff_t rows,
    ptrdiff_t vectors, int32_t *sums, ptrdiff_t stride);

#endif
