Behavioural sources: outputs that are formulas
* B sources take any formula of voltages and currents. b1 is a multiplier, b2
* a saturating amplifier, b3 an ideal 3-bit quantiser: eight levels, rounded to
* the nearest. e1 and g1 are linear controlled sources, for comparison.

v1 x 0 0.5
v2 y 0 0.4
b1 m 0 v=v(x)*v(y)
b2 t 0 v={tanh(4*v(x))}
b3 q 0 v={floor(v(x)*7+0.5)/7}
b4 0 k i={1e-3*(v(x) > 0.25 ? v(x)-0.25 : 0)}
rk k 0 1k
e1 e 0 x y 2
g1 0 g x 0 1m
rg g 0 2k

.op
.dc v1 -0.95 1 0.15
.print dc v(m) v(t) v(q) v(k) v(e) v(g)
.end
