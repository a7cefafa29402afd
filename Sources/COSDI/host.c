// strdup is POSIX.
#define _POSIX_C_SOURCE 200809L
#include "host.h"

#include <stdlib.h>
#include <string.h>

// Parameters without a default in a module that asks for them are fatal there: SPICE's and the usual
// ones of compact models. The first are those that a solver sets.
static const char *names[OSDI_QUANTITY_COUNT + 1] = {
  "gmin",              "tnom",   "iteration", "reltol", "vntol", "abstol",
  "sourceScaleFactor", "iniLim", "gdev",      "minr",   "scale", "simulatorVersion",
  NULL};
static const double presets[OSDI_QUANTITY_COUNT] = {
  1e-12, 27, 1, 1e-3, 1e-6, 1e-12, 1, 0, 0, 1e-3, 1, 1};
static const char *no_names[1] = {NULL};

OSDIHost *osdi_host_make(void) {
  OSDIHost *host = calloc(1, sizeof *host);
  if (!host) return NULL;
  memcpy(host->values, presets, sizeof presets);
  host->parameters = (OSDISimulatorParameters){names, host->values, no_names, no_names};
  return host;
}

void osdi_host_free(OSDIHost *host) {
  osdi_host_forget(host);
  free(host);
}

void osdi_host_set(OSDIHost *host, OSDIQuantity quantity, double value) {
  host->values[quantity] = value;
}

size_t osdi_host_message_count(const OSDIHost *host) { return host->message_count; }

const char *osdi_host_message(
  const OSDIHost *host, size_t index, uint32_t *level, uint32_t *device) {
  *level = host->messages[index].level;
  *device = host->messages[index].device;
  return host->messages[index].text;
}

void osdi_host_forget(OSDIHost *host) {
  for (size_t k = 0; k < host->message_count; k++) free(host->messages[k].text);
  host->message_count = 0;
}

void osdi_host_log(void *handle, char *text, uint32_t level) {
  OSDIHost *host = handle;
  if (host && text && host->message_count < OSDI_MESSAGE_LIMIT) {
    char *copy = strdup(text);
    if (copy) {
      host->messages[host->message_count++] =
        (OSDIMessage){.text = copy, .level = level & 7, .device = host->device};
    }
  }
  if (text && !(level & 16)) free(text);
}
