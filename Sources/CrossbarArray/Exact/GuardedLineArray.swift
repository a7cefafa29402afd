import NumericKernels

/// Line CG with the factorized circuit behind it: a vector on which the iteration does not reach its
/// tolerance, or cannot bound the error of a current, is solved as the exported circuit and counted.
///
/// Newton's method over whole lines stops short for the steepest laws and for lines whose segments
/// carry less current than rounding in their cells leaves; a factorization does not.
public struct GuardedLineArray: ArraySolver {
  /// The iteration.
  let lines: LineArray

  public static func refusal(of array: ArrayDescription) -> String? {
    LineArray.refusal(of: array)
  }

  init(_ lines: LineArray) { self.lines = lines }

  public var description: ArrayDescription { lines.description }
  public var method: ArrayMethod { lines.method }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    do throws(ArrayError) {
      return try lines.currents(inputs)
    } catch {
      guard error.isOfConvergence else { throw error }
      return try oneByOne(inputs)
    }
  }

  public func currents(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    do {
      return try await lines.currents(inputs, width: width)
    } catch let error as ArrayError {
      guard error.isOfConvergence else { throw error }
      return try oneByOne(inputs)
    }
  }

  /// Every vector by itself, with the same bits as in a batch.
  private func oneByOne(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    var circuit: CircuitArray?
    var result = ArrayCurrents(
      amperes: Matrix(rows: inputs.count, columns: description.outputCount, repeating: 0.0))
    for vector in 0..<inputs.count {
      let one = try currents(inputs.vector(vector), vector, &circuit)
      for (output, amperes) in one.amperes.elements.enumerated() {
        result.amperes[vector, output] = amperes
      }
      result.residual = one.residual?.worst(orKnown: result.residual) ?? result.residual
      result.sensedError = max(result.sensedError ?? 0, one.sensedError ?? 0)
      // None if the circuit solved every vector.
      if let iterations = one.work.iterations {
        result.work.iterations = max(result.work.iterations ?? 0, iterations)
      }
      result.work.eliminatedVectors += one.work.eliminatedVectors
      result.work.factorizedVectors += one.work.factorizedVectors
    }
    return result
  }

  /// The currents of the vector numbered `vector`, by itself in `input`.
  private func currents(
    _ input: InputBatch, _ vector: Int, _ circuit: inout CircuitArray?
  ) throws(ArrayError) -> ArrayCurrents {
    do throws(ArrayError) {
      return try lines.currents(input)
    } catch {
      guard error.isOfConvergence else { throw error.inVectors(from: vector) }
    }
    do throws(ArrayError) {
      if circuit == nil { circuit = try CircuitArray(description) }
      guard var found = try circuit?.currents(input) else { preconditionFailure("just made") }
      found.work.factorizedVectors = 1
      return found
    } catch {
      throw error.inVectors(from: vector)
    }
  }

  public func solutions(
    _ inputs: InputBatch, each body: (_ vector: Int, _ solution: ArraySolution) -> Void
  ) throws(ArrayError) {
    try description.check(inputs)
    for group in lines.groups(inputs.count) {
      var found: [ArraySolution] = []
      do throws(ArrayError) {
        try lines.solutions(inputs.vectors(group)) { found.append($1) }
      } catch {
        guard error.isOfConvergence else { throw error.inVectors(from: group.lowerBound) }
        found = []
        for vector in group { found.append(try solution(inputs, vector)) }
      }
      for (vector, solution) in zip(group, found) { body(vector, solution) }
    }
  }

  private func solution(_ inputs: InputBatch, _ vector: Int) throws(ArrayError) -> ArraySolution {
    do throws(ArrayError) {
      return try lines.solution(inputs.vector(vector))
    } catch {
      guard error.isOfConvergence else { throw error.inVectors(from: vector) }
    }
    do throws(ArrayError) {
      var solution = try CircuitArray(description).solution(inputs.vector(vector))
      solution.isFactorized = true
      return solution
    } catch {
      throw error.inVectors(from: vector)
    }
  }
}

extension ArrayError {
  /// Whether an iteration ended without its tolerance, which says nothing of the array.
  fileprivate var isOfConvergence: Bool {
    switch self {
    case .notConverged, .currentsNotAccurate, .newtonNotConverged: true
    default: false
    }
  }
}
