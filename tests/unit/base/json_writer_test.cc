#include "base/json_writer.h"

#include <limits>
#include <vector>

#include "base/ids.h"
#include "support/catch.h"

using namespace par;

TEST_CASE("json: members keep their order and commas stand between them") {
  JsonWriter json;
  json.begin_object().member("schema", 1).member("ok", true).key("none").null();
  json.list("agents", std::vector<AgentName>{AgentName("a"), AgentName("b")}).key("in").begin_object();
  json.end_object().end_object();
  CHECK(json.text() == R"({"schema":1,"ok":true,"none":null,"agents":["a","b"],"in":{}})");
}

TEST_CASE("json: strings are escaped and bad bytes replaced") {
  JsonWriter json;
  json.value("q\" b\\ n\n t\t c\x01 \xc3\xbc \xff");
  CHECK(json.text() == "\"q\\\" b\\\\ n\\n t\\t c\\u0001 \xc3\xbc \xEF\xBF\xBD\"");
}

TEST_CASE("json: numbers that JSON cannot hold become null") {
  JsonWriter json;
  json.begin_array().value(0.64).value(std::numeric_limits<double>::infinity()).end_array();
  CHECK(json.text() == "[0.64,null]");
}
