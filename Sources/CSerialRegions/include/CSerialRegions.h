#ifndef TILESPICE_CSERIALREGIONS_H
#define TILESPICE_CSERIALREGIONS_H

// The parallel regions of OpenMP, run by the thread that enters them. CHOLMOD opens several for every
// dense block of L, most of them for few entries; even where they are held to one thread, the library of
// OpenMP makes a team for each and wakes it twice: 9 of 49 ms of solving the deck of a 128 × 128 array.
// For the program alone, whose own threads are those of Swift: in a library they would be in the way of
// other parts of a process.

void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_num_threads(void);
int omp_get_thread_num(void);

#endif
