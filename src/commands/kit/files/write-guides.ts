import { DOCUMENT_FORMATS, renderDocument } from "../../../lib/document/index.ts";
import { buildGuideDocument, type GuideContent } from "../../../lib/renewals/guide/fill.ts";
import { foldLine } from "../../../lib/terminal/commands.ts";
import { text } from "../../../lib/text/index.ts";
import { defineChoice, type Fields, type InputOf } from "../field.ts";
import type { Tools } from "../tools.ts";

export const GUIDE_OPTIONS = {
  format: defineChoice(DOCUMENT_FORMATS, "document format (default: text)", "文書の形式(既定: text)", {
    value: "FORMAT",
  }),
  output: {
    kind: "output",
    short: "o",
    value: "FILE",
    about: text("output file (default: stdout, also if FILE is -)", "出力先のファイル(既定と - は標準出力)"),
  },
} as const satisfies Fields;

export async function writeGuide(
  { terminal, outputs }: Pick<Tools, "terminal" | "outputs">,
  guide: GuideContent,
  { format = "text", output = "-" }: InputOf<typeof GUIDE_OPTIONS>,
): Promise<void> {
  const document = renderDocument(terminal.completed(buildGuideDocument(guide)), terminal.language, format);
  const columns = terminal.onTerminal ? terminal.columns : 0;
  const isShown = format === "text" && output === "-";
  const lines = document.split("\n").flatMap((line) => terminal.shown(line, (marked) => foldLine(marked, columns)));
  await outputs.write(output, isShown ? lines.join("\n") : document);
}
