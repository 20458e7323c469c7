/* An epoll loop that reads, lets something answer, and writes: what both C servers share. */
#ifndef ACCOUNTSTATUS_BENCHMARK_EPOLL_SERVER_H
#define ACCOUNTSTATUS_BENCHMARK_EPOLL_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Bytes read at once, and the most that their answers may take. */
enum { input_size = 64 * 1024, output_size = 4 * 1024 * 1024 };

/* Answers the whole requests at the start of `input` into `output`, and says how many bytes of
 * each were used. Negative: not to be understood, close the connection. */
typedef int (*answer_function)(void *context, const uint8_t *input, size_t input_length,
                               uint8_t *output, size_t *ret_input_used, size_t *ret_output_used);

/* Serves until `stop` is readable or at its end. */
int serve(int listener, int stop, answer_function answer, void *context);

#endif
