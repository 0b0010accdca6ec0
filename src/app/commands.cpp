#include "app/commands.h"
#include "app/composition.h"

#include <algorithm>

#include "access/snapshot.h"
#include "api/request_fields.h"
#include "app/connector_commands.h"
#include "base/text.h"
#include "base/time.h"
#include "identity/second_factor_service.h"
#include "identity/user_service.h"
#include "tokens/token_service.h"
#include "tokens/token_view.h"

namespace wick {
namespace {

constexpr const char* kReason = "revoked on the command line";
const Actor kOperator{UserId{}, true};  // the person who can open the data folder

json::object user_object(const User& user) {
  json::object out;
  out["id"] = user.id.str();
  out["email"] = user.email;
  out["name"] = user.name;
  out["role"] = role_name(user.role);
  out["status"] = status_name(user.status);
  out["active_tokens"] = user.active_tokens;
  out["second_factor"] = user.second_factor;
  return out;
}

Result<json::object> user_create(Instance& instance, const json::object& arguments) {
  WICK_TRY(email, required_string(arguments, "email"));
  WICK_TRY(name, required_string(arguments, "name"));
  WICK_TRY(password, required_string(arguments, "password"));
  WICK_TRY(admin, optional_bool(arguments, "admin"));
  WICK_TRY(user,
           instance.parts().users.create({email, name, admin.value_or(false) ? Role::kAdmin : Role::kMember},
                                         Secret(std::move(password))));
  return user_object(user);
}

Result<json::object> user_list(Instance& instance, const json::object&) {
  WICK_TRY(users, instance.parts().users.list());
  json::array items;
  for (const User& user : users) items.push_back(user_object(user));
  json::object out;
  out["users"] = std::move(items);
  return out;
}

Result<json::object> user_deactivate(Instance& instance, const json::object& arguments) {
  WICK_TRY(who, required_string(arguments, "user"));
  WICK_TRY(user, instance.parts().users.deactivate(who));
  return user_object(user);
}

Result<json::object> user_delete(Instance& instance, const json::object& arguments) {
  WICK_TRY(who, required_string(arguments, "user"));
  WICK_TRY(user, instance.parts().users.remove(who));
  return user_object(user);
}

Result<json::object> user_reset_second_factor(Instance& instance, const json::object& arguments) {
  WICK_TRY(who, required_string(arguments, "user"));
  WICK_TRY(user, instance.parts().second_factors.reset(who, "the command line"));
  return user_object(user);
}

// From `read_only` and `connectors`, a list of labels.
Result<ScopePtr> scope_of(Instance& instance, const json::object& arguments, const UserId& owner) {
  WICK_TRY(read_only, optional_bool(arguments, "read_only"));
  WICK_TRY(labels, api::optional_strings(arguments, "connectors"));
  const auto snapshot = instance.parts().access.snapshot();
  json::object wanted;
  if (read_only.value_or(false)) wanted["operations"] = "read_only";
  if (labels) {
    json::array ids;
    for (const std::string& label : *labels) {
      const auto found =
          std::find_if(snapshot->connectors.begin(), snapshot->connectors.end(),
                       [&](const auto& one) { return equals_ignoring_case(one->label, label); });
      if (found == snapshot->connectors.end())
        return fail(ErrorCode::kNotFound, "There is no connector with the label \"" + label + "\".");
      ids.push_back(json::string((*found)->id.str()));
    }
    wanted["connectors"] = std::move(ids);
  }
  const json::value value(std::move(wanted));
  WICK_TRY(scope, parse_scope(&value));
  const UserEntry* user = snapshot->user(owner);
  if (user == nullptr) return fail(ErrorCode::kNotFound, "There is no such user.");
  WICK_CHECK(check_scope(scope, *snapshot, *user));
  return scope;
}

Result<json::object> token_create(Instance& instance, const json::object& arguments) {
  WICK_TRY(who, required_string(arguments, "user"));
  WICK_TRY(name, required_string(arguments, "name"));
  WICK_TRY(tools, optional_string(arguments, "tools"));
  WICK_TRY(surface, parse_tools(tools.value_or("auto")));
  WICK_TRY(user, instance.parts().users.find(who));
  WICK_TRY(scope, scope_of(instance, arguments, user.id));
  WICK_TRY(description, optional_string(arguments, "description"));
  WICK_TRY(minted, instance.parts().tokens.mint(
                       user.id, {name, surface, std::nullopt, scope, description.value_or("")}));
  json::object out;
  out["id"] = minted.token.id.str();
  out["token"] = std::string(minted.plaintext.reveal());
  out["name"] = minted.token.name;
  out["user"] = user.email;
  return out;
}

Result<json::object> token_list(Instance& instance, const json::object& arguments) {
  WICK_TRY(who, optional_string(arguments, "user"));
  WICK_TRY(all, optional_bool(arguments, "all"));
  WICK_TRY(query, optional_string(arguments, "query"));
  UserId owner;
  if (who) {
    WICK_TRY(user, instance.parts().users.find(*who));
    owner = user.id;
  }
  WICK_TRY(tokens, instance.parts().tokens.list(owner, !all.value_or(false)));
  const auto snapshot = instance.parts().access.snapshot();
  json::array items;
  for (const Token& token : tokens) {
    if (query && !is_found_by(token, *query)) continue;
    items.push_back(api::token_view(*snapshot, token, instance.parts().clock.now()));
  }
  json::object out;
  out["tokens"] = std::move(items);
  return out;
}

Result<json::object> token_revoke(Instance& instance, const json::object& arguments) {
  WICK_TRY(text, required_string(arguments, "id"));
  WICK_TRY(id, api::parse_id<TokenId>(text, "token"));
  WICK_CHECK(instance.parts().tokens.revoke(kOperator, id, kReason));
  json::object out;
  out["id"] = id.str();
  out["status"] = "revoked";
  return out;
}

Result<json::object> backup(Instance& instance, const json::object& arguments) {
  WICK_TRY(folder, required_string(arguments, "folder"));
  WICK_CHECK(instance.backup(folder));
  json::object out;
  out["folder"] = folder;
  return out;
}

Result<json::object> doctor(Instance& instance, const json::object&) {
  json::array problems;
  if (auto sound = instance.check(); !sound) problems.emplace_back(sound.error().message);
  const auto snapshot = instance.parts().access.snapshot();
  bool admin = false;
  snapshot->users.for_each([&](const UserEntry& user) {
    admin = admin || (user.role == Role::kAdmin && user.status == UserStatus::kActive);
  });
  if (!admin)
    problems.emplace_back(
        "There is no active admin. Create one with `wick user create --admin`, or with the set-up link that "
        "`wick serve` prints.");
  json::object out;
  out["users"] = snapshot->users.size();
  out["connectors"] = snapshot->connectors.size();
  out["problems"] = std::move(problems);
  return out;
}

}  // namespace

Result<json::object> run_command(Instance& instance, const std::string& name, const json::object& arguments) {
  static constexpr std::pair<std::string_view, Result<json::object> (*)(Instance&, const json::object&)>
      kCommands[] = {{"user create", user_create},
                     {"user list", user_list},
                     {"user deactivate", user_deactivate},
                     {"user delete", user_delete},
                     {"user reset-second-factor", user_reset_second_factor},
                     {"token create", token_create},
                     {"token list", token_list},
                     {"token revoke", token_revoke},
                     {"connector add", connector_add},
                     {"connector list", connector_list},
                     {"connector show", connector_show},
                     {"connector remove", connector_remove},
                     {"connector refresh", connector_refresh},
                     {"connector test", connector_test},
                     {"backup", backup},
                     {"doctor", doctor}};
  for (const auto& [known, run] : kCommands) {
    if (name == known) return run(instance, arguments);
  }
  return fail(ErrorCode::kInvalidArgument,
              "The running server does not know the command \"" + name + "\". It may have another version.");
}

}  // namespace wick
