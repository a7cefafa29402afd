#ifndef TILESPICE_CPNG_SHIM_H
#define TILESPICE_CPNG_SHIM_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

// libpng leaves a failed call only through `longjmp`, which must not cross Swift frames.

#define TILESPICE_PNG_MESSAGE 200

struct tilespice_png_source {
  const uint8_t *bytes;
  size_t left;
};

static inline void tilespice_png_read(png_structp png, png_bytep into, size_t count) {
  struct tilespice_png_source *source = (struct tilespice_png_source *)png_get_io_ptr(png);
  if (count > source->left) png_error(png, "the file is truncated");
  memcpy(into, source->bytes, count);
  source->bytes += count;
  source->left -= count;
}

static inline void tilespice_png_fail(png_structp png, png_const_charp text) {
  char *message = (char *)png_get_error_ptr(png);
  snprintf(message, TILESPICE_PNG_MESSAGE, "%s", text);
  png_longjmp(png, 1);
}

static inline void tilespice_png_ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

// Reads size and bits per sample of a PNG image, and its pixels as rows of red, green and blue bytes
// where `pixels` is not null and holds `3 * width * height` of them (as an earlier call gave them).
// Palettes and grays become colors; transparency is dropped, gamma ignored. Returns 0, or 1 with
// a message of at most TILESPICE_PNG_MESSAGE bytes.
static inline int tilespice_png_decode(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, int *bits,
    uint8_t *pixels, char *message) {
  struct tilespice_png_source source = {bytes, count};
  png_structp png = png_create_read_struct(
      PNG_LIBPNG_VER_STRING, message, tilespice_png_fail, tilespice_png_ignore);
  if (!png) {
    snprintf(message, TILESPICE_PNG_MESSAGE, "libpng has another version than at build time");
    return 1;
  }
  // Freed with `png`, whichever way this ends; volatile, for it is set after `setjmp`.
  png_infop volatile info = NULL;
  if (setjmp(png_jmpbuf(png))) {
    png_infop made = info;
    png_destroy_read_struct(&png, &made, NULL);
    return 1;
  }
  info = png_create_info_struct(png);
  png_set_read_fn(png, &source, tilespice_png_read);
  png_read_info(png, info);
  if (!pixels) {
    *width = png_get_image_width(png, info);
    *height = png_get_image_height(png, info);
    *bits = png_get_bit_depth(png, info);
  } else {
    const size_t row_bytes = (size_t)3 * png_get_image_width(png, info);
    const uint32_t rows = png_get_image_height(png, info);
    png_set_expand(png);
    png_set_gray_to_rgb(png);
    png_set_strip_alpha(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    if (png_get_rowbytes(png, info) != row_bytes) png_error(png, "its rows are not 8-bit colors");
    for (int pass = 0; pass < passes; ++pass)
      for (uint32_t row = 0; row < rows; ++row) png_read_row(png, pixels + row * row_bytes, NULL);
    png_read_end(png, NULL);
  }
  png_infop made = info;
  png_destroy_read_struct(&png, &made, NULL);
  return 0;
}

#endif
