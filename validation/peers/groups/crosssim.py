"""CrossSim, the simulator of the paper's authors, where a user has installed it.

pip does not install it by name: it is installed from its repository, or found on PYTHONPATH. Parameters are those of version 3.2;
what the module does not find it reports as left out.
"""
import importlib
import math

import numpy as np

from comparison import Missing, relative, worst
from support import claim, designs
from support.arrays import cells, currents
from support.designs import CELL, DIFFERENTIAL

GROUP = "CrossSim"
SIZE = 128
DROP = 1e-5


def simulator():
    try:
        np.random.seed(1)  # from which it draws its errors
        return importlib.import_module("simulator")
    except ImportError as error:
        raise Missing(f"is not installed") from None


def core(codes, change=lambda parameters: None):
    """CrossSim's core for the matrix `codes` [outputs, inputs]: one-sided pairs of 7 bits, no converters, infinite On/Off ratio."""
    module = simulator()
    try:
        parameters = module.CrossSimParameters()
        parameters.core.style = "BALANCED"
        parameters.core.balanced.style = "ONE_SIDED"
        parameters.core.rows_max = parameters.core.cols_max = max(codes.shape)
        parameters.core.weight_bits = 8
        parameters.xbar.device.Rmin = 1 / CELL["onConductanceSiemens"]
        parameters.xbar.device.infinite_on_off_ratio = True
        change(parameters)
        return module.AnalogCore(codes.astype(float), parameters)
    except (AttributeError, TypeError, ValueError) as error:
        raise Missing(f"has other parameters than version 3 ({error})") from None


def matrix():
    module = next(one for one in claim.every() if one.number == 17).module
    module.SIZE = SIZE
    return module, module.weights()


def integers(program, folder):
    """Products of ideal parts."""
    _, codes = matrix()
    inputs = np.random.default_rng(2).integers(0, 2, (SIZE, 16))
    exact = codes @ inputs
    found = core(codes).matmat(inputs.astype(float))
    yield worst(GROUP, f"{SIZE} × {SIZE}, ideal parts: products over the largest", "integers", np.abs(found - exact).max()
                / np.abs(exact).max(), 1e-5)


def laws(program, folder):
    """Weight errors of both error laws."""
    module, codes = matrix()
    for law, model, alpha in [("independent", "NormalIndependentDevice", 0.01), ("proportional", "NormalProportionalDevice", 0.1)]:
        def errors(parameters):
            parameters.xbar.device.programming_error.enable = True
            parameters.xbar.device.programming_error.model = model
            parameters.xbar.device.programming_error.magnitude = alpha

        theirs = core(codes, errors).matmat(np.eye(SIZE)) - codes
        module.prepared(codes, folder)
        ours = module.read_back(program, codes, DIFFERENTIAL, None, module.LAWS[law], 1, folder)
        rms = [math.sqrt((one ** 2).mean()) for one in (ours, theirs)]
        # Two draws of SIZE² errors each; proportional ones rest on the few large weights.
        yield relative(GROUP, f"{law} errors, α {alpha:g}, cut off: rms error of weights", *rms, 6 / SIZE)


def wires(program, folder):
    """Columns with wires."""
    _, codes = matrix()
    bits = (np.random.default_rng(3).random((8, SIZE)) < 0.5).astype(float)

    def resistance(parameters):
        parameters.xbar.array.parasitics.enable = True
        parameters.xbar.array.parasitics.Rp_row = 0
        parameters.xbar.array.parasitics.Rp_col = DROP / CELL["onConductanceSiemens"]
        # Bits on the gates: one slice of one bit, currents from lines of their own.
        parameters.xbar.array.parasitics.current_from_input = False
        parameters.xbar.dac.mvm.model = "QuantizerDAC"
        parameters.xbar.dac.mvm.bits = 1
        parameters.xbar.dac.mvm.signed = False
        parameters.xbar.dac.mvm.input_bitslicing = True
        parameters.xbar.dac.mvm.slice_size = 1
        parameters.core.mapping.inputs.mvm.min, parameters.core.mapping.inputs.mvm.max = 0, 1

    theirs = core(codes, resistance).matmat(bits.T).T
    (positive, negative), = cells(codes.astype(int), DIFFERENTIAL, None)
    found = currents(program, folder / "columns", positive, negative, bits, DROP / CELL["onConductanceSiemens"])
    ours = (found[0] - found[1]) / designs.FULL_SCALE_AMPERES * 127
    # It stops its iterations at a residual of 2e-4 of the drop.
    yield worst(GROUP, f"columns of {SIZE} gate-driven pairs, R̂p {DROP:g}: products over the largest", "exact", np.abs(
        ours - theirs).max() / np.abs(theirs).max(), 2e-4)


def everything(program, folder):
    """CrossSim:"""
    simulator()
    for compare in (integers, laws, wires):
        yield from compare(program, folder)


COMPARISONS = [everything]
