namespace cpp benchmark

struct AccountStatus {
  1: string account_id;
  2: i32 state;
  3: binary capabilities;
  4: string policy_edition;
  5: i64 revision;
  6: binary token;
}

service StatusService {
  AccountStatus getStatus(1: string account_id);
}
