#include "app/command_line.h"

#include <termios.h>
#include <unistd.h>
#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <thread>

#include "app/command_output.h"
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
    if (equals == std::string::npos) return invalid("--set needs KEY=VALUE, not \"" + pair + "\".");
    if (pair.starts_with("oidc.client_secret=")) {
      return invalid(
          "Every process of this computer can read a secret on the command line. Set WICK_OIDC_CLIENT_SECRET "
          "in "
          "the environment, or oidc.client_secret_file.");
    }
    const std::string key = pair.substr(0, equals), value = pair.substr(equals + 1);
    WICK_CHECK(set_setting(settings, key, value, SettingSource::kFlag));
  }
  settings.data = options.data;
  WICK_CHECK(finish_settings(settings));
  return settings;
}

// Runs a command in the server that uses the data folder, so that the change takes effect immediately. Without a
// running server, the command runs on the folder itself.
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
  if (line.empty()) return invalid(std::string(flag) + ": standard input is empty.");
  return line;
}

Result<std::string> read_password(const Options& options) {
  std::string password;
  if (options.password_stdin) return read_line("--password-stdin");
  if (isatty(STDIN_FILENO) == 0) {
    return invalid("Standard input is not a terminal. Use --password-stdin to read the password from it.");
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

int run_and_print(const Options& options, const std::string& name, const json::object& arguments) {
  auto result = execute(options, name, arguments);
  if (!result) return print_error(options.as_json, result.error());
  if (options.as_json) {
    std::cout << to_json(*result) << "\n";
  } else {
    print_command_result(name, *result);
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
      return invalid("--set needs KEY=VALUE, not \"" + pair + "\".");
    const std::string key = pair.substr(0, equals), value = pair.substr(equals + 1);
    if (key == "secret") {
      return invalid(
          "Every process of this computer can read a secret on the command line. Use --secret-stdin.");
    }
    const auto parsed = parse_json(value);
    config[key] = parsed && (parsed->is_bool() || is_number(*parsed) || parsed->is_array())
                      ? *parsed
                      : json::value(value);
  }
  if (options.allow_private) config["allow_private_addresses"] = true;
  if (!options.stdio.empty()) {
    if (options.kind != "mcp") return invalid("--stdio is only for connectors of the kind mcp.");
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
      return invalid("--arguments must be a JSON object, for example '{\"id\": 7}'.");
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

Result<json::object> user_arguments(const Options& options) {
  WICK_TRY(password, read_password(options));
  return json::object{
      {"email", options.email}, {"name", options.name}, {"admin", options.admin}, {"password", password}};
}

json::object token_arguments(const Options& options) {
  json::object arguments{{"user", options.user}, {"name", options.name}, {"tools", options.tools}};
  if (!options.description.empty()) arguments["description"] = options.description;
  if (options.read_only) arguments["read_only"] = true;
  if (!options.connectors.empty())
    arguments["connectors"] = json::array(options.connectors.begin(), options.connectors.end());
  return arguments;
}

// The commands as CLI11 parses them. Each sets the exit code when it has run.
struct Commands {
  explicit Commands(CommandRunner the_runner) : runner(std::move(the_runner)) {
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);
  }
  Commands(const Commands&) = delete;

  CLI::App* add(CLI::App& parent, const char* name, const char* meaning) {
    CLI::App* made = parent.add_subcommand(name, meaning);
    made->add_option("--data", options.data, "The data folder")->capture_default_str()->envname("WICK_DATA");
    made->add_flag("--json", options.as_json, "Print JSON");
    return made;
  }
  void run(const std::string& name, Result<json::object> arguments) {
    if (!arguments) {
      code = print_error(options.as_json, arguments.error());
    } else if (runner) {
      code = runner(name, *arguments);
    } else {
      code = run_and_print(options, name, *arguments);
    }
  }

  CLI::App app{"Wick: the gateway between a team's AI clients and the team's systems.", "wick"};
  Options options;
  const CommandRunner runner;
  int code = 0;
};

void add_serve(Commands& commands) {
  CLI::App* serve_command = commands.add(commands.app, "serve", "Run the server");
  serve_command->add_option("--listen", commands.options.listen,
                            "ADDRESS:PORT to listen on (default 127.0.0.1:8080)");
  serve_command->add_option("--public-url", commands.options.public_url,
                            "The address that clients use, for example https://wick.example.com");
  serve_command->add_option("--threads", commands.options.threads,
                            "Threads that serve connections (default: one for each core)");
  serve_command->add_option("--log-format", commands.options.log_format,
                            "The format of the log: text or json");
  serve_command->add_option("--log-level", commands.options.log_level,
                            "The lowest level that is logged: trace, debug, info, warn or error");
  serve_command->add_option("--config", commands.options.config, "A TOML file with settings");
  serve_command->add_option("--set", commands.options.set,
                            "KEY=VALUE: a setting of `wick settings`; may be repeated");
  serve_command->callback([&commands] { commands.code = run_serve(commands.options); });
}

void add_user_commands(Commands& commands) {
  CLI::App* user = commands.app.add_subcommand("user", "Manage users and their second factors");
  user->require_subcommand(1);
  CLI::App* user_create = commands.add(*user, "create", "Create an active user");
  user_create->add_flag("--admin", commands.options.admin, "Give the user the role admin");
  user_create->add_option("--email", commands.options.email, "The email address for sign-in")->required();
  user_create->add_option("--name", commands.options.name, "The person's name")->required();
  user_create->add_flag("--password-stdin", commands.options.password_stdin,
                        "Read the password from standard input");
  user_create->callback([&commands] { commands.run("user create", user_arguments(commands.options)); });
  commands.add(*user, "list", "List users")->callback([&commands] { commands.run("user list", {}); });
  const std::pair<const char*, const char*> changes[] = {
      {"deactivate", "Deactivate a user; all credentials and sessions end immediately"},
      {"delete", "Delete a user; records of calls keep the name"},
      {"reset-second-factor", "Remove a user's second factor; all sessions of the user end"}};
  for (const auto& [verb, meaning] : changes) {
    CLI::App* made = commands.add(*user, verb, meaning);
    made->add_option("user", commands.options.user, "The user's email address or id")->required();
    made->callback([&commands, verb = verb] {
      commands.run(std::string("user ") + verb, json::object{{"user", commands.options.user}});
    });
  }
}

void add_token_commands(Commands& commands) {
  CLI::App* token = commands.app.add_subcommand("token", "Manage personal access tokens");
  token->require_subcommand(1);
  CLI::App* token_create = commands.add(*token, "create", "Create a token and print it, once");
  token_create->add_option("--user", commands.options.user, "The owner's email address or id")->required();
  token_create->add_option("--name", commands.options.name, "A name that says where the token is used")
      ->required();
  token_create->add_option("--description", commands.options.description,
                           "The purpose of the token, in one line");
  token_create
      ->add_option("--tools", commands.options.tools, "How its tools are listed: auto, direct or meta")
      ->capture_default_str();
  token_create->add_flag("--read-only", commands.options.read_only, "Allow only read-only operations");
  token_create->add_option("--connector", commands.options.connectors,
                           "Allow only this connector, by label; may be repeated");
  token_create->callback([&commands] { commands.run("token create", token_arguments(commands.options)); });
  CLI::App* token_list = commands.add(*token, "list", "List active tokens");
  token_list->add_option("--user", commands.options.user, "Only tokens of this user");
  token_list->add_option("--query", commands.options.query,
                         "Only tokens with this text in name, description or last four characters");
  token_list->add_flag("--all", commands.options.all, "Include revoked and expired tokens");
  token_list->callback([&commands] {
    json::object arguments{{"all", commands.options.all}};
    if (!commands.options.user.empty()) arguments["user"] = commands.options.user;
    if (!commands.options.query.empty()) arguments["query"] = commands.options.query;
    commands.run("token list", std::move(arguments));
  });
  CLI::App* token_revoke = commands.add(*token, "revoke", "Revoke a token immediately");
  token_revoke->add_option("id", commands.options.id, "The token's id, from `wick token list`")->required();
  token_revoke->callback([&commands] {
    commands.run("token revoke", json::object{{"id", commands.options.id}});
  });
}

void add_connector_test(Commands& commands, CLI::App& connector) {
  CLI::App* test = commands.add(connector, "test", "Call an operation, or check that the system answers");
  test->add_option("connector", commands.options.label, "The connector's label or id")->required();
  test->add_option(
      "operation", commands.options.operation,
      "The key of the operation to call; without it, the system is only asked for its operations");
  test->add_option("--arguments", commands.options.arguments, "The arguments of the call, a JSON object");
  test->add_option("--user", commands.options.user, "The user who makes the call: email address or id");
  test->callback([&commands] {
    auto arguments = test_arguments(commands.options);
    commands.run("connector test", std::move(arguments));
  });
}

void add_connector_commands(Commands& commands) {
  CLI::App* connector = commands.app.add_subcommand("connector", "Manage connectors");
  connector->require_subcommand(1);
  CLI::App* add = commands.add(*connector, "add", "Connect a system: an MCP server or a REST API");
  add->add_option("kind", commands.options.kind, "The kind: mcp, rest or notes")->required();
  add->add_option("--label", commands.options.label,
                  "The connector's name, from which the names of its tools are made")
      ->required();
  add->add_option("--url", commands.options.url, "The system's address");
  add->add_option("--stdio", commands.options.stdio,
                  "Instead of --url: COMMAND ARGS of an MCP server that Wick starts");
  add->add_option("--set", commands.options.fields,
                  "KEY=VALUE: another setting of the kind, for example auth=bearer; may be repeated");
  add->add_flag("--secret-stdin", commands.options.secret_stdin,
                "Read the system's secret from standard input");
  add->add_flag("--allow-private", commands.options.allow_private,
                "Allow private addresses, including this computer");
  add->callback([&commands] {
    auto arguments = connector_arguments(commands.options);
    commands.run("connector add", std::move(arguments));
  });
  commands.add(*connector, "list", "List connectors")->callback([&commands] {
    commands.run("connector list", {});
  });
  for (const auto& [verb, meaning] :
       {std::pair("show", "Show a connector and its operations"),
        std::pair("refresh", "Ask the system for its operations, and accept them"),
        std::pair("remove", "Remove a connector; records of its calls stay")}) {
    CLI::App* made = commands.add(*connector, verb, meaning);
    made->add_option("connector", commands.options.label, "The connector's label or id")->required();
    made->callback([&commands, verb = verb] {
      commands.run(std::string("connector ") + verb, json::object{{"connector", commands.options.label}});
    });
  }
  add_connector_test(commands, *connector);
}

void add_other_commands(Commands& commands) {
  CLI::App* backup = commands.add(commands.app, "backup", "Copy the databases; the server may be running");
  backup->add_option("folder", commands.options.folder,
                     "The new folder for the copy (default DATA/backups/TIME)");
  backup->callback([&commands] {
    if (commands.options.folder.empty())
      commands.options.folder = commands.options.data + "/backups/" + format_rfc3339(SystemClock().now());
    commands.run("backup",
                 json::object{{"folder", std::filesystem::absolute(commands.options.folder).string()}});
  });
  add_remote_commands(commands.app, commands.code);
  commands.add(commands.app, "doctor", "Check the databases, and that there is an active admin")
      ->callback([&commands] { commands.run("doctor", {}); });
  commands.add(commands.app, "settings", "List all settings with their defaults")->callback([&commands] {
    commands.code = print_settings(commands.options);
  });
  commands.add(commands.app, "version", "Print the version")->callback([&commands] {
    std::cout << (commands.options.as_json ? R"({"version":")" WICK_VERSION R"("})" : "wick " WICK_VERSION)
              << "\n";
  });
}

// CLI11 reports a missing and an unknown command in the same way.
std::string parse_message(const CLI::App& app, const CLI::ParseError& error) {
  const std::string message = error.what();
  if (message != "A subcommand is required") return message;
  const auto unknown = app.remaining(true);
  return unknown.empty() ? "A command is missing."
                         : "There is no command \"" + printable(unknown.front()) + "\".";
}

}  // namespace

int run_command_line(int argc, const char* const* argv, CommandRunner runner) {
  Commands commands(std::move(runner));
  add_serve(commands);
  add_user_commands(commands);
  add_token_commands(commands);
  add_connector_commands(commands);
  add_other_commands(commands);
  try {
    commands.app.parse(argc, argv);
  } catch (const CLI::Success& shown) {
    return commands.app.exit(shown);
  } catch (const CLI::ParseError& error) {
    std::cerr << "wick: " << parse_message(commands.app, error)
              << "\nRun `wick --help` or `wick COMMAND --help` for help.\n";
    return kMisused;
  } catch (const std::exception& error) {
    std::cerr << "wick: " << error.what() << "\n";
    return kFailed;
  }
  return commands.code;
}

}  // namespace wick
