// Whether two answers say the same.

#ifndef SAME_H
#define SAME_H

#include <accountstatus.h>

// Checks that two results are alike in everything but as_of, token, source and age.
void check_same_result(const accountstatus_result *one, const accountstatus_result *other);
// The same of two checks, basis left aside: only the server knows it.
void check_same_check(const accountstatus_check_result *one,
                      const accountstatus_check_result *other);

#endif
