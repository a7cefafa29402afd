import json

import numpy as np
import tilespice as ts
from support import BITS, G, NEGATIVE, ROOT, VOLTS, WIRES, Case


def yaml(case, settings, g, negative=None):
    """ARRAY.yaml and its matrices in the folder of a test."""
    np.save(case.folder / "g.npy", g)
    settings = {"version": 1, "conductances": "g.npy", **settings}
    if negative is not None:
        np.save(case.folder / "gn.npy", negative)
        settings["negativeConductances"] = "gn.npy"
    (case.folder / "A.yaml").write_text(json.dumps(settings))


class Arrays(Case):
    def test_reference_values(self):
        # Printed digits of the documentation of ARRAY.yaml.
        cases = [
            ({}, None, VOLTS, [1.5841666667, 1.6475, 1.885, 1.4258333333, 2.36]),
            ({"wires": WIRES}, None, VOLTS,
             [1.5628234801, 1.6106389670, 1.8498564745, 1.3935823354, 2.3096994156]),
            ({"topology": "gateDriven", "wires": {"bitLineOhms": 2e-3, "sourceLineOhms": 1e-3}}, None,
             BITS, [1.9728477671, 1.5089800284, 2.0680861757, 2.6123456890, 2.1635794157]),
            ({"pair": "interleaved", "wires": WIRES}, NEGATIVE, VOLTS,
             [-0.2103637468, -0.2604269149, 0.4078845206, -0.4817700817, 0.3480518289]),
        ]  # fmt: skip
        for keys, negative, inputs, expected in cases:
            found = ts.Array(G, negative, **keys).mvm(inputs)
            np.testing.assert_allclose(found, expected, rtol=0, atol=5.1e-11)

    def test_same_bits_as_the_program(self):
        rng = np.random.default_rng(1)
        g = rng.uniform(1e-6, 1e-4, (48, 40))
        volts, bits = rng.uniform(0, 0.2, (3, 48)), rng.random((70, 48)) < 0.4
        for keys, negative, inputs in [
            ({"topology": "voltageDriven", "wires": WIRES}, None, volts),
            ({"topology": "voltageDriven", "wires": {"bitLineOhms": 5.0}}, g[::-1], volts),
            ({"topology": "gateDriven", "wires": {"bitLineOhms": 5.0}}, g[::-1], bits),
            ({"topology": "gateDriven", "sourceLine": "crossing", "wires": {"bitLineOhms": 5.0}}, None,
             bits),
        ]:  # fmt: skip
            yaml(self, keys, g, negative)
            np.save(self.folder / "x.npy", inputs.astype(float))
            array = ts.Array(g, negative, **keys)
            for path in ["ideal", "exact", "calibrated", "cholmod"]:
                self.program("mvm", "A.yaml", "--inputs", "x.npy", "--out", "i.npy", "--path", path)
                with self.subTest(path=path, **keys):
                    expected = np.load(self.folder / "i.npy")
                    self.same(array.mvm(inputs, path), expected)
                    self.same(array.mvm(inputs, path, threads=1), expected)
                    self.same(ts.Array.open(self.folder / "A.yaml").mvm(inputs, path), expected)

    def test_any_type_order_and_strides(self):
        array = ts.Array(G, wires=WIRES)
        expected = array.mvm(np.stack([VOLTS, 2 * VOLTS]))
        wide = np.zeros((4, 18))
        wide[::2, ::3] = [VOLTS, 2 * VOLTS]
        self.same(array.mvm(wide[::2, ::3]), expected)
        self.same(array.mvm(np.asfortranarray([VOLTS, 2 * VOLTS])), expected)
        self.same(array.mvm(np.array([VOLTS, 2 * VOLTS])[:, ::-1][:, ::-1]), expected)
        self.same(array.mvm([VOLTS.tolist(), (2 * VOLTS).tolist()]), expected)
        self.same(array.mvm(np.broadcast_to(VOLTS, (3, 2, 6))).shape, (3, 2, 5))
        self.same(array.mvm(VOLTS), expected[0])
        self.same(array.mvm(np.empty((0, 6))), np.empty((0, 5)))
        self.same(array.mvm(VOLTS.astype(">f8")), expected[0])
        single = array.mvm(VOLTS.astype(np.float32))
        np.testing.assert_allclose(single, expected[0], rtol=1e-6)
        self.same(ts.Array(np.asfortranarray(G), wires=WIRES).mvm(VOLTS), expected[0])
        self.same(ts.Array(G.T.copy().T, wires=WIRES).mvm(VOLTS), expected[0])
        # Whole numbers, and gates of every kind.
        self.same(array.mvm([0, 1, 0, 2, 0, 1]), array.mvm([0.0, 1, 0, 2, 0, 1]))
        gates = ts.Array(G, topology="gateDriven", wires={"bitLineOhms": 2e-3})
        for kind in (bool, np.uint8, np.int64, np.float32, float):
            self.same(gates.mvm(BITS.astype(kind)), gates.mvm(BITS))
        strided = np.zeros((2, 12), bool)
        strided[1, ::2] = BITS
        self.same(gates.mvm(strided[1:, ::2])[0], gates.mvm(BITS))

    def test_solutions_obey_kirchhoff(self):
        for negative, keys in [(None, {}), (NEGATIVE, {}), (NEGATIVE, {"pair": "interleaved"})]:
            array = ts.Array(G, negative, wires=WIRES, **keys)
            found = array.solve([VOLTS, 2 * VOLTS])
            # Cells: I = G (u - v), by polarity.
            g = G if negative is None else np.stack([G, negative])
            np.testing.assert_allclose(found.cell_amperes, g * found.cell_volts, rtol=1e-9, atol=1e-15)
            # Along a bit line every cell adds its current; the last segment is sensed.
            steps = np.diff(found.bit_amperes, axis=-2)
            cells = found.cell_amperes
            if keys:
                cells = cells.sum(1)
            np.testing.assert_allclose(steps, cells, rtol=1e-8, atol=1e-12)
            np.testing.assert_allclose(np.moveaxis(np.atleast_3d(found.amperes), 0, 0).ravel(),
                                       array.mvm([VOLTS, 2 * VOLTS]).ravel(), rtol=1e-9)  # fmt: skip
            self.assertLess(found.power_imbalance, 1e-9)
            self.assertEqual(found.watts.shape, (2,))

    def test_effective_matrix_is_the_array(self):
        array = ts.Array(G, wires=WIRES)
        np.testing.assert_allclose(VOLTS @ array.effective_matrix(), array.mvm(VOLTS), rtol=1e-12)
        self.same(array.offset_amperes(), np.zeros(5))

    def test_other_laws(self):
        array = ts.Array(G * 1e-4, wires={"bitLineOhms": 20.0}, law={"model": "sinh", "scaleVolts": 0.2})
        found = array.mvm(VOLTS * 0.3, full=True)
        self.assertLess(found.residual, 1e-9)
        self.assertTrue((found.amperes > ts.Array(G * 1e-4, wires={"bitLineOhms": 20.0}).mvm(VOLTS * 0.3)).all())

    def test_another_simulator_agrees(self):
        self.assertTrue(ts.Array(G, wires=WIRES).verify("builtin", VOLTS).agrees)
        files = ts.Array(G, wires=WIRES).to_spice(self.folder / "deck", VOLTS)
        self.assertIn("core.sp", files)
        try:
            found = ts.verify(self.folder / "deck", "ngspice")
        except ts.TileSpiceError as error:
            if "ngspice" in str(error) and "install" in str(error):
                self.skipTest(str(error))
            raise
        self.assertTrue(found.agrees)
        np.testing.assert_allclose(found.found, found.expected, rtol=1e-9)

    def test_own_models(self):
        rng = np.random.default_rng(2)
        g = rng.uniform(1e-6, 1e-4, (24, 8))
        array = ts.Array(g, topology="gateDriven", readVolts=0.2, wires={"bitLineOhms": 20.0})
        comparison = array.compare({"no wires": lambda x: 0.2 * x @ g, "circuit": array.mvm})
        ideal, own, exact = (comparison.verdicts[k] for k in (0, -2, -1))
        self.assertAlmostEqual(own.rms, ideal.rms, places=6)
        self.assertLess(exact.worst, 1e-12)
        fit = np.linalg.lstsq(comparison.fitting_inputs, comparison.fitting_amperes, rcond=None)[0]
        self.assertLess(comparison.judge("fit", lambda x: x @ fit).rms, own.rms)
        self.assertIn("no wires", comparison._repr_html_())
        self.same(array.g, g)
        self.assertIsNone(array.negative)
        # Volts, and pairs on lines of their own, in the shape of `mvm` and as outputs.
        pairs = ts.Array(g, g[::-1], wires={"wordLineOhms": 2.0, "bitLineOhms": 2.0})
        self.same(pairs.negative, g[::-1])
        compared = pairs.compare({
            "as mvm": lambda v: pairs.mvm(v),
            "as outputs": lambda v: np.concatenate(pairs.mvm(v), axis=-1),
        })  # fmt: skip
        for verdict in compared.verdicts[-2:]:
            self.assertLess(verdict.worst, 1e-9)

        def broken(_):
            raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            comparison.judge("broken", broken)
        with self.assertRaisesRegex(ts.TileSpiceError, "returned currents of shape"):
            comparison.judge("bad", lambda x: x)
        with self.assertRaisesRegex(ts.TileSpiceError, "currents are finite"):
            comparison.judge("nan", lambda x: np.full((len(x), 8), np.nan))

    def test_errors(self):
        array = ts.Array(G, wires=WIRES)
        gates = ts.Array(G, topology="gateDriven")
        for call, reason in [
            (lambda: ts.Array(G, wires={"bitLineOhm": 1}), r"wires\.bitLineOhm: unknown key; did you mean"),
            (lambda: ts.Array(G, wires={"bitLineOhms": -1}), "wires.bitLineOhms"),
            (lambda: ts.Array(-G), r"conductances\[0, 0\] is -0.05 S"),
            (lambda: ts.Array(G * np.nan), r"conductances\[0, 0\] is nan S"),
            (lambda: ts.Array(np.empty((0, 5))), "an array has cells"),
            (lambda: ts.Array(G[0]), r"conductances has shape \[5\]"),
            (lambda: ts.Array(G, NEGATIVE[:5]), "the two cells of a pair need the same shape"),
            (lambda: ts.Array(G, pair="interleaved"), "pair: interleaved pairs need negativeConductances"),
            (lambda: ts.Array([["a"]]), "g has elements of type"),
            (lambda: ts.Array(G, conductances="g.npy"), "conductances: unknown key"),
            (lambda: ts.Array(G, wires=object()), "settings: a object is no value"),
            (lambda: ts.Array(G, wires={"bitLineOhms": float("nan")}), "settings: "),
            (lambda: ts.Array.open("none.yaml"), "none.yaml"),
            (lambda: array.mvm(VOLTS[:5]), r"v has shape \(5,\); \[\.\.\., 6\] is expected"),
            (lambda: array.mvm(1.0), "a value per word line"),
            (lambda: array.mvm(VOLTS * 1j), "v has elements of type complex128"),
            (lambda: array.mvm([np.inf] * 6), r"input \[0, 0\] is inf V"),
            (lambda: array.mvm(VOLTS, "fast"), "path is 'fast'; known are"),
            (lambda: array.mvm(VOLTS, threads=-1), "threads is -1"),
            (lambda: array.mvm(VOLTS, vectors=-1), "vectors is -1"),
            (lambda: gates.mvm(VOLTS), "take 0 or 1"),
            (lambda: gates.mvm(np.full(6, 2, np.uint8)), "neither 0 nor 1"),
            (lambda: gates.effective_matrix(), "no effective matrix"),
            (lambda: array.solve(VOLTS, "ideal"), "ideal has no voltages"),
            (lambda: array.solve(np.empty((0, 6))), "no input vector"),
            (lambda: array.calibrate(errorBudget="much"), "calibration.errorBudget"),
            (lambda: array.to_spice(self.folder, VOLTS[:2]), r"input has shape \[2\]"),
            (lambda: array.verify("spectre"), "simulator is 'spectre'"),
            (lambda: ts.verify(self.folder / "none"), "none"),
            (lambda: array.compare(inputs=np.empty((0, 6))), "no vectors to test"),
            (lambda: ts.reference("nothing"), "nothing"),
        ]:
            with self.subTest(reason), self.assertRaisesRegex(ts.TileSpiceError, reason):
                call()
        array.close()
        with self.assertRaisesRegex(ts.TileSpiceError, "it was closed"):
            array.mvm(VOLTS)


class Decks(Case):
    def test_plots(self):
        plots = ts.solve(ROOT / "netlists/divider.sp")
        self.assertEqual([p.name for p in plots], ["Operating Point", "DC transfer characteristic"])
        np.testing.assert_allclose(plots[1]["V(out)"], plots[1]["v-sweep"] * 2 / 3, rtol=1e-12)
        self.assertIn("v(out)", plots[0]._repr_html_())

    def test_raw_files_of_the_program(self):
        (self.folder / "rc.sp").write_text(
            "an RC\nv1 a 0 dc 0 ac 1 pulse(0 1 0 1n 1n 1 2)\nr1 a b 1k\nc1 b 0 1n\n"
            ".ac dec 3 1k 1meg\n.tran 10n 3u\n.measure tran half when v(b)=0.5\n.end\n"
        )
        self.program("solve", "rc.sp", "--raw", "rc.raw")
        own, read = ts.solve(self.folder / "rc.sp"), ts.read_raw(self.folder / "rc.raw")
        self.assertEqual(len(own), len(read))
        for a, b in zip(own, read):
            self.assertEqual(list(a), list(b))
            self.same(a.data, b.data)
        # H = 1 / (1 + j w RC); the time to half is RC ln 2.
        ac = own[0]
        w = 2 * np.pi * ac["frequency"].real
        np.testing.assert_allclose(ac["v(b)"], 1 / (1 + 1j * w * 1e-6), rtol=1e-9)
        self.assertAlmostEqual(own.measured("half") / (1e-6 * np.log(2)), 1, delta=0.01)

    def test_errors(self):
        (self.folder / "bad.sp").write_text("title\nr1 a 0 1k\nq1 a b c m\n.op\n.end\n")
        with self.assertRaisesRegex(ts.TileSpiceError, r"bad.sp:3"):
            ts.solve(self.folder / "bad.sp")
        with self.assertRaisesRegex(ts.TileSpiceError, "ignore is 'x'"):
            ts.solve(self.folder / "bad.sp", ignore="x")
        with self.assertRaisesRegex(ts.TileSpiceError, "none.raw"):
            ts.read_raw(self.folder / "none.raw")
        with self.assertRaisesRegex(KeyError, r"v\(x\); there are v\(in\)"):
            ts.solve(ROOT / "netlists/divider.sp")[0]["v(x)"]
