"""Resizing and cropping against Pillow and torchvision's rules.

Writes one PNG image and, for each case, the first 16 hexadecimal digits of the SHA-256 of the pixels
[height, width, 3] that Pillow's antialiased bilinear resize and torchvision's center crop make of
it; the Swift tests read both. Run: pip install -r requirements.txt && python3 resize.py
"""

import hashlib
import json
import pathlib

import numpy as np
import PIL
from PIL import Image

here = pathlib.Path(__file__).parent
resources = here.parent.parent / "Tests" / "DatasetsTests" / "Resources"
CASES = [
    # width, height, resize, crop height, crop width
    (97, 61, 32, 32, 32), (61, 97, 32, 28, 24), (97, 61, 61, 0, 0), (97, 61, 80, 64, 64),
    (97, 61, 13, 13, 13), (61, 61, 30, 29, 27), (2, 97, 2, 0, 0), (97, 61, 1, 1, 1),
    (97, 61, 200, 183, 191),
]


def image(width, height):
    """A fixed pattern of smooth and rough parts, without a random generator."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    return ((x * x * 7 + y * 13 * (c + 1) + (x * y) // 3 * (c + 2)) % 256).astype(np.uint8)


def torchvision_resize(im, size):
    """Resize(size) of torchvision 0.2x: the longer side truncated."""
    w, h = im.size
    short, long = (w, h) if w <= h else (h, w)
    other = int(size * long / short)
    return im.resize((size, other) if w <= h else (other, size), Image.BILINEAR)


def center_crop(im, height, width):
    """CenterCrop of torchvision: halves rounded to even."""
    w, h = im.size
    top, left = int(round((h - height) / 2.0)), int(round((w - width) / 2.0))
    return im.crop((left, top, left + width, top + height))


results = []
for width, height, size, crop_height, crop_width in CASES:
    made = torchvision_resize(Image.fromarray(image(width, height)), size)
    if crop_height:
        made = center_crop(made, crop_height, crop_width)
    pixels = np.asarray(made)
    results.append({
        "width": width, "height": height, "resize": size, "cropHeight": crop_height,
        "cropWidth": crop_width, "shape": list(pixels.shape),
        "sha256": hashlib.sha256(pixels.tobytes()).hexdigest()})
record = {"tool": f"Pillow {PIL.__version__}, numpy {np.__version__}, validation/datasets/resize.py",
          "cases": results}
resources.mkdir(exist_ok=True)
(resources / "resize.json").write_text(json.dumps(record, indent=1) + "\n")
pattern = image(19, 11)
Image.fromarray(pattern).save(resources / "pattern.png")
Image.fromarray(pattern).convert("RGBA").save(resources / "alpha.png")
Image.fromarray(pattern[:, :, 0]).save(resources / "gray.png")
Image.fromarray(pattern[:, :, 0].astype(np.uint16) * 257).save(resources / "sixteen.png")
Image.fromarray(pattern).quantize(7, dither=0).save(resources / "palette.png")
Image.fromarray(pattern).save(resources / "pattern.jpg", quality=90)
Image.fromarray(pattern).save(resources / "progressive.jpg", quality=60, progressive=True)
Image.fromarray(pattern[:, :, 0]).save(resources / "gray.jpg", quality=80)
Image.fromarray(pattern).convert("CMYK").save(resources / "inks.jpg")
hashes = {}
for name in ["pattern.png", "alpha.png", "gray.png", "palette.png", "pattern.jpg", "progressive.jpg",
             "gray.jpg"]:
    pixels = np.asarray(Image.open(resources / name).convert("RGB"))
    hashes[name] = hashlib.sha256(pixels.tobytes()).hexdigest()
record = {"tool": record["tool"], "rgb": hashes}
(resources / "decoded.json").write_text(json.dumps(record, indent=1) + "\n")
