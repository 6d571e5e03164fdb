#pragma once
/// A forked child that ends alone: by its own exit, its parent's end or a signal, it closes its end of a pipe, which wakes the
/// parent at once.

#include <sys/types.h>

#include <functional>
#include <string>

namespace ondol::sim {

struct Child {
  pid_t pid = 0;
  int pipe = -1;  ///< to read from
};

/// Forks.  The child does `body(pipe)`, `pipe` being its end, and ends with the code that this returns; what it throws goes
/// into the pipe as text, and its code is 3 then.  Of the parent's descriptors it keeps only stdin, stdout and stderr. Throws
/// std::system_error when the system has no process left.
Child start_child(std::function<int(int pipe)> const& body);

/// Waits for the end; the status as waitpid gives it.  Closes the pipe.
int reap(Child const& child);
void end_child(Child const& child);  ///< kills and reaps

/// "ended by signal 11 (Segmentation fault)".
std::string how_it_ended(int status);

}  // namespace ondol::sim
