* TileSpice array of ARRAY.yaml, input vector 0
.include 'core.sp'
.option ingold=2 numdgt=10
.temp 27
.dc vo_0 0.0 0.0 1
.print dc
+ i(vo_0) i(vo_1) i(vo_2) i(vo_3) i(vo_4)
.end
