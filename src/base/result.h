// Result<T>: a value or an Error, with the member names of C++23's std::expected (GCC 12 has none in C++20).
// "The answer is no" is a value; an Error means the question could not be answered.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "base/error.h"

namespace par {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // Implicit, so that a function returns a value or an Error as it is.
  // NOLINTBEGIN(google-explicit-constructor)
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // Precondition of value access: has_value(); of error(): !has_value().
  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  [[nodiscard]] T value_or(T other) && { return has_value() ? std::move(*this).value() : std::move(other); }

  [[nodiscard]] Error& error() & { return std::get<1>(state_); }
  [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
  [[nodiscard]] Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] Error& error() & { return *error_; }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return *std::move(error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace par

// Leaves the function with the error of `expression`, if it has one.
#define PAR_TRY(expression)                                                                            \
  do {                                                                                                 \
    if (auto par_try_result = (expression); !par_try_result) return std::move(par_try_result).error(); \
  } while (false)

#define PAR_CONCAT_(a, b) a##b
#define PAR_CONCAT(a, b) PAR_CONCAT_(a, b)
// Declares `declaration` with the value of `expression`, or leaves the function with its error.
#define PAR_ASSIGN(declaration, expression)                                                            \
  auto PAR_CONCAT(par_result_, __LINE__) = (expression);                                               \
  if (!PAR_CONCAT(par_result_, __LINE__)) return std::move(PAR_CONCAT(par_result_, __LINE__)).error(); \
  declaration = *std::move(PAR_CONCAT(par_result_, __LINE__))
