"""The fault matrix: what is promised when a run is killed, a disk is full, a server is cut off (docs/faults.md).

make faults
"""
