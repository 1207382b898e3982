// What is wrong with the records of a call.
import { MAX_LISTED_ERRORS, type FieldError } from "../../http/problem.ts";

/** Collects errors up to the number that a response lists, and counts the rest. */
export class FieldErrors {
  readonly listed: FieldError[] = [];
  total = 0;

  add(path: string, message: string): void {
    this.total++;
    if (this.listed.length < MAX_LISTED_ERRORS) this.listed.push({ path, message });
  }
}
