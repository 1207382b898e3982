// Numbers of any length and text of any kind survive parse and stringify.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLossless, stringifyLossless } from "../../../../dev/standins/mixpanel/lossless.ts";

const digits = fc
  .tuple(fc.bigInt(-(10n ** 40n), 10n ** 40n), fc.option(fc.nat()), fc.option(fc.integer({ min: -400, max: 400 })))
  .map(([whole, fraction, exponent]) => {
    return `${whole}${fraction === null ? "" : `.${fraction}1`}${exponent === null ? "" : `e${exponent}`}`;
  });

describe("lossless JSON", () => {
  it("keeps number tokens that a double cannot hold, wherever they stand", () => {
    fc.assert(
      fc.property(digits, fc.string(), (number, text) => {
        // Not one of the names beside it: of two fields with one name the later counts.
        const name = JSON.stringify(`own ${text}`);
        const source = `{"a":${number},"list":[ ${number},${number}],"deep":{"x":[[${number}]]},${name}:${JSON.stringify(text)}}`;
        const back = stringifyLossless(parseLossless(source));
        expect(JSON.parse(back)).toEqual(JSON.parse(source));
        const exact = number.length <= 15 && !number.includes("e");
        expect(exact || back.split(number).length === source.split(number).length).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("writes text as JSON.stringify does", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff)), (codes) => {
        const text = String.fromCharCode(...codes);
        expect(stringifyLossless(text)).toBe(JSON.stringify(text));
      }),
      { numRuns: 300 },
    );
    expect([undefined, null, true, 1.5].map(stringifyLossless)).toEqual(["undefined", "null", "true", "1.5"]);
  });

  it("does not mistake text for numbers", () => {
    const source = String.raw`{"a":"x:12345678901234567890, \" 1e5","b":1e400}`;
    expect(stringifyLossless(parseLossless(source))).toBe(source);
    expect(() => parseLossless('{"a":12345678901234567890123,}')).toThrow(SyntaxError);
  });
});
