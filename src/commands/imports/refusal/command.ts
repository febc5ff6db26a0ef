import { line, type CommandLine } from "../../../lib/advice/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { FIXES } from "../../../lib/model/import.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Rights } from "../../rights.ts";
import { mapNameOf } from "../../csv/file/column-map.ts";
import { isWorkbookName } from "../outputs/table-file.ts";
import { IMPORT_OPTIONS, type ImportOptions, type ImportRequest } from "../plan/options.ts";
import type { Remedy } from "./remedies.ts";

/** A request as it was typed; what is not given is as usual. */
export type TypedRequest = Omit<ImportRequest, "options"> & { readonly options: Partial<ImportOptions> };

/** Of a file that needs nothing beside. */
export const NOTHING_NEEDED: Remedy = { fix: [], createOrgs: false, createGroups: false, map: false };

/** Options that `--from-console` brings along. */
const OF_EXPORTS: readonly string[] = ["mode", "blank"];

/**
 * The whole command of an import as it was typed, with what its file needs beside; a map that is yet to be made is named
 * after the file.
 *
 * @param context of another tenant than the one that is in use
 */
export function importCommand(
  { kind, file, key, createOrgs = false, createGroups = false, undeletable, options, free }: TypedRequest,
  needs: Remedy,
  context?: string,
): string {
  const { thing } = FORMATS[kind];
  const fix = FIXES.filter((one) => options.fix?.includes(one) === true || needs.fix.includes(one));
  const all: Partial<ImportOptions> = {
    ...options,
    ...Object.fromEntries(
      Object.entries(free ?? {}).filter(([name]) => options[name as keyof typeof free] !== undefined),
    ),
    map: options.map ?? (needs.map ? mapNameOf(file) : undefined),
    fix: fix.length === 0 ? undefined : fix,
  };
  const typed = Object.entries(IMPORT_OPTIONS).flatMap(([name, field]) => {
    const value = all[name as keyof ImportOptions];
    const isUsual = value === undefined || value === false || ("default" in field && value === field.default);
    if (isUsual || (all.fromConsole === true && OF_EXPORTS.includes(name))) return [];
    return [[name, typeof value === "object" ? value.join(",") : value] as const];
  });
  const words = {
    key: key === thing.keys[0]?.name ? undefined : key,
    createOrgs: createOrgs || needs.createOrgs || undefined,
    createGroups: createGroups || needs.createGroups || undefined,
    undeletable,
    ...Object.fromEntries(typed),
    confirmWipes: options.confirmWipes,
    context,
  };
  const name = file === "-" ? "FILE" : file;
  if (kind === "users" || kind === "orgs" || kind === "devices") return line(`${kind} import`, [name], words);
  return line("secured users import", [name], { app: kind, ...words });
}

/** The command that takes over the console's next export of a kind. */
export const exportLine = (kind: TypedRequest["kind"]): string =>
  importCommand({ kind, file: "EXPORT.csv", options: { fromConsole: true } }, NOTHING_NEEDED);

/** How the console's next export of a kind is taken over: by a system administrator alone. */
export const nextExport = (kind: TypedRequest["kind"], { isSystem }: Rights): Text =>
  isSystem
    ? text(`import its next export: ${exportLine(kind)}`, `次のエクスポートを取り込んでください: ${exportLine(kind)}`)
    : text(
        `ask a system administrator to take over its next export: ${exportLine(kind)}`,
        `次のエクスポートの取り込みをシステム管理者に依頼してください: ${exportLine(kind)}`,
      );

/** A command of `csv`, with those of its options that are given; an output that is not stdout by its short name. */
export function csvCommand(
  verb: "check" | "inspect" | "map",
  file: string,
  { output, ...options }: Readonly<Record<string, string | readonly string[] | boolean | undefined>>,
): CommandLine {
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return [];
    return [[name, typeof value === "object" ? value.join(",") : value] as const];
  });
  const to = { output: typeof output === "string" && output !== "-" ? output : undefined };
  return line(`csv ${verb}`, [file === "-" ? "FILE" : file], { ...Object.fromEntries(words), ...to });
}

/** The name that is proposed for a file with the invalid rows: of the same kind as the one that was given. */
export const errorsNameFor = ({ file }: Pick<ImportRequest, "file">): string =>
  isWorkbookName(file) ? "bad.xlsx" : "bad.csv";
