"""Means of paired differences with 95 % intervals over images and draws of random errors."""
import functools
import math

import numpy as np


def student(level, freedom):
    """t with P(|T| < t) = level for `freedom` degrees of freedom, which need not be whole."""
    return quantile(level, float(f"{min(freedom, 1e5):.4g}"))


@functools.lru_cache(maxsize=None)
def quantile(level, freedom):
    # x = √ν tan θ turns the density into cos^(ν-1) θ.
    theta = np.linspace(0, math.pi / 2, 20001)
    density = np.cos(theta) ** (freedom - 1)
    area = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    at = np.interp(level * area[-1], area, theta)
    return math.sqrt(freedom) * math.tan(at)


class Estimate:
    """A value with the half width of its 95 % interval."""

    def __init__(self, value, half):
        self.value, self.half = float(value), float(half)

    low = property(lambda self: self.value - self.half)
    high = property(lambda self: self.value + self.half)

    def text(self, digits=2):
        """Value and half width with that many decimals, None for significant digits."""
        if digits is None:
            return f"{self.value:.3g} ± {self.half:.2g}"
        return f"{self.value:.{digits}f} ± {self.half:.{digits}f}"


def crossed(values):
    """Mean of `values` [draws, images] as an estimate for other draws and other images.

    Draws and images are crossed random effects: the variance of the mean is (MS_draws + MS_images - MS_rest) / n,
    here without the subtraction, which errs to the wide side; degrees of freedom by Satterthwaite.
    """
    values = np.asarray(values, float)
    draws, images = values.shape
    mean = values.mean()
    by_image, by_draw = values.mean(0), values.mean(1)
    parts = [(by_image.var(ddof=1) / images, images - 1)]
    if draws > 1:
        parts.append((by_draw.var(ddof=1) / draws, draws - 1))
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return Estimate(mean, 0)
    freedom = variance ** 2 / sum(part ** 2 / free for part, free in parts)
    return Estimate(mean, student(0.95, freedom) * math.sqrt(variance))


def points(first, second):
    """First less second accuracy in points, from hits [draws, images] on the same images and draws.

    As in the interval of Bonett and Price (2012), one image lost and one gained are added, so that no change
    among n images does not count as certainty.
    """
    first, second = np.atleast_2d(first).astype(float), np.atleast_2d(second).astype(float)
    found = crossed(first - second)
    images = first.shape[1]
    floor = student(0.95, images - 1) * math.sqrt(2) / (images + 2)
    return Estimate(100 * found.value, 100 * math.hypot(found.half, floor))


def mean_of(values):
    """Mean of independent values, such as one number per draw."""
    values = np.asarray(values, float)
    if len(values) < 2:
        return Estimate(values.mean(), 0)
    return Estimate(values.mean(), student(0.95, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values)))


def bootstrap(statistic, groups, repeats=400, seed=1):
    """Estimate of `statistic(groups)` where draws and images are drawn again, the same for all groups.

    `groups` is a dictionary of hits [draws, images]; groups of one draw keep it. The half width covers the
    2.5 to 97.5 % range about the value, to the wider side.
    """
    random = np.random.default_rng(seed)
    value = statistic(groups)
    images = next(iter(groups.values())).shape[1]
    draws = max(hits.shape[0] for hits in groups.values())
    found = []
    for _ in range(repeats):
        columns = random.integers(0, images, images)
        rows = random.integers(0, draws, draws)
        found.append(statistic({
            key: hits[rows if hits.shape[0] > 1 else [0]][:, columns] for key, hits in groups.items()}))
    found = np.array(found)
    if not np.isfinite(value) or np.isnan(found).mean() > 0.02:
        return Estimate(value, math.inf)
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return Estimate(value, max(value - low, high - value))


def resampled(statistic, values, repeats=400, seed=1):
    """Estimate of `statistic(values)` where the first axis of `values` is drawn again."""
    random = np.random.default_rng(seed)
    values = np.asarray(values)
    value = statistic(values)
    found = [statistic(values[random.integers(0, len(values), len(values))]) for _ in range(repeats)]
    low, high = np.nanpercentile(found, [2.5, 97.5])
    return Estimate(value, max(value - low, high - value))


def crossing(positions, losses, level):
    """Position at which a loss that grows along `positions` passes `level`, between points by the logarithm.

    Before the first point that is beyond it; not a number where no point or the first one is.
    """
    for k, loss in enumerate(losses):
        if loss >= level:
            if k == 0:
                return math.nan
            part = (level - losses[k - 1]) / (loss - losses[k - 1])
            return positions[k - 1] * (positions[k] / positions[k - 1]) ** part
    return math.nan
