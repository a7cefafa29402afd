#include "CStandalone.h"

void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags) {
  (void)threads;
  (void)flags;
  work(data);
}

int omp_get_num_threads(void) { return 1; }
int omp_get_thread_num(void) { return 0; }
