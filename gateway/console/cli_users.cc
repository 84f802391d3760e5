// `octroi console user add | remove | list`: who may log in. Needs no running gateway, which reads
// the file anew for each request.
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "crypto/password.h"
#include "gateway/cli_verbs.h"
#include "gateway/console/users.h"

namespace octroi::gateway {
namespace {

using console::User;
using console::Users;

int Usage(const Arguments& args) {
  std::fputs(args.language == Language::kFrench
                 ? "octroi console user add NOM --role marketing|it|dpo|auditor|admin   (mot de "
                   "passe sur l'entrée standard, 12 caractères au moins)\n"
                   "octroi console user remove NOM\n"
                   "octroi console user list\n"
                   "NOM : lettres minuscules, chiffres, « . », « - » et « _ », 32 au plus.\n"
                 : "octroi console user add NAME --role marketing|it|dpo|auditor|admin   "
                   "(password on standard input, at least 12 characters)\n"
                   "octroi console user remove NAME\n"
                   "octroi console user list\n"
                   "NAME: lower-case letters, digits, \".\", \"-\" and \"_\", 32 at most.\n",
             stderr);
  return kUsage;
}

// One line of stdin; a terminal does not show it.
std::string ReadPassword(const Arguments& args) {
  termios shown{};
  const bool terminal = isatty(0) != 0 && tcgetattr(0, &shown) == 0;
  if (terminal) {
    std::fputs(args.language == Language::kFrench ? "Mot de passe : " : "Password: ", stderr);
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(0, TCSAFLUSH, &hidden);
  }
  std::string password;
  std::getline(std::cin, password);
  if (terminal) {
    tcsetattr(0, TCSAFLUSH, &shown);
    std::fputs("\n", stderr);
  }
  return password;
}

int Add(const Arguments& args, Users& users, const std::string& path) {
  const auto role = console::RoleNamed(args.Option("--role"));
  if (!role || !console::IsUserName(args.words[3])) return Usage(args);
  const std::string password = ReadPassword(args);
  const bool fits = password.size() >= console::kPasswordBytesMin &&
                    password.size() <= console::kPasswordBytesMax;
  if (!fits) return Usage(args);
  if (!users.Put({args.words[3], *role, crypto::HashPassword(password)})) return Usage(args);
  if (auto wrote = users.Write(path); !wrote) return Complain(wrote.error(), kNo);
  std::printf(
      args.language == Language::kFrench ? "%s peut se connecter (%s).\n" : "%s may log in (%s).\n",
      args.words[3].c_str(), args.Option("--role").c_str());
  return kOk;
}

int Remove(const Arguments& args, Users& users, const std::string& path) {
  const bool fr = args.language == Language::kFrench;
  if (!users.Remove(args.words[3])) {
    std::fputs(fr ? "Aucun utilisateur de ce nom.\n" : "No user of that name.\n", stderr);
    return kNo;
  }
  if (auto wrote = users.Write(path); !wrote) return Complain(wrote.error(), kNo);
  std::puts(fr ? "Retiré ; ses sessions sont finies." : "Removed; their sessions are over.");
  return kOk;
}

int List(const Arguments& args, const Users& users) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const User& user : users.all()) {
    list.push_back({{"user", user.name}, {"role", console::Name(user.role)}});
    if (!args.json)
      std::printf("%-32s %s\n", user.name.c_str(), std::string(console::Name(user.role)).c_str());
  }
  if (args.json) std::printf("%s\n", nlohmann::ordered_json{{"users", list}}.dump().c_str());
  return kOk;
}

}  // namespace

int TendConsole(const Arguments& args) {
  const std::string act = args.words.size() > 2 ? args.words[2] : "";
  const bool named = args.words.size() == 4;
  if (args.words.size() < 3 || args.words[1] != "user") return Usage(args);
  if (args.Has("--role") != (act == "add")) return Usage(args);
  const ConfigFolder config = LoadConfig(args.folder);
  if (config.settings.storage_path.empty()) return CheckConfig(args);
  const std::string path = console::UsersPath(config.settings.storage_path);
  auto users = Users::Read(path);
  if (!users) return Complain(users.error(), kNo);
  if (act == "add" && named) return Add(args, *users, path);
  if (act == "remove" && named) return Remove(args, *users, path);
  if (act == "list" && args.words.size() == 3) return List(args, *users);
  return Usage(args);
}

}  // namespace octroi::gateway
