import Netlist
import NumericKernels

/// The circuit of an array with the roles of its elements.
struct ArrayNetlist: Sendable {
  /// Resistors, devices, drivers and 0 V sense sources.
  var circuit: Circuit
  let meaning: Meaning

  /// Roles of the circuit's elements in the array.
  struct Meaning: Sendable {
    /// Sources that carry each input, with the sign they apply; voltage-driven only.
    var inputSources: [[(source: Int, sign: Double)]]
    /// Sense sources of each output, in the order of `ArrayCurrents`; their currents add up. Empty
    /// if the line to the terminal is open.
    var senseSources: [[Int]]
    /// Gate sources by input, and gate nodes by word line, of 1T1R arrays.
    var gateSources: [Int] = []
    var gateNodes: [Node?] = []
    /// Bulk of the access transistors.
    var bulk = Node.ground
    /// Positive cells, then negative ones.
    var cells: [Cells] = []

    init(inputs: Int, outputs: Int) {
      inputSources = Array(repeating: [], count: inputs)
      senseSources = Array(repeating: [], count: outputs)
    }
  }

  /// Nodes and elements of the cells of one polarity, `[wordLines, bitLines]` by physical position;
  /// `nil` for those that a cell does not have.
  struct Cells: Sendable {
    /// Nodes on the drive line and on the bit line.
    var drive: Matrix<Node?>, sense: Matrix<Node?>
    /// Memory elements.
    var resistors: Matrix<Int?>
    /// The first of the two antiparallel diodes; the other follows it.
    var diodes: Matrix<Int?>
    var transistors: Matrix<Int?>
    /// Devices of compiled Verilog-A at the drive line.
    var compacts: Matrix<Int?>
    /// Voltage sources at the ends of the lines; none on bit lines that belong to the other plane.
    var driveSources: [LineSources], bitLineSources: [LineSources]
  }

  /// Indices of the sources at the ends of a line.
  struct LineSources: Sendable {
    var near: Int?
    var far: Int?
  }
}

extension ArrayNetlist {
  /// Physical position of the cell that this diode or transistor belongs to.
  func place(ofDevice name: String) -> (wordLine: Int, bitLine: Int)? {
    func isNamed(_ label: Label) -> Bool { circuit.name(of: label) == name }
    for cells in meaning.cells {
      for wordLine in 0..<cells.diodes.rows {
        for bitLine in 0..<cells.diodes.columns {
          if let diode = cells.diodes[wordLine, bitLine],
            (diode...diode + 1).contains(where: { isNamed(circuit.diodes[$0].label) })
          {
            return (wordLine, bitLine)
          }
          if let transistor = cells.transistors[wordLine, bitLine],
            isNamed(circuit.mosfets[transistor].label)
          {
            return (wordLine, bitLine)
          }
        }
      }
    }
    return nil
  }
}
