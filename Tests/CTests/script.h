// What tests of calls have in common: a question, and servers that make trouble before they answer.

#ifndef SCRIPT_H
#define SCRIPT_H

#include <pthread.h>
#include <stdatomic.h>

#include "peer.h"

// Asks about "contoso" and denies by default: the outcome, or the negative errno of a failed call.
// Also checks that nothing but an answer makes the account active.
int32_t ask(accountstatus *handle, uint32_t timeout_ms, int32_t *ret_error);

accountstatus_counters counters_of(const accountstatus *handle);

// The frame of a good answer about "contoso".
bytes contoso_frame(uint32_t stream);

// What make_trouble does with the first requests of its peer; after that it serves.
typedef struct trouble {
  void (*make)(peer_connection *connection, const peer_request *request);
  // How many requests of the peer get it.
  unsigned times;
  atomic_uint made;
} trouble;

void make_trouble(peer_connection *connection, void *context);

// Hands every request's message to a function that makes the answer.
typedef struct answer_script {
  const ProtobufCMessageDescriptor *request_type;
  void (*answer)(peer_connection *connection, uint32_t stream, const ProtobufCMessage *request);
} answer_script;

void answer_by_function(peer_connection *connection, void *context);

// A gate that one thread opens and others pass.
typedef struct gate {
  pthread_mutex_t mutex;
  pthread_cond_t opened;
  bool open;
} gate;

#define GATE                                                                                       \
  { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false }

void open_gate(gate *gate);
void pass_gate(gate *gate);
bool is_gate_open(gate *gate);

#endif
