import { resolve } from "node:path";
import { line, type CommandLine } from "../../../lib/advice/index.ts";
import type { Client, Import, InputProblem } from "../../../lib/client/index.ts";
import { readHeader } from "../../../lib/csv/layout/header.ts";
import { HEADER_SEARCH_ROWS } from "../../../lib/csv/layout/layout.ts";
import type { MapFileSchema, MapOptions } from "../../../lib/csv/layout/map-parse.ts";
import type { TranslatedValue } from "../../../lib/csv/layout/map.ts";
import type { RecordSink } from "../../../lib/csv/records/record.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { hasOrgColumn, namesOrg, type CustomField, type Format } from "../../../lib/model/format.ts";
import { FORMATS, type KeyName } from "../../../lib/model/formats.ts";
import type { FixChoice, OrgBy } from "../../../lib/model/import.ts";
import { formatCount, joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { findSheetNames, sortLatestFirst, toSheetPattern } from "../../../lib/xlsx/sheet-pattern.ts";
import { SheetChoiceFailure } from "../../../lib/xlsx/workbook-failures.ts";
import { hasComments, loadCustomFields, proposeMapName } from "../../csv/file/column-map.ts";
import { askColumns, findOpenHeaders } from "../../csv/questions/ask.ts";
import { renderMapFile } from "../../csv/questions/render.ts";
import { surveyFile, type SurveyedColumn } from "../../csv/questions/survey.ts";
import type { Tools } from "../../tools.ts";
import { buildImportCommand, NO_REMEDY } from "../refusal/command.ts";
import { loadKnownNames } from "../refusal/names.ts";
import { Remedies } from "../refusal/remedies.ts";
import type { ListMap } from "./list-map.ts";
import { addMapOptions, type ImportRequest } from "./options.ts";
import { detectInputFormat, readRecords, type InputFormat } from "./reading.ts";
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
  /** the questions about plans that were asked */
  readonly #questions = new Set<string>();
  #hasAsked = false;
  #creations: Pick<ImportRequest, "createOrgs" | "createGroups"> = {};
  /** the header row that was chosen */
  #headerRow: number | undefined;
  /** names of custom fields that a dry run does not add */
  #lackingFields: readonly string[] = [];
  /** the sheet that was chosen, and the sheets from which it was chosen */
  #sheet: { readonly name: string; readonly among: readonly string[] } | undefined;
  readonly #added: string[] = [];

  /** @param known the map that reads the file; only what it does not answer is asked */
  constructor(tools: Tools, requested: ImportRequest, known: ListMap | undefined) {
    this.#tools = tools;
    this.#requested = requested;
    this.#read = addMapOptions(requested, known?.map.options);
    this.#known = known;
  }

  /** What the import creates because a person agreed. It is not saved: the next file may have misspelt names. */
  get creations(): Pick<ImportRequest, "createOrgs" | "createGroups"> {
    return this.#creations;
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
      headerRow: this.#headerRow ?? options.headerRow,
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
      const row = found.isFound && found.isCertain ? found.row : await this.#askHeaderRow(file, reading, format);
      return { reading: { ...reading, headerRow: row }, sheet };
    };
    try {
      return await read(given);
    } catch (error) {
      if (!(error instanceof SheetChoiceFailure) || this.#requested.options.sheet !== undefined) throw error;
      this.#hasAsked = true;
      const sheets = await this.#sortSheets(file, error.sheets, format);
      const choices = sheets.map((name) => ({ value: name, name: same(name) }));
      const message = text("Which sheet has the list?", "どのシートを読み込みますか?");
      const name = await terminal.prompts.select({ message, flag: "--sheet", choices });
      this.#sheet = { name, among: error.sheets };
      return read(name);
    }
  }

  /** Returns the sheets, starting with the one whose first rows have the most known headers; of several, the latest. */
  async #sortSheets(file: InputFile, sheets: readonly string[], format: Format): Promise<readonly string[]> {
    const { encoding } = this.#requested.options;
    const { signal } = this.#tools;
    const counts = new Map<string, number>();
    const latest = sortLatestFirst(sheets);
    for (const sheet of latest.slice(0, MAX_COMPARED_SHEETS)) {
      const reading = await detectInputFormat(file, { encoding, sheet, signal });
      const rows = (await ignoreFailure(() => this.#readFirstRows(file, reading, format))) ?? [];
      counts.set(sheet, Math.max(0, ...rows.map(({ known }) => known)));
    }
    return latest.toSorted((one, other) => (counts.get(other) ?? 0) - (counts.get(one) ?? 0));
  }

  /** Returns the rows in which a header is searched for, without blank rows. */
  async #readFirstRows(file: InputFile, reading: InputFormat, format: Format): Promise<readonly FirstRow[]> {
    const rows: FirstRow[] = [];
    const map = this.#known?.map;
    const sink: RecordSink = {
      record(cells, count, row) {
        const all = cells.slice(0, count);
        const filled = all.filter((cell) => cell.trim() !== "");
        if (row > HEADER_SEARCH_ROWS || filled.length === 0) return;
        const { columns } = readHeader(all, format, { map, readsLikely: true }).layout;
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
    this.#hasAsked = true;
    const message = text("Which row is the header?", "ヘッダー行はどの行ですか?");
    const choices = sortLikelyHeaders(rows).map(({ row, preview }) => ({
      value: row,
      name: same(`${row}: ${preview}`),
    }));
    this.#headerRow = await this.#tools.terminal.prompts.select({ message, flag: "--header-row", choices });
    return this.#headerRow;
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
   * Asks what only a plan shows: which organisations unknown names mean, whether people with new addresses are known,
   * whether to create organisations and groups that the tenant lacks, whether to correct mistakes, and what blank cells
   * mean. Each question is asked once.
   *
   * @returns the answers so far as a map for this file, with which to plan again; undefined to keep the plan
   */
  async revise(plan: Import): Promise<MapFileSchema | undefined> {
    const map = this.#map;
    if (map === undefined) return undefined;
    // a list that can be applied may have mistakes that only cause warnings
    const problems = plan.rejected || plan.warnings > 0 ? await this.#readProblems(plan) : [];
    const remedies = new Remedies(this.#requested.kind);
    for (const problem of problems) remedies.take(problem);
    const fix = await this.#askFix(remedies);
    if (fix !== undefined) {
      // the next plan shows what remains: corrected names may be known
      const all = new Set([...(map.options?.fix ?? []), ...fix]);
      this.#map = { ...map, options: { ...map.options, fix: [...all] } };
      return this.#mapOfFile;
    }
    const values = await this.#askUnknownOrgs(problems);
    const blank = await this.#askBlank(plan, problems);
    const key = await this.#askSamePeople(remedies);
    const isCreated = await this.#askCreations(remedies);
    if (values.length === 0 && blank === undefined && key === undefined && !isCreated) return undefined;
    this.#map = {
      ...map,
      ...((map.values !== undefined || values.length > 0) && { values: [...(map.values ?? []), ...values] }),
      options: { ...map.options, blank: blank ?? map.options?.blank, key: key ?? map.options?.key },
    };
    return this.#mapOfFile;
  }

  async #readProblems(plan: Import): Promise<readonly InputProblem[]> {
    const { client } = await this.#tools.tenant("imports");
    return Array.fromAsync(client.imports.problems(plan.id, { limit: MAX_READ_PROBLEMS }));
  }

  /** Returns true if a question has not been asked yet, and notes that it is asked. */
  #isNew(question: string): boolean {
    if (this.#questions.has(question)) return false;
    this.#questions.add(question);
    this.#hasAsked = true;
    return true;
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
      if (!this.#isNew(`organisation ${name}`)) continue;
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

  /** Asks for the key if people of the list are probably in the tenant with another address. */
  async #askSamePeople({ newAddresses }: Remedies): Promise<MapOptions["key"]> {
    const { kind, key, options } = this.#requested;
    const [by, ...others] = new Set(newAddresses.map((one) => one.by));
    const allowed = options.allow?.includes("new-address") === true;
    if (by === undefined || others.length > 0 || key !== undefined || allowed || !this.#isNew("key")) return undefined;
    const { columns, thing } = FORMATS[kind];
    const headerOf = (name: KeyName): string => {
      const field = thing.keys.find((one) => one.name === name)?.field;
      return columns.find((one) => one.field === field)?.header ?? name;
    };
    const shown = newAddresses.slice(0, MAX_SHOWN_NAMES).map(({ user }) => same(user));
    const { en, ja } = joinTexts(shown, text(", ", "、"));
    const [was = "email"] = newAddresses.map((one) => one.key);
    return this.#tools.terminal.prompts.select<KeyName>({
      message: text(
        `${formatCount(newAddresses.length, "user")} in the list may be in the tenant with another ${headerOf(was)} (${en}). Which column identifies a person?`,
        `一覧の ${newAddresses.length} 人は、${headerOf(was)}が変わった登録済みの人の可能性があります(${ja})。どの列で対応させますか?`,
      ),
      flag: "--key",
      choices: [
        { value: by, name: text(`${headerOf(by)}: they are the same people`, `${headerOf(by)}(同じ人)`) },
        { value: was, name: text(`${headerOf(was)}: they are other people`, `${headerOf(was)}(別の人)`) },
      ],
    });
  }

  /** Asks whether to create the organisations and groups that the tenant lacks. */
  async #askCreations(remedies: Remedies): Promise<boolean> {
    const { createOrgs, createGroups, unknown } = remedies;
    // a person who gets the rejected rows in a file wants to correct them there
    if (this.#requested.options.errors !== undefined) return false;
    if (this.#requested.createOrgs === true || this.#requested.createGroups === true) return false;
    if (!(createOrgs || createGroups) || !this.#isNew("creations")) return false;
    remedies.compare(await loadKnownNames(this.#tools, this.#requested, remedies));
    const { likenesses } = remedies;
    const more = unknown.length - MAX_SHOWN_NAMES;
    const shown = unknown.slice(0, MAX_SHOWN_NAMES).map((name) => {
      const near = likenesses.find((likeness) => likeness.name === name)?.near;
      return near === undefined ? same(name) : text(`${name} (or ${near}?)`, `${name}(${near}?)`);
    });
    const { en, ja } = joinTexts(shown, text(", ", "、"));
    const [moreEn, moreJa] = more > 0 ? [` and ${more} more`, ` ほか ${more} 件`] : ["", ""];
    const things = createOrgs
      ? text("organisations below 全社, with their names as codes", "全社の直下に組織(組織コードは名前と同じ)")
      : text("groups", "グループ");
    const message = text(
      `The tenant does not have ${en}${moreEn}. Create these as ${things.en}?`,
      `${ja}${moreJa}は登録されていません。${things.ja}を作成しますか?`,
    );
    const flag = createOrgs ? "--create-orgs" : "--create-groups";
    if (!(await this.#tools.terminal.prompts.confirm({ message, flag, preset: likenesses.length === 0 }))) return false;
    this.#creations = { createOrgs: createOrgs || undefined, createGroups: createGroups || undefined };
    return true;
  }

  /** Asks whether to correct the mistakes that the plan reports. */
  async #askFix({ fix }: Remedies): Promise<readonly FixChoice[] | undefined> {
    const { fix: typed, errors } = this.#requested.options;
    // a person who gets the rejected rows in a file wants to correct them there
    if (typed !== undefined || errors !== undefined || fix.length === 0 || !this.#isNew("fix")) return undefined;
    const { en, ja } = joinTexts(
      fix.map((one) => FIX_NAMES[one]),
      text(", ", "、"),
    );
    const message = text(`Correct these mistakes in the list? ${en}`, `一覧の次の誤りを直して読み込みますか? ${ja}`);
    const isCorrected = await this.#tools.terminal.prompts.confirm({ message, flag: "--fix", preset: true });
    return isCorrected ? fix : undefined;
  }

  /** Asks what blank cells mean if a plan would clear most values of a column. */
  async #askBlank(plan: Import, problems: readonly InputProblem[]): Promise<MapOptions["blank"]> {
    const isCleared = plan.columns.some(({ clearedOf }) => clearedOf !== undefined);
    if (!isCleared && problems.every(({ code }) => code !== "column-blank")) return undefined;
    if (this.#map?.options?.blank !== undefined || !this.#isNew("blank")) return undefined;
    return this.#tools.terminal.prompts.select<"clear" | "keep">({
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
    return buildImportCommand(
      {
        ...this.#requested,
        ...this.#creations,
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
      },
      NO_REMEDY,
    );
  }

  #askToKeep(name: string, tenant: Text): Promise<boolean> {
    const message = text(
      `Save these answers in ${name}, and use them for later imports into ${tenant.en}?`,
      `この回答を ${name} に保存し、次回以降、${tenant.ja}へのインポートにも使いますか?`,
    );
    return this.#tools.terminal.prompts.confirm({ message, flag: "--map", preset: true });
  }
}

/** What each correction corrects, in a question. */
const FIX_NAMES: Readonly<Record<FixChoice, Text>> = {
  trim: text("spaces at both ends", "前後の空白"),
  width: text("full-width letters and hyphens", "全角の英数字・横線"),
  kana: text("half-width kana", "半角カナ"),
  names: text("spaces in names", "氏名の空白"),
  invisible: text("invisible characters", "目に見えない文字"),
  "short-rows": text("missing last cells", "足りない末尾のセル"),
};

/** The columns of a file as the answers map them. */
interface AnsweredLayout {
  readonly surveyed: readonly SurveyedColumn[];
  readonly format: Format;
  readonly map: MapFileSchema;
  readonly customFields: readonly CustomField[] | undefined;
}

const toHeaders = (surveyed: readonly SurveyedColumn[]): readonly string[] => surveyed.map(({ header }) => header);

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

/** The codes of problems with names that do not mean exactly one organisation. */
const UNCLEAR_NAMES: ReadonlySet<string> = new Set(["org-name-unknown", "org-name-ambiguous"]);

/** Maximum number of sheets that are compared before a person chooses one. */
const MAX_COMPARED_SHEETS = 10;
/** Maximum length of a row in a question, so that each choice fits on a line. */
const MAX_PREVIEW = 30;
const MAX_READ_PROBLEMS = 10_000;
/** Maximum number of unknown names of organisations about which to ask, and of organisations to choose from. */
const MAX_ASKED_NAMES = 10;
const MAX_OFFERED_ORGS = 200;
/** Maximum number of names in a question. */
const MAX_SHOWN_NAMES = 5;
