import type { Readable, Writable } from "node:stream";
import { renderAdvice, type Advice } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { same, text, type Language, type Text } from "../text/index.ts";
import {
  completeCommands,
  foldLine,
  markCommands,
  paintCommands,
  shouldUseColour,
  toPlainCommands,
  type CommandCompletion,
} from "./commands.ts";
import { escapeForPeople } from "../text/shell-word.ts";
import { renderFailureLines, renderFailureJson } from "./failure.ts";
import {
  chooseLanguage,
  chooseOutput,
  selectColumns,
  type Column,
  type EnvironmentVariables,
  type OutputChoice,
  type OutputOptions,
} from "./output-choice.ts";
import type { NdjsonSource, Records, SaveRows } from "./output.ts";
import { createProgress, type SpinnerLoader, type Progress, type ProgressMode } from "./progress.ts";
import type { PromptEnvironment, Questions } from "./prompt.ts";
import { StreamWriter, type TextWriter } from "./writer.ts";

export type { EnvironmentVariables, Column } from "./output-choice.ts";
export type { SaveRows } from "./output.ts";
export type { ProgressStep, StepDescription } from "./progress.ts";

export type Styles = Readonly<Record<keyof typeof COLOURS, (part: string) => string>>;

export interface TerminalOptions extends OutputOptions {
  readonly lang?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly color?: boolean | undefined;
  readonly input?: boolean | undefined;
  readonly progress?: ProgressMode | undefined;
}

export interface TerminalEnvironment {
  /** called only before a question, because opening the stdin of the process takes time */
  readonly stdin: () => Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: EnvironmentVariables;
  readonly platform?: string | undefined;
  /** a monotonic clock in milliseconds */
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  readonly asked?: (() => Promise<void>) | undefined;
  readonly saveRows?: SaveRows | undefined;
  readonly loadSpinner?: SpinnerLoader | undefined;
}

const DEFAULT_COLUMNS = 80;

const CHANGE_FIELD = "change";

interface ShownTenant {
  readonly name: string;
  readonly moment: (instant: string) => string;
  readonly isNamed?: boolean | undefined;
  readonly acting?: readonly string[] | undefined;
}

const COLOURS = { heading: "bold", faint: "dim", good: "green", warning: "yellow", bad: "red" } as const;

async function loadStyles(isColoured: boolean): Promise<Styles> {
  const chalk = isColoured ? new (await import("chalk")).Chalk({ level: 1 }) : undefined;
  const styles = Object.entries(COLOURS).map(([purpose, colour]) => [
    purpose,
    (part: string) => chalk?.[colour](part) ?? part,
  ]);
  return Object.fromEntries(styles) as Styles;
}

/** Returns undefined if the width is unknown, for example 0 in the program `script`. */
const getTerminalWidth = ({ columns }: { readonly columns?: number }): number | undefined =>
  columns === 0 ? undefined : columns;

/** Writes results to stdout, and all messages to stderr. */
export class Terminal {
  readonly language: Language;
  readonly output: OutputChoice;
  readonly out: TextWriter;
  readonly progress: Progress;
  readonly prompts: Questions;
  readonly columns: number;
  readonly #err: TextWriter;
  readonly #writeNow: (chunk: string) => void;
  readonly #options: TerminalOptions;
  readonly #saveRows: SaveRows | undefined;
  readonly #errColumns: () => number | undefined;
  readonly onTerminal: boolean;
  readonly #isInteractive: () => boolean;
  #tenant: ShownTenant | undefined;
  #ofSeveral = false;
  readonly #changes: number[] = [];
  #tellsChanges = false;
  #hasToldChanges = false;
  readonly #changeColumn: Column<unknown> = {
    key: CHANGE_FIELD,
    header: text("change", "変更番号"),
    align: "end",
    value: () => this.#changes.at(-1) ?? null,
  };
  readonly #platform: string | undefined;
  readonly #colours: { readonly stdout: boolean; readonly stderr: boolean };

  constructor(place: TerminalEnvironment, options: TerminalOptions) {
    const { stdin, stdout, stderr, environment } = place;
    this.#options = options;
    this.#platform = place.platform;
    this.#saveRows = place.saveRows;
    this.language = chooseLanguage(options.lang, environment);
    this.output = chooseOutput(options, stdout.isTTY === true);
    this.onTerminal = stdout.isTTY === true;
    this.out = new StreamWriter(stdout, "stdout", { signal: place.signal });
    this.columns = getTerminalWidth(stdout) ?? DEFAULT_COLUMNS;
    this.#err = new StreamWriter(stderr, "stderr", { ignoresErrors: true });
    this.#errColumns = () => (stderr.isTTY === true ? getTerminalWidth(stderr) : undefined);
    this.#writeNow = (chunk) => void stderr.write(chunk);
    this.#colours = {
      stdout: shouldUseColour(stdout.isTTY === true, options.color, environment),
      stderr: shouldUseColour(stderr.isTTY === true, options.color, environment),
    };
    this.progress = createProgress({
      mode: resolveProgressMode(options),
      language: this.language,
      stderrIsTerminal: stderr.isTTY === true && environment["TERM"] !== "dumb" && stderr.columns !== 0,
      write: this.#writeNow,
      clock: place.clock,
      loadSpinner: place.loadSpinner ?? createOraLoader(stderr, this.#colours.stderr),
    });
    this.#isInteractive = () => stdin().isTTY === true && options.input !== false;
    this.prompts = createQuestions({
      interactive: this.#isInteractive,
      language: this.language,
      stdin,
      stderr,
      colour: this.#colours.stderr,
      show: (line) => this.#paint(this.#mark(line)),
      clear: () => this.progress.stop(),
      signal: place.signal,
      asked: place.asked,
    });
  }

  get interactive(): boolean {
    return this.#isInteractive();
  }

  /** Returns the sentence without escaping. Commands are in backticks. */
  say(wording: Advice): string {
    return renderAdvice(wording)[this.language];
  }

  showTenant(tenant: ShownTenant): void {
    this.#ofSeveral ||= this.#tenant !== undefined && this.#tenant.name !== tenant.name;
    this.#tenant = tenant;
  }

  addChanges(numbers: readonly number[]): void {
    this.#changes.push(...numbers);
    this.#hasToldChanges = false;
  }

  /** Adds the number of the last change to the JSON results that follow. */
  tellChanges(): void {
    this.#tellsChanges = true;
  }

  get lastChange(): number | undefined {
    return this.#changes.at(-1);
  }

  takeChange(): number | undefined {
    this.#hasToldChanges = true;
    return this.lastChange;
  }

  /** Shows the numbers of the changes, except those that a result already contains. */
  async noteChanges(): Promise<void> {
    if (this.#changes.length === 0 || this.#hasToldChanges) return;
    const [label, numbers] = [this.#changes.length === 1 ? "change" : "changes", this.#changes.join(", ")];
    await this.note(text(`(${label} ${numbers})`, `(変更番号 ${numbers})`));
  }

  /** Adds the column with the number of the change, which tables show only on request. */
  #resultColumns<R>(own: readonly Column<R>[]): readonly Column<R>[] {
    const columns = own.map((column): Column<R> => {
      if (column.advice !== true || this.output.format === "table") return column;
      const { name } = column;
      const value = (record: R): unknown => toPlainCommands(column.value(record), this.#completion);
      return { ...column, value, name: name && ((record) => same(this.plain(this.say(name(record) ?? same(""))))) };
    });
    const { format, fields } = this.output;
    const isWhole = format === "json" || format === "ndjson" || fields !== undefined;
    const isThere = this.#changes.length > 0 || fields?.includes(CHANGE_FIELD) === true;
    if (!this.#tellsChanges || !isWhole || !isThere || columns.some(({ key }) => key === CHANGE_FIELD)) return columns;
    this.#hasToldChanges = fields === undefined || fields.includes(CHANGE_FIELD);
    return [...columns, this.#changeColumn];
  }

  moment(instant: string): string {
    return this.#tenant?.moment(instant) ?? instant;
  }

  async list<R>(of: readonly Column<R>[], records: Records<R>, lines?: NdjsonSource): Promise<void> {
    const { writeList } = await import("./output.ts");
    let isEmpty = this.output.format === "table" && this.onTerminal;
    async function* seen(): AsyncGenerator<R> {
      for await (const record of records) {
        isEmpty = false;
        yield record;
      }
    }
    await writeList(await this.#outputPlace(), this.#resultColumns(of), isEmpty ? seen() : records, lines);
    const name = this.#tenant?.name;
    const [where, whereJa] = name === undefined ? ["", ""] : [` in tenant ${name}`, `(テナント ${name})`];
    if (isEmpty) await this.note(text(`no results${where}`, `該当なし${whereJa}`));
  }

  checkOutput(columns: readonly Column<never>[]): void {
    selectColumns(this.#tellsChanges ? [...columns, this.#changeColumn] : columns, this.output.fields);
  }

  async show<R>(columns: readonly Column<R>[], record: R): Promise<void> {
    const { writeSingleRecord } = await import("./output.ts");
    await writeSingleRecord(await this.#outputPlace(), this.#resultColumns(columns), record);
  }

  /** Writes one line to stderr. With `--quiet`, writes nothing. */
  async note(line: Advice): Promise<void> {
    if (this.#options.quiet === true) return;
    await this.#below();
    await this.#tell(this.#folded(this.#line(line)));
  }

  /** Waits until stdout is written, so that a message appears below earlier results on the terminal. */
  async #below(): Promise<void> {
    if (this.onTerminal) await this.out.flush();
  }

  async detail(line: Advice): Promise<void> {
    if (this.#options.verbose !== true) return;
    const { faint } = await this.styles("stderr");
    await this.#tell([faint(this.#paint(this.#line(line)))]);
  }

  /** Writes a warning even with `--quiet`, because the user must act on it. */
  async warn(line: Advice): Promise<void> {
    const { warning } = await this.styles("stderr");
    await this.#below();
    await this.#tell(this.#labelled(text("warning:", "警告:"), this.#line(line), warning));
  }

  /** Writes a problem even with `--quiet`. @param isCut true to cut the problem to one line of the terminal */
  async problem(line: Advice, isCut = false): Promise<void> {
    const columns = isCut ? this.#errColumns() : undefined;
    const whole = this.#line(line);
    if (columns === undefined) return this.#tell(this.#folded(whole));
    const { truncate } = await import("./width.ts");
    await this.#tell([this.#paint(truncate(whole, columns))]);
  }

  /** Writes at most three lines. With `--format json`, also writes a problem object. */
  async failure(failure: Failure): Promise<void> {
    this.progress.stop();
    // This promise is not awaited, because a reader that has stopped reading must not delay the failure.
    this.out.flush().catch(() => undefined);
    const { bad } = await this.styles("stderr");
    const [what = "", ...rest] = renderFailureLines(failure, this.language).map((line) => this.#mark(line));
    const lines = this.#labelled(text("error:", "エラー:"), what, bad);
    const more = rest.flatMap((line) => this.#folded(`  ${line}`));
    const isJson = this.#options.format === "json";
    const object = isJson ? [renderFailureJson(failure, this.language, (line) => this.plain(line))] : [];
    await this.#tell([...lines, ...more, ...object]);
  }

  async styles(stream: "stdout" | "stderr"): Promise<Styles> {
    return loadStyles(this.#colours[stream]);
  }

  async close(): Promise<void> {
    this.progress.close();
    await this.out.flush();
    await this.#err.flush();
  }

  get #completion(): CommandCompletion {
    const tenant = this.#ofSeveral ? undefined : this.#tenant;
    return { context: tenant?.isNamed === true ? tenant.name : undefined, acting: tenant?.acting };
  }

  completed<D>(document: D): D {
    return completeCommands(document, { context: this.#completion.context });
  }

  plain(line: string): string {
    return toPlainCommands(line, this.#completion);
  }

  shown(line: string, wrap: (marked: string) => readonly string[] = (marked) => [marked]): readonly string[] {
    return wrap(this.#mark(escapeForPeople(line))).map((one) => this.#paint(one, "stdout"));
  }

  #mark(line: string): string {
    return markCommands(line, this.#completion, this.#platform);
  }

  #paint(line: string, stream: "stdout" | "stderr" = "stderr"): string {
    return paintCommands(line, this.#colours[stream]);
  }

  #line(line: Advice): string {
    return this.#mark(escapeForPeople(this.say(line)));
  }

  #folded(line: string): readonly string[] {
    return foldLine(line, this.#errColumns() ?? 0).map((one) => this.#paint(one));
  }

  #labelled(label: Text, line: string, paint: (part: string) => string): readonly string[] {
    const word = this.say(label);
    const [first = "", ...more] = this.#folded(`${word} ${line}`);
    return [paint(word) + first.slice(word.length), ...more];
  }

  async #tell(lines: readonly string[]): Promise<void> {
    this.progress.hide();
    await this.#err.write(`${lines.join("\n")}\n`);
    await this.#err.flush();
  }

  async #outputPlace() {
    const { heading } = await this.styles("stdout");
    const { out, output: choice, language, onTerminal } = this;
    const columns = onTerminal ? this.columns : undefined;
    const moment = this.#tenant?.moment;
    const mark = (cell: string): string => this.#mark(cell);
    const paint = (line: string): string => this.#paint(line, "stdout");
    return { out, choice, language, heading, onTerminal, columns, moment, saveRows: this.#saveRows, mark, paint };
  }
}

const createQuestions = (place: PromptEnvironment): Questions => {
  const open = async () => new (await import("./prompt.ts")).Prompts(place);
  return {
    confirm: async (question) => (await open()).confirm(question),
    typedNumber: async (question) => (await open()).typedNumber(question),
    select: async (question) => (await open()).select(question),
    input: async (question) => (await open()).input(question),
    secret: async (question) => (await open()).secret(question),
  };
};

function resolveProgressMode({ progress = "auto", quiet, verbose }: TerminalOptions): ProgressMode {
  if (quiet === true && verbose === true) {
    throw new Failure("usage", {
      what: text("--quiet cannot be used with --verbose", "--quiet と --verbose は同時に使えません"),
    });
  }
  return quiet === true && progress === "auto" ? "none" : progress;
}

const createOraLoader =
  (stream: Writable, colour: boolean): SpinnerLoader =>
  async () => {
    const { default: ora } = await import("ora");
    return ora({ stream, isEnabled: true, discardStdin: false, color: colour ? "cyan" : false });
  };
