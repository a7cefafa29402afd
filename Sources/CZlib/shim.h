#ifndef TILESPICE_CZLIB_SHIM_H
#define TILESPICE_CZLIB_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <zlib.h>

// Decompresses a gzip file of fewer than 4 GiB, whose members follow each other, into `capacity`
// bytes. Returns 0 with the number of bytes `made`, 1 if they do not fit, 2 if the file ends early, 3
// if it is damaged, 4 if `rest` bytes behind the last member are no other member. Zeros there are
// padding, as gzip takes them. `inflateInit2` is a macro, which Swift cannot call.
static inline int tilespice_gunzip(
    const uint8_t *bytes, uint32_t count, uint8_t *out, uint32_t capacity, size_t *made,
    size_t *rest) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = count;
  stream.next_out = out;
  stream.avail_out = capacity;
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return 3;
  int result;
  for (;;) {
    const int status = inflate(&stream, Z_FINISH);
    if (status != Z_STREAM_END) {
      const int isShort = status == Z_BUF_ERROR || status == Z_OK;
      result = !isShort ? 3 : stream.avail_out == 0 ? 1 : 2;
      break;
    }
    while (stream.avail_in > 0 && *stream.next_in == 0) {
      stream.next_in++;
      stream.avail_in--;
    }
    *rest = stream.avail_in;
    result = 0;
    if (stream.avail_in == 0) break;
    // The first bytes of a member; a file that ends within them is junk too.
    result = 4;
    if (stream.avail_in < 2 || stream.next_in[0] != 0x1F || stream.next_in[1] != 0x8B) break;
    if (inflateReset(&stream) != Z_OK) break;
  }
  // `total_out` is that of the last member.
  *made = capacity - stream.avail_out;
  inflateEnd(&stream);
  return result;
}

#endif
