// NameThread: what `top -H`, a debugger and a profile show for the calling thread.
#pragma once

#include <pthread.h>

namespace octroi::base {

inline void NameThread(const char* name) {  // at most 15 bytes, pthread_setname_np(3)
  pthread_setname_np(pthread_self(), name);
}

}  // namespace octroi::base
