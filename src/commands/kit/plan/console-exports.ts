import { line, step } from "../../../lib/advice/index.ts";
import type { ImportKind } from "../../../lib/client/index.ts";
import { findColumnByAnyHeader } from "../../../lib/csv/layout/columns.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { EXPORTED_KINDS, isPanelKind } from "../../../lib/nouns/index.ts";
import { getFormatTitle, toExportFormat } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { SECURED_APPS, type SecuredApp } from "../../../lib/nouns/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { SheetChoiceFailure } from "../../../lib/xlsx/workbook-failures.ts";
import { listMissingFields } from "../read-list/missing.ts";
import { findTable, isFitting, listUsableLayouts, refuseList, type ListRequest } from "../read-list/find-table.ts";
import type { Tools } from "../tools.ts";

export const EXPORT_ORDER: readonly ImportKind[] = [...EXPORTED_KINDS, ...SECURED_APPS];

export interface ConsoleExport extends ListRequest {
  readonly source: InputFile;
}

/** How much better it is that key and name are there than that another column is; twice for the app that is named. */
const NAMED_WEIGHT = 1.5;

/** Finds the kind of export by its headers, or asks. @throws `input-rejected` or `usage` without a terminal */
export async function findExportKind(
  tools: Tools,
  source: InputFile,
  { file, part, app }: { readonly file: string; readonly part: boolean; readonly app: SecuredApp | undefined },
): Promise<ConsoleExport> {
  const layouts = await (await tools.tenant("layouts")).client.layouts.list();
  const options = { encoding: "auto", map: undefined, sheet: undefined, headerRow: undefined } as const;
  const requestOf = (kind: ImportKind): ListRequest => ({ use: "export", kind, file, part, options });
  const fits: { readonly kind: ImportKind; readonly score: number }[] = [];
  const failures: SheetChoiceFailure[] = [];
  for (const kind of [...EXPORTED_KINDS, app ?? "docs"] as const) {
    const request = requestOf(kind);
    const usable = listUsableLayouts(layouts, request);
    const table = await findTable(tools, source, request, usable, undefined).catch((error: unknown) => {
      if (!(error instanceof SheetChoiceFailure)) throw error;
      failures.push(error);
    });
    const { headers = [], match } = table ?? {};
    const format = toExportFormat(FORMATS[kind]);
    const likely = new Set(headers.flatMap((header) => findColumnByAnyHeader(format.columns, header) ?? []));
    const exact = headers.filter((header) => format.columns.some((one) => one.header === header)).length;
    const shown = [...likely].map((column) => ({ column }));
    const isNamed = listMissingFields(format, shown).every((one) => !one.isEssential);
    const score = likely.size + exact / 1000 + (isNamed ? NAMED_WEIGHT : 0) + (kind === app ? 2 * NAMED_WEIGHT : 0);
    fits.push({ kind, score: isFitting(match) ? Infinity : score });
  }
  const [best, next] = fits.toSorted((one, other) => other.score - one.score);
  if (failures[0] !== undefined && best?.score !== Infinity) throw failures[0];
  const { terminal } = tools;
  const isUnclear = best?.score === next?.score && !(terminal.interactive && file !== "-");
  if (best === undefined || best.score === 0 || isUnclear) {
    const hint = step(
      "if it is an export, name its kind (orgs, users, devices or an app)",
      "エクスポートなら、種類(orgs、users、devices、アプリ)を指定してください",
      line("layouts learn", [source.label], { as: "users", export: true }),
    );
    const what = text(
      "the header row does not match any console export; nothing was changed",
      "ヘッダー行が管理画面のどのエクスポートとも一致しないため、何も変更していません",
    );
    return refuseList(requestOf("users"), what, hint);
  }
  const ask = (kinds: readonly ImportKind[]): Promise<ImportKind> =>
    terminal.prompts.select({
      message: text(`Which export is ${source.label}?`, `${source.label} は、何のエクスポートですか?`),
      flag: "--app",
      choices: kinds.map((value) => ({ value, name: getFormatTitle(FORMATS[value]) })),
    });
  if (best.score === next?.score) return { ...requestOf(await ask(EXPORT_ORDER)), source };
  return { ...requestOf(isPanelKind(best.kind) ? best.kind : (app ?? (await ask(SECURED_APPS)))), source };
}
