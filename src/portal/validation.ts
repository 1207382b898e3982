// The server's rules for names, said while typing. The server has the last word.
type Rule = (value: string) => string | null;

const matching =
  (pattern: RegExp, message: string): Rule =>
  (value) =>
    pattern.test(value.trim()) ? null : message;

export const required = (what: string): Rule => matching(/\S/, `Enter the ${what}.`);

export const routerId = matching(
  /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/,
  "1 to 64 letters, numbers, underscores, hyphens and dots.",
);
export const baseUrl = matching(/^https?:\/\/\S+$/, "An address as in https://api.openai.com/v1.");
