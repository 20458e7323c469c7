// The allocator that the daemon is linked with in the place of libc's: what one thread allocates
// another frees, at no cost to the first. Nothing of it is called by name, so nothing is declared.
