import { line } from "../../advice/index.ts";
/**
 * How the files begin that jobs write again and again. Only clomoctl writes these lines, so that the next run knows its
 * own file and replaces no other.
 */
export const HEADERS = {
  metrics: `# Written by ${line("renewals check", [], { prometheus: "FILE" })}; the next run replaces this file\n`,
  /** the first lines of every calendar, with the program that made it */
  calendar: "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//clomoctl//renewals//",
  renewalsPage: `<!DOCTYPE html>\n<!-- Written by ${line("renewals list", [], { format: "html" })}; the next run replaces this file -->\n`,
  statusPage: `<!DOCTYPE html>\n<!-- Written by ${line("status", [], { format: "html" })}; the next run replaces this file -->\n`,
} as const;
