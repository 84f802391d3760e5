#include "gateway/config/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "gateway/config/scalar.h"

namespace octroi::gateway::config {
namespace {

struct TooDeep {
  YAML::Mark at;
};

// yaml-cpp counts columns in bytes; people count characters.
class Lines {
 public:
  explicit Lines(std::string_view bytes) : bytes_(bytes) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == '\n') starts_.push_back(i + 1);
    }
  }
  Position At(const YAML::Mark& mark) const {
    if (mark.line < 0) return {};
    const auto line = std::min(static_cast<std::size_t>(mark.line), starts_.size() - 1);
    const std::size_t end =
        std::min(starts_[line] + static_cast<std::size_t>(std::max(mark.column, 0)), bytes_.size());
    int column = 1;
    for (std::size_t i = starts_[line]; i < end; ++i) {
      if ((static_cast<unsigned char>(bytes_[i]) & 0xC0) != 0x80) ++column;
    }
    return {static_cast<int>(line) + 1, column};
  }
  std::string_view From(const YAML::Mark& mark) const {
    const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
    if (line >= starts_.size()) return {};
    const std::size_t at = starts_[line] + static_cast<std::size_t>(std::max(mark.column, 0));
    return bytes_.substr(std::min(at, bytes_.size()));
  }

  // yaml-cpp takes the end of the file for the end of a quoted text.
  bool QuoteCloses(const YAML::Mark& mark) const {
    const std::string_view text = From(mark);
    if (!text.starts_with('"') && !text.starts_with('\'')) return true;
    const char quote = text.front();
    for (std::size_t at = 1; at < text.size(); ++at) {
      const bool doubled = quote == '\'' && text.substr(at).starts_with("''");
      if (doubled || (quote == '"' && text[at] == '\\')) {
        ++at;
      } else if (text[at] == quote) {
        return true;
      }
    }
    return false;
  }

 private:
  std::string_view bytes_;
  std::vector<std::size_t> starts_;
};

class Builder final : public YAML::EventHandler {
 public:
  Builder(const Lines& lines, const std::string& file, Findings& findings)
      : lines_(lines), file_(file), findings_(findings) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ != 1) return;
    // yaml-cpp takes whatever follows the first value for a second document.
    const bool marked = lines_.From(mark).starts_with("---");
    findings_.Add(marked ? 1011 : 1006, file_, lines_.At(mark), {"end of file expected here"});
  }
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    findings_.Add(1008, file_, lines_.At(mark));
    Put(Node{}, mark);
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Properties(mark, anchor);
    Put(Node{}, mark);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Properties(mark, anchor);
    const bool plain = tag == "?";
    if (!plain && !lines_.QuoteCloses(mark)) {
      findings_.Add(1006, file_, lines_.At(mark), {"end of quoted text not found"});
    }
    if (plain && WantsKey() && value == "<<") findings_.Add(1009, file_, lines_.At(mark));
    Node node = plain ? PlainScalar(value) : QuotedScalar(value);
    if (node.IsNumber() && !std::isfinite(node.number)) {
      findings_.Add(1015, file_, lines_.At(mark));
      node.number = 0;
    }
    if (HasControlCharacter(value)) findings_.Add(1020, file_, lines_.At(mark));
    Put(std::move(node), mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(Node::Kind::kList, mark, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(Node::Kind::kMap, mark, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

  int documents() const { return documents_; }
  std::optional<Node> Take() && { return std::move(root_); }

 private:
  struct Level {
    Node node;
    YAML::Mark mark;
    std::optional<Node::Member> member;       // of a map: a key that still wants its value
    std::set<std::string, std::less<>> keys;  // of a map, for a file with many
    bool skip = false;                        // the key was refused; its value is read and dropped
  };

  bool WantsKey() const {
    return !open_.empty() && open_.back().node.IsMap() && !open_.back().member;
  }

  void Properties(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (lines_.From(mark).starts_with('!')) findings_.Add(1010, file_, lines_.At(mark));
    if (anchor != 0) findings_.Add(1008, file_, lines_.At(mark));
  }

  void Open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Properties(mark, anchor);
    if (open_.size() >= static_cast<std::size_t>(kConfigDepthMax)) throw TooDeep{mark};
    Level level;
    level.node.kind = kind;
    level.node.at = lines_.At(mark);
    level.mark = mark;
    open_.push_back(std::move(level));
  }

  void Close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    Put(std::move(level.node), level.mark);
  }

  void Put(Node node, const YAML::Mark& mark) {
    node.at = lines_.At(mark);
    if (open_.empty()) {
      if (documents_ == 1) root_ = std::move(node);
      return;
    }
    Level& level = open_.back();
    if (level.node.IsList()) {
      level.node.items.push_back(std::move(node));
    } else if (!level.member) {
      PutKey(level, std::move(node));
    } else {
      level.member->value = std::move(node);
      if (!level.skip) level.node.members.push_back(std::move(*level.member));
      level.member.reset();
    }
  }

  void PutKey(Level& level, Node key) {
    const bool usable = key.IsScalar() && key.kind != Node::Kind::kNull && !key.text.empty();
    const bool again = usable && !level.keys.insert(key.text).second;
    if (!usable) findings_.Add(1014, file_, key.at);
    if (again) findings_.Add(1007, file_, key.at, {key.text});
    level.skip = !usable || again;
    level.member = Node::Member{key.text, key.at, {}};
  }

  const Lines& lines_;
  const std::string& file_;
  Findings& findings_;
  std::vector<Level> open_;
  std::optional<Node> root_;
  int documents_ = 0;
};

}  // namespace

std::optional<Node> ReadYaml(std::string_view bytes, const std::string& file, Findings& findings) {
  if (bytes.size() > kConfigFileBytesMax) {
    findings.Add(1002, file, {}, {file});
    return std::nullopt;
  }
  if (!CheckText(bytes, file, findings)) return std::nullopt;
  const Lines lines(bytes);
  Builder builder(lines, file, findings);
  try {
    std::istringstream in{std::string(bytes)};
    YAML::Parser parser(in);
    while (builder.documents() < 2 && parser.HandleNextDocument(builder)) {
    }
  } catch (const TooDeep& deep) {
    findings.Add(1012, file, lines.At(deep.at));
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    const bool alias = error.msg.find("anchor") != std::string::npos;
    findings.Add(alias ? 1008 : 1006, file, lines.At(error.mark), {error.msg});
    return std::nullopt;
  }
  std::optional<Node> root = std::move(builder).Take();
  if (!root || root->kind == Node::Kind::kNull) {
    findings.Add(1016, file, {1, 1});
    return std::nullopt;
  }
  return root;
}

}  // namespace octroi::gateway::config
