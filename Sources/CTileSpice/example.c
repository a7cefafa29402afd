/* An array by the C interface: cc example.c -I. -L. -ltilespice -Wl,-rpath,. -o example */
#include <stdio.h>
#include "tilespice.h"

static int failed(int32_t status, char *error) {
  if (status == TILESPICE_OK) return 0;
  fprintf(stderr, "error: %s\n", error);
  tilespice_free_text(error);
  return 1;
}

int main(void) {
  /* Conductances in siemens, [wordLines, bitLines], and one input vector in volts. */
  double g[6][5], v[1][6], i[1][5];
  for (int w = 0; w < 6; w++) {
    v[0][w] = (w + 1) / 6.0;
    for (int b = 0; b < 5; b++) g[w][b] = 0.05 + 0.095 * ((7 * b + 3 * w) % 11);
  }
  int64_t cells[] = {6, 5}, inputs[] = {1, 6}, outputs[] = {1, 5};
  tilespice_buffer conductances = {g, TILESPICE_FLOAT64, 2, cells, NULL};
  tilespice_buffer volts = {v, TILESPICE_FLOAT64, 2, inputs, NULL};
  tilespice_buffer amperes = {i, TILESPICE_FLOAT64, 2, outputs, NULL};

  char *error = NULL, *details = NULL;
  tilespice_object *array = NULL;
  if (failed(tilespice_array_create(
                 "{topology: voltageDriven, version: 1, wires: {wordLineOhms: 1e-3, bitLineOhms: 2e-3}}",
                 &conductances, NULL, &array, &error), error)) return 1;
  if (failed(tilespice_array_mvm(array, "exact", &volts, 0, 1, &amperes, &details, &error), error))
    return 1;
  for (int b = 0; b < 5; b++) printf("%.10f\n", i[0][b]);
  printf("%s\n", details);
  tilespice_free_text(details);
  /* Errors are texts that name the key. */
  tilespice_object *none = NULL;
  if (tilespice_array_create("{version: 1, topology: voltageDriven, wire: {}}", &conductances, NULL,
                             &none, &error) == TILESPICE_ERROR) printf("%s\n", error);
  tilespice_free_text(error);
  return failed(tilespice_free(array, &error), error) || tilespice_live_handles() != 0;
}
