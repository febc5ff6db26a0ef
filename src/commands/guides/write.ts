import { DOCUMENT_FORMATS, renderDocument } from "../../lib/document/index.ts";
import { buildGuideDocument } from "../../lib/renewals/guide/document.ts";
import type { Guide, Step } from "../../lib/renewals/guide/index.ts";
import { foldLine } from "../../lib/terminal/commands.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { Fields, InputOf } from "../field.ts";
import { GLOBAL_OPTIONS } from "../globals.ts";
import type { Tools } from "../tools.ts";

export const GUIDE_OPTIONS = {
  format: {
    kind: "choice",
    choices: [...DOCUMENT_FORMATS, ...GLOBAL_OPTIONS.format.choices],
    value: "FORMAT",
    about: text("document format (default: text) or record format", "文書の形式(既定: text)、または一覧の形式"),
  },
  output: {
    workbook: true,
    kind: "output",
    short: "o",
    value: "FILE",
    about: text("output file (default or -: stdout)", "出力先のファイル(既定と - は標準出力)"),
  },
} as const satisfies Fields;

interface GuideDocument {
  readonly format: (typeof DOCUMENT_FORMATS)[number];
  /** as typed; `-` is stdout */
  readonly output: string;
}

/**
 * Returns the requested document; undefined if steps are requested.
 *
 * @param where the command in error messages
 * @throws Failure `usage` if `--fields` is used with a document
 */
export function resolveRequestedGuide(
  { globals }: Pick<Tools, "globals">,
  { format, output }: InputOf<typeof GUIDE_OPTIONS>,
  where: string,
): GuideDocument | undefined {
  const document = DOCUMENT_FORMATS.find((one) => one === (format ?? "text"));
  if (document === undefined) return undefined;
  if (globals.fields === undefined) return { format: document, output: output ?? "-" };
  if (format === undefined && output === undefined) return undefined;
  throw new Failure("usage", {
    what: text("--fields cannot be used with a document", "--fields は文書には使えません"),
    where,
  });
}

export type GuideContent = Pick<Guide, "title" | "facts" | "steps">;

export interface NumberedStep {
  readonly step: Step;
  readonly number: number;
}

export async function writeGuide(
  { terminal, outputs }: Pick<Tools, "terminal" | "outputs">,
  guide: GuideContent,
  { format, output }: GuideDocument,
): Promise<void> {
  const document = renderDocument(terminal.completed(buildGuideDocument(guide)), terminal.language, format);
  const columns = terminal.onTerminal ? terminal.columns : 0;
  const isShown = format === "text" && output === "-";
  const lines = document.split("\n").flatMap((line) => terminal.shown(line, (marked) => foldLine(marked, columns)));
  await outputs.write(output, isShown ? lines.join("\n") : document);
}

/** Shows the steps of a guide as records. @param more further columns */
export function showSteps(
  { terminal }: Tools,
  { steps }: GuideContent,
  ...more: readonly Column<NumberedStep>[]
): Promise<void> {
  const said = (key: "under" | "what" | "where" | "trap" | "check", header: Text): Column<NumberedStep> => ({
    key,
    header,
    value: ({ step }) => {
      const wording = step[key];
      return wording === undefined ? null : terminal.say(wording);
    },
    advice: true,
  });
  const columns: readonly Column<NumberedStep>[] = [
    { key: "number", header: same("#"), align: "end", value: ({ number }) => number },
    ...(steps.some(({ under }) => under !== undefined) ? [said("under", text("step", "手順"))] : []),
    { key: "id", header: text("id", "ID"), value: ({ step }) => step.id },
    said("what", text("what to do", "すること")),
    said("where", text("where", "画面")),
    said("trap", text("caution", "注意")),
    said("check", text("check", "確認")),
    ...more,
  ];
  return terminal.list(
    columns,
    steps.map((step, index) => ({ step, number: index + 1 })),
  );
}
