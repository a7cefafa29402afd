Interleaved pairs: signed weights on one bit line
* A signed weight is the difference of two conductances. Both cells of a pair
* sit on the same bit line; the positive one is fed at +0.1 V and the negative
* one at -0.1 V, so that their currents subtract in the wire and only the
* difference reaches the sense amplifier. Four pairs here, with weights
* +1, -1, 0 and +0.5 in units of 50 uS; segments have 2 ohms.
* Without wires i(vo) would be 0.1 V * 50 uS * (1 - 1 + 0 + 0.5) = 2.5 uA; the
* wires take 0.1 % of it.

vp sp 0  0.1
vn sn 0 -0.1

* Source rails.
rp1 sp p1 2
rp2 p1 p2 2
rp3 p2 p3 2
rp4 p3 p4 2
rn1 sn n1 2
rn2 n1 n2 2
rn3 n2 n3 2
rn4 n3 n4 2

* Cells: 60 uS and 10 uS make the difference of 50 uS.
rc1p p1 b1 16.666666666666668k
rc1n n1 b1 100k
rc2p p2 b2 100k
rc2n n2 b2 16.666666666666668k
rc3p p3 b3 100k
rc3n n3 b3 100k
rc4p p4 b4 28.571428571428573k
rc4n n4 b4 100k

* Bit line.
rb2 b1 b2 2
rb3 b2 b3 2
rb4 b3 b4 2
rb5 b4 bs 2
vo bs 0 0

.op
.dc vp 0 0.1 0.05
.print dc i(vo) i(vn) v(b1)
.end
