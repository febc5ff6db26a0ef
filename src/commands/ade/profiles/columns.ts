import { line } from "../../../lib/advice/index.ts";
import type { AdeProfile, Client } from "../../../lib/client/index.ts";
import { ADE_PROFILE, CURRENT_SETUP_ITEMS, getSetupItemName } from "../../../lib/model/ade-profile.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { buildFieldColumns } from "../../listing/columns.ts";
import { requireSingleMatch, type NamedKind } from "../../listing/single-match.ts";

type SwitchLabels = readonly [on: Text, off: Text];

const YES_NO_LABELS: SwitchLabels = [text("yes", "はい"), text("no", "いいえ")];
const ALLOWED_LABELS: SwitchLabels = [text("allowed", "許可する"), text("not allowed", "許可しない")];

/** Labels of the console for the values of its switches.  @see facts 4.2 */
const SWITCH_LABELS: Readonly<Record<string, SwitchLabels>> = {
  supervised: [text("yes", "設定する"), text("no", "設定しない")],
  removable: ALLOWED_LABELS,
  pairing: ALLOWED_LABELS,
};

const joinOrNull = (values: readonly Text[]): Text | null =>
  values.length === 0 ? null : joinTexts(values, text(", ", "、"));

/** Formats setup items by their names. If all known items are included, "all" replaces their names. */
const formatSetupItems = (items: readonly string[]): Text | null => {
  if (!CURRENT_SETUP_ITEMS.every((item) => items.includes(item))) return joinOrNull(items.map(getSetupItemName));
  const others = items.filter((item) => !CURRENT_SETUP_ITEMS.includes(item));
  const all = text(`all (${CURRENT_SETUP_ITEMS.length})`, `すべて(${CURRENT_SETUP_ITEMS.length} 項目)`);
  return joinOrNull([all, ...others.map(getSetupItemName)]);
};

/** All columns of a profile, with readable values for lists and switches. */
export const PROFILE_COLUMNS: readonly Column<AdeProfile>[] = buildFieldColumns<AdeProfile>(ADE_PROFILE.fields).map(
  (column) => {
    if (column.key === "skipItems") return { ...column, name: ({ skipItems }) => formatSetupItems(skipItems) };
    if (column.key === "automatic") {
      return { ...column, name: ({ automatic }) => joinOrNull(automatic.map((path) => same(path || ROOT_ORG_NAME))) };
    }
    if (ADE_PROFILE.fields[column.key as keyof typeof ADE_PROFILE.fields].type !== "boolean") return column;
    const { [column.key]: words = YES_NO_LABELS } = SWITCH_LABELS;
    return { ...column, name: (profile) => words[column.value(profile) === true ? 0 : 1] };
  },
);

/** The argument for the id or name of a profile. */
export const PROFILE_ARGUMENT = {
  kind: "string",
  value: "PROFILE",
  required: true,
  about: text("id or name of the profile", "プロファイルの ID か名前"),
} as const;

const PROFILE_KIND: NamedKind<AdeProfile> = {
  noun: text("ADE profile", "ADE プロファイル"),
  list: line("ade profiles list", []),
  describe: ({ id, name }) => `${name} ${id}`,
};

/**
 * Finds the profile with the given id, name or Apple id.
 *
 * @throws Failure `not-found`, or `usage` if several profiles match
 */
export const findAdeProfile = async (client: Client<"profiles">, name: string): Promise<AdeProfile> =>
  requireSingleMatch(
    name,
    (await client.profiles.list()).filter((one) => [one.id, one.name, one.uuid].includes(name)),
    PROFILE_KIND,
  );
