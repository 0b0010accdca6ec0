// Instance: one data folder, opened: the databases, the key, and every service on them (app/composition.h).
//
// DATA holds wick.db (everything but runs), runs.db (connector_runs), secret.key (the sealing key),
// wick.reserve (room for a full disk), wick.lock (held while the instance is open) and, while a server runs,
// wick.sock. One process at a time opens a data folder.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/settings.h"

namespace wick {

struct Composition;

class Instance {
 public:
  // Errors: kConflict     another process holds the folder
  //         kUnavailable  the folder cannot be made or written
  static Result<std::unique_ptr<Instance>> open(const Settings& settings);
  ~Instance();

  // Ends the instance's threads, which post to the io_contexts of those who wait for them. What is queued for
  // the log is written. Idempotent.
  void stop();

  Composition& parts() { return *parts_; }
  // Flushes what is only in memory: last uses; and restores the reserve. At shutdown and every few seconds.
  void flush();
  // One round of retention: runs and sessions. Takes as long as there is something to remove; `stop` ends it
  // early.
  void purge(const std::function<bool()>& stop);
  // Tells connected servers about the accounts that were disconnected; `stop` ends it early.
  void revoke_ended(const std::function<bool()>& stop);
  // A consistent copy of both databases in a new folder. Errors: kConflict  it exists;  kUnavailable
  Result<void> backup(const std::string& folder);
  // Errors: kInternal with what is damaged.
  Result<void> check();

 private:
  explicit Instance(std::unique_ptr<Composition> parts);
  std::unique_ptr<Composition> parts_;
};

}  // namespace wick
