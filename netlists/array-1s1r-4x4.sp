1S1R array of 4 x 4 under the half-bias scheme
* The selected cell is at word line 2, bit line 3. Its word line is at the read
* voltage, its bit line at 0 V, and all other lines at half the read voltage:
* the cells of the selected lines see half of it, all others nothing.
* i(vb3) is the selected cell plus three half-selected ones; the selectors
* hold those to a small part. i(vb1) ... show the half-selected row.

.param vread=1.0 half={vread/2}

.subckt cell w b rm=100k
da w m sel
db m w sel
rm m b {rm}
.ends cell
.model sel d (is=1p n=1.8)

vw1 w1 0 {half}
vw2 w2 0 {vread}
vw3 w3 0 {half}
vw4 w4 0 {half}
vb1 b1 0 {half}
vb2 b2 0 {half}
vb3 b3 0 0
vb4 b4 0 {half}

x11 w1 b1 cell rm=10k
x12 w1 b2 cell rm=100k
x13 w1 b3 cell rm=10k
x14 w1 b4 cell rm=100k
x21 w2 b1 cell rm=10k
x22 w2 b2 cell rm=10k
x23 w2 b3 cell rm=10k
x24 w2 b4 cell rm=100k
x31 w3 b1 cell rm=100k
x32 w3 b2 cell rm=10k
x33 w3 b3 cell rm=100k
x34 w3 b4 cell rm=10k
x41 w4 b1 cell rm=10k
x42 w4 b2 cell rm=100k
x43 w4 b3 cell rm=10k
x44 w4 b4 cell rm=10k

.options gmin=1e-15 reltol=1e-6 abstol=1e-15 vntol=1e-9
.op
.print op i(vb1) i(vb2) i(vb3) i(vb4) i(vw2)
.end
