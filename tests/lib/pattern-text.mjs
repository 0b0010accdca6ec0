// A text that fits a regular expression, made from its parts: trying texts could take longer than a test may.
import assert from "node:assert/strict";

const characters = [..."aAx1-_ ./~@é"];

// `more`: how often a part is repeated beyond what it must be.
class Generator {
  constructor(pattern, more) {
    this.pattern = [...pattern];
    this.more = more;
    this.at = 0;
  }
  peek() {
    return this.pattern[this.at];
  }
  take(text) {
    if (
      !this.pattern
        .slice(this.at, this.at + text.length)
        .join("")
        .startsWith(text)
    )
      return false;
    this.at += text.length;
    return true;
  }
  // The first of the alternatives.
  alternatives() {
    const first = this.sequence();
    while (this.take("|")) this.sequence();
    return first;
  }
  sequence() {
    let out = "";
    while (this.at < this.pattern.length && this.peek() !== "|" && this.peek() !== ")") {
      const part = this.atom();
      out += part.repeat(this.times());
    }
    return out;
  }
  times() {
    let least, most;
    if (this.take("*")) [least, most] = [0, Infinity];
    else if (this.take("+")) [least, most] = [1, Infinity];
    else if (this.take("?")) [least, most] = [0, 1];
    else if (this.peek() === "{") {
      const end = this.pattern.indexOf("}", this.at);
      const [from, to] = this.pattern
        .slice(this.at + 1, end)
        .join("")
        .split(",");
      this.at = end + 1;
      [least, most] = [Number(from), to === undefined ? Number(from) : to === "" ? Infinity : Number(to)];
    } else return 1;
    this.take("?");
    return Math.min(most, least + this.more);
  }
  atom() {
    const begin = this.at;
    const c = this.pattern[this.at++];
    if (c === "(") {
      if (this.take("?<")) while (this.pattern[this.at++] !== ">");
      else this.take("?:");
      const inside = this.alternatives();
      assert.ok(this.take(")"));
      return inside;
    }
    if (c === "^" || c === "$") return "";
    if (c === ".") return "x";
    if (c === "[") {
      while (this.peek() !== "]") this.at += this.peek() === "\\" ? 2 : 1;
      this.at += 1;
    } else if (c === "\\") {
      const escaped = this.pattern[this.at++];
      if (escaped === "b" || escaped === "B") return "";
      if (escaped === "u") this.at += 4;
      if (escaped === "x") this.at += 2;
      if (escaped === "p" || escaped === "P") while (this.pattern[this.at++] !== "}");
    } else return c;
    const one = this.pattern.slice(begin, this.at).join("");
    const fits = new RegExp(`^${one}$`, "u");
    const found = [...characters, ...one].find((each) => fits.test(each));
    assert.ok(found !== undefined, `no character is known for ${one}`);
    return found;
  }
}

// A text for a schema with `pattern`, and optionally with lengths.
export function textOfPattern({ pattern, minLength = 0, maxLength = Infinity }) {
  for (let more = 0; more <= 64; more++) {
    const text = new Generator(pattern, more).alternatives();
    if (text.length < minLength || text.length > maxLength) continue;
    assert.match(text, new RegExp(pattern, "u"));
    return text;
  }
  return assert.fail(`no text is known that fits ${pattern}`);
}
