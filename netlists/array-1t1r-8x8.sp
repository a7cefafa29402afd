1T1R array of 8 x 8: one read with five of eight rows selected
* Word lines hold the gates; source and bit lines run in parallel, so every
* column is a circuit of its own: 8 cells between two resistive lines. One
* column is a subcircuit, and the array is eight of them with different cells.
* Rows 1, 3, 4, 6 and 8 are selected. i(vo1) ... i(vo8) are the results.

.param lrs=10k hrs=200k seg=1.5
.model access nmos (level=1 vto=0.4 kp=400u lambda=0.02 gamma=0 phi=0.6)

.subckt cell sl bl wl rm=10k
m1 sl wl mid 0 access w=0.4u l=0.1u
rm mid bl {rm}
.ends cell

* s0 and b9 are the driven end of the source line and the sensed end of the
* bit line; the source line is driven at the top, the bit line sensed below.
.subckt column s0 b9 g1 g2 g3 g4 g5 g6 g7 g8
+ c1=10k c2=10k c3=10k c4=10k c5=10k c6=10k c7=10k c8=10k
rs1 s0 s1 {seg}
rs2 s1 s2 {seg}
rs3 s2 s3 {seg}
rs4 s3 s4 {seg}
rs5 s4 s5 {seg}
rs6 s5 s6 {seg}
rs7 s6 s7 {seg}
rs8 s7 s8 {seg}
rb2 b1 b2 {seg}
rb3 b2 b3 {seg}
rb4 b3 b4 {seg}
rb5 b4 b5 {seg}
rb6 b5 b6 {seg}
rb7 b6 b7 {seg}
rb8 b7 b8 {seg}
rb9 b8 b9 {seg}
x1 s1 b1 g1 cell rm={c1}
x2 s2 b2 g2 cell rm={c2}
x3 s3 b3 g3 cell rm={c3}
x4 s4 b4 g4 cell rm={c4}
x5 s5 b5 g5 cell rm={c5}
x6 s6 b6 g6 cell rm={c6}
x7 s7 b7 g7 cell rm={c7}
x8 s8 b8 g8 cell rm={c8}
.ends column

vread sl 0 0.2
vg1 g1 0 1.8
vg2 g2 0 0
vg3 g3 0 1.8
vg4 g4 0 1.8
vg5 g5 0 0
vg6 g6 0 1.8
vg7 g7 0 0
vg8 g8 0 1.8

xc1 sl o1 g1 g2 g3 g4 g5 g6 g7 g8 column
+ c1={lrs} c2={hrs} c3={hrs} c4={lrs} c5={lrs} c6={hrs} c7={lrs} c8={lrs}
xc2 sl o2 g1 g2 g3 g4 g5 g6 g7 g8 column
+ c1={hrs} c2={hrs} c3={lrs} c4={hrs} c5={lrs} c6={hrs} c7={hrs} c8={lrs}
xc3 sl o3 g1 g2 g3 g4 g5 g6 g7 g8 column
+ c1={lrs} c2={lrs} c3={lrs} c4={lrs} c5={hrs} c6={lrs} c7={hrs} c8={lrs}
xc4 sl o4 g1 g2 g3 g4 g5 g6 g7 g8 column
+ c1={hrs} c2={lrs} c3={hrs} c4={hrs} c5={lrs} c6={hrs} c7={lrs} c8={hrs}
xc5 sl o5 g1 g2 g3 g4 g5 g6 g7 g8 column
+ c1={lrs} c2={hrs} c3={lrs} c4={hrs} c5={hrs} c6={lrs} c7={lrs} c8={hrs}
xc6 sl o6 g1 g2 g3 g4 g5 g6 g7 g8 column
+ c1={hrs} c2={hrs} c3={hrs} c4={lrs} c5={hrs} c6={lrs} c7={hrs} c8={lrs}
xc7 sl o7 g1 g2 g3 g4 g5 g6 g7 g8 column
+ c1={lrs} c2={lrs} c3={hrs} c4={lrs} c5={lrs} c6={hrs} c7={hrs} c8={hrs}
xc8 sl o8 g1 g2 g3 g4 g5 g6 g7 g8 column
+ c1={hrs} c2={lrs} c3={lrs} c4={hrs} c5={hrs} c6={hrs} c7={lrs} c8={lrs}
vo1 o1 0 0
vo2 o2 0 0
vo3 o3 0 0
vo4 o4 0 0
vo5 o5 0 0
vo6 o6 0 0
vo7 o7 0 0
vo8 o8 0 0

.options reltol=1e-6 abstol=1e-14 vntol=1e-9
.op
.print op i(vo1) i(vo2) i(vo3) i(vo4) i(vo5) i(vo6) i(vo7) i(vo8)
.end
