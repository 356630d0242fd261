#include "import/paths.h"

#include <algorithm>
#include <vector>

namespace par::import {
namespace {

bool is_git_directory(std::string_view segment) {
  return segment.size() == 4 && segment[0] == '.' && (segment[1] | 0x20) == 'g' &&
         (segment[2] | 0x20) == 'i' && (segment[3] | 0x20) == 't';
}

// The segments that remain of `path`; nullopt when it leads out of where it begins.
std::optional<std::vector<std::string_view>> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  segments.reserve(static_cast<std::size_t>(std::count(path.begin(), path.end(), '/')) + 1);
  while (!path.empty()) {
    const auto segment = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
    if (segment == "..") {
      if (segments.empty()) return std::nullopt;
      segments.pop_back();
    } else if (!segment.empty() && segment != ".") {
      segments.push_back(segment);
    }
  }
  return segments;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string percent_decoded(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// "file" of "file:///x"; "" where there is none. A lone letter is a drive of Windows, which is a scheme too.
std::string_view scheme_of(std::string_view uri) {
  const auto end = uri.find_first_of(":/?#");
  if (end == std::string_view::npos || end == 0 || uri[end] != ':') return {};
  const auto scheme = uri.substr(0, end);
  const bool fits = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.';
  });
  return fits ? scheme : std::string_view();
}

}  // namespace

std::optional<std::string> repository_path(std::string_view path, std::string_view root) {
  if (path.find('\0') != std::string_view::npos) return std::nullopt;
  auto segments = segments_of(path);
  if (!segments) return std::nullopt;
  std::size_t first = 0;
  if (path.starts_with('/')) {
    const auto above = segments_of(root);
    if (!root.starts_with('/') || !above || above->size() > segments->size() ||
        !std::equal(above->begin(), above->end(), segments->begin()))
      return std::nullopt;
    first = above->size();
  }
  std::string out;
  for (std::size_t i = first; i < segments->size(); ++i) {
    if (is_git_directory((*segments)[i])) return std::nullopt;
    if (!out.empty()) out += '/';
    out += (*segments)[i];
  }
  if (out.empty()) return std::nullopt;
  return out;
}

bool is_absolute_uri(std::string_view uri) { return uri.starts_with('/') || !scheme_of(uri).empty(); }

std::optional<std::string> path_of_uri(std::string_view uri) {
  const auto scheme = scheme_of(uri);
  if (scheme.empty()) return percent_decoded(uri);
  if (scheme != "file") return std::nullopt;
  uri.remove_prefix(scheme.size() + 1);
  if (uri.starts_with("//")) {
    uri.remove_prefix(2);
    const auto host = uri.substr(0, uri.find('/'));
    if (!host.empty() && host != "localhost") return std::nullopt;
    uri.remove_prefix(host.size());
  }
  return uri.starts_with('/') ? std::optional(percent_decoded(uri)) : std::nullopt;
}

}  // namespace par::import
