// The server's rules for names, said while typing. The server has the last word.
type Rule = (value: string) => string | null;

const matching =
  (pattern: RegExp, message: string): Rule =>
  (value) =>
    pattern.test(value.trim()) ? null : message;

export const optional =
  (rule: Rule): Rule =>
  (value) =>
    value.trim() === "" ? null : rule(value);

export const required = (what: string): Rule => matching(/\S/, `Enter the ${what}.`);

export const mixpanelProject = matching(/^[0-9]{1,20}$/, "A Mixpanel project ID has digits only.");
export const mixpanelUsername: Rule = (value) =>
  value.includes(":") ? "A username has no colon." : required("service account's username")(value);
export const googleProject = matching(
  /^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
  "6 to 30 lowercase letters, numbers and hyphens, as in my-project.",
);
export const dataset = matching(/^[A-Za-z0-9_]{1,1024}$/, "Letters, numbers and underscores only.");
export const serviceAccount = matching(
  /^[a-z0-9][a-z0-9.-]*@(?:[a-z0-9-]+\.)+gserviceaccount\.com$/,
  "The address of a service account ends in gserviceaccount.com.",
);
export const location = matching(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "A region or multi-region, as in US or europe-west1.");
export const eventName = matching(/^[A-Za-z0-9_-]{1,255}$/, "Only letters, numbers, underscores, and hyphens.");
export const table = matching(
  /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]+$/u,
  "The table's name alone, without project and dataset.",
);
export const column = matching(
  /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}&%=+:<>#|]{1,300}$/u,
  "The name of a top-level column.",
);
export const routerId = matching(
  /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/,
  "1 to 64 letters, numbers, underscores, hyphens and dots.",
);
export const baseUrl = matching(/^https?:\/\/\S+$/, "An address as in https://api.openai.com/v1.");
