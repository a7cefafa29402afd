"""What tests of the Python package share: reference arrays and the program itself."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TILESPICE")

# The reference arrays of ARRAY.yaml's documentation: siemens, [wordLines, bitLines].
G = np.array([[0.05 + 0.095 * ((7 * o + 3 * i) % 11) for o in range(5)] for i in range(6)])
NEGATIVE = np.array([[0.05 + 0.095 * ((5 * o + 2 * i + 4) % 11) for o in range(5)] for i in range(6)])
VOLTS = np.arange(1, 7) / 6
BITS = np.array([1, 0, 1, 1, 0, 1], bool)
WIRES = {"wordLineOhms": 1e-3, "bitLineOhms": 2e-3}


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def program(self, *arguments):
        """Runs `tilespice` in the folder."""
        if PROGRAM is None:
            self.skipTest("TILESPICE names no program to compare with")
        found = subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True
        )
        self.assertEqual(found.returncode, 0, found.stderr)
        return found.stdout

    def same(self, a, b):
        """Bit for bit."""
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), strict=True)
