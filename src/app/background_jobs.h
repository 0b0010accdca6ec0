// Upkeep: what a running server does of itself at connected systems. It ends what nobody has used for long,
// and looks regularly, and when a system says that something changed, whether it still offers what an admin
// has accepted; a connector with accounts of its users is only asked when an admin asks.
//
// Coroutines of one io thread: they hold up nothing, and those that wait when the server stops go with the
// others (Server::discard). At most one round of questions is under way, one connector after the other.
#pragma once

#include <set>

#include "app/instance.h"
#include "app/settings.h"

namespace wick {

class Upkeep {
 public:
  Upkeep(Instance& instance, const Settings& settings);
  Upkeep(const Upkeep&) = delete;
  // Never ends; as long as it runs, this stays.
  http::Task<void> run();

 private:
  http::Task<void> review_all();
  http::Task<void> review(std::shared_ptr<const ConnectorEntry> connector);

  Services& services_;
  const std::chrono::seconds every_;      // between two reviews; 0: none
  const std::chrono::milliseconds tick_;  // between two looks at what is due
  std::set<ConnectorId> due_;
  bool reviewing_ = false;
};

}  // namespace wick
