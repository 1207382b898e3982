// Sizes in bytes as people read them.
const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** As in 1.5 GiB. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let place = 0;
  while (value >= 1024 && place < UNITS.length - 1) {
    value /= 1024;
    place++;
  }
  return `${place === 0 || value >= 100 ? Math.round(value) : Number(value.toFixed(1))} ${UNITS[place]}`;
}
