#ifndef TILESPICE_SHIM_H
#define TILESPICE_SHIM_H

// glibc declares dladdr only for GNU sources, as which Swift does not import it.
struct tilespice_address {
  const char *file;
  void *base;
  const char *symbol;
  void *place;
};
int tilespice_find_address(const void *address, struct tilespice_address *found) __asm__("dladdr");

// Path of the library or program that holds an address; null if it is unknown.
static inline const char *tilespice_file_of(const void *address) {
  struct tilespice_address found;
  return tilespice_find_address(address, &found) ? found.file : 0;
}

#endif
