Passive 8 x 8 crossbar with wire resistance
* A crossbar multiplies: the current out of bit line j is the sum over word
* lines i of conductance(i,j) * voltage(i), if wires have no resistance and
* every bit line ends at a virtual ground. Here each wire segment between
* neighbouring cells has 2.5 ohms, and cells are 5 kohm (on) or 100 kohm (off).
*
* One row is a subcircuit: w is the end of the word line that the driver holds,
* t1 ... t8 are the bit lines above the row, u1 ... u8 below it. Its parameters
* are the eight cells in ohms.
*
* Compare i(vo1) with the ideal 0.2 V * (sum of on conductances): the wires
* take a few per cent, more on bit lines far from the drivers.

.param on=5k off=100k seg=2.5

.subckt row w t1 t2 t3 t4 t5 t6 t7 t8 u1 u2 u3 u4 u5 u6 u7 u8
+ c1=5k c2=5k c3=5k c4=5k c5=5k c6=5k c7=5k c8=5k
rw1 w  n1 {seg}
rw2 n1 n2 {seg}
rw3 n2 n3 {seg}
rw4 n3 n4 {seg}
rw5 n4 n5 {seg}
rw6 n5 n6 {seg}
rw7 n6 n7 {seg}
rw8 n7 n8 {seg}
rc1 n1 u1 {c1}
rc2 n2 u2 {c2}
rc3 n3 u3 {c3}
rc4 n4 u4 {c4}
rc5 n5 u5 {c5}
rc6 n6 u6 {c6}
rc7 n7 u7 {c7}
rc8 n8 u8 {c8}
rb1 t1 u1 {seg}
rb2 t2 u2 {seg}
rb3 t3 u3 {seg}
rb4 t4 u4 {seg}
rb5 t5 u5 {seg}
rb6 t6 u6 {seg}
rb7 t7 u7 {seg}
rb8 t8 u8 {seg}
.ends row

* Inputs: full read voltage on the odd word lines, half of it on the even ones.
v1 w1 0 0.2
v2 w2 0 0.1
v3 w3 0 0.2
v4 w4 0 0.1
v5 w5 0 0.2
v6 w6 0 0.1
v7 w7 0 0.2
v8 w8 0 0.1

* The bit lines end below the last row at zero-volt sources, which measure
* current: i(vo1) is positive where it flows into the + terminal.
x1 w1 a1 a2 a3 a4 a5 a6 a7 a8 b1 b2 b3 b4 b5 b6 b7 b8 row
+ c1={on} c2={off} c3={on} c4={on} c5={off} c6={on} c7={off} c8={on}
x2 w2 b1 b2 b3 b4 b5 b6 b7 b8 d1 d2 d3 d4 d5 d6 d7 d8 row
+ c1={off} c2={on} c3={on} c4={off} c5={off} c6={on} c7={on} c8={on}
x3 w3 d1 d2 d3 d4 d5 d6 d7 d8 e1 e2 e3 e4 e5 e6 e7 e8 row
+ c1={on} c2={on} c3={off} c4={off} c5={on} c6={off} c7={on} c8={off}
x4 w4 e1 e2 e3 e4 e5 e6 e7 e8 f1 f2 f3 f4 f5 f6 f7 f8 row
+ c1={on} c2={off} c3={off} c4={on} c5={on} c6={off} c7={off} c8={on}
x5 w5 f1 f2 f3 f4 f5 f6 f7 f8 g1 g2 g3 g4 g5 g6 g7 g8 row
+ c1={off} c2={on} c3={on} c4={on} c5={off} c6={on} c7={off} c8={off}
x6 w6 g1 g2 g3 g4 g5 g6 g7 g8 h1 h2 h3 h4 h5 h6 h7 h8 row
+ c1={on} c2={on} c3={off} c4={on} c5={on} c6={off} c7={on} c8={on}
x7 w7 h1 h2 h3 h4 h5 h6 h7 h8 k1 k2 k3 k4 k5 k6 k7 k8 row
+ c1={off} c2={off} c3={on} c4={off} c5={on} c6={on} c7={off} c8={on}
x8 w8 k1 k2 k3 k4 k5 k6 k7 k8 s1 s2 s3 s4 s5 s6 s7 s8 row
+ c1={on} c2={off} c3={on} c4={on} c5={off} c6={on} c7={on} c8={off}
vo1 s1 0 0
vo2 s2 0 0
vo3 s3 0 0
vo4 s4 0 0
vo5 s5 0 0
vo6 s6 0 0
vo7 s7 0 0
vo8 s8 0 0

* The bit lines end above the first row: nothing is connected to a1 ... a8 but
* their first segment, so they carry no current. A large resistor keeps the
* nodes from hanging in the air, which simulators complain about.
ra1 a1 0 1g
ra2 a2 0 1g
ra3 a3 0 1g
ra4 a4 0 1g
ra5 a5 0 1g
ra6 a6 0 1g
ra7 a7 0 1g
ra8 a8 0 1g

.op
.print op i(vo1) i(vo2) i(vo3) i(vo4) i(vo5) i(vo6) i(vo7) i(vo8)
.end
