import { resolve } from "node:path";
import { line } from "../../../lib/advice/index.ts";
import type { Client, Import } from "../../../lib/client/index.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import { HEADER_SEARCH_ROWS } from "../../../lib/csv/layout/layout.ts";
import type { MapFileSchema, MapOptions } from "../../../lib/csv/layout/map-parse.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import type { RecordSink } from "../../../lib/csv/records/record.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { namesOrg, type CustomField, type Format } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { OrgBy } from "../../../lib/model/import.ts";
import { nameKey } from "../../../lib/model/normalise.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { SheetChoiceFailure } from "../../../lib/xlsx/workbook-failures.ts";
import { loadCustomFields, proposeMapName } from "../../csv/file/column-map.ts";
import { askColumns } from "../../csv/questions/ask.ts";
import { renderMapFile } from "../../csv/questions/render.ts";
import { surveyFile, type SurveyedColumn } from "../../csv/questions/survey.ts";
import type { Tools } from "../../tools.ts";
import { buildImportCommand, NO_REMEDY } from "../refusal/command.ts";
import type { ImportRequest } from "./options.ts";
import { detectInputFormat, readRecords, type InputFormat } from "./reading.ts";
import { NOTHING_CHANGED } from "./pending-plan.ts";
import { findHeaderInFile } from "./send.ts";

/**
 * Returns true if an import may ask how to read its file: at a terminal, if nobody decided it before in a column map file or
 * with options for unattended runs.
 */
export const mayAsk = ({ terminal, globals }: Tools, { file, options }: ImportRequest): boolean =>
  terminal.interactive && !globals.yes && file !== "-" && options.map === undefined && !options.fromConsole;

/** Asks how to read a file, as far as neither the file nor the tenant shows it: one question per screen. */
export class GuidedImport {
  readonly #tools: Tools;
  readonly #requested: ImportRequest;
  #map: MapFileSchema | undefined;
  #isAsked = false;
  #isHeaderRowAsked = false;
  #leavesOutFields = false;
  readonly #added: string[] = [];

  constructor(tools: Tools, requested: ImportRequest) {
    this.#tools = tools;
    this.#requested = requested;
  }

  /** The state of the tenant if the plan is not committed: custom fields may have been added before. */
  get unchanged(): Text {
    if (this.#added.length === 0) return NOTHING_CHANGED;
    const { en, ja } = joinTexts(this.#added.map(same), text(", ", "、"));
    return text(
      `added custom fields: ${en}; nothing else was changed`,
      `カスタムユーザー情報に${ja}を追加しました。ほかは何も変更していません`,
    );
  }

  /**
   * Asks about the sheet, the header, the columns, the organisations and the key.
   *
   * @returns the answers as a map for this file, with its header row
   */
  async ask(file: InputFile): Promise<MapFileSchema | undefined> {
    const { kind, options } = this.#requested;
    const format = FORMATS[kind];
    const { reading, sheet } = await this.#findHeader(file, format);
    const surveyed = await surveyFile(file, reading, this.#tools.signal);
    const isKnown = countKnown(surveyed, format) === surveyed.filter(({ header }) => header !== "").length;
    const customFields = format.custom && !isKnown ? await loadCustomFields(this.#tools) : undefined;
    const { prompts } = this.#tools.terminal;
    const answers = await askColumns(prompts, surveyed, format, customFields);
    const map = await this.#addFields(answers.map, answers.newFields);
    const known = map === answers.map ? customFields : await loadCustomFields(this.#tools);
    const layout = { surveyed, format, map, customFields: known };
    const chosen: MapOptions = {
      sheet,
      // a row that was found is not saved, because the next file may have another number of titles
      headerRow: this.#isHeaderRowAsked ? reading.headerRow : undefined,
      orgBy: await this.#askOrganisations(layout),
      key: await this.#askKey(layout),
    };
    this.#isAsked ||= answers.isAsked;
    this.#map = { ...map, dialect: reading.encoding === "xlsx" ? undefined : reading.dialect, options: chosen };
    const found = options.headerRow === undefined && reading.headerRow > 1 ? reading.headerRow : undefined;
    return { ...this.#map, options: { ...chosen, headerRow: chosen.headerRow ?? found } };
  }

  async #findHeader(file: InputFile, format: Format): Promise<{ reading: InputFormat; sheet: string | undefined }> {
    const { encoding, headerRow, sheet: given } = this.#requested.options;
    const { signal, terminal } = this.#tools;
    const read = async (sheet: string | undefined): Promise<{ reading: InputFormat; sheet: string | undefined }> => {
      const reading = await detectInputFormat(file, { encoding, sheet, headerRow, signal });
      if (headerRow !== undefined) return { reading, sheet };
      const found = await findHeaderInFile(file, reading, format, { sheet, signal });
      const row = found.isFound && found.isCertain ? found.row : await this.#askHeaderRow(file, reading, format);
      return { reading: { ...reading, headerRow: row }, sheet };
    };
    try {
      return await read(given);
    } catch (error) {
      if (!(error instanceof SheetChoiceFailure) || given !== undefined) throw error;
      this.#isAsked = true;
      const sheets = await this.#sortSheets(file, error.sheets, format);
      const choices = sheets.map((name) => ({ value: name, name: same(name) }));
      const message = text("Which sheet has the list?", "どのシートを読み込みますか?");
      return read(await terminal.prompts.select({ message, flag: "--sheet", choices }));
    }
  }

  /** Returns the sheets, starting with the one whose first rows have the most known headers. */
  async #sortSheets(file: InputFile, sheets: readonly string[], format: Format): Promise<readonly string[]> {
    const { encoding } = this.#requested.options;
    const { signal } = this.#tools;
    const counts = new Map<string, number>();
    for (const sheet of sheets.slice(0, MAX_COMPARED_SHEETS)) {
      const reading = await detectInputFormat(file, { encoding, sheet, signal });
      const rows = (await ignoreFailure(() => this.#readFirstRows(file, reading, format))) ?? [];
      counts.set(sheet, Math.max(0, ...rows.map(({ known }) => known)));
    }
    return sheets.toSorted((one, other) => (counts.get(other) ?? 0) - (counts.get(one) ?? 0));
  }

  /** Returns the rows in which a header is searched for, without blank rows. */
  async #readFirstRows(file: InputFile, reading: InputFormat, format: Format): Promise<readonly FirstRow[]> {
    const rows: FirstRow[] = [];
    const sink: RecordSink = {
      record(cells, count, row) {
        const all = cells.slice(0, count);
        const filled = all.filter((cell) => cell.trim() !== "");
        if (row > HEADER_SEARCH_ROWS || filled.length === 0) return;
        const { columns } = readHeader(all, format, { readsLikely: true }).layout;
        const known = columns.filter(({ positions }) => positions.length > 0).length;
        rows.push({ row, preview: filled.join(" | ").slice(0, MAX_PREVIEW), filled: filled.length, known });
      },
      problem: () => undefined,
    };
    const head = { ...reading, rows: HEADER_SEARCH_ROWS };
    for await (const _ of readRecords(file.chunks(), head, file.label, sink)) {
      this.#tools.signal.throwIfAborted();
      if ((rows.at(-1)?.row ?? 0) >= HEADER_SEARCH_ROWS) break;
    }
    return rows;
  }

  async #askHeaderRow(file: InputFile, reading: InputFormat, format: Format): Promise<number> {
    const rows = await this.#readFirstRows(file, reading, format);
    if (rows.length < 2) return 1;
    this.#isAsked = true;
    this.#isHeaderRowAsked = true;
    const message = text("Which row is the header?", "ヘッダー行はどの行ですか?");
    const choices = sortLikelyHeaders(rows).map(({ row, preview }) => ({
      value: row,
      name: same(`${row}: ${preview}`),
    }));
    return this.#tools.terminal.prompts.select({ message, flag: "--header-row", choices });
  }

  /** Adds custom fields to the tenant if the person agrees. Otherwise, and in a dry run, their columns are ignored. */
  async #addFields(map: ColumnMap, names: readonly string[]): Promise<ColumnMap> {
    if (names.length === 0) return map;
    const { terminal } = this.#tools;
    const all = joinTexts(names.map(same), text(", ", "、"));
    const ignoring = {
      ...map,
      columns: map.columns.map((one) => (names.includes(one.header) ? { ...one, to: null } : one)),
    };
    if (this.#requested.options.dryRun) {
      this.#leavesOutFields = true;
      await terminal.note(
        text(
          `a dry run adds no custom fields; ignored columns: ${all.en}`,
          `確認のみのため、カスタムユーザー情報は追加せず、${all.ja}の列は読み込みません`,
        ),
      );
      return ignoring;
    }
    const message = text(
      `Add the custom fields ${all.en} to the tenant now? They stay even if you do not apply the plan.`,
      `カスタムユーザー情報に${all.ja}を今追加しますか?(計画を適用しなくても残ります)`,
    );
    if (!(await terminal.prompts.confirm({ message, flag: "--map" }))) return ignoring;
    const { client, permitChange } = await this.#tools.tenant("users");
    await permitChange();
    for (const name of names) await this.#addField(client, name);
    await terminal.note(text(`added to the tenant: ${all.en}`, `カスタムユーザー情報に${all.ja}を追加しました`));
    return { ...map };
  }

  async #addField({ users }: Client<"users">, name: string): Promise<void> {
    this.#tools.describeState(() =>
      text(
        `the custom field ${name} may have been added`,
        `カスタムユーザー情報に${name}が追加されている可能性があります`,
      ),
    );
    await users.addField({ name });
    this.#added.push(name);
    this.#tools.describeDone(this.unchanged);
  }

  /** Asks what the column of organisations contains, if it has no code of the tenant but names or paths. */
  async #askOrganisations({ surveyed, format, map, customFields }: AnsweredLayout): Promise<OrgBy | undefined> {
    if (this.#requested.orgBy !== undefined || this.#requested.createOrgs === true) return undefined;
    if (map.joins?.some(({ field }) => format.columns.some((one) => one.field === field && namesOrg(one))) === true)
      return "path";
    const { columns } = readHeader(toHeaders(surveyed), format, { map, customFields }).layout;
    const at = columns.find(({ column }) => format.thing.name !== "org" && namesOrg(column))?.positions[0];
    const values = [...(surveyed[at ?? -1]?.values ?? [])].map(nameKey);
    if (values.length === 0) return undefined;
    const orgs = await (await this.#tools.tenant("orgs")).client.orgs.list();
    const countOf = (keys: readonly (string | null)[]): number => {
      const known = new Set(keys.map((key) => nameKey(key ?? "")));
      return values.filter((value) => known.has(value)).length;
    };
    const byName = countOf(orgs.map(({ name }) => name));
    const byPath = countOf(orgs.flatMap(({ path }) => [path, `${ROOT_ORG_NAME}/${path}`]));
    if (countOf(orgs.map(({ code }) => code)) > 0 || byName + byPath === 0) return undefined;
    this.#isAsked = true;
    const header = surveyed[at ?? -1]?.header ?? "";
    const choices: { readonly value: OrgBy; readonly name: Text }[] = [
      { value: "name", name: text("names, such as 営業部", "組織名(営業部 など)") },
      { value: "path", name: text("paths, such as 本社/営業部", "パス(本社/営業部 など)") },
      { value: "code", name: text("codes", "組織コード") },
    ];
    return this.#tools.terminal.prompts.select({
      message: text(`What does the column "${header}" contain?`, `「${header}」の列には何が書いてありますか?`),
      flag: "--org-by",
      choices: byPath > byName ? [...choices.slice(1, 2), ...choices.filter(({ value }) => value !== "path")] : choices,
    });
  }

  /** Asks for the key if the file lacks the usual one but has another. */
  async #askKey({ surveyed, format, map, customFields }: AnsweredLayout): Promise<MapOptions["key"]> {
    const { thing, key: usual } = format;
    if (this.#requested.key !== undefined) return undefined;
    const { columns } = readHeader(toHeaders(surveyed), format, { map, customFields }).layout;
    const present = new Set(columns.map(({ column }) => column.field));
    const others = thing.keys.filter(({ field }) => field !== usual && present.has(field));
    if (present.has(usual) || format.fallbackKey !== undefined || others.length === 0) return undefined;
    this.#isAsked = true;
    const headerOf = (field: string): string => format.columns.find((one) => one.field === field)?.header ?? field;
    return this.#tools.terminal.prompts.select({
      message: text("Which column identifies a record?", "どの列で対応させますか?"),
      flag: "--key",
      choices: others.map(({ name, field }) => ({ value: name as MapOptions["key"], name: same(headerOf(field)) })),
    });
  }

  /** Asks what blank cells mean if a plan would clear most values of a column.  @returns undefined to keep the plan */
  async askBlank(plan: Import): Promise<MapOptions["blank"]> {
    if (this.#requested.options.blank !== undefined || this.#map === undefined) return undefined;
    const cleared = plan.columns.filter(({ clearedOf }) => clearedOf !== undefined).length;
    if (cleared === 0 && !(await this.#hasBlankColumn(plan))) return undefined;
    this.#isAsked = true;
    const blank = await this.#tools.terminal.prompts.select<"clear" | "keep">({
      message: text(
        "A column is blank in most rows, although the tenant has values. What does a blank cell mean?",
        "ほとんどの行が空の列がありますが、登録済みの値があります。空のセルの値をどうしますか?",
      ),
      flag: "--blank",
      choices: [
        { value: "keep", name: text("keep the value", "値を残す") },
        { value: "clear", name: text("clear the value", "値を消す") },
      ],
    });
    this.#map = { ...this.#map, options: { ...this.#map.options, blank } };
    return blank;
  }

  async #hasBlankColumn(plan: Import): Promise<boolean> {
    if (!plan.rejected) return false;
    const { client } = await this.#tools.tenant("imports");
    const limit = MAX_READ_PROBLEMS;
    for await (const { code } of client.imports.problems(plan.id, { limit })) if (code === "column-blank") return true;
    return false;
  }

  /**
   * Offers to save the answers for the next import: of the next list, or of the same list if its plan was rejected.
   *
   * @returns the name of the map file; undefined if they are not saved
   */
  async offerToSave(): Promise<string | undefined> {
    if (!this.#isAsked || this.#map === undefined || this.#leavesOutFields) return undefined;
    const { terminal, outputs, contexts, workingFolder } = this.#tools;
    const { kind, file } = this.#requested;
    const { context } = await this.#tools.tenant();
    const name = await outputs.freeName(proposeMapName(file, kind));
    const message = text(
      `Save the answers in ${name}, so that the next import into ${context.name} asks nothing?`,
      `回答を ${name} に保存して、次回の ${context.name} へのインポートでは質問なしにしますか?`,
    );
    if (!(await terminal.prompts.confirm({ message, flag: "--map", preset: true }))) return undefined;
    await outputs.declare([{ name, isPublic: true }]);
    await outputs.write(name, renderMapFile(this.#map, FORMATS[kind]));
    await contexts.set(context.name, { lists: new Map([[kind, resolve(workingFolder, name)]]) });
    const again = buildImportCommand(this.#requested, NO_REMEDY);
    const undo = line("context set", [context.name], { list: [`${kind}=none`] });
    await terminal.note(
      text(
        `wrote ${name}; the same without questions: ${again} (to ask again: ${undo})`,
        `${name} を保存しました。質問なしで同じことをするには: ${again}(また質問するには: ${undo})`,
      ),
    );
    return name;
  }
}

/** The columns of a file as the answers map them. */
interface AnsweredLayout {
  readonly surveyed: readonly SurveyedColumn[];
  readonly format: Format;
  readonly map: ColumnMap;
  readonly customFields: readonly CustomField[] | undefined;
}

const toHeaders = (surveyed: readonly SurveyedColumn[]): readonly string[] => surveyed.map(({ header }) => header);

/** Returns the number of columns that the format has, without custom fields of the tenant. */
const countKnown = (surveyed: readonly SurveyedColumn[], format: Format): number =>
  readHeader(toHeaders(surveyed), format).layout.columns.flatMap(({ positions }) => positions).length;

/** One of the first rows of a file. */
interface FirstRow {
  readonly row: number;
  readonly preview: string;
  /** number of cells that are not blank */
  readonly filled: number;
  /** number of columns of the format that its cells name, or probably mean */
  readonly known: number;
}

/** Returns the rows, starting with the one that is most likely the header. Short rows above it are titles. */
const sortLikelyHeaders = (rows: readonly FirstRow[]): readonly FirstRow[] => {
  const widest = Math.max(...rows.map(({ filled }) => filled));
  const isTitle = ({ filled }: FirstRow): boolean => filled * 4 < widest * 3;
  return rows.toSorted(
    (one, other) => other.known - one.known || Number(isTitle(one)) - Number(isTitle(other)) || one.row - other.row,
  );
};

/** Maximum number of sheets that are compared before a person chooses one. */
const MAX_COMPARED_SHEETS = 10;
/** Maximum length of a row in a question, so that each choice fits on a line. */
const MAX_PREVIEW = 30;
const MAX_READ_PROBLEMS = 100;
