import Configuration
import Foundation
import TestSupport
import Testing

@testable import Sweeps

/// Sweep files: what they say, and what is refused.
@Suite struct SweepSpecTests {
  private func fault(_ body: String) throws -> String? {
    let sample = try SweepSample()
    do {
      _ = try sample.spec(body)
      return nil
    } catch {
      return "\(error)".replacing(sample.files.path + "/", with: "")
    }
  }

  @Test(arguments: [
    (
      "axes: [{key: seed, values: [1], vales: [1]}]",
      "S.yaml:3: axes[0].vales: unknown key; did you mean values? known keys: key, values, range, points"
    ),
    (
      "axes: [{values: [1]}]",
      "S.yaml:3: axes[0].key: required key is missing, or points in its place"
    ),
    (
      "axes: [{key: seed}]",
      "S.yaml:3: axes[0].values: required key is missing, or range in its place"
    ),
    ("axes: [{key: a..b, values: [1]}]", "S.yaml:3: axes[0].key: 'a..b' is no path of a key"),
    ("axes: [{key: seed, values: [1, 2, 1]}]", "S.yaml:3: axes[0].values: has the value 1 twice"),
    (
      "axes: [{key: seed, values: [1], range: {from: 1, to: 2, count: 2}}]",
      "S.yaml:3: axes[0].range: stands beside values: keep one of them"
    ),
    (
      "axes: [{key: seed, range: {from: 1, to: 2}}]",
      "S.yaml:3: axes[0].range.count: required key is missing: sampling takes the values of a grid"
    ),
    (
      "axes: [{key: seed, range: {from: 1, to: 3, count: 9, whole: true}}]",
      "S.yaml:3: axes[0].range.count: gives the whole number 1 twice; take fewer"
    ),
    (
      "axes: [{key: seed, range: {from: 0, to: 3, count: 2, spacing: logarithmic}}]",
      "S.yaml:3: axes[0].range.spacing: logarithmic takes ends above zero"
    ),
    (
      "sampling: {model: random, count: 3}\naxes: [{key: seed, range: {from: 0, to: 3, count: 2}}]",
      "S.yaml:4: axes[0].range.count: is given by sampling.count, which draws the values"
    ),
    (
      "axes: [{key: seed, values: [1]}, {key: seed, values: [2]}]",
      "S.yaml:3: axes: axes[1] varies seed, and so does axes[0]"
    ),
    (
      "axes: [{key: hardware.tile.wordLines, values: [8]}, {key: hardware, values: [isaac]}]",
      "S.yaml:3: axes: axes[1] replaces hardware as a whole, and with it hardware.tile.wordLines of "
        + "axes[0]; put it first"
    ),
    (
      "sampling: zip\naxes: [{key: seed, values: [1]}, {key: path, values: [ideal, exact]}]",
      "S.yaml:4: axes: sampling zip takes as many values of every axis: axes[0] has 1, axes[1] has 2"
    ),
    ("seeds: [1, 1]", "S.yaml:3: seeds: has the seed 1 twice"),
    (
      "seeds: 2\naxes: [{key: seed, values: [1]}]", "S.yaml:3: seeds: an axis varies seed too"
    ),
    ("name: x", "S.yaml:1: axes: is empty, and there are no seeds: nothing varies"),
    (
      "axes: [{points: [{seed: 1}, {path: ideal}]}]",
      "S.yaml:3: axes[0].points: do not all have the same keys"
    ),
    (
      "axes: [{key: seed, points: [{seed: 1}]}]",
      "S.yaml:3: axes[0].key: does not go with points, which name their keys"
    ),
    ("seeds: 2\nsampling: {model: halton, count: 3}", nil as String?),
  ])
  func faultsNameTheirKey(body: String, text: String?) throws {
    let found = try fault(body)
    if let text {
      #expect(found == text)
    } else {
      #expect(found?.contains("'halton' is not an option") == true)
    }
  }

  @Test func pageIsInStepWithTheCode() throws {
    let kept = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/Sweeps/Reference/SWEEP.md")
    let isSame = try String(contentsOf: kept, encoding: .utf8) == SweepSpec.referencePage().markdown
    #expect(
      isSame,
      """
      Sources/Sweeps/Reference/SWEEP.md is out of step; regenerate it with \
      .build/release/tilespice reference sweep > Sources/Sweeps/Reference/SWEEP.md
      """)
  }
}
