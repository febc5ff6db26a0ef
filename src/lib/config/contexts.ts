import { lstatSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { line } from "../advice/index.ts";
import { deniedFailureOf, diskFailureOf } from "../errors/disk.ts";
import { Failure } from "../errors/index.ts";
import { hasCode } from "../files/index.ts";
import { text, type Text } from "../text/index.ts";
import { contextNameKey, parseContextName } from "./context-name.ts";
import {
  changeContext,
  storeContext,
  type Context,
  type ContextChange,
  type NewContext,
  type StoredContext,
} from "./context.ts";
import type { Home } from "./home.ts";
import { LOCAL, readSettings, writeSettings, type Settings } from "./settings-file.ts";

/** Where the context was selected; deletions on a remote tenant require `option`. `default`: it is the only one. */
export type ContextSource = "option" | "environment" | "used" | "default";

/** A context, and what it was selected from. */
export interface ChosenContext {
  readonly context: Context;
  readonly source: ContextSource;
  /** the names of the contexts there are, itself included; `embedded` counts once it has held data */
  readonly among: readonly string[];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The contexts of a home. Reading needs neither a folder nor write permission; changes are serialised by a lock. */
export class Contexts {
  readonly #home: Home;
  readonly #pause: () => Promise<void>;

  /** @param pause waits before retrying a lock that is held */
  constructor(home: Home, pause: () => Promise<void> = () => sleep(50)) {
    this.#home = home;
    this.#pause = pause;
  }

  /** All contexts, `embedded` first, the others in the order in which they were added. */
  async list(): Promise<readonly Context[]> {
    return this.#all(await readSettings(this.#home));
  }

  /** @throws `not-found` when there is no context of that name */
  async find(name: string): Promise<Context> {
    return pick(await this.list(), name);
  }

  /**
   * The context a command uses: `--context`, then `CLOMOCTL_CONTEXT`, then `context use`, then the only one there is.
   *
   * @throws `not-found` when it does not exist
   * @throws `usage` when none of these says which
   */
  async choose(option: string | undefined, environment: Variables): Promise<ChosenContext> {
    const settings = await readSettings(this.#home);
    const chosen = await this.#choose(settings, option, environment);
    if (chosen === undefined) throw notChosen(await this.#counted(settings));
    return chosen;
  }

  /** As {@link choose}; undefined where nothing says which. @throws `not-found` */
  async inEffect(option: string | undefined, environment: Variables): Promise<ChosenContext | undefined> {
    return this.#choose(await readSettings(this.#home), option, environment);
  }

  /** The name of the context that commands work on where none is named, as it is said; undefined where one must be. */
  async inUse(environment: Variables): Promise<string | undefined> {
    const variable = environment["CLOMOCTL_CONTEXT"] ?? "";
    if (variable !== "") return variable;
    return (await this.inEffect(undefined, {}))?.context.name;
  }

  /** The names of the contexts there are; `embedded` counts once it has held data, or where it is the `chosen` one. */
  async counted(chosen?: string): Promise<readonly string[]> {
    return this.#counted(await readSettings(this.#home), chosen);
  }

  async #choose(
    settings: Settings,
    option: string | undefined,
    environment: Variables,
  ): Promise<ChosenContext | undefined> {
    const variable = environment["CLOMOCTL_CONTEXT"] ?? "";
    const { used } = settings;
    const named = [
      ["option", option],
      ["environment", variable === "" ? undefined : variable],
      ["used", used],
    ] as const;
    const [source, name] = named.find(([, given]) => given !== undefined) ?? [];
    if (source !== undefined && name !== undefined) {
      const context = pick(this.#all(settings), name);
      return { context, source, among: await this.#counted(settings, context.name) };
    }
    const among = await this.#counted(settings);
    const [only = LOCAL, ...others] = among;
    if (!settings.implied || others.length > 0) return undefined;
    return { context: pick(this.#all(settings), only), source: "default", among: [only] };
  }

  /** The names of the contexts that count, and that of the `chosen` one. */
  async #counted(settings: Settings, chosen?: string): Promise<readonly string[]> {
    const [embedded, ...added] = this.#all(settings);
    const counts = embedded !== undefined && (chosen === LOCAL || this.#hasData(embedded));
    return [...(counts ? [LOCAL] : []), ...added.map(({ name }) => name)];
  }

  /** Whether a context's tenant has, or may have, data. */
  #hasData(context: Context): boolean {
    return context.kind === "remote" || this.holdsTenant(context);
  }

  /**
   * Adds a context. One that was in effect only because it was the only one, and has data, is in use from now on.
   *
   * @param use the new one is in use from now on
   * @throws `usage` when the name or a value is invalid
   * @throws `input-rejected` when the name is taken, ignoring case, or data of a tenant of that name exists
   */
  async add(name: string, requested: NewContext, use = false): Promise<Context> {
    const stored = storeContext(parseContextName(name), requested);
    const key = contextNameKey(name);
    return this.#change(async (settings) => {
      if (this.#all(settings).some((context) => contextNameKey(context.name) === key)) {
        throw taken(name, text("a context of this name exists already", "この名前のコンテキストは既にあります"));
      }
      const context = this.#open(stored);
      if (this.holdsTenant(context)) {
        throw taken(
          name,
          text("data of a tenant of this name exists already", "この名前のテナントのデータが残っています"),
        );
      }
      const before = await this.#choose(settings, undefined, {});
      const kept = before !== undefined && this.#hasData(before.context) ? before.context.name : settings.used;
      const used = use ? context.name : kept;
      return [{ ...settings, used, contexts: [...settings.contexts, stored] }, context];
    });
  }

  /**
   * Changes some settings of a context, `embedded` included.
   *
   * @throws `not-found` when there is no context of that name
   * @throws `usage` when a value is invalid
   */
  async set(name: string, change: ContextChange): Promise<Context> {
    return this.#change(async (settings) => {
      const before = pick(this.#all(settings), name);
      const stored = settings.contexts.find((context) => context.name === before.name);
      const changed = changeContext(stored ?? storeContext(LOCAL, { kind: "embedded" }), change);
      const replaced = settings.contexts.map((context) => (context === stored ? changed : context));
      return [{ ...settings, contexts: stored === undefined ? [changed, ...replaced] : replaced }, this.#open(changed)];
    });
  }

  /** Makes a context the default for commands. @throws `not-found` when there is no context of that name */
  async use(name: string): Promise<Context> {
    return this.#change(async (settings) => {
      const context = pick(this.#all(settings), name);
      return [{ ...settings, used: context.name }, context];
    });
  }

  /**
   * Removes a context, together with its tenant if that is in the home; a remote tenant is not touched. Where no other
   * is in use, none is, until one is chosen.
   *
   * @param tenantMayGo the user confirmed deleting the tenant's data; ask when {@link holdsTenant} is true
   * @throws `not-found` when there is no context of that name
   * @throws `usage` for `embedded`, and for a tenant that may not be deleted
   */
  async remove(name: string, { tenantMayGo }: { readonly tenantMayGo: boolean }): Promise<Context> {
    return this.#change(async (settings) => {
      const context = pick(this.#all(settings), name);
      if (context.name === LOCAL) {
        throw new Failure("usage", {
          what: text("the context embedded cannot be removed", "コンテキスト embedded は削除できません"),
        });
      }
      if (context.kind === "embedded" && this.holdsTenant(context)) {
        if (!tenantMayGo) {
          throw new Failure("usage", {
            what: text(
              "the tenant of this context would be deleted with its data",
              "このコンテキストのテナントもデータごと削除されます",
            ),
            where: context.name,
            hint: text(
              `confirm, or pass --confirm-context ${context.name}`,
              `確認するか、--confirm-context ${context.name} を指定してください`,
            ),
          });
        }
        // Before the settings: a crash between the two leaves a context without data, never data without a context.
        await rm(context.tenantFolder, { recursive: true, force: true });
      }
      const contexts = settings.contexts.filter((stored) => stored.name !== context.name);
      const used = settings.used === context.name ? undefined : settings.used;
      return [{ contexts, used, implied: false }, context];
    });
  }

  /** Whether the home holds data of a context's tenant. */
  holdsTenant(context: Context): boolean {
    return context.kind === "embedded" && isThere(context.tenantFolder);
  }

  /** Whether a context's tenant has been created here. */
  hasDatabase(context: Context): boolean {
    if (context.kind !== "embedded") return false;
    return isThere(join(context.tenantFolder, "tenant.db"));
  }

  #all({ contexts }: Settings): readonly Context[] {
    const own = contexts.find(({ name }) => name === LOCAL) ?? storeContext(LOCAL, { kind: "embedded" });
    return [own, ...contexts.filter(({ name }) => name !== LOCAL)].map((stored) => this.#open(stored));
  }

  #open(stored: StoredContext): Context {
    return stored.kind === "remote"
      ? stored
      : { ...stored, maps: new Map(stored.maps), tenantFolder: join(this.#home.tenants, stored.name) };
  }

  async #change<T>(decide: (settings: Settings) => Promise<readonly [Settings, T]>): Promise<T> {
    // most commands change no settings
    const { withSettingsLock } = await import("./settings-lock.ts");
    return withSettingsLock(this.#home.settings, this.#pause, async () => {
      const [settings, result] = await decide(await readSettings(this.#home));
      await writeSettings(this.#home.settings, settings);
      return result;
    });
  }
}

const notChosen = (names: readonly string[]): Failure => {
  const all = names.length === 0 ? LOCAL : names.join(", ");
  return new Failure("usage", {
    what: text(`no context is in use; there are: ${all}`, `使用中のコンテキストがありません。登録済み: ${all}`),
    hint: text(
      `name one by --context NAME or CLOMOCTL_CONTEXT, or choose one: ${line("context use", ["NAME"])}`,
      `--context NAME か CLOMOCTL_CONTEXT で指定するか、${line("context use", ["NAME"])} で選んでください`,
    ),
  });
};

/** Whether two names are those of one context. */
export const sameContext = (one: string, other: string): boolean => contextNameKey(one) === contextNameKey(other);

function pick(contexts: readonly Context[], name: string): Context {
  const key = contextNameKey(name);
  const context = contexts.find((candidate) => contextNameKey(candidate.name) === key);
  if (context === undefined) {
    const names = contexts.map((candidate) => candidate.name).join(", ");
    throw new Failure("not-found", {
      what: text(`no context is named "${name}"`, `コンテキスト「${name}」はありません`),
      hint: text(`contexts: ${names}`, `登録済み: ${names}`),
    });
  }
  return context;
}

const taken = (where: string, what: Text): Failure => new Failure("input-rejected", { what, where });

/** @throws Failure where it cannot be found out */
const isThere = (path: string): boolean => {
  try {
    lstatSync(path);
    return true;
  } catch (cause) {
    if (hasCode(cause, "ENOENT", "ENOTDIR")) return false;
    // a folder above it cannot be entered
    throw diskFailureOf(cause, path) ?? deniedFailureOf(cause, dirname(path)) ?? cause;
  }
};
