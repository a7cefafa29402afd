import numpy as np
import tilespice as ts
from support import Case

PLAIN = {"converter": "ideal", "wires": {"bitLineOhms": 0.0}}
VOLTAGES = {**PLAIN, "inputs": {"model": "voltages", "sliceBits": 8}}


class Matrices(Case):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(3)
        self.w, self.x = rng.normal(size=(20, 30)), rng.normal(size=(30, 7))

    def test_products_are_those_of_the_weights(self):
        core = ts.AnalogMatrix(self.w, PLAIN)
        self.assertEqual(core.shape, (20, 30))
        np.testing.assert_allclose(core.weights, self.w, atol=core.weight_scale * 0.501)
        y = core @ self.x
        # Inputs are rounded to 255 steps of the largest of their vector.
        step = np.abs(self.x).max(0) / 255
        bound = 0.51 * np.abs(core.weights).sum(1)[:, None] * step
        self.assertTrue((np.abs(y - core.weights @ self.x) <= bound).all())
        self.same(core @ self.x[:, 2], y[:, 2])
        self.same(core.apply(self.x.T), y.T)
        self.assertEqual(core.apply(np.stack([self.x.T] * 2)).shape, (2, 7, 20))
        self.same(core @ self.x.T.copy().T, y)

    def test_both_directions(self):
        core = ts.AnalogMatrix(self.w, VOLTAGES)
        y = np.random.default_rng(4).normal(size=20)
        bound = 0.51 * np.abs(core.weights).sum(0) * np.abs(y).max() / 255
        self.assertTrue((np.abs(y @ core - y @ core.weights) <= bound).all())
        self.same(core.T @ y, y @ core)
        self.same(self.x[:, 0] @ core.T, core @ self.x[:, 0])
        self.same(core.T.weights, core.weights.T)
        self.assertIs(core.T.T, core)
        with self.assertRaisesRegex(ts.TileSpiceError, "inputs: a transpose read"):
            y @ ts.AnalogMatrix(self.w, PLAIN)

    def test_parts_are_programmed(self):
        core = ts.AnalogMatrix(self.w, PLAIN)
        before = core.weights
        core[2:4, :3] = 0.5
        core[5] = self.w[6]
        np.testing.assert_allclose(core.weights[2:4, :3], 0.5, atol=core.weight_scale * 0.501)
        self.same(core.weights[5], before[6])
        self.same(core.weights[7:], before[7:])
        for call, reason in [
            (lambda: core.program([[1e9]]), "does not fit"),
            (lambda: core.program(np.zeros((2, 2)), 19, 0), "does not lie within the matrix of 20 × 30"),
            (lambda: core.program(np.zeros((2, 2)), -1, 0), "row is -1"),
            (lambda: core.__setitem__((slice(0, 4, 2), 0), 0.0), "has no steps"),
            (lambda: core.__setitem__(20, 0.0), "out of range"),
            (lambda: core.__setitem__((0, 0, 0), 0.0), "two axes"),
            (lambda: core.__setitem__(slice(0, 2), np.zeros((3, 3))), "the part is 2 × 30"),
        ]:
            with self.subTest(reason), self.assertRaisesRegex(ts.TileSpiceError, reason):
                call()

    def test_parts_are_assigned_as_in_numpy(self):
        for key, value in [
            ((slice(2, 4), 1), [1.0, -1.0]),
            ((3, slice(0, 5)), np.arange(5) / 5),
            ((-1, -2), 0.5),
            (..., 0.25),
            ((slice(None), 0), np.linspace(-1, 1, 20)),
            ((slice(4, 4),), 7.0),
            ((0, slice(0, 2)), np.float32(0.5)),
            ((1, slice(0, 2)), [True, False]),
        ]:
            core, held = ts.AnalogMatrix(self.w, PLAIN), None
            held = core.weights
            core[key] = value
            held[key] = value
            with self.subTest(key=key):
                np.testing.assert_allclose(core.weights, held, rtol=0, atol=0.6 * core.weight_scale)
        for key, value, reason in [
            ((slice(2, 4), 1), [1.0, 0.0, 0.0], "the part is 2 × 1"),
            ("a", 0.0, "an index is 'a'"),
            ([0, 1], 0.0, "an index is"),
            (1.5, 0.0, "an index is 1.5"),
            (slice("a", 3), 0.0, "slice"),
            (0, "x", "value has elements of type"),
            (0, np.nan, "a weight is not finite"),
            ((2**70, 0), 0.0, "an index is"),
        ]:
            with self.subTest(reason), self.assertRaisesRegex(ts.TileSpiceError, reason):
                core[key] = value
        for row in (-1, 2**64, 2**63):
            with self.subTest(row), self.assertRaisesRegex(ts.TileSpiceError, "row is"):
                core.program([[0.0]], row)

    def test_hardware_of_every_kind(self):
        (self.folder / "H.yaml").write_text("preset: sonos\nconverter: ideal\n")
        file = ts.AnalogMatrix(self.w, self.folder / "H.yaml", path="ideal")
        preset = ts.AnalogMatrix(self.w, ts.presets.sonos(converter="ideal"), path="ideal")
        self.same(file.weights, preset.weights)
        self.same(ts.AnalogMatrix(self.w, ts.presets.sonos(converter="ideal"), path="ideal", seed=1).weights,
                  preset.weights)  # fmt: skip
        other = ts.AnalogMatrix(self.w, ts.presets.sonos(converter="ideal"), path="ideal", seed=2)
        self.assertFalse((other.weights == preset.weights).all(), "errors of cells follow the seed")
        self.assertIn("sonos", ts.presets.names())
        with self.assertRaisesRegex(AttributeError, "no preset is called none"):
            ts.presets.none

    def test_every_product_has_noise_of_its_own(self):
        noisy = {**PLAIN, "errors": {"readNoise": {"model": "stateIndependent", "alpha": 0.02}}}
        core, twin = ts.AnalogMatrix(self.w, noisy), ts.AnalogMatrix(self.w, noisy)
        first, second = core @ self.x, core @ self.x
        self.assertFalse((first == second).all())
        self.same(twin @ self.x, first)
        self.same(twin @ self.x, second)

    def test_errors(self):
        core = ts.AnalogMatrix(self.w, PLAIN)
        for call, reason in [
            (lambda: ts.AnalogMatrix(self.w, {"tile": {"wordLine": 3}}), "hardware.tile.wordLine: unknown key"),
            (lambda: ts.AnalogMatrix(self.w, "nonesuch"), "nonesuch"),
            (lambda: ts.AnalogMatrix(self.w, "none.yaml"), "none.yaml"),
            (lambda: ts.AnalogMatrix(self.w, 3), "hardware is a int"),
            (lambda: ts.AnalogMatrix(self.w), "converter.range"),
            (lambda: ts.AnalogMatrix(self.w * np.nan, PLAIN), "a weight is not finite"),
            (lambda: ts.AnalogMatrix(np.empty((0, 3)), PLAIN), "has no weights"),
            (lambda: ts.AnalogMatrix(self.w, PLAIN, path="fast"), "path"),
            (lambda: core @ self.x[:5], r"x has shape \(7, 5\); \[\.\.\., 30\] is expected"),
            (lambda: core @ np.zeros((2, 2, 2)), "a vector or a matrix"),
            (lambda: core @ (self.x * np.inf), "an input is not finite"),
            (lambda: self.x @ core, "is expected"),
        ]:
            with self.subTest(reason), self.assertRaisesRegex(ts.TileSpiceError, reason):
                call()
