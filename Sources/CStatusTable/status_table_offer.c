#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_handover.h"
#include "status_table_writer.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int status_table_send_offer(int connection, const struct status_table_writer *writer, int status) {
  struct status_table_offer offer = {.magic = STATUS_TABLE_OFFER_MAGIC,
                                     .layout_major = STATUS_TABLE_MAJOR,
                                     .layout_minor = STATUS_TABLE_MINOR,
                                     .status = writer == NULL && status == 0 ? -EAGAIN : status};
  union {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr header;
  } control = {.bytes = {0}};
  struct iovec part = {&offer, sizeof offer};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (offer.status == 0) {
    const struct status_table_header *header = (const void *)status_table_view(writer)->memory;
    int descriptor = status_table_descriptor(writer);
    offer.size = header->size;
    offer.generation = header->generation;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &descriptor, sizeof descriptor);
  }
  ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent == (ssize_t)sizeof offer ? 0 : sent < 0 ? -errno : -EMSGSIZE;
}
