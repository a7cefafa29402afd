import Files
import Foundation
import Inference
import NeuralNetwork
import NumericKernels

/// What was recorded of one network on its calibration images, as files by content.
///
/// Activations of the float network depend on it and the images; magnitudes at converters also on
/// how it is quantized, and on its arrays.
struct StoredRecordings: RecordingStore {
  private let shared: SharedWork
  private let network: String, quantization: String

  /// Recordings of a network that is quantized so.
  init(
    _ shared: SharedWork, _ spec: ExperimentSpec, _ loaded: LoadedNetwork,
    _ quantization: QuantizationOptions
  ) throws {
    self.shared = shared
    network =
      try SharedKeys.network(spec, loaded, shared) + "\n\(loaded.calibrationHash)"
    self.quantization = SharedKeys.text(quantization)
  }

  private func key(imageCount: Int) -> String {
    "activations-" + ContentHash("\(network)\n\(imageCount)").hexadecimal
  }

  private func key(_ arrays: ConverterRecordings.Key) -> String {
    var encoding = CanonicalEncoding()
    encoding.add("network", network)
    encoding.add("quantization", quantization)
    encoding.add("arrays", propertiesOf: arrays)
    return "ranges-" + encoding.hash.hexadecimal
  }

  func activations(imageCount: Int) -> [ActivationRecord]? {
    guard let bytes = shared.store?.read(key(imageCount: imageCount)) else { return nil }
    var numbers = NumberDecoder(bytes)
    return numbers.list { numbers in
      guard let sign = numbers.number(), let magnitudes = numbers.histogram() else { return nil }
      return ActivationRecord(magnitudes: magnitudes, hasNegatives: sign != 0)
    }
  }

  func keep(_ activations: [ActivationRecord], imageCount: Int) throws {
    shared.count(\.activations)
    var numbers = NumberEncoder()
    numbers.add(UInt64(activations.count))
    for record in activations {
      numbers.add(UInt64(record.hasNegatives ? 1 : 0))
      numbers.add(record.magnitudes)
    }
    try shared.store?.write(numbers.bytes, key(imageCount: imageCount))
  }

  func magnitudes(_ arrays: ConverterRecordings.Key) -> [[MagnitudeHistogram]]? {
    guard let bytes = shared.store?.read(key(arrays)) else { return nil }
    var numbers = NumberDecoder(bytes)
    return numbers.list { $0.list { $0.histogram() } }
  }

  func keep(_ magnitudes: [[MagnitudeHistogram]], _ arrays: ConverterRecordings.Key) throws {
    guard let store = shared.store else { return }
    var numbers = NumberEncoder()
    numbers.add(UInt64(magnitudes.count))
    for slices in magnitudes {
      numbers.add(UInt64(slices.count))
      for histogram in slices { numbers.add(histogram) }
    }
    try store.write(numbers.bytes, key(arrays))
  }
}

extension NumberEncoder {
  /// Adds a histogram: its maximum and the bins that hold something.
  fileprivate mutating func add(_ histogram: MagnitudeHistogram) {
    let (indices, counts) = histogram.filledBins
    add(Double(histogram.maximum))
    add(indices)
    add(counts)
  }
}

extension NumberDecoder {
  /// The next histogram.
  fileprivate mutating func histogram() -> MagnitudeHistogram? {
    guard let maximum = double(), let indices = numbers(), let counts = numbers() else {
      return nil
    }
    return MagnitudeHistogram(indices: indices, counts: counts, maximum: Float(maximum))
  }

  /// The next list of what `element` reads, with its count before it.
  fileprivate mutating func list<Element>(
    _ element: (inout NumberDecoder) -> Element?
  ) -> [Element]? {
    guard let count = number() else { return nil }
    var elements: [Element] = []
    while elements.count < count {
      guard let next = element(&self) else { return nil }
      elements.append(next)
    }
    return elements
  }
}
