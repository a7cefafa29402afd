import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// What methods say of themselves, and what is chosen by it.
@Suite struct ExactMethodTests {
  private static let sinh = CellLaw.sinh(SinhLaw(scale: 0.3.volts))
  private static let brokenLine = ArrayDefect(
    .openSegment(.bitLine), wordLine: 2, bitLine: 1)

  /// Arrays over everything that methods decide by.
  private static let arrays: [ArrayDescription] = {
    let topologies = [
      CellTopology.voltageDriven, .gateDriven(sourceLine: .parallel),
      .gateDriven(sourceLine: .crossing),
    ]
    var all: [ArrayDescription] = []
    for topology in topologies {
      for pairing in [nil, PairArrangement.separateLines, .interleaved] {
        for law in [CellLaw.linear, sinh] {
          for end in [LineEnd.near, .far, .both] {
            for defects in [[], [brokenLine]] {
              var array = ReferenceArray.voltageDriven()
              array.topology = topology
              array.wires.sourceLineSegment = 1e-3.ohms
              if let pairing {
                array.negativeConductances = ReferenceArray.negative
                array.pairing = pairing
              }
              (array.law, array.ends.bitLineSense, array.defects) = (law, end, defects)
              all.append(array)
            }
          }
        }
      }
    }
    return all
  }()

  /// A method prepares exactly the arrays that it does not refuse, and refuses with the reason that it
  /// gives; every method covers and refuses some, and none covers a topology that it does not solve.
  @Test func refusalsAreWhatMethodsDo() throws {
    for method in ExactMethod.structured {
      var covered = 0
      for array in Self.arrays {
        guard let reason = method.refusal(of: array) else {
          covered += 1
          let isSolved = method.solves(array.topology)
          #expect(isSolved)
          #expect(throws: Never.self) { try method.init(array) }
          continue
        }
        let error = #expect(throws: ArrayError.self) { try method.init(array) }
        #expect(error.map { "\($0)" } == reason)
      }
      #expect(covered > 0 && covered < Self.arrays.count, "\(method)")
    }
  }

  /// The choice is the first method that covers the array; a circuit says why it is none of them.
  @Test func theFirstMethodThatCoversIsChosen() throws {
    for array in Self.arrays {
      let model = try ExactMethod.model(of: array)
      let label = model.method.label
      switch array.topology {
      case .voltageDriven where array.law.isLinear:
        #expect(label == "exact: effective matrix by CHOLMOD")
      case .gateDriven(sourceLine: .parallel) where array.law.isLinear && array.defects.isEmpty:
        let isLadder = LadderArray.covers(array)
        #expect(label == (isLadder ? "exact: ladder" : "exact: block elimination"))
      case .gateDriven(sourceLine: .crossing) where array.law.isLinear && array.defects.isEmpty:
        #expect(label == "exact: line relaxation")
      case .gateDriven(sourceLine: .crossing) where NonlinearCrossingArray.covers(array):
        #expect(label == "exact: nonlinear relaxation")
        #expect(
          try ExactMethod.model(of: array, vectors: 64).method.label == "exact: Newton over line CG"
        )
      case .voltageDriven where array.defects.isEmpty,
        .gateDriven(sourceLine: .crossing) where array.defects.isEmpty:
        #expect(label == "exact: Newton over line CG")
      default:
        let isParallel = array.topology == .gateDriven(sourceLine: .parallel)
        if NonlinearLadderArray.covers(array) {
          #expect(isParallel && label == "exact: nonlinear ladder" && model.method.remark == nil)
          continue
        }
        let reason =
          !isParallel
          ? LineArray.refusal(of: array)
          : array.law.isLinear
            ? ColumnArray.refusal(of: array) : NonlinearLadderArray.refusal(of: array)
        #expect(reason != nil && model.method.remark == reason)
        #expect(label == (array.law.isLinear ? "exact: CHOLMOD" : "exact: Newton over CHOLMOD"))
      }
    }
  }

  /// A wide array is worth its matrix if the vectors are as many as its solves.
  @Test func fewVectorsDoNotPayForTheMatrix() throws {
    var array = ReferenceArray.voltageDriven()
    array.conductances = Matrix(rows: 40, columns: 50, repeating: 0.1)
    func label(_ vectors: Int?) throws -> String {
      try ExactMethod.model(of: array, vectors: vectors).method.label
    }
    #expect(try label(39) == "exact: line CG")
    #expect(try label(40) == "exact: effective matrix by CHOLMOD")
    #expect(try label(nil) == "exact: effective matrix by CHOLMOD")
  }

  /// Every residual is in the norm of who solved: an effective matrix has that of its solves.
  @Test func residualsNameTheirNorm() throws {
    func norm(_ model: any ArrayModel) throws -> SolutionResidual.Norm? {
      try model.currents(
        model.description.topology == .voltageDriven
          ? .volts(Matrix(rows: 1, columns: model.description.wordLineCount, repeating: 0.1))
          : ReferenceArray.bits
      ).residual?.norm
    }
    var array = ReferenceArray.voltageDriven()
    #expect(try norm(CircuitArray(array)) == .kirchhoff)
    #expect(try norm(LineArray(array)) == .preconditioner)
    #expect(try norm(EffectiveMatrix(array)) == .kirchhoff)
    #expect(try norm(ColumnArray(ReferenceArray.gateDriven)) == nil)
    array.law = Self.sinh
    #expect(try norm(LineArray(array)) == .kirchhoff)
    var large = ReferenceArray.voltageDriven()
    large.conductances = Matrix(rows: 65, columns: 64) { 0.05 + 0.01 * Double(($0 + 3 * $1) % 7) }
    let model = try EffectiveMatrix(large)
    #expect(model.method == ArrayMethod(.exact, "effective matrix by line CG"))
    #expect(try norm(model) == .preconditioner)
  }

  /// Tasks change no bit, whether a method divides the batch or not.
  @Test func tasksChangeNothing() async throws {
    for array in Self.arrays where array.defects.isEmpty {
      let model = try ExactMethod.model(of: array)
      let inputs: InputBatch =
        array.topology == .voltageDriven
        ? .volts(Matrix(rows: 11, columns: 6) { Double($0 - $1) / 10 })
        : .bits(BitMatrix(rows: 11, columns: 6) { ($0 * $1 + $0) % 3 == 0 })
      let (one, many) = (
        try model.currents(inputs), try await model.currents(inputs, width: 3)
      )
      #expect(one.amperes == many.amperes && one.residual == many.residual)
      #expect(one.work == many.work)
    }
  }

  @Test func methodsArePrinted() {
    var method = ArrayMethod(.calibrated, "reduced ladder", parameters: ["8 word lines per step"])
    method.parameters.append("held-out rms 0.1 %")
    #expect(
      "\(method)" == "calibrated: reduced ladder, 8 word lines per step, held-out rms 0.1 %")
    #expect(method.label == "calibrated: reduced ladder")
    #expect(method.details == "reduced ladder, 8 word lines per step, held-out rms 0.1 %")
    #expect("\(ArrayMethod(.exact, "CHOLMOD", remark: "why"))" == "exact: CHOLMOD (why)")
    #expect("\(ArrayMethod(.ideal))" == "ideal")
  }
}
