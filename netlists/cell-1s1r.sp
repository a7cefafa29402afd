1S1R cell: a memory element in series with a nonlinear selector
* Two diodes back to back in parallel conduct 2 IS sinh(v / (n Vt)): almost
* nothing at half the read voltage, much at the full one. That is what keeps
* half-selected cells of a passive array quiet. Compare i(vr) at 0.8 V and
* 0.4 V: their ratio is the selectivity, 133 here and 2 for a resistor.

vr top 0 0.8
da top mid sel
db mid top sel
rc mid 0 50k
.model sel d (is=10p n=2)

.options gmin=1e-15 reltol=1e-6 abstol=1e-15 vntol=1e-9
.op
.dc vr -0.8 0.8 0.05
.print dc i(vr) v(mid)
.end
