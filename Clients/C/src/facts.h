// Facts as the protocol writes them.

#ifndef FACTS_H
#define FACTS_H

#include "accountstatus/v1/fact.pb-c.h"
#include "failure.h"
#include "memory.h"

// Makes the protocol's message of a caller's fact; texts are not copied. 0, -EINVAL, -E2BIG or
// -ENOMEM.
int facts_convert(memory *memory, const accountstatus_fact *fact, size_t index,
                  Accountstatus__V1__Fact **ret_fact, accountstatus_error *failure);

#endif
