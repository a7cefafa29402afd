A cell of Verilog-A
.hdl "cell.va"
v1 a 0 0.2
n1 a 0 cell g=1e-5
.model cell sinh_cell v0=0.05
.dc v1 0.1 0.4 0.1
.end
