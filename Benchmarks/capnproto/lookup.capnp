@0xa8e5f0c1d2b39647;

struct AccountStatus {
  accountId @0 :Text;
  state @1 :UInt32;
  capabilities @2 :Data;
  policyEdition @3 :Text;
  revision @4 :UInt64;
  token @5 :Data;
}

interface StatusService {
  getStatus @0 (accountId :Text) -> (status :AccountStatus);
}
