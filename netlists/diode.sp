Junction diode: exponential law, series resistance, temperature
* i = IS (exp(v / (N Vt)) - 1), with Vt = k T / q = 25.86 mV at 27 C. Each
* factor of ten in current takes N * 59.5 mV, until the series resistance RS
* takes over near 1 V. In reverse only -IS flows, plus gmin times the voltage.

v1 a 0 0.7
d1 a 0 dmod
.model dmod d (is=1e-14 n=1 rs=2)

.options gmin=1e-15 reltol=1e-6 abstol=1e-16 vntol=1e-9
.op
.dc v1 -0.5 0.9 0.05
.print dc i(v1)
.end
