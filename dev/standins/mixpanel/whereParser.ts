// Parses the segmentation expressions that Mixpanel documents, by precedence climbing.

export type Node =
  | { type: "literal"; value: string | number | boolean }
  | { type: "list"; items: Node[] }
  | { type: "property"; of: "properties" | "user" | "event"; name: string }
  | { type: "variable"; name: string }
  | { type: "unary"; operator: "-" | "not"; operand: Node }
  | { type: "binary"; operator: BinaryOperator; left: Node; right: Node }
  | { type: "call"; name: CallName; argument: Node }
  | { type: "any"; variable: string; list: Node; condition: Node };

const LEVELS = [["or"], ["and"], ["==", "!=", ">=", "<=", ">", "<", "in"], ["+", "-"], ["*", "/", "%"]] as const;
export type BinaryOperator = (typeof LEVELS)[number][number];
const NOT_LEVEL = 2;
const CALLS = ["boolean", "number", "string", "floor", "round", "ceil", "defined", "datetime"] as const;
export type CallName = (typeof CALLS)[number];

const MAX_CHARS = 20_000;
const MAX_DEPTH = 200;
const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_$][\w$]*)|(==|!=|>=|<=|[-+*/%<>()[\],]))/y;

export class WhereError extends Error {}

interface Token {
  kind: "string" | "number" | "word" | "sign" | "end";
  text: string;
}

function tokenize(text: string): Token[] {
  if (text.length > MAX_CHARS) throw new WhereError("too long");
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new WhereError(`unexpected character at ${at}`);
    const [, string, number, word, sign] = match;
    if (string !== undefined) tokens.push({ kind: "string", text: unquote(string) });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    // Keywords are case-insensitive.
    else if (word !== undefined)
      tokens.push({ kind: "word", text: /^(?:and|or|not|in|true|false)$/i.test(word) ? word.toLowerCase() : word });
    else tokens.push({ kind: "sign", text: sign ?? "" });
  }
  return tokens;
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_whole, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" }[escape] ?? escape;
  });
}

const END: Token = { kind: "end", text: "end of expression" };

class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  whole(): Node {
    const node = this.#binary(0);
    if (this.#peek().kind !== "end") throw new WhereError(`unexpected ${this.#peek().text}`);
    return node;
  }

  #binary(level: number): Node {
    const operators: readonly string[] | undefined = LEVELS[level];
    if (!operators) return this.#unary();
    if (level === NOT_LEVEL && this.#takes("word", "not")) {
      return this.#deeper(() => ({ type: "unary", operator: "not", operand: this.#binary(NOT_LEVEL) }));
    }
    let left = this.#binary(level + 1);
    while (this.#isOperator() && operators.includes(this.#peek().text)) {
      const operator = this.#next().text as BinaryOperator;
      left = { type: "binary", operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #unary(): Node {
    if (this.#takes("sign", "-")) return this.#deeper(() => ({ type: "unary", operator: "-", operand: this.#unary() }));
    return this.#primary();
  }

  #primary(): Node {
    const token = this.#next();
    if (token.kind === "string") return { type: "literal", value: token.text };
    if (token.kind === "number") return { type: "literal", value: Number(token.text) };
    if (token.kind === "word") return this.#word(token.text);
    if (token.text === "(") {
      const inner = this.#deeper(() => this.#binary(0));
      this.#expect(")");
      return inner;
    }
    if (token.text === "[") return { type: "list", items: this.#deeper(() => this.#items()) };
    throw new WhereError(`unexpected ${token.text}`);
  }

  #items(): Node[] {
    const items: Node[] = [];
    if (this.#takes("sign", "]")) return items;
    do items.push(this.#binary(0));
    while (this.#takes("sign", ","));
    this.#expect("]");
    return items;
  }

  #word(word: string): Node {
    if (word === "true" || word === "false") return { type: "literal", value: word === "true" };
    if (word === "properties" || word === "user" || word === "event") {
      this.#expect("[");
      const name = this.#next();
      if (name.kind !== "string") throw new WhereError(`${word} needs a quoted name`);
      this.#expect("]");
      return { type: "property", of: word, name: name.text };
    }
    if (word === "any" && this.#takes("sign", "(")) return this.#any();
    const call = CALLS.find((name) => name === word);
    if (call && this.#takes("sign", "(")) {
      const argument = this.#deeper(() => this.#binary(0));
      this.#expect(")");
      return { type: "call", name: call, argument };
    }
    if (this.#peek().text === "(" || ["and", "or", "not", "in"].includes(word))
      throw new WhereError(`unexpected ${word}`);
    return { type: "variable", name: word };
  }

  /** `any(X, list, condition)` is true if the condition is true for some item. */
  #any(): Node {
    const variable = this.#next();
    if (variable.kind !== "word") throw new WhereError("any needs a variable");
    this.#expect(",");
    const list = this.#deeper(() => this.#binary(0));
    this.#expect(",");
    const condition = this.#deeper(() => this.#binary(0));
    this.#expect(")");
    return { type: "any", variable: variable.text, list, condition };
  }

  #deeper<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw new WhereError("nested too deep");
    const result = parse();
    this.#depth--;
    return result;
  }

  #isOperator(): boolean {
    return this.#peek().kind === "sign" || this.#peek().kind === "word";
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? END;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  #takes(kind: Token["kind"], text: string): boolean {
    const token = this.#peek();
    if (token.kind !== kind || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(text: string): void {
    if (!this.#takes("sign", text)) throw new WhereError(`expected ${text}, found ${this.#peek().text}`);
  }
}

/** Throws WhereError. */
export function parseWhere(text: string): Node {
  return new Parser(text).whole();
}
