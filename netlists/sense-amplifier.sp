Transimpedance sense amplifier with an op-amp macromodel
* The op-amp holds the bit line near 0 V and turns its current into a voltage:
* v(out) = -i * rf = -10 uA * 20 kohm = -0.2 V. A real op-amp is not ideal:
* its gain is finite at DC (1e4) and falls with frequency (one pole at 10 kHz,
* so 100 MHz of gain-bandwidth). The virtual ground v(bl) shows both: 20 uV at
* DC, more while the output settles. The AC analysis gives the transimpedance.

* The macromodel: a voltage-controlled source, a pole, and a buffer.
.subckt opamp inp inn out gain=1e4 pole=10k
rin inp inn 10meg
e1 a 0 inp inn {gain}
rp a b 1k
cp b 0 {1/(6.283185307179586*1k*pole)}
eo c 0 b 0 1
ro c out 50
.ends opamp

* The bit line as its Norton equivalent: a current, and 100 kohm of cells.
ib 0 bl dc 10u ac 1 pulse(0 10u 10n 0.1n 0.1n 1u 2u)
rcells bl 0 100k
cbl bl 0 0.2p

x1 0 bl out opamp
rf out bl 20k
cf out bl 50f

.options reltol=1e-5 abstol=1e-15 vntol=1e-9
.op
.ac dec 5 1k 1g
.tran 0.2n 200n 0 0.1n
.print op v(out) v(bl)
.print ac v(out)
.print tran v(out) v(bl)
.end
