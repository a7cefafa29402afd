Sources over time: pulse, sine, exponential, piecewise linear
* Every waveform of an independent source, each into its own RC so that the
* transient has something to integrate. tau = 1 kohm * 1 nF = 1 us.
* .measure evaluates the result: average, extremes, crossing, delay.

v1 p 0 pulse(0 1 1u 0.1u 0.2u 2u 5u)
v2 s 0 sin(0.5 0.5 200k 1u 1e5)
v3 e 0 exp(0 1 1u 0.5u 5u 1u)
v4 w 0 pwl(0 0 1u 0 2u 1 4u 0.5 6u 0.5 7u 0)
r1 p a 1k
r2 s b 1k
r3 e c 1k
r4 w d 1k
c1 a 0 1n
c2 b 0 1n
c3 c 0 1n
c4 d 0 1n

.options reltol=1e-5
.tran 0.05u 10u 0 0.02u
.print tran v(a) v(b) v(c) v(d)
.measure tran peak max v(a) from=0 to=5u
.measure tran mean avg v(b) from=1u to=6u
.measure tran cross when v(d)=0.5 rise=1
.measure tran delay trig v(p) val=0.5 rise=1 targ v(a) val=0.5 rise=1
.end
