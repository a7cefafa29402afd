import Netlist

// Foundation has types of these names; in decks they are the circuit's.
typealias Expression = Netlist.Expression
typealias Measurement = Netlist.Measurement
