import { rm, lstat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import { contextNameKey, parseContextName } from "./context-name.ts";
import { storeContext, type Context, type NewContext, type StoredContext } from "./context.ts";
import type { Home } from "./home.ts";
import { readSettings, writeSettings, type Settings } from "./settings-file.ts";
import { withSettingsLock } from "./settings-lock.ts";

/** The context that exists without set-up. */
export const EMBEDDED = "embedded";

/** Where the context was selected; deletions on a remote tenant require `option`. */
export type ContextSource = "option" | "environment" | "used" | "default";

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
   * The context a command uses: `--context`, then `CLOMOCTL_CONTEXT`, then `context use`, else `embedded`.
   *
   * @throws `not-found` when it does not exist
   */
  async choose(
    option: string | undefined,
    environment: Readonly<Record<string, string | undefined>>,
  ): Promise<{ readonly context: Context; readonly source: ContextSource }> {
    const settings = await readSettings(this.#home);
    const all = this.#all(settings);
    if (option !== undefined) {
      return { context: pick(all, option), source: "option" };
    }
    const variable = environment["CLOMOCTL_CONTEXT"] ?? "";
    if (variable !== "") {
      return { context: pick(all, variable), source: "environment" };
    }
    return settings.used === undefined
      ? { context: pick(all, EMBEDDED), source: "default" }
      : { context: pick(all, settings.used), source: "used" };
  }

  /**
   * Adds a context.
   *
   * @throws `usage` when the name or a value is invalid
   * @throws `input-rejected` when the name is taken, ignoring case, or data of a tenant of that name exists
   */
  async add(name: string, requested: NewContext): Promise<Context> {
    const stored = storeContext(parseContextName(name), requested);
    const key = contextNameKey(name);
    return this.#change(async (settings) => {
      if (this.#all(settings).some((context) => contextNameKey(context.name) === key)) {
        throw taken(name, text("a context of this name exists already", "この名前のコンテキストは既にあります"));
      }
      const context = this.#open(stored);
      if (await this.holdsTenant(context)) {
        throw taken(
          name,
          text("data of a tenant of this name exists already", "この名前のテナントのデータが残っています"),
        );
      }
      return [{ ...settings, contexts: [...settings.contexts, stored] }, context];
    });
  }

  /**
   * Replaces the settings of a context, keeping its name and kind. `embedded` may be changed too.
   *
   * @throws `not-found` when there is no context of that name
   * @throws `usage` when the kind differs, or a value is invalid
   */
  async change(name: string, requested: NewContext): Promise<Context> {
    return this.#change(async (settings) => {
      const before = pick(this.#all(settings), name);
      if (before.kind !== requested.kind) {
        throw new Failure("usage", {
          what: text("the kind of a context cannot be changed", "コンテキストの種類は変更できません"),
          where: name,
        });
      }
      const stored = storeContext(before.name, requested);
      const replaced = settings.contexts.map((context) => (context.name === before.name ? stored : context));
      const contexts = replaced.includes(stored) ? replaced : [stored, ...replaced];
      return [{ ...settings, contexts }, this.#open(stored)];
    });
  }

  /** Makes a context the default for commands. @throws `not-found` when there is no context of that name */
  async use(name: string): Promise<Context> {
    return this.#change(async (settings) => {
      const context = pick(this.#all(settings), name);
      return [{ ...settings, used: context.name === EMBEDDED ? undefined : context.name }, context];
    });
  }

  /**
   * Removes a context, together with its tenant if that is in the home; a remote tenant is not touched.
   *
   * @param tenantMayGo the user confirmed deleting the tenant's data; ask when {@link holdsTenant} is true
   * @throws `not-found` when there is no context of that name
   * @throws `usage` for `embedded`, and for a tenant that may not be deleted
   */
  async remove(name: string, { tenantMayGo }: { readonly tenantMayGo: boolean }): Promise<Context> {
    return this.#change(async (settings) => {
      const context = pick(this.#all(settings), name);
      if (context.name === EMBEDDED) {
        throw new Failure("usage", {
          what: text("the context embedded cannot be removed", "コンテキスト embedded は削除できません"),
        });
      }
      if (context.kind === "embedded" && (await this.holdsTenant(context))) {
        if (!tenantMayGo) {
          throw new Failure("usage", {
            what: text(
              "the tenant of this context would be deleted with its data",
              "このコンテキストのテナントもデータごと削除されます",
            ),
            where: context.name,
            hint: text("confirm, or pass --yes", "確認するか、--yes を指定してください"),
          });
        }
        // Before the settings: a crash between the two leaves a context without data, never data without a context.
        await rm(context.tenantFolder, { recursive: true, force: true });
      }
      const contexts = settings.contexts.filter((stored) => stored.name !== context.name);
      return [{ contexts, used: settings.used === context.name ? undefined : settings.used }, context];
    });
  }

  /** Whether the home holds data of a context's tenant. */
  async holdsTenant(context: Context): Promise<boolean> {
    return context.kind === "embedded" && (await lstat(context.tenantFolder).catch(() => undefined)) !== undefined;
  }

  /** Whether a context's tenant has been created here: opening it then only reads. */
  async hasDatabase(context: Context): Promise<boolean> {
    if (context.kind !== "embedded") return false;
    return (await lstat(join(context.tenantFolder, "tenant.db")).catch(() => undefined)) !== undefined;
  }

  #all({ contexts }: Settings): readonly Context[] {
    const own = contexts.find(({ name }) => name === EMBEDDED) ?? storeContext(EMBEDDED, { kind: "embedded" });
    return [own, ...contexts.filter(({ name }) => name !== EMBEDDED)].map((stored) => this.#open(stored));
  }

  #open(stored: StoredContext): Context {
    return stored.kind === "remote"
      ? stored
      : { ...stored, maps: new Map(stored.maps), tenantFolder: join(this.#home.tenants, stored.name) };
  }

  async #change<T>(decide: (settings: Settings) => Promise<readonly [Settings, T]>): Promise<T> {
    return withSettingsLock(this.#home.settings, this.#pause, async () => {
      const [settings, result] = await decide(await readSettings(this.#home));
      await writeSettings(this.#home.settings, settings);
      return result;
    });
  }
}

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
