Coupled inductors: a transformer with a load
* K couples two inductors: M = k sqrt(L1 L2). With L2 = 4 L1 the voltage
* doubles where the coupling is tight and the frequency high enough for the
* primary inductance to stand above the source resistance.

v1 in 0 dc 0 ac 1 sin(0 1 100k)
r1 in a 5
l1 a 0 100u
l2 b 0 400u
k1 l1 l2 0.98
rl b 0 1k

.options reltol=1e-5
.ac dec 5 1k 10meg
.tran 0.1u 40u 0 20n
.print ac v(b)
.print tran v(b) v(a)
.end
