import { DOCUMENT_FORMATS, DOCUMENT_RENDERERS } from "../../lib/document/index.ts";
import { buildGuideDocument } from "../../lib/renewals/guide/document.ts";
import type { Guide, Step } from "../../lib/renewals/guide/index.ts";
import { foldLine } from "../../lib/terminal/commands.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { buildDocumentOrRecordOptions, resolveRequestedDocument } from "../listing/documents.ts";
import type { InputOf } from "../field.ts";
import type { Tools } from "../tools.ts";

export const GUIDE_OPTIONS = buildDocumentOrRecordOptions(DOCUMENT_FORMATS);

type GuideOptions = InputOf<typeof GUIDE_OPTIONS>;

/** Returns the requested document; undefined if steps are requested.  @param where the command in error messages */
export const resolveRequestedGuide = (tools: Tools, options: GuideOptions, where: string) =>
  resolveRequestedDocument(tools, options, { usual: "text", where });

export type GuideContent = Pick<Guide, "title" | "facts" | "steps">;

export interface NumberedStep {
  readonly step: Step;
  readonly number: number;
}

type GuideDocument = NonNullable<ReturnType<typeof resolveRequestedGuide>>;

export async function writeGuide(
  { terminal, outputs }: Pick<Tools, "terminal" | "outputs">,
  guide: GuideContent,
  { format, output }: GuideDocument,
): Promise<void> {
  const document = DOCUMENT_RENDERERS[format](terminal.completed(buildGuideDocument(guide)), terminal.language);
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
