import Netlist

/// Cards of a subcircuit that are placed only where conditions hold.
struct CardGuard: Sendable {
  /// A condition, and whether it is to hold.
  struct Term: Sendable {
    var card: DeckCard
    var condition: Range<Int>
    var holds: Bool
  }

  /// Among the cards of the scope.
  var cards: Range<Int>
  /// All of them.
  var terms: [Term]
}

/// An open `.if`.
struct OpenCondition: Sendable {
  var card: DeckCard
  /// How many scopes were open, and the number of the innermost.
  var depth: Int
  var scope: Int
  /// Whether cards up to the next branch are taken, and whether some branch was.
  var isTaken = true, wasTaken = true
  /// In a subcircuit, what the present branch asks for, and its first card.
  var terms: [CardGuard.Term] = []
  var start = 0
  /// Whether there was an `.else`.
  var isLast = false
}

/// `.if (condition)`, `.elseif (condition)`, `.else` and `.endif`.
///
/// At the top a condition is decided when it is read, from the parameters above it, so that whole
/// sections, models and files can depend on it. In a subcircuit every instance decides by its own
/// parameters which elements it has.
extension DeckStructure {
  /// Whether the present card is in a branch that is not taken.
  var isSkipping: Bool { conditionsOpen.contains { !$0.isTaken } }
  /// Whether the present card is in a branch that every instance decides about.
  var isGuarded: Bool { conditionsOpen.contains { $0.depth > 1 } }

  static let conditionNames: Set<String> = [".if", ".elseif", ".elif", ".else", ".endif"]

  /// Takes a card of a condition.
  mutating func condition(
    _ name: String, _ place: Range<Int>, _ card: DeckCard, scope: Int, depth: Int
  ) throws(CardFault) {
    if name == ".if" { return try open(place, card, scope: scope, depth: depth) }
    guard var last = conditionsOpen.last, last.scope == scope else {
      throw CardFault(.strayEnd, place)
    }
    conditionsOpen.removeLast()
    if depth > 1 { close(last, scope) }
    guard name != ".endif" else { return }
    guard !last.isLast else { throw CardFault(.strayEnd, place) }
    defer { conditionsOpen.append(last) }
    if depth > 1 {
      for k in last.terms.indices { last.terms[k].holds = false }
      last.start = scopes[scope].cards.count
    }
    if name == ".else" {
      last.isLast = true
      if depth == 1 { last.isTaken = !last.wasTaken }
      return
    }
    let range = try conditionRange(place, card)
    if depth > 1 {
      last.terms.append(.init(card: card, condition: range, holds: true))
    } else {
      last.isTaken = last.wasTaken ? false : try holds(range, card)
      last.wasTaken = last.wasTaken || last.isTaken
    }
  }

  private mutating func open(
    _ place: Range<Int>, _ card: DeckCard, scope: Int, depth: Int
  ) throws(CardFault) {
    var opened = OpenCondition(card: card, depth: depth, scope: scope)
    defer { conditionsOpen.append(opened) }
    guard conditionsOpen.count < settings.nestingLimit else {
      throw CardFault(.expressionTooDeep, place)
    }
    // Inside a branch that is not taken, nothing is decided and nothing taken.
    guard !isSkipping else { return }
    let range = try conditionRange(place, card)
    if depth > 1 {
      opened.terms = [.init(card: card, condition: range, holds: true)]
      opened.start = scopes[scope].cards.count
    } else {
      opened.isTaken = try holds(range, card)
      opened.wasTaken = opened.isTaken
    }
  }

  private mutating func close(_ condition: OpenCondition, _ scope: Int) {
    guard !condition.terms.isEmpty else { return }
    let cards = condition.start..<scopes[scope].cards.count
    if !cards.isEmpty { scopes[scope].guards.append(.init(cards: cards, terms: condition.terms)) }
  }

  private func conditionRange(
    _ place: Range<Int>, _ card: DeckCard
  ) throws(CardFault) -> Range<Int> {
    let range = place.upperBound..<card.range.upperBound
    guard !range.isEmpty else { throw CardFault(.missingFields, place) }
    return range
  }

  /// Whether a condition holds for the parameters above it; notes which those are.
  private mutating func holds(
    _ range: Range<Int>, _ card: DeckCard
  ) throws(CardFault) -> Bool {
    var elaborator = DeckElaborator(self)
    let (holds, names) = try elaborator.condition(range, card)
    for name in names where conditionParameters[name] == nil { conditionParameters[name] = card }
    return holds
  }

  /// Ends a scope's conditions that have no end of their own, and notes them.
  mutating func endConditions(of scope: Int) {
    while let condition = conditionsOpen.last, condition.scope == scope {
      fault(CardFault(.unterminatedBlock, condition.card.range), condition.card)
      conditionsOpen.removeLast()
    }
  }
}

extension DeckElaborator {
  /// Whether a condition at the top holds, and the parameters that it depends on.
  fileprivate mutating func condition(
    _ range: Range<Int>, _ card: DeckCard
  ) throws(CardFault) -> (Bool, Set<String>) {
    definitions = [definitions(of: 0)]
    let top = DeckInstance(parameters: ParameterScope(parent: nil))
    define(definitions[0], in: top.parameters)
    readNames = []
    self.card = card
    text = structure.sources[Int(card.source)].bytes
    let holds = try holds(range, top)
    return (holds, readNames ?? [])
  }

  /// The cards of a scope that this instance has, where conditions leave some out.
  mutating func placed(
    _ cards: [DeckCard], _ guards: [CardGuard], _ instance: DeckInstance
  ) -> [DeckCard] {
    guard !guards.isEmpty else { return cards }
    var isPlaced = [Bool](repeating: true, count: cards.count)
    for block in guards {
      do throws(CardFault) {
        for term in block.terms {
          card = term.card
          text = structure.sources[Int(term.card.source)].bytes
          let holds = try holds(term.condition, instance)
          guard holds != term.holds else { continue }
          for k in block.cards { isPlaced[k] = false }
          break
        }
      } catch {
        note(error, card, instance)
      }
    }
    return zip(cards, isPlaced).filter(\.1).map(\.0)
  }

  /// Whether an instance meets all of the conditions.
  mutating func allHold(
    _ terms: [CardGuard.Term], _ instance: DeckInstance
  ) throws(CardFault) -> Bool {
    let outside = (card, tokens, text)
    defer { (card, tokens, text) = outside }
    for term in terms {
      card = term.card
      text = structure.sources[Int(term.card.source)].bytes
      do throws(CardFault) {
        guard try holds(term.condition, instance) == term.holds else { return false }
      } catch {
        var fault = error
        fault.source = fault.source ?? Int(term.card.source)
        throw fault
      }
    }
    return true
  }

  /// Names of the parameters that conditions of a subcircuit define.
  func guardedNames(of scope: Int) -> Set<String> {
    var names: Set<String> = []
    for (card, _) in structure.scopes[scope].guardedParameters {
      let bytes = structure.sources[Int(card.source)].bytes
      var tokens = CardTokens()
      // Faults are reported where the parameters are defined.
      guard (try? tokens.split(bytes.span, card.range)) != nil,
        let list = try? Assignment.list(tokens.tokens.dropFirst(), card.range, bytes)
      else { continue }
      names.formUnion(list.map { DeckStructure.folded(bytes, $0.name) })
    }
    return names
  }

  /// Defines the parameters of an instance's conditions, but for those that it was given.
  mutating func defineGuarded(
    _ instance: DeckInstance, given: Set<String>
  ) throws(CardFault) {
    for (card, terms) in structure.scopes[instance.scope].guardedParameters {
      guard try allHold(terms, instance) else { continue }
      let bytes = structure.sources[Int(card.source)].bytes
      var tokens = CardTokens()
      do throws(CardFault) {
        try tokens.split(bytes.span, card.range)
        for assignment in try Assignment.list(tokens.tokens.dropFirst(), card.range, bytes) {
          let name = DeckStructure.folded(bytes, assignment.name)
          guard !given.contains(name) else { continue }
          instance.parameters[name] = .text(source: Int(card.source), assignment.value)
        }
      } catch {
        var fault = error
        fault.source = fault.source ?? Int(card.source)
        throw fault
      }
    }
  }

  /// Refuses values of steps and commands for parameters that conditions were decided by.
  mutating func noteChangedConditions() {
    for name in overrides.keys.sorted() {
      guard let card = structure.conditionParameters[name] else { continue }
      let number = Int(card.source)
      log.add(
        CardFault(.conditionChanges, card.range, subject: name),
        in: structure.sources[number], number: number)
    }
  }
}
