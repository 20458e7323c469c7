print("accountstatus")
