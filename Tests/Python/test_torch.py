import unittest
import warnings

import numpy as np
import tilespice as ts
from support import Case

try:
    import torch
    import tilespice.torch as tt
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    raise unittest.SkipTest("PyTorch is not installed")

HARDWARE = {"wires": {"bitLineOhms": 500.0}, "tile": {"wordLines": 64, "bitLines": 64}}
# No wires, no converters: the arrays multiply integers.
IDEAL = {"wires": {"bitLineOhms": 0.0}, "converter": "ideal"}


class Mixed(nn.Module):
    """Layers of every kind."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.grouped = nn.Conv2d(8, 8, (3, 1), padding="same", groups=4, dilation=(2, 1))
        self.mirrored = nn.Conv2d(8, 4, 3, padding=1, padding_mode="reflect", bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.line = nn.Conv1d(4, 6, 3, padding=2, bias=False)
        self.attention = nn.MultiheadAttention(6, 2, batch_first=True)
        self.dense = nn.Linear(6, 5)
        self.unused = nn.Linear(5, 5)

    def forward(self, x):
        x = F.relu(self.grouped(F.relu(self.first(x))))
        x = self.line(self.norm(self.mirrored(x)).flatten(2))
        x = x.transpose(1, 2)
        x = x + self.attention(x, x, x, need_weights=False)[0]
        return self.dense(x).mean(1)


def mixed():
    torch.manual_seed(1)
    return Mixed().eval(), torch.rand(12, 3, 10, 10)


class Conversion(Case):
    def test_every_kind_of_layer(self):
        net, x = mixed()
        own = tt.convert(net, IDEAL, x, path="ideal")
        names = list(tt.analog_layers(own))
        self.assertEqual(names, [
            "first", "grouped", "mirrored", "line", "attention.query", "attention.key",
            "attention.value", "attention.output", "dense",
        ])  # fmt: skip
        # 8 bits of weights and inputs, and nothing else.
        error = (own(x) - net(x)).std() / net(x).std()
        self.assertLess(error, 0.05)
        stays = tt.inconvertible_modules(own)
        self.assertEqual(stays["unused"], "the calibration does not reach it")
        self.assertEqual(stays["norm"], "no matrix product with constant weights")
        self.assertNotIn("dense", stays)
        self.assertNotIn("attention", stays)
        # The float module is as it was.
        self.assertIsInstance(net.first, nn.Conv2d)
        self.assertFalse(tt.analog_layers(net))

    def test_products_are_those_of_programmed_weights(self):
        net, x = mixed()
        own = tt.convert(net, IDEAL, x, path="ideal")
        inputs = {}
        for name, layer in tt.analog_layers(own).items():
            def note(_, given, found, name=name):
                inputs[name] = (given[0].detach(), found.detach())

            layer.register_forward_hook(note)
        own(x)
        for name, layer in tt.analog_layers(own).items():
            given, found = inputs[name]
            expected = layer._finish(layer.product(layer.quantized(given), layer.programmed_weight()))
            with self.subTest(name):
                scale = expected.abs().max().item()
                self.assertLess((found - expected).abs().max().item(), 3e-6 * scale)

    def test_single_images_and_batches_agree(self):
        net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(-3), nn.Linear(144, 3))
        torch.manual_seed(2)
        x = torch.rand(70, 1, 8, 8)
        own = tt.convert(net, HARDWARE, x)
        all_at_once = own(x)
        for k in (0, 69):
            self.same(own(x[k]).detach(), all_at_once[k].detach())
            self.same(own(x[k : k + 1]).detach()[0], all_at_once[k].detach())

    def test_attention_is_that_of_torch(self):
        torch.manual_seed(3)
        for keys in [{"batch_first": True}, {}, {"kdim": 5, "vdim": 7}, {"bias": False}]:
            own = nn.MultiheadAttention(8, 2, **keys).eval()
            q = torch.rand(6, 4, 8)
            k, v = torch.rand(6, 4, keys.get("kdim", 8)), torch.rand(6, 4, keys.get("vdim", 8))
            mask = torch.rand(6, 6) < 0.3 if not keys.get("batch_first") else torch.rand(4, 4) < 0.3
            mask.fill_diagonal_(False)
            expected = own(q, k, v, attn_mask=mask)
            found = tt.AnalogAttention(own)(q, k, v, attn_mask=mask)
            for a, b in zip(found, expected):
                torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)
        encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True).eval()
        x = torch.rand(5, 4, 8)
        analog = tt.convert(encoder, IDEAL, x, path="ideal")
        self.assertEqual(len(tt.analog_layers(analog)), 6)
        self.assertLess(((analog(x) - encoder(x)).std() / encoder(x).std()).item(), 0.05)

    def test_it_is_the_network_of_the_program(self):
        """The program runs the exported network: one layer, whose inputs need no float operators."""
        torch.manual_seed(4)
        net = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
        path = ts.resources() + "/digits/"
        images = np.load(path + "calibration_images.npy").astype(np.float32).reshape(-1, 1, 8, 8) / 16
        x = torch.tensor(images)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(net, (x[:1],), self.folder / "net.onnx", dynamo=False, input_names=["input"],
                              dynamic_axes={"input": {0: "N"}})  # fmt: skip
        np.save(self.folder / "x.npy", images)
        sonos = ts.presets.sonos(wires={"bitLineOhms": 20.0})
        for hardware, path in [(HARDWARE, "exact"), (sonos, "exact"), (HARDWARE, "calibrated")]:
            found = ts.Experiment({
                "auditVectors": 0, "hardware": hardware, "path": path, "seed": 5,
                "network": {"model": "onnx", "file": str(self.folder / "net.onnx")},
                "data": {"model": "npy", "images": str(self.folder / "x.npy"),
                         "calibrationImages": str(self.folder / "x.npy")},
                "outputs": {"logits": True},
            }).run(limit=40, out=self.folder / path)  # fmt: skip
            own = tt.convert(net, hardware, x[:64], path=path, seed=5)
            expected = np.load(self.folder / path / "outputs-arrays-0.npy")
            self.same(own(x[:40]).detach().numpy(), expected)
            self.assertEqual(found.images, 40)

    def test_errors(self):
        net, x = mixed()
        for call, reason in [
            (lambda: tt.convert(net, IDEAL), "calibration is missing"),
            (lambda: tt.convert(net, IDEAL, x[:0]), "holds no inputs"),
            (lambda: tt.convert(net, IDEAL, 3), "calibration is a int"),
            (lambda: tt.convert(net, {"tiles": 1}, x), "hardware.tiles: unknown key"),
            (lambda: tt.convert(net, IDEAL, x, path="fast"), "path"),
            (lambda: tt.convert(net, IDEAL, x, backward="wrong"), "backward is 'wrong'"),
            (lambda: tt.convert(net, IDEAL, x, layers={"none": {}}), "no layer is called none"),
            (lambda: tt.convert(net, IDEAL, x, quantization={"bits": 3}), "quantization.bits: unknown key"),
            (lambda: tt.convert(nn.ReLU(), IDEAL, x), "no layer that arrays could hold"),
            (lambda: tt.convert(net, IDEAL, x * 0 + torch.nan), "an input is not finite"),
            (lambda: tt.convert(nn.Conv2d(3, 4, 3), IDEAL, x * 0), "no input other than zero"),
            (lambda: tt.compensate(net, x), "no analog layers"),
            (lambda: tt.calibrate(net, x), "no analog layers"),
        ]:
            with self.subTest(reason), self.assertRaisesRegex(ts.TileSpiceError, reason):
                call()
        own = tt.convert(net, IDEAL, x)
        with self.assertRaisesRegex(ts.TileSpiceError, "an input is not finite"):
            own(x * torch.inf)


class Gradients(Case):
    def test_backward_is_that_of_the_programmed_map(self):
        """Against finite differences of the linear map that the arrays were programmed with."""
        net, x = mixed()
        own = tt.convert(net, IDEAL, x, path="ideal")
        for name, layer in tt.analog_layers(own).items():
            shape = {"line": (2, 4, 9), "dense": (4, 6)}.get(name)
            if name.startswith("attention"):
                shape = (4, 6)
            if shape is None:
                shape = (2, layer.weight.shape[1] * (4 if name == "grouped" else 1), 5, 5)
            torch.manual_seed(6)
            low, high, scale = layer._range
            # On codes and inside their range, where the forward is the map itself.
            codes = torch.randint(int(max(low, -100)), 100, shape).float()
            given = (codes * scale).requires_grad_()
            layer.weight.grad = None
            held = layer.programmed_weight()
            found = layer(given)
            direction = torch.rand_like(found)
            (found * direction).sum().backward()

            def value(inputs, weight):
                return (layer._finish(layer.product(inputs, weight)) * direction).sum().double().item()

            with self.subTest(name):
                for tensor, gradient, change in [
                    (given, given.grad, lambda t: value(t, held)),
                    (held, layer.weight.grad, lambda t: value(given.detach(), t)),
                ]:
                    base, step = tensor.detach().double(), 0.5
                    largest = gradient.abs().max().item()
                    for flat in np.random.default_rng(7).integers(0, base.numel(), 8):
                        unit = torch.zeros(base.numel(), dtype=torch.float64)
                        unit[flat] = step
                        unit = unit.reshape(base.shape)
                        up, down = change((base + unit).float()), change((base - unit).float())
                        # The map is linear: only rounding in single precision differs.
                        self.assertAlmostEqual(
                            (up - down) / (2 * step), gradient.flatten()[flat].item(), delta=2e-3 * largest
                        )

    def test_inputs_beyond_their_range_have_no_gradient(self):
        layer = tt.convert(nn.Linear(4, 2), IDEAL, torch.rand(8, 4), path="ideal")
        x = torch.tensor([[0.1, -1.0, 0.5, 9.0]], requires_grad=True)
        layer(x).sum().backward()
        self.assertEqual((x.grad != 0).tolist(), [[True, False, True, False]])

    def test_effective_gradients_follow_the_circuit(self):
        """The effective map predicts the circuit's response to its inputs better than the ideal one."""
        torch.manual_seed(8)
        x = torch.rand(64, 64)
        own = tt.convert(nn.Linear(64, 16, bias=False), {**HARDWARE, "converter": "ideal"}, x)
        held, effective = own.programmed_weight(), own.effective_weight(x)
        inputs = own.quantized(x)
        errors = [((inputs @ w.T - own(x)).std() / own(x).std()).item() for w in (held, effective)]
        self.assertLess(errors[1], errors[0] / 3)
        for mode, weight in [("ideal", held), ("effective", effective)]:
            own.backward_mode, own._shares = mode, None
            given = x.clone().requires_grad_()
            own(given)[:, 3].sum().backward()
            torch.testing.assert_close(given.grad[0], weight[3], rtol=1e-4, atol=1e-6)

    def test_exact_gradients_are_ideal_ones_without_wires(self):
        net, x = mixed()
        gradients = {}
        for mode in ("ideal", "exact"):
            own = tt.convert(net, {**IDEAL, "converter": "ideal"}, x, backward=mode)
            given = x.clone().requires_grad_()
            own(given).square().sum().backward()
            gradients[mode] = [given.grad] + [m.weight.grad for m in tt.analog_layers(own).values()]
        for a, b in zip(*gradients.values()):
            torch.testing.assert_close(a, b, rtol=2e-3, atol=2e-4 * a.abs().max().item())

    def test_exact_gradients_are_those_of_the_circuit(self):
        """Against differences of the circuit's currents, weight by weight, which the ideal ones are not."""
        torch.manual_seed(11)
        x = torch.rand(64, 48)
        hardware = {"wires": {"bitLineOhms": 1000.0}, "converter": "ideal", "tile": {"wordLines": 48}}
        own = tt.convert(nn.Linear(48, 6, bias=False), hardware, x, backward="exact")
        direction = torch.rand(64, 6)
        (own(x) * direction).sum().backward()
        gradient, base = own.weight.grad.clone(), own.weight.detach().clone()
        step = base.abs().max().item() / 127
        differences = []
        chosen = [(o, i) for o in range(6) for i in range(0, 48, 7) if 0.1 < base[o, i].abs() / base.abs().max() < 0.9]
        for o, i in chosen:
            values = []
            for sign in (1, -1):
                # Whole codes, so that nothing is rounded: the largest weight keeps the scale.
                with torch.no_grad():
                    own.weight.copy_(torch.round(base / step) * step)
                    own.weight[o, i] += sign * 4 * step
                values.append((own(x) * direction).sum().item())
            differences.append((values[0] - values[1]) / (8 * step))
        exact = torch.tensor([gradient[o, i] for o, i in chosen])
        found = torch.tensor(differences)
        self.assertLess(((exact - found).norm() / found.norm()).item(), 0.02)
        # Without the circuit they would be far off.
        ideal = torch.tensor([(x[:, i] * direction[:, o]).sum() for o, i in chosen])
        self.assertGreater(((ideal - found).norm() / found.norm()).item(), 0.3)

    def test_gradients_of_inputs_and_weights_belong_together(self):
        """With all bits on, a gate that lets part x of a cell's current through is a cell of x g: what an
        input changes is what its weights change, by other walks down the columns."""
        torch.manual_seed(12)
        hardware = {
            "wires": {"bitLineOhms": 1000.0}, "converter": "ideal", "tile": {"wordLines": 48},
        }  # fmt: skip
        for sense in ("far", "near"):
            hardware["ends"] = {"bitLineSense": sense}
            x = torch.ones(1, 48)
            own = tt.convert(nn.Linear(48, 6, bias=False), hardware, torch.cat([x, torch.rand(8, 48)]), backward="exact")
            given = x.clone().requires_grad_()
            (own(given) * torch.rand(1, 6)).sum().backward()
            by_weights = (own.programmed_weight() * own.weight.grad).sum(0)
            largest = by_weights.abs().max().item()
            torch.testing.assert_close(given.grad[0], by_weights, rtol=1e-4, atol=1e-4 * largest)

    def test_weights_that_change_before_the_backward_are_found_out(self):
        x = torch.rand(8, 12)
        own = tt.convert(nn.Linear(12, 4), IDEAL, x, path="ideal", backward="exact")
        loss = own(x).sum()
        with torch.no_grad():
            own.weight.mul_(0.5)
        with self.assertRaisesRegex(RuntimeError, "modified by an inplace operation"):
            loss.backward()

    def test_hardware_without_an_adjoint_is_refused(self):
        x = torch.rand(8, 4)
        own = tt.convert(nn.Linear(4, 2), {**IDEAL, "mapping": "offset"}, x, path="ideal", backward="exact")
        with self.assertRaisesRegex(ts.TileSpiceError, "mapping: only pairs have an adjoint"):
            own(x).sum().backward()

    def test_arrays_are_programmed_anew_after_a_step(self):
        torch.manual_seed(9)
        x = torch.rand(16, 12)
        own = tt.convert(nn.Linear(12, 4), HARDWARE, x)
        before, held = own(x).detach(), own.programmed_weight()
        self.same(own(x).detach(), before)
        optimizer = torch.optim.SGD(own.parameters(), lr=0.5)
        own(x).square().sum().backward()
        optimizer.step()
        after = own(x).detach()
        self.assertFalse(torch.equal(after, before))
        self.assertFalse(torch.equal(own.programmed_weight(), held))
        # The same as other arrays that are programmed with these weights from the start.
        twin = nn.Linear(12, 4)
        twin.load_state_dict(own.state_dict())
        fresh = tt.convert(twin, HARDWARE, x)
        self.same(own.programmed_weight().numpy(), fresh.programmed_weight().numpy())
        # Weights that are loaded are programmed as well.
        own.load_state_dict(twin.state_dict())
        self.same(own(x).detach(), after)


class Recovery(Case):
    def network(self):
        torch.manual_seed(10)
        net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
        return net, torch.rand(200, 64)

    def test_compensation_brings_outputs_back(self):
        net, x = self.network()
        hardware = {**HARDWARE, "wires": {"bitLineOhms": 1000.0}, "converter": "ideal"}
        own = tt.convert(net, hardware, x[:64])

        def error():
            return ((own(x) - net(x)).std() / net(x).std()).item()

        before = error()
        tt.compensate(own, x[:64])
        self.assertLess(error(), before / 4)
        tt.calibrate(own, x[:64])
        self.assertLess(error(), before / 4)
        # What compensation made is loaded into arrays that were not compensated.
        other = tt.convert(net, hardware, x[:64])
        other.load_state_dict(own.state_dict())
        tt.calibrate(other, x[:64])
        tt.calibrate(other, x[:64])
        self.assertLess(((other(x) - own(x)).std() / own(x).std()).item(), 0.02)
        with self.assertRaisesRegex(ts.TileSpiceError, "at least 3 output vectors"):
            tt.compensate(own, x[:2])

    def test_export_runs_in_the_program(self):
        net, x = self.network()
        own = tt.convert(net, HARDWARE, x[:64])
        tt.compensate(own, x[:64])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tt.export_onnx(own, x[:1], self.folder / "own.onnx")
        np.save(self.folder / "x.npy", x.numpy())
        ts.Experiment({
            "auditVectors": 0, "hardware": HARDWARE,
            "network": {"model": "onnx", "file": str(self.folder / "own.onnx")},
            "data": {"model": "npy", "images": str(self.folder / "x.npy"),
                     "calibrationImages": str(self.folder / "x.npy")},
            "outputs": {"logits": True},
        }).run(limit=64, out=self.folder / "out")  # fmt: skip
        found = np.load(self.folder / "out/outputs-arrays-0.npy")
        expected = own(x[:64]).detach().numpy()
        # Converter ranges are measured on other data here: a few of their steps.
        self.assertLess(np.std(found - expected) / np.std(expected), 0.05)
        self.assertEqual(sorted(p.name for p in self.folder.glob("*.aside")), [])
        self.assertIsInstance(own[0], tt.AnalogLayer)
