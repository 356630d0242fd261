#include "core/suspects.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "base/strings.h"

namespace par::core {
namespace {

constexpr std::size_t kShortestWord = 3;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || is_ascii_upper(c); }

// Lower-case words of letters; "HttpServerTest" and "http_server-test" have the same three. The plural of a
// word is the word.
void add_words(std::string_view text, std::set<std::string>& words) {
  std::string word;
  const auto end_word = [&] {
    if (word.size() > kShortestWord && word.back() == 's') word.pop_back();
    if (word.size() >= kShortestWord) words.insert(word);
    word.clear();
  };
  char before = ' ';
  for (const char c : text) {
    if (!is_letter(c) || (is_ascii_upper(c) && is_lower(before))) end_word();
    if (is_letter(c)) word += ascii_lower(c);
    before = c;
  }
  end_word();
}

struct Words {
  AgentName agent;
  std::set<std::string> words;
};

// How many agents have each word.
std::map<std::string, std::size_t> holders_of(const std::vector<Words>& agents) {
  std::map<std::string, std::size_t> holders;
  for (const auto& agent : agents)
    for (const auto& word : agent.words) ++holders[word];
  return holders;
}

// A word counts the more, the fewer have it, and nothing where all have it.
double score(const Words& agent, const std::set<std::string>& test,
             const std::map<std::string, std::size_t>& holders, std::size_t agents) {
  double sum = 0;
  for (const auto& word : test) {
    if (!agent.words.contains(word)) continue;
    const auto having = holders.at(word);
    if (having < agents) sum += 1.0 / static_cast<double>(having);
  }
  return sum;
}

}  // namespace

std::vector<AgentName> suspects_of(const std::vector<std::string>& tests,
                                   const std::vector<ChangedFiles>& changes) {
  std::vector<Words> agents;
  for (const auto& [agent, files] : changes) {
    Words& words = agents.emplace_back(Words{agent, {}});
    for (const auto& file : files) add_words(file, words.words);
  }
  const auto holders = holders_of(agents);
  std::vector<AgentName> suspects;
  for (std::size_t i = 0; i < std::min(tests.size(), kTestsRead); ++i) {
    std::set<std::string> test;
    add_words(tests[i], test);
    const Words* best = nullptr;
    double most = 0;
    for (const auto& agent : agents) {
      const double points = score(agent, test, holders, agents.size());
      if (points == most) best = nullptr;
      if (points <= most) continue;
      best = &agent;
      most = points;
    }
    if (best != nullptr && std::find(suspects.begin(), suspects.end(), best->agent) == suspects.end())
      suspects.push_back(best->agent);
  }
  return suspects;
}

}  // namespace par::core
