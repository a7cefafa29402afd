LC low pass: small-signal analysis
* Third-order Butterworth filter between 50 ohm: 1 MHz corner, 60 dB per
* decade beyond. v(out) is half of the source in the pass band, its magnitude
* is down by the square root of two at 1 MHz: 20 log10(0.5 / sqrt(2)) = -9 dB.

v1 in 0 dc 0 ac 1
rs in a 50
c1 a 0 3.183098861837907n
l1 a out 15.915494309189533u
c2 out 0 3.183098861837907n
rl out 0 50

.ac dec 10 10k 100meg
.print ac v(out)
.end
