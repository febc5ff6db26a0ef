import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChosenTenant, Clock } from "../commands/tools.ts";
import type { EmbeddedContext, RemoteContext } from "../lib/config/context.ts";
import { ensureFolder, type ProcessTable } from "../lib/files/index.ts";
import { TenantClient, type Transport } from "../lib/client/index.ts";
import { installLightMessages } from "./light-fetch.ts";

/** A tenant that is open until it is closed. */
export interface OpenTenant extends ChosenTenant {
  readonly close: () => Promise<void>;
}

/** What a connection needs of the machine. */
export interface Machine {
  readonly clock: Clock;
  readonly processes: ProcessTable;
  /** the operating system's user; undefined if it has no name, as in some containers */
  readonly userName: string | undefined;
}

/** A connection to a tenant. */
interface Connection {
  readonly transport: Transport;
  /** the base address of the tenant's routes; undefined in process */
  readonly base?: URL | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Opens the tenant of a context.
 *
 * @throws `locked` when another process holds an embedded tenant, `unexpected` when its folder cannot be created
 * @throws `not-found`, `input-rejected` when the `--ca-file` of a remote one is missing or not a certificate
 */
export async function openTenant(
  machine: Machine,
  { context, source }: Omit<ChosenTenant, "client">,
): Promise<OpenTenant> {
  const connection = context.kind === "remote" ? connectBySocket(machine, context) : connectInProcess(machine, context);
  const { transport, base, close } = await connection;
  return { context, source, client: new TenantClient(transport, base), close };
}

async function connectInProcess(
  { clock, processes, userName }: Machine,
  { tenantFolder, name }: EmbeddedContext,
): Promise<Connection> {
  await ensureFolder(tenantFolder);
  installLightMessages();
  const tenant = await import("../lib/tenant/index.ts");
  const { fetch, close } = tenant.openTenant({
    folder: tenantFolder,
    name,
    actor: userName === undefined ? "owner" : `owner (${userName})`,
    surroundings: { now: () => clock.now().getTime(), random: (size) => randomBytes(size) },
    processes,
  });
  return { transport: fetch, close };
}

async function connectBySocket({ clock }: Machine, { url, caFile }: RemoteContext): Promise<Connection> {
  const { openSocket } = await import("../lib/client/socket.ts");
  const { readAuthorities } = await import("../lib/config/authorities.ts");
  const { transport, close } = openSocket({
    authorities: caFile === undefined ? [] : await readAuthorities(caFile),
    surroundings: {
      now: () => clock.now().getTime(),
      wait: (delayMs, signal) => sleep(delayMs, undefined, { signal }),
      newKey: randomUUID,
    },
  });
  return { transport, base: new URL(url), close };
}
