import type { Send } from "../lib/apple/send.ts";
import type { Client, NounName, PlainRequest, PlainResponse } from "../lib/client/index.ts";
import type { ChosenContext, Context, Contexts, Home } from "../lib/config/index.ts";
import type { EmbeddedContext } from "../lib/config/context.ts";
import { DEFAULT_TIMEZONE } from "../lib/model/time.ts";
import type { Outputs, TemporaryStorage } from "../lib/files/index.ts";
import type { BlockList } from "node:net";
import type { ListenPlace, RunningServer } from "../lib/serve/index.ts";
import type { CopyRelation, TenantCopyState } from "../lib/model/tenant-file.ts";
import type { EnvironmentVariables, Terminal } from "../lib/terminal/index.ts";
import type { Text } from "../lib/text/index.ts";
import type { Globals } from "./globals.ts";
import type { PlanSummary } from "./summary.ts";

export interface Clock {
  readonly now: () => Date;
  /** milliseconds for measuring durations; the value never decreases */
  readonly elapsedMs: () => number;
  /** resolves after `delayMs` milliseconds; rejects if the signal is aborted */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

export interface Machine {
  readonly platform: string;
  readonly userFolder: string;
  /** the operating system's name of the user; undefined if the user does not have a name, as in some containers */
  readonly userName: string | undefined;
  readonly hostName: string;
  /** IANA name of the machine's own time zone: only for programs that use no other zone, such as cron */
  readonly timezone: string;
  readonly node: string;
  /** name and version of the program, for what it writes: `clomoctl 0.1.0` */
  readonly program: string;
  /** absolute path of the program as it was called, with symbolic links kept, because links outlive an update */
  readonly door: string;
}

export interface ChosenTenant<N extends NounName = never> extends ChosenContext {
  readonly client: Client<N>;
  /**
   * Sends a request of the tenant API that no method of the client makes.
   *
   * @throws Failure `usage` if the address is not below the tenant's address, `unavailable`
   */
  readonly request: (request: PlainRequest) => Promise<PlainResponse>;
  /**
   * Asks the user to type the name of a protected context, once. It is always called before the first change.
   *
   * @throws Failure as `requireNamedContext` of `permission.ts` does, and `input-rejected` if another name is typed
   */
  readonly permitChange: () => Promise<void>;
}

export const resolveTimezone = (
  { globals }: Pick<Tools, "globals">,
  { context }: { readonly context: Pick<Context, "timezone"> },
): string => globals.timezone ?? context.timezone;

/** Returns the time zone for commands without a tenant: `--timezone`, else the current context's, else the default. */
export const resolveTimezoneWithoutTenant = async ({ globals, contexts, environment }: Tools): Promise<string> =>
  globals.timezone ?? (await contexts.inEffect(globals.context, environment))?.context.timezone ?? DEFAULT_TIMEZONE;

export interface ServerPlan {
  readonly context: EmbeddedContext;
  readonly place: ListenPlace;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly proxies: BlockList | undefined;
}

export interface Tools {
  readonly terminal: Terminal;
  readonly globals: Globals;
  readonly environment: EnvironmentVariables;
  readonly home: Home;
  readonly contexts: Contexts;
  /** place for the temporary files of `openInput` and `bufferStream` */
  readonly temporary: TemporaryStorage;
  readonly outputs: Outputs;
  readonly clock: Clock;
  readonly machine: Machine;
  /** bytes of stdin, for a file named `-`; readable once. Throws Failure `interrupted` if its window was closed */
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly workingFolder: string;
  /** aborted by SIGINT, SIGTERM and SIGHUP; the process ends at the latest 900 ms later */
  readonly signal: AbortSignal;
  /**
   * Returns the tenant that `--context`, CLOMOCTL_CONTEXT or `context use` selects, with a client for these nouns. The
   * first call opens it; it is closed after the command.
   *
   * @throws Failure `not-found` if the context does not exist, `usage` if no context is selected
   * @throws Failure `unavailable` if the tenant cannot be reached
   */
  tenant<N extends NounName = never>(...nouns: readonly N[]): Promise<ChosenTenant<N>>;
  /**
   * Returns the tenant of one of {@link contexts}, for `--all-contexts`. The first call opens it; it is closed after
   * the command.
   *
   * @throws Failure `unavailable` if the tenant cannot be reached, `locked` if another process holds it
   */
  tenantOf<N extends NounName = never>(context: Context, ...nouns: readonly N[]): Promise<ChosenTenant<N>>;
  openCopy<N extends NounName>(
    folder: string,
    ...nouns: readonly N[]
  ): Promise<{ readonly client: Client<N>; readonly close: () => Promise<void> }>;
  /** Checks a copy of a tenant from a bundle, which nothing has been used of yet. @throws Failure `interrupted` */
  inspectCopy(path: string): Promise<TenantCopyState>;
  /** Returns how a verified copy relates to the tenant of a context, which must have one. */
  relateCopy(path: string, context: EmbeddedContext): Promise<CopyRelation>;
  /**
   * Makes a verified copy the tenant of a context.
   *
   * @throws Failure `conflict` if the context has a tenant from which the copy does not go forward
   */
  receiveTenant(copy: string, context: EmbeddedContext): Promise<void>;
  /**
   * Serves a local tenant over sockets, with the rights of the account that signs each request in.
   *
   * @throws Failure `unavailable` if it cannot listen on the address; as opening the tenant
   */
  serve(plan: ServerPlan): Promise<RunningServer>;
  /**
   * Waits until the user stops a command that runs until then; see `Interrupts.untilStopped`.
   *
   * @param graceMs time that the command has to stop
   * @param reload called when the program is asked to read its files again (SIGHUP)
   */
  untilStopped(graceMs: number, reload: () => void): Promise<void>;
  /**
   * Returns the function that sends requests to Apple's services, or to a server that replaces them, such as the
   * simulator. The first call opens the connection; it is closed after the command.
   */
  send(): Promise<Send>;
  /** Sets the function that describes what was done and what was not if a signal arrives. The latest call counts. */
  describeState(state: () => Text): void;
  /**
   * Adds facts about the plan that the command commits or rejects to the summary line. Without a terminal, this line is
   * written after the command has ended, except in a dry run.
   */
  summarize(plan: Partial<PlanSummary>): void;
  /** Sets the description of permanent changes, shown on a signal and before later failures, such as of the output. */
  describeDone(done: Text): void;
}
