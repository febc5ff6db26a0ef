import { lstatSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { line, step } from "../advice/index.ts";
import { toPermissionFailure, toDiskFailure, Failure, hasErrorCode, tryOrUndefined } from "../errors/index.ts";
import { isContextPattern, isSameContext, matchesContext, toContextNameKey } from "../model/context-name.ts";
import { text, type Text } from "../text/index.ts";
import type { Context, ContextChange, NewContext, StoredContext } from "./context.ts";
import { getJobFolder, type Home } from "./home.ts";
import { LOCAL_CONTEXT, LOCAL_CONTEXT_NAME, readSettings, writeSettings, type Settings } from "./settings-file.ts";

export { findHomeFault, createUnsafeHomeFailure, listProgramPaths, locateHome, type Home } from "./home.ts";
export type { Context } from "./context.ts";
export { LOCAL_CONTEXT_NAME } from "./settings-file.ts";
export { isContextPattern, isSameContext, toContextNameKey } from "../model/context-name.ts";

/** `default`: the context is selected because no other context exists. */
export type ContextSource = "option" | "environment" | "used" | "default";

export interface ChosenContext {
  readonly context: Context;
  readonly source: ContextSource;
  readonly among: readonly string[];
}

type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

export class Contexts {
  readonly #home: Home;
  readonly #pause: () => Promise<void>;

  constructor(home: Home, pause: () => Promise<void> = () => sleep(50)) {
    this.#home = home;
    this.#pause = pause;
  }

  async list(): Promise<readonly Context[]> {
    return this.#all(await readSettings(this.#home));
  }

  async listUsed(known?: Settings): Promise<readonly Context[]> {
    const settings = known ?? (await readSettings(this.#home));
    const used = this.#used(settings);
    return used.length === 0 ? this.#all(settings) : used;
  }

  async find(name: string): Promise<Context> {
    return findContext(await this.list(), name);
  }

  /** @param pattern such as `kanto-*,osaka` @throws Failure `not-found` if a part of it matches no context */
  async select(pattern: string): Promise<readonly Context[]> {
    const all = await this.list();
    const selected = pattern.split(",").flatMap((typed) => {
      const part = typed.trim();
      if (!part.includes("*")) return [findContext(all, part)];
      const found = all.filter(({ name }) => matchesContext(name, part));
      if (found.length > 0) return found;
      throw new Failure("not-found", {
        what: text(`no context matches ${part}`, `${part} に一致するコンテキストはありません`),
        hint: step("to list the contexts", "コンテキストの一覧", line("context list", [])),
      });
    });
    return all.filter((context) => selected.includes(context));
  }

  /** The contexts of a list or check: all of them, those of a pattern, or the chosen one. */
  async chooseSeveral(
    isAll: boolean,
    option: string | undefined,
    environment: EnvironmentVariables,
  ): Promise<readonly Context[]> {
    if (isAll) return this.listUsed();
    return isContextPattern(option) ? this.select(option) : [(await this.choose(option, environment)).context];
  }

  async choose(option: string | undefined, environment: EnvironmentVariables): Promise<ChosenContext> {
    const settings = await readSettings(this.#home);
    const chosen = await this.#choose(settings, option, environment);
    if (chosen === undefined) throw createNoContextFailure(await this.listUsed(settings));
    return chosen;
  }

  async inEffect(option: string | undefined, environment: EnvironmentVariables): Promise<ChosenContext | undefined> {
    if (isContextPattern(option)) return undefined;
    return this.#choose(await readSettings(this.#home), option, environment);
  }

  async #choose(
    settings: Settings,
    option: string | undefined,
    environment: EnvironmentVariables,
  ): Promise<ChosenContext | undefined> {
    const named = [
      ["option", option],
      ["environment", environment["CLOMOCTL_CONTEXT"] || undefined],
      ["used", settings.used],
    ] as const;
    const [source, name] = named.find(([, given]) => given !== undefined) ?? [];
    if (source !== undefined && name !== undefined) {
      const context = findContext(this.#all(settings), name);
      return { context, source, among: this.#used(settings, context.name).map((one) => one.name) };
    }
    const [only, ...others] = await this.listUsed(settings);
    if (!settings.implied || only === undefined || others.length > 0) return undefined;
    return { context: only, source: "default", among: [only.name] };
  }

  #used(settings: Settings, chosen?: string): readonly Context[] {
    return this.#all(settings).filter(
      (one) => one.name !== LOCAL_CONTEXT_NAME || chosen === LOCAL_CONTEXT_NAME || this.#hasData(one),
    );
  }

  #hasData(context: Context): boolean {
    return context.kind === "remote" || this.hasTenant(context);
  }

  async add(name: string, requested: NewContext, use = false): Promise<Context> {
    const { toStoredContext } = await import("./context.ts");
    const stored = toStoredContext(name, requested);
    return this.#change(async (settings) => {
      const refuse = (what: Text): Failure => new Failure("input-rejected", { what, where: name });
      if (this.#all(settings).some((context) => isSameContext(context.name, name)))
        throw refuse(text("a context with this name already exists", "この名前のコンテキストはすでにあります"));
      const context = this.#open(stored);
      if (this.hasTenant(context))
        throw refuse(
          text(
            "the data of an earlier tenant with this name still exists",
            "同じ名前だったテナントのデータが残っています",
          ),
        );
      const used = use ? context.name : await this.#keepUsed(settings);
      return [{ ...settings, used, contexts: [...settings.contexts, stored] }, context];
    });
  }

  /** Adds the tenants of a server that have no context yet. A name that is in use gets the server's name in front. */
  async addServed(server: string, tenants: readonly string[]) {
    const { toStoredContext } = await import("./context.ts");
    const prefix = `${server}/t/`;
    return this.#change(async (settings) => {
      const known = new Map(
        settings.contexts.flatMap((one) =>
          one.kind === "remote" && one.url.startsWith(prefix) ? [[one.url.replace(/\/$/, ""), one.name]] : [],
        ),
      );
      const taken = new Set(this.#all(settings).map(({ name }) => toContextNameKey(name)));
      const listed = new Map(tenants.map((tenant) => [prefix + encodeURIComponent(tenant), tenant]));
      const added: StoredContext[] = [];
      const refused: string[] = [];
      for (const [url, tenant] of listed) {
        if (known.has(url)) continue;
        const names = [tenant, `${new URL(server).hostname}-${tenant}`];
        const name = names.find((one) => !taken.has(toContextNameKey(one))) ?? "";
        const stored = tryOrUndefined(() => toStoredContext(name, { kind: "remote", url }));
        if (stored === undefined) refused.push(tenant);
        else added.push(stored);
        taken.add(toContextNameKey(name));
      }
      const gone = [...known].flatMap(([url, name]) => (listed.has(url) ? [] : [name]));
      const changed = { ...settings, used: await this.#keepUsed(settings), contexts: [...settings.contexts, ...added] };
      return [changed, { added: added.map(({ name }) => name), refused, gone }];
    });
  }

  async set(name: string, change: ContextChange): Promise<Context> {
    return this.#change(async (settings) => {
      const before = findContext(this.#all(settings), name);
      const stored = settings.contexts.find((context) => context.name === before.name);
      const { applyContextChange } = await import("./context.ts");
      const changed = applyContextChange(stored ?? LOCAL_CONTEXT, change);
      const replaced = settings.contexts.map((context) => (context === stored ? changed : context));
      return [{ ...settings, contexts: stored === undefined ? [changed, ...replaced] : replaced }, this.#open(changed)];
    });
  }

  async use(name: string): Promise<Context> {
    return this.#change(async (settings) => {
      const context = findContext(this.#all(settings), name);
      return [{ ...settings, used: context.name }, context];
    });
  }

  /** Also deletes the secret and a local tenant. @param canDeleteTenant true if the user confirmed the deletion */
  async remove(name: string, { canDeleteTenant }: { readonly canDeleteTenant: boolean }): Promise<Context> {
    return this.#change(async (settings) => {
      const context = findContext(this.#all(settings), name);
      const refuse = (what: Text): Failure => new Failure("usage", { what, where: context.name });
      if (context.kind === "embedded" && this.hasTenant(context)) {
        if (!canDeleteTenant)
          throw refuse(
            text(
              "removing this context would also delete its tenant with all data",
              "このコンテキストを削除すると、テナントもデータごと削除されます",
            ),
          );
        // the tenant is deleted before the settings change, so that a crash never leaves data without a context
        await rm(context.tenantFolder, { recursive: true, force: true });
      }
      // the secret is deleted before the settings change, so that a crash never leaves a secret without a context
      const { deleteCredentialFile } = await import("./credentials.ts");
      await deleteCredentialFile(this.#home, context.name);
      await rm(getJobFolder(this.#home, context.name), { recursive: true, force: true });
      const contexts = settings.contexts.filter((stored) => stored.name !== context.name);
      const used = settings.used === context.name ? undefined : settings.used;
      return [{ contexts, used, implied: false }, context];
    });
  }

  hasTenant(context: Context): boolean {
    return context.kind === "embedded" && findSize(context.tenantFolder) !== undefined;
  }

  hasDatabase(context: Context): boolean {
    return this.findDatabaseBytes(context) !== undefined;
  }

  findDatabaseBytes(context: Context): number | undefined {
    return context.kind === "embedded" ? findSize(join(context.tenantFolder, "tenant.db")) : undefined;
  }

  #all({ contexts }: Settings): readonly Context[] {
    const own = contexts.find(({ name }) => name === LOCAL_CONTEXT_NAME) ?? LOCAL_CONTEXT;
    return [own, ...contexts.filter(({ name }) => name !== LOCAL_CONTEXT_NAME)].map((stored) => this.#open(stored));
  }

  #open(stored: StoredContext): Context {
    return stored.kind === "remote" ? stored : { ...stored, tenantFolder: join(this.#home.tenants, stored.name) };
  }

  /** A context that was selected only because no other existed stays selected when others are added. */
  async #keepUsed(settings: Settings): Promise<string | undefined> {
    const before = await this.#choose(settings, undefined, {});
    return before !== undefined && this.#hasData(before.context) ? before.context.name : settings.used;
  }

  async #change<T>(decide: (settings: Settings) => Promise<readonly [Settings, T]>): Promise<T> {
    const { withSettingsLock } = await import("./settings-lock.ts");
    return withSettingsLock(this.#home.folder, this.#pause, async () => {
      const [settings, result] = await decide(await readSettings(this.#home));
      await writeSettings(this.#home.folder, settings);
      return result;
    });
  }
}

const createNoContextFailure = (contexts: readonly Context[]): Failure => {
  const all = contexts.map(({ name }) => name).join(", ");
  return new Failure("usage", {
    what: text(`no context is in use; existing contexts: ${all}`, `使用中のコンテキストがありません。登録済み: ${all}`),
    hint: text(
      `pass --context NAME, set CLOMOCTL_CONTEXT, or choose a context: ${line("context use", ["NAME"])}`,
      `--context NAME か CLOMOCTL_CONTEXT で指定するか、${line("context use", ["NAME"])} で選んでください`,
    ),
  });
};

function findContext(contexts: readonly Context[], name: string): Context {
  const context = contexts.find((one) => isSameContext(one.name, name));
  if (context !== undefined) return context;
  const names = contexts.map((one) => one.name).join(", ");
  throw new Failure("not-found", {
    what: text(`no context is named "${name}"`, `コンテキスト「${name}」はありません`),
    hint: text(`existing contexts: ${names}`, `登録済み: ${names}`),
  });
}

const findSize = (path: string): number | undefined => {
  try {
    return lstatSync(path).size;
  } catch (cause) {
    if (hasErrorCode(cause, "ENOENT", "ENOTDIR")) return undefined;
    throw toDiskFailure(cause, path) ?? toPermissionFailure(cause, dirname(path)) ?? cause;
  }
};
