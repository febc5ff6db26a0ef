import type { Client } from "../../../lib/client/index.ts";
import { storeTemporaryFile } from "../../../lib/handover/bundle/unpack.ts";
import { TENANT_FILE } from "../../../lib/handover/bundle/contents.ts";
import { PANEL_KINDS } from "../../../lib/nouns/index.ts";
import type { Tools } from "../tools.ts";

export const HANDOVER_NOUNS = [
  "tenant",
  "accounts",
  "renewals",
  "ade",
  "answers",
  "users",
  "leavers",
  "administrators",
  "audit",
  "console",
  "config-profiles",
  "apps",
  "devices",
] as const;

const COPY_NOUNS = [...HANDOVER_NOUNS, ...PANEL_KINDS, "device-actions", "roles", "secured"] as const;

export type CopyClient = Client<(typeof COPY_NOUNS)[number]>;

export interface TenantCopy extends AsyncDisposable {
  readonly path: string;
  /** Opens the copied tenant with all permissions. Opening the tenant may change the bytes of the file. */
  open(): Promise<CopyClient>;
}

export async function storeTenantCopy(tools: Tools, content: AsyncIterable<Uint8Array>): Promise<TenantCopy> {
  const { folder, path, remove } = await storeTemporaryFile(TENANT_FILE, content, tools.temporary);
  let close = async (): Promise<void> => undefined;
  return {
    path,
    open: async () => {
      const opened = await tools.openCopy(folder, ...COPY_NOUNS);
      close = opened.close;
      return opened.client;
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await remove();
    },
  };
}

export const copyTenant = async (tools: Tools): Promise<TenantCopy> =>
  storeTenantCopy(tools, await (await tools.tenant("exports")).client.exports.create());
