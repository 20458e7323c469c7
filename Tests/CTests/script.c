#include "script.h"

#include "accountstatus/v1/status_service.pb-c.h"
#include "test.h"

int32_t ask(accountstatus *handle, uint32_t timeout_ms, int32_t *ret_error) {
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, timeout_ms);
  accountstatus_result *result;
  int code = accountstatus_get(handle, "contoso", &options, &result, NULL);
  if (code < 0)
    return code;
  int32_t outcome = result->outcome;
  if (ret_error != NULL)
    *ret_error = result->error;
  CHECK_EQUAL(accountstatus_is_active(result), outcome == ACCOUNTSTATUS_FOUND);
  accountstatus_free_result(result);
  return outcome;
}

accountstatus_counters counters_of(const accountstatus *handle) {
  accountstatus_counters counters = {.size = sizeof counters};
  accountstatus_get_counters(handle, &counters);
  return counters;
}

bytes contoso_frame(uint32_t stream) {
  Accountstatus__V1__AccountStatus status = ACCOUNTSTATUS__V1__ACCOUNT_STATUS__INIT;
  status.account_id = "contoso";
  status.state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
  Accountstatus__V1__GetStatusResponse response = ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  response.status = &status;
  return peer_answer_frame(stream, &response.base);
}

void make_trouble(peer_connection *connection, void *context) {
  trouble *trouble = context;
  peer_request request;
  while (peer_read(connection, &request)) {
    bool troubled = atomic_fetch_add(&trouble->made, 1) < trouble->times;
    if (troubled)
      trouble->make(connection, &request);
    else
      peer_serve_request(connection, &request);
    peer_free_request(&request);
  }
}

void open_gate(gate *gate) {
  pthread_mutex_lock(&gate->mutex);
  gate->open = true;
  pthread_cond_broadcast(&gate->opened);
  pthread_mutex_unlock(&gate->mutex);
}

void pass_gate(gate *gate) {
  pthread_mutex_lock(&gate->mutex);
  while (!gate->open)
    pthread_cond_wait(&gate->opened, &gate->mutex);
  pthread_mutex_unlock(&gate->mutex);
}

bool is_gate_open(gate *gate) {
  pthread_mutex_lock(&gate->mutex);
  bool is_open = gate->open;
  pthread_mutex_unlock(&gate->mutex);
  return is_open;
}

void answer_by_function(peer_connection *connection, void *context) {
  const answer_script *script = context;
  peer_request request;
  while (peer_read(connection, &request)) {
    ProtobufCMessage *message = peer_message(&request, script->request_type);
    script->answer(connection, request.stream, message);
    protobuf_c_message_free_unpacked(message, NULL);
    peer_free_request(&request);
  }
}
