import { line, step } from "../../lib/advice/index.ts";
import { unlessFailing } from "../../lib/errors/index.ts";
import type { Account, WrittenAccount } from "../../lib/client/index.ts";
import { typableName } from "../../lib/text/shell-word.ts";
import type { Tools } from "../tools.ts";

/** What of an account decides what its scheme's items of SECURED APPs do. */
const decisive = ({ role, scheme, managesAll }: Account): string => JSON.stringify([role, scheme?.id, managesAll]);

/**
 * Warns where an account gets a scheme with items of SECURED APPs over a part of the organisations: these apps know none of
 * them, so that the items are of use over 全て alone (ours).
 */
export async function warnOfSecuredItems(tools: Tools, { before, after }: WrittenAccount): Promise<void> {
  const { role, scheme, managesAll, name, id } = after;
  if (role !== "custom" || managesAll || scheme === null) return;
  if (before !== null && decisive(before) === decisive(after)) return;
  const held = await unlessFailing(async () => (await tools.tenant("roles")).client.roles.scheme(scheme.id));
  const items = (held?.scheme.operations ?? []).filter((item) => item.startsWith("secured."));
  if (items.length === 0) return;
  const all = line("clomo-account edit", [typableName(name, id)], { managedOrgs: "all" });
  await tools.terminal.warn(
    step(
      `${items.join(", ")} of the scheme ${scheme.name} will do nothing for ${name}: over all organisations alone (ours); to give these`,
      `スキーム「${scheme.name}」の ${items.join("・")} は、管理対象組織が「全て」のときだけ有効なため(clomoctl 独自の規則)、「${name}」には効果がありません。「全て」にするには`,
      all,
    ),
  );
}
