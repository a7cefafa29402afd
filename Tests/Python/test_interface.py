"""The C interface under calls that are wrong: every one is an error with a text, none ends the process."""

import ctypes as C
import gc
import os
import unittest
from pathlib import Path

import numpy as np
import tilespice as ts
from support import G, ROOT, VOLTS, WIRES, Case
from tilespice import _library as lib


def status(name, *arguments):
    """Status and text of a raw call."""
    error = C.c_void_p()
    found = lib._calls[name](*arguments, C.byref(error))
    return found, lib.take(error) if error.value else ""


def buffer(data, shape, kind=1, strides=None, rank=None):
    shape_c = (C.c_int64 * max(len(shape), 1))(*shape)
    strides_c = None if strides is None else (C.c_int64 * max(len(shape), 1))(*strides)
    pointer = None if data is None else data.ctypes.data
    own = lib.Buffer(pointer, kind, len(shape) if rank is None else rank, shape_c, strides_c)
    own.keep = (data, shape_c, strides_c)
    return own


class Calls(Case):
    def test_every_call_refuses_nulls(self):
        optional = {"free"}
        for name, kinds in lib._CALLS.items():
            with self.subTest(name):
                zeros = [0 if k in (C.c_int32, C.c_int64, C.c_uint64) else None for k in kinds]
                found, text = status(name, *zeros)
                self.assertEqual(found, lib.OK if name in optional else lib.ERROR)
                self.assertEqual(bool(text), name not in optional)
                # An error needs no place for its text.
                self.assertEqual(lib._calls[name](*zeros, None), found)

    def test_every_call_refuses_foreign_handles(self):
        array = ts.Array(G)
        handle = lib.Handle("raw_read", str(self.raw()).encode())
        value = handle.value
        handle.close()
        plots = lib.Handle("raw_read", str(self.raw()).encode())
        for name, arguments in lib._CALLS.items():
            if not arguments or arguments[0] is not C.c_void_p or name == "free":
                continue
            rest = [0 if k in (C.c_int32, C.c_int64, C.c_uint64) else None for k in arguments[1:]]
            rest = [b"exact" if k is C.c_char_p else r for k, r in zip(arguments[1:], rest)]
            is_create = name.endswith("create")
            place = C.c_void_p()
            if is_create:
                rest[-1] = C.byref(place)
            for foreign, reason in [
                (value, "freed"),
                (2**63 - 1, "freed"),
                (plots.pointer if not name.startswith("plots") else array._handle.pointer, "the handle is of"),
            ]:
                with self.subTest(name=name, foreign=foreign):
                    found, text = status(name, foreign, *rest)
                    self.assertEqual(found, lib.ERROR)
                    # Some arguments are looked at before the handle.
                    self.assertRegex(text, f"{reason}|is null")
        self.assertEqual(status("free", value)[0], lib.ERROR)

    def raw(self):
        path = self.folder / "a.raw"
        if not path.exists():
            path.write_text(
                "Title: t\nPlotname: p\nFlags: real\nNo. Variables: 1\nNo. Points: 1\nVariables:\n"
                "\t0\tv(a)\tvoltage\nValues:\n0\t1.0\n"
            )
        return path

    def test_hostile_buffers(self):
        own = ts.Array(G, wires=WIRES)
        array = own._handle.pointer
        good, out = np.ones((2, 6)), np.empty((2, 5))
        ok = buffer(out, (2, 5))
        cases = [
            (buffer(good, (2, 6), kind=9), "type 9"),
            (buffer(good, (2, 6), rank=-1), "-1 axes"),
            (buffer(good, (2, 6), rank=100), "100 axes"),
            (buffer(good, (-2, 6)), "negative extent"),
            (buffer(good, (2**62, 6)), "memory"),
            (buffer(good, (2**40, 6)), "memory"),
            (buffer(good, (2, 6), strides=(2**62, 8)), "beyond any memory"),
            (buffer(good, (2, 6), strides=(-(2**63), 8)), "beyond any memory"),
            (buffer(None, (2, 6)), "has no data"),
            (buffer(good, (12,)), r"\[vectors, wordLines\] is expected"),
            (buffer(good, (2, 5)), "5 values per vector"),
        ]
        for bad, reason in cases:
            with self.subTest(reason):
                found, text = status("array_mvm", array, b"exact", C.byref(bad), 0, 1, C.byref(ok), None)
                self.assertEqual(found, lib.ERROR)
                self.assertRegex(text, reason)
        for bad, reason in [
            (buffer(out, (5, 2)), r"amperes has shape \[5, 2\]"),
            (buffer(np.empty((2, 5), np.uint8), (2, 5), kind=3), "is of bytes"),
            (buffer(None, (2, 5)), "amperes has no data"),
        ]:
            inputs = buffer(good, (2, 6))
            with self.subTest(reason):
                found, text = status("array_mvm", array, b"exact", C.byref(inputs), 0, 1, C.byref(bad), None)
                self.assertEqual(found, lib.ERROR)
                self.assertRegex(text, reason)

    def test_empty_buffers_of_absurd_extents(self):
        """Their product overflows, but there is nothing in them."""
        array = ts.Array(G)
        for shape in [(0, 2**40, 2**40), (2**40, 2**40, 0), (2**62, 4, 0), (0, 6)]:
            for strides in (None, (8,) * len(shape)):
                own = buffer(None, shape, strides=strides)
                for arguments in [
                    ("array_mvm", array._handle.pointer, b"exact", C.byref(own), 0, 1, C.byref(own), None),
                    ("array_effective_matrix", array._handle.pointer, C.byref(own), None, None),
                    ("array_create", None, C.byref(own), None, C.byref(C.c_void_p())),
                ]:
                    with self.subTest(shape=shape, call=arguments[0]):
                        found, text = status(*arguments)
                        self.assertEqual(found, lib.ERROR)
                        self.assertTrue(text)

    def test_pointers_keep_their_memory(self):
        """The array of a view is a copy that nobody else holds."""
        pointer = lib.numbers([1, 2, 3], "x").pointer
        gc.collect()
        self.assertEqual(pointer._obj.memory.tolist(), [1, 2, 3])

    def test_arguments_are_not_cut_to_size(self):
        """ctypes drops high bits of numbers, and text ends at a null character."""
        for call, reason in [
            (lambda: ts.Array(G).mvm(VOLTS, threads=2**32 + 1), "threads is 4294967297"),
            (lambda: ts.Array(G).mvm(VOLTS, threads=1.5), "threads is 1.5; a whole number"),
            (lambda: ts.Array(G).mvm(VOLTS, vectors=2**64 + 1), "vectors is 18446744073709551617"),
            (lambda: ts.Array(G).mvm(VOLTS, "exact\0ly"), "holds a null character"),
            (lambda: ts.Array(G).mvm(VOLTS, b"exact"), "path is a bytes; text is expected"),
            (lambda: ts.Array(G).mvm(VOLTS, "\udc80"), "is no text"),
            (lambda: ts.Array.open("a\0b"), "holds a null character"),
            (lambda: ts.Array.open(3), "file is a int; text or a path"),
            (lambda: ts.Array(G).compare(seed=-1), "seed is -1"),
            (lambda: ts.Array(G).calibrate(seed="x"), "seed is 'x'"),
            (lambda: ts.solve(None), "file is a NoneType"),
            (lambda: ts.verify(3), "file is a int"),
            (lambda: ts.reference(3), "page is a int"),
            (lambda: ts.AnalogMatrix(G, seed=2**64), "seed is 18446744073709551616"),
            (lambda: ts.Experiment(3), "file is a int"),
            (lambda: ts.Experiment({}).run(limit=2.5), "limit is 2.5"),
            (lambda: ts.Experiment({}).run(threads=2**40), "threads is 1099511627776"),
            (lambda: ts.Experiment({}).run(out=3), "out is a int"),
            (lambda: ts.Sweep(None), "file is a NoneType"),
            (lambda: ts.Array([[1.0], [1.0, 2.0]]), "g is no array of numbers"),
            (lambda: ts.Array(np.ma.masked_less(G, 0.1)), "g has masked elements"),
            (lambda: ts.Array(np.ones((1,) * 9)), "9 axes"),
            (lambda: ts.Array(G, law=[[]] and self.nested()), "settings"),
        ]:
            with self.subTest(reason), self.assertRaisesRegex(ts.TileSpiceError, reason):
                call()

    def nested(self):
        """A setting too deep for any reader."""
        value = []
        for _ in range(100_000):
            value = [value]
        return value

    def test_results_beyond_memory_are_refused(self):
        wide = np.broadcast_to(np.ones(6), (2**40, 6))
        with self.assertRaisesRegex(ts.TileSpiceError, "memory"):
            ts.Array(G).mvm(wide)

    def test_results_go_where_strides_say(self):
        array = ts.Array(G, wires=WIRES)
        inputs = buffer(np.ascontiguousarray([VOLTS, 2 * VOLTS]), (2, 6))
        wide = np.full((10, 4), -1.0, np.float32)
        out = buffer(wide[::2, ::2].T, (2, 5), kind=2, strides=wide[::2, ::2].T.strides)
        found, text = status(
            "array_mvm", array._handle.pointer, b"exact", C.byref(inputs), 0, 1, C.byref(out), None
        )
        self.assertEqual(found, lib.OK, text)
        self.same(wide[::2, ::2].T, array.mvm([VOLTS, 2 * VOLTS]).astype(np.float32))
        self.assertTrue((wide[1::2] == -1).all() and (wide[:, 1::2] == -1).all())

    def test_hostile_numbers(self):
        # Values that end the process where they reach arithmetic unchecked.
        for g in [G * 0, G * 1e300, G * 1e-300, np.full((1, 1), 1e-5), np.eye(6, 5) * 1e30]:
            for path in ["exact", "ideal", "cholmod", "klu", "calibrated", "auto"]:
                for volts in [0.0, 1e308, 5e-324, -1.0]:
                    for gates in (False, True):
                        try:
                            keys = {"topology": "gateDriven", "wires": {"bitLineOhms": 1.0}} if gates else {
                                "wires": {"wordLineOhms": 1e-30, "bitLineOhms": 1e30}}  # fmt: skip
                            array = ts.Array(g, **keys)
                            x = np.full((2, g.shape[0]), 1.0 if gates else volts)
                            found = array.mvm(x, path)
                            self.assertFalse(np.isnan(found).any())
                        except ts.TileSpiceError as error:
                            self.assertTrue(str(error))

    def test_hostile_settings(self):
        view = lib.View(G)
        for text in [b"", b" ", b"[", b"version: 1", b"version: 99999999999999999999", b"a: &a [*a]",
                     b"{" * 2000, b"\xff\xfe", b"topology: 1", b"version: 1\ntopology: [x]",
                     b"version: 1\ntopology: voltageDriven\nunused: {wordLines: 1000000, bitLines: 1000000}",
                     ]:  # fmt: skip
            place = C.c_void_p()
            with self.subTest(text[:40]):
                found, reason = status("array_create", text, view.pointer, None, C.byref(place))
                if found == lib.ERROR:
                    self.assertTrue(reason)
                    self.assertIsNone(place.value)
                else:
                    self.assertEqual(status("free", place)[0], lib.OK)


class Handles(Case):
    def test_ten_thousand_handles_leave_nothing(self):
        def memory():
            return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        gc.collect()
        before = ts.live_handles()
        g = np.full((8, 8), 1e-5)
        kept = [ts.Array(g) for _ in range(100)]
        self.assertEqual(ts.live_handles(), before + 100)
        del kept
        gc.collect()
        self.assertEqual(ts.live_handles(), before)
        held = memory()
        for k in range(10_000):
            array = ts.Array(g, topology="gateDriven", wires={"bitLineOhms": 1.0})
            if k % 10 == 0:
                array.mvm(np.ones(8, bool))
            try:
                array.mvm(np.ones(7, bool))
            except ts.TileSpiceError:
                pass
        del array
        gc.collect()
        self.assertEqual(ts.live_handles(), before)
        # An array holds kilobytes: ten thousand that stay would be far more.
        self.assertLess(memory() - held, 16 << 20)

    def test_handles_are_neither_copied_nor_pickled(self):
        import copy
        import pickle

        array, core = ts.Array(G), ts.AnalogMatrix(G, {"converter": "ideal"})
        before = ts.live_handles()
        for own in (array, core):
            for call in (copy.deepcopy, pickle.dumps):
                with self.assertRaisesRegex((ts.TileSpiceError, TypeError), "neither copied nor|pickle"):
                    call(own)
            # A second name for the same object is harmless.
            twin = copy.copy(own)
            del twin
        self.assertEqual(ts.live_handles(), before)
        np.testing.assert_allclose(array.mvm(VOLTS), VOLTS @ G, rtol=1e-12)

    def test_results_do_not_keep_or_need_their_array(self):
        array = ts.Array(G, wires=WIRES)
        found = array.mvm(VOLTS)
        array.close()
        array.close()
        self.assertAlmostEqual(found[0], 1.5628234801, places=9)


class Choice(unittest.TestCase):
    def test_builds_are_chosen_by_the_processor(self):
        import tempfile

        v3, v4 = lib._V3, lib._V4
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with self.assertRaisesRegex(ImportError, "no library in"):
                lib.choose(folder, v4, "x86_64")
            for build in ("v3", "v4"):
                (folder / f"libtilespice-{build}.so").touch()
            self.assertEqual(lib.choose(folder, v4, "x86_64").name, "libtilespice-v4.so")
            self.assertEqual(lib.choose(folder, v3, "x86_64").name, "libtilespice-v3.so")
            with self.assertRaisesRegex(ImportError, "this one lacks avx2, fma"):
                lib.choose(folder, v3 - {"avx2", "fma"}, "x86_64")
            with self.assertRaisesRegex(ImportError, "the machine is aarch64"):
                lib.choose(folder, set(), "aarch64")
            (folder / "libtilespice.so").touch()
            self.assertEqual(lib.choose(folder, v3, "x86_64").name, "libtilespice.so")
            (folder / "libtilespice.flags").write_text("fma\navx512f\n")
            with self.assertRaisesRegex(ImportError, "lacks avx512f"):
                lib.choose(folder, v3, "x86_64")

    def test_the_header_declares_every_call(self):
        header = (ROOT / "Sources/CTileSpice/tilespice.h").read_text()
        import re

        declared = set(re.findall(r"^int32_t tilespice_(\w+)\(", header, re.M)) - {"abi_version"}
        self.assertEqual(declared, set(lib._CALLS))
        self.assertIn(f"#define TILESPICE_ABI {lib.ABI}\n", header)
