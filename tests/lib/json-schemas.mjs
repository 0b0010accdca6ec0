// Schemas of 2020-12 and values for differential tests, the same for the same seed.

const names = ["a", "b", "c", "ab", "x-1", "ä"];
const texts = ["", "a", "b", "ab", "abc", "ä€", "🐲", "5", "true", " ", "a\nb"];
const patterns = ["^a", "b$", "^[a-c]*$", "^\\w+$", "\\d", "^.{2}$", "^\\p{L}+$", "\\s", "^$", "[^a]", "^(a|ä)"];
const numbers = [0, 1, 2, 3, -1, 0.5, 1.5, 10, 1e3, -2.25, 1e15, 1e-7, 9007199254740991, -0];
const counts = [0, 1, 2, 3];
const types = ["null", "boolean", "object", "array", "string", "number", "integer"];
const definitions = ["d0", "d1", "d2"];

export class Generator {
  constructor(random) {
    this.random = random;
  }

  value(depth = 2) {
    const { pick, below, chance } = this.random;
    const kind = below(depth > 0 ? 9 : 5);
    if (kind === 0) return pick([null, true, false]);
    if (kind <= 2) return pick(texts);
    if (kind <= 4) return pick(numbers);
    if (kind <= 6) {
      const items = Array.from({ length: below(4) }, () => this.value(depth - 1));
      if (items.length && chance(0.2)) items.push(items[0]);
      return items;
    }
    return Object.fromEntries(Array.from({ length: below(5) }, () => [pick(names), this.value(depth - 1)]));
  }

  document() {
    const { chance } = this.random;
    const document = { $schema: "https://json-schema.org/draft/2020-12/schema", $defs: {} };
    this.dynamic = chance(0.2);
    if (this.dynamic) document.$dynamicAnchor = "node";
    definitions.forEach((name, index) => {
      const schema = this.schema(2, index + 1);
      document.$defs[name] = typeof schema === "object" && chance(0.3) ? { $anchor: name, ...schema } : schema;
    });
    return { ...document, ...this.object(3, 0) };
  }

  // `from`: the first definition that may be referred to for the same value; earlier ones could lead back in a circle.
  schema(depth, from) {
    const { chance } = this.random;
    if (chance(0.08)) return chance(0.6);
    return this.object(depth, from);
  }

  object(depth, from) {
    const { pick, below, chance } = this.random;
    const groups =
      depth > 0
        ? [
            "type",
            "constant",
            "number",
            "text",
            "array",
            "array",
            "members",
            "members",
            "members",
            "branch",
            "branch",
            "reference",
            "unevaluated",
          ]
        : ["type", "type", "constant", "number", "text", "count"];
    const out = {};
    for (let n = 1 + below(3); n > 0; n--) Object.assign(out, this[pick(groups)](depth - 1, from));
    if (chance(0.1)) Object.assign(out, { title: "a", format: "date", default: 1, "x-unknown": { type: "string" } });
    return out;
  }

  // For another value than the schema's own every definition may be referred to.
  inner(depth) {
    return this.schema(depth, 0);
  }

  type() {
    const { pick, chance } = this.random;
    return { type: chance(0.7) ? pick(types) : [...new Set([pick(types), pick(types)])] };
  }

  constant() {
    const { chance, below } = this.random;
    return chance(0.5)
      ? { const: this.value(1) }
      : { enum: Array.from({ length: 1 + below(12) }, () => this.value(1)) };
  }

  number() {
    const { pick } = this.random;
    return pick([
      () => ({ minimum: pick(numbers) }),
      () => ({ maximum: pick(numbers) }),
      () => ({ exclusiveMinimum: pick(numbers) }),
      () => ({ exclusiveMaximum: pick(numbers) }),
      () => ({ multipleOf: pick([1, 2, 3, 0.5, 0.25]) }),
    ])();
  }

  text() {
    const { pick } = this.random;
    return pick([
      () => ({ minLength: pick(counts) }),
      () => ({ maxLength: pick(counts) }),
      () => ({ pattern: pick(patterns) }),
    ])();
  }

  count() {
    const { pick } = this.random;
    return { [pick(["minItems", "maxItems", "minProperties", "maxProperties"])]: pick(counts) };
  }

  array(depth) {
    const { pick, chance, below } = this.random;
    return pick([
      () => this.count(),
      () => ({ items: this.inner(depth) }),
      () => ({
        prefixItems: Array.from({ length: 1 + below(3) }, () => this.inner(depth)),
        ...(chance(0.5) ? { items: this.inner(depth) } : {}),
      }),
      () => ({
        contains: this.inner(depth),
        ...(chance(0.4) ? { minContains: pick(counts) } : {}),
        ...(chance(0.4) ? { maxContains: pick(counts) } : {}),
      }),
      () => ({ uniqueItems: chance(0.9) }),
    ])();
  }

  schemas(depth, among = names) {
    const { pick, below } = this.random;
    return Object.fromEntries(Array.from({ length: 1 + below(3) }, () => [pick(among), this.inner(depth)]));
  }

  someNames() {
    const { pick, below } = this.random;
    return [...new Set(Array.from({ length: below(3) }, () => pick(names)))];
  }

  members(depth, from) {
    const { pick } = this.random;
    return pick([
      () => this.count(),
      () => ({ properties: this.schemas(depth) }),
      () => ({ properties: this.schemas(depth), additionalProperties: this.inner(depth) }),
      () => ({ patternProperties: this.schemas(depth, patterns) }),
      () => ({ patternProperties: this.schemas(depth, patterns), additionalProperties: this.inner(depth) }),
      () => ({ required: this.someNames() }),
      () => ({ propertyNames: this.inner(0) }),
      () => ({ dependentRequired: { [pick(names)]: this.someNames() } }),
      () => ({ dependentSchemas: { [pick(names)]: this.schema(depth, from) } }),
    ])();
  }

  branches(depth, from) {
    const { below } = this.random;
    return Array.from({ length: 1 + below(3) }, () => this.schema(depth, from));
  }

  branch(depth, from) {
    const { pick, chance } = this.random;
    return pick([
      () => ({ allOf: this.branches(depth, from) }),
      () => ({ anyOf: this.branches(depth, from) }),
      () => ({ oneOf: this.branches(depth, from) }),
      () => ({ not: this.schema(depth, from) }),
      () => ({
        if: this.schema(depth, from),
        ...(chance(0.8) ? { then: this.schema(depth, from) } : {}),
        ...(chance(0.6) ? { else: this.schema(depth, from) } : {}),
      }),
    ])();
  }

  reference(depth, from) {
    const { pick, chance } = this.random;
    const inside = { $ref: `#/$defs/${pick(definitions)}` };
    if (chance(0.5) || from >= definitions.length) {
      const reference = this.dynamic && chance(0.5) ? { $dynamicRef: "#node" } : chance(0.2) ? { $ref: "#" } : inside;
      return chance(0.5) ? { items: reference } : { properties: { [pick(names)]: reference } };
    }
    return { $ref: `#/$defs/${pick(definitions.slice(from))}` };
  }

  unevaluated(depth) {
    const { chance } = this.random;
    const schema = chance(0.6) ? false : this.inner(depth);
    return chance(0.5) ? { unevaluatedItems: schema } : { unevaluatedProperties: schema };
  }
}
