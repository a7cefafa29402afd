Sneak paths: reading one cell of a passive array with floating lines
* To read the cell at word line 1, bit line 1, drive w1 and ground b1 through
* a sense source. The other lines float, so current also flows through three
* cells in series: w1 -> b2 -> w2 -> b1. The cell is off (1 megohm), yet the
* sensed current is that of the 10 kohm neighbours: about 0.5 V / 30 kohm.

vr w1 0 0.5
vs b1 0 0

rc11 w1 b1 1meg
rc12 w1 b2 10k
rc21 w2 b1 10k
rc22 w2 b2 10k

* The unselected lines float: 1 gigohm holds them. Change both to 1 ohm, which
* grounds the lines, and the sneak current is gone from i(vs).
vf hold 0 0
rfw w2 hold 1g
rfb b2 hold 1g

.op
.dc vr 0 0.5 0.1
.print dc i(vs) v(w2) v(b2)
.end
