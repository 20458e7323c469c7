/* Redis GET through hiredis. The value is an account's answer, its id first; whoever finds the
 * server empty fills it. */
#include "accounts.h"
#include "generator.h"
#include <hiredis/hiredis.h>

enum { value_size = 128, depth_max = 1024 };

static void *require(redisContext *redis, void *reply) {
  if (reply == NULL || ((redisReply *)reply)->type == REDIS_REPLY_ERROR)
    generator_fail("redis: %s", reply == NULL ? redis->errstr : ((redisReply *)reply)->str);
  return reply;
}

static void fill(redisContext *redis) {
  redisReply *size = require(redis, redisCommand(redis, "DBSIZE"));
  bool is_full = size->integer >= generator_arguments.accounts;
  freeReplyObject(size);
  for (uint32_t number = 0; !is_full && number < generator_arguments.accounts; number++) {
    struct account account;
    account_make(number, &account);
    char value[value_size];
    int length = snprintf(value, sizeof value, "%s %u %s %llu %.18s %.56s", account.id,
                          account.state, POLICY_EDITION, (unsigned long long)account.revision,
                          "abcdefghijklmnopqr", (const char *)account.token);
    freeReplyObject(require(redis, redisCommand(redis, "SET %b %b", account.id,
                                                (size_t)account_id_length, value, (size_t)length)));
  }
}

static void *open_connection(const char *socket_path) {
  redisContext *redis = redisConnectUnix(socket_path);
  if (redis == NULL || redis->err)
    generator_fail("cannot connect to %s", socket_path);
  fill(redis);
  return redis;
}

static bool take_reply(redisContext *redis, redisReply *reply, uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  require(redis, reply);
  bool is_right = reply->type == REDIS_REPLY_STRING && reply->len > account_id_length &&
                  memcmp(reply->str, id, account_id_length) == 0;
  freeReplyObject(reply);
  return is_right;
}

static bool call(void *redis, uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  return take_reply(redis, redisCommand(redis, "GET %b", id, (size_t)account_id_length), account);
}

static void pipeline(void *opened, struct turn *turn, uint32_t depth) {
  redisContext *redis = opened;
  uint32_t asked[depth_max];
  if (depth > depth_max)
    generator_fail("at most %d in flight", depth_max);
  uint32_t first = 0, in_flight = 0, account;
  for (bool is_over = false; !is_over || in_flight > 0;) {
    while (!is_over && in_flight < depth) {
      is_over = !turn_next(turn, &account);
      if (is_over)
        break;
      char id[account_id_length + 1];
      account_id(account, id);
      redisAppendCommand(redis, "GET %b", id, (size_t)account_id_length);
      asked[(first + in_flight++) % depth_max] = account;
    }
    /* Writes what was appended, reads once, and then takes all that has come. */
    void *reply = NULL;
    if (in_flight > 0 && redisGetReply(redis, &reply) != REDIS_OK)
      generator_fail("redis: %s", redis->errstr);
    while (reply != NULL) {
      turn_answered(turn, take_reply(redis, reply, asked[first]));
      first = (first + 1) % depth_max;
      in_flight--;
      if (redisGetReplyFromReader(redis, &reply) != REDIS_OK)
        generator_fail("redis: %s", redis->errstr);
    }
  }
}

int main(int argc, char **argv) {
  const struct generator_client client = {
      .connect = open_connection, .call = call, .pipeline = pipeline};
  return generator_main(argc, argv, &client);
}
