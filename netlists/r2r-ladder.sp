R-2R ladder: a four-bit digital-to-analog converter
* A ladder of two resistances weights bits by powers of two: looking from any
* node toward the termination one always sees R. With bits b3 b2 b1 b0 at
* 1 V or 0 V the open-circuit output is (8 b3 + 4 b2 + 2 b1 + b0) / 16 volts.
* Here the input code is 1010, so v(n3) = 10 / 16 = 0.625 V. The sweep moves
* the least significant bit from 0 V to 1 V and adds 1 / 16 V.

v0 b0 0 0
v1 b1 0 1
v2 b2 0 0
v3 b3 0 1

rt n0 0  20k
r0 b0 n0 20k
r1 b1 n1 20k
r2 b2 n2 20k
r3 b3 n3 20k
ra n0 n1 10k
rb n1 n2 10k
rc n2 n3 10k

.op
.dc v0 0 1 0.5
.print dc v(n3) v(n2) i(v3)
.end
