import CrossbarArray
import Files
import NumericKernels

extension CSV {
  /// One line per row of `numbers`, `[rows, outputs]`, one column per output of `array`, in the
  /// shortest decimals that give back their bits. Headings end in `unit`: `bitLine0Amperes`, and
  /// `negativeBitLine0Amperes` if positive and negative bit lines are separate.
  public static func outputs(
    _ numbers: Matrix<Double>, of array: ArrayDescription, unit: String
  ) -> String {
    precondition(numbers.columns == array.outputCount, "numbers and outputs differ in count")
    let count = array.bitLineCount
    let headings = (0..<array.outputCount).map { output in
      output < count ? "bitLine\(output)\(unit)" : "negativeBitLine\(output - count)\(unit)"
    }
    return line(headings)
      + (0..<numbers.rows).map { row in
        line((0..<numbers.columns).map { "\(numbers[row, $0])" })
      }.joined()
  }
}
