// Segmentation expressions: the documented table by examples, and the parser against a printer over random trees.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileTest } from "../../../../dev/standins/mixpanel/where.ts";
import {
  type BinaryOperator,
  type CallName,
  type Node,
  parseWhere,
} from "../../../../dev/standins/mixpanel/whereParser.ts";

const ROW: Record<string, unknown> = {
  n: 5,
  big: 1_700_000_000_123,
  s: "hello",
  digits: " 42.5 ",
  yes: true,
  no: false,
  nothing: null,
  list: [1, "two"],
  nested: { a: 1 },
  'quo"te': "q",
  "signed up": "true",
};

function matches(text: string): boolean | string {
  const test = compileTest(text);
  return typeof test === "string" ? test : test((of, name) => (of === "properties" ? ROW[name] : undefined));
}

const p = (name: string): string => `properties["${name}"]`;

describe("documented meaning", () => {
  it.each([
    `${p("n")} == 5`,
    `${p("n")} in [1,2,5]`,
    `${p("n")} != "5"`,
    `not (${p("n")} == "5")`,
    `number(${p("digits")}) > 42`,
    `number(${p("big")}) >= 1700000000123`,
    `number(${p("yes")}) == 1 and number(${p("no")}) == 0`,
    `string(${p("n")}) == "5" and string(${p("yes")}) == "true"`,
    `boolean(${p("signed up")})`,
    `"ell" in ${p("s")}`,
    `"two" in ${p("list")}`,
    `${p("s")} + " you" == "hello you"`,
    `defined(${p("nothing")}) and not defined(${p("missing")})`,
    `not ${p("missing")}`,
    `${p("missing")} or true`,
    `not (${p("n")} / 0 > 1)`,
    "-7 % 3 == -1",
    "floor(2.7) == 2 and ceil(2.1) == 3 and round(2.5) == 3",
    `-${p("n")} < 0`,
    "2 + 3 * 4 == 14 and (2 + 3) * 4 == 20 and 10 - 4 - 3 == 3",
    "true or false and false",
    "(TRUE AND NOT FALSE) OR FALSE",
    `any(X, ${p("list")}, X == "two")`,
    `any(X, [1,2,3], X > 2 and ${p("n")} == 5)`,
    `properties['s'] == 'hello'`,
    `${p('quo\\"te')} == "q"`,
    'datetime("2026-03-10T00:00:01") > datetime("2026-03-10")',
    'datetime(1773100800) == datetime("2026-03-10T00:00:00")',
    "not (datetime(5) == 5)",
  ])("%s is true", (text) => expect(matches(text)).toBe(true));

  it.each([
    `${p("n")} > "4"`,
    `${p("s")} > 1`,
    `number(${p("s")}) > 0`,
    `number(${p("nothing")}) == 0`,
    `${p("missing")} and true`,
    `${p("s")} in 5`,
    `${p("n")} + "1" == "51"`,
    `${p("n")} / 0 == 0`,
    `not ${p("n")}`,
    p("n"),
    `user["$email"] == "a"`,
    `any(X, ${p("n")}, X == 5)`,
    `${p("nested")} == 1`,
    `datetime("nonsense") == datetime("2026-03-10")`,
    `${p("n")} and true`,
  ])("%s is false", (text) => expect(matches(text)).toBe(false));

  it.each([
    "",
    "1 and true",
    "true or [1]",
    "properties[n]",
    'properties["n"',
    "(1 == 1",
    "1 == 1)",
    "foo(1)",
    "1 = 1",
    "== 1",
    "1 ==",
    "[1, ]",
    '"open',
    "any(1, [1], true)",
    "in",
  ])("%s is an error", (text) => expect(typeof matches(text)).toBe("string"));

  it("bounds length and depth", () => {
    expect(matches(`${"(".repeat(300)}true${")".repeat(300)}`)).toBe("nested too deep");
    expect(matches(`"${"x".repeat(20_001)}" == ""`)).toBe("too long");
    expect(matches(`${"not ".repeat(4000)}true`)).toBe("nested too deep");
  });
});

describe("parser", () => {
  const OPERATORS: BinaryOperator[] = ["or", "and", "==", "!=", ">=", "<=", ">", "<", "in", "+", "-", "*", "/", "%"];
  const CALL_NAMES: CallName[] = ["boolean", "number", "string", "floor", "round", "ceil", "defined", "datetime"];
  const tree = fc.letrec<{ node: Node }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(fc.string(), fc.boolean(), fc.nat()).map((value): Node => ({ type: "literal", value })),
      fc.record({
        type: fc.constant("property" as const),
        of: fc.constantFrom("properties" as const, "user" as const, "event" as const),
        name: fc.string(),
      }),
      fc.record({
        type: fc.constant("binary" as const),
        operator: fc.constantFrom(...OPERATORS),
        left: tie("node"),
        right: tie("node"),
      }),
      fc.record({
        type: fc.constant("unary" as const),
        operator: fc.constantFrom("-" as const, "not" as const),
        operand: tie("node"),
      }),
      fc.record({ type: fc.constant("call" as const), name: fc.constantFrom(...CALL_NAMES), argument: tie("node") }),
      fc.array(tie("node"), { maxLength: 3 }).map((items): Node => ({ type: "list", items })),
    ),
  })).node;

  function print(node: Node): string {
    switch (node.type) {
      case "literal":
        return JSON.stringify(node.value);
      case "property":
        return `${node.of}[${JSON.stringify(node.name)}]`;
      case "list":
        return `[${node.items.map(print).join(", ")}]`;
      case "unary":
        return `(${node.operator} ${print(node.operand)})`;
      case "binary":
        return `(${print(node.left)} ${node.operator} ${print(node.right)})`;
      case "call":
        return `${node.name}(${print(node.argument)})`;
      default:
        throw new Error("not generated");
    }
  }

  it("reads back every tree that is printed with brackets", () => {
    fc.assert(
      fc.property(tree, (node) => {
        expect(parseWhere(print(node))).toEqual(node);
      }),
      { numRuns: 500 },
    );
  });

  it("binds like the levels say where there are no brackets", () => {
    const level = (operator: BinaryOperator): number =>
      [["or"], ["and"], ["==", "!=", ">=", "<=", ">", "<", "in"], ["+", "-"], ["*", "/", "%"]].findIndex((names) =>
        names.includes(operator),
      );
    fc.assert(
      fc.property(fc.constantFrom(...OPERATORS), fc.constantFrom(...OPERATORS), (first, second) => {
        const expected = level(second) > level(first) ? `(1 ${first} (2 ${second} 3))` : `((1 ${first} 2) ${second} 3)`;
        expect(parseWhere(`1 ${first} 2 ${second} 3`)).toEqual(parseWhere(expected));
      }),
    );
  });

  it("never fails but by its own error, and never matches by accident of type", () => {
    const words = fc.constantFrom(
      "properties",
      '["n"]',
      "(",
      ")",
      "[",
      "]",
      ",",
      "and",
      "not",
      "==",
      "-",
      "5",
      '"x"',
      "any",
      "X",
      "number",
      "in",
      "§",
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        const text = parts.join(" ");
        expect(["boolean", "string"]).toContain(typeof matches(text));
      }),
      { numRuns: 1000 },
    );
  });
});
