/* The Linux calls that Swift's Glibc module does not show. A header of includes and small inlines. */
#ifndef ACCOUNTSTATUS_CLINUX_H
#define ACCOUNTSTATUS_CLINUX_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#endif
