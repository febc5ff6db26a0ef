import { line } from "../../lib/advice/index.ts";
import type { Client, Device } from "../../lib/client/index.ts";
import { DEVICE, DEVICE_STATUSES, PLATFORMS } from "../../lib/model/device.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { same, text, type Text } from "../../lib/text/index.ts";
import type { Fields } from "../field.ts";
import { columnsOfFields } from "../listing/columns.ts";
import { FILTERS, firstOf } from "../listing/list.ts";
import { theOne, type NamedKind } from "../listing/named.ts";

/** The argument that names a device. */
export const DEVICE_ARGUMENT = {
  kind: "string",
  required: true,
  names: "devices",
  about: text("id, serial number or IMEI (blanks included)", "ID・シリアルナンバー・IMEI(空白も含む)"),
} as const;

/** How a device is named, and told apart from others of the same name. */
export const DEVICE_NAMES: NamedKind<Device> = {
  noun: text("device", "デバイス"),
  list: line("devices list", []),
  describe: ({ id, serialNumber, identificationName: name }) =>
    [serialNumber, ...(name === null ? [] : [name]), id].join(" "),
};

/**
 * The device of an id, a serial number or an IMEI.
 *
 * @throws `not-found` when there is none, `usage` when there are several
 */
export const deviceNamed = async (client: Client<"devices">, name: string): Promise<Device> =>
  theOne(name, await client.devices.find({ name }), DEVICE_NAMES);

/** Devices by their names, each once. @throws as {@link deviceNamed} */
export async function devicesNamed(client: Client<"devices">, names: readonly string[]): Promise<readonly Device[]> {
  const found = new Map<string, Device>();
  for (const name of names) {
    const device = await deviceNamed(client, name);
    found.set(device.id, device);
  }
  return [...found.values()];
}

/** The path of an organisation as people call it: that of 全社 is blank. */
const toldOrg = (org: Device["ownerOrg"]): Text | null => (org === null ? null : same(org.path || ROOT_ORG_NAME));

/** What people read instead of a value: of an owner that is an organisation its path. */
const TOLD: Readonly<Record<string, Column<Device>["name"]>> = {
  owner: ({ owner, ownerOrg }) => (owner === null ? toldOrg(ownerOrg) : same(owner.name)),
  ownerOrg: ({ ownerOrg }) => toldOrg(ownerOrg),
  org: ({ org }) => toldOrg(org),
};

/** All columns of a device. */
export const DEVICE_COLUMNS = columnsOfFields<Device>(DEVICE.fields).map((column) => {
  const { [column.key]: name = column.name } = TOLD;
  return { ...column, name, paths: column.key === "org" || column.key === "ownerOrg" };
});

/** Maximum number of devices that are proposed. */
const MAX_PROPOSED = 3;

/** The first devices whose serial number contains what was typed, as they are told apart. */
export async function nearDevices(client: Client<"devices">, typed: string): Promise<readonly (string | Text)[]> {
  const near = await Array.fromAsync(firstOf(client.devices.list({ filterId: typed }), MAX_PROPOSED));
  return near.map(DEVICE_NAMES.describe);
}

/** The filters of devices. */
export const DEVICE_FILTERS = {
  org: {
    kind: "string",
    value: "ORG",
    names: "orgs",
    about: text(
      "only those of this organisation, or of a user directly in it",
      "この組織か、この組織に直接所属するユーザーのデバイスに絞り込む",
    ),
  },
  search: {
    kind: "string",
    value: "TEXT",
    about: text(
      "only those with a value of their own that contains it",
      "デバイス自身のいずれかの項目に含む文字で絞り込む",
    ),
  },
  status: {
    kind: "choice",
    choices: DEVICE_STATUSES,
    about: text("only those of this status", "ステータスで絞り込む"),
  },
  platform: {
    kind: "choice",
    choices: PLATFORMS,
    about: text("only those of this platform", "プラットフォームで絞り込む"),
  },
  tag: { kind: "string", value: "TAG", about: text("only those with this tag", "このタグの付いたものに絞り込む") },
  ...FILTERS,
} as const satisfies Fields;

/** Help on the filters of devices. */
export const FILTER_DETAILS = [
  text(
    "--filter-name looks in the identification name (端末識別名), which the console does not search (ours), --filter-id in the serial number.",
    "--filter-name は端末識別名(管理画面では検索できず、clomoctl 独自の機能)、--filter-id はシリアルナンバーを検索します。",
  ),
];
