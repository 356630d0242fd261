#include "store/codec.h"

#include <set>

#include "base/strings.h"
#include "support/catch.h"
#include "unit/store/samples.h"

using namespace par;
using par::test::every_event;
using par::test::filled;
using par::test::printed;

namespace {

struct Anything {
  template <class T>
  operator T() const;  // NOLINT: only asked for in unevaluated expressions
};

// How many members an aggregate has.
template <class T, class... Given>
constexpr std::size_t member_count() {
  if constexpr (requires { T{Given{}..., Anything{}}; })
    return member_count<T, Given..., Anything>();
  else
    return sizeof...(Given);
}

struct Counter {
  std::set<std::string> names;
  template <class T>
  void operator()(std::string_view name, T&) {
    names.emplace(name);
  }
};

template <class T>
std::size_t listed_count() {
  T value{};
  Counter counter;
  core::fields(counter, value);
  return counter.names.size();
}

template <class T>
bool all_listed() {
  return listed_count<T>() == member_count<T>();
}

template <std::size_t... I>
std::string events_not_all_listed(std::index_sequence<I...>) {
  std::string out;
  const auto look = [&]<class T>(const T& body) {
    if (!all_listed<T>()) out += std::string(core::kind_of(core::EventBody(body))) + ' ';
  };
  (look(std::variant_alternative_t<I, core::EventBody>{}), ...);
  return out;
}

std::string message_of(const Result<core::EventBody>& result) {
  return result ? "no error" : result.error().message;
}

}  // namespace

TEST_CASE("codec: every member of every stored value is listed") {
  CHECK(all_listed<core::ValidationSpec>());
  CHECK(all_listed<core::Item>());
  CHECK(all_listed<core::OwnershipRule>());
  CHECK(all_listed<core::AgentSpec>());
  CHECK(all_listed<core::PermanentErrors>());
  CHECK(all_listed<core::Overlap>());
  CHECK(all_listed<core::BranchConflict>());
  CHECK(all_listed<core::Decision>());
  CHECK(all_listed<core::PlannedAgent>());
  CHECK(all_listed<core::PlanHead>());
  CHECK(all_listed<core::ValidationResult>());
  CHECK(all_listed<core::Step>());
  CHECK(listed_count<core::Plan>() + 1 == member_count<core::Plan>());  // its id is computed from the others
  CHECK(events_not_all_listed(std::make_index_sequence<std::variant_size_v<core::EventBody>>{}).empty());
}

TEST_CASE("codec: a plan comes back with every member, byte and digit") {
  const auto plan = filled<core::Plan>();
  const auto back = store::decode_plan(store::encode(plan));
  REQUIRE(back);
  CHECK(printed(*back) == printed(plan));
  CHECK(*back == plan);
}

TEST_CASE("codec: a plan's head comes back, and grows with the agents alone") {
  auto plan = filled<core::Plan>();
  const auto head = core::head_of(plan);
  CHECK(head.item_counts == std::vector<std::int64_t>{2, 2});
  const auto text = store::encode(head);
  const auto back = store::decode_head(text);
  REQUIRE(back);
  CHECK(printed(*back) == printed(head));
  CHECK(back->plan.target == plan.target);
  CHECK(back->plan.worktrees == plan.worktrees);
  CHECK(back->plan.agents[1].phase == plan.agents[1].phase);

  for (auto& agent : plan.agents) agent.spec.owns.resize(1000);
  plan.overlaps.resize(1000);
  plan.conflicts.resize(1000);
  plan.unowned_items.resize(1000);
  plan.predictions.resize(1000);
  plan.hot.resize(1000);
  CHECK(store::encode(core::head_of(plan)) == text);
}

TEST_CASE("codec: a member that came later may be missing, but not be of the wrong type") {
  const auto text = store::encode(core::Plan());
  CHECK(store::decode_plan(replace_all(text, R"("finished_items":0,)", "")));
  CHECK_FALSE(store::decode_plan(replace_all(text, R"("finished_items":0,)", R"("finished_items":"x",)")));
  CHECK_FALSE(store::decode_plan(replace_all(text, R"("unowned_paths":0,)", "")));
  const auto lost = store::decode_event("AgentRetried", R"({"agent":"a","attempt":2})");
  REQUIRE(lost);
  CHECK(store::decode_event("RunResumed", "{}"));
  CHECK(std::get<core::AgentRetried>(*lost).cause == core::RetryCause::lost);
}

TEST_CASE("codec: a validation's result comes back with every member") {
  const auto result = filled<core::ValidationResult>();
  const auto back = store::decode_result(store::encode(result));
  REQUIRE(back);
  CHECK(printed(*back) == printed(result));
}

TEST_CASE("codec: every kind of event comes back with every member") {
  for (const auto& body : every_event()) {
    const auto back = store::decode_event(core::kind_of(body), store::encode(body));
    INFO(core::kind_of(body));
    REQUIRE(back);
    CHECK(test::printed_event({0, *back}) == test::printed_event({0, body}));
  }
}

TEST_CASE("codec: values at their defaults come back too") {
  const core::Plan plan;
  const auto back = store::decode_plan(store::encode(plan));
  REQUIRE(back);
  CHECK(*back == plan);
}

TEST_CASE("codec: paths of any bytes survive") {
  core::Plan plan;
  std::string bytes;
  for (int c = 1; c < 256; ++c) bytes += static_cast<char>(c);
  const std::vector<std::string> paths{bytes,         "\"quoted\"", "\"", "a\\nb", "\xc3\xbc/\xe2\x82\xac",
                                       "\xed\xa0\x80"};
  for (const auto& path : paths) plan.overlaps.push_back({AgentName("a"), AgentName("b"), RepoPath(path)});
  const auto back = store::decode_plan(store::encode(plan));
  REQUIRE(back);
  CHECK(back->overlaps == plan.overlaps);
}

TEST_CASE("codec: the text is plain JSON with names, not numbers, for enumerations") {
  const core::EventBody exited = core::AgentExited{AgentName("errors"), 2, ExitKind::timed_out, 143, 1.5};
  CHECK(store::encode(exited) ==
        R"({"agent":"errors","attempt":2,"how":"timed-out","code":143,"seconds":1.5,"cost":0,"tokens":0})");
}

TEST_CASE("codec: members of a newer version are ignored") {
  const auto back = store::decode_event("AgentHeld", R"({"agent":"a","mood":{"x":[1]},"reason":"r"})");
  REQUIRE(back);
  CHECK(std::get<core::AgentHeld>(*back).reason == "r");
}

TEST_CASE("codec: what is missing or of the wrong type is named") {
  using Case = std::pair<std::string, std::string>;
  const auto [json, message] = GENERATE(
      Case{R"({"agent":"a","attempt":1,"how":"exited","code":0})", "member 'seconds' is missing"},
      Case{R"({"agent":7,"attempt":1,"how":"exited","code":0,"seconds":1})", "member 'agent' is not a text"},
      Case{R"({"agent":"a","attempt":1.5,"how":"exited","code":0,"seconds":1})",
           "member 'attempt' is not a whole number"},
      Case{R"({"agent":"a","attempt":3000000000,"how":"exited","code":0,"seconds":1})",
           "member 'attempt' is out of range"},
      Case{R"({"agent":"a","attempt":1,"how":"bored","code":0,"seconds":1})",
           "member 'how' is a name that is not known"},
      Case{R"({"agent":"a","attempt":1,"how":"exited","code":0,"seconds":null})",
           "member 'seconds' is not a number"},
      Case{R"({"agent":{"quoted":"\"\\9\""},"attempt":1,"how":"exited","code":0,"seconds":1})",
           "member 'agent' is not quoted as it should be"},
      Case{"[]", "the stored value is not an object"});
  CHECK(message_of(store::decode_event("AgentExited", json)) == message);
}

TEST_CASE("codec: a misfit deep inside is named by its path") {
  auto text = store::encode(core::EventBody(core::TrialBuilt{ObjectId("o"), {{}, {}}, {}, {}}));
  text = replace_all(std::move(text), R"("tree":"")", R"("tree":false)");
  CHECK(message_of(store::decode_event("TrialBuilt", text)) == "member 'steps[0].tree' is not a text");
}

TEST_CASE("codec: text that is not JSON, or of an unknown kind, is an error") {
  CHECK_FALSE(store::decode_plan(""));
  CHECK_FALSE(store::decode_plan("{\"base\":"));
  CHECK_FALSE(store::decode_plan("{\"base\":\"\xff\"}"));
  CHECK(message_of(store::decode_event("AgentBored", "{}")) == "unknown kind of event 'AgentBored'");
}
