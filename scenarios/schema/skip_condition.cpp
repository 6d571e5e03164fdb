#include "scenarios/schema/skip_condition.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "scenarios/schema/decode.hpp"
#include "scenarios/schema/quantity_text.hpp"

namespace ondol::schema {
namespace {

using Values = std::vector<AxisValue const*>;

/// A part of a condition: what it is and how it is worked out.
struct Part {
  enum class Kind { truth, number, label, text };
  Kind kind = Kind::number;
  std::size_t begin = 0, width = 1;
  std::function<bool(Values const&)> truth;
  std::function<double(Values const&)> number;             ///< SI
  Exponents exponents{};                                   ///< of it
  bool absolute = false;                                   ///< a temperature, not a difference of two
  std::string text;                                        ///< as written, not yet a quantity
  std::function<std::string const&(Values const&)> label;  ///< of an axis of labels
  AxisSpec const* axis = nullptr;
};

struct Token {
  enum class Kind { word, number, text, sign, end };
  Kind kind = Kind::end;
  std::string text;
  std::size_t begin = 0, width = 1;
};

std::vector<Token> tokens_of(std::string const& s) {
  std::vector<Token> out;
  auto const word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  for (std::size_t i = 0; i < s.size();) {
    char const c = s[i];
    std::size_t const begin = i;
    if (c == ' ' || c == '\t' || c == '\n') {
      ++i;
      continue;
    }
    Token t{Token::Kind::sign, {}, begin, 1};
    if (c == '"' || c == '\'') {
      auto const end = s.find(c, i + 1);
      if (end == std::string::npos) throw ConditionFault{"this text has no end: a quote is missing", begin, s.size() - begin};
      t = {Token::Kind::text, s.substr(i + 1, end - i - 1), begin, end + 1 - begin};
      i = end + 1;
    } else if (std::isdigit(static_cast<unsigned char>(c)) || c == '.') {
      double x = 0;
      auto const [end, error] = std::from_chars(s.data() + i, s.data() + s.size(), x);
      if (error != std::errc{}) throw ConditionFault{"not a number", begin, 1};
      i = static_cast<std::size_t>(end - s.data());
      if (i < s.size() && word(s[i])) {
        while (i < s.size() && word(s[i])) ++i;
        throw ConditionFault{"a number with a unit stands in quotes: " + in_quotes(s.substr(begin, i - begin)), begin,
                             i - begin};
      }
      t = {Token::Kind::number, s.substr(begin, i - begin), begin, i - begin};
    } else if (word(c)) {
      while (i < s.size() && word(s[i])) ++i;
      t = {Token::Kind::word, s.substr(begin, i - begin), begin, i - begin};
    } else {
      auto const two = s.substr(i, 2);
      bool const pair = two == "==" || two == "!=" || two == "<=" || two == ">=" || two == "&&" || two == "||";
      t.text = pair ? two : s.substr(i, 1);
      t.width = t.text.size();
      i += t.width;
      if (t.text == "=") throw ConditionFault{"to compare write ==", begin, 1};
      if (t.text == "&&") throw ConditionFault{"write and", begin, 2};
      if (t.text == "||") throw ConditionFault{"write or", begin, 2};
      if (t.text == "!") throw ConditionFault{"write not", begin, 1};
      if (!pair && std::string_view("()<>+-*/").find(t.text) == std::string_view::npos)
        throw ConditionFault{"\"" + t.text + "\" means nothing here", begin, 1};
    }
    out.push_back(std::move(t));
  }
  out.push_back({Token::Kind::end, {}, s.size(), 1});
  return out;
}

class Parser {
 public:
  Parser(std::string const& text, std::vector<AxisSpec> const& axes) : axes_(axes), tokens_(tokens_of(text)) {}

  std::function<bool(Values const&)> condition() {
    Part p = either();
    if (next().kind != Token::Kind::end) fail(next(), "an operator is missing before this");
    return truth(std::move(p));
  }

 private:
  [[noreturn]] static void fail(Token const& t, std::string message) {
    throw ConditionFault{std::move(message), t.begin, t.width};
  }
  [[noreturn]] static void fail(Part const& p, std::string message) {
    throw ConditionFault{std::move(message), p.begin, p.width};
  }
  Token const& next() const { return tokens_[at_]; }
  bool take(char const* text) {
    bool const is = next().text == text && (next().kind == Token::Kind::sign || next().kind == Token::Kind::word);
    at_ += is;
    return is;
  }
  static Part over(Part const& a, Part const& b) {
    Part out;
    out.begin = a.begin;
    out.width = b.begin + b.width - a.begin;
    return out;
  }
  static std::function<bool(Values const&)> truth(Part p) {
    if (p.kind != Part::Kind::truth) fail(p, "a condition is missing here: compare it with something (==, !=, <, <=, >, >=)");
    return std::move(p.truth);
  }

  Part either() {
    Part left = both();
    while (take("or")) {
      Part right = both();
      Part out = over(left, right);
      out.kind = Part::Kind::truth;
      out.truth = [a = truth(std::move(left)), b = truth(std::move(right))](Values const& v) { return a(v) || b(v); };
      left = std::move(out);
    }
    return left;
  }

  Part both() {
    Part left = one();
    while (take("and")) {
      Part right = one();
      Part out = over(left, right);
      out.kind = Part::Kind::truth;
      out.truth = [a = truth(std::move(left)), b = truth(std::move(right))](Values const& v) { return a(v) && b(v); };
      left = std::move(out);
    }
    return left;
  }

  Part one() {
    if (take("not")) {
      Part inner = one();
      inner.truth = [a = truth(inner)](Values const& v) { return !a(v); };
      return inner;
    }
    Part left = sum();
    for (auto const* sign : {"==", "!=", "<", "<=", ">", ">="})
      if (next().kind == Token::Kind::sign && next().text == sign) {
        Token const operation = next();
        ++at_;
        return compared(std::move(left), operation, sum());
      }
    return left;
  }

  Part compared(Part a, Token const& operation, Part b) {
    Part out = over(a, b);
    out.kind = Part::Kind::truth;
    std::string const sign = operation.text;
    bool const equality = sign == "==" || sign == "!=";
    if (a.kind == Part::Kind::text && b.kind == Part::Kind::label) std::swap(a, b);
    if (a.kind == Part::Kind::label) {
      if (!equality) fail(operation, "the values of " + a.axis->name + " are labels: compare them with == or !=");
      if (b.kind != Part::Kind::text) fail(b, "the values of " + a.axis->name + " are labels: a text in quotes is needed");
      std::vector<std::string> known;
      for (auto const& v : a.axis->values) known.push_back(v.label);
      if (std::find(known.begin(), known.end(), b.text) == known.end())
        fail(b, "the axis " + a.axis->name + " has no value " + in_quotes(b.text) + suggestion(b.text, known));
      out.truth = [label = a.label, text = b.text, same = sign == "=="](Values const& v) { return (label(v) == text) == same; };
      return out;
    }
    agree(a, b);
    if (a.absolute != b.absolute) fail(b, "a temperature is compared with a difference of temperatures");
    out.truth = [x = a.number, y = b.number, sign](Values const& v) {
      double const p = x(v), q = y(v);
      bool const same = std::abs(p - q) <= 1e-9 * std::max(std::abs(p), std::abs(q));  // 0.1 + 0.2 is 0.3
      if (sign == "==") return same;
      if (sign == "!=") return !same;
      if (sign == "<") return p < q && !same;
      if (sign == ">") return p > q && !same;
      return same || (sign == "<=" ? p < q : p > q);
    };
    return out;
  }

  /// Two numbers of one dimension; a text becomes a quantity of the other's.
  static void agree(Part& a, Part& b, bool difference = false) {
    for (auto* p : {&a, &b}) {
      if (p->kind == Part::Kind::truth) fail(*p, "this is true or false, where a number is needed");
      if (p->kind == Part::Kind::label) fail(*p, "the values of " + p->axis->name + " are labels, no numbers");
    }
    if (a.kind == Part::Kind::text && b.kind == Part::Kind::text) fail(over(a, b), "neither of the two is an axis");
    if (a.kind == Part::Kind::text) quantity(a, b, difference);
    if (b.kind == Part::Kind::text) quantity(b, a, difference);
    if (a.exponents != b.exponents) {
      Part& bare = a.exponents == Exponents{} ? a : b;
      if (bare.exponents != Exponents{}) fail(over(a, b), "the two have different dimensions");
      Part const& other = &bare == &a ? b : a;
      fail(bare, "the other side is " + named(other) + ": write a quantity in quotes, such as " +
                     in_quotes(std::string("1 ") + dimension(other).units.front()));
    }
  }

  static Dimension const& dimension(Part const& p) {
    static Dimension const share{{}, "share", {"%"}, 1e30};
    if (p.exponents == Exponents{}) return share;
    if (p.absolute) return absolute_temperature();
    try {
      return dimension_of(p.exponents);
    } catch (std::logic_error const&) {
      fail(p, "this has a dimension that no quantity can be written in");
    }
  }
  static std::string named(Part const& p) { return std::string("a ") + dimension(p).name; }

  static void quantity(Part& text, Part const& beside, bool difference) {
    Part as = beside;
    if (difference && beside.absolute) as.absolute = unit_of(text.text) != "K";  // supply - "5 K"
    auto const parsed = parse_quantity(text.text, dimension(as));
    if (!parsed.value) fail(text, in_quotes(text.text) + " " + parsed.problem);
    text.kind = Part::Kind::number;
    text.exponents = as.exponents;
    text.absolute = as.absolute;
    text.number = [x = *parsed.value](Values const&) { return x; };
  }

  Part sum() {
    Part left = product();
    while (next().kind == Token::Kind::sign && (next().text == "+" || next().text == "-")) {
      bool const plus = next().text == "+";
      ++at_;
      Part right = product();
      agree(left, right, true);
      Part out = over(left, right);
      if (plus && left.absolute && right.absolute) fail(out, "two temperatures cannot be added; a difference is written in K");
      if (!plus && right.absolute && !left.absolute) fail(out, "a temperature cannot be taken from a difference");
      out.exponents = left.exponents;
      out.absolute = plus ? left.absolute || right.absolute : left.absolute && !right.absolute;
      out.number = [a = left.number, b = right.number, plus](Values const& v) { return plus ? a(v) + b(v) : a(v) - b(v); };
      left = std::move(out);
    }
    return left;
  }

  Part product() {
    Part left = factor();
    while (next().kind == Token::Kind::sign && (next().text == "*" || next().text == "/")) {
      bool const times = next().text == "*";
      ++at_;
      Part right = factor();
      Part out = over(left, right);
      for (auto const* p : {&left, &right})
        if (p->kind != Part::Kind::number || p->absolute)
          fail(*p, p->absolute ? "a temperature has no products; take a difference of two"
                               : "a number or an axis of numbers is needed");
      for (std::size_t i = 0; i < out.exponents.size(); ++i)
        out.exponents[i] = left.exponents[i] + (times ? right.exponents[i] : -right.exponents[i]);
      out.number = [a = left.number, b = right.number, times](Values const& v) { return times ? a(v) * b(v) : a(v) / b(v); };
      left = std::move(out);
    }
    return left;
  }

  Part factor() {
    Token const t = next();
    if (++depth_ > 200) fail(t, "brackets are nested too deep");
    if (t.kind == Token::Kind::end) fail(t, "the condition ends too early");
    ++at_;
    Part out;
    out.begin = t.begin;
    out.width = t.width;
    if (t.text == "(" && t.kind == Token::Kind::sign) {
      out = either();
      if (!take(")")) fail(next(), "a bracket \")\" is missing");
    } else if (t.text == "-" && t.kind == Token::Kind::sign) {
      out = factor();
      if (out.kind != Part::Kind::number || out.absolute) fail(out, "a number is needed after -");
      out.number = [a = out.number](Values const& v) { return -a(v); };
    } else if (t.kind == Token::Kind::number) {
      double x = 0;
      std::from_chars(t.text.data(), t.text.data() + t.text.size(), x);
      out.number = [x](Values const&) { return x; };
    } else if (t.kind == Token::Kind::text) {
      out.kind = Part::Kind::text;
      out.text = t.text;
    } else if (t.kind == Token::Kind::word) {
      out = axis(t);
    } else {
      fail(t, "an axis, a number or a text is missing before this");
    }
    --depth_;
    return out;
  }

  Part axis(Token const& t) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      known.push_back(axes_[i].name);
      if (axes_[i].name != t.text) continue;
      Part out;
      out.begin = t.begin;
      out.width = t.width;
      out.axis = &axes_[i];
      if (axes_[i].units.empty()) {
        out.kind = Part::Kind::label;
        out.label = [i](Values const& v) -> std::string const& { return v[i]->label; };
      } else if (axes_[i].dimension && axes_[i].spelling != "%" && !axes_[i].spelling.empty()) {
        out.exponents = axes_[i].dimension->exponents;
        out.absolute = axes_[i].dimension->absolute_temperature;
        out.number = [i, unit = axes_[i].spelling](Values const& v) { return from_unit(v[i]->number, unit); };
      } else {
        out.number = [i](Values const& v) { return v[i]->number; };
      }
      return out;
    }
    fail(t, "there is no axis " + in_quotes(t.text) + suggestion(t.text, known));
  }

  std::vector<AxisSpec> const& axes_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0, depth_ = 0;
};

}  // namespace

SkipCondition::SkipCondition(std::string const& text, std::vector<AxisSpec> const& axes)
    : test_(Parser(text, axes).condition()) {}

bool skipped(SweepSpec const& sweep, std::vector<AxisValue const*> const& values) {
  return std::any_of(sweep.skip.begin(), sweep.skip.end(), [&](SkipSpec const& s) {
    try {
      return s.condition ? s.condition->holds(values) : SkipCondition(s.when, sweep.axis).holds(values);
    } catch (ConditionFault const& f) {
      Fault fault = s.written;
      fault.message = f.message;
      throw InputError({fault});
    }
  });
}

}  // namespace ondol::schema
