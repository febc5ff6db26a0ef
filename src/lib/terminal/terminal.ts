import type { Readable, Writable } from "node:stream";
import { renderAdvice, type Advice } from "../advice/index.ts";
import { Failure } from "../errors/index.ts";
import { text, type Language, type Text } from "../text/index.ts";
import { actingAs, foldLine, inContext } from "./commands.ts";
import { escapeForPeople } from "./escape.ts";
import { failureLines, problemLine } from "./failure.ts";
import { chooseLanguage, type Environment } from "./language.ts";
import { chooseOutput, type Column, type OutputChoice, type OutputOptions } from "./output-choice.ts";
import type { ReadyLines, Records, SaveRows } from "./output.ts";
import { createProgress, type LoadSpinner, type Progress, type ProgressMode } from "./progress/progress.ts";
import { Prompts } from "./prompt.ts";
import { StreamWriter, type TextWriter } from "./writer.ts";

/** Colours by meaning; each function returns the text, coloured or unchanged. */
export interface Styles {
  readonly heading: (part: string) => string;
  readonly faint: (part: string) => string;
  readonly good: (part: string) => string;
  readonly warning: (part: string) => string;
  readonly bad: (part: string) => string;
}

/** The global options that concern the terminal. */
export interface TerminalOptions extends OutputOptions {
  readonly lang?: string | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  /** `false` for `--no-color` */
  readonly color?: boolean | undefined;
  /** `false` for `--no-input` */
  readonly input?: boolean | undefined;
  readonly progress?: ProgressMode | undefined;
}

/** The streams a terminal is built on; tests pass streams in memory, with `isTTY` off and on. */
export interface TerminalPlace {
  /** making the process's own takes time: it is called where a question may be asked */
  readonly stdin: () => Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly environment: Environment;
  /** a monotonic clock in milliseconds */
  readonly clock: () => number;
  /** aborts questions and long results when the process is to stop */
  readonly signal?: AbortSignal | undefined;
  /** where a workbook is saved, for `--format xlsx` */
  readonly saveRows?: SaveRows | undefined;
  /** ora, unless a test passes another */
  readonly loadSpinner?: LoadSpinner | undefined;
}

const DEFAULT_COLUMNS = 80;

/** The column of a result with the number of the change. */
const CHANGE = "change";

/** The tenant that a command shows: its name, and how people read instants there. */
interface ShownTenant {
  readonly name: string;
  readonly moment: (instant: string) => string;
  /** it is one of several: commands that are proposed name it, as they may be typed when another one is in use */
  readonly isNamed?: boolean | undefined;
  /** who acts there, as people type it: commands that are proposed name him */
  readonly as?: string | undefined;
}

const asItIs = (part: string): string => part;

/** No colours. */
const PLAIN: Styles = { heading: asItIs, faint: asItIs, good: asItIs, warning: asItIs, bad: asItIs };

/**
 * Whether a stream gets colours: a terminal that is not `TERM=dumb`, unless `--no-color` or a non-empty `NO_COLOR`.
 *
 * @see https://no-color.org/
 */
const wantsColour = (isTerminal: boolean, flag: boolean | undefined, environment: Environment): boolean =>
  isTerminal && flag !== false && (environment["NO_COLOR"] ?? "") === "" && environment["TERM"] !== "dumb";

/** Colours by chalk, limited to the sixteen that every terminal theme makes readable. */
async function loadStyles(): Promise<Styles> {
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level: 1 });
  return {
    heading: (part) => chalk.bold(part),
    faint: (part) => chalk.dim(part),
    good: (part) => chalk.green(part),
    warning: (part) => chalk.yellow(part),
    bad: (part) => chalk.red(part),
  };
}

/** Undefined for a terminal without a known width, such as one of `script`, which reports 0. */
const columnsOf = ({ columns }: { readonly columns?: number }): number | undefined =>
  columns === 0 ? undefined : columns;

/** The terminal as seen by commands: results go to stdout, everything else to stderr. */
export class Terminal {
  readonly language: Language;
  readonly output: OutputChoice;
  /** stdout, for results that are not records: trees, files to `-` */
  readonly out: TextWriter;
  readonly progress: Progress;
  readonly prompts: Prompts;
  /** width of stdout in columns; 80 if it is not a terminal */
  readonly columns: number;
  readonly #err: TextWriter;
  readonly #writeNow: (chunk: string) => void;
  readonly #options: TerminalOptions;
  readonly #saveRows: SaveRows | undefined;
  /** width of stderr where it is a terminal that has one: sentences are folded there */
  readonly #errColumns: () => number | undefined;
  /** stdout is a terminal */
  readonly onTerminal: boolean;
  readonly #isInteractive: () => boolean;
  #tenant: ShownTenant | undefined;
  #ofSeveral = false;
  /** the numbers of the changes that were made, and whether results have them */
  readonly #changes: number[] = [];
  #tellsChanges = false;
  #hasToldChanges = false;
  readonly #changeColumn: Column<unknown> = {
    key: CHANGE,
    header: text("change", "変更番号"),
    align: "end",
    value: () => this.#changes.at(-1) ?? null,
  };
  readonly #colours: { readonly stdout: boolean; readonly stderr: boolean };

  /** @throws `usage` when an option has an invalid value */
  constructor(place: TerminalPlace, options: TerminalOptions) {
    const { stdin, stdout, stderr, environment } = place;
    this.#options = options;
    this.#saveRows = place.saveRows;
    this.language = chooseLanguage(options.lang, environment);
    this.output = chooseOutput(options, stdout.isTTY === true);
    this.onTerminal = stdout.isTTY === true;
    this.out = new StreamWriter(stdout, "stdout", { signal: place.signal });
    this.columns = columnsOf(stdout) ?? DEFAULT_COLUMNS;
    this.#err = new StreamWriter(stderr, "stderr", { isBeside: true });
    this.#errColumns = () => (stderr.isTTY === true ? columnsOf(stderr) : undefined);
    this.#writeNow = (chunk) => void stderr.write(chunk);
    this.#colours = {
      stdout: wantsColour(stdout.isTTY === true, options.color, environment),
      stderr: wantsColour(stderr.isTTY === true, options.color, environment),
    };
    this.progress = createProgress({
      mode: progressMode(options),
      language: this.language,
      stderrIsTerminal: stderr.isTTY === true && environment["TERM"] !== "dumb" && stderr.columns !== 0,
      write: this.#writeNow,
      columns: () => columnsOf(stderr) ?? DEFAULT_COLUMNS,
      clock: place.clock,
      loadSpinner: place.loadSpinner ?? oraOn(stderr, this.#colours.stderr),
    });
    this.#isInteractive = () => stdin().isTTY === true && options.input !== false;
    this.prompts = new Prompts({
      interactive: this.#isInteractive,
      language: this.language,
      stdin,
      stderr,
      colour: this.#colours.stderr,
      clear: () => this.progress.stop(),
      signal: place.signal,
    });
  }

  /** stdin is a terminal, and `--no-input` is not given */
  get interactive(): boolean {
    return this.#isInteractive();
  }

  /** Words in the user's language, unescaped: escape data that goes to {@link out} for people. */
  say(wording: Advice): string {
    return renderAdvice(wording)[this.language];
  }

  /** Says whose records are shown from now on. Where those of several are, a line says by itself for which it is. */
  showTenant(tenant: ShownTenant): void {
    this.#ofSeveral ||= this.#tenant !== undefined && this.#tenant.name !== tenant.name;
    this.#tenant = tenant;
  }

  /** Adds the numbers of changes that were made. */
  addChanges(numbers: readonly number[]): void {
    this.#changes.push(...numbers);
    this.#hasToldChanges = false;
  }

  /** From now on what is written as a result has the number of the last change; people read it in a note. */
  tellChanges(): void {
    this.#tellsChanges = true;
  }

  /** Returns the number of the last change, which the caller shows; undefined if nothing was changed. */
  takeChange(): number | undefined {
    this.#hasToldChanges = true;
    return this.#changes.at(-1);
  }

  /** Notes the numbers of the changes that were made, unless a result or somebody else shows them. */
  async noteChanges(): Promise<void> {
    if (this.#changes.length === 0 || this.#hasToldChanges) return;
    const [label, numbers] = [this.#changes.length === 1 ? "change" : "changes", this.#changes.join(", ")];
    await this.note(text(`(${label} ${numbers})`, `(変更番号 ${numbers})`));
  }

  /** The columns of a result: once something was changed, programs and whoever asks for it get the number of the change, too. */
  #resultColumns<R>(columns: readonly Column<R>[]): readonly Column<R>[] {
    const { format, fields, query } = this.output;
    const isWhole = format === "json" || format === "ndjson" || fields !== undefined || query !== undefined;
    const isThere = this.#changes.length > 0 || fields?.includes(CHANGE) === true;
    if (!this.#tellsChanges || !isWhole || !isThere || columns.some(({ key }) => key === CHANGE)) return columns;
    this.#hasToldChanges = fields === undefined || fields.includes(CHANGE);
    return [...columns, this.#changeColumn];
  }

  /** An instant as people read it in the zone of the tenant that is shown. */
  moment(instant: string): string {
    return this.#tenant?.moment(instant) ?? instant;
  }

  /**
   * Writes a list of records to stdout according to `--format`, `--fields` and `--query`; a table without any says so on
   * a terminal. @see writeList
   */
  async list<R>(of: readonly Column<R>[], records: Records<R>, lines?: ReadyLines): Promise<void> {
    const columns = this.#resultColumns(of);
    const { writeList } = await import("./output.ts");
    const place = await this.#outputPlace();
    if (this.output.format !== "table" || !this.onTerminal) return writeList(place, columns, records, lines);
    let isEmpty = true;
    async function* seen(): AsyncGenerator<R> {
      for await (const record of records) {
        isEmpty = false;
        yield record;
      }
    }
    await writeList(place, columns, seen());
    if (isEmpty) await this.noteNone();
  }

  /** Says that there is nothing to list, and in which tenant. */
  async noteNone(): Promise<void> {
    const name = this.#tenant?.name;
    await this.note(
      name === undefined ? text("none", "該当なし") : text(`none in tenant ${name}`, `該当なし(テナント ${name})`),
    );
  }

  /** Call before changing something whose result {@link list} or {@link show} writes. @see checkChoice */
  async checkOutput(columns: readonly Column<never>[]): Promise<void> {
    const { checkChoice } = await import("./output.ts");
    await checkChoice(this.output, this.#tellsChanges ? [...columns, this.#changeColumn] : columns);
  }

  /** Writes one record to stdout. @see writeOne */
  async show<R>(columns: readonly Column<R>[], record: R): Promise<void> {
    const { writeOne } = await import("./output.ts");
    await writeOne(await this.#outputPlace(), this.#resultColumns(columns), record);
  }

  /** A note; one line, folded on a terminal, escaped; suppressed by `--quiet`. */
  async note(line: Advice): Promise<void> {
    if (this.#options.quiet === true) return;
    await this.#below();
    await this.#tell(this.#folded(this.#line(line)));
  }

  /** On a screen what is said stands below what was shown before it. */
  async #below(): Promise<void> {
    if (this.onTerminal) await this.out.flush();
  }

  /** A {@link note} before work that holds up the event loop. */
  noteNow(line: Advice): void {
    if (this.#options.quiet === true) return;
    this.progress.hide();
    this.#writeNow(`${this.#folded(this.#line(line)).join("\n")}\n`);
  }

  /** A diagnostic detail; one line, escaped; only with `--verbose`. */
  async detail(line: Advice): Promise<void> {
    if (this.#options.verbose === true) {
      const { faint } = await this.styles("stderr");
      await this.#tell([faint(this.#line(line))]);
    }
  }

  /**
   * A warning, and what belongs to it: names, what to type. Each is a line, folded on a terminal and escaped. `--quiet`
   * keeps all of them: what needs action is a warning, not a {@link note}.
   */
  async warn(line: Advice, more: readonly Advice[] = []): Promise<void> {
    const { warning } = await this.styles("stderr");
    await this.#below();
    const lines = this.#labelled(text("warning:", "警告:"), this.#line(line), warning);
    await this.#tell([...lines, ...more.flatMap((one) => this.#folded(this.#line(one)))]);
  }

  /** A problem at one place of an input, `FILE:ROW:COLUMN: reason`; one line, folded on a terminal, escaped; also with `--quiet`. */
  async problem(line: Advice): Promise<void> {
    await this.#tell(this.#folded(this.#line(line)));
  }

  /** A failure: at most three lines, folded on a terminal, followed by a problem object with `--format json`. */
  async failure(failure: Failure): Promise<void> {
    this.progress.stop();
    // not awaited: a reader that has stopped reading must not delay the failure
    this.out.flush().catch(() => undefined);
    const { bad } = await this.styles("stderr");
    const [what = "", ...rest] = failureLines(failure, this.language).map((line) => this.named(line));
    const lines = [
      ...this.#labelled(text("error:", "エラー:"), what, bad),
      ...rest.flatMap((line) => this.#folded(`  ${line}`)),
    ];
    const forPrograms =
      this.#options.format === "json" ? [problemLine(failure, this.language, (line) => this.named(line))] : [];
    await this.#tell([...lines, ...forPrograms]);
  }

  /** Colours for a stream; plain if it has none. */
  async styles(stream: "stdout" | "stderr"): Promise<Styles> {
    return this.#colours[stream] ? loadStyles() : PLAIN;
  }

  /** Ends the progress and flushes everything written to the operating system; call it last. */
  async close(): Promise<void> {
    this.progress.stop();
    await this.out.flush();
    await this.#err.flush();
  }

  #line(line: Advice): string {
    return this.named(escapeForPeople(this.say(line)));
  }

  /** A line with commands as they are to be typed: on the tenant that is shown, as who acts. */
  named(line: string): string {
    const tenant = this.#tenant;
    if (tenant === undefined || this.#ofSeveral) return line;
    const acting = tenant.as === undefined ? line : actingAs(line, escapeForPeople(tenant.as));
    return tenant.isNamed === true ? inContext(acting, escapeForPeople(tenant.name)) : acting;
  }

  /** The lines of a sentence on the screen. */
  #folded(line: string): readonly string[] {
    const columns = this.#errColumns();
    return columns === undefined ? [line] : foldLine(line, columns);
  }

  /** The lines of a sentence behind a word in colour. */
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
    return { out, choice, language, heading, onTerminal, columns, moment, saveRows: this.#saveRows };
  }
}

function progressMode({ progress = "auto", quiet, verbose }: TerminalOptions): ProgressMode {
  if (quiet === true && verbose === true) {
    throw new Failure("usage", {
      what: text("--quiet and --verbose exclude each other", "--quiet と --verbose は同時に使えません"),
    });
  }
  return quiet === true && progress === "auto" ? "none" : progress;
}

const oraOn =
  (stream: Writable, colour: boolean): LoadSpinner =>
  async () => {
    const { default: ora } = await import("ora");
    return ora({ stream, isEnabled: true, discardStdin: false, color: colour ? "cyan" : false });
  };
