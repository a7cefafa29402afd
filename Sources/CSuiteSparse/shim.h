#ifndef TILESPICE_CSUITESPARSE_SHIM_H
#define TILESPICE_CSUITESPARSE_SHIM_H

#include <suitesparse/cholmod.h>
#include <suitesparse/klu.h>

#endif
