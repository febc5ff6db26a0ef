import { line } from "../../lib/advice/index.ts";
import type { ConfigProfile } from "../../lib/client/index.ts";
import { CONFIG_PROFILE, PROFILE_PURPOSES, SUPERVISED_KINDS } from "../../lib/model/config-profile.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { buildFieldColumns } from "../listing/list.ts";
import type { NamedKind } from "../listing/single-match.ts";

export const CONFIG_PROFILE_ARGUMENT = {
  kind: "string",
  required: true,
  about: text("ID or name", "ID・プロファイル名"),
} as const;

export const CONFIG_PROFILE_NAMES: NamedKind<ConfigProfile> = {
  noun: text("configuration profile", "構成プロファイル"),
  list: line("config-profiles list", []),
  describe: ({ id, name }) => `${name} ${id}`,
};

export const CONFIG_PROFILE_COLUMNS = buildFieldColumns<ConfigProfile>(CONFIG_PROFILE.fields);

/** What the manual says about the kind of a profile, after the columns of the record. */
export const CONFIG_PROFILE_DETAILS: readonly Column<ConfigProfile>[] = [
  ...CONFIG_PROFILE_COLUMNS,
  {
    key: "purpose",
    header: text("purpose", "利用目的"),
    value: ({ kind }) => PROFILE_PURPOSES[kind].en,
    name: ({ kind }) => PROFILE_PURPOSES[kind],
  },
  {
    key: "supervisedOnly",
    header: text("supervised devices only", "監視対象モードのみ"),
    value: ({ kind }) => SUPERVISED_KINDS.includes(kind),
  },
];
