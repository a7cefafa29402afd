#ifndef TILESPICE_CZLIB_SHIM_H
#define TILESPICE_CZLIB_SHIM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <zlib.h>

// Decompresses one gzip member of fewer than 4 GiB into `capacity` bytes. Returns 0 with the number
// of bytes `made`, 1 if they do not fit, 2 if the file ends early, 3 if it is damaged. `inflateInit2`
// is a macro, which Swift cannot call.
static inline int tilespice_gunzip(
    const uint8_t *bytes, uint32_t count, uint8_t *out, uint32_t capacity, size_t *made) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = count;
  stream.next_out = out;
  stream.avail_out = capacity;
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return 3;
  const int status = inflate(&stream, Z_FINISH);
  const uint32_t room = stream.avail_out;
  *made = stream.total_out;
  inflateEnd(&stream);
  if (status == Z_STREAM_END) return 0;
  if (status != Z_BUF_ERROR && status != Z_OK) return 3;
  return room == 0 ? 1 : 2;
}

#endif
