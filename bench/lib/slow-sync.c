// Preloaded into PostgreSQL: each sync of the WAL (fdatasync) takes as many microseconds longer as the shared file says now.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int *more;

__attribute__((constructor)) static void look(void) {
  const char *file = getenv("SLOW_SYNC");
  int fd = file ? open(file, O_RDONLY) : -1;
  if (fd < 0) return;
  void *shared = mmap(0, sizeof(int), PROT_READ, MAP_SHARED, fd, 0);
  if (shared != MAP_FAILED) more = shared;
  close(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  int result = real(fd);
  if (more && *more > 0) usleep(*more);
  return result;
}
