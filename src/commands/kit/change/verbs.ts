import type { ChangeResult, Client, ImportKind, RecordHistory, StreamedLines } from "../../../lib/client/index.ts";
import type { ErrorCode } from "../../../lib/errors/index.ts";
import { line } from "../../../lib/advice/index.ts";
import { readNamedFile } from "../../../lib/files/index.ts";
import type { PanelKind } from "../../../lib/nouns/index.ts";
import { getCommandNoun, MAX_KEPT_FILE_BYTES, type FileRecordType } from "../../../lib/model/thing.ts";
import { RESULT_COLUMNS } from "../../../lib/plan/columns.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { addArticle, text } from "../../../lib/text/index.ts";
import { defineCommand, type Command } from "../command.ts";
import { EXPORT_OPTIONS, getAccountLanguage, TEMPLATE_OPTIONS } from "../files/text-format.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS, type DeletionOptions } from "./deletion-options.ts";
import type { Fields, TextField } from "../field.ts";
import { IMPORT_EXITS, IMPORT_HELP, IMPORT_OPTIONS } from "../read-list/options.ts";
import { buildFieldColumns, LIMIT_OPTION, listColumns } from "../list/list.ts";
import { findByName, type NamedKind } from "../list/single-match.ts";
import { findOrg, requireOrgCode, resolveOrgFilter } from "./find-org.ts";
import type { Tools } from "../tools.ts";
import { findUser } from "../columns/users.ts";
import { showWrittenRecord, type ResultLayout } from "../columns/change-result.ts";
import { HISTORY_DETAILS, showHistory } from "./history.ts";
import { buildValueOptions, DRY_RUN_OPTION, parseValueOptions } from "../columns/field-options.ts";

interface RecordClient<R> extends FileClient<R> {
  list(query: object): StreamedLines<R>;
  history(query: { readonly name: string }): Promise<readonly RecordHistory[]>;
  create(values: object): Promise<ChangeResult<R>>;
  edit(id: string, values: object): Promise<ChangeResult<R>>;
}

interface FileClient<R> {
  find(query: { readonly name: string }): Promise<readonly R[]>;
  readonly export: Client["orgs"]["export"];
}

type FileVerb = "delete" | "export" | "import" | "show" | "template";
type VerbName = FileVerb | "create" | "edit" | "history";

type OptionValues = Readonly<Record<string, unknown>>;

interface RecordAccess<R> {
  readonly lookup: NamedKind<R>;
  readonly columns: readonly Column<R>[];
  readonly client: FileClient<R>;
}

export interface FileNoun<R extends { readonly id: string }> {
  readonly thing: FileRecordType;
  readonly argument: TextField & { readonly required: true };
  /** options that every verb has, such as `--app` */
  readonly choice?: Fields;
  readonly kind: (input: OptionValues) => ImportKind;
  readonly reach: (tools: Tools, input: OptionValues) => Promise<RecordAccess<R>>;
  readonly more?: ((tools: Tools, record: R) => Promise<readonly Column<R>[]>) | undefined;
  readonly deletes?: { readonly options: Fields };
  readonly exports?: Fields;
  readonly imports: Fields;
  readonly excludes?: Command["excludes"];
  readonly examples: Readonly<Record<FileVerb, readonly string[]>>;
}

type NounInFiles = FileRecordType & { readonly collection: PanelKind };

export interface RecordNoun<R extends { readonly id: string }> extends Partial<Omit<FileNoun<R>, "choice" | "kind">> {
  readonly thing: NounInFiles;
  readonly layout?: ResultLayout<R>;
  /** columns of `show`; default: the columns of the result of a change */
  readonly columns?: readonly Column<R>[];
  readonly lookup?: NamedKind<R>;
  /** key of the field whose value is the argument of `create` */
  readonly createdBy?: string;
  readonly changedElsewhere?: readonly string[];
  readonly examples: Readonly<Record<VerbName, readonly string[]>>;
}

type WholeNoun<R extends { readonly id: string }> = RecordNoun<R> &
  Required<Pick<RecordNoun<R>, "argument" | "imports" | "layout" | "lookup">>;

const getName = ({ namedBy = "name" }: FileRecordType, record: object): string =>
  String((record as Readonly<Record<string, unknown>>)[namedBy]);

export const buildLookup = <R extends { readonly id: string }>(thing: NounInFiles): NamedKind<R> => ({
  noun: thing.single,
  list: line(`${thing.collection} list`, []),
  describe: (record) => `${getName(thing, record)} ${record.id}`,
});

const completeNoun = <R extends { readonly id: string }>(own: RecordNoun<R>): WholeNoun<R> => {
  const { fields, namedBy = "name" } = own.thing;
  const names = Object.entries(fields).filter(([name, { unique }]) => unique === true || name === namedBy);
  const labels = names.flatMap(([, { label }]) => label ?? []);
  return {
    argument: {
      kind: "string",
      required: true,
      about: text(["ID", ...labels.map(({ en }) => en)].join(" or "), ["ID", ...labels.map(({ ja }) => ja)].join("・")),
    },
    imports: {},
    layout: { columns: buildFieldColumns<R>(fields), fields, called: (record) => getName(own.thing, record) },
    lookup: buildLookup(own.thing),
    ...own,
  };
};

const openClient = async <R>(tools: Tools, { collection }: NounInFiles): Promise<RecordClient<R>> =>
  (await tools.tenant(collection)).client[collection] as unknown as RecordClient<R>;

const listExamples = <V extends VerbName>(
  { thing, examples }: { readonly thing: FileRecordType; readonly examples: Readonly<Record<V, readonly string[]>> },
  verb: V,
) => examples[verb].map((words) => ({ line: `clomoctl ${getCommandNoun(thing)} ${verb} ${words}` }));

const WRITING_EXITS: readonly ErrorCode[] = ["input-rejected", "not-permitted", "not-found", "locked"];

const nameArgument = ({ thing, argument }: Pick<FileNoun<never>, "thing" | "argument">) => ({
  ...argument,
  value: getCommandNoun(thing).replace(/^.* /, "").slice(0, -1).toUpperCase(),
});

const parseValues = (tools: Tools, { fields }: FileRecordType, input: Readonly<Record<string, unknown>>) =>
  parseValueOptions(tools, fields, input, {
    org: async (typed) => (await findOrg(tools, typed)).id,
    "org.code": async (typed) => requireOrgCode(await findOrg(tools, typed)),
    "device.serialNumber": async (typed) =>
      (await (await import("../columns/devices.ts")).findDevicesByName(tools, [typed]))[0]?.serialNumber ?? typed,
    user: async (typed) => (await findUser((await tools.tenant("users")).client, typed)).id,
    file: async (typed) =>
      Buffer.from((await readNamedFile(tools, typed, MAX_KEPT_FILE_BYTES)).bytes).toString("base64"),
  });

const defineShow = <R extends { readonly id: string }>(of: FileNoun<R>) => {
  const { en, ja } = of.thing.audited?.single ?? of.thing.single;
  return defineCommand({
    summary: text(`show ${addArticle(en)}`, `${ja}を表示する`),
    args: { record: nameArgument(of) },
    options: { ...of.choice },
    examples: listExamples(of, "show"),
    exits: ["not-found"],
    async run(tools, { record: name, ...input }) {
      const { client, lookup, columns } = await of.reach(tools, input);
      const found = await findByName(tools, client, name, lookup);
      await tools.terminal.show([...columns, ...((await of.more?.(tools, found)) ?? [])], found);
    },
  });
};

const defineCreate = <R extends { readonly id: string }>(of: WholeNoun<R>) => {
  const { thing, layout, createdBy } = of;
  const { en, ja } = thing.single;
  const newOptions = buildValueOptions(thing.fields, { without: [createdBy ?? ""], isNew: true });
  return defineCommand({
    summary: text(`create ${addArticle(en)}`, `${ja}を作成する`),
    args: (createdBy === undefined
      ? {}
      : { [createdBy]: { kind: "string", required: true, about: thing.fields[createdBy]?.label } }) as Fields,
    options: { ...newOptions, dryRun: DRY_RUN_OPTION },
    examples: listExamples(of, "create"),
    exits: WRITING_EXITS,
    shows: layout.columns,
    async run(tools, { dryRun, ...input }) {
      const named = createdBy === undefined ? {} : { [createdBy]: (input as Record<string, unknown>)[createdBy] };
      const values = await parseValues(tools, thing, input);
      const written = await (await openClient<R>(tools, of.thing)).create({ ...values, ...named, dryRun });
      await showWrittenRecord(tools, written, layout);
    },
  });
};

const defineEdit = <R extends { readonly id: string }>(of: WholeNoun<R>) => {
  const { thing, layout } = of;
  const { en, ja } = thing.single;
  const valueOptions = buildValueOptions(thing.fields, { without: of.changedElsewhere });
  return defineCommand({
    summary: text(`change ${addArticle(en)}`, `${ja}を変更する`),
    args: { record: nameArgument(of) },
    options: { ...valueOptions, dryRun: DRY_RUN_OPTION },
    anyOf: [Object.keys(valueOptions)],
    examples: listExamples(of, "edit"),
    exits: WRITING_EXITS,
    shows: layout.columns,
    async run(tools, { record, dryRun, ...input }) {
      const values = await parseValues(tools, thing, input);
      const client = await openClient<R>(tools, of.thing);
      const { id } = await findByName(tools, client, record, of.lookup);
      await showWrittenRecord(tools, await client.edit(id, { ...values, dryRun }), layout);
    },
  });
};

const defineDelete = <R extends { readonly id: string }>(of: FileNoun<R>) => {
  const { deletes } = of;
  const { title } = of.thing;
  return defineCommand({
    summary: text(`delete ${title.en}`, `${title.ja}を削除する`),
    details: DELETION_HELP,
    args: { records: { ...nameArgument(of), required: undefined, repeatable: true } },
    options: { ...of.choice, ...DELETION_OPTIONS, ...deletes?.options },
    anyOf: [["records", "file"]],
    examples: listExamples(of, "delete"),
    exits: DELETION_EXITS,
    plans: true,
    shows: RESULT_COLUMNS,
    async run(tools, { records: names, ...input }) {
      const { recursive, ...options } = input as DeletionOptions & { readonly recursive?: boolean };
      const { runDeletion } = await import("./deletion.ts");
      return runDeletion(tools, {
        kind: of.kind(input),
        names,
        recursive,
        options,
        reach: () => of.reach(tools, input),
      });
    },
  });
};

/** Options for kinds of records that the console cannot import from files. */
const { emitCsv: _, ...NOT_EXPORTED_OPTIONS } = IMPORT_OPTIONS;

const defineImport = <R extends { readonly id: string }>(of: FileNoun<R>): Command => {
  const { title, unconfirmed: caution, withoutTasks } = of.thing;
  const importOptions = withoutTasks === true ? (NOT_EXPORTED_OPTIONS as typeof IMPORT_OPTIONS) : IMPORT_OPTIONS;
  return defineCommand({
    summary: text(`import ${title.en} from CSV or a workbook`, `CSV や Excel ブックから${title.ja}をインポートする`),
    caution,
    details: IMPORT_HELP,
    args: {
      file: {
        kind: "file",
        required: true,
        about: text(`CSV or .xlsx file of ${title.en} (- for stdin)`, `${title.ja}の CSV か .xlsx(- は標準入力)`),
      },
    },
    options: { ...importOptions, ...of.choice, ...of.imports },
    examples: listExamples(of, "import"),
    exits: IMPORT_EXITS,
    plans: true,
    shows: RESULT_COLUMNS,
    async run(tools, { file, ...options }) {
      const { runImport } = await import("../plan/run.ts");
      return runImport(tools, { kind: of.kind(options), file, options });
    },
  });
};

const defineExport = <R extends { readonly id: string }>(of: FileNoun<R>) => {
  const { title, unconfirmed: caution } = of.thing;
  return defineCommand({
    summary: text(`export ${title.en} as a CSV file`, `${title.ja}を CSV ファイルにエクスポートする`),
    caution,
    args: {},
    options: { ...of.choice, ...EXPORT_OPTIONS, ...of.exports },
    examples: listExamples(of, "export"),
    exits: ["input-rejected", "not-found"],
    async run(tools, input) {
      const { org, direct } = input as { readonly org?: string; readonly direct?: boolean };
      const { client } = await of.reach(tools, input);
      const within = await resolveOrgFilter(tools, { org, direct });
      const { runExport } = await import("../files/export.ts");
      await runExport(tools, input, (query) => client.export({ ...query, ...within }));
    },
  });
};

const defineTemplate = <R extends { readonly id: string }>(of: FileNoun<R>) => {
  const { thing } = of;
  const { title, unconfirmed: caution } = thing;
  return defineCommand({
    summary: text(`write the header row of a file of ${title.en}`, `${title.ja} CSV のヘッダー行を書き出す`),
    caution,
    args: {},
    options: { ...of.choice, ...TEMPLATE_OPTIONS },
    examples: listExamples(of, "template"),
    exits: ["input-rejected", "not-found"],
    opensTenant: thing.custom === true ? undefined : false,
    async run(tools, options) {
      const tenant = thing.custom === true ? await tools.tenant("users") : undefined;
      const { context } = tenant ?? (await tools.contexts.choose(tools.globals.context, tools.environment));
      const customFields = (await tenant?.client.users.fields()) ?? [];
      const { writeTemplate } = await import("../files/export.ts");
      await writeTemplate(tools, options, of.kind(options), {
        language: getAccountLanguage({ context }),
        customFields,
      });
    },
  });
};

const defineHistory = <R extends { readonly id: string }>(of: WholeNoun<R>) => {
  const { thing, lookup } = of;
  const { en, ja } = thing.single;
  return defineCommand({
    summary: text(`list every version of ${addArticle(en)}`, `${ja}の変更履歴を一覧する`),
    details: HISTORY_DETAILS,
    args: { record: nameArgument(of) },
    options: {},
    examples: listExamples(of, "history"),
    exits: ["not-found"],
    async run(tools, { record }) {
      const found = await (await openClient<R>(tools, of.thing)).history({ name: record });
      await showHistory(tools, { ...lookup, fields: thing.fields }, record, found);
    },
  });
};

export const defineFileVerbs = <R extends { readonly id: string }>(of: FileNoun<R>): Record<FileVerb, Command> => ({
  show: defineShow(of),
  delete: defineDelete(of),
  import: { ...defineImport(of), excludes: of.excludes },
  export: defineExport(of),
  template: defineTemplate(of),
});

export const defineRecordVerbs = <R extends { readonly id: string }>(own: RecordNoun<R>): Record<VerbName, Command> => {
  const of = completeNoun(own);
  const { lookup, columns = of.layout.columns } = of;
  const reach = async (tools: Tools) => ({ lookup, columns, client: await openClient<R>(tools, of.thing) });
  const { show, ...others } = defineFileVerbs({ ...of, kind: () => of.thing.collection, reach });
  return { show, create: defineCreate(of), edit: defineEdit(of), ...others, history: defineHistory(of) };
};

interface ListedNoun {
  readonly thing: NounInFiles;
  readonly filters?: Fields;
  readonly query?: (tools: Tools, filters: OptionValues) => Promise<object>;
  readonly examples: { readonly list: readonly string[] };
}

export const defineListVerb = ({ thing, filters, query, examples }: ListedNoun): Command => {
  const columns = buildFieldColumns<object>(thing.fields);
  return defineCommand({
    summary: text(`list ${thing.title.en}`, `${thing.title.ja}を一覧する`),
    args: {},
    options: { ...filters, limit: LIMIT_OPTION },
    examples: examples.list.map((words) => ({ line: `clomoctl ${getCommandNoun(thing)} list ${words}`.trimEnd() })),
    exits: ["not-found"],
    async run(tools, { limit, ...input }) {
      const client = await openClient<object>(tools, thing);
      const records = client.list({ limit, ...(await query?.(tools, input)) });
      await tools.terminal.list(listColumns(tools.terminal, columns, thing.usual ?? []), records, () =>
        records.ndjson(),
      );
    },
  });
};
