import type { Send } from "../lib/apple/send.ts";
import type { Client, NounName } from "../lib/client/index.ts";
import type { ChosenContext, Context, Contexts, Home } from "../lib/config/index.ts";
import { DEFAULT_TIMEZONE, type EmbeddedContext } from "../lib/config/context.ts";
import type { Outputs, TemporaryPlace } from "../lib/files/index.ts";
import type { TenantFileState } from "../lib/model/tenant-file.ts";
import type { Environment, Terminal } from "../lib/terminal/index.ts";
import type { Text } from "../lib/text/index.ts";
import type { Syntax } from "./field.ts";
import type { Globals } from "./globals.ts";
import type { PlanSummary } from "./summary.ts";

/** The time; tests pass a clock that stands still. */
export interface Clock {
  /** the present instant */
  readonly now: () => Date;
  /** milliseconds that never go back, for durations */
  readonly elapsedMs: () => number;
  /** resolves after so many milliseconds; rejects when the signal is aborted */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** The machine the program runs on, and how the program was started there. */
export interface Machine {
  /** `process.platform` */
  readonly platform: string;
  /** the person's own folder, absolute */
  readonly userFolder: string;
  /** what the operating system calls the person; undefined where it has no name, as in some containers */
  readonly userName: string | undefined;
  /** what the machine is called */
  readonly hostName: string;
  /** where systemd keeps the units of the machine itself; absolute */
  readonly systemUnits: string;
  /** IANA name of the machine's own zone: only for programs that know no other, such as cron */
  readonly timezone: string;
  /** absolute path of the Node that runs */
  readonly node: string;
  /** its version: `24.21.0` */
  readonly nodeVersion: string;
  /** what the program calls itself in what it writes: `clomoctl 0.1.0` */
  readonly program: string;
  /** `process.arch` */
  readonly architecture: string;
  /** absolute path of the program as it was called, symbolic links kept: those outlive an update */
  readonly door: string;
}

/** The tenant a command works on, and what it does with some of its nouns. */
export interface ChosenTenant<N extends NounName = never> extends ChosenContext {
  readonly client: Client<N>;
  /**
   * Asks for the name of a protected context, once; asked before the first change in any case.
   *
   * @throws as `requireNamed` of `permission.ts`, and `input-rejected` when another name was typed
   */
  readonly permitChange: () => Promise<void>;
}

/** The zone days are counted in: `--timezone`, else the context's. */
export const zoneOf = (
  { globals }: Pick<Tools, "globals">,
  { context }: { readonly context: Pick<Context, "timezone"> },
): string => globals.timezone ?? context.timezone;

/** The zone of a command that needs no tenant: `--timezone`, else that of the context in effect, if there is one. */
export const zoneInEffect = async ({ globals, contexts, environment }: Tools): Promise<string> =>
  globals.timezone ?? (await contexts.inEffect(globals.context, environment))?.context.timezone ?? DEFAULT_TIMEZONE;

/** What a command is given: everything outside of it. */
export interface Tools {
  /** results, notes, questions, progress; knows the language and `--format` */
  readonly terminal: Terminal;
  /** the options every command takes */
  readonly globals: Globals;
  readonly environment: Environment;
  readonly home: Home;
  readonly contexts: Contexts;
  /** for `openInput` and `holdBytes` */
  readonly temporary: TemporaryPlace;
  /** writes the files that the options of kind `output` name */
  readonly outputs: Outputs;
  readonly clock: Clock;
  readonly machine: Machine;
  /** bytes of stdin, for a file named `-`; read once. Throws `interrupted` where it ends because its window was closed */
  readonly stdin: AsyncIterable<string | Uint8Array>;
  /** absolute path that relative file names start from */
  readonly workingFolder: string;
  /** aborted by SIGINT, SIGTERM and SIGHUP; 900 ms later the process ends in any case */
  readonly signal: AbortSignal;
  /**
   * The tenant of `--context`, CLOMOCTL_CONTEXT or `context use`, with a client of these nouns; opened by the first
   * call, closed after the command.
   *
   * @throws `not-found` when there is no such context, `usage` when nothing says which one
   * @throws `unavailable` when the tenant cannot be reached
   */
  tenant<N extends NounName = never>(...nouns: readonly N[]): Promise<ChosenTenant<N>>;
  /**
   * The tenant of one of {@link contexts}, for `--all-contexts`: opened by the first call, closed after the command.
   *
   * @throws `unavailable` when the tenant cannot be reached, `locked` when another process holds it
   */
  tenantOf<N extends NounName = never>(context: Context, ...nouns: readonly N[]): Promise<ChosenTenant<N>>;
  /** The same to look something up beside the tenant of the command: nothing that is shown is of it. @throws as {@link tenantOf} */
  tenantBeside<N extends NounName = never>(context: Context, ...nouns: readonly N[]): Promise<ChosenTenant<N>>;
  /**
   * Looks at the file of an embedded tenant, and changes nothing; undefined where there is none.
   *
   * @throws `unexpected` where it is lost or no database, `unavailable` where it cannot be read
   */
  inspectTenant(context: EmbeddedContext): Promise<TenantFileState | undefined>;
  /** How Apple's services, and what stands in for them, are reached; opened by the first call, closed after the command. */
  send(): Promise<Send>;
  /**
   * Returns the input of a command that words of the same run stand for, such as a line of a file: without the options of every
   * command.
   *
   * @param path the nouns and the verb
   * @throws `usage` if the words do not match the declaration
   */
  parse(path: readonly string[], command: Syntax, words: readonly string[]): Readonly<Record<string, unknown>>;
  /** Sets how to describe what was and was not done if a signal comes; the latest call counts. */
  describeState(state: () => Text): void;
  /**
   * Adds to what the summary line says of the plan that the command commits or refuses. Without a terminal the line is
   * written when the command has ended, unless it is a dry run.
   */
  summarize(plan: Partial<PlanSummary>): void;
  /** Sets what was changed for good: said where a signal comes, and before a failure that follows, such as of the output. */
  describeDone(done: Text): void;
}
