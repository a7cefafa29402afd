Sample and hold: a switch with hysteresis
* The clock closes the switch above 0.6 V (vt + vh) and opens it below 0.4 V.
* While closed the capacitor follows the input through 1 kohm, with a time
* constant of 10 ns; while open it holds.

vin in 0 sin(0.5 0.4 1meg)
vclk clk 0 pulse(0 1 50n 5n 5n 95n 200n)
s1 in hold clk 0 sw
c1 hold 0 10p
rleak hold 0 1g
.model sw sw (ron=1k roff=1t vt=0.5 vh=0.1)

.options reltol=1e-5 abstol=1e-15 vntol=1e-9
* Short steps, so that the instant of opening is exact to 1/200 of the time constant.
.tran 1n 1u 0 0.05n
.print tran v(hold) v(in)
.end
