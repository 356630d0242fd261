// Stored values as JSON text and back, by the member lists of core/fields.h. Owns the format of the bodies in
// the database; knows nothing of SQLite.
//
// Reading is strict where a guess could do harm: a missing member (but of those that earlier versions did not
// write), a wrong type, an unknown name of an
// enumeration or a number out of range is an Error that names the member. Unknown members are ignored. Every
// byte survives: a RepoPath is written as git quotes it, any other text that is not UTF-8 as {"quoted":
// "..."}. Precondition of encoding: numbers are finite (anything else is a bug of ours).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "core/event.h"
#include "core/plan.h"
#include "core/validation.h"

namespace par::store {

// The text a plan is named after: everything but its id.
[[nodiscard]] std::string encode(const core::Plan& plan);
// The id is left empty.
[[nodiscard]] Result<core::Plan> decode_plan(std::string_view text);

[[nodiscard]] std::string encode(const core::PlanHead& head);
// The plan's id is left empty.
[[nodiscard]] Result<core::PlanHead> decode_head(std::string_view text);

// The members of the body; its kind is stored beside it.
[[nodiscard]] std::string encode(const core::EventBody& body);
[[nodiscard]] Result<core::EventBody> decode_event(std::string_view kind, std::string_view text);

[[nodiscard]] std::string encode(const core::ValidationResult& result);
[[nodiscard]] Result<core::ValidationResult> decode_result(std::string_view text);

[[nodiscard]] std::string encode(const core::Item& item);
[[nodiscard]] Result<core::Item> decode_item(std::string_view text);

[[nodiscard]] std::string encode(const core::AgentWork& work);
[[nodiscard]] Result<core::AgentWork> decode_work(std::string_view text);

}  // namespace par::store
