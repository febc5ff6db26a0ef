import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { Tools } from "../tools.ts";
import type { ImportRequest } from "../read-list/options.ts";
import { formatTenantName } from "./show.ts";

export interface ForeignFileOptions {
  readonly allow?: ImportRequest["options"]["allow"];
  readonly requested?: ImportRequest | undefined;
}

/** Asks even with `--yes`. @throws `input-rejected` in scripts */
export async function confirmForeignFile(
  tools: Tools,
  plan: Import,
  { allow = [], requested }: ForeignFileOptions,
): Promise<boolean> {
  if (plan.foreign === undefined || allow.includes("other-tenant")) return true;
  const tenant = formatTenantName(plan, await tools.tenant("imports"));
  const file = plan.fileName === "-" ? "stdin" : plan.fileName;
  if (tools.terminal.interactive && requested?.file !== "-")
    return tools.terminal.prompts.confirm({
      message: text(`Import ${file} into ${tenant.en}?`, `${file} を ${tenant.ja} に取り込みますか?`),
      flag: "--allow other-tenant",
    });
  throw new Failure("input-rejected", {
    what: text(
      `the file seems to belong to a tenant other than ${tenant.en}; nothing was changed`,
      `${tenant.ja}ではなく、別のテナントのファイルのようです。何も変更していません`,
    ),
    where: file,
    hint: text("if the tenant is right, pass --allow other-tenant", "正しければ --allow other-tenant を付けてください"),
  });
}
