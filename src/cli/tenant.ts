import { existsSync, renameSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, ServedContext } from "../commands/kit/tools.ts";
import type { ChosenContext } from "../lib/config/index.ts";
import type { EmbeddedContext, RemoteContext } from "../lib/config/context.ts";
import { createBareContext } from "../lib/config/settings-file.ts";
import type { CredentialSecret } from "../lib/config/credentials.ts";
import {
  ensureFolder,
  isMissingOrEmptyFolder,
  syncFolder,
  type ProcessTable,
  type TemporaryFolder,
  type TemporaryStorage,
} from "../lib/files/index.ts";
import type { OpenTenant as Tenant, TenantOptions } from "../lib/tenant/api/index.ts";
import type { Connection } from "../lib/client/index.ts";
import { Failure, hasErrorCode } from "../lib/errors/index.ts";
import type { EnvironmentVariables } from "../lib/terminal/index.ts";
import { text, type Text } from "../lib/text/index.ts";

export interface OpenTenant extends ChosenContext {
  readonly connection: Connection;
  readonly close: () => Promise<void>;
}

export interface ConnectionEnvironment {
  readonly clock: Clock;
  readonly processes: ProcessTable;
  readonly userName: string | undefined;
  readonly hostName: string;
  readonly as?: string | undefined;
  readonly environment: EnvironmentVariables;
  readonly secretFor?: ((context: RemoteContext) => Promise<CredentialSecret | undefined>) | undefined;
  readonly program: string;
  readonly signal?: AbortSignal | undefined;
  readonly beforeChange?: Connection["beforeChange"];
  readonly unaudited?: Connection["unaudited"];
  readonly changed?: Connection["changed"];
  readonly warn?: ((warning: Text) => Promise<void>) | undefined;
  readonly apple?: Pick<NonNullable<TenantOptions["apple"]>, "send" | "sealing"> | undefined;
  readonly mail?: TenantOptions["mail"];
  /** in a dry run: temporary folder for a tenant that does not exist yet */
  readonly rehearsesIn?: TemporaryStorage | undefined;
}

export async function openTenant(machine: ConnectionEnvironment, chosen: ChosenContext): Promise<OpenTenant> {
  const { context } = chosen;
  const { signal, beforeChange, unaudited, changed } = machine;
  const opening = context.kind === "remote" ? connectToServer(machine, context) : connectInProcess(machine, context);
  const { close, ...connection } = await opening;
  return { ...chosen, connection: { ...connection, signal, beforeChange, unaudited, changed }, close };
}

export const openTenantCopy = (machine: ConnectionEnvironment, tenantFolder: string): Promise<OpenTenant> =>
  openTenant(
    { ...machine, as: undefined, rehearsesIn: undefined },
    { source: "default", among: [], context: createBareContext("copy", tenantFolder) },
  );

export const TENANT_FILE = "tenant.db";

type ClosableTenant = Pick<OpenTenant, "close">;

export const buildTenantOptions = (
  { clock, processes, userName, hostName, program, apple, mail }: ConnectionEnvironment,
  { tenantFolder, name, log }: ServedContext,
  acting: TenantOptions["acting"],
): TenantOptions => ({
  folder: tenantFolder,
  name,
  log,
  acting,
  actor: userName === undefined ? "owner" : `owner (${userName})`,
  surroundings: {
    now: () => clock.now().getTime(),
    random: (size) => crypto.getRandomValues(new Uint8Array(size)),
    origin: { host: hostName, user: userName, program, access: "embedded" },
  },
  processes,
  apple: apple && {
    ...apple,
    wait: (delayMs, stop) => sleep(delayMs, undefined, { signal: stop }),
    // the User-Agent header of requests to Apple has the form `name/version`
    program: program.replace(" ", "/"),
  },
  mail,
});

async function connectInProcess(
  machine: ConnectionEnvironment,
  context: EmbeddedContext,
): Promise<Connection & ClosableTenant> {
  const { as, rehearsesIn } = machine;
  const { tenantFolder } = context;
  const tenant = await import("../lib/tenant/api/index.ts");
  const options = buildTenantOptions(machine, context, as === undefined ? "owner" : { account: as });
  const open = (where: { readonly inMemory?: boolean; readonly folder?: string } = {}): Tenant =>
    tenant.openTenant({ ...options, ...where });
  const absent = isMissingOrEmptyFolder(tenantFolder);
  if (!absent) await ensureFolder(tenantFolder);
  // do not store a new tenant if `--as` is used: the tenant has no accounts, so the command fails
  const making = { tenantFolder, open, rehearsesIn };
  const { current, perform, close } =
    absent && as === undefined ? openTenantOnDemand(making) : openExistingTenant(open({ inMemory: absent }));
  const transport: Connection["transport"] = async (request) => {
    const { createDispatch } = await import("../lib/tenant/api/dispatch.ts");
    return createDispatch(await current(request.method))(request);
  };
  return { transport, perform, close };
}

/** Replaces only a tenant that is empty or older than the copy. @throws Failure `conflict`, `locked` */
export async function receiveTenant(
  copy: string,
  { name, tenantFolder }: EmbeddedContext,
  { clock, temporary }: Pick<ConnectionEnvironment, "clock"> & { readonly temporary: TemporaryStorage },
): Promise<void> {
  const tenants = dirname(tenantFolder);
  await ensureFolder(tenants);
  const { receiveTenantFile, replaceTenantFile } = await import("../lib/tenant/api/index.ts");
  const { createTemporaryFolder } = await import("../lib/files/temporary.ts");
  const made = await createTemporaryFolder(temporary, name, tenants);
  try {
    const { processes } = temporary;
    await receiveTenantFile(copy, { name, folder: made.path, now: clock.now().toISOString(), processes });
    await syncFolder(made.path);
    const file = join(tenantFolder, TENANT_FILE);
    if (existsSync(file)) await replaceTenantFile(file, join(made.path, TENANT_FILE));
    else {
      try {
        if (existsSync(tenantFolder)) rmdirSync(tenantFolder);
        renameSync(made.path, tenantFolder);
      } catch (error) {
        throw hasErrorCode(error, "ENOTEMPTY", "EEXIST", "EPERM") ? createExistingTenantFailure(name) : error;
      }
    }
    for (const folder of [tenantFolder, tenants, dirname(tenants)]) await syncFolder(folder);
  } finally {
    await made.remove();
  }
}

const createExistingTenantFailure = (where: string): Failure =>
  new Failure("conflict", {
    what: text("this context already has a tenant", "このコンテキストにはすでにテナントがあります"),
    where,
    hint: text("choose a new name with --context", "--context で新しい名前を指定してください"),
  });

interface LocalTenant extends Pick<Tenant, "perform" | "close"> {
  readonly current: (method: string) => Promise<Tenant>;
}

const openExistingTenant = (tenant: Tenant): LocalTenant => ({ ...tenant, current: () => Promise.resolve(tenant) });

interface NewTenant extends Pick<ConnectionEnvironment, "rehearsesIn"> {
  readonly tenantFolder: string;
  readonly open: (where: { readonly inMemory?: boolean; readonly folder?: string }) => Tenant;
}

/** The tenant is only in memory until a request changes something. */
function openTenantOnDemand({ tenantFolder, open, rehearsesIn }: NewTenant): LocalTenant {
  let tenant = open({ inMemory: true });
  let making: Promise<void> | undefined;
  let rehearsed: TemporaryFolder | undefined;
  const make = async (): Promise<void> => {
    rehearsed =
      rehearsesIn && (await (await import("../lib/files/temporary.ts")).createTemporaryFolder(rehearsesIn, "tenant"));
    const folder = rehearsed?.path ?? tenantFolder;
    await ensureFolder(folder);
    const made = open({ folder });
    await tenant.close();
    tenant = made;
  };
  const current = async (isRead: boolean): Promise<Tenant> => {
    if (making !== undefined || !isRead) await (making ??= make());
    return tenant;
  };
  return {
    current: (method) => current(method === "GET"),
    async perform(asked) {
      const isRehearsal = (asked.given as { readonly dryRun?: unknown } | undefined)?.dryRun === true;
      return (await current(isRehearsal || asked.one.route.startsWith("GET "))).perform(asked);
    },
    async close() {
      await tenant.close();
      await rehearsed?.remove();
    },
  };
}

async function connectToServer(
  { clock, as, environment, secretFor, warn }: ConnectionEnvironment,
  context: RemoteContext,
): Promise<Connection & ClosableTenant> {
  const { url } = context;
  const credential = await secretFor?.(context);
  if (as !== undefined) throw AS_NOT_SUPPORTED_FAILURE;
  const [{ openServerSocket }, { describeMissingEncryption }] = await Promise.all([
    import("../lib/client/socket.ts"),
    import("../lib/config/context.ts"),
  ]);
  const warning = describeMissingEncryption(url);
  if (warning !== undefined) await warn?.(warning);
  const base = new URL(url);
  const { transport, close } = openServerSocket({ clock, environment }, url, { credential });
  const signInAt = typeof credential?.secret === "function" ? base.origin : undefined;
  const newKey = (): string => crypto.randomUUID();
  return { transport, base, newKey, credentialSource: credential?.source, signInAt, close };
}

const AS_NOT_SUPPORTED_FAILURE = new Failure("usage", {
  what: text(
    "--as can be used only with local tenants; a remote tenant uses the permissions of the account that is signed in",
    "--as はこのコンピューターのテナント専用です。リモートのテナントでは、サインインしたアカウントの権限で動作します",
  ),
});
