internal import ArgumentParser
internal import TTRPC

// First of all, before anything makes a thread: a signal must find it blocked in every thread but
// the loop, which reads it from a descriptor. For the same reason nothing here is asynchronous: an
// asynchronous main hands this thread to the dispatcher, which unblocks all signals in it.
SignalMask.blockAll()
Daemon.main()
