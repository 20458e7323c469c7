print("accountstatus-bench")
