// One line in: a string, a tab, purposes as a number of bits, a vendor (0: none). One report out,
// judged at the string's own last update. For differential.mjs.
#include <iostream>
#include <sstream>
#include <string>

#include "gateway/signal_report.h"

int main() {
  using namespace octroi;  // NOLINT(google-build-using-namespace)
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line.substr(line.rfind('\t') + 1));
    const std::string text = line.substr(0, line.rfind('\t'));
    signals::TcfQuestion question;
    unsigned vendor = 0;
    words >> question.purposes >> vendor;
    if (vendor != 0) question.vendor = static_cast<std::uint16_t>(vendor);
    const auto read = signals::ReadTcString(text);
    const auto* string = std::get_if<signals::TcString>(&read);
    const base::Millis at = string == nullptr ? 0 : string->last_updated;
    std::cout << gateway::ReportTcf(text, question, at).json << "\n";
  }
}
