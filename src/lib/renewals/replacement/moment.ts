/** An instant for people: day and time to the second in their zone, as `2027-03-01 14:00:00 (Asia/Tokyo)`. */
export function momentIn(instant: string, timezone = "Asia/Tokyo"): string {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short", timeStyle: "medium" });
  return `${shown.format(new Date(instant))} (${timezone})`;
}
