A 2 x 3 array from nested subcircuits with parameters
* Subcircuits are copied for every X line. Parameters behind the name of the
* subcircuit have defaults that an X line can change; braces hold formulas,
* which may use the parameters. Subcircuits may contain others: a tile is made
* of pairs, a pair of two cells. i(vo1) ... are differences of the two halves.

.param unit=10u

.subckt cell w b g=10u
rg w b {1/g}
.ends cell

* A signed weight between -1 and 1 as two cells around a middle conductance.
.subckt pair w bp bn weight=0
xp w bp cell g={unit*(1.1+weight)}
xn w bn cell g={unit*(1.1-weight)}
.ends pair

.subckt tile w1 w2 bp1 bn1 bp2 bn2 bp3 bn3
x11 w1 bp1 bn1 pair weight=1
x12 w1 bp2 bn2 pair weight=-0.5
x13 w1 bp3 bn3 pair weight=0.25
x21 w2 bp1 bn1 pair weight=-1
x22 w2 bp2 bn2 pair weight=0.75
x23 w2 bp3 bn3 pair
.ends tile

v1 w1 0 0.3
v2 w2 0 0.1
xt w1 w2 p1 n1 p2 n2 p3 n3 tile
vp1 p1 0 0
vn1 n1 0 0
vp2 p2 0 0
vn2 n2 0 0
vp3 p3 0 0
vn3 n3 0 0
* Subtract with current-controlled sources into one ohm: v(y1) in volts is the
* difference in amperes, 2 * 10 uS * (1 * 0.3 - 1 * 0.1) = 4 uA for the first.
f1 0 y1 vp1 1
f2 y1 0 vn1 1
r1 y1 0 1
f3 0 y2 vp2 1
f4 y2 0 vn2 1
r2 y2 0 1
f5 0 y3 vp3 1
f6 y3 0 vn3 1
r3 y3 0 1

.op
.dc v1 0 0.3 0.1
.print dc v(y1) v(y2) v(y3)
.end
