"""Accuracy of the digits network against errors of cells, as the paper's figures have it.

Differential pairs and offset weights under state-independent programming errors, three seeds each: why
accelerators that store weights in pairs, in proportion to their magnitude, bear larger errors.
"""

import argparse

import tilespice

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--images", type=int, default=540)
parser.add_argument("--seeds", type=int, default=3)
arguments = parser.parse_args()

experiment = tilespice.Experiment({"path": "ideal", "compare": ["integer"], "auditVectors": 0})
alphas = [0.0, 0.02, 0.05, 0.1, 0.2]
print("error of cells   " + "".join(f"{100 * a:8.0f} %" for a in alphas))
for mapping in ["differentialPair", "offset"]:
    row = []
    for alpha in alphas:
        errors = {"model": "stateIndependent", "alpha": alpha} if alpha else "none"
        settings = {"hardware.mapping": mapping, "hardware.errors.programming": errors}
        found = [
            experiment.run(limit=arguments.images, set={**settings, "seed": seed})
            for seed in range(1, (arguments.seeds if alpha else 1) + 1)
        ]
        row.append(sum(f.points[0].result.accuracy for f in found) / len(found))
    print(f"{mapping:17}" + "".join(f"{r:8.1f} %" for r in row))
