* TileSpice array of ARRAY.yaml, input vector 0
.include "core.sp"
.dc vo_0 0.0 0.0 1
.print dc format=csv precision=16
+ i(vo_0) i(vo_1) i(vo_2) i(vo_3) i(vo_4)
.end
