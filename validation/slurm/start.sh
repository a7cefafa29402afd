#!/bin/bash
# Starts a Slurm of one node on this machine's loopback, with all its state in a folder, or stops it:
#
#   apt-get install slurm-wlm munge        # Debian 12: Slurm 22.05
#   bash validation/slurm/start.sh start /tmp/slurm    # prints the variable to export
#   export SLURM_CONF=/tmp/slurm/slurm.conf
#   bash validation/slurm/start.sh stop /tmp/slurm
#
# It needs root, as slurmd does, and touches nothing outside its folder.
set -euo pipefail

action=${1:?start or stop}
folder=$(realpath -m "${2:?folder for its state}")

stop() {
  # Only the processes that wrote these files.
  for name in slurmd slurmctld munged; do
    if [ -f "$folder/$name.pid" ]; then
      kill "$(cat "$folder/$name.pid")" 2>/dev/null || true
      for _ in $(seq 100); do
        kill -0 "$(cat "$folder/$name.pid" 2>/dev/null || echo 0)" 2>/dev/null || break
        [ -f "$folder/$name.pid" ] || break
        sleep 0.1
      done
    fi
  done
}

if [ "$action" = stop ]; then
  stop
  exit 0
fi
[ "$action" = start ] || { echo "start.sh: '$action' is neither start nor stop" >&2; exit 1; }
for program in munged slurmctld slurmd sinfo; do
  command -v $program >/dev/null || { echo "start.sh: $program is missing: apt-get install slurm-wlm munge" >&2; exit 1; }
done

mkdir -p "$folder/state" "$folder/spool"
chmod 755 "$folder"
host=$(hostname -s)
cores=$(nproc)
# A key and a socket of its own: a munge of the machine is left alone.
[ -f "$folder/munge.key" ] || (umask 077 && dd if=/dev/urandom of="$folder/munge.key" bs=1 count=1024 status=none)
cat > "$folder/slurm.conf" <<CONF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
SchedulerParameters=batch_sched_delay=0,sched_interval=1
KillWait=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
  --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" --seed-file="$folder/munge.seed"
export SLURM_CONF="$folder/slurm.conf"
slurmctld -c -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF" -N "$host"
for _ in $(seq 300); do
  if sinfo -h -o %T 2>/dev/null | grep -qx idle; then
    sinfo --version
    echo "export SLURM_CONF=$SLURM_CONF"
    exit 0
  fi
  sleep 0.1
done
echo "start.sh: the node does not come up; see $folder/*.log" >&2
stop
exit 1
