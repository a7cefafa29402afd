"""Slicing is no rescue."""
from support import designs, losses
from support.claims import Check, Finding, Table
from support.designs import DESIGNS, SONOS, hardware
from support.figures import Panel, Series
from support.sweeps import Point, Sweep

TITLE = "Slicing is no rescue"
CLAIM = ("With SONOS errors, 1-bit slices (design B) gain about 1.4 points over whole weights in a pair "
         "(design A), for 7.5 times the energy.")
STRENGTH = "second-hand"
AXES = "designs A and B, 8-bit converters, SONOS errors"


def sweeps(reduced):
    points = [Point({"design": design}, {"hardware": hardware(programming=SONOS, **DESIGNS[design])})
              for design in "AB"]
    if reduced:
        return [Sweep("resnet8", "resnet8", points, 150, seeds=5, seconds=0.05)]
    return [Sweep("resnet20", "resnet20", points, 500, seeds=10, seconds=0.02),
            Sweep("resnet56", "resnet56", points, 200, seeds=5, seconds=0.06),
            Sweep("efficientnet", "efficientnet", points, 60, seeds=5, seconds=1)]


def judge(results, reduced):
    checks, further, rows, panels = [], [], [], []
    for network in results.values("network"):
        title = designs.NETWORKS[network]["title"]
        own = results.where(network=network)
        found = {design: losses.change(own.where(design=design)) for design in "AB"}
        gain = losses.gap(own.where(design="B"), own.where(design="A"))
        checks.append(Check("gain of 1-bit slices", title, gain, high=4, unit="points"))
        further.append(Check("the same, its sign", title, gain, low=0, unit="points"))
        for design in "AB":
            rows.append([title, design, found[design].text(),
                         f"{100 * own.where(design=design).mean('error'):.1f} %"])
        rows.append([title, "B less A", gain.text(), ""])
        panels.append(Panel(f"{title}: top-1 less int8", "design", "points", [
            Series("", [0, 1], [found[d].value for d in "AB"], [found[d].half for d in "AB"])],
            categories=["A: unsliced", "B: 1 b/cell"]))
    table = Table("Top-1 less int8, and rms error of the logits against int8", [
        "network", "design", "points", "error"], rows)
    why = ("A gain of at most four points counts as no rescue: design B takes seven arrays in place of one. "
           "How much energy that is stands with claim 16. CIFAR networks lose less to SONOS errors than a "
           "ResNet50 does, so there is less to gain.")
    return Finding(checks, panels, [table], further, why)
