// The peer as an ordinary server of statuses.

#include <stdlib.h>
#include <string.h>

#include "accountstatus/v1/status_service.pb-c.h"
#include "peer.h"

enum { MOST_CAPABILITIES = 19 };

static bool starts_with(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

typedef struct account {
  Accountstatus__V1__AccountStatus status;
  Google__Protobuf__Timestamp since;
  Accountstatus__V1__Reason reason;
  Accountstatus__V1__Reason *reasons[1];
  Accountstatus__V1__Capability capabilities[MOST_CAPABILITIES];
} account;

static bool make_account(account *account, char *id) {
  if (starts_with(id, "none-"))
    return false;
  accountstatus__v1__account_status__init(&account->status);
  google__protobuf__timestamp__init(&account->since);
  account->since.seconds = 1790000000;
  account->status.account_id = id;
  account->status.since = account->status.as_of = &account->since;
  account->status.policy_edition = "2020-06";
  account->status.revision = 7;
  account->status.capabilities = account->capabilities;
  account->status.state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
  account->status.reinstatement_state =
      ACCOUNTSTATUS__V1__REINSTATEMENT_STATE__REINSTATEMENT_STATE_NONE;
  account->status.n_capabilities = MOST_CAPABILITIES;
  for (int i = 0; i < MOST_CAPABILITIES; i++)
    account->capabilities[i] = (Accountstatus__V1__Capability)(i + 1);
  if (starts_with(id, "suspended-")) {
    account->status.state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED;
    account->status.reinstatement_state =
        ACCOUNTSTATUS__V1__REINSTATEMENT_STATE__REINSTATEMENT_STATE_NOT_REQUESTED;
    account->status.n_capabilities = 1;
    account->capabilities[0] = ACCOUNTSTATUS__V1__CAPABILITY__CAPABILITY_VIEW_BILLING;
    accountstatus__v1__reason__init(&account->reason);
    account->reason.code = ACCOUNTSTATUS__V1__REASON_CODE__REASON_CODE_BILLING_PAST_DUE;
    account->reasons[0] = &account->reason;
    account->status.reasons = account->reasons;
    account->status.n_reasons = 1;
  }
  return true;
}

static void answer_get(peer_connection *connection, const peer_request *request) {
  Accountstatus__V1__GetStatusRequest *query =
      (void *)peer_message(request, &accountstatus__v1__get_status_request__descriptor);
  Accountstatus__V1__GetStatusResponse response = ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  response.token = (ProtobufCBinaryData){3, (uint8_t *)"tok"};
  account account;
  if (make_account(&account, query->account_id)) {
    response.status = &account.status;
    peer_write_answer(connection, request->stream, &response.base);
  } else {
    peer_write_error(connection, request->stream, ACCOUNTSTATUS_CODE_NOT_FOUND, "no such account",
                     NULL, 0);
  }
  accountstatus__v1__get_status_request__free_unpacked(query, NULL);
}

static void answer_batch(peer_connection *connection, const peer_request *request) {
  Accountstatus__V1__BatchGetStatusRequest *query =
      (void *)peer_message(request, &accountstatus__v1__batch_get_status_request__descriptor);
  Accountstatus__V1__BatchGetStatusResponse response =
      ACCOUNTSTATUS__V1__BATCH_GET_STATUS_RESPONSE__INIT;
  size_t count = query->n_account_ids;
  account *accounts = calloc(count + 1, sizeof *accounts);
  Accountstatus__V1__BatchStatusResult *results = calloc(count + 1, sizeof *results);
  Accountstatus__V1__BatchStatusResult **pointers = calloc(count + 1, sizeof *pointers);
  Google__Rpc__Status error = GOOGLE__RPC__STATUS__INIT;
  error.code = ACCOUNTSTATUS_CODE_NOT_FOUND;
  error.message = "no such account";
  for (size_t i = 0; i < count; i++) {
    accountstatus__v1__batch_status_result__init(&results[i]);
    results[i].account_id = query->account_ids[i];
    pointers[i] = &results[i];
    if (make_account(&accounts[i], query->account_ids[i])) {
      results[i].result_case = ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT_STATUS;
      results[i].status = &accounts[i].status;
    } else {
      results[i].result_case = ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT_ERROR;
      results[i].error = &error;
    }
  }
  response.n_results = count;
  response.results = pointers;
  response.token = (ProtobufCBinaryData){3, (uint8_t *)"tok"};
  peer_write_answer(connection, request->stream, &response.base);
  free(accounts);
  free(results);
  free(pointers);
  accountstatus__v1__batch_get_status_request__free_unpacked(query, NULL);
}

static bool allows(const account *account, Accountstatus__V1__Capability capability) {
  for (size_t i = 0; i < account->status.n_capabilities; i++) {
    if (account->capabilities[i] == capability)
      return true;
  }
  return false;
}

static void answer_check(peer_connection *connection, const peer_request *request) {
  Accountstatus__V1__CheckCapabilityRequest *query =
      (void *)peer_message(request, &accountstatus__v1__check_capability_request__descriptor);
  Accountstatus__V1__CheckCapabilityResponse response =
      ACCOUNTSTATUS__V1__CHECK_CAPABILITY_RESPONSE__INIT;
  Accountstatus__V1__CapabilityResult results[64], *pointers[64];
  account account;
  if (make_account(&account, query->account_id)) {
    for (size_t i = 0; i < query->n_capabilities; i++) {
      accountstatus__v1__capability_result__init(&results[i]);
      results[i].capability = query->capabilities[i];
      results[i].allowed = allows(&account, query->capabilities[i]);
      results[i].basis = ACCOUNTSTATUS__V1__CAPABILITY_BASIS__CAPABILITY_BASIS_ARTICLE;
      pointers[i] = &results[i];
    }
    response.n_results = query->n_capabilities;
    response.results = pointers;
    response.state = account.status.state;
    response.n_reasons = account.status.n_reasons;
    response.reasons = account.status.reasons;
    response.revision = account.status.revision;
    response.as_of = &account.since;
    peer_write_answer(connection, request->stream, &response.base);
  } else {
    peer_write_error(connection, request->stream, ACCOUNTSTATUS_CODE_NOT_FOUND, "no such account",
                     NULL, 0);
  }
  accountstatus__v1__check_capability_request__free_unpacked(query, NULL);
}

void peer_serve_request(peer_connection *connection, const peer_request *request) {
  if (strcmp(request->method, "GetStatus") == 0)
    answer_get(connection, request);
  else if (strcmp(request->method, "BatchGetStatus") == 0)
    answer_batch(connection, request);
  else if (strcmp(request->method, "CheckCapability") == 0)
    answer_check(connection, request);
  else
    peer_write_error(connection, request->stream, ACCOUNTSTATUS_CODE_UNIMPLEMENTED,
                     "no such method", NULL, 0);
}

void peer_serve(peer_connection *connection, void *context) {
  (void)context;
  peer_request request;
  while (peer_read(connection, &request)) {
    peer_serve_request(connection, &request);
    peer_free_request(&request);
  }
}
