"""The zip files of cases that the tests read."""

import io
import zipfile

import numpy as np


def write(path, cases):
    """Writes `cases`, each (name, model, input, output), as `NAME/model.onnx`, `NAME/input.npy`, `NAME/output.npy`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        def put(name, data):
            # A fixed date, so that the same cases are the same bytes.
            archive.writestr(zipfile.ZipInfo(name), data)

        for name, made, x, y in cases:
            put(f"{name}/model.onnx", made.SerializeToString())
            for label, array in (("input", x), ("output", y)):
                buffer = io.BytesIO()
                np.save(buffer, np.ascontiguousarray(array, np.float32))
                put(f"{name}/{label}.npy", buffer.getvalue())
