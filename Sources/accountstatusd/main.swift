print("accountstatusd")
