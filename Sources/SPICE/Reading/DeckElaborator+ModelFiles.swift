import Files
import Netlist

extension DeckElaborator {
  /// The text file that the card of a code model names.
  struct ModelFile {
    /// As the card spells it, and where.
    let name: String
    let place: Range<Int>
    /// The number of the file that the card is in.
    let source: Int
    let path: String

    /// A fault of the file, at its name.
    func fault(_ reason: DeckFault.Reason, _ subject: String) -> CardFault {
      var fault = CardFault(reason, place, subject: subject)
      fault.source = source
      return fault
    }

    /// A fault of one of its lines.
    func fault(
      _ reason: DeckFault.Reason, line: Int, _ what: (some CustomStringConvertible)? = String?.none
    ) -> CardFault {
      fault(reason, "\(name):\(line)" + (what.map { ": \($0)" } ?? ""))
    }
  }

  func modelFile(
    of model: CodeModel, _ instance: DeckInstance
  ) throws(CardFault) -> ModelFile {
    guard let (name, place) = model.texts["file"] else {
      throw CardFault(.missingFileName, card.range)
    }
    let source = Int(try modelCard(instance).source)
    return ModelFile(
      name: name, place: place, source: source,
      path: structure.resolved(name, from: structure.sources[source].name))
  }

  func lines(of file: ModelFile) throws(CardFault) -> [Substring] {
    do throws(FileError) {
      let bytes = try structure.settings.load(file.path)
      return String(decoding: bytes, as: UTF8.self).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    } catch {
      throw file.fault(.unreadable, "\(file.name) (\(error.reason))")
    }
  }
}
