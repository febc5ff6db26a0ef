import { Failure } from "../../lib/errors/index.ts";
import { DOCUMENT_FORMS, WRITERS } from "../../lib/document/index.ts";
import { guideDocument } from "../../lib/renewals/guide/document.ts";
import type { Guide, Step } from "../../lib/renewals/guide/index.ts";
import { foldLine } from "../../lib/terminal/commands.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import { documentOrRecords, requestedDocument } from "../listing/documents.ts";
import type { InputOf } from "../field.ts";
import type { Tools } from "../tools.ts";

/** How a guide is written. */
export const GUIDE_OPTIONS = documentOrRecords(DOCUMENT_FORMS, "document");

type GuideOptions = InputOf<typeof GUIDE_OPTIONS>;

/** Returns the document that was asked for; undefined if the steps were, as records. @param where the command */
export const requestedGuide = (tools: Tools, options: GuideOptions, where: string) =>
  requestedDocument(tools, options, { usual: "text", where });

/** What is shown of a guide. */
export type ShownGuide = Pick<Guide, "title" | "facts" | "steps">;

/** A step and its place in the guide. */
export interface NumberedStep {
  readonly step: Step;
  readonly number: number;
}

/** Options of a guide that exclude each other. @param where the command */
export const misfit = (where: string, one: string, other: string): Failure =>
  new Failure("usage", {
    what: text(`${one} cannot be used with ${other}`, `${one} は ${other} と一緒に指定できません`),
    where,
  });

type GuideDocument = NonNullable<ReturnType<typeof requestedGuide>>;

/** Writes a guide as a document. */
export async function writeGuide(
  { terminal, outputs }: Pick<Tools, "terminal" | "outputs">,
  guide: ShownGuide,
  { format, output }: GuideDocument,
): Promise<void> {
  const document = WRITERS[format](guideDocument(guide), terminal.language);
  const isShown = format === "text" && output === "-" && terminal.onTerminal;
  const content = isShown ? folded(document, terminal.columns) : document;
  await outputs.write(output, content);
}

/** A document for the screen, with its lines folded. */
const folded = (document: string, columns: number): string =>
  document
    .split("\n")
    .flatMap((line) => foldLine(line, columns))
    .join("\n");

/** Shows the steps of a guide as data. @param more further columns */
export function showSteps(
  { terminal }: Tools,
  { steps }: ShownGuide,
  ...more: readonly Column<NumberedStep>[]
): Promise<void> {
  const said = (key: "under" | "what" | "where" | "trap" | "check", header: Text): Column<NumberedStep> => ({
    key,
    header,
    value: ({ step }) => {
      const wording = step[key];
      return wording === undefined ? null : terminal.say(wording);
    },
  });
  const columns: readonly Column<NumberedStep>[] = [
    { key: "number", header: same("#"), align: "end", value: ({ number }) => number },
    ...(steps.some(({ under }) => under !== undefined) ? [said("under", text("step", "手順"))] : []),
    { key: "id", header: text("id", "ID"), value: ({ step }) => step.id },
    said("what", text("what to do", "すること")),
    said("where", text("where", "画面")),
    said("trap", text("careful", "注意")),
    said("check", text("then", "確認")),
    ...more,
  ];
  return terminal.list(
    columns,
    steps.map((step, index) => ({ step, number: index + 1 })),
  );
}
