import { line, type CommandLine } from "../../../lib/advice/index.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import { isWorkbookName } from "../outputs/table-file.ts";
import { IMPORT_OPTIONS, type ImportOptions, type ImportRequest } from "../plan/options.ts";

export type TypedImportRequest = Omit<ImportRequest, "options"> & {
  readonly options: Partial<ImportOptions>;
  /** true to confirm the plan with `--yes`; deletions and wipes are confirmed by their numbers */
  readonly isConfirmed?: boolean | undefined;
};

/** Builds the complete command line of an import as typed.  @param context the context of the tenant, if it is not the tenant in use */
export function buildImportCommand(
  {
    kind,
    file,
    key,
    createOrgs = false,
    createGroups = false,
    undeletable,
    generatePasswords,
    orgBy,
    options,
    free,
    isConfirmed = false,
  }: TypedImportRequest,
  context?: string,
): CommandLine {
  const { thing } = FORMATS[kind];
  const all: Partial<ImportOptions> = {
    ...options,
    ...Object.fromEntries(
      Object.entries(free ?? {}).filter(([name]) => options[name as keyof typeof free] !== undefined),
    ),
  };
  const typed = Object.entries(IMPORT_OPTIONS).flatMap(([name, field]) => {
    const value = all[name as keyof ImportOptions];
    const isUsual = value === undefined || value === false || ("default" in field && value === field.default);
    if (isUsual) return [];
    return [[name, typeof value === "object" ? value.join(",") : value] as const];
  });
  const words = {
    key: key === thing.keys[0]?.name ? undefined : key,
    createOrgs: createOrgs || undefined,
    createGroups: createGroups || undefined,
    orgBy,
    undeletable,
    generatePasswords,
    ...Object.fromEntries(typed),
    confirmWipes: options.confirmWipes,
    yes: isConfirmed || undefined,
    context,
  };
  const name = file === "-" ? "FILE" : file;
  if (kind === "users" || kind === "orgs" || kind === "devices") return line(`${kind} import`, [name], words);
  return line("secured users import", [name], { app: kind, ...words });
}

export const buildConsoleImportCommand = (kind: TypedImportRequest["kind"]): CommandLine =>
  line("console sync", ["EXPORT.csv"], { app: FORMATS[kind].app });

/** Builds a `csv` command with the options that have a value. An output file is passed as `-o`; stdout is omitted. */
export function buildCsvCommand(
  verb: "check",
  file: string,
  { output, ...options }: Readonly<Record<string, string | number | readonly string[] | boolean | undefined>>,
): CommandLine {
  const words = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) return [];
    return [[name, typeof value === "object" ? value.join(",") : value] as const];
  });
  const to = { output: typeof output === "string" && output !== "-" ? output : undefined };
  return line(`csv ${verb}`, [file === "-" ? "FILE" : file], { ...Object.fromEntries(words), ...to });
}

/** Returns the proposed name for the file of invalid rows: a workbook for a workbook, otherwise a CSV file. */
export const suggestErrorsFileName = ({ file }: Pick<ImportRequest, "file">): string =>
  isWorkbookName(file) ? "bad.xlsx" : "bad.csv";
