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
   * Sends a request that no method of the client makes. @throws Failure `usage` if it leaves the tenant's address,
   * `unavailable`
   */
  readonly request: (request: PlainRequest) => Promise<PlainResponse>;
  /**
   * Asks the user to type the name of a protected context, once. It is always called before the first change. @throws
   * Failure as `requireNamedContext`, and `input-rejected` if another name is typed
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
   * Opens the tenant of the chosen context, with a client for these nouns, until the command ends. @throws Failure
   * `not-found` if the context does not exist, `usage` if none is selected, `unavailable`
   */
  tenant<N extends NounName = never>(...nouns: readonly N[]): Promise<ChosenTenant<N>>;
  /**
   * Opens the tenant of one of {@link contexts} until the command ends. @throws Failure `unavailable`; `locked` if
   * another process holds it
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
   * Makes a verified copy the tenant of a context. @throws Failure `conflict` if the copy does not continue the
   * context's tenant
   */
  receiveTenant(copy: string, context: EmbeddedContext): Promise<void>;
  /** Serves a local tenant, with the rights of the account that signs each request in. @throws Failure `unavailable` */
  serve(plan: ServerPlan): Promise<RunningServer>;
  /** Waits until the user stops the command, which then has `graceMs` to end; calls `reload` on SIGHUP. */
  untilStopped(graceMs: number, reload: () => void): Promise<void>;
  /** Returns the function that sends requests to Apple's services or their simulator, until the command ends. */
  send(): Promise<Send>;
  /** Sets the function that describes what was done and what was not if a signal arrives. The latest call counts. */
  describeState(state: () => Text): void;
  /** Adds facts about the plan that the command commits or rejects to the summary line. */
  summarize(plan: Partial<PlanSummary>): void;
  /** Sets the description of permanent changes, shown on a signal and before later failures, such as of the output. */
  describeDone(done: Text): void;
}
