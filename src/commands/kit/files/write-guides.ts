import { renderDocument } from "../../../lib/document/index.ts";
import { buildGuideDocument, type GuideContent } from "../../../lib/renewals/guide/fill.ts";
import { foldLine } from "../../../lib/terminal/commands.ts";
import { text } from "../../../lib/text/index.ts";
import type { Fields, InputOf } from "../field.ts";
import type { Tools } from "../tools.ts";

export const GUIDE_OPTIONS = {
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
  { output = "-" }: InputOf<typeof GUIDE_OPTIONS>,
): Promise<void> {
  const document = renderDocument(terminal.completed(buildGuideDocument(guide)), terminal.language);
  const columns = terminal.onTerminal ? terminal.columns : 0;
  const lines = document.split("\n").flatMap((line) => terminal.shown(line, (marked) => foldLine(marked, columns)));
  await outputs.write(output, output === "-" ? lines.join("\n") : document);
}
