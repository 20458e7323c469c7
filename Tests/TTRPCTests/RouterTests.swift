import TTRPC
import Testing

@Suite("The router")
struct RouterTests {
  @Test func `methods keep the order in which they were added`() {
    let router = Accounts.router()
    #expect(router.methods.map(\.name).prefix(3) == ["Get", "Empty", "Fail"])
    #expect(router.methods.last == Accounts.method("Deaf", .bidirectional))
  }

  @Test func `a method that is added twice, or of the wrong kind, is a mistake of the program`()
    async
  {
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.unary(MethodDescriptor(service: "s", name: "m", kind: .unary)) { _, _, _ in }
      router.unary(MethodDescriptor(service: "s", name: "m", kind: .unary)) { _, _, _ in }
    }
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.unary(MethodDescriptor(service: "s", name: "m", kind: .bidirectional)) { _, _, _ in }
    }
  }
}
