#ifndef TILESPICE_CSUITESPARSE_SHIM_H
#define TILESPICE_CSUITESPARSE_SHIM_H

#include <suitesparse/cholmod.h>
#include <suitesparse/klu.h>

// Holds the BLAS and the OpenMP regions beneath CHOLMOD to the calling thread; the second holds per
// thread, so it is called before every factorization. CHOLMOD asks for a fixed number of OpenMP
// threads, which only a limit on active levels overrides. Which BLAS CHOLMOD got is the
// distribution's choice, hence weak references that may be absent instead of a link line.
static inline void tilespice_hold_to_one_thread(void) {
  extern void openblas_set_num_threads(int) __attribute__((weak));
  extern int openblas_get_num_threads(void) __attribute__((weak));
  extern void omp_set_max_active_levels(int) __attribute__((weak));
  // Setting starts threads anew that were ended.
  if (openblas_get_num_threads && openblas_get_num_threads() != 1) openblas_set_num_threads(1);
  if (omp_set_max_active_levels) omp_set_max_active_levels(0);
}

#endif
