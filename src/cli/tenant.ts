import { randomBytes } from "node:crypto";
import { userInfo } from "node:os";
import type { ChosenTenant, Clock } from "../commands/tools.ts";
import type { ProcessTable } from "../lib/config/index.ts";
import { TenantClient, type Transport } from "../lib/client/index.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";
import { installLightMessages } from "./light-fetch.ts";

/** A tenant that is open until it is closed. */
export interface OpenTenant extends ChosenTenant {
  readonly close: () => Promise<void>;
}

/** What an embedded tenant takes from the machine. */
interface Machine {
  readonly clock: Clock;
  readonly processes: ProcessTable;
}

/** A way to a tenant, and how to leave. */
interface Way {
  readonly transport: Transport;
  readonly close: () => Promise<void>;
}

/** Who acts on an embedded tenant: its owner, with the operating system's user. */
function ownerHere(): string {
  try {
    return `owner (${userInfo().username})`;
  } catch {
    // a container's user may have no name
    return "owner";
  }
}

/**
 * Opens the tenant of a context.
 *
 * @throws `unavailable` when there is no way to it
 * @throws `locked` when another process holds an embedded tenant
 */
export async function openTenant(
  machine: Machine,
  { context, source }: Omit<ChosenTenant, "client">,
): Promise<OpenTenant> {
  const { transport, close } = await wayTo(machine, context);
  return { context, source, client: new TenantClient(transport), close };
}

async function wayTo({ clock, processes }: Machine, context: ChosenTenant["context"]): Promise<Way> {
  if (context.kind === "remote") {
    throw new Failure("unavailable", {
      what: text("tenants behind an address cannot be reached yet", "アドレス先のテナントにはまだ接続できません"),
      where: context.url,
    });
  }
  installLightMessages();
  const tenant = await import("../lib/tenant/index.ts");
  const { fetch, close } = tenant.openTenant({
    folder: context.tenantFolder,
    name: context.name,
    actor: ownerHere(),
    surroundings: { now: () => clock.now().getTime(), random: (size) => randomBytes(size) },
    processes,
  });
  return { transport: fetch, close };
}
