#ifndef TILESPICE_COPENBLAS_SHIM_H
#define TILESPICE_COPENBLAS_SHIM_H

// The Debian package also installs the reference `cblas.h`; name OpenBLAS's own.
#include <cblas-openblas.h>

#endif
