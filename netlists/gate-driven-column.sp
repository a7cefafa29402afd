Gate-driven column: source line and bit line with resistance
* In a gate-driven array the word lines hold gates and draw no current; a
* selected cell is a resistor between its source line and its bit line, an
* unselected one is not there. This is one column of six cells with four
* selected. The cell far from both ends of its lines sees the lowest voltage:
* compare v(s6,b6) with the 0.2 V at the terminals.

vsl sl 0 0.2
vbl bl 0 0

rs1 sl s1 3
rs2 s1 s2 3
rs3 s2 s3 3
rs4 s3 s4 3
rs5 s4 s5 3
rs6 s5 s6 3

rb2 b1 b2 3
rb3 b2 b3 3
rb4 b3 b4 3
rb5 b4 b5 3
rb6 b5 b6 3
rb7 b6 bl 3

* Selected: 1, 2, 4, 6. The segments around the others still carry current.
rc1 s1 b1 2k
rc2 s2 b2 40k
rc4 s4 b4 2k
rc6 s6 b6 2k

.op
.dc vsl 0 0.2 0.05
.print dc i(vbl) v(s6) v(b6) v(b1)
.end
