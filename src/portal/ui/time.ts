// Times, counts and outcomes as users read them.
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function localTime(iso: string): string {
  return absolute.format(new Date(iso));
}

export const formatCount = (value: number): string => value.toLocaleString();

/** As in "nothing to do". */
export const outcomeText = (outcome: string): string => outcome.replaceAll("_", " ");
