#include "limits.h"

#include <math.h>
#include <string.h>

// SPICE's rules for how far one iteration may go (Nagel, UCB/ERL M520, 1975, and SPICE3's DEVpnjlim,
// DEVlimvds, DEVfetlim). With `first` there is no former value, and the result is where to start.

static double junction(
  bool first, bool *limited, double v, double former, double thermal, double critical) {
  if (first) {
    *limited = true;
    return critical;
  }
  if (!(v > critical && fabs(v - former) > 2 * thermal)) return v;
  *limited = true;
  if (former <= 0) return thermal * log(v / thermal);
  const double ratio = 1 + (v - former) / thermal;
  return ratio > 0 ? former + thermal * log(ratio) : critical;
}

static double typed_junction(
  bool first, bool *limited, double v, double former, double thermal, double critical,
  double type) {
  return type * junction(first, limited, type * v, type * former, thermal, critical);
}

static double drain(bool first, bool *limited, double v, double former) {
  if (first) {
    *limited = true;
    return 0;
  }
  double held = v;
  if (former >= 3.5) {
    if (v > former) held = fmin(v, 3 * former + 2);
    else if (v < 3.5) held = fmax(v, 2);
  } else {
    held = v > former ? fmin(v, 4) : fmax(v, -0.5);
  }
  if (held != v) *limited = true;
  return held;
}

static double gate(bool first, bool *limited, double v, double former, double threshold) {
  if (first) {
    *limited = true;
    return threshold;
  }
  const double high = fabs(2 * (former - threshold)) + 2, low = fabs(former - threshold) + 1;
  const double edge = threshold + 3.5, step = v - former;
  double held = v;
  if (former >= threshold) {
    if (former >= edge) {
      if (step <= 0) {
        if (v >= edge) {
          if (-step > low) held = former - low;
        } else {
          held = fmax(v, threshold + 2);
        }
      } else if (step >= high) {
        held = former + high;
      }
    } else {
      held = step <= 0 ? fmax(v, threshold - 0.5) : fmin(v, threshold + 4);
    }
  } else if (step <= 0) {
    if (-step > high) held = former - high;
  } else if (v <= threshold + 0.5) {
    if (step > low) held = former + low;
  } else {
    held = threshold + 0.5;
  }
  if (held != v) *limited = true;
  return held;
}

// Self-heating: beyond the step it goes on with the logarithm.
static double logarithmic(bool first, bool *limited, double v, double former, double step) {
  if (first || !(step > 0)) return v;
  const double change = v - former;
  if (fabs(change) <= step) return v;
  *limited = true;
  return former + copysign(step + log10(fabs(change) / step), change);
}

// A name that no simulator has to know limits nothing.
static double unlimited(bool first, bool *limited, double v, double former) {
  (void)first, (void)limited, (void)former;
  return v;
}

void *osdi_limit_function(const char *name, uint32_t argument_count) {
  static const struct {
    const char *name;
    uint32_t argument_count;
    void *function;
  } known[] = {
    {"pnjlim", 2, (void *)junction}, {"typedpnjlim", 3, (void *)typed_junction},
    {"limvds", 0, (void *)drain},    {"fetlim", 1, (void *)gate},
    {"limitlog", 1, (void *)logarithmic},
  };
  for (size_t k = 0; name && k < sizeof known / sizeof *known; k++) {
    if (!strcmp(known[k].name, name) && known[k].argument_count == argument_count)
      return known[k].function;
  }
  return (void *)unlimited;
}
