// The open simulation device interface, versions 0.3 to 0.5: what compiled Verilog-A and a simulator
// tell each other. The layout is the interface's; names and words are this project's.
#ifndef TILESPICE_COSDI_H
#define TILESPICE_COSDI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Absent; as a node, ground.
#define OSDI_NONE UINT32_MAX

typedef struct {
  uint32_t first, second;
} OSDINodePair;

typedef struct {
  const char *name, *units, *residual_units;
  // Offsets into an instance.
  uint32_t residual, reactive_residual, limit, reactive_limit;
  // A branch current rather than a potential.
  bool is_flow;
} OSDINode;

enum { OSDI_ENTRY_RESISTIVE = 4, OSDI_ENTRY_REACTIVE = 8 };

typedef struct {
  OSDINodePair nodes;
  uint32_t reactive_pointer, flags;
} OSDIEntry;

enum { OSDI_TYPE_MASK = 3, OSDI_REAL = 0, OSDI_INTEGER = 1, OSDI_STRING = 2 };
enum { OSDI_OF_MODEL = 0, OSDI_OF_INSTANCE = 1, OSDI_VARIABLE = 2 };  // flags >> 30

typedef struct {
  // The primary name, then the aliases.
  const char *const *names;
  uint32_t alias_count;
  const char *description, *units;
  uint32_t flags, length;
} OSDIParameter;

enum { OSDI_WHITE = 0, OSDI_FLICKER = 1, OSDI_TABLE = 2 };

typedef struct {
  const char *name;
  OSDINodePair nodes;
} OSDINoiseSource;

typedef struct {
  uint32_t output, control, delay, longest;
} OSDIDelay;

// What `$simparam` and `$simparam$str` answer; both lists of names end with NULL.
typedef struct {
  const char **names;
  double *values;
  const char **string_names, **string_values;
} OSDISimulatorParameters;

enum {
  OSDI_RESISTIVE = 1,
  OSDI_REACTIVE = 2,
  OSDI_RESISTIVE_SLOPES = 4,
  OSDI_REACTIVE_SLOPES = 8,
  OSDI_NOISE = 16,
  OSDI_VARIABLES = 32,
  OSDI_RESISTIVE_LIMIT = 64,
  OSDI_REACTIVE_LIMIT = 128,
  OSDI_LIMITING = 256,
  OSDI_FIRST_LIMIT = 512,
  OSDI_IN_NOISE = 1024,
  OSDI_IN_DC = 2048,
  OSDI_IN_AC = 4096,
  OSDI_IN_TRANSIENT = 8192,
  OSDI_IN_INITIAL = 16384,
  OSDI_IN_STATIC = 32768,
  OSDI_IN_NODESET = 65536,
};

enum { OSDI_LIMITED = 1, OSDI_FATAL = 2, OSDI_FINISH = 4, OSDI_STOP = 8 };

typedef struct {
  OSDISimulatorParameters parameters;
  double seconds;
  const double *solution;
  const double *former_state;
  double *state;
  uint32_t flags;
} OSDIEvaluation;

typedef struct {
  uint32_t code, parameter;
} OSDIFault;

// Filled by the set-up functions; the host frees the list.
typedef struct {
  uint32_t flags, count;
  OSDIFault *faults;
} OSDISetup;

typedef struct {
  const char *name;
  uint32_t argument_count;
  void *function;
} OSDILimitFunction;

typedef struct {
  const char *name;
  uint32_t node_count, terminal_count;
  const OSDINode *nodes;
  uint32_t entry_count;
  const OSDIEntry *entries;
  uint32_t collapsible_count;
  const OSDINodePair *collapsible;
  uint32_t collapsed_offset;
  const OSDINoiseSource *noise_sources;
  uint32_t noise_source_count;
  // Instance parameters come first, then those of the model, then variables.
  uint32_t parameter_count, instance_parameter_count, variable_count;
  const OSDIParameter *parameters;
  uint32_t mapping_offset, entry_pointers_offset;
  uint32_t state_count, state_indices_offset;
  uint32_t step_bound_offset;
  uint32_t instance_size, model_size;
  void *(*access)(void *instance, void *model, uint32_t id, uint32_t flags);
  void (*setup_model)(void *handle, void *model, OSDISimulatorParameters *, OSDISetup *);
  void (*setup_instance)(
    void *handle, void *instance, void *model, double kelvin, uint32_t terminals,
    OSDISimulatorParameters *, OSDISetup *);
  uint32_t (*evaluate)(void *handle, void *instance, void *model, OSDIEvaluation *);
  void (*load_noise)(void *instance, void *model, double hertz, double *density);
  void (*load_residual)(void *instance, void *model, double *into);
  void (*load_reactive_residual)(void *instance, void *model, double *into);
  void (*load_limit)(void *instance, void *model, double *into);
  void (*load_reactive_limit)(void *instance, void *model, double *into);
  void (*load_spice_dc)(void *instance, void *model, double *into, double *solution);
  void (*load_spice_transient)(
    void *instance, void *model, double *into, double *solution, double rate);
  void (*load_slopes)(void *instance, void *model);
  void (*load_reactive_slopes)(void *instance, void *model, double factor);
  void (*load_transient_slopes)(void *instance, void *model, double rate);
  // Version 0.3 ends here; hosts read what follows only as far as the file's own size says.
  uint32_t (*is_given_to_model)(void *model, uint32_t id);
  uint32_t (*is_given_to_instance)(void *instance, uint32_t id);
  uint32_t resistive_entry_count, reactive_entry_count;
  void (*write_slopes)(void *instance, void *model, double *into);
  void (*write_reactive_slopes)(void *instance, void *model, double *into);
  uint32_t input_count;
  const OSDINodePair *inputs;
  void (*load_slopes_at)(void *instance, void *model, size_t offset);
  void (*load_reactive_slopes_at)(void *instance, void *model, size_t offset);
  const OSDINodePair *unknown_natures, *residual_natures;
  const uint32_t *noise_types;
  void (*load_noise_parameters)(void *instance, void *model, double *power, double *exponent);
  uint32_t module_flags;
  // From 0.5.
  uint32_t delay_count;
  const OSDIDelay *delays;
} OSDIDescriptor;

#define OSDI_AT(type, member, offset) \
  _Static_assert(offsetof(type, member) == (offset), #type "." #member)
#define OSDI_SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
OSDI_SIZE(OSDINodePair, 8);
OSDI_SIZE(OSDINode, 48);
OSDI_AT(OSDINode, residual, 24);
OSDI_AT(OSDINode, reactive_residual, 28);
OSDI_AT(OSDINode, limit, 32);
OSDI_AT(OSDINode, reactive_limit, 36);
OSDI_AT(OSDINode, is_flow, 40);
OSDI_SIZE(OSDIEntry, 16);
OSDI_AT(OSDIEntry, reactive_pointer, 8);
OSDI_AT(OSDIEntry, flags, 12);
OSDI_SIZE(OSDIParameter, 40);
OSDI_AT(OSDIParameter, alias_count, 8);
OSDI_AT(OSDIParameter, description, 16);
OSDI_AT(OSDIParameter, flags, 32);
OSDI_AT(OSDIParameter, length, 36);
OSDI_SIZE(OSDINoiseSource, 16);
OSDI_SIZE(OSDIDelay, 16);
OSDI_SIZE(OSDISimulatorParameters, 32);
OSDI_SIZE(OSDIEvaluation, 72);
OSDI_AT(OSDIEvaluation, seconds, 32);
OSDI_AT(OSDIEvaluation, solution, 40);
OSDI_AT(OSDIEvaluation, former_state, 48);
OSDI_AT(OSDIEvaluation, state, 56);
OSDI_AT(OSDIEvaluation, flags, 64);
OSDI_SIZE(OSDIFault, 8);
OSDI_SIZE(OSDISetup, 16);
OSDI_AT(OSDISetup, faults, 8);
OSDI_SIZE(OSDILimitFunction, 24);
OSDI_AT(OSDILimitFunction, function, 16);
OSDI_AT(OSDIDescriptor, name, 0);
OSDI_AT(OSDIDescriptor, node_count, 8);
OSDI_AT(OSDIDescriptor, terminal_count, 12);
OSDI_AT(OSDIDescriptor, nodes, 16);
OSDI_AT(OSDIDescriptor, entry_count, 24);
OSDI_AT(OSDIDescriptor, entries, 32);
OSDI_AT(OSDIDescriptor, collapsible_count, 40);
OSDI_AT(OSDIDescriptor, collapsible, 48);
OSDI_AT(OSDIDescriptor, collapsed_offset, 56);
OSDI_AT(OSDIDescriptor, noise_sources, 64);
OSDI_AT(OSDIDescriptor, noise_source_count, 72);
OSDI_AT(OSDIDescriptor, parameter_count, 76);
OSDI_AT(OSDIDescriptor, instance_parameter_count, 80);
OSDI_AT(OSDIDescriptor, variable_count, 84);
OSDI_AT(OSDIDescriptor, parameters, 88);
OSDI_AT(OSDIDescriptor, mapping_offset, 96);
OSDI_AT(OSDIDescriptor, entry_pointers_offset, 100);
OSDI_AT(OSDIDescriptor, state_count, 104);
OSDI_AT(OSDIDescriptor, state_indices_offset, 108);
OSDI_AT(OSDIDescriptor, step_bound_offset, 112);
OSDI_AT(OSDIDescriptor, instance_size, 116);
OSDI_AT(OSDIDescriptor, model_size, 120);
OSDI_AT(OSDIDescriptor, access, 128);
OSDI_AT(OSDIDescriptor, setup_model, 136);
OSDI_AT(OSDIDescriptor, setup_instance, 144);
OSDI_AT(OSDIDescriptor, evaluate, 152);
OSDI_AT(OSDIDescriptor, load_noise, 160);
OSDI_AT(OSDIDescriptor, load_residual, 168);
OSDI_AT(OSDIDescriptor, load_reactive_residual, 176);
OSDI_AT(OSDIDescriptor, load_limit, 184);
OSDI_AT(OSDIDescriptor, load_reactive_limit, 192);
OSDI_AT(OSDIDescriptor, load_spice_dc, 200);
OSDI_AT(OSDIDescriptor, load_spice_transient, 208);
OSDI_AT(OSDIDescriptor, load_slopes, 216);
OSDI_AT(OSDIDescriptor, load_reactive_slopes, 224);
OSDI_AT(OSDIDescriptor, load_transient_slopes, 232);
OSDI_AT(OSDIDescriptor, is_given_to_model, 240);
OSDI_AT(OSDIDescriptor, is_given_to_instance, 248);
OSDI_AT(OSDIDescriptor, resistive_entry_count, 256);
OSDI_AT(OSDIDescriptor, reactive_entry_count, 260);
OSDI_AT(OSDIDescriptor, write_slopes, 264);
OSDI_AT(OSDIDescriptor, write_reactive_slopes, 272);
OSDI_AT(OSDIDescriptor, input_count, 280);
OSDI_AT(OSDIDescriptor, inputs, 288);
OSDI_AT(OSDIDescriptor, load_slopes_at, 296);
OSDI_AT(OSDIDescriptor, load_reactive_slopes_at, 304);
OSDI_AT(OSDIDescriptor, unknown_natures, 312);
OSDI_AT(OSDIDescriptor, residual_natures, 320);
OSDI_AT(OSDIDescriptor, noise_types, 328);
OSDI_AT(OSDIDescriptor, load_noise_parameters, 336);
OSDI_AT(OSDIDescriptor, module_flags, 344);
OSDI_AT(OSDIDescriptor, delay_count, 348);
OSDI_AT(OSDIDescriptor, delays, 352);
OSDI_SIZE(OSDIDescriptor, 360);

// A loaded file, which stays loaded: its code may be in use as long as the process runs.
typedef struct {
  uint32_t major, minor, module_count;
  // Copies of the file's own, with zeros for what its version does not have.
  const OSDIDescriptor *modules;
} OSDIFile;

typedef enum {
  OSDI_OPENED,
  // The dynamic linker refuses the file; the reason is its own.
  OSDI_NOT_LOADED,
  // A shared object without the interface's symbols; the reason is the first of them.
  OSDI_NOT_OSDI,
  // Another version; the file has its numbers.
  OSDI_OTHER_VERSION,
  // A descriptor contradicts itself; the reason says where.
  OSDI_MALFORMED,
  OSDI_NO_MEMORY,
} OSDIOpening;

// Loads the shared object at an absolute path.
OSDIOpening osdi_open(const char *path, OSDIFile *file, char *reason, size_t room);

// What modules say and are told during calls: `osdi_log` and `$simparam`.
typedef struct OSDIHost OSDIHost;

typedef enum {
  OSDI_GMIN,
  OSDI_NOMINAL_CELSIUS,
  OSDI_ITERATION,
  OSDI_RELTOL,
  OSDI_VNTOL,
  OSDI_ABSTOL,
  OSDI_SOURCE_FACTOR,
} OSDIQuantity;

OSDIHost *osdi_host_make(void);
void osdi_host_free(OSDIHost *);
void osdi_host_set(OSDIHost *, OSDIQuantity, double value);
// Number and text of the messages since the last call of `osdi_host_forget`; the level of each is
// 0 debug, 1 display, 2 info, 3 warning, 4 error, 5 fatal.
size_t osdi_host_message_count(const OSDIHost *);
const char *osdi_host_message(const OSDIHost *, size_t index, uint32_t *level, uint32_t *device);
void osdi_host_forget(OSDIHost *);

// Zeroed memory as models and instances need it, to be freed by `free`; NULL without memory.
void *osdi_make_model(const OSDIDescriptor *);
void *osdi_make_instance(const OSDIDescriptor *);

// Sets up a model, or an instance with its nodes not collapsed before; returns whether it failed.
// `faults` takes the ids of up to `room` parameters out of range; `count` is their number.
bool osdi_setup_model(
  const OSDIDescriptor *, void *model, OSDIHost *, uint32_t *faults, size_t room, size_t *count);
bool osdi_setup_instance(
  const OSDIDescriptor *, void *instance, void *model, double kelvin, uint32_t terminals,
  OSDIHost *, uint32_t device, uint32_t *faults, size_t room, size_t *count);

bool osdi_is_collapsed(const OSDIDescriptor *, const void *instance, uint32_t pair);
// The place of a node among the solver's unknowns.
void osdi_place_node(const OSDIDescriptor *, void *instance, uint32_t node, uint32_t place);
uint32_t osdi_place(const OSDIDescriptor *, const void *instance, uint32_t node);
// Places of the instance's limited voltages in the vectors of states.
void osdi_place_states(const OSDIDescriptor *, void *instance, uint32_t first);
// Lets slopes be added to two arrays, the one of entry `k` to value `cells[k]`.
void osdi_bind(
  const OSDIDescriptor *, void *instance, const int32_t *cells, double *resistive, double *reactive);
// The longest next step that the instance asks for in seconds, or infinity.
double osdi_step_bound(const OSDIDescriptor *, const void *instance);

// One device as a solver evaluates it.
typedef struct {
  const OSDIDescriptor *module;
  void *model, *instance;
  // The stored entries of the solver's matrix that the device has, each once: entries of nodes that are
  // one share it.
  const int32_t *slots;
  uint32_t slot_count;
} OSDIDevice;

// Evaluates one device with its variables and adds nothing; returns whether it failed.
bool osdi_evaluate_variables(
  const OSDIDevice *device, OSDIHost *, const double *solution, double seconds,
  const double *former_state, double *state, uint32_t flags);

// Evaluates one device for its noise in A²/Hz per source, each given to `density`; returns whether it
// failed.
bool osdi_evaluate_noise(
  const OSDIDevice *device, OSDIHost *, const double *solution, const double *former_state,
  double *state, double hertz, double *density);

// Where values are added: by unknown, by stored entry.
typedef struct {
  double *flow, *charge, *conductances, *capacitances;
} OSDITargets;

typedef struct {
  // The union of what evaluations returned.
  uint32_t result;
  // The first device that failed, its reason, or the number of devices.
  size_t failed;
  bool is_fatal;
} OSDIOutcome;

// Evaluates devices at `solution`, whose last value is ground's zero, and adds their residuals and
// slopes. `resistive` and `reactive` are what every instance was bound to; `longest` values each.
// Stops at the first device that is fatal or gives a value that is not finite.
OSDIOutcome osdi_load(
  const OSDIDevice *devices, size_t count, OSDIHost *, const double *solution, double seconds,
  const double *former_state, double *state, uint32_t flags, double *resistive, double *reactive,
  OSDITargets targets);

#endif
