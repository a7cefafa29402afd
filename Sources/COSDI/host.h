#ifndef TILESPICE_OSDI_HOST_H
#define TILESPICE_OSDI_HOST_H

#include "COSDI.h"

enum { OSDI_QUANTITY_COUNT = 12, OSDI_MESSAGE_LIMIT = 64 };

typedef struct {
  char *text;
  uint32_t level, device;
} OSDIMessage;

struct OSDIHost {
  double values[OSDI_QUANTITY_COUNT];
  OSDISimulatorParameters parameters;
  // Of the device that is being called.
  uint32_t device;
  size_t message_count;
  OSDIMessage messages[OSDI_MESSAGE_LIMIT];
};

// What modules call as `osdi_log`, with the host as its handle.
void osdi_host_log(void *handle, char *text, uint32_t level);

#endif
