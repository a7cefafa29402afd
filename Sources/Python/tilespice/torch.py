"""PyTorch modules on analog arrays.

    analog = tilespice.torch.convert(module, hardware, calibration=images)
    analog(images)                                  # through cells, wires and converters
    loss(analog(images), labels).backward()         # straight through; see `backward`
    optimizer.step()                                # the next forward programs the arrays anew

Linear, Conv1d and Conv2d (grouped too) and the projections of MultiheadAttention become analog modules;
everything else stays as it is. Engine and modules compute on the CPU in single precision.
"""

from __future__ import annotations

import copy
import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from . import _library as lib
from ._layers import Layer, LayerSettings, Windows
from ._library import TileSpiceError
from ._matrix import Hardware

__all__ = [
    "AnalogAttention",
    "AnalogLayer",
    "analog_layers",
    "calibrate",
    "compensate",
    "convert",
    "export_onnx",
    "inconvertible_modules",
]

#: What gradients go through: weights as programmed, as the circuit weighs them on average, or the circuit.
BACKWARD = ("ideal", "effective", "exact")


class AnalogLayer(nn.Module):
    """A matrix layer on arrays: y = gain (W x) + bias, W x by the engine, the rest digital.

    `weight` and `bias` are the float parameters; the arrays hold the weights quantized and are programmed
    anew at the first forward after they change. `gain` is one factor per output, None for 1.
    """

    weight: nn.Parameter
    bias: nn.Parameter | None
    gain: nn.Parameter | None
    _float_weight: torch.Tensor
    _float_bias: torch.Tensor | None

    def __init__(
        self,
        float_module: Any,
        settings: LayerSettings,
        backward: str,
        threads: int,
        order: Iterator[int],
    ):
        super().__init__()
        self.weight = float_module.weight
        self.bias = float_module.bias
        self.gain = None
        #: What gradients go through.
        self.backward_mode = backward
        self._settings, self._threads, self._order = settings, threads, order
        self._kind = type(float_module).__name__
        self._convolution = None if isinstance(float_module, nn.Linear) else _Convolution(float_module)
        self._layer: Layer | None = None
        self._name, self._index = "", -1
        self._programmed: tuple[Any, int] | None = None
        self._state = "float"
        self._seen: list[torch.Tensor] = []
        self._target: list[torch.Tensor] = []
        self._shares: torch.Tensor | None = None
        self._range = (0.0, 0.0, 1.0)
        self.train(float_module.training)

    # MARK: What it computes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        product = getattr(self, "_forward_" + self._state)(x)
        return self._finish(product)

    def _finish(self, product: torch.Tensor) -> torch.Tensor:
        if self.gain is not None:
            product = product * self._per_output(self.gain, product)
        return product if self.bias is None else product + self._per_output(self.bias, product)

    def _per_output(self, values: torch.Tensor, product: torch.Tensor) -> torch.Tensor:
        if self._convolution is None:
            return values
        # Channels come before the window's axes, of which a single image has one axis fewer.
        return values.reshape(-1, *[1] * self._convolution.axes)

    def product(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """W x in floating point."""
        if self._convolution is None:
            return F.linear(x, weight)
        return self._convolution.product(x, weight)

    def _forward_float(self, x: torch.Tensor) -> torch.Tensor:
        return self.product(x, self.weight)

    def _forward_run(self, x: torch.Tensor) -> torch.Tensor:
        self.program_if_changed()
        found: torch.Tensor = _Through.apply(x, self.weight, self)  # type: ignore[no-untyped-call]
        return found

    # MARK: What the engine computes

    def _array_of(self, x: torch.Tensor) -> np.ndarray:
        if self._convolution is not None:
            x = self._convolution.images(x)
        elif x.dim() == 1:
            x = x.unsqueeze(0)
        return x.detach().to("cpu", torch.float32).numpy()

    def _tensor_of(self, y: np.ndarray, x: torch.Tensor) -> torch.Tensor:
        found = torch.from_numpy(y)
        if self._convolution is not None:
            found = self._convolution.outputs(found, x)
        elif x.dim() == 1:
            found = found[0]
        return found.to(x.device, x.dtype)

    def _weights(self) -> np.ndarray:
        weight = self.weight.detach()
        if self._convolution is not None:
            weight = self._convolution.planes(weight)
        return weight.to("cpu", torch.float32).numpy()

    def _own(self, values: np.ndarray) -> torch.Tensor:
        """Values of the engine's weights in the shape of the parameter."""
        return torch.from_numpy(values).reshape(self.weight.shape).to(self.weight)

    @property
    def layer(self) -> Layer:
        """The arrays."""
        if self._layer is None:
            raise TileSpiceError(f"{self._name or self._kind} has no arrays yet")
        return self._layer

    def run(self, x: torch.Tensor) -> torch.Tensor:
        """W x by the arrays, without gradient."""
        return self._tensor_of(self.layer.run(self._array_of(x), self._threads), x)

    def programmed_weight(self) -> torch.Tensor:
        """W as the cells hold it: quantized, with errors of programming."""
        return self._own(self.layer.weights())

    def effective_weight(self, x: torch.Tensor) -> torch.Tensor:
        """W as the circuit weighs it on average over inputs `x`."""
        return self._own(self.layer.effective_weights(self._array_of(x)))

    def circuit_gradients(
        self, x: torch.Tensor, gradient: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Gradients of inputs and weights through the circuit, by reciprocity."""
        c = self._convolution
        with torch.enable_grad():
            given = x.detach().to("cpu", torch.float32).requires_grad_()
            vectors = given.reshape(-1, given.shape[-1]) if c is None else c.vectors(given)
        outputs = gradient.to("cpu", torch.float32)
        if c is not None:
            outputs = outputs.reshape(-1, *outputs.shape[-1 - c.axes :]).flatten(2).transpose(1, 2)
        outputs = outputs.reshape(-1, self.weight.shape[0])
        to_weights, to_vectors = self.layer.backward(
            vectors.detach().numpy(), outputs.contiguous().numpy(), self._threads
        )
        # Back from windows to the inputs that they share.
        (to_inputs,) = torch.autograd.grad(vectors, given, torch.from_numpy(to_vectors))
        return to_inputs.to(x), self._own(to_weights)

    def program_if_changed(self) -> None:
        """Programs the arrays anew if the weights are not those that they hold."""
        if self._mark() != self._programmed:
            self.layer.update(self._weights())
            self._programmed, self._shares = self._mark(), None

    def _mark(self) -> tuple[Any, int]:
        return (self.weight.data_ptr(), self.weight._version)

    # MARK: Preparation

    def _start(self) -> None:
        """New arrays that have seen nothing."""
        self._layer = Layer(
            self._name, self._index, self._weights(),
            None if self._convolution is None else self._convolution.windows, self._settings,
        )  # fmt: skip
        self._programmed, self._shares = self._mark(), None

    def _forward_observe(self, x: torch.Tensor) -> torch.Tensor:
        if self._index < 0:
            self._index = next(self._order)
        if self._layer is None:
            self._start()
        self.layer.observe(self._array_of(x))
        return self._forward_float(x)

    def _forward_calibrate(self, x: torch.Tensor) -> torch.Tensor:
        return self._tensor_of(self.layer.calibrate(self._array_of(x)), x)

    def _forward_see(self, x: torch.Tensor) -> torch.Tensor:
        """Keeps what the circuit gives here."""
        self._seen.append(x.detach())
        return self.run(x)

    def _forward_target(self, x: torch.Tensor) -> torch.Tensor:
        """Keeps what the float network has here, bias included."""
        found = self.product(x, self._float_weight)
        self._target.append(self._with_bias(found, self._float_bias).detach())
        # Gain and bias of the float network are those of its own.
        return self._undone(self._target[-1])

    def _with_bias(self, product: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
        return product if bias is None else product + self._per_output(bias, product)

    def _undone(self, output: torch.Tensor) -> torch.Tensor:
        """What `_finish` makes this output of."""
        if self.bias is not None:
            output = output - self._per_output(self.bias, output)
        return output if self.gain is None else output / self._per_output(self.gain, output)

    def _forward_compensate(self, x: torch.Tensor) -> torch.Tensor:
        _compensate(self, x, self._target.pop(0))
        return self.run(x)

    def _note_range(self) -> None:
        found = self.layer.describe()
        scale, bits = found["inputScale"], found["inputBits"]
        high = float(2 ** (bits - 1) - 1) if found["isSigned"] else float(2**bits - 1)
        self._range = (-high if found["isSigned"] else 0.0, high, scale)

    def quantized(self, x: torch.Tensor) -> torch.Tensor:
        """Inputs as their codes stand for them."""
        low, high, scale = self._range
        return torch.clamp(torch.round(x / scale), low, high) * scale

    def _load_from_state_dict(self, state: dict[str, Any], prefix: str, *rest: Any) -> None:
        # Gains and biases that compensation made.
        for name in ("gain", "bias"):
            if prefix + name in state and getattr(self, name) is None:
                setattr(self, name, nn.Parameter(torch.empty_like(state[prefix + name])))
        super()._load_from_state_dict(state, prefix, *rest)

    def extra_repr(self) -> str:
        return f"{self._kind}, weights {tuple(self.weight.shape)}, backward={self.backward_mode}"

    def __deepcopy__(self, memo: dict[int, Any]) -> AnalogLayer:
        raise TileSpiceError("analog modules are not copied: convert the float module again")

    def __getstate__(self) -> Any:
        raise TileSpiceError("analog modules are not pickled: save state_dict() and convert again")


class _Convolution:
    """The geometry of a Conv1d or Conv2d; of a Conv1d, images have one row."""

    def __init__(self, module: Any):
        #: Spatial axes.
        self.axes = 1 if isinstance(module, nn.Conv1d) else 2
        self._mode = module.padding_mode
        self._kernel = (1, *module.kernel_size) if self.axes == 1 else tuple(module.kernel_size)
        self._apply: Any = F.conv1d if self.axes == 1 else F.conv2d
        kernel, stride, dilation = module.kernel_size, module.stride, module.dilation
        if module.padding == "same":
            totals = [d * (k - 1) for d, k in zip(dilation, kernel)]
            before, after = [t // 2 for t in totals], [t - t // 2 for t in totals]
        elif module.padding == "valid":
            before = after = [0] * self.axes
        else:
            before = after = list(module.padding)
        # As F.pad has it: the last axis first.
        self._pads = [p for pair in zip(reversed(before), reversed(after)) for p in pair]
        self._stride, self._dilation, self._groups = stride, dilation, module.groups
        if self._mode != "zeros" or before != after:
            # Padding of other values is made digitally.
            self._pads_digitally = any(self._pads)
            before = after = [0] * self.axes
        else:
            self._pads_digitally = False
        self._padding = tuple(before)

        def both(values: Any, one: int) -> tuple[int, int]:
            return (one, values[0]) if self.axes == 1 else tuple(values)

        top = both(before, 0)
        self.windows = Windows(both(stride, 1), (*top, *top), both(dilation, 1), module.groups)

    def padded(self, x: torch.Tensor) -> torch.Tensor:
        if not self._pads_digitally:
            return x
        mode = "constant" if self._mode == "zeros" else self._mode
        return F.pad(x, self._pads, mode=mode)

    def product(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self._apply(
            self.padded(x), weight, None, self._stride, self._padding, self._dilation, self._groups
        )
        return found

    def images(self, x: torch.Tensor) -> torch.Tensor:
        """[N, channels, height, width] of a batch or a single image."""
        x = self.padded(x)
        if x.dim() == self.axes + 1:
            x = x.unsqueeze(0)
        return x.unsqueeze(2) if self.axes == 1 else x

    def outputs(self, y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        if self.axes == 1:
            y = y.squeeze(2)
        return y[0] if x.dim() == self.axes + 1 else y

    def vectors(self, x: torch.Tensor) -> torch.Tensor:
        """Windows of a batch as vectors [windows, channels × kernel]."""
        w = self.windows
        windows = F.unfold(self.images(x), self._kernel, w.dilations, w.pads[:2], w.strides)
        return windows.transpose(1, 2).reshape(-1, windows.shape[1])

    def planes(self, weight: torch.Tensor) -> torch.Tensor:
        return weight.unsqueeze(2) if self.axes == 1 else weight


class _Through(torch.autograd.Function):
    """Forward by the arrays; backward through the linear map that they stand for, or the circuit.

    Inputs beyond the range of their codes get no gradient. In mode "effective" a weight's gradient is
    that of its effective value times the part of its current that arrives.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, module: AnalogLayer) -> torch.Tensor:
        # The circuit is that of these weights: a change before the backward is found out.
        held, shares = weight, None
        if any(ctx.needs_input_grad) and module.backward_mode != "exact":
            held = module.programmed_weight()
            if module.backward_mode == "effective":
                if module._shares is None:
                    effective = module.effective_weight(x)
                    module._shares = torch.where(held != 0, effective / held, torch.ones_like(held))
                shares = module._shares
        ctx.save_for_backward(x, held, shares)
        ctx.module, ctx.mode = module, module.backward_mode
        return module.run(x)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> Any:
        x, held, shares = ctx.saved_tensors
        module = ctx.module
        low, high, scale = module._range
        inside = (x >= (low - 0.5) * scale) & (x <= (high + 0.5) * scale)
        if ctx.mode == "exact":
            to_inputs, to_weights = module.circuit_gradients(x, gradient)
            return to_inputs * inside, to_weights, None
        with torch.enable_grad():
            inputs = module.quantized(x).detach().requires_grad_()
            weights = (held if shares is None else held * shares).detach().requires_grad_()
            product = module.product(inputs, weights)
            to_inputs, to_weights = torch.autograd.grad(product, (inputs, weights), gradient)
        if shares is not None:
            to_weights = to_weights * shares
        return to_inputs * inside, to_weights, None


class AnalogAttention(nn.Module):
    """MultiheadAttention with its projections as modules of their own; scores and softmax are digital."""

    query: nn.Module
    key: nn.Module
    value: nn.Module

    # What nn.TransformerEncoderLayer asks for before it calls.
    in_proj_bias = None
    in_proj_weight = None
    _qkv_same_embed_dim = False

    def __init__(self, module: nn.MultiheadAttention):
        super().__init__()
        self.embed_dim, self.num_heads = module.embed_dim, module.num_heads
        self.batch_first, self.dropout = module.batch_first, module.dropout
        if module._qkv_same_embed_dim:
            weights = module.in_proj_weight.chunk(3)
        else:
            weights = (module.q_proj_weight, module.k_proj_weight, module.v_proj_weight)
        biases = (None,) * 3 if module.in_proj_bias is None else module.in_proj_bias.chunk(3)
        for name, weight, bias in zip(("query", "key", "value"), weights, biases):
            linear = nn.Linear(weight.shape[1], weight.shape[0], bias is not None)
            linear.weight = nn.Parameter(weight.detach().clone())
            if bias is not None:
                linear.bias = nn.Parameter(bias.detach().clone())
            setattr(self, name, linear)
        output = nn.Linear(self.embed_dim, self.embed_dim, module.out_proj.bias is not None)
        output.load_state_dict(module.out_proj.state_dict())
        self.output = output
        self.train(module.training)

    def forward(
        self,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        key_padding_mask: torch.Tensor | None = None,
        need_weights: bool = True,
        attn_mask: torch.Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        single = query.dim() == 2
        if single:
            query, key, value = (t.unsqueeze(0) for t in (query, key, value))
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif not self.batch_first:
            query, key, value = (t.transpose(0, 1) for t in (query, key, value))

        def heads(t: torch.Tensor) -> torch.Tensor:
            return t.reshape(*t.shape[:2], self.num_heads, -1).transpose(1, 2)

        q, k, v = heads(self.query(query)), heads(self.key(key)), heads(self.value(value))
        scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
        if attn_mask is not None:
            if attn_mask.dim() == 3:
                attn_mask = attn_mask.reshape(-1, self.num_heads, *attn_mask.shape[1:])
            scores = _masked(scores, attn_mask)
        if key_padding_mask is not None:
            scores = _masked(scores, key_padding_mask[:, None, None, :])
        weights = torch.softmax(scores, -1)
        dropped = F.dropout(weights, self.dropout, self.training)
        found = self.output((dropped @ v).transpose(1, 2).flatten(-2))
        if single:
            found, weights = found[0], weights[0]
        elif not self.batch_first:
            found = found.transpose(0, 1)
        if not need_weights:
            return found, None
        return found, weights.mean(-3) if average_attn_weights else weights


def _masked(scores: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    if mask.dtype == torch.bool:
        return scores.masked_fill(mask, float("-inf"))
    return scores + mask


# MARK: Conversion


Batches = Any


def _batches(data: Batches, limit: int | None = None) -> list[torch.Tensor]:
    """Batches of a tensor, or of an iterable of tensors or (inputs, labels)."""
    if data is None:
        raise TileSpiceError("calibration is missing: a batch of inputs, or an iterable of batches")
    if isinstance(data, torch.Tensor):
        found = [data]
    elif isinstance(data, np.ndarray):
        found = [torch.from_numpy(data)]
    elif isinstance(data, Iterable):
        found = [torch.as_tensor(b[0] if isinstance(b, (tuple, list)) else b) for b in data]
    else:
        raise TileSpiceError(f"calibration is a {type(data).__name__}; a tensor of inputs is expected")
    if not found or any(b.dim() == 0 or len(b) == 0 for b in found):
        raise TileSpiceError("calibration holds no inputs")
    if limit is None:
        return found
    kept, left = [], limit
    for batch in found:
        if left <= 0:
            break
        kept.append(batch[:left])
        left -= len(kept[-1])
    return kept


def analog_layers(module: nn.Module) -> dict[str, AnalogLayer]:
    """The analog modules by their names, in the order of execution."""
    found = [(n, m) for n, m in module.named_modules() if isinstance(m, AnalogLayer)]
    return dict(sorted(found, key=lambda item: item[1]._index))


@contextmanager
def _as(module: nn.Module, state: str) -> Iterator[None]:
    """The module in evaluation, without gradients, its analog modules in a state of preparation."""
    layers = [m for m in module.modules() if isinstance(m, AnalogLayer)]
    before = [m._state for m in layers]
    training = [(m, m.training) for m in module.modules()]
    module.eval()
    try:
        for layer in layers:
            layer._state = state
        with torch.no_grad():
            yield
    finally:
        for layer, old in zip(layers, before):
            layer._state = old
        for own, flag in training:
            own.training = flag


def convert(
    module: nn.Module,
    hardware: Hardware = None,
    calibration: Batches = None,
    *,
    seed: int = 1,
    path: str = "exact",
    backward: str = "ideal",
    quantization: dict[str, Any] | None = None,
    layers: dict[str, Any] | None = None,
    converter_inputs: int = 16,
    threads: int = 0,
) -> nn.Module:
    """A copy of a module whose matrix layers run on analog arrays.

    `hardware`: as for `tilespice.AnalogMatrix`. `calibration`: inputs of the module, a tensor or batches,
    from which the ranges of input codes follow and, from the first `converter_inputs` of them, those of
    converters. `path`: ideal, exact, calibrated, auto, cholmod or klu. `quantization` and `layers`:
    keys of an experiment, the latter by names of modules. `backward`: what gradients go through, weights
    as programmed ("ideal"), as the circuit weighs them on average ("effective") or the circuit itself, by
    reciprocity ("exact": gates, pairs, linear cells; it takes longer and trains no better). For the same seed and layers in
    the same order it computes what `tilespice infer` does with the exported network; the ranges of input
    codes differ by the rounding of the two float networks. Batch normalizations stay digital: fuse them
    first (torch.nn.utils.fusion) to have them in the weights, as `tilespice infer` does.

    Modules that the calibration does not reach stay digital; see `inconvertible_modules`.
    """
    if backward not in BACKWARD:
        raise TileSpiceError(f"backward is '{backward}'; known are {', '.join(BACKWARD)}")
    values: dict[str, Any] = {"seed": lib.seeded(seed), "path": path}
    if quantization:
        values["quantization"] = quantization
    if layers:
        values["layers"] = layers
    threads = lib.whole(threads, "threads")
    converter_inputs = lib.whole(converter_inputs, "converter_inputs", lowest=1)
    settings = LayerSettings(hardware, values)
    batches = _batches(calibration)
    holder = nn.ModuleDict({"root": copy.deepcopy(module)})
    originals: dict[str, Any] = {}
    _replace(holder, "", settings, backward, threads, originals)
    own: Any = holder["root"]
    found = [m for m in own.modules() if isinstance(m, AnalogLayer)]
    if unknown := set(layers or {}) - {m._name for m in found}:
        raise TileSpiceError(
            f"layers: no layer is called {sorted(unknown)[0]}; there are "
            + ", ".join(m._name for m in found)
        )
    with _as(own, "observe"):
        for batch in batches:
            own(batch)
    reached = [m for m in found if m._layer is not None]
    if not reached:
        raise TileSpiceError("the module has no layer that arrays could hold")
    for name, original in originals.items():
        if holder.get_submodule(name)._layer is None:
            _put(holder, name, original)
            original._tilespice_stays = "the calibration does not reach it"
    own = holder["root"]
    _finish(own, batches, converter_inputs)
    own._tilespice_converter_inputs = converter_inputs
    converted: nn.Module = own
    return converted


def _finish(own: nn.Module, batches: list[torch.Tensor], converter_inputs: int) -> None:
    """Programs layers that have observed their inputs, and measures converters."""
    layers = [m for m in own.modules() if isinstance(m, AnalogLayer)]
    for m in layers:
        m.layer.program()
    with _as(own, "calibrate"):
        for batch in _batches(batches, converter_inputs):
            own(batch)
    for m in layers:
        m.layer.finish()
        m._note_range()
        m._state = "run"


def _put(root: nn.Module, name: str, new: nn.Module) -> None:
    parent, _, last = name.rpartition(".")
    setattr(root.get_submodule(parent), last, new)


def _replace(
    root: nn.Module, under: str, settings: LayerSettings, backward: str, threads: int, originals: dict[str, Any]
) -> None:
    """Puts analog modules in place of those that arrays can hold; one that is used twice stays one."""
    # Layers are numbered in the order in which they are reached.
    order = itertools.count()
    made: dict[int, AnalogLayer] = {}
    attentions: dict[int, AnalogAttention] = {}
    for name, child in list(root.named_modules(remove_duplicate=False)):
        if isinstance(child, nn.MultiheadAttention) and _refusal(child) is None:
            if id(child) not in attentions:
                attentions[id(child)] = AnalogAttention(child)
            _put(root, name, attentions[id(child)])
    for name, child in list(root.named_modules(remove_duplicate=False)):
        if type(child) not in (nn.Linear, nn.Conv1d, nn.Conv2d) or _refusal(child) is not None:
            continue
        parent = root.get_submodule(name.rpartition(".")[0])
        if isinstance(parent, nn.MultiheadAttention):
            continue
        if id(child) not in made:
            made[id(child)] = AnalogLayer(child, settings, backward, threads, order)
            made[id(child)]._name = name.removeprefix("root").removeprefix(".") or "layer"
        originals[name] = child
        _put(root, name, made[id(child)])


def _refusal(module: Any) -> str | None:
    """Why a module of matrix products stays digital; None if arrays can hold it."""
    if isinstance(module, nn.MultiheadAttention):
        if module.bias_k is not None or module.add_zero_attn:
            return "bias_k, bias_v and add_zero_attn are not followed"
        return None
    lazy: Any = module
    if isinstance(module, nn.modules.lazy.LazyModuleMixin) and lazy.has_uninitialized_params():
        return "its weights have no shape yet: run it once"
    if module.weight.numel() == 0:
        return "it has no weights"
    if not torch.isfinite(module.weight).all():
        return "a weight is not finite"
    return None


def inconvertible_modules(module: nn.Module) -> dict[str, str]:
    """Modules that stay digital, with the reason: of a float module before, of a converted one after.

    Modules that only hold others are left out.
    """
    found = {}
    attention = {
        id(c) for m in module.modules() if isinstance(m, nn.MultiheadAttention) for c in m.children()
    }
    for name, own in module.named_modules():
        if isinstance(own, (AnalogLayer, AnalogAttention)) or id(own) in attention:
            continue
        if isinstance(own, nn.MultiheadAttention):
            if reason := _refusal(own):
                found[name] = reason
        elif reason := getattr(own, "_tilespice_stays", None):
            found[name] = reason
        elif type(own) in (nn.Linear, nn.Conv1d, nn.Conv2d):
            if reason := _refusal(own):
                found[name] = reason
        elif isinstance(own, nn.modules.conv._ConvTransposeNd):
            found[name] = "transposed convolutions are not mapped yet"
        elif isinstance(own, nn.Conv3d):
            found[name] = "convolutions of volumes are not mapped"
        elif isinstance(own, nn.RNNBase):
            found[name] = "recurrent layers keep their products inside"
        elif isinstance(own, (nn.Embedding, nn.EmbeddingBag)):
            found[name] = "a table look-up, no matrix product"
        elif isinstance(own, (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Bilinear)):
            found[name] = f"{type(own).__name__} may compute more than the class it comes from"
        elif not list(own.children()):
            found[name] = "no matrix product with constant weights"
    return found


# MARK: After conversion


def _analog(module: nn.Module) -> list[AnalogLayer]:
    layers = list(analog_layers(module).values())
    if not layers:
        raise TileSpiceError("the module has no analog layers: convert it first")
    return layers


def calibrate(module: nn.Module, calibration: Batches) -> None:
    """Ranges of input codes and converters anew, from what the circuit itself has for these inputs.

    To be called after the weights have changed much or were loaded (a state_dict has neither), and before
    a network is exported.
    """
    layers = _analog(module)
    batches = _batches(calibration)
    for m in layers:
        m.program_if_changed()
    with _as(module, "see"):
        for batch in batches:
            module(batch)
    for m in layers:
        m._start()
        for x in m._seen:
            m.layer.observe(m._array_of(x))
        m._seen = []
    _finish(module, batches, getattr(module, "_tilespice_converter_inputs", 16))


#: Passes of compensated programming.
PASSES = 4


def compensate(module: nn.Module, calibration: Batches) -> None:
    """Makes up for what wires take, without labels, layer by layer in the order of execution.

    Each weight is programmed larger by the part of its current that its wires take (w / u, in passes, u
    averaged over the inputs that the compensated layers before deliver), and gain and bias of every output
    are fitted to the float network by least squares. `weight`, `bias` and `gain` change; call it on a
    converted module, before fine-tuning or instead of it.
    """
    layers = _analog(module)
    batches = _batches(calibration)
    # One batch: shares and fits are averages over all of it.
    batch = torch.cat(batches)
    for m in layers:
        m._target = []
        m._float_weight = m.weight.detach().clone()
        m._float_bias = None if m.bias is None else m.bias.detach().clone()
    with _as(module, "target"):
        module(batch)
    with _as(module, "compensate"):
        module(batch)
    for m in layers:
        del m._float_weight, m._float_bias
        m._note_range()


def _compensate(m: AnalogLayer, x: torch.Tensor, target: torch.Tensor) -> None:
    array = m._array_of(x)
    wanted = m._float_weight

    def program() -> None:
        m._start()
        m.layer.observe(array)
        m.layer.program()
        m.layer.calibrate(array)
        m.layer.finish()

    program()
    for _ in range(PASSES):
        held, effective = m.programmed_weight(), m.effective_weight(x)
        shares = torch.where(held != 0, effective / held, torch.ones_like(held))
        # Weights of code 0 have shares too: those of their output.
        mean = effective.abs().flatten(1).sum(1) / held.abs().flatten(1).sum(1).clamp_min(1e-30)
        mean = mean.reshape(-1, *[1] * (held.dim() - 1)).expand_as(held)
        shares = torch.where(held != 0, shares, mean).clamp_min(1e-3)
        with torch.no_grad():
            m.weight.copy_(wanted / shares)
        m.layer.update(m._weights())
        m._programmed = m._mark()
    program()
    found = m.run(x)
    axis = -1 if m._convolution is None else -1 - m._convolution.axes
    y = found.movedim(axis, -1).reshape(-1, m.weight.shape[0]).double()
    t = target.movedim(axis, -1).reshape(-1, m.weight.shape[0]).double()
    if len(y) < 3:
        raise TileSpiceError(f"{m._name}: a fit of gains takes at least 3 output vectors, there are {len(y)}")
    dy, dt = y - y.mean(0), t - t.mean(0)
    variance = (dy * dy).sum(0)
    gain = torch.where(variance > 0, (dy * dt).sum(0) / variance.clamp_min(1e-300), 1.0)
    bias = t.mean(0) - gain * y.mean(0)
    m.gain = nn.Parameter(gain.to(m.weight.dtype))
    m.bias = nn.Parameter(bias.to(m.weight.dtype))


class _Digital(nn.Module):
    """An analog module as other programs run it: input codes, weights, gain and bias."""

    weight: torch.Tensor
    bias: torch.Tensor | None
    gain: torch.Tensor | None

    def __init__(self, module: AnalogLayer):
        super().__init__()
        self._own = [module]
        for name in ("weight", "bias", "gain"):
            value = getattr(module, name)
            self.register_buffer(name, None if value is None else value.detach())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        m, c = self._own[0], self._own[0]._convolution
        low, _, scale = m._range
        lowest, highest = (-128, 127) if low < 0 else (0, 255)
        x = torch.fake_quantize_per_tensor_affine(x, scale, 0, lowest, highest)
        # With gains the bias comes after them.
        inner = self.bias if self.gain is None else None
        product: torch.Tensor
        if c is None:
            product = F.linear(x, self.weight, inner)
        else:
            product = c._apply(
                c.padded(x), self.weight, inner, c._stride, c._padding, c._dilation, c._groups
            )
        if self.gain is None:
            return product
        product = product * m._per_output(self.gain, product)
        return product if self.bias is None else product + m._per_output(self.bias, product)


def export_onnx(module: nn.Module, example: torch.Tensor, file: str | os.PathLike[str]) -> None:
    """Writes a converted module as an ONNX file that `tilespice infer` and others run.

    It holds the weights (which the engine quantizes as here), the scales of input codes as pairs of
    QuantizeLinear and DequantizeLinear, and gains and biases as Mul and Add. `example`: one batch of
    inputs. 8-bit inputs only.
    """
    layers = _analog(module)
    for m in layers:
        if m._range[1] not in (127.0, 255.0):
            raise TileSpiceError(f"{m._name}: only input codes of 8 bits are exported")
    holder = nn.ModuleDict({"root": module})
    names = [(n, m) for n, m in holder.named_modules(remove_duplicate=False) if isinstance(m, AnalogLayer)]
    aside = f"{os.fspath(file)}.aside"
    try:
        for name, m in names:
            _put(holder, name, _Digital(m))
        with _as(holder["root"], "float"):
            torch.onnx.export(
                holder["root"], (example,), aside, dynamo=False, input_names=["input"],
                output_names=["output"], dynamic_axes={"input": {0: "N"}, "output": {0: "N"}},
                do_constant_folding=False,
            )  # fmt: skip
        os.replace(aside, file)
    except TileSpiceError:
        raise
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise TileSpiceError(f"{os.fspath(file)} cannot be exported: {reason}") from error
    finally:
        for name, m in names:
            _put(holder, name, m)
        if os.path.exists(aside):
            os.remove(aside)
