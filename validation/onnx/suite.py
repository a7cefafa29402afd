"""ONNX's own backend suite through TileSpice.

`write` puts every case into a folder of its own in FOLDER as `model.onnx`, `input.npy` and `output.npy`: the first input
stays one, all others become initializers, and the first output is compared. `table` reads FOLDER/results.csv, which the test
writes, and writes a table by operator of correct, refused by name and wrong.

    python3 suite.py write FOLDER
    TILESPICE_BACKEND_CASES=FOLDER swift test --filter BackendSuiteTests
    python3 suite.py table FOLDER suite.md
"""

import collections
import csv
import os
import re
import sys
import warnings

import numpy as np
import onnx
import onnx.backend.test
import onnxruntime as ort
from onnx import numpy_helper

DATA = os.path.join(os.path.dirname(onnx.backend.test.__file__), "data")


def weighted(model, largest=30_000_000):
    """A light network, whose weights are all the same number, with drawn ones; `None` if it has too many.

    Equal weights make equal outputs, and a softmax of equal numbers shows rounding alone.
    """
    random = np.random.default_rng(2)
    shapes = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    made = [node for node in model.graph.node if node.op_type == "ConstantOfShape" and node.input[0] in shapes]
    if sum(int(np.prod(shapes[node.input[0]])) for node in made) > largest:
        return None
    for node in made:
        shape = shapes[node.input[0]]
        scale = np.sqrt(2 / max(1, np.prod(shape[1:]))) if len(shape) > 1 else 1
        drawn = random.normal(0, scale, shape) if len(shape) > 1 else random.uniform(0.5, 1, shape)
        model.graph.initializer.append(numpy_helper.from_array(drawn.astype(np.float32), node.output[0]))
        model.graph.node.remove(node)
    return model


def cases():
    """Names, models, inputs and outputs of all cases."""
    warnings.simplefilter("ignore")
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        inputs, outputs = case.data_sets[0]
        yield f"node.{case.name}", case.model, inputs, outputs
    for kind in ("simple", "pytorch-operator", "pytorch-converted"):
        for name in sorted(os.listdir(os.path.join(DATA, kind))):
            folder = os.path.join(DATA, kind, name)
            model = onnx.load(os.path.join(folder, "model.onnx"))
            first = os.path.join(folder, "test_data_set_0")

            def read(prefix, values):
                files = [os.path.join(first, f"{prefix}_{k}.pb") for k in range(len(values))]
                if not all(map(os.path.exists, files)) or any(v.type.WhichOneof("value") != "tensor_type" for v in values):
                    return None
                return [numpy_helper.to_array(onnx.load_tensor(file)) for file in files]

            constants = {t.name for t in model.graph.initializer}
            yield f"{kind}.{name}", model, read("input", [v for v in model.graph.input if v.name not in constants]), read("output", model.graph.output)
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    for file in sorted(f for f in os.listdir(os.path.join(DATA, "light")) if f.endswith(".onnx")):
        # These come without inputs: any image, with ONNX Runtime's result.
        model = weighted(onnx.load(os.path.join(DATA, "light", file)))
        if model is None:
            continue
        constants = {t.name for t in model.graph.initializer}
        (value,) = [v for v in model.graph.input if v.name not in constants]
        x = np.random.default_rng(1).uniform(0, 1, [d.dim_value for d in value.type.tensor_type.shape.dim]).astype(np.float32)
        session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        yield f"light.{file[:-5]}", model, [x], session.run(None, {value.name: x})


def numbers(value):
    """A tensor of numbers as single precision; `None` for anything else."""
    if not isinstance(value, (np.ndarray, np.generic)) or np.asarray(value).dtype.kind not in "fiubV":
        return None
    value = np.asarray(value)
    with np.errstate(all="ignore"):
        return value.astype(np.float32)


def lowered(model, highest=24):
    """The model under the highest operator set that is read, if its nodes stand unchanged in it."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    for entry in made.opset_import:
        if entry.domain in ("", "ai.onnx") and entry.version > highest:
            entry.version = highest
            try:
                onnx.checker.check_model(made)
            except Exception:
                return model
    return made


def write(folder):
    os.makedirs(folder, exist_ok=True)
    operators, left = {}, collections.Counter()
    for name, model, inputs, outputs in cases():
        x, y = (None if not values else numbers(values[0]) for values in (inputs, outputs))
        if x is None or y is None or any(numbers(v) is None for v in inputs):
            left["without a tensor of numbers as input or output"] += 1
            continue
        if x.size == 0 or y.size == 0:
            left["empty input or output"] += 1
            continue
        constants = {t.name for t in model.graph.initializer}
        free = [v for v in model.graph.input if v.name not in constants]
        present = [v for v in free if v.name]
        if len(present) != len(inputs):
            left["optional inputs"] += 1
            continue
        made = onnx.ModelProto()
        made.CopyFrom(lowered(model))
        for value, array in list(zip(present, inputs))[1:]:
            made.graph.initializer.append(numpy_helper.from_array(np.asarray(array), value.name))
        del made.graph.output[1:]
        # The shape that the test feeds; the suite leaves some open.
        first = next(v for v in made.graph.input if v.name == present[0].name)
        del first.type.tensor_type.shape.dim[:]
        for extent in x.shape:
            first.type.tensor_type.shape.dim.add().dim_value = extent
        path = os.path.join(folder, name)
        os.makedirs(path, exist_ok=True)
        onnx.save(made, os.path.join(path, "model.onnx"))
        np.save(os.path.join(path, "input.npy"), x)
        np.save(os.path.join(path, "output.npy"), y)
        # Real numbers of 16 bits are computed in single precision; results of these types are coarser than that.
        if made.graph.output[0].type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16:
            with open(os.path.join(path, "bits"), "w") as file:
                file.write("8")
        kinds = sorted({node.op_type for node in made.graph.node if node.op_type != "Constant"})
        operators[name] = kinds[0] if len(kinds) == 1 else "several operators"
    with open(os.path.join(folder, "operators.csv"), "w") as file:
        csv.writer(file).writerows(operators.items())
    print(f"onnx {onnx.__version__}: {len(operators)} cases in {folder}; left out: {dict(left)}")


def table(folder, target):
    with open(os.path.join(folder, "operators.csv")) as file:
        operators = dict(csv.reader(file))
    counts = collections.defaultdict(collections.Counter)
    reasons = collections.Counter()
    unsupported = collections.Counter()
    with open(os.path.join(folder, "results.csv")) as file:
        for row in csv.DictReader(file):
            # Other operators, or operator sets that are not those of ONNX or older than 7.
            if re.search(" not supported; supported: |uses the operator set|operator sets of ONNX", row["detail"]):
                unsupported[operators[row["case"]]] += 1
                continue
            counts[operators[row["case"]]][row["verdict"]] += 1
            if row["verdict"] == "refused":
                reason = re.sub(r"^.*?model\.onnx: (node '[^']*' \((\w+)\): )?", r"\2 ", row["detail"])
                reasons[re.sub(r"'[^']*'|\[[^]]*\]|-?\d+(\.\d+)?", "…", reason).strip()] += 1
    total = sum((c for c in counts.values()), collections.Counter())
    lines = [
        "# ONNX's backend suite", "",
        f"onnx {onnx.__version__}. Of the cases that need supported operators only, {total['correct']} of {sum(total.values())} "
        f"({100 * total['correct'] / sum(total.values()):.1f} %) are correct, {total['refused']} are refused by name and {total['wrong']} are wrong; "
        f"{sum(unsupported.values())} more need other operators or operator sets and are refused by their names.", "",
        "| operator | correct | refused by name | wrong |", "| --- | --- | --- | --- |",
    ]
    lines += [f"| {kind} | {c['correct']} | {c['refused']} | {c['wrong']} |" for kind, c in sorted(counts.items())]
    lines += ["", "Reasons of refusals, with names and numbers left out:", "", "| cases | reason |", "| --- | --- |"]
    lines += [f"| {count} | {reason} |" for reason, count in reasons.most_common()]
    with open(target, "w") as file:
        file.write("\n".join(lines) + "\n")
    print(lines[2])


if sys.argv[1] == "write":
    write(sys.argv[2])
else:
    table(sys.argv[2], sys.argv[3])
