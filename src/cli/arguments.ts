// Checks of command-line arguments; a wrong one is a usage error.
import { InvalidArgumentError } from "commander";

const MAX_NAME_CHARS = 255;

export function workspaceName(text: string): string {
  const name = text.trim();
  if (name === "" || name.length > MAX_NAME_CHARS || /[\p{Cc}\p{Cs}]/u.test(name)) {
    throw new InvalidArgumentError(`Give 1 to ${MAX_NAME_CHARS} characters without control characters.`);
  }
  return name;
}

export function integrationId(text: string): string {
  if (!/^[A-Za-z0-9_-]{1,100}$/.test(text)) {
    throw new InvalidArgumentError("Give an integration's id, as `crosscurrent integration list` shows it.");
  }
  return text;
}
