// How a command declares what its line may hold: a small front to CLI11, which costs seconds in every source
// that includes it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace par::cli {

// One declared option or argument, to be said more about.
class OptionRef {
 public:
  explicit OptionRef(CLI::Option* option) : option_(option) {}

  OptionRef& value_name(const std::string& name);  // "<branch>", as help and completion know it
  OptionRef& one_of(const std::vector<std::string>& words);
  OptionRef& range(int least, int most);
  OptionRef& required();
  OptionRef& repeatable();  // each time with one value
  OptionRef& excludes(const OptionRef& other);
  OptionRef& needs(const OptionRef& other);

 private:
  CLI::Option* option_;
};

// Names without a dash are arguments, in their order. What is declared must outlive the parsing.
class OptionList {
 public:
  explicit OptionList(CLI::App& app) : app_(app) {}

  OptionRef flag(const std::string& names, bool& value, const std::string& help);
  // A flag that may be given a value, as in "--pr=agent": one of `words`; without one it has the first of
  // them.
  OptionRef flag(const std::string& name, std::string& value, const std::vector<std::string>& words,
                 const std::string& help);
  OptionRef value(const std::string& names, std::string& value, const std::string& help);
  OptionRef value(const std::string& names, int& value, const std::string& help);
  OptionRef value(const std::string& names, std::size_t& value, const std::string& help);
  OptionRef value(const std::string& names, std::vector<std::string>& values, const std::string& help);
  OptionRef call(const std::string& names, const std::function<void(const std::string&)>& take,
                 const std::string& help);

 private:
  CLI::App& app_;
};

}  // namespace par::cli
