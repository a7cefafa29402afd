Resistive divider: the smallest complete deck
* The first line of a deck is its title, whatever it says. Lines that start
* with an asterisk are comments. Node 0 is ground.
*
*   in ---[ r1 ]--- out ---[ r2 ]--- 0
*
* An element line is: name, nodes, value. The first letter of the name says
* what it is. Values take suffixes: k = 1e3, meg = 1e6, m = 1e-3, u = 1e-6.
* Expect v(out) = 3.3 * 2 / (1 + 2) = 2.2 V.

vin in 0 3.3
r1 in out 1k
r2 out 0 2k

* .op asks for the operating point: every voltage with sources at DC.
.op
* .dc sweeps a source: from 0 V to 3.3 V in steps of 1.1 V.
.dc vin 0 3.3 1.1
.print dc v(out) i(vin)
.end
