// Measures the access snapshot: the time that one change takes to be in it, and look-ups of operations.
//
// Two instances are compared in one run, a small and a large one; each change is made in both in turn. A time is the
// median of the processor time between the commit and the moment at which the new snapshot is stored. Two followers of the
// change log measure it, one registered before the snapshot's own and one after.
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "access/effective_access.h"
#include "access/snapshot.h"
#include "db/database.h"
#include "db/schema.h"

namespace wick {
namespace {

// The processor time of this thread, on which the snapshot is loaded: other work on the machine does not count.
struct Clock {
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<Clock, duration>;
  static time_point now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }
};

constexpr int kRounds = 50;
constexpr int kLookups = 200000;

double micros(Clock::duration time) {
  return std::chrono::duration<double, std::micro>(time).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + std::ptrdiff_t(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// About the size of a described operation of a REST API: 1.5 kB.
std::string definition_of(int number) {
  std::string properties;
  for (int i = 0; i < 8; ++i) {
    properties +=
        (i == 0 ? "\"field_" : ",\"field_") + std::to_string(i) +
        R"(":{"type":"string","description":"One of the fields that the system reads from the request.","maxLength":200})";
  }
  return R"({"name":"Operation )" + std::to_string(number) +
         R"(","description":"Reads one of the records that the connected system keeps, with all of its fields.",)"
         R"("read_only":true,"input_schema":{"type":"object","properties":{)" +
         properties + R"(}},"rest":{"method":"GET","path":"/records/{field_0}"}})";
}

class Instance {
 public:
  Instance(const std::string& file, int users, int connectors, int operations) {
    db_ = std::move(open_sqlite(file, main_migrations()).value());
    for (const char* kind : {"user", "tag", "connector"})
      db_->after_change(kind, [this] { return begin_ = Clock::now(), Result<void>(); });
    fill(users, connectors, operations);
    store_ =
        std::make_unique<AccessStore>(*db_, [](std::string_view) { return std::vector<OperationEntry>(); });
    const auto begin = Clock::now();
    store_->start().value();
    loading_ms_ = micros(Clock::now() - begin) / 1000;
    for (const char* kind : {"user", "tag", "connector"})
      db_->after_change(kind, [this] { return took_ = micros(Clock::now() - begin_), Result<void>(); });
  }

  // How long the snapshot takes for it, in microseconds.
  double change(std::string_view kind, std::string_view id, std::string_view sql, std::int64_t value) {
    db_->write([&](Transaction& tx) -> Result<void> {
         WICK_CHECK(tx.execute(sql, {id, value}));
         return tx.changed(kind, id);
       })
        .value();
    return took_;
  }

  const std::string& user(int round) const { return users_[std::size_t(round) * 7919 % users_.size()]; }
  const std::string& tag(int round) const { return tags_[std::size_t(round) % tags_.size()]; }
  const std::string& connector(int round) const {
    return connectors_[std::size_t(round) * 7919 % connectors_.size()];
  }
  // The one with a thousand operations.
  const std::string& large_connector() const { return large_; }
  double loading_ms() const { return loading_ms_; }
  std::shared_ptr<const AccessSnapshot> snapshot() const { return store_->snapshot(); }

 private:
  void fill(int users, int connectors, int operations) {
    db_->write([&](Transaction& tx) -> Result<void> {
         for (int i = 0; i < 50; ++i) {
           tags_.push_back(TagId::make().str());
           WICK_CHECK(tx.execute("INSERT INTO tags (id, name, description, filter) VALUES ($1, $1, '', 0)",
                                 {std::string_view(tags_.back())}));
         }
         for (int i = 0; i < users; ++i) {
           users_.push_back(UserId::make().str());
           WICK_CHECK(
               tx.execute("INSERT INTO users (id, email, name, role, status, created_at) "
                          "VALUES ($1, $1, 'A user with a name', 'member', 'active', 0)",
                          {std::string_view(users_.back())}));
           for (int k = 0; k < 2; ++k)
             WICK_CHECK(tx.execute("INSERT INTO user_tags (user_id, tag_id) VALUES ($1, $2)",
                                   {std::string_view(users_.back()), std::string_view(tag(i + k))}));
         }
         for (int i = 0; i < connectors; ++i) {
           connectors_.push_back(ConnectorId::make().str());
           WICK_CHECK(add_connector(tx, connectors_.back(), operations / connectors));
         }
         large_ = ConnectorId::make().str();
         return add_connector(tx, large_, 1000);
       })
        .value();
  }
  Result<void> add_connector(Transaction& tx, const std::string& id, int operations) {
    WICK_CHECK(
        tx.execute("INSERT INTO connectors (id, kind, label, description, icon, config, secrets, disabled, "
                   "created_at) VALUES ($1, 'rest', $1, 'A connected system.', '', '{}', '{}', 0, 0)",
                   {std::string_view(id)}));
    WICK_CHECK(tx.execute("INSERT INTO connector_tags (connector_id, tag_id) VALUES ($1, $2)",
                          {std::string_view(id), std::string_view(tags_[0])}));
    for (int i = 0; i < operations; ++i) {
      const std::string key = "operation_" + std::to_string(i), definition = definition_of(i);
      WICK_CHECK(
          tx.execute("INSERT INTO operations (connector_id, key, enabled, definition) VALUES ($1, $2, 1, $3)",
                     {std::string_view(id), std::string_view(key), std::string_view(definition)}));
    }
    return {};
  }

  std::unique_ptr<Database> db_;
  std::unique_ptr<AccessStore> store_;
  std::vector<std::string> users_, tags_, connectors_;
  std::string large_;
  double loading_ms_ = 0, took_ = 0;
  Clock::time_point begin_;
};

void compare(const char* name, Instance& small, Instance& large,
             const std::function<double(Instance&, int)>& change) {
  std::vector<double> of_small, of_large;
  for (int round = 0; round < kRounds; ++round) {
    of_small.push_back(change(small, round));
    of_large.push_back(change(large, round));
  }
  const double before = median(of_small), after = median(of_large);
  std::printf("%-52s %9.0f us %9.0f us %7.1f\n", name, before, after, after / before);
}

double lookup_ns(const Instance& instance) {
  const auto snapshot = instance.snapshot();
  const UserId user = *UserId::parse(instance.user(0));
  const EffectiveAccess access(snapshot, user, nullptr);
  std::vector<std::string> slugs;
  std::vector<ConnectorId> ids;
  for (int i = 0; i < 64; ++i) {
    ids.push_back(*ConnectorId::parse(instance.connector(i)));
    slugs.push_back(snapshot->connector(ids.back())->slug);
  }
  std::size_t found = 0;
  const auto begin = Clock::now();
  for (int i = 0; i < kLookups; ++i) {
    const std::size_t at = std::size_t(i) % ids.size();
    found += access.find(slugs[at], "operation_7").verdict == AccessDecision::kAllowed;
    found += access.find(ids[at], "operation_7").verdict == AccessDecision::kAllowed;
  }
  const double nanos = micros(Clock::now() - begin) * 1000 / kLookups;
  if (found != 2UL * kLookups) std::printf("not all operations were found\n");
  return nanos;
}

int run() {
  // In memory where the system has such a folder: the commits are not what is measured.
  const std::filesystem::path memory = "/dev/shm";
  const bool has_memory = std::filesystem::is_directory(memory);
  std::string folder = (has_memory ? memory : std::filesystem::temp_directory_path()) / "wick_bench_XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  {
    Instance small(folder + "/small.db", 10, 10, 200), large(folder + "/large.db", 10000, 1000, 20000);
    std::printf("%-52s %12s %12s %7s\n", "", "10 users,", "10,000,", "");
    std::printf("%-52s %12s %12s\n", "", "10 connect.,", "1,000,");
    std::printf("%-52s %12s %12s %7s\n", "", "1,200 oper.", "21,000", "ratio");
    const auto turn = [](int round) { return std::int64_t(round % 2); };
    compare("a user is deactivated or activated", small, large, [&](Instance& on, int round) {
      return on.change(
          "user", on.user(round),
          "UPDATE users SET status = CASE $2 WHEN 0 THEN 'deactivated' ELSE 'active' END WHERE id = $1",
          turn(round));
    });
    compare("a tag becomes a filter tag or none", small, large, [&](Instance& on, int round) {
      return on.change("tag", on.tag(round), "UPDATE tags SET filter = 1 - filter + 0 * $2 WHERE id = $1", 0);
    });
    compare("a connector of 20 operations is turned off or on", small, large, [&](Instance& on, int round) {
      return on.change("connector", on.connector(round),
                       "UPDATE connectors SET disabled = 1 - disabled + 0 * $2 WHERE id = $1", 0);
    });
    compare("an operation of 20 is turned off or on", small, large, [&](Instance& on, int round) {
      return on.change("connector", on.connector(round),
                       "UPDATE operations SET enabled = $2 WHERE connector_id = $1 AND key = 'operation_3'",
                       turn(round));
    });
    compare("an operation of 1,000 is turned off or on", small, large, [&](Instance& on, int round) {
      return on.change("connector", on.large_connector(),
                       "UPDATE operations SET enabled = $2 WHERE connector_id = $1 AND key = 'operation_3'",
                       turn(round));
    });
    for (int round = 0; round < kRounds; ++round) {  // everything back on
      for (Instance* on : {&small, &large}) {
        on->change("user", on->user(round), "UPDATE users SET status = 'active' WHERE id = $1 AND $2 = 0", 0);
        on->change("connector", on->connector(round), "UPDATE connectors SET disabled = $2 WHERE id = $1", 0);
        on->change("tag", on->tag(round), "UPDATE tags SET filter = $2 WHERE id = $1", 0);
      }
    }
    const double before = lookup_ns(small), after = lookup_ns(large);
    std::printf("%-52s %9.0f ns %9.0f ns %7.1f\n", "an operation is found by slug and by id, and decided",
                before, after, after / before);
    std::printf("%-52s %9.0f ms %9.0f ms %7.1f\n", "everything is loaded at start", small.loading_ms(),
                large.loading_ms(), large.loading_ms() / small.loading_ms());
  }
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  std::printf("%-52s %25ld MB\n", "memory at its highest", use.ru_maxrss / 1024);
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace wick

int main() {
  return wick::run();
}
