import json
import signal
import subprocess
import sys
import threading
import time
import os

import numpy as np
import tilespice as ts
from support import Case

def difference(a, b, where=""):
    """The first place where two records differ; a whole record is too much for a message."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        found = (difference(a[k], b[k], f"{where}.{k}") for k in a)
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        found = (difference(x, y, f"{where}[{k}]") for k, (x, y) in enumerate(zip(a, b)))
    else:
        return None if a == b else f"{where}: {str(a)[:80]} against {str(b)[:80]}"
    return next(filter(None, found), None)


QUICK = {"auditVectors": 0, "hardware": {"wires": {"bitLineOhms": 500.0}}}
# Only what the clock says differs from run to run.
TIMES = {"seconds", "layerSeconds", "preparationSeconds", "imagesTimed", "threads", "secondsPerVector"}


def timeless(value):
    if isinstance(value, dict):
        return {k: timeless(v) for k, v in value.items() if k not in TIMES}
    return [timeless(v) for v in value] if isinstance(value, list) else value


class Experiments(Case):
    def test_same_results_as_the_program(self):
        for extra in [
            {},
            {"path": "calibrated"},
            {"seed": 7, "hardware": {"preset": "sonos", "wires": {"bitLineOhms": 5.0}}},
        ]:
            values = {"version": 1, **QUICK, **extra}
            (self.folder / "E.yaml").write_text(json.dumps(values))
            self.program("infer", "E.yaml", "--limit", 12, "--out", "program", "--quiet", "--logits")
            own = ts.Experiment(self.folder / "E.yaml").run(
                limit=12, set={"outputs.logits": True}, out=self.folder / "own"
            )
            with self.subTest(**extra):
                expected = json.loads((self.folder / "program/results.json").read_text())
                self.assertIsNone(difference(timeless(own.record), timeless(expected)))
                for file in ["images.csv", "logits.csv", "confusion.csv"]:
                    self.assertTrue(
                        (self.folder / "own" / file).read_bytes()
                        == (self.folder / "program" / file).read_bytes(),
                        file,
                    )
                self.assertEqual(own.points[0].result.correct, expected["points"][0]["results"][-1]["correct"])

    def test_results(self):
        found = ts.Experiment(QUICK).run(limit=8)
        self.assertEqual(found.images, 8)
        self.assertEqual([r["path"] for r in found.rows()], ["float", "int8", "ideal", "exact"])
        self.assertEqual(found.points[0].bit_line_ohms, 500)
        self.assertEqual(len(found.points[0].result.predictions), 8)
        self.assertIn("int8", found.points[0].result.errors)
        self.assertTrue(found._repr_html_().startswith("<iframe"))
        found.save_report(self.folder / "report.html")
        self.assertIn("</html>", (self.folder / "report.html").read_text())
        try:
            import pandas  # noqa: F401
        except ImportError:
            return
        self.assertEqual(list(found.frame()["path"]), ["float", "int8", "ideal", "exact"])

    def test_study_and_progress(self):
        stages = []
        found = ts.Experiment({**QUICK, "study": {"bitLineOhms": [62.5, 500]}}).run(
            limit=4, path="ideal", progress=lambda *stage: stages.append(stage)
        )
        self.assertEqual([p.bit_line_ohms for p in found.points], [62.5, 500])
        self.assertTrue(all(step <= steps for _, step, steps in stages))

    def test_sweep(self):
        (self.folder / "E.yaml").write_text(json.dumps({"version": 1, **QUICK, "selection": {"limit": 4}}))
        (self.folder / "S.yaml").write_text(
            "version: 1\nbase: E.yaml\naxes: [{key: hardware.converter.bits, values: [4, 8]}]\n"
        )
        found = ts.Sweep(self.folder / "S.yaml").run(self.folder / "sweep")
        self.assertEqual([p["settings"]["hardware.converter.bits"] for p in found.points], [4, 8])
        self.assertEqual([p["status"] for p in found.points], ["done", "done"])
        self.assertIn("hardware.converter.bits", found._repr_html_())
        self.assertTrue((self.folder / "sweep/sweep.csv").exists())

    def test_compensation(self):
        (self.folder / "E.yaml").write_text(json.dumps({
            "version": 1, **QUICK,
            "compensation": {"gains": "column", "programming": {"model": "voltageLoss"}, "images": 8},
        }))  # fmt: skip
        file = ts.compensate(self.folder / "E.yaml", self.folder / "net.onnx")
        self.assertGreater(os.path.getsize(file), 1000)

    def test_errors(self):
        (self.folder / "E.yaml").write_text("version: 1\nhardware: {tiles: {}}\n")
        for call, reason in [
            (lambda: ts.Experiment(self.folder / "E.yaml").run(), r"E\.yaml:2: hardware\.tiles: unknown key"),
            (lambda: ts.Experiment(self.folder / "none.yaml").run(), "none.yaml"),
            (lambda: ts.Experiment({"networks": 1}).run(), "networks: unknown key"),
            (lambda: ts.Experiment({}).run(limit=0), "limit is 0"),
            (lambda: ts.Experiment({}).run(threads=-1), "threads is -1"),
            (lambda: ts.Experiment({}).run(path="fast"), "path is 'fast'"),
            (lambda: ts.Experiment({}).run(hardware="none"), "none"),
            (lambda: ts.Experiment({}).run(set={"hardware.bits": 3}), "hardware.bits"),
            (lambda: ts.Experiment({}).run(set={"": 3}), "is not KEY=VALUE"),
            (lambda: ts.Experiment({}).run(out="/proc/none"), "/proc/none"),
            (lambda: ts.Sweep(self.folder / "none.yaml").run(self.folder / "s"), "none.yaml"),
            (lambda: ts.compensate(self.folder / "none.yaml", self.folder / "n.onnx"), "none.yaml"),
        ]:
            with self.subTest(reason), self.assertRaisesRegex(ts.TileSpiceError, reason):
                call()
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["E.yaml"])


class OwnModels(Case):
    """A layer's arrays by a callable of the user."""

    def layer(self, found, name="conv2"):
        record = found.points[0].result.record
        return next(l for l in record["layers"] if l["name"] == name)

    def test_a_layer_takes_the_path_of_its_model(self):
        before = ts.live_handles()
        arrays = []

        def make(array):
            arrays.append((array.shape, array.g.max(), array.is_gate_driven))
            return array.mvm

        exact = ts.Experiment(QUICK).run(limit=12, set={"outputs.logits": True}, out=self.folder / "a")
        own = ts.Experiment(QUICK).run(
            limit=12, set={"outputs.logits": True}, out=self.folder / "b", models={"conv2": make}
        )
        # Its currents are those of the circuit in double precision: what a converter rounds may differ
        # by a step, no more.
        a, b = (np.loadtxt(self.folder / n / "logits.csv", delimiter=",", skiprows=1, usecols=range(3, 10)) for n in "ab")
        self.assertLess(np.abs(a - b).max(), 0.05 * np.abs(a).max())
        self.same(own.points[0].result.predictions, exact.points[0].result.predictions)
        self.assertIn("own: model of conv2", json.dumps(own.record))
        self.assertNotIn("own: model", json.dumps(exact.record))
        # The layer lies on three arrays, and the model of each is made once.
        self.assertEqual([(shape[0], gates) for shape, _, gates in arrays], [(48, True)] * 3)
        self.assertEqual(ts.live_handles(), before)

    def test_only_its_own_layer_and_path_use_it(self):
        """A model without currents: the network fails, its ideal arrays do not."""
        dead = lambda array: lambda bits: np.zeros((len(bits), array.outputs))
        exact = ts.Experiment(QUICK).run(limit=12)
        own = ts.Experiment(QUICK).run(limit=12, models={"conv2": dead}, threads=2)
        self.assertLess(own.points[0].result.correct, 6)
        self.same(own.points[0].results[0].predictions, exact.points[0].results[0].predictions)
        self.assertEqual(own.points[0].results[0].path, "ideal")

    def test_results_do_not_depend_on_threads(self):
        loss = lambda array: lambda bits: 0.9 * array.mvm(bits, "ideal")
        found = [ts.Experiment(QUICK).run(limit=6, models={"conv2": loss}, threads=n) for n in (1, 2)]
        self.assertIsNone(difference(timeless(found[0].record), timeless(found[1].record)))

    def test_errors(self):
        def refuse(array):
            raise KeyError("mine")

        def fail(array):
            def currents(bits):
                raise ZeroDivisionError("theirs")

            return currents

        before = ts.live_handles()
        for models, error, reason in [
            ({"conv9": fail}, ts.TileSpiceError, "models: no layer is called conv9|conv9"),
            ({"conv2": 3}, ts.TileSpiceError, "conv2 is a int; a callable"),
            ({"conv2": refuse}, KeyError, "mine"),
            ({"conv2": fail}, ZeroDivisionError, "theirs"),
            ({"conv2": lambda a: lambda x: x}, ts.TileSpiceError, "the model of conv2 returned currents of shape"),
            ({"conv2": lambda a: lambda x: np.full((len(x), a.outputs), np.nan)}, ts.TileSpiceError,
             "conv2.*returned nan A for vector 0, output 0; currents are finite"),
            ({"conv2": lambda a: lambda x: "text"}, ts.TileSpiceError, "elements of type"),
            ({"conv2": lambda a: lambda x: ts.Experiment({}).run(limit=1)}, ts.TileSpiceError,
             "cannot start experiments"),
        ]:  # fmt: skip
            with self.subTest(reason), self.assertRaisesRegex(error, reason):
                ts.Experiment(QUICK).run(limit=4, models=models, out=self.folder / "none")
            self.assertFalse((self.folder / "none/results.json").exists())
            self.assertEqual(ts.live_handles(), before)
        with self.assertRaisesRegex(ts.TileSpiceError, "readNoise"):
            noisy = {"errors": {"readNoise": {"model": "stateIndependent", "alpha": 0.02}}}
            ts.Experiment({"auditVectors": 0, "hardware": noisy}).run(limit=2, models={"conv2": fail})

    def test_the_interpreter_may_end_during_a_run(self):
        found = subprocess.run(
            [sys.executable, "-c",
             "import tilespice as ts, threading, time\n"
             "make = lambda a: lambda x: a.mvm(x)\n"
             f"run = lambda: ts.Experiment({QUICK}).run(limit=540, models={{'conv2': make}})\n"
             "threading.Thread(target=run, daemon=True).start()\n"
             "time.sleep(2)"],
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        self.assertEqual(found.returncode, 0, found.stderr)


SLOW = {"auditVectors": 0, "layers": {"conv2": {"path": "cholmod"}}}


class Interruptions(Case):
    def test_ctrl_c_ends_a_run(self):
        # A shell that starts this in the background has it ignored.
        self.addCleanup(signal.signal, signal.SIGINT, signal.getsignal(signal.SIGINT))
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # And a program that starts it on a thread of a pool has it blocked.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

        def interrupt():
            time.sleep(1)
            os.kill(os.getpid(), signal.SIGINT)

        before = ts.live_handles()
        threading.Thread(target=interrupt).start()
        start = time.monotonic()
        with self.assertRaises(KeyboardInterrupt):
            ts.Experiment(SLOW).run(limit=500)
        # Long before the run would have ended: images under way are finished.
        self.assertLess(time.monotonic() - start, 60)
        self.assertEqual(ts.live_handles(), before)
        self.assertEqual(ts.Experiment(QUICK).run(limit=2).images, 2)

    def test_an_exception_in_progress_ends_a_run(self):
        def refuse(*_):
            raise ZeroDivisionError

        before = ts.live_handles()
        with self.assertRaises(ZeroDivisionError):
            ts.Experiment(SLOW).run(limit=500, progress=refuse)
        self.assertEqual(ts.live_handles(), before)

    def child(self, code):
        return subprocess.run(
            [sys.executable, "-c", "import tilespice as ts, os, sys, threading, time\n" + code],
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip

    def test_the_interpreter_may_end_during_a_run(self):
        found = self.child(
            f"threading.Thread(target=lambda: ts.Experiment({SLOW}).run(limit=500), daemon=True).start()\n"
            "time.sleep(1)"
        )
        self.assertEqual(found.returncode, 0, found.stderr)

    def test_a_forked_child_computes_and_refuses_runs(self):
        found = self.child(
            "import numpy as np\n"
            "g = np.full((40, 40), 1e-5)\n"
            "x = np.ones((90, 40), bool)\n"
            "a = ts.Array(g, topology='gateDriven', wires={'bitLineOhms': 5.0})\n"
            f"ts.Experiment({QUICK}).run(limit=2)\n"
            "expected = a.mvm(x)\n"
            "pid = os.fork()\n"
            "if pid == 0:\n"
            "    ok = (a.mvm(x) == expected).all()\n"
            "    try: ts.Experiment({}).run(limit=1)\n"
            "    except ts.TileSpiceError as error: ok = ok and 'spawn' in str(error)\n"
            "    else: ok = False\n"
            "    os._exit(0 if ok else 3)\n"
            "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
        )
        self.assertEqual((found.stdout, found.returncode), ("0\n", 0), found.stderr)

    def test_a_child_forked_during_a_run_ends_and_refuses_calls(self):
        """Its threads are gone, and with them what would ever open a lock that one of them held."""
        found = self.child(
            "import numpy as np\n"
            "a = ts.Array(np.full((4, 4), 1e-5))\n"
            f"t = threading.Thread(target=lambda: ts.Experiment({SLOW}).run(limit=500), daemon=True)\n"
            "t.start()\n"
            "time.sleep(1)\n"
            "def child():\n"
            "    for call in (lambda: a.mvm(np.ones(4)), lambda: ts.Array(np.ones((2, 2)))):\n"
            "        try: call()\n"
            "        except ts.TileSpiceError as error:\n"
            "            if 'spawn' not in str(error): sys.exit(4)\n"
            "        else: sys.exit(3)\n"
            "    sys.exit(0)\n"
            "codes = set()\n"
            "for k in range(20):\n"
            "    pid = os.fork()\n"
            "    if pid == 0: child()\n"
            "    codes.add(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
            "print(codes)"
        )
        self.assertEqual((found.stdout, found.returncode), ("{0}\n", 0), found.stderr)

    def test_two_threads(self):
        rng = np.random.default_rng(1)
        g = rng.uniform(1e-6, 1e-4, (128, 64))
        array = ts.Array(g, topology="gateDriven", wires={"bitLineOhms": 5.0})
        inputs = [rng.random((64, 128)) < 0.3 for _ in range(8)]
        expected = [array.mvm(x, threads=1) for x in inputs]
        failures = []

        def work(shift):
            for k in range(40):
                k = (k + shift) % 8
                if not (array.mvm(inputs[k], threads=1 + k % 2) == expected[k]).all():
                    failures.append(k)
            if shift == 0 and ts.Experiment(QUICK).run(limit=2, threads=1).images != 2:
                failures.append("experiment")

        threads = [threading.Thread(target=work, args=(s,)) for s in (0, 3)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(failures, [])

    def test_calls_release_the_lock_of_the_interpreter(self):
        counted = [0]
        stop = threading.Event()

        def count():
            while not stop.wait(0.001):
                counted[0] += 1

        # One call that takes long: the effective matrix of a large array.
        g = np.random.default_rng(1).uniform(1e-6, 1e-4, (128, 128))
        array = ts.Array(g, wires={"wordLineOhms": 1.0, "bitLineOhms": 1.0})
        thread = threading.Thread(target=count)
        thread.start()
        array.effective_matrix()
        stop.set()
        thread.join()
        self.assertGreater(counted[0], 5)
