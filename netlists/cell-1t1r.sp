1T1R cell: a memory element behind a transistor
* The word line drives the gate of an n-channel transistor. With the gate at
* 0 V the cell is cut off; at 2.5 V the transistor is a small resistance in
* series with the memory element, and the current is nearly v(sl) / 20 kohm.
* The source line is at 0.3 V, the bit line at virtual ground.

vg g 0 2.5
vsl sl 0 0.3
vbl bl 0 0
m1 sl g mid 0 access w=0.5u l=0.18u
rc mid bl 20k

* Shichman-Hodges (level 1): i = kp W/L ((vgs - vto) vds - vds^2/2) below
* saturation. gamma=0 leaves the body effect out.
.model access nmos (level=1 vto=0.45 kp=300u lambda=0.05 gamma=0 phi=0.6)

.options reltol=1e-6
.op
* Turn the gate on in steps of 0.1 V and watch the current rise to its limit.
.dc vg 0 2.5 0.1
.print dc i(vbl) v(mid)
.end
