import AnalogCore
import Configuration
import Datasets
import Energy
import Inference
import NeuralNetwork

/// One experiment: network, images, quantization, hardware, solver and outputs.
///
/// The value of an experiment file (`E.yaml`); every field has its key there.
public struct ExperimentSpec: Sendable, Equatable {
  /// A short name for results and reports.
  public var name: String
  /// Seed of every random draw.
  public var seed: UInt64
  /// Path of the ONNX file, or the bundled digits network.
  public var network: NetworkSource
  /// Source of the images.
  public var data: DataSource
  /// What the network is for; `nil` for a classifier if there are labels, otherwise for none.
  public var task: InferenceTask?
  /// Which of the images are evaluated.
  public var selection: ImageSelection
  /// How the float network becomes integers.
  public var quantization: QuantizationOptions
  /// Hardware of the arrays, unless a layer overrides it.
  public var hardware: HardwareConfiguration
  /// Path on which layers are solved, unless a layer overrides it.
  public var path: SolutionPath
  /// Networks that run beside the path, which it is compared with.
  public var compared: Set<ComparedNetwork>
  /// Layers that differ, by node name.
  public var layers: [String: LayerOverride]
  /// Calibration settings of calibrated and auto layers.
  public var calibration: ModelCalibration
  /// Images on which converter ranges are calibrated.
  public var converterImages: Int
  /// How the losses of arrays are made up for, unless a layer overrides it.
  public var compensation: LayerCompensation
  /// Calibration images on which layers are compensated.
  public var compensationImages: Int
  /// Changes of the arrays under which a compensated network runs again.
  public var robustness: RobustnessSpec
  /// Input vectors of each tile whose circuits are solved to measure the accuracy of a layer; 0 for
  /// none.
  public var auditVectors: Int
  /// Energy, time and area of the hardware's components; `nil` to leave them out.
  public var energy: ComponentTable?
  /// Points at which the run is repeated, each with its changes; empty for a single unchanged run.
  public var study: [StudyPoint]
  /// Folder for results; `nil` to keep none.
  public var outputFolder: String?
  /// Whether results keep the logits of every image and path.
  public var keepsLogits: Bool

  /// Every key with its value, defaults filled in, as the file and the command line say.
  var resolvedValue: ResolvedValue
  /// The file with every default filled in; reading it gives the same experiment.
  public var resolvedYAML: String { resolvedValue.yaml(paths: .asWritten) }
  /// The same as structure.
  public var resolved: ConfigurationValue { ConfigurationValue(resolvedValue) }

  /// The settings that a layer overrides.
  public struct LayerOverride: Sendable, Equatable {
    /// Its own path.
    public var path: SolutionPath?
    /// Its own hardware.
    public var hardware: HardwareConfiguration?
    /// Its own widths of codes; those of `ExperimentSpec.quantization` follow them.
    public var precision: LayerPrecision?
    /// Its own compensation.
    public var compensation: LayerCompensation?

    /// A layer that by default overrides nothing.
    public init(
      path: SolutionPath? = nil, hardware: HardwareConfiguration? = nil,
      precision: LayerPrecision? = nil, compensation: LayerCompensation? = nil
    ) {
      self.path = path
      self.hardware = hardware
      self.precision = precision
      self.compensation = compensation
    }
  }
}
