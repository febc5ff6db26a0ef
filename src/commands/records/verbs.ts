import type { Client, RecordHistory } from "../../lib/client/index.ts";
import type { ErrorCode } from "../../lib/errors/index.ts";
import type { PanelKind } from "../../lib/model/console-files.ts";
import type { ThingInFiles } from "../../lib/model/thing.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand, type Command } from "../command.ts";
import { EXPORT_OPTIONS, getAccountLanguage, runExport } from "../csv/file/export.ts";
import { TEMPLATE_OPTIONS, writeTemplate } from "../csv/file/template.ts";
import { DELETION_EXITS, DELETION_HELP, DELETION_OPTIONS, type DeletionOptions } from "../deletion/options.ts";
import type { NameSources } from "../deletion/typed-names.ts";
import type { Fields, TextField } from "../field.ts";
import { IMPORT_EXITS, IMPORT_HELP, IMPORT_OPTIONS } from "../imports/plan/options.ts";
import { requireSingleMatch, type NamedKind } from "../listing/single-match.ts";
import { findOrg, resolveOrgFilter } from "../orgs/find-org.ts";
import type { Tools } from "../tools.ts";
import { findUser } from "../users/columns.ts";
import { showWrittenRecord, type ChangeResult, type ResultLayout } from "./change-result.ts";
import { HISTORY_DETAILS, showHistory } from "./history.ts";
import { buildValueOptions, DRY_RUN_OPTION, parseValueOptions } from "./options.ts";

/** What the verbs call of a noun's client. */
interface RecordClient<R> {
  find(query: { readonly name: string }): Promise<readonly R[]>;
  history(query: { readonly name: string }): Promise<readonly RecordHistory[]>;
  create(values: object): Promise<ChangeResult<R>>;
  edit(id: string, values: object): Promise<ChangeResult<R>>;
  readonly export: Client["orgs"]["export"];
}

type VerbName = "create" | "delete" | "edit" | "export" | "history" | "import" | "show" | "template";

export interface RecordNoun<R extends { readonly id: string }> {
  readonly noun: PanelKind;
  readonly thing: ThingInFiles;
  readonly layout: ResultLayout<R>;
  /** columns of `show`; by default those of a change */
  readonly columns?: readonly Column<R>[];
  readonly argument: TextField & { readonly required: true };
  readonly lookup: NamedKind<R>;
  /** the field that `create` takes as its argument */
  readonly createdBy?: string;
  /** the fields that verbs of their own change */
  readonly changedElsewhere: readonly string[];
  readonly deletes?: { readonly options: Fields; readonly called?: (record: R) => string };
  /** `--org` and `--direct` of an export, if the records belong to organisations */
  readonly orgOptions?: Fields;
  readonly imports: Fields;
  readonly examples: Readonly<Record<VerbName, readonly string[]>>;
}

const openClient = async <R extends { readonly id: string }>(
  tools: Tools,
  { noun }: RecordNoun<R>,
): Promise<RecordClient<R>> => (await tools.tenant(noun)).client[noun] as unknown as RecordClient<R>;

const listExamples = ({ noun, examples }: Pick<RecordNoun<never>, "noun" | "examples">, verb: VerbName) =>
  examples[verb].map((words) => ({ line: `clomoctl ${noun} ${verb} ${words}` }));

const WRITING_EXITS: readonly ErrorCode[] = ["input-rejected", "not-permitted", "not-found", "locked"];

const nameArgument = <R extends { readonly id: string }>({ noun, argument }: RecordNoun<R>) => ({
  ...argument,
  value: noun.slice(0, -1).toUpperCase(),
});

const findRecord = async <R extends { readonly id: string }>(
  tools: Tools,
  of: RecordNoun<R>,
  name: string,
): Promise<R> => {
  const found = await (await openClient(tools, of)).find({ name });
  return requireSingleMatch(name, found, { ...of.lookup, as: tools.globals.as });
};

const parseValues = (tools: Tools, { fields }: ThingInFiles, input: Readonly<Record<string, unknown>>) =>
  parseValueOptions(fields, input, {
    org: async (typed) => (await findOrg(tools, typed)).id,
    user: async (typed) => (await findUser((await tools.tenant("users")).client, typed)).id,
  });

const addArticle = (en: string): string => `${/^[aeio]/.test(en) ? "an" : "a"} ${en}`;

const defineShow = <R extends { readonly id: string }>(of: RecordNoun<R>) => {
  const { en, ja } = of.lookup.noun;
  return defineCommand({
    summary: text(`show ${addArticle(en)}`, `${ja}を表示する`),
    args: { record: nameArgument(of) },
    options: {},
    examples: listExamples(of, "show"),
    exits: ["not-found"],
    async run(tools, { record }) {
      await tools.terminal.show(of.columns ?? of.layout.columns, await findRecord(tools, of, record));
    },
  });
};

const defineCreate = <R extends { readonly id: string }>(of: RecordNoun<R>) => {
  const { thing, layout, createdBy } = of;
  const { en, ja } = of.lookup.noun;
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
      const written = await (await openClient(tools, of)).create({ ...values, ...named, dryRun });
      await showWrittenRecord(tools, written, layout);
    },
  });
};

const defineEdit = <R extends { readonly id: string }>(of: RecordNoun<R>) => {
  const { thing, layout } = of;
  const { en, ja } = of.lookup.noun;
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
      const { id } = await findRecord(tools, of, record);
      await showWrittenRecord(tools, await (await openClient(tools, of)).edit(id, { ...values, dryRun }), layout);
    },
  });
};

const defineDelete = <R extends { readonly id: string }>(of: RecordNoun<R>) => {
  const { noun, lookup, deletes } = of;
  const { title } = of.thing;
  return defineCommand({
    summary: text(`delete ${title.en}`, `${title.ja}を削除する`),
    details: DELETION_HELP,
    args: { records: { ...nameArgument(of), required: undefined, repeatable: true } },
    options: { ...DELETION_OPTIONS, ...deletes?.options },
    anyOf: [["records", "file"]],
    examples: listExamples(of, "delete"),
    exits: DELETION_EXITS,
    plans: true,
    shows: RESULT_COLUMNS,
    async run(tools, { records: names, ...input }) {
      const { file, encoding, sheet, recursive, ...options } = input as DeletionOptions &
        Omit<NameSources, "names"> & { readonly recursive?: boolean };
      const { runDeletion } = await import("../deletion/run.ts");
      await runDeletion<R>(tools, {
        kind: noun,
        from: { names, file, encoding, sheet },
        recursive,
        options,
        async found() {
          const client = await openClient(tools, of);
          return { ...lookup, called: deletes?.called, find: (name) => client.find({ name }) };
        },
      });
    },
  });
};

const defineImport = <R extends { readonly id: string }>(of: RecordNoun<R>) => {
  const { title, unconfirmed: caution } = of.thing;
  return defineCommand({
    summary: text(
      `import ${title.en} from a CSV file or workbook`,
      `CSV ファイルや Excel ブックから${title.ja}をインポートする`,
    ),
    caution,
    details: IMPORT_HELP,
    args: {
      file: {
        kind: "file",
        required: true,
        about: text(
          `CSV file or .xlsx workbook of ${title.en} (- for stdin)`,
          `${title.ja}の CSV ファイルか Excel ブック .xlsx(- は標準入力)`,
        ),
      },
    },
    options: { ...IMPORT_OPTIONS, ...of.imports },
    examples: listExamples(of, "import"),
    exits: IMPORT_EXITS,
    plans: true,
    shows: RESULT_COLUMNS,
    async run(tools, { file, ...options }) {
      const { runImport } = await import("../imports/plan/run.ts");
      return runImport(tools, { kind: of.noun, file, options: options });
    },
  });
};

const defineExport = <R extends { readonly id: string }>(of: RecordNoun<R>) => {
  const { title, unconfirmed: caution } = of.thing;
  return defineCommand({
    summary: text(`export ${title.en} as a CSV file`, `${title.ja}を CSV ファイルにエクスポートする`),
    caution,
    args: {},
    options: { ...EXPORT_OPTIONS, ...of.orgOptions },
    examples: listExamples(of, "export"),
    exits: ["input-rejected", "not-found"],
    async run(tools, input) {
      const { org, direct } = input as { readonly org?: string; readonly direct?: boolean };
      const client = await openClient(tools, of);
      const within = await resolveOrgFilter(tools, { org, direct });
      await runExport(tools, input, (query) => client.export({ ...query, ...within }));
    },
  });
};

const defineTemplate = <R extends { readonly id: string }>(of: RecordNoun<R>) => {
  const { noun, thing } = of;
  const { title, unconfirmed: caution } = thing;
  return defineCommand({
    summary: text(`write the header row of a file of ${title.en}`, `${title.ja} CSV のヘッダー行を書き出す`),
    caution,
    args: {},
    options: TEMPLATE_OPTIONS,
    examples: listExamples(of, "template"),
    exits: ["input-rejected", "not-found"],
    opensTenant: thing.custom === true ? undefined : false,
    async run(tools, options) {
      const tenant = thing.custom === true ? await tools.tenant("users") : undefined;
      const { context } = tenant ?? (await tools.contexts.choose(tools.globals.context, tools.environment));
      const customFields = await tenant?.client.users.fields();
      await writeTemplate(tools, options, { format: noun, language: getAccountLanguage({ context }), customFields });
    },
  });
};

const defineHistory = <R extends { readonly id: string }>(of: RecordNoun<R>) => {
  const { thing, lookup } = of;
  const { en, ja } = lookup.noun;
  return defineCommand({
    summary: text(`list every version of ${addArticle(en)}`, `${ja}の変更履歴を一覧する`),
    details: HISTORY_DETAILS,
    args: { record: nameArgument(of) },
    options: {},
    examples: listExamples(of, "history"),
    exits: ["not-found"],
    async run(tools, { record }) {
      const found = await (await openClient(tools, of)).history({ name: record });
      await showHistory(tools, { ...lookup, fields: thing.fields }, record, found);
    },
  });
};

/** The ordinary verbs of a noun of records. What only one noun does is a verb of its own. */
export const defineRecordVerbs = <R extends { readonly id: string }>(of: RecordNoun<R>): Record<VerbName, Command> => ({
  show: defineShow(of),
  create: defineCreate(of),
  edit: defineEdit(of),
  delete: defineDelete(of),
  import: defineImport(of),
  export: defineExport(of),
  template: defineTemplate(of),
  history: defineHistory(of),
});
