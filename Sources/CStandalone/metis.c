#include "CStandalone.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

typedef int (*seven)(void *, void *, void *, void *, void *, void *, void *);

// CHOLMOD would take the ordering that a failure leaves for a permutation, so a missing library ends the
// process, as it would have when it started.
static seven function(const char *name) {
  void *library = dlopen("libmetis.so.5", RTLD_NOW | RTLD_LOCAL);
  void *found = library ? dlsym(library, name) : NULL;
  if (!found) {
    fprintf(stderr, "Error: %s\n", dlerror());
    _Exit(127);
  }
  return (seven)found;
}

int METIS_NodeND(void *count, void *starts, void *neighbours, void *weights, void *options, void *order,
                 void *inverse) {
  return function("METIS_NodeND")(count, starts, neighbours, weights, options, order, inverse);
}

int METIS_ComputeVertexSeparator(void *count, void *starts, void *neighbours, void *weights,
                                 void *options, void *size, void *parts) {
  return function("METIS_ComputeVertexSeparator")(count, starts, neighbours, weights, options, size,
                                                  parts);
}
