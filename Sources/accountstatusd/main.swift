internal import TTRPC

// First of all, before anything makes a thread: a signal must find it blocked in every thread but
// the loop, which reads it from a descriptor.
SignalMask.blockAll()
await Daemon.main()
