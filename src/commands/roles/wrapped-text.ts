import { wrapIntoLines } from "../../lib/terminal/table/word-width.ts";
import type { Tools } from "../tools.ts";

/** Writes wrapped text for people to stdout.  @param lead text that starts the first line and indents the others */
export async function writeWrappedText(
  terminal: Pick<Tools["terminal"], "out" | "columns" | "shown">,
  words: string,
  lead = "",
): Promise<void> {
  const { out, columns } = terminal;
  if (out.closed) return;
  const [first = "", ...more] = terminal.shown(words, (marked) =>
    wrapIntoLines(marked, Math.max(20, columns - lead.length)),
  );
  const indent = " ".repeat(lead.length);
  await out.write(`${[lead + first, ...more.map((line) => indent + line)].join("\n")}\n`);
}
