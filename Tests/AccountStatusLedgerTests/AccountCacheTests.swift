import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct AccountCacheTests {
  private func account(_ id: AccountID, facts: Int = 0, isNew: Bool = false) -> CachedAccount {
    let account = CachedAccount(StoredAccount(unknown: id, rules: 1), isNew: isNew)
    account.hold(
      AccountFacts(
        (0..<facts).map {
          StoredFact(
            invoice(Identifier(checked: "I-\($0)"), id), sequence: UInt64($0 + 1),
            recordedAt: newYear)
        }))
    return account
  }

  @Test func `accounts not used for longest are dropped first`() {
    var cache = AccountCache(capacity: 6)
    let accounts = ["a", "b", "c"].map { account(AccountID(checked: $0)) }
    for account in accounts { cache.insert(account) }
    #expect(!cache.isOverfull)
    #expect(cache.use("a") === accounts[0])
    cache.insert(account("d"))
    #expect(cache.isOverfull)
    cache.trim()
    #expect(cache.find("b") == nil)
    #expect(cache.count == 3)
    for id: AccountID in ["a", "c", "d"] { #expect(cache.find(id) != nil) }
  }

  @Test func `facts count, also those that come later`() {
    var cache = AccountCache(capacity: 100)
    cache.insert(account("a", facts: 50))
    cache.insert(account("b", facts: 40))
    #expect(!cache.isOverfull)
    let third = account("c")
    cache.insert(third)
    third.hold(account("c", facts: 30).facts)
    #expect(!cache.isOverfull)
    cache.reckon(third)
    #expect(cache.isOverfull)
    cache.trim()
    #expect(cache.find("a") == nil)
    #expect(cache.find("c") === third)
  }

  @Test func `what is not held is not counted`() {
    var cache = AccountCache(capacity: 10)
    cache.insert(account("a"))
    cache.insert(account("b"))
    cache.reckon(account("stranger", facts: 50))
    let removed = account("c", facts: 50)
    cache.insert(removed)
    cache.remove(removed)
    cache.reckon(removed)
    #expect(!cache.isOverfull)
  }

  @Test func `the account used last stays, however large`() {
    var cache = AccountCache(capacity: 10)
    cache.insert(account("small"))
    cache.insert(account("large", facts: 500))
    cache.trim()
    #expect(cache.count == 1)
    #expect(cache.find("large") != nil)
    #expect(!cache.isOverfull)
  }

  @Test func `looking is no use`() {
    var cache = AccountCache(capacity: 4)
    cache.insert(account("a"))
    cache.insert(account("b"))
    _ = cache.find("a")
    cache.insert(account("c"))
    cache.trim()
    #expect(cache.find("a") == nil)
  }

  @Test func `what is removed from the middle leaves the order whole`() {
    var cache = AccountCache(capacity: 100)
    let accounts = (0..<9).map { account(AccountID(checked: "a\($0)")) }
    for account in accounts { cache.insert(account) }
    for place in [4, 0, 8, 3] { cache.remove(accounts[place]) }
    #expect(cache.count == 5)
    cache.insert(accounts[4])
    _ = cache.use("a1")
    cache.removeAll()
    #expect(cache.count == 0)
    cache.insert(accounts[2])
    #expect(cache.use("a2") === accounts[2])
  }

  @Test func `an account undone is as it was, its facts to be read again`() {
    let known = account("a", facts: 3)
    known.stored.number = 7
    let before = known.stored
    known.before = before
    known.stored.row.revision = 9
    known.outlook = Outlook()
    known.undo()
    #expect(known.stored == before)
    #expect(!known.hasFacts)
    #expect(known.outlook == nil)

    let new = account("b", isNew: true)
    new.before = new.stored
    new.stored.number = 4
    new.undo()
    #expect(new.hasFacts)
    #expect(new.facts.stored == [])
    #expect(new.stored.number == 0)
  }
}
