#include "cli/option_list.h"

#include <CLI/CLI.hpp>

namespace par::cli {

OptionRef& OptionRef::value_name(const std::string& name) {
  option_->option_text(name);
  return *this;
}

OptionRef& OptionRef::one_of(const std::vector<std::string>& words) {
  option_->check(CLI::IsMember(words));
  return *this;
}

OptionRef& OptionRef::range(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

OptionRef& OptionRef::required() {
  option_->required();
  return *this;
}

OptionRef& OptionRef::repeatable() {
  option_->expected(1)->take_all();
  return *this;
}

OptionRef& OptionRef::excludes(const OptionRef& other) {
  option_->excludes(other.option_);
  return *this;
}

OptionRef& OptionRef::needs(const OptionRef& other) {
  option_->needs(other.option_);
  return *this;
}

OptionRef OptionList::flag(const std::string& names, bool& value, const std::string& help) {
  return OptionRef(app_.add_flag(names, value, help));
}

OptionRef OptionList::flag(const std::string& name, std::string& value, const std::vector<std::string>& words,
                           const std::string& help) {
  OptionRef option(app_.add_flag(name + "{" + words.front() + "}", value, help));
  return option.value_name("[=" + words.back() + "]").one_of(words);
}

OptionRef OptionList::value(const std::string& names, std::string& value, const std::string& help) {
  return OptionRef(app_.add_option(names, value, help));
}

OptionRef OptionList::value(const std::string& names, int& value, const std::string& help) {
  return OptionRef(app_.add_option(names, value, help));
}

OptionRef OptionList::value(const std::string& names, std::size_t& value, const std::string& help) {
  return OptionRef(app_.add_option(names, value, help));
}

OptionRef OptionList::value(const std::string& names, std::vector<std::string>& values,
                            const std::string& help) {
  return OptionRef(app_.add_option(names, values, help));
}

OptionRef OptionList::call(const std::string& names, const std::function<void(const std::string&)>& take,
                           const std::string& help) {
  return OptionRef(app_.add_option_function<std::string>(names, take, help));
}

}  // namespace par::cli
