import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// Digital elements beside equations: bridges, and decks of events alone, against closed forms and
/// values of ngspice 39.
@Suite struct EventCircuitTests {
  private func plot(_ cards: String) throws -> Plot {
    let deck = try DeckReader().read("t\n\(cards)\n.end\n", name: "t.sp")
    return try #require(try CircuitSimulation(deck).run().plots.last)
  }

  /// A vector between two points of a plot, on a line.
  private func value(_ plot: Plot, _ name: String, at seconds: Double) throws -> Double {
    let times = try #require(plot.values(of: "time"))
    let values = try #require(plot.values(of: name), "\(name)")
    let k = try #require(times.firstIndex { $0 >= seconds })
    guard k > 0, times[k] > times[k - 1] else { return values[k] }
    let share = (seconds - times[k - 1]) / (times[k] - times[k - 1])
    return values[k - 1] + share * (values[k] - values[k - 1])
  }

  /// When a vector first passes a level upward after a time.
  private func rise(_ plot: Plot, _ name: String, to level: Double, after start: Double) throws
    -> Double
  {
    let times = try #require(plot.values(of: "time"))
    let values = try #require(plot.values(of: name))
    for k in times.indices.dropFirst() where times[k] > start {
      guard values[k - 1] < level, values[k] >= level else { continue }
      let share = (level - values[k - 1]) / (values[k] - values[k - 1])
      return times[k - 1] + share * (times[k] - times[k - 1])
    }
    return .nan
  }

  /// A ramp of 1 V/µs meets thresholds at 0.3 and 0.7 V; delays and ramps follow. The thresholds are
  /// located to 1e-4 of the longest step, 50 ns.
  @Test func bridgesThereAndBack() throws {
    let plot = try plot(
      """
      v1 in 0 pwl(0 0 1u 1 2u 1)
      r1 in 0 1k
      a1 [in] [d] adc
      .model adc adc_bridge(in_low=0.3 in_high=0.7 rise_delay=10n fall_delay=10n)
      a2 d q buf
      .model buf d_buffer(rise_delay=20n fall_delay=20n)
      a3 [d ~q] [od oq] dac
      .model dac dac_bridge(t_rise=5n t_fall=8n out_low=0 out_high=2 out_undef=1)
      .tran 50n 2u
      """)
    let slack = 1e-4 * 50e-9
    // 0.4 V/ns from the edge on, and half of 0.25 V/ns down.
    #expect(abs(try rise(plot, "v(od)", to: 0.5, after: 0) - (310e-9 + 1.25e-9)) <= slack + 1e-13)
    #expect(abs(try rise(plot, "v(od)", to: 1.5, after: 0) - (710e-9 + 1.25e-9)) <= slack + 1e-13)
    #expect(abs(try value(plot, "v(oq)", at: 332e-9) - 1.5) < 0.003)
    #expect(abs(try value(plot, "v(oq)", at: 732e-9) - 0.5) < 0.003)
    #expect(try value(plot, "v(oq)", at: 1.9e-6) == 0)
    // Digital nodes are vectors: unknown is halfway.
    #expect(try value(plot, "v(d)", at: 0.5e-6) == 0.5)
    #expect(try value(plot, "v(q)", at: 1e-6) == 1)
  }

  /// `.op` of ngspice's example: v(20) = 0.5.
  @Test func operatingPointsHaveDigitalNodes() throws {
    let plot = try plot(
      """
      v1 a 0 2
      a1 [a] [d] adc
      .model adc adc_bridge(in_low=0.7 in_high=2.4)
      a2 [d ~d] [x y] dac
      .model dac dac_bridge(out_low=0.5 out_high=4.5 out_undef=1.8)
      v2 b 0 3
      a3 [b] [e] adc
      a4 [e] [z] dac
      rx x 0 1k
      ry y 0 1k
      rz z 0 1k
      .op
      """)
    #expect(plot.values(of: "v(x)") == [1.8] && plot.values(of: "v(y)") == [1.8])
    #expect(plot.values(of: "v(z)") == [4.5])
    #expect(plot.values(of: "v(d)") == [0.5] && plot.values(of: "v(e)") == [1])
  }

  /// A sweep goes through both thresholds.
  @Test func sweepsHaveThresholds() throws {
    let plot = try plot(
      """
      v1 a 0 0
      r1 a 0 1k
      a1 [a] [d] adc
      .model adc adc_bridge(in_low=0.3 in_high=0.6)
      .dc v1 0 1 0.25
      """)
    #expect(plot.values(of: "v(d)") == [0, 0, 0.5, 1, 1])
  }

  /// What drives its own input high while it is high has no operating point.
  @Test func bridgesWithoutRestAreNamed() throws {
    let deck = try DeckReader().read(
      """
      t
      a1 [o] [d] adc
      .model adc adc_bridge(in_low=0.5 in_high=0.5)
      a2 d n inv
      .model inv d_inverter
      a3 [n] [o] dac
      .model dac dac_bridge
      ro o 0 1k
      .op
      .end
      """, name: "t.sp")
    #expect(throws: CircuitError.unsettledBridges(["a1", "a3"])) {
      _ = try CircuitSimulation(deck).run()
    }
  }

  @Test func loopsWithoutRestAreNamed() throws {
    let deck = try DeckReader().read(
      "t\nv1 a 0 1\nr1 a 0 1\na1 n n inv\n.model inv d_inverter\n.op\n.end\n", name: "t.sp")
    #expect(throws: CircuitError.unsettledEvents(nodes: ["n"], seconds: nil)) {
      _ = try CircuitSimulation(deck).run()
    }
  }

  /// A comparator with its own RC: half a period charges from 1/4 to 3/4, which takes RC ln 3.
  @Test func relaxationOscillator() throws {
    let plot = try plot(
      """
      r1 o c 1k
      c1 c 0 1n ic=0
      a1 [c c] [lo hi] adc
      .model adc adc_bridge(in_low=0.25 in_high=0.75 rise_delay=1p fall_delay=1p)
      a2 lo n inv
      .model inv d_inverter(rise_delay=1p fall_delay=1p)
      a3 [~q] [o] dac
      .model dac dac_bridge(t_rise=1p t_fall=1p)
      * Set above, reset below, and holds between, where the bridge says unknown.
      a4 hi low null s r q nq ff
      a5 hi s buf
      a6 low r buf
      .model buf d_buffer(rise_delay=1p fall_delay=1p)
      a7 lo low inv
      .model ff d_jkff(set_delay=1p reset_delay=1p rise_delay=1p fall_delay=1p)
      .tran 10n 10u uic
      """)
    let first = try rise(plot, "v(q)", to: 0.75, after: 0)
    let second = try rise(plot, "v(q)", to: 0.75, after: first + 1e-7)
    let period = 2 * 1e-6 * Foundation.log(3)
    #expect(abs(second - first - period) < 2e-3 * period, "\(second - first)")
  }

  /// A ring of events alone has no equations: every edge is two points.
  @Test func decksOfEventsAlone() throws {
    let plot = try plot(
      """
      a1 ~n n buf
      .model buf d_buffer(rise_delay=2n fall_delay=3n)
      a0 [e] src
      .model src d_source(input_file="none")
      .tran 1n 20n
      """.replacingOccurrences(
        of: "a0 [e] src\n.model src d_source(input_file=\"none\")\n", with: ""
      )
      .replacingOccurrences(
        of: "a1 ~n n buf", with: "a1 one n pu\n.model pu d_buffer\na2 one p\n.model p d_pullup"))
    #expect(plot.values(of: "v(n)")?.last == 1)
    #expect(plot.values(of: "time") == [0, 20e-9])
  }

  /// ngspice's bridges where digital elements meet others: 6 V and 3 V of `vcc`, 3.3 V without.
  @Test func bridgesComeByThemselves() throws {
    let plot = try plot(
      """
      .subckt buffer in out vcc=3
      abuf in out buf
      .ends
      .model buf d_buffer
      vin in 0 pulse(0 2 1n 1n 1n 10n 20n)
      xb1 in mid buffer
      xb2 mid out buffer vcc=6
      rload out 0 10k
      a3 mid other buf
      rother other 0 1k
      .tran 0.1n 30n
      """)
    // Half of 3 V is passed 0.75 ns up the edge; bridge and two buffers have 1 ns each.
    let level = try rise(plot, "v(out)", to: 3, after: 0)
    #expect(abs(level - (1e-9 + 0.75e-9 + 3e-9 + 0.5e-9)) < 2e-12, "\(level)")
    #expect(plot.values(of: "v(out)")?.max() == 6)
    #expect(abs((plot.values(of: "v(other)")?.max() ?? 0) - 3.3) < 1e-12)
  }

  /// A driven oscillator: cycles of the final frequency, by the duty cycle.
  @Test func oscillatorsFollowTheirControl() throws {
    let plot = try plot(
      """
      v1 c 0 1
      r1 c 0 1
      a1 c q osc
      .model osc d_osc(cntl_array=[0 2] freq_array=[1e6 3e6] duty_cycle=0.25)
      a2 c p pwm
      .model pwm d_pwm(frequency=1e6 cntl_array=[0 2] dc_array=[0.2 0.6])
      a3 [q p] [vq vp] dac
      .model dac dac_bridge(t_rise=1n t_fall=1n)
      rq vq 0 1k
      rp vp 0 1k
      .tran 10n 10u
      """)
    let (first, second) = (
      try rise(plot, "v(vq)", to: 0.5, after: 1e-6), try rise(plot, "v(vq)", to: 0.5, after: 1.6e-6)
    )
    #expect(abs(second - first - 0.5e-6) < 1e-12)
    // High from 3/4 of a cycle on, of the other from 1 − 0.4.
    #expect(
      abs(first - (1.375e-6 - 0.5e-6 + 0.5e-6 + 1.5e-9)) < 1e-12 || abs(first - 1.3765e-6) < 1e-12)
    #expect(abs(try rise(plot, "v(vp)", to: 0.5, after: 2e-6) - (2.6e-6 + 1.5e-9)) < 1e-12)
  }

  /// A first-order filter of samples, y = x + y z⁻¹ / 2, and its voltage.
  @Test func realNumbersAreSampled() throws {
    let plot = try plot(
      """
      v1 on 0 1
      r1 on 0 1
      v2 ck 0 pulse(0 1 100n 1n 1n 49n 100n)
      a0 [on ck] [one clk] adc
      .model adc adc_bridge(in_low=0.5 in_high=0.5)
      a1 one one x d2r
      .model d2r d_to_real(zero=0 one=1)
      a2 x sum unity
      .model unity real_gain
      a3 sum clk y delay
      .model delay real_delay
      a4 y sum half
      .model half real_gain(gain=0.5)
      a5 sum out volts
      .model volts real_to_v(gain=2 transition_time=5n)
      ro out 0 1k
      .tran 1n 1u
      """)
    for k in 1...8 {
      let sum = (0...k).reduce(0.0) { $0 + pow(0.5, Double($1)) }
      #expect(
        abs(try value(plot, "v(out)", at: 50e-9 + Double(k) * 100e-9) - 2 * sum) < 1e-9, "\(k)")
    }
  }

  /// Edges far shorter than the step, as decks have them, are met exactly.
  @Test func edgesOfOneBillionthOfAStep() throws {
    let plot = try plot(
      """
      v1 a 0 pwl( (0 0) (0.5 0) (0.50000000001 1) (1 1) (1.00000000001 0) )
      r1 a 0 1k
      a1 [a] [d] adc
      .model adc adc_bridge(in_low=0.1 in_high=0.9 rise_delay=1p fall_delay=1p)
      a2 d ~q q nq jk
      .tran 10m 2
      """.replacingOccurrences(of: "a2 d ~q q nq jk\n", with: ""))
    let half = try rise(plot, "v(a)", to: 0.5, after: 0)
    #expect(abs(half - 0.500000000005) < 1e-12)
    #expect(try value(plot, "v(d)", at: 0.75) == 1)
    #expect(try value(plot, "v(d)", at: 1.5) == 0)
  }
}
