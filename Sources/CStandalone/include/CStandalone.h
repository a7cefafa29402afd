#ifndef TILESPICE_CSTANDALONE_H
#define TILESPICE_CSTANDALONE_H

// What the program has in place of libraries, or of what they do when a process starts. For the program
// alone, whose own threads are those of Swift: in a library this would be in the way of other parts of
// a process.

// The parallel regions of OpenMP, run by the thread that enters them. CHOLMOD opens several for every
// dense block of L, most of them for few entries; even where they are held to one thread, the library of
// OpenMP makes a team for each and wakes it twice: 9 of 49 ms of solving the deck of a 128 × 128 array.
void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_num_threads(void);
int omp_get_thread_num(void);

// METIS, loaded when CHOLMOD first asks for an ordering of its: AMD's is mostly good enough, and every
// library that is loaded at the start costs a fifth of a millisecond. Sizes are those of the library's
// own integers, which are passed on unseen.
int METIS_NodeND(void *count, void *starts, void *neighbours, void *weights, void *options, void *order,
                 void *inverse);
int METIS_ComputeVertexSeparator(void *count, void *starts, void *neighbours, void *weights,
                                 void *options, void *size, void *parts);

#endif
