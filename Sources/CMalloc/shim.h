#ifndef TILESPICE_CMALLOC_SHIM_H
#define TILESPICE_CMALLOC_SHIM_H

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// The heap of a process that does one piece of work: it grows by 64 MB at a time, of huge pages where
// the system lends them, and keeps what is freed. To be called before a second thread starts. Returns
// whether the heap took it.
static inline int tilespice_heap_of_huge_pages(void) {
#ifdef __GLIBC__
  const uintptr_t step = (uintptr_t)64 << 20, page = (uintptr_t)2 << 20, probe = (uintptr_t)256 << 10;
  // Where the first huge page may begin. Nothing beyond may be touched before it is asked for.
  const uintptr_t first = ((uintptr_t)sbrk(0) + probe + page - 1) / page * page;
  if (!mallopt(M_ARENA_MAX, 1) || !mallopt(M_MMAP_THRESHOLD, 1 << 30) ||
      !mallopt(M_TRIM_THRESHOLD, 0x7fffffff) || !mallopt(M_TOP_PAD, (int)step))
    return 0;
  // More than the heap has free, so that it grows now; volatile, or the compiler leaves out the pair.
  void *volatile block = malloc(probe);
  const uintptr_t start = (uintptr_t)block;
  free(block);
  const uintptr_t end = (uintptr_t)sbrk(0);
  if (start == 0 || start >= first || end <= first || madvise((void *)first, end - first, MADV_HUGEPAGE))
    return 0;
  // What lies before would be faulted in by small pages: it is left unused.
  block = malloc(first - start - 64);
  return 1;
#else
  return 0;
#endif
}

#endif
