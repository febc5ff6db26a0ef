import type { AdeProfile, Client } from "../../../lib/client/index.ts";
import { ADE_PROFILE, setupItemName } from "../../../lib/model/ade-profile.ts";
import { ROOT_ORG_NAME } from "../../../lib/model/organisation.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { joined, same, text, type Text } from "../../../lib/text/index.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import { theOne, type NamedKind } from "../../listing/named.ts";

const YES: readonly [yes: Text, no: Text] = [text("yes", "はい"), text("no", "いいえ")];

const list = (values: readonly Text[]): Text | null => (values.length === 0 ? null : joined(values, text(", ", "、")));

/** All columns of a profile; what people read of lists and switches. */
export const PROFILE_COLUMNS: readonly Column<AdeProfile>[] = columnsOfFields<AdeProfile>(ADE_PROFILE.fields).map(
  (column) => {
    if (column.key === "skipItems") return { ...column, name: ({ skipItems }) => list(skipItems.map(setupItemName)) };
    if (column.key === "automatic") {
      return { ...column, name: ({ automatic }) => list(automatic.map((path) => same(path || ROOT_ORG_NAME))) };
    }
    if (ADE_PROFILE.fields[column.key as keyof typeof ADE_PROFILE.fields].type !== "boolean") return column;
    return { ...column, name: (profile) => YES[column.value(profile) === true ? 0 : 1] };
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
  list: "clomoctl ade profiles list",
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
