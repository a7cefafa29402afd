#ifndef TILESPICE_COPENBLAS_SHIM_H
#define TILESPICE_COPENBLAS_SHIM_H

// The Debian package also installs the reference `cblas.h`; name OpenBLAS's own.
#include <cblas-openblas.h>

// Ends the threads that OpenBLAS started with the process and never gets work for: they ask for the
// processor for a tenth of a second before they sleep. Builds without such threads have no such name.
static inline void tilespice_end_blas_threads(void) {
  extern int blas_thread_shutdown_(void) __attribute__((weak));
  if (blas_thread_shutdown_) blas_thread_shutdown_();
}

#endif
