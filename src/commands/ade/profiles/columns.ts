import { line } from "../../../lib/advice/index.ts";
import type { AdeProfile, Client } from "../../../lib/client/index.ts";
import { ADE_PROFILE, SETUP_ITEMS, setupItemName } from "../../../lib/model/ade-profile.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { joined, same, text, type Text } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import { theOne, type NamedKind } from "../../listing/named.ts";

type Words = readonly [on: Text, off: Text];

const YES: Words = [text("yes", "はい"), text("no", "いいえ")];
const ALLOWED: Words = [text("allowed", "許可する"), text("not allowed", "許可しない")];

/** What the console calls the values of its switches. @see facts 4.2 */
const SWITCH_WORDS: Readonly<Record<string, Words>> = {
  supervised: [text("yes", "設定する"), text("no", "設定しない")],
  removable: ALLOWED,
  pairing: ALLOWED,
};

const list = (values: readonly Text[]): Text | null => (values.length === 0 ? null : joined(values, text(", ", "、")));

/** Set-up items by their names; all of them in one word. */
const toldItems = (items: readonly string[]): Text | null => {
  if (!SETUP_ITEMS.every((item) => items.includes(item))) return list(items.map(setupItemName));
  const others = items.filter((item) => !SETUP_ITEMS.includes(item));
  const all = text(`all (${SETUP_ITEMS.length})`, `すべて(${SETUP_ITEMS.length} 項目)`);
  return list([all, ...others.map(setupItemName)]);
};

/** All columns of a profile; what people read of lists and switches. */
export const PROFILE_COLUMNS: readonly Column<AdeProfile>[] = columnsOfFields<AdeProfile>(ADE_PROFILE.fields).map(
  (column) => {
    if (column.key === "skipItems") return { ...column, name: ({ skipItems }) => toldItems(skipItems) };
    if (column.key === "automatic") {
      return { ...column, name: ({ automatic }) => list(automatic.map((path) => same(path || ROOT_ORG_NAME))) };
    }
    if (ADE_PROFILE.fields[column.key as keyof typeof ADE_PROFILE.fields].type !== "boolean") return column;
    const { [column.key]: words = YES } = SWITCH_WORDS;
    return { ...column, name: (profile) => words[column.value(profile) === true ? 0 : 1] };
  },
);

/** The argument that names a profile. */
export const PROFILE_ARGUMENT = {
  kind: "string",
  value: "PROFILE",
  required: true,
  about: text("id or name of the profile", "プロファイルの ID か名前"),
} as const;

const PROFILE_NAMES: NamedKind<AdeProfile> = {
  noun: text("ADE profile", "ADE プロファイル"),
  list: line("ade profiles list", []),
  describe: ({ id, name }) => `${name} ${id}`,
};

/**
 * The profile of an id, a name or Apple's id.
 *
 * @throws Failure `not-found`, `usage` of several
 */
export const profileNamed = async (client: Client<"profiles">, name: string): Promise<AdeProfile> =>
  theOne(
    name,
    (await client.profiles.list()).filter((one) => [one.id, one.name, one.uuid].includes(name)),
    PROFILE_NAMES,
  );
