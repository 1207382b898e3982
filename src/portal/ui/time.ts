// Times, counts, sizes and outcomes as users read them.
const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function localTime(iso: string): string {
  return absolute.format(new Date(iso));
}

export const formatCount = (value: number): string => value.toLocaleString();

const SIZE_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** As in "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const place = bytes < 1 ? 0 : Math.min(SIZE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = (bytes / 1024 ** place).toLocaleString(undefined, { maximumFractionDigits: place === 0 ? 0 : 1 });
  return `${value} ${SIZE_UNITS[place]}`;
}

/** As in "nothing to do". */
export const outcomeText = (outcome: string): string => outcome.replaceAll("_", " ");
