#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "jmespath/jmespath_lexer.h"
#include "jmespath/jmespath_node.h"

namespace wick {
namespace {

using jmespath::Token;
using Type = jmespath::TokenType;
using Node = Jmespath::Node;
using NodePtr = std::unique_ptr<Node>;

// The binding power of an operator between two expressions, as in the reference implementation.
int binding(Type type) {
  switch (type) {
    case Type::kPipe:
      return 1;
    case Type::kOr:
      return 2;
    case Type::kAnd:
      return 3;
    case Type::kEqual:
    case Type::kNotEqual:
    case Type::kLess:
    case Type::kLessOrEqual:
    case Type::kGreater:
    case Type::kGreaterOrEqual:
      return 5;
    case Type::kFlatten:
      return 9;
    case Type::kStar:
      return 20;
    case Type::kFilter:
      return 21;
    case Type::kDot:
      return 40;
    case Type::kNot:
      return 45;
    case Type::kOpenBrace:
      return 50;
    case Type::kOpenBracket:
      return 55;
    case Type::kOpenParenthesis:
      return 60;
    default:
      return 0;
  }
}
constexpr int kEndsProjection = 10;  // operators below this apply to the whole list instead of each item

// A Pratt parser (top-down operator precedence), like the reference implementation. After the first error, which is
// kept, every function returns nullptr.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Result<NodePtr> parse() {
    NodePtr root = expression(0);
    if (root && peek().type != Type::kEnd) root = unexpected();
    if (!root) return fail(std::move(*error_));
    return root;
  }

 private:
  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  // Returns the next token. The end token is returned again and again.
  Token& take() {
    Token& token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }

  NodePtr refuse(std::string message) {
    if (!error_) error_ = Error{ErrorCode::kInvalidArgument, std::move(message), {}};
    return nullptr;
  }
  static std::string here(const Token& token) { return "at character " + std::to_string(token.character); }
  static std::string found(const Token& token) {
    return token.type == Type::kEnd ? std::string("the expression ends")
                                    : "there is " + std::string(token.source);
  }
  NodePtr unexpected() {
    const Token& token = peek();
    switch (token.type) {
      case Type::kEnd:
        return refuse("The expression is incomplete: its last operator needs an operand.");
      case Type::kNumber:
        return refuse("The number " + here(token) + " cannot stand there. As a value it is written `" +
                      std::string(token.source) + "`, as an index [" + std::string(token.source) + "].");
      case Type::kReference:
        return refuse("The & " + here(token) +
                      " cannot stand there: it only begins an argument of sort_by, max_by, min_by and map.");
      case Type::kOpenParenthesis:
        return refuse("Before the ( " + here(token) +
                      " there must be the name of a function, without quotes.");
      default:
        return refuse("What stands " + here(token) + " does not fit there: " + std::string(token.source));
    }
  }
  bool expect(Type type, std::string_view sign) {
    if (peek().type == type) {
      take();
      return true;
    }
    refuse(std::string(sign) + " is missing " + here(peek()) + ", where " + found(peek()) + ".");
    return false;
  }

  template <typename... Children>
  NodePtr make(Node::Kind kind, std::size_t character, Children... children) {
    if ((... || (children == nullptr))) return nullptr;
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->character = character;
    (adopt(*node, std::move(children)), ...);
    return bounded(std::move(node));
  }
  static void adopt(Node& node, NodePtr child) {
    node.depth = std::max(node.depth, child->depth + 1);
    node.children.push_back(std::move(child));
  }
  NodePtr bounded(NodePtr node) {
    if (node->depth > kMaxJmespathDepth) return too_deep();
    return node;
  }
  NodePtr too_deep() {
    return refuse("The expression is nested deeper than " + std::to_string(kMaxJmespathDepth) +
                  " levels, or has more steps in a row.");
  }
  NodePtr current() { return make(Node::Kind::kCurrent, peek().character); }

  NodePtr expression(int power) {
    if (++depth_ > kMaxJmespathDepth) return too_deep();
    NodePtr left = prefix();
    while (left && power < binding(peek().type)) left = infix(std::move(left));
    --depth_;
    return left;
  }

  NodePtr prefix() {
    const Token& token = peek();
    const std::size_t character = token.character;
    switch (token.type) {
      case Type::kLiteral: {
        NodePtr node = make(Node::Kind::kLiteral, character);
        node->literal = std::move(take().literal);
        return node;
      }
      case Type::kName:
        if (peek(1).type == Type::kOpenParenthesis) return call();
        return field();
      case Type::kQuotedName:
        return field();
      case Type::kCurrent:
        take();
        return make(Node::Kind::kCurrent, character);
      case Type::kStar: {
        take();
        NodePtr source = current();
        return make(Node::Kind::kObjectProjection, character, std::move(source),
                    projected(binding(Type::kStar)));
      }
      case Type::kFilter:
        return filter(current());
      case Type::kFlatten:
        return flatten(current());
      case Type::kNot:
        take();
        return make(Node::Kind::kNot, character, expression(binding(Type::kNot)));
      case Type::kOpenBrace:
        take();
        return hash(character);
      case Type::kOpenParenthesis: {
        take();
        NodePtr inside = expression(0);
        if (inside && !expect(Type::kCloseParenthesis, ")")) return nullptr;
        return inside;
      }
      case Type::kOpenBracket: {
        const Type next = peek(1).type;
        const bool whole = next == Type::kStar && peek(2).type == Type::kCloseBracket;
        if (next == Type::kNumber || next == Type::kColon || whole) return bracket(current());
        take();
        return list(character);
      }
      default:
        return unexpected();
    }
  }

  NodePtr infix(NodePtr left) {
    const std::size_t character = peek().character;
    const auto binary = [&](Node::Kind kind) {
      const int power = binding(take().type);
      return make(kind, character, std::move(left), expression(power));
    };
    switch (peek().type) {
      case Type::kDot:
        take();
        if (peek().type == Type::kStar) {
          take();
          return make(Node::Kind::kObjectProjection, character, std::move(left),
                      projected(binding(Type::kDot)));
        }
        return make(Node::Kind::kChain, character, std::move(left), after_dot(binding(Type::kDot)));
      case Type::kPipe:
        return binary(Node::Kind::kChain);
      case Type::kOr:
        return binary(Node::Kind::kOr);
      case Type::kAnd:
        return binary(Node::Kind::kAnd);
      case Type::kEqual:
        return binary(Node::Kind::kEqual);
      case Type::kNotEqual:
        return binary(Node::Kind::kNotEqual);
      case Type::kLess:
        return binary(Node::Kind::kLess);
      case Type::kLessOrEqual:
        return binary(Node::Kind::kLessOrEqual);
      case Type::kGreater:
        return binary(Node::Kind::kGreater);
      case Type::kGreaterOrEqual:
        return binary(Node::Kind::kGreaterOrEqual);
      case Type::kFlatten:
        return flatten(std::move(left));
      case Type::kFilter:
        return filter(std::move(left));
      case Type::kOpenBracket:
        return bracket(std::move(left));
      default:
        return unexpected();
    }
  }

  NodePtr field() {
    Token& token = take();
    NodePtr node = make(Node::Kind::kField, token.character);
    node->name = std::move(token.name);
    return node;
  }

  // Reads the expression that the projection just read applies to each item.
  NodePtr projected(int power) {
    const Type next = peek().type;
    if (binding(next) < kEndsProjection) return current();
    if (next == Type::kOpenBracket || next == Type::kFilter) return expression(power);
    if (next != Type::kDot) return unexpected();
    take();
    return after_dot(power);
  }

  NodePtr after_dot(int power) {
    const Token& token = peek();
    const std::size_t character = token.character;
    switch (token.type) {
      case Type::kName:
      case Type::kQuotedName:
      case Type::kStar:
        return expression(power);
      case Type::kOpenBracket:
        take();
        return list(character);
      case Type::kOpenBrace:
        take();
        return hash(character);
      default:
        return refuse("After a dot there must be a name, *, [ or {; " + here(token) + " " + found(token) +
                      ".");
    }
  }

  NodePtr flatten(NodePtr left) {
    const std::size_t character = take().character;
    NodePtr flat = make(Node::Kind::kFlatten, character, std::move(left));
    if (!flat) return nullptr;
    return make(Node::Kind::kListProjection, character, std::move(flat), projected(binding(Type::kFlatten)));
  }

  NodePtr filter(NodePtr left) {
    const std::size_t character = take().character;
    NodePtr condition = expression(0);
    if (!condition || !expect(Type::kCloseBracket, "]")) return nullptr;
    NodePtr each = peek().type == Type::kFlatten ? current() : projected(binding(Type::kFilter));
    return make(Node::Kind::kFilterProjection, character, std::move(left), std::move(each),
                std::move(condition));
  }

  // Reads [*], [1] or [1:2:3] after `left`.
  NodePtr bracket(NodePtr left) {
    const std::size_t character = take().character;
    if (peek().type == Type::kStar) {
      take();
      if (!expect(Type::kCloseBracket, "]")) return nullptr;
      return make(Node::Kind::kListProjection, character, std::move(left), projected(binding(Type::kStar)));
    }
    std::optional<std::int32_t> parts[3];
    std::size_t part = 0;
    for (; peek().type == Type::kNumber || peek().type == Type::kColon;) {
      const Token& token = take();
      if (token.type == Type::kColon) {
        if (++part == 3)
          return refuse("A slice has at most two colons; there is a third " + here(token) + ".");
      } else if (parts[part]) {
        return refuse("Two numbers follow each other " + here(token) + ".");
      } else {
        parts[part] = token.number;
      }
    }
    if (part == 0 && !parts[0]) {
      return refuse("After [ there must be a number, *, a slice, ? or ]; " + here(peek()) + " " +
                    found(peek()) + ". A member is taken with a dot: .name or .\"its name\".");
    }
    if (!expect(Type::kCloseBracket, "]")) return nullptr;
    if (part > 0 && parts[2] == 0)
      return refuse("The step of the slice at character " + std::to_string(character) + " cannot be 0.");
    NodePtr taken = make(part == 0 ? Node::Kind::kIndex : Node::Kind::kSlice, character);
    taken->start = parts[0];
    taken->stop = parts[1];
    taken->step = parts[2];
    NodePtr chain = make(Node::Kind::kChain, character, std::move(left), std::move(taken));
    if (!chain || part == 0) return chain;
    return make(Node::Kind::kListProjection, character, std::move(chain), projected(binding(Type::kStar)));
  }

  NodePtr list(std::size_t character) {
    NodePtr node = make(Node::Kind::kList, character);
    while (true) {
      NodePtr item = expression(0);
      if (!item) return nullptr;
      adopt(*node, std::move(item));
      if (peek().type != Type::kComma) break;
      take();
    }
    if (!expect(Type::kCloseBracket, "]")) return nullptr;
    return bounded(std::move(node));
  }

  NodePtr hash(std::size_t character) {
    NodePtr node = make(Node::Kind::kHash, character);
    while (true) {
      if (peek().type != Type::kName && peek().type != Type::kQuotedName) {
        return refuse("Between { and } there are pairs, name: expression; " + here(peek()) + " " +
                      found(peek()) + ".");
      }
      node->keys.push_back(std::move(take().name));
      if (!expect(Type::kColon, ":")) return nullptr;
      NodePtr item = expression(0);
      if (!item) return nullptr;
      adopt(*node, std::move(item));
      if (peek().type != Type::kComma) break;
      take();
    }
    if (!expect(Type::kCloseBrace, "}")) return nullptr;
    return bounded(std::move(node));
  }

  NodePtr call() {
    const Token& name = take();
    NodePtr node = make(Node::Kind::kCall, name.character);
    node->function = find_jmespath_function(name.name);
    if (node->function == nullptr) {
      return refuse("There is no function " + name.name + ", which stands " + here(name) + ". There are " +
                    jmespath_function_names() + ".");
    }
    const JmespathCallShape& shape = call_shape(*node->function);
    take();  // the parenthesis
    while (peek().type != Type::kCloseParenthesis || !node->children.empty()) {
      const std::size_t count = node->children.size();
      const Token& first = peek();
      const bool reference = first.type == Type::kReference;
      const bool beyond = count >= shape.takes.size() && !shape.is_variadic;
      const bool takes_reference =
          !beyond && shape.takes[std::min(count, shape.takes.size() - 1)] == kJmespathReference;
      if (reference && !takes_reference && !beyond) {
        return refuse("The function " + name.name + " takes a value " + here(first) +
                      ", not an expression with & before it.");
      }
      if (!reference && takes_reference && first.type != Type::kEnd) {
        return refuse("The function " + name.name + " takes an expression " + here(first) +
                      ", with & before it, as in &name.");
      }
      if (reference) take();
      NodePtr argument = expression(0);
      if (argument && reference)
        argument = make(Node::Kind::kReference, first.character, std::move(argument));
      if (!argument) return nullptr;
      adopt(*node, std::move(argument));
      if (peek().type != Type::kComma) break;
      take();
    }
    if (!expect(Type::kCloseParenthesis, ")")) return nullptr;
    const std::size_t required = shape.takes.size();
    if (node->children.size() < required || (node->children.size() > required && !shape.is_variadic)) {
      return refuse("The function " + name.name + " " + here(name) + " takes " +
                    (shape.is_variadic ? "at least " : "") + std::to_string(required) +
                    (required == 1 ? " argument" : " arguments") + ", and got " +
                    std::to_string(node->children.size()) + ".");
    }
    return bounded(std::move(node));
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::unique_ptr<Jmespath::Node>> parse_jmespath(std::string_view expression) {
  if (expression.size() > kMaxJmespathBytes) {
    return fail(
        ErrorCode::kInvalidArgument,
        "The expression is longer than " + std::to_string(kMaxJmespathBytes) + " bytes: make it shorter.");
  }
  if (!is_valid_utf8(expression))
    return fail(ErrorCode::kInvalidArgument, "The expression is not text in UTF-8.");
  WICK_TRY(tokens, jmespath::read_tokens(expression));
  return Parser(std::move(tokens)).parse();
}

}  // namespace wick
