MOSFET output curves: a sweep within a sweep
* The first source of .dc runs fastest: for each gate voltage, the drain runs
* from 0 V to 1.8 V. The result is one long table in which the drain voltage
* starts over six times. Below v(d) = v(g) - vto the transistor is a
* resistance, above it nearly a current source; lambda is its slope there.

vd d 0 1.8
vg g 0 1.8
m1 d g 0 0 nch w=2u l=0.2u
.model nch nmos (level=1 vto=0.5 kp=200u lambda=0.08 gamma=0.4 phi=0.7)

.op
.dc vd 0 1.8 0.1 vg 0.3 1.8 0.3
.print dc i(vd)
.end
