import { escapeForPeople } from "../../lib/terminal/escape.ts";
import { wrapWords } from "../../lib/terminal/table/word-width.ts";
import type { Tools } from "../tools.ts";

/** Writes words for people to stdout, in lines that fit. @param lead begins the first line, as blanks the others */
export async function writeWords(
  { out, columns }: Pick<Tools["terminal"], "out" | "columns">,
  words: string,
  lead = "",
): Promise<void> {
  if (out.closed) return;
  const [first = "", ...more] = wrapWords(escapeForPeople(words), Math.max(20, columns - lead.length));
  const indent = " ".repeat(lead.length);
  await out.write(`${[lead + first, ...more.map((line) => indent + line)].join("\n")}\n`);
}
