#include "app/command_line.h"

#include <termios.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <thread>

#include "app/commands.h"
#include "app/control_socket.h"
#include "app/print.h"
#include "app/remote_commands.h"
#include "app/serve.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

namespace wick {
namespace {

constexpr int kHandoverTries = 50;  // × 100 ms for a server that holds the folder but does not listen yet

struct Options {
  std::string data = "./var", config, listen, public_url, log_format, log_level, threads;
  std::vector<std::string> set;
  bool as_json = false;
  bool admin = false, password_stdin = false, all = false, read_only = false;
  std::vector<std::string> connectors;
  std::string email, name, user, id, tools = "auto", description, query, folder;
  std::string kind, label, url, operation, arguments;
  std::vector<std::string> fields;
  std::string stdio;
  bool secret_stdin = false, allow_private = false;
};

Result<Settings> read_settings(const Options& options) {
  Settings settings;
  const char* named = std::getenv("WICK_CONFIG");
  const std::string file = !options.config.empty() ? options.config : named != nullptr ? named : "";
  if (!file.empty()) {
    WICK_CHECK(read_config_file(settings, file));
  }
  WICK_CHECK(read_environment(settings));
  const std::pair<const char*, const std::string*> flags[] = {{"listen", &options.listen},
                                                              {"public_url", &options.public_url},
                                                              {"log_format", &options.log_format},
                                                              {"log_level", &options.log_level},
                                                              {"threads", &options.threads}};
  for (const auto& [key, value] : flags) {
    if (value->empty()) continue;
    WICK_CHECK(set_setting(settings, key, *value, SettingSource::kFlag));
  }
  for (const std::string& pair : options.set) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos)
      return fail(ErrorCode::kInvalidArgument, "--set wants KEY=VALUE, not \"" + pair + "\".");
    if (pair.starts_with("oidc.client_secret=")) {
      return fail(ErrorCode::kInvalidArgument,
                  "A secret on the command line can be read by every process of this computer: use "
                  "WICK_OIDC_CLIENT_SECRET in the environment, or oidc.client_secret_file.");
    }
    if (auto set =
            set_setting(settings, pair.substr(0, equals), pair.substr(equals + 1), SettingSource::kFlag);
        !set)
      return fail(std::move(set.error()));
  }
  settings.data = options.data;
  WICK_CHECK(finish_settings(settings));
  return settings;
}

// In the server that runs on the folder, so that the change holds at once; else on the folder itself.
Result<json::object> execute(const Options& options, const std::string& name, const json::object& arguments) {
  Result<json::object> result = fail(ErrorCode::kUnavailable, "");
  for (int i = 0; i < kHandoverTries; ++i) {
    result = send_command(options.data, name, arguments);
    if (result || result.error().code != ErrorCode::kUnavailable ||
        !result.error().message.starts_with("No server"))
      return result;
    WICK_TRY(settings, read_settings(options));
    auto instance = Instance::open(settings);
    if (instance) return run_command(**instance, name, arguments);
    if (instance.error().code != ErrorCode::kConflict) return fail(std::move(instance.error()));
    result = fail(std::move(instance.error()));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return result;
}

// The first line of standard input.
Result<std::string> read_line(const char* flag) {
  std::string line;
  std::getline(std::cin, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty())
    return fail(ErrorCode::kInvalidArgument, std::string(flag) + ": nothing came on standard input.");
  return line;
}

Result<std::string> read_password(const Options& options) {
  std::string password;
  if (options.password_stdin) return read_line("--password-stdin");
  if (isatty(STDIN_FILENO) == 0) {
    return fail(
        ErrorCode::kInvalidArgument,
        "Give the password on standard input with --password-stdin, or run this in a terminal to be asked.");
  }
  termios shown{};
  tcgetattr(STDIN_FILENO, &shown);
  termios hidden = shown;
  hidden.c_lflag &= ~tcflag_t(ECHO);
  std::cerr << "Password (at least " << kMinPasswordLength << " characters): " << std::flush;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  std::getline(std::cin, password);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  std::cerr << "\n";
  return password;
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return "-";
  return is_text(*value) ? std::string(value->get_string()) : to_json(*value);
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(i + 1 < row.size() ? widths[i] - row[i].size() + 2 : 0, ' ');
    std::cout << line << "\n";
  }
}

void print_list(const json::object& result, const char* key, std::initializer_list<const char*> columns) {
  std::vector<std::vector<std::string>> rows{{}};
  for (const char* column : columns) rows[0].push_back(to_lower_ascii(column));
  for (const auto& item : result.at(key).as_array()) {
    std::vector<std::string> row;
    for (const std::string_view column : columns) {
      const json::object& object = item.as_object();
      if (column == "owner" || column == "last_used") {
        const auto* inner = object.if_contains(column);
        row.push_back(inner != nullptr && inner->is_object()
                          ? text_of(inner->get_object(), column == "owner" ? "email" : "at")
                          : "never");
      } else {
        row.push_back(text_of(object, column));
      }
    }
    rows.push_back(std::move(row));
  }
  print_table(rows);
}

std::string listed(const json::object& result, std::string_view key) {
  std::string out;
  for (const auto& one : result.at(key).as_array())
    out += (out.empty() ? "" : ", ") + std::string(std::string_view(one.as_string()));
  return out.empty() ? "none" : out;
}

void print_offer(const json::object& connector, const json::object& offer) {
  std::string keys;
  for (const auto& change : offer.at("changes").as_array())
    keys += (keys.empty() ? "" : ", ") + text_of(change.as_object(), "key");
  std::cout << "The server offers something else than is accepted here, in: " << keys
            << ".\n--json and the web app show the difference; wick connector refresh \""
            << text_of(connector, "label") << "\" accepts what it offers then.\n";
}

std::string since(const json::object& connector) {
  const std::string at = text_or_empty(connector, "health_since");
  return at.empty() ? "" : " since " + at;
}

// What a connector's command wrote to its standard error, line by line.
void print_stderr(const json::object& connector) {
  const std::string text = text_or_empty(connector, "stderr");
  if (text.empty()) return;
  std::cout << "standard error:\n";
  for (const std::string_view line : split(text, '\n')) std::cout << "  " << printable(line) << "\n";
}

void print_connector_result(const std::string& name, const json::object& result) {
  if (name == "connector list") {
    print_list(result, "connectors", {"label", "kind", "health", "disabled", "offered_changes", "id"});
  } else if (name == "connector show") {
    std::cout << text_of(result, "label") << " (" << text_of(result, "kind") << ", id "
              << text_of(result, "id") << ")\nfor clients: /mcp/c/" << text_of(result, "slug")
              << "\nhealth: " << text_of(result, "health") << since(result) << " "
              << printable(text_or_empty(result, "health_message"))
              << "\nconfiguration: " << text_of(result, "config") << "\n";
    print_stderr(result);
    print_list(result, "operations", {"key", "name", "enabled", "read_only", "destructive"});
    if (const auto* offer = result.if_contains("offer")) print_offer(result, offer->as_object());
  } else if (name == "connector remove") {
    std::cout << "Removed " << text_of(result, "label") << ". Its history stays.\n";
  } else if (result.contains("text")) {
    std::cout << (result.at("is_error").as_bool() ? "The operation failed: " : "") << text_of(result, "text")
              << "\n";
    print_stderr(result);
  } else if (result.contains("unchanged")) {
    std::cout << text_of(result, "label")
              << (name == "connector test" ? " answers. A refresh would change:" : ":")
              << "\n  added: " << listed(result, "added") << "\n  changed: " << listed(result, "changed")
              << "\n  removed: " << listed(result, "removed")
              << "\n  unchanged: " << text_of(result, "unchanged") << "\n";
  } else {
    std::cout << "Added " << text_of(result, "label") << " (id " << text_of(result, "id") << ").\n";
    if (result.contains("problem")) {
      std::cerr << "wick: It does not answer yet: " << printable(text_of(result, "problem"))
                << " Then: wick connector refresh \"" << text_of(result, "label") << "\"\n";
    }
  }
}

// The result of a command for a person.
void print_result(const std::string& name, const json::object& result) {
  if (name == "user list") {
    print_list(result, "users", {"email", "name", "role", "status", "active_tokens", "second_factor", "id"});
  } else if (name == "token list") {
    print_list(result, "tokens",
               {"name", "masked", "owner", "status", "created_at", "last_used", "id", "description"});
  } else if (name == "token create") {
    std::cerr << "A token for " << text_of(result, "user") << ". It will not be shown again:\n";
    std::cout << text_of(result, "token") << "\n";
  } else if (name == "token revoke") {
    std::cout << "Revoked: nothing accepts this token any more.\n";
  } else if (name.starts_with("connector ")) {
    print_connector_result(name, result);
  } else if (name == "backup") {
    std::cout << "Copied to " << text_of(result, "folder")
              << ". Keep secret.key with it, in another place: without it, secrets of connectors cannot be "
                 "opened.\n";
  } else if (name == "doctor") {
    const auto& problems = result.at("problems").as_array();
    for (const auto& problem : problems)
      std::cout << "problem: " << std::string_view(problem.as_string()) << "\n";
    if (problems.empty())
      std::cout << "All is well: the databases are sound, and there is an active admin.\n";
  } else {
    std::cout << text_of(result, "email") << " is " << text_of(result, "status") << " ("
              << text_of(result, "role") << ", id " << text_of(result, "id") << ").\n";
  }
}

int run(const Options& options, const std::string& name, json::object arguments) {
  auto result = execute(options, name, arguments);
  if (!result) return print_error(options.as_json, result.error());
  if (options.as_json) {
    std::cout << to_json(*result) << "\n";
  } else {
    print_result(name, *result);
  }
  const bool problem =
      name == "doctor" ? !result->at("problems").as_array().empty() : result->contains("problem");
  return problem ? kFailed : 0;
}

// KEY=VALUE pairs as the kind's configuration: true, false and numbers as such.
Result<json::object> connector_arguments(const Options& options) {
  json::object config;
  for (const std::string& pair : options.fields) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorCode::kInvalidArgument, "--set wants KEY=VALUE, not \"" + pair + "\".");
    const std::string key = pair.substr(0, equals), value = pair.substr(equals + 1);
    if (key == "secret") {
      return fail(
          ErrorCode::kInvalidArgument,
          "A secret on the command line can be read by every process of this computer: use --secret-stdin.");
    }
    const auto parsed = parse_json(value);
    config[key] = parsed && (parsed->is_bool() || is_number(*parsed) || parsed->is_array())
                      ? *parsed
                      : json::value(value);
  }
  if (options.allow_private) config["allow_private_addresses"] = true;
  if (!options.stdio.empty()) {
    if (options.kind != "mcp")
      return fail(ErrorCode::kInvalidArgument, "Only the kind mcp is started by --stdio.");
    config["command"] = options.stdio;
  }
  json::object out{{"kind", options.kind}, {"label", options.label}, {"config", std::move(config)}};
  if (!options.url.empty()) out["url"] = options.url;
  if (options.secret_stdin) {
    WICK_TRY(secret, read_line("--secret-stdin"));
    out["secret"] = secret;
  }
  return out;
}

Result<json::object> test_arguments(const Options& options) {
  json::object out{{"connector", options.label}};
  if (!options.operation.empty()) out["operation"] = options.operation;
  if (!options.user.empty()) out["user"] = options.user;
  if (!options.arguments.empty()) {
    auto value = parse_json(options.arguments);
    if (!value || !value->is_object())
      return fail(ErrorCode::kInvalidArgument,
                  "--arguments must be a JSON object, for example '{\"id\": 7}'.");
    out["arguments"] = std::move(*value);
  }
  return out;
}

int run_serve(const Options& options) {
  auto settings = read_settings(options);
  if (!settings) return print_error(options.as_json, settings.error());
  configure_logging(settings->log_format, settings->log_level);
  fit_open_files(*settings);
  auto socket = http::ListeningSocket::open(settings->address, settings->port);
  if (!socket) return print_error(options.as_json, socket.error());
  use_port(*settings, socket->port());
  auto instance = Instance::open(*settings);
  if (!instance) return print_error(options.as_json, instance.error());
  auto served = serve(**instance, std::move(*socket), *settings);
  return served ? 0 : print_error(options.as_json, served.error());
}

int print_settings(const Options& options) {
  json::array items;
  for (const SettingInfo& info : known_settings()) {
    if (!options.as_json) {
      std::cout << info.key << " = " << (info.default_value.empty() ? "\"\"" : info.default_value) << "\n    "
                << info.meaning << "\n";
      continue;
    }
    json::object item;
    item["key"] = info.key;
    item["meaning"] = info.meaning;
    item["default"] = info.default_value;
    items.push_back(std::move(item));
  }
  if (options.as_json) std::cout << to_json(items) << "\n";
  return 0;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  Options options;
  int code = 0;
  CLI::App app("Wick: the gateway between a team's AI clients and the team's systems.", "wick");
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  const auto command = [&](CLI::App& parent, const char* name, const char* meaning) {
    CLI::App* made = parent.add_subcommand(name, meaning);
    made->add_option("--data", options.data, "the data folder")->capture_default_str()->envname("WICK_DATA");
    made->add_flag("--json", options.as_json, "print JSON");
    return made;
  };
  CLI::App* serve_command = command(app, "serve", "Run the server");
  serve_command->add_option("--listen", options.listen, "ADDRESS:PORT (default 127.0.0.1:8080)");
  serve_command->add_option("--public-url", options.public_url,
                            "where clients find this server, for example https://wick.example.com");
  serve_command->add_option("--threads", options.threads,
                            "threads that serve connections (default: one per core)");
  serve_command->add_option("--log-format", options.log_format, "text or json");
  serve_command->add_option("--log-level", options.log_level, "trace, debug, info, warn or error");
  serve_command->add_option("--config", options.config, "a TOML file with settings");
  serve_command->add_option("--set", options.set, "KEY=VALUE: any setting that `wick settings` lists");
  serve_command->callback([&] { code = run_serve(options); });

  CLI::App* user =
      app.add_subcommand("user", "Create, list, deactivate and delete users, reset a second factor");
  user->require_subcommand(1);
  CLI::App* user_create = command(*user, "create", "Create an active user");
  user_create->add_flag("--admin", options.admin, "with the role admin");
  user_create->add_option("--email", options.email, "the email to sign in with")->required();
  user_create->add_option("--name", options.name, "the person's name")->required();
  user_create->add_flag("--password-stdin", options.password_stdin, "read the password from standard input");
  user_create->callback([&] {
    auto password = read_password(options);
    if (!password) {
      code = print_error(options.as_json, password.error());
      return;
    }
    code = run(options, "user create",
               {{"email", options.email},
                {"name", options.name},
                {"admin", options.admin},
                {"password", *password}});
  });
  command(*user, "list", "List users")->callback([&] { code = run(options, "user list", {}); });
  const std::pair<const char*, const char*> changes[] = {
      {"deactivate", "Deactivate a user; all tokens end at once"},
      {"delete", "Delete a user; the audit keeps the name"},
      {"reset-second-factor", "Take away a user's second factor; the user is signed out everywhere"}};
  for (const auto& [verb, meaning] : changes) {
    CLI::App* made = command(*user, verb, meaning);
    made->add_option("user", options.user, "email or id")->required();
    made->callback([&, verb = verb] {
      code = run(options, std::string("user ") + verb, {{"user", options.user}});
    });
  }

  CLI::App* token = app.add_subcommand("token", "Create, list and revoke personal access tokens");
  token->require_subcommand(1);
  CLI::App* token_create = command(*token, "create", "Create a token; it is printed once");
  token_create->add_option("--user", options.user, "the owner's email or id")->required();
  token_create->add_option("--name", options.name, "where it will be used")->required();
  token_create->add_option("--description", options.description, "the purpose of the token, in one line");
  token_create->add_option("--tools", options.tools, "auto, direct or meta")->capture_default_str();
  token_create->add_flag("--read-only", options.read_only, "only operations that read");
  token_create->add_option("--connector", options.connectors,
                           "only this connector, by label; may be repeated");
  token_create->callback([&] {
    json::object arguments{{"user", options.user}, {"name", options.name}, {"tools", options.tools}};
    if (!options.description.empty()) arguments["description"] = options.description;
    if (options.read_only) arguments["read_only"] = true;
    if (!options.connectors.empty())
      arguments["connectors"] = json::array(options.connectors.begin(), options.connectors.end());
    code = run(options, "token create", std::move(arguments));
  });
  CLI::App* token_list = command(*token, "list", "List active tokens");
  token_list->add_option("--user", options.user, "only of this user");
  token_list->add_option("--query", options.query,
                         "only those whose name, description or last four hold this");
  token_list->add_flag("--all", options.all, "revoked and expired ones too");
  token_list->callback([&] {
    json::object arguments{{"all", options.all}};
    if (!options.user.empty()) arguments["user"] = options.user;
    if (!options.query.empty()) arguments["query"] = options.query;
    code = run(options, "token list", std::move(arguments));
  });
  CLI::App* token_revoke = command(*token, "revoke", "Revoke a token at once");
  token_revoke->add_option("id", options.id, "from `wick token list`")->required();
  token_revoke->callback([&] { code = run(options, "token revoke", {{"id", options.id}}); });

  CLI::App* connector =
      app.add_subcommand("connector", "Add, list, show, refresh, test and remove connectors");
  connector->require_subcommand(1);
  CLI::App* add = command(*connector, "add", "Connect a system: an MCP server, a REST API");
  add->add_option("kind", options.kind, "mcp, rest or notes")->required();
  add->add_option("--label", options.label, "its name here; tool names are made from it")->required();
  add->add_option("--url", options.url, "where the system is");
  add->add_option("--stdio", options.stdio,
                  "instead of --url: the COMMAND ARGS of an MCP server that Wick starts itself");
  add->add_option("--set", options.fields, "KEY=VALUE: any other field of the kind, for example auth=bearer");
  add->add_flag("--secret-stdin", options.secret_stdin, "read its secret from standard input");
  add->add_flag("--allow-private", options.allow_private,
                "it may be at a private address, this computer included");
  add->callback([&] {
    auto arguments = connector_arguments(options);
    code = arguments ? run(options, "connector add", std::move(*arguments))
                     : print_error(options.as_json, arguments.error());
  });
  command(*connector, "list", "List connectors")->callback([&] {
    code = run(options, "connector list", {});
  });
  for (const auto& [verb, meaning] :
       {std::pair("show", "Show a connector and its operations"),
        std::pair("refresh", "Ask the system which operations it has now, and accept them"),
        std::pair("remove", "Remove a connector; its history stays")}) {
    CLI::App* made = command(*connector, verb, meaning);
    made->add_option("connector", options.label, "label or id")->required();
    made->callback([&, verb] {
      code = run(options, std::string("connector ") + verb, {{"connector", options.label}});
    });
  }
  CLI::App* test = command(*connector, "test", "Run an operation, or see whether the system answers");
  test->add_option("connector", options.label, "label or id")->required();
  test->add_option("operation", options.operation,
                   "its key; without one, the system is only asked what it offers");
  test->add_option("--arguments", options.arguments, "a JSON object");
  test->add_option("--user", options.user, "as whom: email or id");
  test->callback([&] {
    auto arguments = test_arguments(options);
    code = arguments ? run(options, "connector test", std::move(*arguments))
                     : print_error(options.as_json, arguments.error());
  });

  CLI::App* backup = command(app, "backup", "Copy the databases, also while the server runs");
  backup->add_option("folder", options.folder, "a new folder (default DATA/backups/TIME)");
  backup->callback([&] {
    if (options.folder.empty())
      options.folder = options.data + "/backups/" + format_rfc3339(SystemClock().now());
    code = run(options, "backup", {{"folder", std::filesystem::absolute(options.folder).string()}});
  });
  add_remote_commands(app, code);
  command(app, "doctor", "Check the data folder")->callback([&] { code = run(options, "doctor", {}); });
  command(app, "settings", "List every setting with its default")->callback([&] {
    code = print_settings(options);
  });
  command(app, "version", "Print the version")->callback([&] {
    std::cout << (options.as_json ? R"({"version":")" WICK_VERSION R"("})" : "wick " WICK_VERSION) << "\n";
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& shown) {
    return app.exit(shown);
  } catch (const CLI::ParseError& error) {
    std::cerr << "wick: " << error.what() << "\nRun `wick --help`, or `wick COMMAND --help`.\n";
    return kMisused;
  } catch (const std::exception& error) {
    std::cerr << "wick: " << error.what() << "\n";
    return kFailed;
  }
  return code;
}

}  // namespace wick
