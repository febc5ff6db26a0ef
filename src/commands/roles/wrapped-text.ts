import { escapeForPeople } from "../../lib/terminal/escape.ts";
import { wrapIntoLines } from "../../lib/terminal/table/word-width.ts";
import type { Tools } from "../tools.ts";

/** Writes wrapped text for people to stdout.  @param lead text that starts the first line and indents the others */
export async function writeWrappedText(
  { out, columns }: Pick<Tools["terminal"], "out" | "columns">,
  words: string,
  lead = "",
): Promise<void> {
  if (out.closed) return;
  const [first = "", ...more] = wrapIntoLines(escapeForPeople(words), Math.max(20, columns - lead.length));
  const indent = " ".repeat(lead.length);
  await out.write(`${[lead + first, ...more.map((line) => indent + line)].join("\n")}\n`);
}
