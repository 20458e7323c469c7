/* The workload's facts as messages. */
#ifndef ACCOUNTSTATUS_BENCHMARK_FACTS_H
#define ACCOUNTSTATUS_BENCHMARK_FACTS_H

#include "benchmark_workload.h"
#include <accountstatus/v1/fact.pb-c.h>
#include <stdbool.h>

/* A fact and everything it points to. It must not be moved once it is made. */
struct fact {
  Accountstatus__V1__Fact message;
  Google__Protobuf__Timestamp effective_at;
  char account_id[BENCHMARK_ACCOUNT_ID_LENGTH + 1];
  char fact_id[32];
  char thing_id[32];
  char date[16];
  Accountstatus__V1__PartnerType partner_type;
  Accountstatus__V1__Money total;
  union {
    Accountstatus__V1__AccountRegistered registered;
    Accountstatus__V1__AccountClosed closed;
    Accountstatus__V1__InvoiceIssued invoice;
    Accountstatus__V1__ProfileVerificationChanged profile;
    Accountstatus__V1__AbuseFindingChanged finding;
  };
};

/* The registration of account n. `now` is seconds since 1970. */
void make_registration(struct fact *fact, uint32_t n, int64_t now);

/* What makes account n's situation; false when its registration is all of it. */
bool make_situation(struct fact *fact, uint32_t n, int64_t now);

/* Fact number k of those that are reported one per call. */
void make_report(struct fact *fact, uint32_t accounts, uint32_t k, int64_t now);

#endif
