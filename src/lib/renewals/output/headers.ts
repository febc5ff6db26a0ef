import { line } from "../../advice/index.ts";
/**
 * The first lines of the files that scheduled jobs write again and again. Only clomoctl writes these lines, so the next
 * run recognises its own file and does not replace any other file.
 */
export const FILE_HEADERS = {
  metrics: `# Written by ${line("renewals check", [], { prometheus: "FILE" }).toJSON()}; the next run replaces this file\n`,
  /** the first lines of every calendar, including the name of the program */
  calendar: "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//clomoctl//renewals//",
} as const;
