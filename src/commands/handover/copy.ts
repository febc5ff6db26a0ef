import { createWriteStream } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Client } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { hasErrorCode } from "../../lib/errors/index.ts";
import { createTemporaryFolder } from "../../lib/files/index.ts";
import { TENANT_FILE } from "../../lib/handover/bundle/contents.ts";
import type { Tools } from "../tools.ts";
import { HANDOVER_NOUNS } from "./facts.ts";

const COPY_NOUNS = [...HANDOVER_NOUNS, "orgs", "devices", "roles", "secured"] as const;

export type CopyClient = Client<(typeof COPY_NOUNS)[number]>;

/** A copy of a tenant in a temporary folder, which is removed when this is disposed of. */
export interface TenantCopy extends AsyncDisposable {
  readonly path: string;
  /** Opens the copy, with the rights of an owner. From then on, its bytes may change. */
  open(): Promise<CopyClient>;
}

/** Stores a copy of a tenant. If the home is read-only, stores it in the temporary folder of the computer. */
export async function storeTenantCopy(tools: Tools, content: AsyncIterable<Uint8Array>): Promise<TenantCopy> {
  const { temporary } = tools;
  const folder = await createTemporaryFolder(temporary, "handover").catch((error: unknown) => {
    if (error instanceof Failure && hasErrorCode(error.cause, "EACCES", "EPERM", "EROFS"))
      return createTemporaryFolder(temporary, "handover", tmpdir());
    throw error;
  });
  let close = async (): Promise<void> => undefined;
  try {
    const path = join(folder.path, TENANT_FILE);
    await pipeline(content, createWriteStream(path, { mode: 0o600 }));
    return {
      path,
      open: async () => {
        const opened = await tools.openCopy(folder.path, ...COPY_NOUNS);
        close = opened.close;
        return opened.client;
      },
      [Symbol.asyncDispose]: async () => {
        await close();
        await folder.remove();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Copies the current tenant, without secrets. @throws Failure `not-permitted` unless it is a system administrator's */
export const copyTenant = async (tools: Tools, withoutHistory = false): Promise<TenantCopy> =>
  storeTenantCopy(tools, await (await tools.tenant("exports")).client.exports.create({ withoutHistory }));
