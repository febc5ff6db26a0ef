import type { ImportKind } from "../../lib/client/index.ts";
import { readHeader } from "../../lib/csv/layout/header.ts";
import { Failure } from "../../lib/errors/index.ts";
import type { InputFile } from "../../lib/files/index.ts";
import { EXPORTED_KINDS, type PanelKind } from "../../lib/model/console-files.ts";
import { FORMATS } from "../../lib/model/formats.ts";
import { formatSecuredAppName, SECURED_APPS, type SecuredApp } from "../../lib/model/secured-user.ts";
import { same, text } from "../../lib/text/index.ts";
import { detectInputFormat, readRecords, type InputFormat } from "../imports/plan/reading.ts";
import type { Tools } from "../tools.ts";

const listWithReferences = (kind: ImportKind): readonly ImportKind[] => {
  const { thing, columns } = FORMATS[kind];
  const isBefore = (one: PanelKind): boolean =>
    FORMATS[one].thing !== thing && columns.some(({ refers }) => refers?.to === FORMATS[one].thing.name);
  return [...EXPORTED_KINDS.filter(isBefore).flatMap(listWithReferences), kind];
};

/** A kind comes after the kinds to which its records refer. */
export const EXPORT_ORDER: readonly ImportKind[] = [
  ...new Set([...EXPORTED_KINDS, ...SECURED_APPS].flatMap(listWithReferences)),
];

export interface ConsoleExport {
  readonly kind: ImportKind;
  readonly file: InputFile;
  readonly name: string;
  readonly reading: InputFormat;
}

/** @throws `input-rejected` if no kind of export has this header row; `usage` if the app is unknown */
export async function recognizeExport(
  tools: Tools,
  file: InputFile,
  { name, app }: { readonly name: string; readonly app: SecuredApp | undefined },
): Promise<ConsoleExport> {
  const reading = await detectInputFormat(file, { encoding: "auto", signal: tools.signal });
  const header = await readHeaderRow(file, reading);
  const fits = [...EXPORTED_KINDS, app ?? "docs"].map((kind) => {
    const { layout } = readHeader(header, FORMATS[kind], { allowUnknownColumns: true });
    return { kind, count: layout.columns.length };
  });
  const [best, next] = fits.toSorted((one, other) => other.count - one.count);
  if (best === undefined || best.count === 0 || best.count === next?.count)
    throw new Failure("input-rejected", {
      what: text(
        "the header row does not match any console export; nothing was changed",
        "ヘッダー行が管理画面のどのエクスポートとも一致しないため、何も変更していません",
      ),
      where: file.label,
      hint: text(
        "in the console, export organisations, users, devices or the users of a SECURED APPs app",
        "管理画面で、組織、ユーザー、デバイス、SECURED APPs のユーザーのどれかをエクスポートしてください",
      ),
    });
  const isApp = FORMATS[best.kind].app !== undefined;
  return { kind: isApp ? (app ?? (await askApp(tools, file.label))) : best.kind, file, name, reading };
}

async function readHeaderRow(file: InputFile, reading: InputFormat): Promise<readonly string[]> {
  let header: readonly string[] | undefined;
  const record = (cells: readonly string[], count: number): void => void (header ??= cells.slice(0, count));
  const sink = { record, problem: () => undefined };
  for await (const _ of readRecords(file.chunks(), { ...reading, rows: 1 }, file.label, sink))
    if (header !== undefined) break;
  return header ?? [];
}

const askApp = ({ terminal }: Tools, label: string): Promise<SecuredApp> =>
  terminal.prompts.select({
    message: text(
      `Which SECURED APPs app is ${label} from?`,
      `${label} は、SECURED APPs のどのアプリのエクスポートですか?`,
    ),
    flag: "--app",
    choices: SECURED_APPS.map((value) => ({ value, name: same(formatSecuredAppName(value)) })),
  });
