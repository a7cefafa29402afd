* TileSpice array of ARRAY.yaml, input vector 0
.include core.sp
.temp 27
.control
set numdgt=16
op
echo "* 5 currents in amperes" > run.ngspice.out
print i(vo_0) i(vo_1) i(vo_2) i(vo_3) i(vo_4) >> run.ngspice.out
quit
.endc
.end
