import type { ChosenTenant } from "../commands/tools.ts";
import { TenantClient, type Transport } from "../lib/client/index.ts";
import type { Home } from "../lib/config/home.ts";
import { Failure } from "../lib/errors/index.ts";
import { text } from "../lib/text/index.ts";

/** A tenant that is open until it is closed. */
export interface OpenTenant extends ChosenTenant {
  close(): Promise<void>;
}

/** A way to a tenant, and how to leave. */
interface Way {
  readonly transport: Transport;
  readonly close: () => Promise<void>;
}

/**
 * Opens the tenant of a context: in this process, or at its address.
 *
 * @throws `unavailable` when there is no way to it
 */
export async function openTenant(home: Home, { context, source }: Omit<ChosenTenant, "client">): Promise<OpenTenant> {
  const { transport, close } = await wayTo(home, context);
  return { context, source, client: new TenantClient(transport), close };
}

async function wayTo(_home: Home, context: ChosenTenant["context"]): Promise<Way> {
  throw new Failure("unavailable", {
    what: text("this kind of tenant cannot be reached yet", "この種類のテナントにはまだ接続できません"),
    where: context.name,
  });
}
