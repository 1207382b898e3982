// The table of results: each number beside the expected one.

export interface Line {
  what: string;
  actual: number;
  expected: number;
}

export function isExact(lines: Line[]): boolean {
  return lines.every(({ actual, expected }) => actual === expected);
}

export function table(name: string, lines: Line[]): string {
  // Money has cents.
  const number = (value: number) =>
    value.toLocaleString("en-US", { minimumFractionDigits: Number.isInteger(value) ? 0 : 2 }).padStart(10);
  const width = Math.max(...lines.map(({ what }) => what.length));
  const rows = lines.map(
    ({ what, actual, expected }) =>
      `  ${what.padEnd(width)}  ${number(actual)}  ${number(expected)}  ${actual === expected ? "exact" : "WRONG"}`,
  );
  const head = `  ${name.padEnd(width)}  ${"found".padStart(10)}  ${"expected".padStart(10)}`;
  return [head, ...rows].join("\n");
}
