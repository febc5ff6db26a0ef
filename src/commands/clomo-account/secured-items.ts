import { line, step } from "../../lib/advice/index.ts";
import { ignoreFailure } from "../../lib/errors/index.ts";
import type { Account, WrittenAccount } from "../../lib/client/index.ts";
import { toTypableName } from "../../lib/text/shell-word.ts";
import type { Tools } from "../tools.ts";

const buildSecuredItemsKey = ({ role, scheme, managesAll }: Account): string =>
  JSON.stringify([role, scheme?.id, managesAll]);

/**
 * Warns if an account gets a scheme with items of SECURED APPs but manages only some of the organisations. SECURED APPs
 * do not belong to organisations, so these items have an effect only with 全て (a clomoctl rule).
 */
export async function warnAboutSecuredItems(tools: Tools, { before, after }: WrittenAccount): Promise<void> {
  const { role, scheme, managesAll, name, id } = after;
  if (role !== "custom" || managesAll || scheme === null) return;
  if (before !== null && buildSecuredItemsKey(before) === buildSecuredItemsKey(after)) return;
  const held = await ignoreFailure(async () => (await tools.tenant("roles")).client.roles.scheme(scheme.id));
  const items = (held?.scheme.operations ?? []).filter((item) => item.startsWith("secured."));
  if (items.length === 0) return;
  const all = line("clomo-account edit", [toTypableName(name, id)], { managedOrgs: "all" });
  await tools.terminal.warn(
    step(
      `the items ${items.join(", ")} of the scheme ${scheme.name} have no effect for ${name}, because they require all organisations as managed organisations (a clomoctl rule); to manage all organisations`,
      `スキーム「${scheme.name}」の ${items.join("・")} は、管理対象組織が「全て」のときだけ有効なため(clomoctl 独自の規則)、「${name}」には効果がありません。「全て」にするには`,
      all,
    ),
  );
}
