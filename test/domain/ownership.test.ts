// Codes in the description of an account.
import { expect, test } from "vitest";
import { codesIn, ownershipStatus, proofText } from "../../src/domain/ownership.ts";

const CODE = "7h2k9m4pqx3w5t8z";
const OTHER = "0123456789abcdef";

test.each<[string, string, string[]]>([
  ["nothing", "", []],
  ["alone", proofText(CODE), [CODE]],
  ["among words", `Syncs exposures. ${proofText(CODE)}.`, [CODE]],
  ["in capitals", `CROSSCURRENT:${CODE.toUpperCase()}`, [CODE]],
  ["several", `${proofText(CODE)},${proofText(OTHER)}`, [CODE, OTHER]],
  ["without the word", CODE, []],
  ["cut off", proofText(CODE.slice(1)), []],
  ["too long", `${proofText(CODE)}x`, []],
  ["within another word", `not-acrosscurrent:${CODE}`, []],
  ["with a blank", `crosscurrent: ${CODE}`, []],
])("%s", (_name, text, codes) => {
  expect(codesIn(text)).toEqual(codes);
});

test("a proof counts more than who holds the account", () => {
  expect(ownershipStatus({ isProven: true, holder: "other" })).toBe("proven");
  expect(ownershipStatus({ isProven: false, holder: "other" })).toBe("elsewhere");
  expect(ownershipStatus({ isProven: false, holder: "own" })).toBe("claimed");
  expect(ownershipStatus({ isProven: false, holder: "none" })).toBe("unproven");
});
