/** Apart from what else is shown of a plan: what it says of the console stands here. */

import type { Import } from "../../../lib/client/index.ts";
import { dayOf } from "../../../lib/model/time.ts";
import { text } from "../../../lib/text/index.ts";
import { zoneOf, type Tools } from "../../tools.ts";

/** Notes the age of a mirror, or that a plan makes one; a tenant of our own has nothing to do with the console. */
export async function noteMirror(tools: Tools, { request }: Import): Promise<void> {
  const tenant = await tools.tenant("tenant");
  const { mirroredAt } = await tenant.client.tenant.show();
  if (mirroredAt !== null) {
    const day = dayOf(mirroredAt, zoneOf(tools, tenant));
    await tools.terminal.note(
      text(
        `mirror of the console: the tenant's data last came from there on ${day}`,
        `管理画面のミラー: テナントのデータを最後に管理画面から取り込んだのは ${day} です`,
      ),
    );
  } else if (request?.fromConsole === true) {
    await tools.terminal.note(
      text(
        "this makes the tenant a mirror of the console: what is changed here later has to be done in the console too",
        "このテナントは管理画面のミラーになります。以後ここで変更したものは、管理画面でも変更が必要です",
      ),
    );
  }
}
