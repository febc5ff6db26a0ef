import type { Context } from "../../../lib/config/index.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import { RENEWAL_KINDS } from "../../../lib/nouns/renewal.ts";
import { type CheckItem, findFileKey } from "../../../lib/renewals/expiry-status.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";

type FileItem = Pick<CheckItem, "id" | "kind" | "topic" | "fingerprint">;

/**
 * Warns of certificates and tokens that other contexts have, too. Contexts that cannot be read are left to `status`. Call
 * this last, because commands that are proposed after other tenants were opened do not name the tenant.
 */
export async function warnOfSharedFiles(tools: Tools, here: Context, files: readonly FileItem[]): Promise<void> {
  const keys = new Map(files.map((file) => [findFileKey(file), file]));
  keys.delete(undefined);
  if (keys.size === 0) return;
  await Promise.all(
    (await tools.contexts.listUsed()).map(async (context) => {
      if (context.name === here.name || (context.kind === "embedded" && !tools.contexts.hasTenant(context))) return;
      const items = await ignoreFailure(async () => (await tools.tenantOf(context, "renewals")).client.renewals.list());
      for (const item of items ?? []) {
        const file = keys.get(findFileKey(item));
        // the same tenant in two contexts has the same IDs
        if (file === undefined || file.id === item.id) continue;
        const { en, ja } = RENEWAL_KINDS[item.kind];
        await tools.terminal.warn(
          text(
            `the context ${context.name} has the same ${en}, as ${item.name}`,
            `同じ${ja}が、コンテキスト ${context.name} に「${item.name}」として登録されています`,
          ),
        );
      }
    }),
  );
  // the summary is about the tenant that was opened last
  await tools.tenantOf(here, "renewals");
}
