"""On/Off ratio."""
from support import designs, intervals, losses
from support.claims import Check, Finding
from support.designs import DIFFERENTIAL, INFINITE, OFFSET, hardware
from support.figures import Panel
from support.sweeps import Point, Sweep

TITLE = "On/Off ratio"
CLAIM = ("With state-proportional errors, differential cells lose their edge over offset cells as the On/Off "
         "ratio drops.")
STRENGTH = "second-hand"
AXES = ("On/Off ratio ∞, 1000, 100, 10 × α × mapping; unsliced cells, ideal converters, errors cut off at the "
        "range of the cell")
LEVEL = 5


def sweeps(reduced):
    def points(ratios, alphas):
        return [Point({"mapping": mapping, "ratio": "∞" if ratio == INFINITE else str(ratio), "alpha": alpha},
                      {"hardware": hardware(mapping, converter="ideal", on_off=ratio,
                                            programming=designs.proportional(alpha))})
                for ratio in ratios for mapping in (DIFFERENTIAL, OFFSET) for alpha in alphas]

    if reduced:
        return [Sweep("resnet8", "resnet8", points([INFINITE, 10], [0.0025, 0.005, 0.01, 0.02, 0.05, 0.1]), 80, seeds=5,
                      seconds=0.015)]
    alphas = [0.0035, 0.005, 0.007, 0.01, 0.014, 0.02, 0.028, 0.04, 0.057, 0.08, 0.113, 0.16, 0.226, 0.32]
    return [Sweep("resnet20", "resnet20", points([INFINITE, 1000, 100, 10], alphas), 200, seeds=5, seconds=0.01),
            Sweep("resnet56", "resnet56", points([INFINITE, 10], alphas[4:]), 400, seeds=8, seconds=0.012)]


def judge(results, reduced):
    checks, further, panels = [], [], []
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        own = results.where(network=network)
        groups = {(mapping, ratio): own.where(mapping=mapping, ratio=ratio)
                  for ratio in own.values("ratio") for mapping in (DIFFERENTIAL, OFFSET)}
        for mapping in (DIFFERENTIAL, OFFSET):
            panels.append(Panel(f"{title}: {mapping} cells, top-1 less int8", "α, of the conductance", "points", [
                losses.series(f"On/Off ratio {ratio}", groups[mapping, ratio], "alpha")
                for ratio in own.values("ratio")], log_x=True, levels=[(0, "int8")]))
        hits, at = losses.tolerated(groups, "alpha", LEVEL)
        edge = lambda drawn, ratio: at(drawn, (DIFFERENTIAL, ratio)) / at(drawn, (OFFSET, ratio))
        for ratio in own.values("ratio"):
            further.append(Check(f"α of differential over α of offset cells at {LEVEL} points lost, ratio {ratio}", title,
                                 intervals.bootstrap(lambda drawn: edge(drawn, ratio), hits), low=1, digits=1))
        checks.append(Check("that edge at ratio ∞ over the one at ratio 10", title, intervals.bootstrap(
            lambda drawn: edge(drawn, "∞") / edge(drawn, "10"), hits), low=1))
    why = ("Cells that hold nothing conduct G_max / ratio and err in proportion: at ratio 10 that is 14 of "
           "127 units in both cells of every pair, more than the mean weight. Offset cells sit at mid-range "
           "anyway. The current of off cells itself is taken out exactly before conversion; only its errors "
           "remain.")
    return Finding(checks, panels, [losses.table(results, ["mapping", "ratio", "alpha"],
                                                 ["mapping", "On/Off ratio", "α"])], further, why)
