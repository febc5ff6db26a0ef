import { resolve } from "node:path";
import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { Client, Import, InputProblem } from "../../../lib/client/index.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import type { MapFileSchema, MapOptions } from "../../../lib/csv/layout/map-parse.ts";
import type { TranslatedValue } from "../../../lib/csv/layout/map.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { hasOrgColumn, namesOrg, type CustomField, type Format } from "../../../lib/model/format.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { OrgBy } from "../../../lib/model/import.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { findSheetNames, sortLatestFirst, toSheetPattern } from "../../../lib/xlsx/sheet-pattern.ts";
import { SheetChoiceFailure } from "../../../lib/xlsx/workbook-failures.ts";
import { hasComments, loadCustomFields, proposeMapName } from "../../csv/file/column-map.ts";
import { askColumns, findOpenHeaders } from "../../csv/questions/ask.ts";
import { renderMapFile } from "../../csv/questions/render.ts";
import { surveyFile, type SurveyedColumn } from "../../csv/questions/survey.ts";
import type { Tools } from "../../tools.ts";
import { buildImportCommand } from "../refusal/command.ts";
import type { ListMap } from "./list-map.ts";
import { addMapOptions, type ImportRequest } from "./options.ts";
import { detectInputFormat, type InputFormat } from "./reading.ts";
import { OrgNames } from "./org-names.ts";
import { NOTHING_CHANGED } from "./pending-plan.ts";
import { findHeaderInFile } from "./send.ts";
import { formatTenantName } from "./show.ts";

/** Asks how to read a file, as far as neither the file, its map nor the tenant shows it: one question per screen. */
export class GuidedImport {
  readonly #tools: Tools;
  readonly #requested: ImportRequest;
  /** the request with the defaults of the map that is known */
  readonly #read: ImportRequest;
  readonly #known: ListMap | undefined;
  #map: MapFileSchema | undefined;
  /** a header row that was found, and the name of the sheet: not saved, because those of the next file may differ */
  #found: Pick<MapOptions, "headerRow" | "sheet"> = {};
  #orgNames: OrgNames | undefined;
  /** the names of organisations that were asked about */
  readonly #asked = new Set<string>();
  #hasAsked = false;
  /** names of custom fields that a dry run does not add */
  #lackingFields: readonly string[] = [];
  #sheet: { readonly name: string; readonly among: readonly string[] } | undefined;
  readonly #added: string[] = [];

  /** @param known the map that reads the file; only what it does not answer is asked */
  constructor(tools: Tools, requested: ImportRequest, known: ListMap | undefined) {
    this.#tools = tools;
    this.#requested = requested;
    this.#read = addMapOptions(requested, known?.map.options);
    this.#known = known;
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
    const { kind, options, key } = this.#read;
    const format = FORMATS[kind];
    const known = this.#known?.map;
    const { reading, sheet } = await this.#findHeader(file, format);
    const columns = await surveyFile(file, reading, this.#tools.signal);
    const isKnown = findOpenHeaders(toHeaders(columns), format, { map: known }).length === 0;
    const hasOrgs = hasOrgColumn(format) && format.thing.name !== "org";
    const surveyed = hasOrgs && !isKnown ? (await this.#loadOrgNames()).mark(columns) : columns;
    const customFields = format.custom && !isKnown ? await loadCustomFields(this.#tools) : undefined;
    const { prompts } = this.#tools.terminal;
    const allowsUnknown = options.allow?.includes("unknown-columns") === true;
    const answers = await askColumns(prompts, surveyed, format, { customFields, map: known, allowsUnknown });
    const map = await this.#addFields(answers.map, answers.newFields);
    const fields = map === answers.map ? customFields : await loadCustomFields(this.#tools);
    const layout = { surveyed, format, map, customFields: fields };
    const chosen: MapOptions = {
      sheet: sheet === undefined ? undefined : toSheetPattern(sheet),
      headerRow: options.headerRow,
      orgBy: await this.#askOrganisations(layout),
      blank: options.blank,
      key: (await this.#askKey(layout)) ?? key,
      fix: options.fix,
    };
    this.#hasAsked ||= answers.hasAsked;
    this.#map = { ...map, dialect: reading.encoding === "xlsx" ? undefined : reading.dialect, options: chosen };
    const isFound = options.headerRow === undefined && reading.headerRow > 1;
    this.#found = { sheet, headerRow: isFound ? reading.headerRow : undefined };
    return this.#mapOfFile;
  }

  /** The answers so far as a map for this file. */
  get #mapOfFile(): MapFileSchema | undefined {
    const { sheet, headerRow } = this.#found;
    const { options } = this.#map ?? {};
    return this.#map && { ...this.#map, options: { ...options, sheet, headerRow: options?.headerRow ?? headerRow } };
  }

  async #loadOrgNames(): Promise<OrgNames> {
    this.#orgNames ??= await OrgNames.load((await this.#tools.tenant("orgs")).client);
    return this.#orgNames;
  }

  async #findHeader(file: InputFile, format: Format): Promise<{ reading: InputFormat; sheet: string | undefined }> {
    const { encoding, headerRow, sheet: given } = this.#read.options;
    const map = this.#known?.map;
    const { signal, terminal } = this.#tools;
    const read = async (sheet: string | undefined): Promise<{ reading: InputFormat; sheet: string | undefined }> => {
      const reading = await detectInputFormat(file, { encoding, sheet, headerRow, map, signal });
      const found = await findHeaderInFile(file, reading, format, { map, sheet, signal });
      if (headerRow !== undefined) return { reading, sheet };
      return { reading: { ...reading, headerRow: found.row }, sheet };
    };
    try {
      return await read(given);
    } catch (error) {
      if (!(error instanceof SheetChoiceFailure) || this.#requested.options.sheet !== undefined) throw error;
      this.#hasAsked = true;
      const choices = sortLatestFirst(error.sheets).map((name) => ({ value: name, name: same(name) }));
      const message = text("Which sheet has the list?", "どのシートを読み込みますか?");
      const name = await terminal.prompts.select({ message, flag: "--sheet", choices });
      this.#sheet = { name, among: error.sheets };
      return read(name);
    }
  }

  /** Adds custom fields to the tenant if the person agrees. Otherwise, and in a dry run, their columns are ignored. */
  async #addFields(map: MapFileSchema, names: readonly string[]): Promise<MapFileSchema> {
    if (names.length === 0) return map;
    const { terminal } = this.#tools;
    const all = joinTexts(names.map(same), text(", ", "、"));
    const ignoring = {
      ...map,
      columns: map.columns.map((one) => (names.includes(one.header) ? { ...one, to: null } : one)),
    };
    if (this.#requested.options.dryRun) {
      this.#lackingFields = names;
      await terminal.note(
        text(
          `a dry run adds no custom fields; ignored columns: ${all.en}`,
          `確認のみのため、カスタムユーザー情報は追加せず、${all.ja}の列は読み込みません`,
        ),
      );
      return ignoring;
    }
    const message = text(
      `Add the custom fields ${all.en} to the tenant now? They stay even if you do not apply the plan. If not, these columns are ignored.`,
      `カスタムユーザー情報に${all.ja}を今追加しますか?(計画を適用しなくても残ります。追加しなければ、この列は読み込みません)`,
    );
    if (!(await terminal.prompts.confirm({ message, flag: "--map", preset: true }))) return ignoring;
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
    const known = this.#requested.orgBy ?? map.options?.orgBy;
    if (known !== undefined || this.#requested.createOrgs === true) return known;
    if (map.joins?.some(({ field }) => format.columns.some((one) => one.field === field && namesOrg(one))) === true)
      return "path";
    const { columns } = readHeader(toHeaders(surveyed), format, { map, customFields }).layout;
    const at = columns.find(({ column }) => format.thing.name !== "org" && namesOrg(column))?.positions[0];
    const values = surveyed[at ?? -1]?.values ?? new Set();
    if (values.size === 0) return undefined;
    const names = await this.#loadOrgNames();
    const [byName, byPath] = [names.count(values, "name"), names.count(values, "path")];
    if (names.count(values, "code") > 0 || byPath === 0) return undefined;
    this.#hasAsked = true;
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
    if (this.#read.key !== undefined) return undefined;
    const { columns } = readHeader(toHeaders(surveyed), format, { map, customFields }).layout;
    const present = new Set(columns.map(({ column }) => column.field));
    const others = thing.keys.filter(({ field }) => field !== usual && present.has(field));
    if (present.has(usual) || format.fallbackKey !== undefined) return undefined;
    if (others.length < 2) return others[0]?.name as MapOptions["key"];
    this.#hasAsked = true;
    const headerOf = (field: string): string => format.columns.find((one) => one.field === field)?.header ?? field;
    return this.#tools.terminal.prompts.select({
      message: text("Which column identifies a record?", "どの列で対応させますか?"),
      flag: "--key",
      choices: others.map(({ name, field }) => ({ value: name as MapOptions["key"], name: same(headerOf(field)) })),
    });
  }

  /**
   * Asks which organisations the unknown names of a rejected plan mean. Each question is asked once.
   *
   * @returns the answers so far as a map for this file, with which to plan again; undefined to keep the plan
   */
  async revise(plan: Import): Promise<MapFileSchema | undefined> {
    const map = this.#map;
    if (map === undefined || !plan.rejected) return undefined;
    const values = await this.#askUnknownOrgs(await this.#readProblems(plan));
    if (values.length === 0) return undefined;
    this.#map = { ...map, values: [...(map.values ?? []), ...values] };
    return this.#mapOfFile;
  }

  async #readProblems(plan: Import): Promise<readonly InputProblem[]> {
    const { client } = await this.#tools.tenant("imports");
    return Array.fromAsync(client.imports.problems(plan.id, { limit: MAX_READ_PROBLEMS }));
  }

  /** Asks which organisations the names mean that no organisation of the tenant has, or several. */
  async #askUnknownOrgs(problems: readonly InputProblem[]): Promise<readonly TranslatedValue[]> {
    const { kind } = this.#requested;
    const field = FORMATS[kind].columns.find(namesOrg)?.field;
    const unknown = problems.filter(({ code }) => UNCLEAR_NAMES.has(code)).map(({ params }) => params);
    const byName = new Map(unknown.map((params) => [String(params["name"]), params]));
    if (field === undefined || byName.size > MAX_ASKED_NAMES) return [];
    const values: TranslatedValue[] = [];
    for (const [name, { near, by, paths }] of byName) {
      const isAmbiguous = paths !== undefined;
      const names = await this.#loadOrgNames();
      const { all, likely } = names.list(by === "path" ? "path" : "name", isAmbiguous ? name : String(near ?? ""));
      // a new tenant has no organisations to choose from
      if (all.length === 0) return values;
      if (this.#asked.has(name)) continue;
      this.#asked.add(name);
      this.#hasAsked = true;
      const choices = all.slice(0, MAX_OFFERED_ORGS).map((org) => ({ value: org, name: same(org) }));
      const none = { value: undefined, name: text("none: correct the list", "なし(一覧を直す)") };
      const to = await this.#tools.terminal.prompts.select<string | undefined>({
        message: text(`Which organisation does "${name}" mean?`, `「${name}」はどの組織ですか?`),
        flag: "--map",
        choices: [...choices.slice(0, likely), none, ...choices.slice(likely)],
      });
      if (to !== undefined) values.push({ field, from: name, to });
    }
    return values;
  }

  /**
   * Writes the answers to a map file, unless the map has them already, and offers to use it for the next imports. The answers
   * about a rejected list are only for the corrected list. In any case, the command that asks nothing is shown. Call it
   * before anybody decides about the plan, so that no decision loses the answers.
   *
   * @returns the name of the map file; undefined if there is none
   */
  async keepAnswers({ rejected }: Pick<Import, "rejected">): Promise<string | undefined> {
    const { kind, file } = this.#requested;
    const { outputs, workingFolder, contexts, terminal } = this.#tools;
    const content = this.#renderAnswers();
    if (content === undefined) return undefined;
    const { context } = await this.#tools.tenant();
    const free = await outputs.freeName(proposeMapName(file, kind));
    const known = this.#known?.file;
    const isContinued = known !== undefined && !(await hasComments(this.#tools, known));
    const name = isContinued ? known : free;
    const mayKeep = !rejected && this.#lackingFields.length === 0;
    const isKept = mayKeep && (await this.#askToKeep(name, formatTenantName({ tenant: context.name }, { context })));
    const written = isKept ? name : free;
    await outputs.declare([{ name: written, isPublic: true, isContinued: true }]);
    await outputs.write(written, content);
    if (isKept) await contexts.set(context.name, { lists: new Map([[kind, resolve(workingFolder, written)]]) });
    const again = this.#buildUnattendedCommand(isKept ? undefined : written);
    const first = this.#lackingFields.map((field) => `${line("users fields add", [field])}; `).join("");
    const next = isKept
      ? line("context set", [context.name], { list: [`${kind}=none`] })
      : line("context set", [context.name], { list: [`${kind}=${written}`] });
    await terminal.note(
      isKept
        ? text(
            `wrote ${written}; to import the list without questions: ${first}${again} (to ask again: ${next})`,
            `${written} を保存しました。質問なしで同じことをするには: ${first}${again}(また質問するには: ${next})`,
          )
        : text(
            `wrote ${written} for this list; to import the list without questions: ${first}${again} (to use the map for later imports: ${next})`,
            `この一覧のために ${written} を書き出しました。質問なしで同じことをするには: ${first}${again}(次回からのインポートにも使うには: ${next})`,
          ),
    );
    return written;
  }

  /** Returns the answers as the text of a map; undefined if the map has them already. */
  #renderAnswers(): string | undefined {
    if (!this.#hasAsked || this.#map === undefined) return undefined;
    const format = FORMATS[this.#requested.kind];
    const columns = this.#map.columns.map((one) =>
      this.#lackingFields.includes(one.header) ? { ...one, to: one.header } : one,
    );
    const content = renderMapFile({ ...this.#map, columns }, format);
    return this.#known !== undefined && renderMapFile(this.#known.map, format) === content ? undefined : content;
  }

  /**
   * Returns the command that imports the list without questions. Options that the saved map has are left out, except a
   * sheet that the map does not find.
   *
   * @param map the file of the map; undefined if the context specifies it
   */
  #buildUnattendedCommand(map: string | undefined): CommandLine {
    const { options } = this.#requested;
    const { name, among = [] } = this.#sheet ?? { name: options.sheet };
    const saved = this.#map?.options?.sheet;
    const found = saved === undefined ? [] : findSheetNames(among, saved);
    const isFound = name === saved || (found.length === 1 && found[0] === name);
    return buildImportCommand({
      ...this.#requested,
      key: undefined,
      orgBy: undefined,
      isConfirmed: !options.dryRun,
      options: {
        ...options,
        map,
        sheet: isFound ? undefined : name,
        headerRow: undefined,
        blank: undefined,
        fix: undefined,
      },
    });
  }

  #askToKeep(name: string, tenant: Text): Promise<boolean> {
    const message = text(
      `Save these answers in ${name}, and use them for later imports into ${tenant.en}?`,
      `この回答を ${name} に保存し、次回以降、${tenant.ja}へのインポートにも使いますか?`,
    );
    return this.#tools.terminal.prompts.confirm({ message, flag: "--map", preset: true });
  }
}

interface AnsweredLayout {
  readonly surveyed: readonly SurveyedColumn[];
  readonly format: Format;
  readonly map: MapFileSchema;
  readonly customFields: readonly CustomField[] | undefined;
}

const toHeaders = (surveyed: readonly SurveyedColumn[]): readonly string[] => surveyed.map(({ header }) => header);

/** The codes of problems with names that do not mean exactly one organisation. */
const UNCLEAR_NAMES: ReadonlySet<string> = new Set(["org-name-unknown", "org-name-ambiguous"]);

const MAX_READ_PROBLEMS = 10_000;
/** Maximum number of unknown names of organisations about which to ask, and of organisations to choose from. */
const MAX_ASKED_NAMES = 10;
const MAX_OFFERED_ORGS = 200;
