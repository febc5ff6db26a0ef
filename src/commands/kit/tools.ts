import type { Send } from "../../lib/apple/retry.ts";
import type { Client, NounName, PlainRequest, PlainResponse } from "../../lib/client/index.ts";
import type { ChosenContext, Context, Contexts, Home } from "../../lib/config/index.ts";
import type { EmbeddedContext } from "../../lib/config/context.ts";
import { DEFAULT_TIMEZONE } from "../../lib/model/time.ts";
import type { Outputs, TemporaryStorage } from "../../lib/files/index.ts";
import type { BlockList } from "node:net";
import type { ChangeLog, ListenAddress, RunningServer, TenantSearch } from "../../lib/serve/index.ts";
import type { CopyRelation, TenantCopyState } from "../../lib/model/tenant-file.ts";
import type { EnvironmentVariables, Terminal } from "../../lib/terminal/index.ts";
import type { Text } from "../../lib/text/index.ts";
import type { Globals } from "./globals.ts";
import type { PlanSummary } from "./summary.ts";

export interface Clock {
  readonly now: () => Date;
  /** milliseconds since an arbitrary start, unaffected by changes of the system time */
  readonly elapsedMs: () => number;
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

export interface Machine {
  readonly platform: string;
  readonly userFolder: string;
  /** the operating system's name for the user; undefined if there is none, as in some containers */
  readonly userName: string | undefined;
  readonly hostName: string;
  /** IANA name of the computer's time zone, which programs such as cron use */
  readonly timezone: string;
  readonly node: string;
  readonly program: string;
  /** path by which the program was called; links are not resolved, because a link stays valid after an update */
  readonly programPath: string;
}

export interface ChosenTenant<N extends NounName = never> extends ChosenContext {
  readonly client: Client<N>;
  /** @throws Failure `usage` if the URL is not on the tenant's server, `unavailable` if the server does not respond */
  readonly request: (request: PlainRequest) => Promise<PlainResponse>;
  /** If the context is protected, asks for its name before the first change. @throws `usage`, `input-rejected` */
  readonly requireChangePermission: () => Promise<void>;
}

export const resolveTimezone = (
  { globals }: Pick<Tools, "globals">,
  { context }: { readonly context: Pick<Context, "timezone"> },
): string => globals.timezone ?? context.timezone;

/** Returns `--timezone`, else the time zone of the current context, else a default. */
export const resolveTimezoneWithoutTenant = async ({ globals, contexts, environment }: Tools): Promise<string> =>
  globals.timezone ?? (await contexts.inEffect(globals.context, environment))?.context.timezone ?? DEFAULT_TIMEZONE;

/** A local tenant, or the copy of one in a store. */
export interface ServedContext extends EmbeddedContext {
  readonly log?: ChangeLog | undefined;
}

/** The tenants of a store that several servers share. Copies are in this home. */
export interface ServedStore extends Pick<TenantSearch<ServedContext>, "list" | "prepare" | "shared" | "isReady"> {
  /** @param copy checked backup of a tenant @throws Failure `input-rejected` if the name exists */
  readonly add: (name: string, copy: string) => Promise<void>;
  /** @param keep stores the tenant's file, before the tenant is removed from the store */
  readonly take: (name: string, keep: (path: string) => Promise<void>) => Promise<void>;
  /** Returns false if there was nothing to upgrade. */
  readonly upgrade: (name: string, dryRun: boolean) => Promise<boolean>;
  /** Stores snapshots from time to time, and follows the store's clock. */
  readonly keep: (days: number) => Promise<void>;
  readonly now: () => Date;
}

export interface ServerPlan {
  /** the only tenant, or those that are found by their names */
  readonly tenant: EmbeddedContext | Omit<TenantSearch<ServedContext>, "keyOf" | "open">;
  /** time of the tenants; default: as of this computer */
  readonly now?: (() => Date) | undefined;
  readonly metrics: { readonly place: ListenAddress; readonly read: () => Promise<string> } | undefined;
  readonly place: ListenAddress;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly proxies: BlockList | undefined;
}

export interface Tools {
  readonly terminal: Terminal;
  readonly globals: Globals;
  readonly environment: EnvironmentVariables;
  readonly home: Home;
  readonly contexts: Contexts;
  readonly temporary: TemporaryStorage;
  readonly outputs: Outputs;
  readonly clock: Clock;
  readonly machine: Machine;
  /** bytes of stdin, readable once. @throws Failure `interrupted` if the terminal's window was closed */
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly workingFolder: string;
  /** aborted by SIGINT, SIGTERM and SIGHUP; the command then has 900 ms to end */
  readonly signal: AbortSignal;
  /** Open until the command ends. @throws `not-found`, `usage` if no context is selected, `unavailable` */
  tenant<N extends NounName = never>(...nouns: readonly N[]): Promise<ChosenTenant<N>>;
  /** Open until the command ends. @throws `unavailable`; `locked` if another process uses it */
  tenantOf<N extends NounName = never>(context: Context, ...nouns: readonly N[]): Promise<ChosenTenant<N>>;
  /** Closes a tenant of {@link tenantOf}, so that a report about many tenants does not keep them all open. */
  release(context: Context): Promise<void>;
  openCopy<N extends NounName>(
    folder: string,
    ...nouns: readonly N[]
  ): Promise<{ readonly client: Client<N>; readonly close: () => Promise<void> }>;
  inspectCopy(path: string): Promise<TenantCopyState>;
  compareCopyWithTenant(path: string, context: EmbeddedContext): Promise<CopyRelation>;
  /** Copies a tenant while others write it. @param onPages can throw, to stop the copy */
  backUpTenant(context: EmbeddedContext, copy: string, onPages: (copied: number, all: number) => void): Promise<void>;
  /** @throws Failure `conflict` if the copy is not a later state of the context's tenant */
  receiveTenant(copy: string, context: EmbeddedContext): Promise<void>;
  /** @param way `create` makes the tables of a new store @throws Failure `input-rejected`, `unavailable`, `locked` */
  openStore(address: string, way: "open" | "create"): Promise<ServedStore>;
  /** A request has the rights of the account that signed in. @throws Failure `unavailable` */
  serve(plan: ServerPlan): Promise<RunningServer & { readonly metricsUrl: string | undefined }>;
  /** Calls this at SIGHUP, which then does not end the command. */
  onReload(reload: () => void): void;
  /** After a signal, the command has `graceMs` milliseconds to end. */
  untilStopped(graceMs: number): Promise<void>;
  send(): Promise<Send>;
  /** Says why the run of a job failed although the command ended by itself. @param context default: all of the run */
  noteFault(fault: Text, context?: string): void;
  readonly faults: readonly { readonly what: Text; readonly context: string | undefined }[];
  /** The text is printed if a signal interrupts the command. */
  describeState(state: () => Text): void;
  summarize(plan: Partial<PlanSummary>): void;
  /** The text is printed if the command is interrupted or fails later. */
  describeDone(done: Text): void;
}
