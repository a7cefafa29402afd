"""Figures as SVG: lines with error bars and grouped bars, in panels side by side."""
import math
from dataclasses import dataclass, field
from html import escape

COLORS = ["#0b6fa4", "#c8501e", "#3a8f3a", "#8a4fa0", "#8c6d1f", "#5a5a5a", "#d0447c", "#1e9e9e"]
MARKS = ["circle", "square", "triangle", "diamond"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT = 420, 280, 62, 34, 30, 48
ROW = 17


@dataclass
class Series:
    """A line: values with half widths of their intervals (0 where there is none to give)."""
    name: str
    x: list
    y: list
    half: list = None
    dashed: bool = False
    style: int = None  # color of an earlier series


@dataclass
class Panel:
    title: str
    x_title: str
    y_title: str
    series: list
    log_x: bool = False
    log_y: bool = False
    y_range: tuple = None
    levels: list = field(default_factory=list)  # (value, name) of horizontal lines
    categories: list = None  # names of x = 0, 1, …: bars instead of lines


def number(value):
    if value == 0:
        return "0"
    if abs(value) >= 1e5 or abs(value) < 1e-3:
        mantissa, power = f"{value:.1e}".replace(".0e", "e").split("e")
        return f"{mantissa}e{int(power)}".replace("-", "−")
    return f"{value:.6g}".replace("-", "−")


def ticks(low, high, count=6):
    span = high - low
    step = 10 ** math.floor(math.log10(span / count))
    step *= next(k for k in (1, 2, 5, 10) if span / (step * k) <= count)
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def log_ticks(low, high):
    found = [10.0 ** k for k in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)]
    if len(found) >= 2:
        return found
    return [m * 10.0 ** k for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            for m in (1, 2, 5) if low * 0.999 <= m * 10.0 ** k <= high * 1.001]


class Axis:
    def __init__(self, low, high, start, end, log):
        self.low, self.high, self.start, self.end, self.log = low, high, start, end, log

    def __call__(self, value):
        if self.log:
            value = max(value, self.low)
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self):
        return log_ticks(self.low, self.high) if self.log else ticks(self.low, self.high)


def mark(kind, x, y, color):
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.4" fill="{color}"/>'
    shapes = {"square": [(-3, -3), (3, -3), (3, 3), (-3, 3)], "triangle": [(0, -4), (3.8, 3), (-3.8, 3)],
              "diamond": [(0, -4.4), (4.4, 0), (0, 4.4), (-4.4, 0)]}
    corners = " ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in shapes[kind])
    return f'<polygon points="{corners}" fill="{color}"/>'


def text(x, y, content, anchor="middle", size=11, extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{extra}>{escape(content)}</text>'


def limits(panel):
    low, high = math.inf, -math.inf
    for one in panel.series:
        for value, half in zip(one.y, one.half or [0] * len(one.y)):
            low, high = min(low, value - half), max(high, value + half)
    for level, _ in panel.levels:
        low, high = min(low, level), max(high, level)
    if panel.log_y:
        positive = [value for one in panel.series for value in one.y if value > 0]
        return min(positive) / 1.6, max(high, max(positive)) * 1.6
    if panel.categories:
        low, high = min(low, 0), max(high, 0)
    room = 0.05 * (high - low or 1)
    return low - (room if low < 0 or not panel.categories else 0), high + room


def drawn(panel, left):
    """The elements of one panel and the number of its legend's lines."""
    x0, x1, y0, y1 = left + LEFT, left + WIDTH - RIGHT, HEIGHT - FOOT, TOP
    low, high = panel.y_range or limits(panel)
    down = Axis(low, high, y0, y1, panel.log_y)
    out = [text((x0 + x1) / 2, 18, panel.title, size=round(min(12, 680 / len(panel.title)), 1), extra=' font-weight="600"')]
    for tick in down.ticks():
        y = down(tick)
        out.append(f'<path d="M{x0} {y:.1f}H{x1}" stroke="#e3e3e3"/>')
        out.append(text(x0 - 6, y + 4, number(tick), "end"))
    if panel.categories:
        count = len(panel.categories)
        step = (x1 - x0) / count
        across = lambda k: x0 + (k + 0.5) * step
        for k, name in enumerate(panel.categories):
            out.append(text(across(k), y0 + 16, name))
    else:
        values = [value for one in panel.series for value in one.x]
        if panel.log_x:
            across = Axis(min(values) / 1.15, max(values) * 1.15, x0, x1, True)
        else:
            room = 0.04 * ((max(values) - min(values)) or 1)
            across = Axis(min(values) - room, max(values) + room, x0, x1, False)
        # Few places are ticks themselves.
        places = sorted(set(values))
        for tick in places if panel.log_x and len(places) <= 6 else across.ticks():
            out.append(f'<path d="M{across(tick):.1f} {y0}v4" stroke="#555"/>')
            out.append(text(across(tick), y0 + 16, number(tick)))
    out.append(f'<path d="M{x0} {y1}V{y0}H{x1}" fill="none" stroke="#555"/>')
    out.append(text((x0 + x1) / 2, HEIGHT - 12, panel.x_title))
    middle = (y0 + y1) / 2
    out.append(text(left + 14, middle, panel.y_title, extra=f' transform="rotate(-90 {left + 14} {middle})"'))
    for level, name in panel.levels:
        y = down(level)
        out.append(f'<path d="M{x0} {y:.1f}H{x1}" stroke="#777" stroke-dasharray="5 4"/>')
        if name:
            out.append(text(x1 + 4, y + 3, name, "start", 10))
    inside = lambda y: min(max(y, y1), y0)
    for k, one in enumerate(panel.series):
        style = k if one.style is None else one.style
        color, kind = COLORS[style % len(COLORS)], MARKS[style % len(MARKS)]
        half = one.half or [0] * len(one.y)
        if panel.categories:
            width = 0.8 * step / len(panel.series)
            for x, y, own in zip(one.x, one.y, half):
                place = across(x) - 0.4 * step + k * width
                base, top = down(max(0, low) if not panel.log_y else low), down(y)
                out.append(f'<rect x="{place:.1f}" y="{min(base, top):.1f}" width="{max(width - 1, 0.5):.1f}" '
                           f'height="{abs(base - top):.1f}" fill="{color}"/>')
                if own:
                    out.append(bar(place + (width - 1) / 2, inside(down(y - own)), inside(down(y + own)), "#222"))
            continue
        # Lines that share their places are set apart a little, so that their error bars can be told apart.
        shift = (k - (len(panel.series) - 1) / 2) * 1.6
        places = [(across(x) + shift, inside(down(y))) for x, y in zip(one.x, one.y)]
        dash = ' stroke-dasharray="6 3"' if one.dashed else ""
        if len(places) > 1:
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
            out.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="1.6"{dash}/>')
        for (x, y), value, own in zip(places, one.y, half):
            if own:
                out.append(bar(x, inside(down(value - own)), inside(down(value + own)), color))
            out.append(mark(kind, x, y, color))
    lines = 0
    if len(panel.series) > 1 or panel.series[0].name:
        for k, one in enumerate(panel.series):
            style = k if one.style is None else one.style
            y = HEIGHT + 4 + k * ROW
            color = COLORS[style % len(COLORS)]
            dash = ' stroke-dasharray="6 3"' if one.dashed else ""
            if panel.categories:
                out.append(f'<rect x="{x0 + 6}" y="{y - 5}" width="14" height="9" fill="{color}"/>')
            else:
                out.append(f'<path d="M{x0} {y}h26" stroke="{color}" stroke-width="1.6"{dash}/>')
                out.append(mark(MARKS[style % len(MARKS)], x0 + 13, y, color))
            out.append(text(x0 + 33, y + 4, one.name, "start"))
            lines += 1
    return out, lines


def bar(x, low, high, color):
    return (f'<path d="M{x:.1f} {low:.1f}V{high:.1f}M{x - 3:.1f} {low:.1f}h6M{x - 3:.1f} {high:.1f}h6" '
            f'stroke="{color}" stroke-width="1" fill="none"/>')


def figure(panels, columns=2):
    """The panels as one SVG document, at most `columns` beside each other."""
    rows = [panels[k:k + columns] for k in range(0, len(panels), columns)]
    parts, down = [], 0
    for row in rows:
        drawings = [drawn(panel, k * WIDTH) for k, panel in enumerate(row)]
        parts.append(f'<g transform="translate(0 {down})">' + "\n".join(
            "\n".join(elements) for elements, _ in drawings) + "</g>")
        down += HEIGHT + 12 + ROW * max(lines for _, lines in drawings)
    wide = WIDTH * min(columns, len(panels))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {down}" width="{wide}" height="{down}" '
            'font-family="system-ui, sans-serif" fill="#222">\n'
            f'<rect width="{wide}" height="{down}" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n")
