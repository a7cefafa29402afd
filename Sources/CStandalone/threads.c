// OpenBLAS linked in as an archive starts a thread per processor when the process starts, which this
// program never uses. Its count of threads, set before its own constructor runs, keeps it from that;
// as a shared library it has started them before, and the count is left as it is.
extern int blas_num_threads __attribute__((weak)), blas_cpu_number __attribute__((weak));

__attribute__((constructor(101))) static void keep_blas_to_one_thread(void) {
  if (&blas_num_threads && &blas_cpu_number && blas_num_threads == 0)
    blas_num_threads = blas_cpu_number = 1;
}
