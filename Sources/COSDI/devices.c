#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "COSDI.h"
#include "host.h"

static void *zeroed(uint32_t size) {
  const size_t bytes = ((size_t)size + 31) & ~(size_t)15;
  void *memory = aligned_alloc(16, bytes);
  if (memory) memset(memory, 0, bytes);
  return memory;
}

void *osdi_make_model(const OSDIDescriptor *d) { return zeroed(d->model_size); }
void *osdi_make_instance(const OSDIDescriptor *d) { return zeroed(d->instance_size); }

// Whether a set-up failed, with its faults handed over.
static bool finish(OSDISetup setup, uint32_t *faults, size_t room, size_t *count) {
  *count = 0;
  for (uint32_t k = 0; setup.faults && k < setup.count; k++)
    if (*count < room) faults[(*count)++] = setup.faults[k].parameter;
  const bool failed = setup.count > 0 || (setup.flags & OSDI_FATAL);
  if (setup.count) free(setup.faults);
  return failed;
}

bool osdi_setup_model(
  const OSDIDescriptor *d, void *model, OSDIHost *host, uint32_t *faults, size_t room,
  size_t *count) {
  OSDISetup setup = {0};
  host->device = OSDI_NONE;
  d->setup_model(host, model, &host->parameters, &setup);
  return finish(setup, faults, room, count);
}

bool osdi_setup_instance(
  const OSDIDescriptor *d, void *instance, void *model, double kelvin, uint32_t terminals,
  OSDIHost *host, uint32_t device, uint32_t *faults, size_t room, size_t *count) {
  // Modules only ever set these.
  if (d->collapsible_count) memset((char *)instance + d->collapsed_offset, 0, d->collapsible_count);
  OSDISetup setup = {0};
  host->device = device;
  d->setup_instance(host, instance, model, kelvin, terminals, &host->parameters, &setup);
  return finish(setup, faults, room, count);
}

bool osdi_is_collapsed(const OSDIDescriptor *d, const void *instance, uint32_t pair) {
  return ((const bool *)((const char *)instance + d->collapsed_offset))[pair];
}

void osdi_place_node(const OSDIDescriptor *d, void *instance, uint32_t node, uint32_t place) {
  ((uint32_t *)((char *)instance + d->mapping_offset))[node] = place;
}

uint32_t osdi_place(const OSDIDescriptor *d, const void *instance, uint32_t node) {
  return ((const uint32_t *)((const char *)instance + d->mapping_offset))[node];
}

void osdi_place_states(const OSDIDescriptor *d, void *instance, uint32_t first) {
  for (uint32_t k = 0; k < d->state_count; k++)
    ((uint32_t *)((char *)instance + d->state_indices_offset))[k] = first + k;
}

void osdi_bind(
  const OSDIDescriptor *d, void *instance, const int32_t *cells, double *resistive,
  double *reactive) {
  for (uint32_t k = 0; k < d->entry_count; k++) {
    ((double **)((char *)instance + d->entry_pointers_offset))[k] = resistive + cells[k];
    const uint32_t own = d->entries[k].reactive_pointer;
    if (own != OSDI_NONE) *(double **)((char *)instance + own) = reactive + cells[k];
  }
}

double osdi_step_bound(const OSDIDescriptor *d, const void *instance) {
  if (d->step_bound_offset == OSDI_NONE ||
      (uint64_t)d->step_bound_offset + 8 > d->instance_size)
    return INFINITY;
  const double bound = *(const double *)((const char *)instance + d->step_bound_offset);
  return bound > 0 ? bound : INFINITY;
}

// Whether the values at the device's own unknowns are finite.
static bool is_finite_at(const OSDIDescriptor *d, const void *instance, const double *values) {
  const uint32_t *places = (const uint32_t *)((const char *)instance + d->mapping_offset);
  double sum = 0;
  // A value that is not finite makes its product with zero not a number.
  for (uint32_t k = 0; k < d->node_count; k++) sum += 0 * values[places[k]];
  return sum == 0;
}

// Adds the slopes that are in `values` and clears them; returns whether all are finite.
static bool scatter(const OSDIDevice *device, double *values, double *into) {
  double sum = 0;
  for (uint32_t k = 0; k < device->slot_count; k++) {
    sum += 0 * values[k];
    into[device->slots[k]] += values[k];
    values[k] = 0;
  }
  return sum == 0;
}

OSDIOutcome osdi_load(
  const OSDIDevice *devices, size_t count, OSDIHost *host, const double *solution, double seconds,
  const double *former_state, double *state, uint32_t flags, double *resistive, double *reactive,
  OSDITargets targets) {
  OSDIEvaluation evaluation = {
    .parameters = host->parameters,
    .seconds = seconds,
    .solution = solution,
    .former_state = former_state,
    .state = state,
    .flags = flags,
  };
  uint32_t result = 0;
  for (size_t k = 0; k < count; k++) {
    const OSDIDescriptor *d = devices[k].module;
    void *instance = devices[k].instance, *model = devices[k].model;
    host->device = (uint32_t)k;
    const uint32_t returned = d->evaluate(host, instance, model, &evaluation);
    result |= returned;
    if (returned & OSDI_FATAL) return (OSDIOutcome){result, k, true};
    bool is_finite = true;
    if (flags & OSDI_RESISTIVE) {
      d->load_residual(instance, model, targets.flow);
      if (flags & OSDI_RESISTIVE_LIMIT) d->load_limit(instance, model, targets.flow);
      is_finite = is_finite && is_finite_at(d, instance, targets.flow);
    }
    if (flags & OSDI_REACTIVE) {
      d->load_reactive_residual(instance, model, targets.charge);
      if (flags & OSDI_REACTIVE_LIMIT) d->load_reactive_limit(instance, model, targets.charge);
      is_finite = is_finite && is_finite_at(d, instance, targets.charge);
    }
    if (flags & OSDI_RESISTIVE_SLOPES) {
      d->load_slopes(instance, model);
      is_finite = scatter(devices + k, resistive, targets.conductances) && is_finite;
    }
    if (flags & OSDI_REACTIVE_SLOPES) {
      d->load_reactive_slopes(instance, model, 1);
      is_finite = scatter(devices + k, reactive, targets.capacitances) && is_finite;
    }
    if (!is_finite) return (OSDIOutcome){result, k, false};
  }
  return (OSDIOutcome){result, count, false};
}

bool osdi_evaluate_variables(
  const OSDIDevice *device, OSDIHost *host, const double *solution, double seconds,
  const double *former_state, double *state, uint32_t flags) {
  OSDIEvaluation evaluation = {
    .parameters = host->parameters,
    .seconds = seconds,
    .solution = solution,
    .former_state = former_state,
    .state = state,
    .flags = flags | OSDI_RESISTIVE | OSDI_VARIABLES,
  };
  return device->module->evaluate(host, device->instance, device->model, &evaluation) & OSDI_FATAL;
}

bool osdi_evaluate_noise(
  const OSDIDevice *device, OSDIHost *host, const double *solution, const double *former_state,
  double *state, double hertz, double *density) {
  OSDIEvaluation evaluation = {
    .parameters = host->parameters,
    .solution = solution,
    .former_state = former_state,
    .state = state,
    .flags = OSDI_RESISTIVE | OSDI_RESISTIVE_SLOPES | OSDI_NOISE | OSDI_IN_NOISE,
  };
  if (device->module->evaluate(host, device->instance, device->model, &evaluation) & OSDI_FATAL)
    return true;
  device->module->load_noise(device->instance, device->model, hertz, density);
  return false;
}
