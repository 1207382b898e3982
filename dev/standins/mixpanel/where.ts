// Evaluates segmentation expressions on stored rows. It parses a row only if the expression needs more than its times.
import type { DayRows } from "./rows.ts";
import { type BinaryOperator, type CallName, type Node, parseWhere, WhereError } from "./whereParser.ts";

/** A time in seconds, the precision at which Mixpanel compares times. */
class Moment {
  readonly seconds: number;

  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

type Value = undefined | null | boolean | number | string | Moment | Value[];
export type Lookup = (of: "properties" | "user" | "event", name: string) => unknown;
type Evaluate = (lookup: Lookup, variables: ReadonlyMap<string, Value>) => Value;
export type RowTest = (rows: DayRows, index: number) => boolean;

const NO_VARIABLES: ReadonlyMap<string, Value> = new Map();

/** Returns a test for rows, or the error of the expression. */
export function compileWhere(text: string): RowTest | string {
  const test = compileTest(text);
  if (typeof test === "string") return test;
  let parsed: { rows: DayRows; index: number; properties: Record<string, unknown> } | null = null;
  let rows: DayRows;
  let index = 0;
  const lookup: Lookup = (of, name) => {
    if (of === "user" || (of === "event" && name !== "$time")) return undefined;
    if (name === "$time") return new Moment(Math.floor((rows.timesMs[index] ?? 0) / 1000));
    if (name === "time") return Math.floor((rows.timesMs[index] ?? 0) / 1000);
    if (name === "mp_processing_time_ms") return rows.processingMs[index];
    if (parsed?.rows !== rows || parsed.index !== index)
      parsed = { rows, index, properties: propertiesOf(rows.text(index)) };
    return Object.hasOwn(parsed.properties, name) ? parsed.properties[name] : undefined;
  };
  return (ofRows, at) => {
    rows = ofRows;
    index = at;
    return test(lookup);
  };
}

/** The same for any source of properties. */
export function compileTest(text: string): ((lookup: Lookup) => boolean) | string {
  try {
    const evaluate = compile(parseWhere(text));
    return (lookup) => evaluate(lookup, NO_VARIABLES) === true;
  } catch (error) {
    if (error instanceof WhereError) return error.message;
    throw error;
  }
}

/** A line that is not JSON has no properties. */
function propertiesOf(line: string): Record<string, unknown> {
  try {
    return (JSON.parse(line) as { properties?: Record<string, unknown> }).properties ?? {};
  } catch {
    return {};
  }
}

function compile(node: Node): Evaluate {
  switch (node.type) {
    case "literal":
      return () => node.value;
    case "list": {
      const items = node.items.map(compile);
      return (lookup, variables) => items.map((item) => item(lookup, variables));
    }
    case "property":
      return (lookup) => toValue(lookup(node.of, node.name));
    case "variable":
      return (_lookup, variables) => variables.get(node.name);
    case "unary":
      return compileUnary(node.operator, compile(node.operand));
    case "binary":
      return compileBinary(node.operator, node.left, node.right);
    case "call": {
      const argument = compile(node.argument);
      return (lookup, variables) => CALLS[node.name](argument(lookup, variables));
    }
    case "any": {
      const list = compile(node.list);
      const condition = compile(node.condition);
      return (lookup, variables) => {
        const items = list(lookup, variables);
        if (!Array.isArray(items)) return undefined;
        return items.some((item) => condition(lookup, new Map([...variables, [node.variable, item]])) === true);
      };
    }
  }
}

function toValue(found: unknown): Value {
  if (Array.isArray(found)) return found.map(toValue);
  if (found === null || found === undefined || found instanceof Moment) return found;
  return typeof found === "object" ? undefined : (found as Value);
}

function compileUnary(operator: "-" | "not", operand: Evaluate): Evaluate {
  if (operator === "-") {
    return (lookup, variables) => {
      const value = operand(lookup, variables);
      return typeof value === "number" ? -value : undefined;
    };
  }
  return (lookup, variables) => {
    const value = operand(lookup, variables);
    if (value === undefined) return true;
    return typeof value === "boolean" ? !value : undefined;
  };
}

function compileBinary(operator: BinaryOperator, leftNode: Node, rightNode: Node): Evaluate {
  const left = compile(leftNode);
  const right = compile(rightNode);
  if (operator === "and" || operator === "or") {
    for (const node of [leftNode, rightNode]) {
      if (node.type === "list" || (node.type === "literal" && typeof node.value !== "boolean")) {
        throw new WhereError(`${operator} takes booleans only`);
      }
    }
    // If an operand is not boolean, the result is undefined and the row does not match.
    return (lookup, variables) => {
      const values = [left(lookup, variables) ?? false, right(lookup, variables) ?? false];
      if (values.some((value) => typeof value !== "boolean")) return undefined;
      return operator === "and" ? values.every(Boolean) : values.some(Boolean);
    };
  }
  const apply = OPERATORS[operator];
  return (lookup, variables) => apply(left(lookup, variables), right(lookup, variables));
}

const arithmetic = (compute: (a: number, b: number) => number | undefined) => (a: Value, b: Value) =>
  typeof a === "number" && typeof b === "number" ? compute(a, b) : undefined;

const comparison = (compare: (a: number, b: number) => boolean) => (a: Value, b: Value) => {
  if (typeof a === "number" && typeof b === "number") return compare(a, b);
  return a instanceof Moment && b instanceof Moment ? compare(a.seconds, b.seconds) : undefined;
};

function equal(a: Value, b: Value): boolean {
  if (a instanceof Moment || b instanceof Moment)
    return a instanceof Moment && b instanceof Moment && a.seconds === b.seconds;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => equal(item, b[i]));
  return a === b;
}

function isIn(a: Value, b: Value): boolean | undefined {
  if (Array.isArray(b)) return a === undefined ? undefined : b.some((item) => equal(a, item));
  return typeof a === "string" && typeof b === "string" ? b.includes(a) : undefined;
}

const OPERATORS: Record<Exclude<BinaryOperator, "and" | "or">, (a: Value, b: Value) => Value> = {
  "==": equal,
  "!=": (a, b) => !equal(a, b),
  ">": comparison((a, b) => a > b),
  ">=": comparison((a, b) => a >= b),
  "<": comparison((a, b) => a < b),
  "<=": comparison((a, b) => a <= b),
  in: isIn,
  "+": (a, b) => (typeof a === "string" && typeof b === "string" ? a + b : arithmetic((x, y) => x + y)(a, b)),
  "-": arithmetic((a, b) => a - b),
  "*": arithmetic((a, b) => a * b),
  "/": arithmetic((a, b) => (b === 0 ? undefined : a / b)),
  "%": arithmetic((a, b) => (b === 0 ? undefined : a % b)),
};

const whenNumber = (compute: (value: number) => number) => (value: Value) =>
  typeof value === "number" ? compute(value) : undefined;

const CALLS: Record<CallName, (value: Value) => Value> = {
  boolean: (value) =>
    typeof value === "string" ? { true: true, false: false }[value] : value === undefined ? undefined : Boolean(value),
  number: toNumber,
  string: (value) =>
    value === null || value === undefined
      ? value
      : value instanceof Moment || Array.isArray(value)
        ? undefined
        : String(value),
  floor: whenNumber(Math.floor),
  round: whenNumber(Math.round),
  ceil: whenNumber(Math.ceil),
  defined: (value) => value !== undefined,
  datetime: toMoment,
};

function toNumber(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string" || !/^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}

/** Reads epoch seconds, or text without a zone, which is in the zone of the request's dates. */
function toMoment(value: Value): Moment | undefined {
  if (typeof value === "number") return new Moment(Math.floor(value));
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d)?$/.test(value)) return undefined;
  const timeMs = Date.parse(`${value.length === 10 ? `${value}T00:00:00` : value}Z`);
  return Number.isNaN(timeMs) ? undefined : new Moment(timeMs / 1000);
}
