#include "core/presets.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace par::core {
namespace {

using std::string_view;

constexpr std::array<string_view, 4> kClaudeTexts{"\"api_error_status\":401", "\"api_error_status\":403",
                                                  "Invalid API key", "Please run /login"};
constexpr std::array<string_view, 3> kCodexTexts{"401 Unauthorized", "403 Forbidden",
                                                 "Missing environment variable"};
constexpr std::array<string_view, 1> kCopilotTexts{"No authentication information found"};
// Of credentials, of the sandbox, of the settings, of a directory that is not trusted; 401 modulo 256.
constexpr std::array kGeminiCodes{41, 44, 52, 55, 145};
constexpr std::array<string_view, 2> kGooseTexts{"Status: 401 Unauthorized", "Status: 403 Forbidden"};
constexpr std::array<string_view, 2> kOpencodeTexts{"\"statusCode\":401", "\"statusCode\":403"};
constexpr std::array<string_view, 1> kQwenTexts{"[API Error: 401"};

constexpr std::array<string_view, 5> kResultTokens{"/usage/input_tokens", "/usage/output_tokens",
                                                   "/usage/cache_creation_input_tokens",
                                                   "/usage/cache_read_input_tokens"};
constexpr UsageFields kClaudeUsage{"result", false, "/total_cost_usd", kResultTokens};
// Shaped like claude's, without a cost.
constexpr UsageFields kResultUsage{"result", false, "", kResultTokens};
// What was cached is counted in.
constexpr UsageFields kCodexUsage{
    "turn.completed", false, "", {"/usage/input_tokens", "/usage/output_tokens"}};
constexpr UsageFields kGeminiUsage{"result", false, "", {"/stats/total_tokens"}};
constexpr UsageFields kOpencodeUsage{"step_finish",
                                     true,
                                     "/part/cost",
                                     {"/part/tokens/input", "/part/tokens/output", "/part/tokens/reasoning",
                                      "/part/tokens/cache/read", "/part/tokens/cache/write"}};

// A CLI that takes its prompt as an argument only is sent to the file: an argument has a limit.
constexpr std::array kPresets{
    // What it keeps beside the sources would count as changes of the agent: it goes elsewhere, or away.
    Preset{"aider",
           "aider --yes-always --no-check-update --no-show-release-notes --no-gitignore "
           "--chat-history-file {tmp}/chat.md --input-history-file {tmp}/input "
           "--message-file {prompt_file}; code=$?; rm -rf .aider.tags.cache*; exit $code",
           "--yes-always",
           OutputFormat::text,
           {},
           SelfCommits::yes,
           "OPENAI_API_KEY, ANTHROPIC_API_KEY, AIDER_MODEL",
           {},
           {},
           ""},
    Preset{"amp",
           "amp --dangerously-allow-all --stream-json -x <{prompt_file}",
           "--dangerously-allow-all",
           OutputFormat::json_lines,
           kResultUsage,
           SelfCommits::unknown,
           "AMP_API_KEY",
           {},
           {},
           ""},
    Preset{"claude",
           "claude -p --output-format stream-json --verbose --permission-mode bypassPermissions "
           "<{prompt_file}",
           "--permission-mode bypassPermissions",
           OutputFormat::json_lines,
           kClaudeUsage,
           SelfCommits::yes,
           "ANTHROPIC_API_KEY",
           {},
           kClaudeTexts,
           ""},
    // Its sandbox keeps it out of the repository's git directory, so its work is committed for it.
    Preset{"codex",
           "codex exec --json --sandbox workspace-write - <{prompt_file}",
           "",
           OutputFormat::json_lines,
           kCodexUsage,
           SelfCommits::no,
           "CODEX_API_KEY, CODEX_HOME",
           {},
           kCodexTexts,
           "0.169.0"},
    Preset{"copilot",
           "copilot --allow-all-tools --no-ask-user <{prompt_file}",
           "--allow-all-tools --no-ask-user",
           OutputFormat::text,
           {},
           SelfCommits::unknown,
           "COPILOT_GITHUB_TOKEN, GH_TOKEN",
           {},
           kCopilotTexts,
           ""},
    Preset{"crush",
           "crush run --quiet <{prompt_file}",
           "",
           OutputFormat::text,
           {},
           SelfCommits::unknown,
           "those of its provider",
           {},
           {},
           ""},
    Preset{"cursor-agent",
           "cursor-agent -p --force --trust --output-format stream-json "
           "'Read the file named here, and do what it says: '{prompt_file}",
           "--force --trust",
           OutputFormat::json_lines,
           {},
           SelfCommits::unknown,
           "CURSOR_API_KEY",
           {},
           {},
           ""},
    // Its shell hides your git configuration: the identity that every agent is given stands in for it.
    Preset{"gemini",
           "gemini --approval-mode yolo --skip-trust --output-format stream-json <{prompt_file}",
           "--approval-mode yolo --skip-trust",
           OutputFormat::json_lines,
           kGeminiUsage,
           SelfCommits::yes,
           "GEMINI_API_KEY, GEMINI_MODEL",
           kGeminiCodes,
           {},
           "0.61.0"},
    Preset{"goose",
           "GOOSE_MODE=auto goose run -q --no-session --output-format stream-json -i {prompt_file}",
           "GOOSE_MODE=auto",
           OutputFormat::json_lines,
           {},
           SelfCommits::unknown,
           "GOOSE_PROVIDER, GOOSE_MODEL, and those of its provider",
           {},
           kGooseTexts,
           ""},
    Preset{"opencode",
           "opencode run --auto --format json <{prompt_file}",
           "--auto",
           OutputFormat::json_lines,
           kOpencodeUsage,
           SelfCommits::yes,
           "OPENCODE_CONFIG, and those of its provider",
           {},
           kOpencodeTexts,
           "1.18.33"},
    Preset{"qwen",
           "qwen --approval-mode yolo --output-format stream-json <{prompt_file}",
           "--approval-mode yolo",
           OutputFormat::json_lines,
           kResultUsage,
           SelfCommits::yes,
           "OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL",
           {},
           kQwenTexts,
           "0.15.10"},
};

}  // namespace

std::span<const Preset> presets() { return kPresets; }

const Preset* find_preset(std::string_view run) {
  const auto name = trim(run);
  const auto found =
      std::find_if(kPresets.begin(), kPresets.end(), [&](const Preset& p) { return p.name == name; });
  return found == kPresets.end() ? nullptr : &*found;
}

std::string_view command_of(std::string_view run) {
  const Preset* preset = find_preset(run);
  return preset != nullptr ? preset->command : run;
}

}  // namespace par::core
