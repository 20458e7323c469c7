import AccountStatusModel

/// The subjects of one reason while the sweep goes on: which of them hold, and which are waived.
///
/// A subject holds by the rule alone; the reason holds when the rule applies to the account and
/// some subject holds unwaived. The profile, which has no subjects, is its own only one.
struct ReasonSubjects {
  struct Subject {
    var holds = false
    var waivers = 0
    var isListed: Bool { holds && waivers == 0 }
  }

  /// Whether the edition has the reason and the account is one that it concerns.
  var isApplicable: Bool
  /// Start of the unbroken stretch in which the reason holds; nil while it does not.
  private(set) var since: Instant?
  /// How many subjects hold, waived or not, whether the rule applies or not.
  private(set) var holding = 0

  private(set) var subjects: [Subject]
  private var unwaived = 0
  private(set) var waiversOfAll = 0

  init(count: Int, isApplicable: Bool) {
    subjects = Array(count: count, of: Subject())
    self.isApplicable = isApplicable
  }

  /// Whether the reason holds, unwaived, for any subject.
  var isHolding: Bool { listed > 0 }

  /// How many subjects the reason holds for.
  var listed: Int { isApplicable && waiversOfAll == 0 ? unwaived : 0 }

  /// The subjects the reason holds for, by number.
  var listedSubjects: [Int32] {
    guard isHolding else { return [] }
    return subjects.indices.lazy.filter { subjects[$0].isListed }.map(Int32.init)
  }

  /// Says whether a subject holds by the rule.
  mutating func set(_ subject: Int32, holds: Bool) {
    let index = Int(subject)
    guard subjects[index].holds != holds else { return }
    subjects[index].holds = holds
    holding += holds ? 1 : -1
    if subjects[index].waivers == 0 { unwaived += holds ? 1 : -1 }
  }

  /// A waiver of a subject, nil being all of them, begins.
  mutating func beginWaiver(of subject: Int32?) {
    guard let subject else {
      waiversOfAll += 1
      return
    }
    if subjects[Int(subject)].isListed { unwaived -= 1 }
    subjects[Int(subject)].waivers += 1
  }

  /// A waiver that began ends.
  mutating func endWaiver(of subject: Int32?) {
    guard let subject else {
      waiversOfAll -= 1
      return
    }
    subjects[Int(subject)].waivers -= 1
    if subjects[Int(subject)].isListed { unwaived += 1 }
  }

  /// Notes, once all of an instant is applied, whether the reason holds at it.
  mutating func settle(at instant: Instant) {
    if !isHolding {
      since = nil
    } else if since == nil {
      since = instant
    }
  }
}
