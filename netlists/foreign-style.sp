A deck as other tools write them: capitals, suffixes, parameters, includes
* Nothing here is our style, and all of it must be read: upper case, units
* behind suffixes (1.5KOHM), continuation lines, inline comments, parameters
* made of other parameters, tabs, names with digits first, an include file.

.PARAM VDD=1.2 RATIO=3
.PARAM RBASE = '1.5k*RATIO'	RTOP={RBASE + 500}
.PARAM N = 4
+ ALPHA={1/sqrt(N)}

.INCLUDE foreign-models.inc

VSUPPLY  VDD!  0  DC {VDD}  ; the supply
R1  VDD!  N001  'RTOP'
R2  N001  0  1.5KOHM  $ with a unit
R3  N001  N002  2.2K
+  ; a comment between a line and its continuation
D1  N002  0  DCLAMP
M1  N003  N001  0  0  NFET  W=1U  L=100N
RLOAD  VDD!  N003  10K
I1  0  N002  DC 5UA
E1  N004  0  N003  0  {ALPHA}
RE  N004  0  1MEG

.OPTIONS RELTOL=1E-6 ABSTOL=1E-15 VNTOL=1E-9
.TEMP 27
.OP
.DC VSUPPLY 0.6 1.2 0.2
.PRINT DC V(N001) V(N002) V(N003) V(N004)
.END
