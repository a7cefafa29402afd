/* C interface of TileSpice (libtilespice.so).
 *
 * Conventions
 * - A call returns TILESPICE_OK, or TILESPICE_ERROR with a text in *error that says what is wrong and
 *   where; tilespice_free_text frees it. `error` may be null. No call ends the process.
 * - Handles are made by one call and freed by tilespice_free; a handle that is null, was freed or is of
 *   another kind is an error. They may be shared by threads; calls block.
 * - Text is UTF-8. Text in char ** is JSON unless stated, made for the caller, who frees it by
 *   tilespice_free_text; where the pointer is null none is made.
 * - Arrays go in and out through tilespice_buffer, which does not own its memory. Outputs must have the
 *   stated shape exactly. Units are SI: volts, amperes, siemens, ohms, watts.
 * - Settings are YAML (so JSON too) with the keys of `tilespice reference array` and `experiment`.
 * - After fork() a child may compute currents but not start jobs, and does nothing at all if a call or a
 *   job went on at that moment: every call is an error. Use exec or "spawn".
 */
#ifndef TILESPICE_H
#define TILESPICE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this interface. It grows with every change that is not an addition. */
#define TILESPICE_ABI 1

#define TILESPICE_OK 0
#define TILESPICE_ERROR 1
/* Only tilespice_job_wait: not done yet. */
#define TILESPICE_RUNNING 2

/* Types of elements. A byte holds a number or a truth value. */
#define TILESPICE_FLOAT64 1
#define TILESPICE_FLOAT32 2
#define TILESPICE_UINT8 3

/* An array of numbers in the caller's memory. */
typedef struct {
  void *data;             /* the element at index (0, …); may be null only if there is none */
  int32_t type;           /* one of the types above */
  int32_t rank;           /* number of axes, 0 to 8 */
  const int64_t *shape;   /* extent of each axis */
  const int64_t *strides; /* bytes between neighbors along each axis, of any sign; null for C order */
} tilespice_buffer;

typedef struct tilespice_object tilespice_object;

/* ---- The library ---- */

int32_t tilespice_abi_version(void);
/* Version and build, plain text: "TileSpice 0.1.0 (release, fma)". */
char *tilespice_software(void);
void tilespice_free_text(char *text);
/* Frees a handle of any kind; null does nothing. A job is canceled and waited for. */
int32_t tilespice_free(tilespice_object *handle, char **error);
/* Handles that exist. */
int64_t tilespice_live_handles(void);
/* Folder with `digits`, `devices`, `presets` and `components`, for all later calls. Without this call it
 * is TileSpice_Experiments.resources/Resources beside the library. */
int32_t tilespice_set_resources(const char *folder, char **error);
/* Where those files are looked for, plain text. */
char *tilespice_resources(void);
/* The reference page of all keys, Markdown: "array", "experiment", "results", "sweep" or "deck". */
int32_t tilespice_reference(const char *page, char **text, char **error);

/* ---- Arrays of cells with their wires ---- */

/* An array from settings as in ARRAY.yaml, without `conductances` and `negativeConductances`: those are
 * buffers [wordLines, bitLines] in siemens, the second one null without pairs. */
int32_t tilespice_array_create(const char *settings, const tilespice_buffer *conductances,
                               const tilespice_buffer *negative, tilespice_object **array,
                               char **error);
/* The array that an ARRAY.yaml describes. */
int32_t tilespice_array_open(const char *file, tilespice_object **array, char **error);
/* {"wordLines", "bitLines", "outputs", "isGateDriven", "hasPairs", "summary", "warnings"}. */
int32_t tilespice_array_describe(tilespice_object *array, char **text, char **error);
/* Conductances [wordLines, bitLines] in siemens; negative are those of pairs. Either may be null. */
int32_t tilespice_array_conductances(tilespice_object *array, const tilespice_buffer *positive,
                                     const tilespice_buffer *negative, char **error);
/* Sensed currents [vectors, outputs] in amperes for inputs [vectors, wordLines]: volts, or 0 and 1 for
 * gates (bytes are fastest). `path` is ideal, exact, cholmod, klu, calibrated or auto. `vectors` is how
 * many input vectors are expected in all, which decides whether a matrix is worth preparing; 0 for
 * those of this call. `threads` is tasks at once, 0 for one per core; results do not depend on it.
 * details: {"method", "residual", "residualNorm", "sensedError", "iterations", …}. */
int32_t tilespice_array_mvm(tilespice_object *array, const char *path,
                            const tilespice_buffer *inputs, int64_t vectors, int32_t threads,
                            const tilespice_buffer *amperes, char **details, char **error);
/* Voltages, currents and power inside the array, path exact, cholmod or klu. All outputs may be null.
 * drive_volts, bit_volts, cell_amperes: [vectors, polarities, wordLines, bitLines], at the cells: on the
 * line that feeds them, on the bit line, through them; polarities is 2 with pairs. bit_amperes: along
 * the bit lines towards their far ends, [vectors, lines, wordLines + 1, bitLines] with lines 2 for pairs
 * on separate lines. amperes: [vectors, outputs]. watts: [vectors], from the sources. */
int32_t tilespice_array_solve(tilespice_object *array, const char *path,
                              const tilespice_buffer *inputs, const tilespice_buffer *drive_volts,
                              const tilespice_buffer *bit_volts,
                              const tilespice_buffer *cell_amperes,
                              const tilespice_buffer *bit_amperes, const tilespice_buffer *amperes,
                              const tilespice_buffer *watts, char **details, char **error);
/* I = V K + I0 of a linear voltage-driven array: K [wordLines, outputs] in siemens and I0 [outputs] in
 * amperes, either may be null. */
int32_t tilespice_array_effective_matrix(tilespice_object *array, const tilespice_buffer *siemens,
                                         const tilespice_buffer *amperes, char **details,
                                         char **error);
/* Fits a model that later calls with path "calibrated" use. settings: keys of `calibration` and `seed`,
 * null for defaults. details: {"method", "reason", "rms", "worst", …}. */
int32_t tilespice_array_calibrate(tilespice_object *array, const char *settings, char **details,
                                  char **error);
/* Writes the array with one input vector [wordLines] as decks with expected currents; details: {"files"}. */
int32_t tilespice_array_to_spice(tilespice_object *array, const tilespice_buffer *input,
                                 const char *folder, char **details, char **error);
/* Runs such decks by ngspice, xyce, gnucap or builtin.
 * details: {"agrees", "worstRelativeDifference", "tolerance", "expected", "found", "names"}. */
int32_t tilespice_verify(const char *folder, const char *simulator, char **details, char **error);

/* ---- Models of arrays compared with the circuit ---- */

/* Solves the circuit, and fits and tests all models. inputs are test vectors [vectors, wordLines], null
 * for vectors that are drawn with `seed`. */
int32_t tilespice_comparison_create(tilespice_object *array, const tilespice_buffer *inputs,
                                    uint64_t seed, tilespice_object **comparison, char **error);
/* {"testVectors", "fittingVectors", "wordLines", "outputs", "models": [{"name", "rms", …}]}. */
int32_t tilespice_comparison_describe(tilespice_object *comparison, char **text, char **error);
/* Vectors [vectors, wordLines] and the circuit's currents [vectors, outputs]: of the test, or those to
 * fit a model of one's own to. Either buffer may be null. */
int32_t tilespice_comparison_vectors(tilespice_object *comparison, int32_t is_fitting,
                                     const tilespice_buffer *inputs,
                                     const tilespice_buffer *amperes, char **error);
/* Judges currents [vectors, outputs] of another model on the test vectors. */
int32_t tilespice_comparison_judge(tilespice_object *comparison, const char *name,
                                   const tilespice_buffer *amperes, char **error);

/* ---- SPICE decks and raw files ---- */

/* Solves a deck as `tilespice solve` does; ignore is null, "outputs" or "elements". */
int32_t tilespice_deck_solve(const char *file, const char *ignore, tilespice_object **plots,
                             char **error);
/* Reads a SPICE raw file. */
int32_t tilespice_raw_read(const char *file, tilespice_object **plots, char **error);
/* {"title", "plots": [{"name", "title", "points", "isComplex", "vectors": [{"name", "kind"}]}],
 *  "measurements": […], "warnings": […], "printed"}. */
int32_t tilespice_plots_describe(tilespice_object *plots, char **text, char **error);
/* All vectors of one plot: [points, vectors], or [points, vectors, 2] of real and imaginary parts. */
int32_t tilespice_plots_values(tilespice_object *plots, int64_t plot, const tilespice_buffer *values,
                               char **error);

/* ---- Matrices of numbers on arrays ---- */

/* Programs weights [rows, columns]. settings: keys of an experiment (hardware, path, seed), null for
 * defaults; hardware_file is a YAML file or a preset in place of `hardware`, or null. */
int32_t tilespice_matrix_create(const char *settings, const char *hardware_file,
                                const tilespice_buffer *weights, tilespice_object **matrix,
                                char **error);
/* y = x W^T: vectors [batch, columns], products [batch, rows]; or y = x W the other way round if
 * is_transposed, by reading the same cells in the other direction. first_vector numbers the vectors,
 * which addresses the noise of reads. */
int32_t tilespice_matrix_multiply(tilespice_object *matrix, int32_t is_transposed,
                                  const tilespice_buffer *vectors, uint64_t first_vector,
                                  const tilespice_buffer *products, char **error);
/* Weights as the cells hold them, [rows, columns], with errors. */
int32_t tilespice_matrix_weights(tilespice_object *matrix, const tilespice_buffer *weights,
                                 char **error);
/* Writes a block whose first weight is at `row`, `column`; other cells keep what they hold. */
int32_t tilespice_matrix_program(tilespice_object *matrix, const tilespice_buffer *block,
                                 int64_t row, int64_t column, char **error);
/* {"rows", "columns", "tiles", "weightScale", "methods", "writes"}. */
int32_t tilespice_matrix_describe(tilespice_object *matrix, char **text, char **error);

/* ---- Matrix layers on arrays ---- */

/* How windows of a convolution lie; rows, then columns; pads top, left, bottom, right. */
typedef struct {
  int64_t strides[2], pads[4], dilations[2], groups;
} tilespice_window;

/* A layer y = W x + b from float weights [outputs, inputs], or [outputs, channels of a group, height,
 * width] with a window; bias [outputs] may be null. settings: keys of an experiment (hardware,
 * quantization, path, calibration, seed), with `layers` by this name; hardware_file is a YAML file or a
 * preset in place of `hardware`, or null. index is the layer's place in its network, which addresses
 * random draws. */
int32_t tilespice_layer_create(const char *settings, const char *hardware_file, const char *name,
                               int64_t index, const tilespice_buffer *weights,
                               const tilespice_buffer *bias, const tilespice_window *window,
                               tilespice_object **layer, char **error);
/* 1. Notes the inputs [N, …] that the float network has here, for the range of input codes. */
int32_t tilespice_layer_observe(tilespice_object *layer, const tilespice_buffer *inputs,
                                char **error);
/* 2. Quantizes and programs. */
int32_t tilespice_layer_program(tilespice_object *layer, char **error);
/* 3. Runs inputs on the arrays on which converter ranges are measured, with ideal converters. */
int32_t tilespice_layer_calibrate(tilespice_object *layer, const tilespice_buffer *inputs,
                                  const tilespice_buffer *outputs, int32_t threads, char **error);
/* 4. Sets the converters, and fits models if its path asks for them. Afterwards it can run. */
int32_t tilespice_layer_finish(tilespice_object *layer, char **error);
/* Programs other weights with the same input codes and converters. */
int32_t tilespice_layer_update(tilespice_object *layer, const tilespice_buffer *weights,
                               const tilespice_buffer *bias, char **error);
/* Outputs of the arrays, [N, outputs] or [N, outputs, height, width]; bias included. */
int32_t tilespice_layer_run(tilespice_object *layer, const tilespice_buffer *inputs,
                            const tilespice_buffer *outputs, int32_t threads, char **details,
                            char **error);
/* Weights as the cells hold them, in units of W and of its shape: quantized, with errors of programming,
 * without wires. */
int32_t tilespice_layer_weights(tilespice_object *layer, const tilespice_buffer *weights,
                                char **error);
/* The same as the circuit weighs them on average over inputs [N, …]: each times the part of its ideal
 * current that its cells deliver. */
int32_t tilespice_layer_effective_weights(tilespice_object *layer, const tilespice_buffer *inputs,
                                          const tilespice_buffer *weights, char **error);
/* Cotangents [vectors, outputs] through the circuit itself, by reciprocity, at inputs [vectors, inputs of
 * all groups] (windows of a convolution): gradients of W, of its shape, and of the inputs; either may be
 * null. Gates, pairs, linear cells, source lines along the bit lines; other hardware is refused. */
int32_t tilespice_layer_backward(tilespice_object *layer, const tilespice_buffer *inputs,
                                 const tilespice_buffer *cotangents,
                                 const tilespice_buffer *weight_gradients,
                                 const tilespice_buffer *input_gradients, int32_t threads,
                                 char **error);
/* {"name", "index", "isReady", "tiles", "inputScale", "isSigned", "inputBits", "methods", "path"}. */
int32_t tilespice_layer_describe(tilespice_object *layer, char **text, char **error);

/* ---- Experiments, sweeps and compensation, in the background ---- */

/* Currents of a model of one's own: amperes [vectors, outputs] for inputs [vectors, word_lines], volts or
 * bits as 0 and 1. `array` is the handle of the array that is meant, the same one at every call for it; it
 * is not to be freed. Returns 0, or anything else if it fails, which ends the job with an error. It is
 * called from threads of the library, several at once; calls that it makes use one task. */
typedef int32_t (*tilespice_currents)(void *context, tilespice_object *array, const double *inputs,
                                      int64_t vectors, int64_t word_lines, double *amperes,
                                      int64_t outputs);
/* A model in place of that of the path of one layer. */
typedef struct {
  const char *layer; /* its name */
  tilespice_currents currents;
  void *context; /* for `currents`; both are used until the job ended and was freed */
} tilespice_model;

/* Starts an experiment: from a file, or from text if file is null. settings: {"limit", "threads", "out",
 * "path", "set": ["KEY=VALUE"], "hardware"}, or null. models: `model_count` of them, or null. */
int32_t tilespice_job_infer(const char *file, const char *text, const char *settings,
                            const tilespice_model *models, int64_t model_count,
                            tilespice_object **job, char **error);
/* Starts the points of a sweep that are left; settings: {"out", "threads"}. */
int32_t tilespice_job_sweep(const char *file, const char *settings, tilespice_object **job,
                            char **error);
/* Compensates the network of an experiment and writes it as an ONNX file; settings: {"point", "threads"}. */
int32_t tilespice_job_compensate(const char *file, const char *export_to, const char *settings,
                                 tilespice_object **job, char **error);
/* Waits for at most that many milliseconds. While it runs: TILESPICE_RUNNING, and progress
 * {"stage", "step", "steps", "warnings": [those not told before]}. */
int32_t tilespice_job_wait(tilespice_object *job, int64_t milliseconds, char **progress,
                           char **error);
/* Asks a job to end; it then ends with the finished images, or with an error. */
int32_t tilespice_job_cancel(tilespice_object *job, char **error);
/* What a finished job found: results.json, or a summary. */
int32_t tilespice_job_result(tilespice_object *job, char **text, char **error);
/* The same as an HTML page, plain text. */
int32_t tilespice_job_report(tilespice_object *job, char **text, char **error);

#ifdef __cplusplus
}
#endif

#endif
