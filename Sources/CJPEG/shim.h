#ifndef TILESPICE_CJPEG_SHIM_H
#define TILESPICE_CJPEG_SHIM_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// libjpeg leaves a failed call only through `longjmp`, which must not cross Swift frames.

struct tilespice_jpeg_failure {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;
};

static inline void tilespice_jpeg_fail(j_common_ptr info) {
  struct tilespice_jpeg_failure *failure = (struct tilespice_jpeg_failure *)info->err;
  info->err->format_message(info, failure->message);
  longjmp(failure->escape, 1);
}

// Missing or damaged pixels are only warnings to libjpeg, which then invents gray ones. Warnings
// about harmless markers and stray bytes pass.
static inline void tilespice_jpeg_warn(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
  case JWRN_JPEG_EOF:
  case JWRN_HIT_MARKER:
  case JWRN_HUFF_BAD_CODE:
  case JWRN_MUST_RESYNC:
  case JWRN_ARITH_BAD_CODE:
  case JWRN_NOT_SEQUENTIAL:
    tilespice_jpeg_fail(info);
  }
}

static inline void tilespice_jpeg_be_silent(j_common_ptr info) { (void)info; }

// Reads the size of a JPEG image, and its pixels as rows of red, green and blue bytes where `pixels`
// is not null and holds `3 * width * height` of them (`width` and `height` as an earlier call gave
// them). Returns 0, or 1 with a message of at most JMSG_LENGTH_MAX bytes, or 2 for four inks.
static inline int tilespice_jpeg_decode(
    const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height, uint8_t *pixels,
    char *message) {
  struct jpeg_decompress_struct info;
  struct tilespice_jpeg_failure failure;
  memset(&info, 0, sizeof info);
  info.err = jpeg_std_error(&failure.base);
  failure.base.error_exit = tilespice_jpeg_fail;
  failure.base.emit_message = tilespice_jpeg_warn;
  failure.base.output_message = tilespice_jpeg_be_silent;
  failure.message = message;
  if (setjmp(failure.escape)) {
    jpeg_destroy_decompress(&info);
    return 1;
  }
  jpeg_create_decompress(&info);
  jpeg_mem_src(&info, bytes, (unsigned long)count);
  jpeg_read_header(&info, TRUE);
  if (info.jpeg_color_space == JCS_CMYK || info.jpeg_color_space == JCS_YCCK) {
    jpeg_destroy_decompress(&info);
    return 2;
  }
  if (!pixels) {
    *width = info.image_width;
    *height = info.image_height;
  } else {
    info.out_color_space = JCS_RGB;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      JSAMPROW row = pixels + (size_t)3 * info.output_width * info.output_scanline;
      jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
  }
  jpeg_destroy_decompress(&info);
  return 0;
}

#endif
