Settling of a bit line: how long until the current can be read
* Eight segments of wire, each with resistance and capacitance to ground, and
* a cell at every second node. At t = 1 ns all word lines step from 0 V to
* 0.2 V in 10 ps. The sensed current i(vo) rises with the time constants of
* the line. .measure finds the final value, 14.71 uA, and when 99 % of it are
* reached: 1.2 ns after the step.

.param rseg=25 cseg=10f gcell=20u

vin w 0 pulse(0 0.2 1n 10p 10p 1u 2u)
rc1 w b1 {1/gcell}
rc3 w b3 {1/gcell}
rc5 w b5 {1/gcell}
rc7 w b7 {1/gcell}
* Each word line loads its driver.
cw w 0 50f

rb1 b1 b2 {rseg}
rb2 b2 b3 {rseg}
rb3 b3 b4 {rseg}
rb4 b4 b5 {rseg}
rb5 b5 b6 {rseg}
rb6 b6 b7 {rseg}
rb7 b7 b8 {rseg}
rb8 b8 s  {rseg}
cb1 b1 0 {cseg}
cb2 b2 0 {cseg}
cb3 b3 0 {cseg}
cb4 b4 0 {cseg}
cb5 b5 0 {cseg}
cb6 b6 0 {cseg}
cb7 b7 0 {cseg}
cb8 b8 0 {cseg}
* The input resistance of the sense amplifier, with its own capacitance.
rsense s vs 1k
cs s 0 200f
vo vs 0 0

.options reltol=1e-5 abstol=1e-15 vntol=1e-9 chgtol=1e-18
.tran 20p 20n 0 20p
.print tran i(vo) v(b1) v(s)
.measure tran final find i(vo) at=20n
.measure tran t99 when i(vo)=14.565u rise=1
.end
