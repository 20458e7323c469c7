// Answers as callers see them.

#ifndef STATUS_H
#define STATUS_H

#include <accountstatus.h>

#include "accountstatus/v1/status_service.pb-c.h"
#include "memory.h"

// Copies into the memory of a result. Failure to allocate shows in memory->failed.
const accountstatus_status *status_copy(memory *memory,
                                        const Accountstatus__V1__AccountStatus *from);
const accountstatus_reason *const *
status_copy_reasons(memory *memory, Accountstatus__V1__Reason *const *from, size_t count);
const accountstatus_transition *
status_copy_transition(memory *memory, const Accountstatus__V1__NextTransition *from);

// {0, 0} for none.
accountstatus_time status_time(const Google__Protobuf__Timestamp *from);

// Whether this version has a name for a state, or for a capability.
bool status_is_known_state(int32_t state);
bool status_is_known_capability(int32_t capability);

#endif
