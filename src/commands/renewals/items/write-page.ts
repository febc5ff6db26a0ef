import { momentIn } from "../../../lib/model/time.ts";
import { renewalsPage } from "../../../lib/renewals/output/page/index.ts";
import { escapeForPeople } from "../../../lib/terminal/escape.ts";
import { truncate } from "../../../lib/terminal/table/width.ts";
import { text } from "../../../lib/text/index.ts";
import { writeOutput } from "../../csv/file/output.ts";
import type { Tools } from "../../tools.ts";
import type { Shown } from "./shown.ts";

/** Writes items as a page, to a file or to stdout. */
export async function writePage(tools: Tools, shown: Shown, file: string): Promise<void> {
  const { terminal } = tools;
  const { items, contexts, timeline, now, timezone } = shown;
  const page = renewalsPage({
    items,
    contexts,
    timeline,
    timezone,
    language: terminal.language,
    asOf: momentIn(now, timezone, "minute"),
    visible: escapeForPeople,
    fit: truncate,
  });
  await writeOutput(tools, file, ReadableStream.from([Buffer.from(page)]), { held: false });
  if (file !== "-") await terminal.note(text(`${file} was written`, `${file} を書き出しました`));
}
