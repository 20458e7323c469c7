import AccountStatusModel
import Testing

@Suite struct RecorderTests {
  private var one: Recorder {
    var recorder = Recorder()
    recorder.uid = 1001
    recorder.gid = 1002
    recorder.pid = 4242
    recorder.command = "billing-feed"
    recorder.unit = "billing-feed.service"
    recorder.executable = "/usr/bin/billing-feed"
    recorder.processStartedAt = "2026-10-01T12:00:00Z"
    return recorder
  }

  @Test func `a copy that is changed leaves the other as it was`() {
    let original = one
    var copy = original
    copy.command = "support-desk"
    #expect(original.command == "billing-feed")
    #expect(copy.command == "support-desk")
    #expect(copy.executable == original.executable)
    #expect(copy != original)
  }

  @Test func `nobody is changed by naming somebody`() {
    let somebody = one
    #expect(somebody.uid == 1001)
    #expect(Recorder().uid == 0)
    #expect(Recorder().command == "")
    #expect(Recorder() == Recorder())
  }

  @Test func `recorders are equal where every field is`() {
    #expect(one == one)
    #expect(Set([one, one, Recorder()]).count == 2)
    let changes: [(inout Recorder) -> Void] = [
      { $0.uid += 1 }, { $0.gid += 1 }, { $0.pid += 1 }, { $0.command += "!" },
      { $0.unit += "!" }, { $0.executable += "!" }, { $0.processStartedAt = nil },
    ]
    for change in changes {
      var other = one
      change(&other)
      #expect(other != one)
      #expect(Set([one, other]).count == 2)
    }
  }
}
