#ifndef TILESPICE_OSDI_LIMITS_H
#define TILESPICE_OSDI_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

// The function that a module's `$limit` calls by this name, with that many arguments besides the new
// and the former value.
void *osdi_limit_function(const char *name, uint32_t argument_count);

#endif
