internal import ArgumentParser
internal import TTRPC

/// Runs the command; in an asynchronous function the asynchronous `main` is the one that is meant.
private func start() async {
  await Daemon.main()
}

// First of all, before anything makes a thread: a signal must find it blocked in every thread but
// the loop, which reads it from a descriptor.
SignalMask.blockAll()
await start()
