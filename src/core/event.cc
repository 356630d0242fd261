#include "core/event.h"

#include <array>

namespace par::core {
namespace {

// In the order of EventBody's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<EventBody>> kKinds{
    "RunStarted",     "RunPrepared",     "AgentAssigned",   "WorktreeAdded", "WorktreeReady",
    "AgentStarting",  "AgentExited",     "AgentCollected",  "AgentRejected", "AgentHeld",
    "AgentParked",    "AgentRetried",    "RunResumed",      "RunFinished",   "TrialBuilt",
    "TrialValidated", "TrialSplit",      "Accepting",       "Accepted",      "LandRequested",
    "Rebased",        "LandingBuilt",    "Landed",          "LandingLost",   "LandingRefused",
    "RolledBack",     "FellBack",        "BranchesArrived", "TrialsPlanned", "TrialJudged",
    "TrialStopped",   "BranchCondemned", "RevertRequested", "BranchesTaken"};

}  // namespace

std::string_view kind_of(const EventBody& body) { return kKinds.at(body.index()); }

}  // namespace par::core
