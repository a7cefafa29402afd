#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "COSDI.h"
#include "host.h"
#include "limits.h"

// Compiled modules call mathematical functions without naming the library that has them.
static void load_mathematics(void) {
#ifdef __APPLE__
  dlopen("/usr/lib/libSystem.B.dylib", RTLD_NOW | RTLD_GLOBAL);
#else
  dlopen("libm.so.6", RTLD_NOW | RTLD_GLOBAL);
#endif
}

static bool fits(uint32_t offset, uint64_t bytes, uint32_t size) {
  return offset != OSDI_NONE && (uint64_t)offset + bytes <= size;
}

// The first contradiction in a descriptor, or NULL.
static const char *contradiction(const OSDIDescriptor *d) {
  if (!d->name || !*d->name) return "a module has no name";
  if (!d->node_count || d->terminal_count > d->node_count || !d->nodes) return "nodes";
  if (d->node_count > 1 << 20 || d->noise_source_count > 1 << 20 || d->entry_count > 1 << 24 || d->parameter_count > 1 << 20 ||
      d->variable_count > 1 << 20 || d->collapsible_count > 1 << 20 || d->state_count > 1 << 20)
    return "counts";
  // Beyond these, memory would be asked for that no model needs.
  if (d->instance_size > 1 << 28 || d->model_size > 1 << 28) return "sizes";
  if (d->instance_parameter_count > d->parameter_count) return "parameters";
  if (d->parameter_count + d->variable_count && !d->parameters) return "parameters";
  if (!d->access || !d->setup_model || !d->setup_instance || !d->evaluate || !d->load_residual ||
      !d->load_reactive_residual || !d->load_limit || !d->load_reactive_limit ||
      !d->load_slopes || !d->load_reactive_slopes)
    return "functions";
  if (!fits(d->mapping_offset, 4ull * d->node_count, d->instance_size)) return "mapping of nodes";
  if (d->entry_count && (!d->entries || !fits(d->entry_pointers_offset,
                                              8ull * d->entry_count, d->instance_size)))
    return "entries of the Jacobian";
  for (uint32_t k = 0; k < d->entry_count; k++) {
    const OSDIEntry *e = &d->entries[k];
    if (e->nodes.first >= d->node_count || e->nodes.second >= d->node_count)
      return "nodes of the Jacobian";
    if (e->reactive_pointer != OSDI_NONE && !fits(e->reactive_pointer, 8, d->instance_size))
      return "entries of the Jacobian";
  }
  if (d->collapsible_count &&
      (!d->collapsible || !fits(d->collapsed_offset, d->collapsible_count, d->instance_size)))
    return "collapsible nodes";
  for (uint32_t k = 0; k < d->collapsible_count; k++) {
    const OSDINodePair pair = d->collapsible[k];
    if (pair.first >= d->node_count ||
        (pair.second >= d->node_count && pair.second != OSDI_NONE))
      return "collapsible nodes";
  }
  if (d->noise_source_count && (!d->noise_sources || !d->load_noise)) return "noise sources";
  if (d->state_count && !fits(d->state_indices_offset, 4ull * d->state_count, d->instance_size))
    return "states";
  for (uint32_t k = 0; k < d->node_count; k++)
    if (!d->nodes[k].name) return "names of nodes";
  for (uint32_t k = 0; k < d->parameter_count + d->variable_count; k++)
    if (!d->parameters[k].names || !d->parameters[k].names[0] ||
        d->parameters[k].alias_count > 1 << 10)
      return "names of parameters";
  for (uint32_t k = 0; k < d->noise_source_count; k++) {
    const OSDINodePair nodes = d->noise_sources[k].nodes;
    if ((nodes.first >= d->node_count && nodes.first != OSDI_NONE) ||
        (nodes.second >= d->node_count && nodes.second != OSDI_NONE))
      return "nodes of noise sources";
  }
  return NULL;
}

OSDIOpening osdi_open(const char *path, OSDIFile *file, char *reason, size_t room) {
  memset(file, 0, sizeof *file);
  *reason = 0;
  load_mathematics();
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *text = dlerror();
    snprintf(reason, room, "%s", text ? text : "");
    return OSDI_NOT_LOADED;
  }
  static const char *const names[] = {
    "OSDI_VERSION_MAJOR", "OSDI_VERSION_MINOR", "OSDI_NUM_DESCRIPTORS", "OSDI_DESCRIPTORS"};
  const void *symbols[4];
  for (int k = 0; k < 4; k++) {
    symbols[k] = dlsym(handle, names[k]);
    if (!symbols[k]) {
      snprintf(reason, room, "%s", names[k]);
      dlclose(handle);
      return OSDI_NOT_OSDI;
    }
  }
  file->major = *(const uint32_t *)symbols[0];
  file->minor = *(const uint32_t *)symbols[1];
  if (file->major != 0 || file->minor < 3 || file->minor > 5) {
    dlclose(handle);
    return OSDI_OTHER_VERSION;
  }
  // 0.4 has grown from 296 bytes; later files may be larger still.
  static const uint32_t least[] = {240, 296, 360};
  const uint32_t *given = dlsym(handle, "OSDI_DESCRIPTOR_SIZE");
  const uint32_t stride = file->minor == 3 ? 240 : given ? *given : 0;
  if (stride < least[file->minor - 3] || stride > 1 << 16 || stride % 8) {
    snprintf(reason, room, "its descriptors have %u bytes", stride);
    dlclose(handle);
    return OSDI_MALFORMED;
  }
  const uint32_t count = *(const uint32_t *)symbols[2];
  if (count > 1 << 16) {
    snprintf(reason, room, "it counts %u modules", count);
    dlclose(handle);
    return OSDI_MALFORMED;
  }
  OSDIDescriptor *modules = calloc(count ? count : 1, sizeof *modules);
  if (!modules) {
    dlclose(handle);
    return OSDI_NO_MEMORY;
  }
  const size_t known = stride < sizeof *modules ? stride : sizeof *modules;
  for (uint32_t k = 0; k < count; k++) {
    memcpy(&modules[k], (const char *)symbols[3] + (size_t)k * stride, known);
    // Files of 0.4 may have delays there in another form.
    if (file->minor < 5) {
      modules[k].delay_count = 0;
      modules[k].delays = NULL;
    }
    const char *fault = contradiction(&modules[k]);
    if (fault) {
      snprintf(reason, room, "the descriptor of module %u contradicts itself: %s", k + 1, fault);
      free(modules);
      dlclose(handle);
      return OSDI_MALFORMED;
    }
  }
  void **log = dlsym(handle, "osdi_log");
  if (log) *log = (void *)osdi_host_log;
  OSDILimitFunction *limits = dlsym(handle, "OSDI_LIM_TABLE");
  const uint32_t *limit_count = dlsym(handle, "OSDI_LIM_TABLE_LEN");
  for (uint32_t k = 0; limits && limit_count && k < *limit_count; k++)
    limits[k].function = osdi_limit_function(limits[k].name, limits[k].argument_count);
  file->module_count = count;
  file->modules = modules;
  return OSDI_OPENED;
}
