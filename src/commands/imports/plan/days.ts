/** The day of an instant in a time zone, as `2026-11-20`. */
export const dayOf = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(new Date(instant));
