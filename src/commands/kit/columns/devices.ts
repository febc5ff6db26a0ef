import { line } from "../../../lib/advice/index.ts";
import type { Device, DeviceAction, AdeDeviceRecord } from "../../../lib/client/index.ts";
import { ignoreFailure } from "../../../lib/errors/index.ts";
import { APP, CONFIG_PROFILE } from "../../../lib/nouns/config-profile.ts";
import {
  ACCOUNT_PER_DEVICE_MODE,
  DEVICE,
  DEVICE_ACTION,
  DEVICE_STATUSES,
  PLATFORMS,
} from "../../../lib/nouns/device.ts";
import { describeProblem } from "../../../lib/model/problem.ts";
import { getThingNoun } from "../../../lib/nouns/index.ts";
import { ROOT_ORG_NAME } from "../../../lib/nouns/organisation.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../../lib/text/index.ts";
import { defineChoice, type Fields } from "../field.ts";
import { buildFieldColumns, buildOrgOptions, FILTER_OPTIONS, SEARCH_OPTION } from "../list/list.ts";
import { findAllByName, type NamedKind } from "../list/single-match.ts";
import type { ResultLayout } from "./change-result.ts";
import type { Tools } from "../tools.ts";
import { ADE_DEVICE } from "../../../lib/nouns/ade-device.ts";

/** Columns that are never truncated, because they identify a device and show whether it is ready. */
const UNTRUNCATED_COLUMNS: readonly string[] = ["serialNumber", "profileStatus"];

export const ADE_DEVICE_COLUMNS = buildFieldColumns<AdeDeviceRecord>(ADE_DEVICE.fields).map((column) => ({
  ...column,
  whole: UNTRUNCATED_COLUMNS.includes(column.key),
}));

export const ADE_DEVICE_KIND: NamedKind<AdeDeviceRecord> = {
  noun: text("ADE device", "ADE デバイス"),
  list: line("ade devices list", []),
  search: (search) => line("ade devices list", [], { search }),
  describe: ({ serialNumber }) => serialNumber,
};

export const DEVICE_ARGUMENT = {
  kind: "string",
  required: true,
  about: text("ID, serial number, IMEI with spaces, or phone number", "ID・シリアルナンバー・IMEI(空白も)・電話番号"),
} as const;

export const DEVICE_NAMES: NamedKind<Device> = {
  noun: text("device", "デバイス"),
  list: line("devices list", []),
  describe: ({ id, serialNumber, identificationName: name }) =>
    [serialNumber, ...(name === null ? [] : [name]), id].join(" "),
  advise: async () =>
    text(
      `use the serial number, not the device name (端末識別名); to list all: ${line("devices list", [])}`,
      `端末識別名ではなく、シリアルナンバーで指定してください。${line("devices list", [])} で一覧できます`,
    ),
};

export const findDevicesByName = async (tools: Tools, names: readonly string[]): Promise<readonly Device[]> =>
  findAllByName(tools, (await tools.tenant("devices")).client.devices, names, DEVICE_NAMES);

const renderOrgPath = (org: Device["ownerOrg"]): Text | null => (org === null ? null : same(org.path || ROOT_ORG_NAME));

const DISPLAY_TEXTS: Readonly<Record<string, Column<Device>["name"]>> = {
  owner: ({ owner, ownerOrg }) => (owner === null ? renderOrgPath(ownerOrg) : same(owner.name)),
  ownerOrg: ({ ownerOrg }) => renderOrgPath(ownerOrg),
  org: ({ org }) => renderOrgPath(org),
};

export const DEVICE_COLUMNS = buildFieldColumns<Device>(DEVICE.fields).map((column) => {
  const { [column.key]: name = column.name } = DISPLAY_TEXTS;
  return { ...column, name };
});

export const DEVICE_RESULT_LAYOUT: ResultLayout<Device> = {
  columns: DEVICE_COLUMNS,
  fields: DEVICE.fields,
  called: ({ serialNumber }) => serialNumber,
  async doubt(tools, before, { androidMode, owner }) {
    if (androidMode !== ACCOUNT_PER_DEVICE_MODE || owner === null) return undefined;
    if (before?.androidMode === androidMode && before.owner?.id === owner.id) return undefined;
    const [found] = await (await tools.tenant("users")).client.users.find({ name: owner.id });
    const params = { owner: `${owner.name} <${owner.email}>` };
    return found?.accountName === null ? describeProblem({ code: "account-missing", params }, getThingNoun) : undefined;
  },
};

export const DEVICE_ACTION_COLUMNS = buildFieldColumns<DeviceAction>(DEVICE_ACTION.fields);

export async function readDetails(tools: Tools, device: Device): Promise<readonly Column<Device>[]> {
  const { client } = await tools.tenant("device-actions", "config-profiles", "apps");
  const actions = await client["device-actions"].find({ name: device.serialNumber });
  const lines = actions.map(({ createdAt, kind, message, deviceName, picture, reason, by }) => {
    const words = [message, deviceName, picture, reason, by].flatMap((one) => (one === null ? [] : [same(one)]));
    const head = [same(tools.terminal.moment(createdAt)), DEVICE_ACTION.fields.kind.names[kind]];
    return joinTexts([...head, ...words], same(", "));
  });
  const name = (): Text => joinTexts(lines, same("; "));
  const applied = [CONFIG_PROFILE, APP].map(async ({ collection: noun, title: header }) => {
    const records: AsyncIterable<{ readonly name: string }> = client[noun].list({ device: device.id });
    const names = await ignoreFailure(() => Array.fromAsync(records, (one) => one.name));
    return { key: noun, header, value: () => names ?? [] };
  });
  const own = { key: "actions", header: text("actions", "操作"), value: () => actions, name };
  return [own, ...(await Promise.all(applied))];
}

export const DEVICE_ORG_OPTIONS = buildOrgOptions(
  text(
    "only devices owned by this organisation (code or path), by organisations below it, or by their users",
    "この組織(組織コードかパス)、その下の組織、それらのユーザーが所有するデバイス",
  ),
);

export const DEVICE_FILTERS = {
  ...DEVICE_ORG_OPTIONS,
  search: SEARCH_OPTION,
  status: defineChoice(DEVICE_STATUSES, "only devices with this status", "ステータスで絞り込む"),
  platform: defineChoice(PLATFORMS, "only devices of this platform", "プラットフォームで絞り込む"),
  tag: { kind: "string", value: "TAG", about: text("only devices with this tag", "このタグの付いたものに絞り込む") },
  ...FILTER_OPTIONS,
} as const satisfies Fields;
