import type { Effective } from "../../lib/client/index.ts";
import { ignoreFailure } from "../../lib/errors/index.ts";
import { PROFILE_KINDS, type ProfileKind } from "../../lib/model/config-profile.ts";
import { ROOT_ORG_NAME } from "../../lib/model/organisation.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { joinTexts, same, text, type Text } from "../../lib/text/index.ts";
import type { Fields } from "../field.ts";
import { findOrg } from "../orgs/find-org.ts";
import type { Tools } from "../tools.ts";

export const ASSIGNED_OPTIONS = {
  device: { kind: "string", value: "SERIAL", about: text("only those of this device", "このデバイスに適用されるもの") },
  org: {
    kind: "string",
    value: "ORG",
    about: text("only those of each device in this organisation", "この組織のデバイスに適用されるもの"),
  },
} as const satisfies Fields;

interface EffectiveClient {
  readonly effective: (query: { readonly device?: string; readonly org?: string }) => Promise<readonly Effective[]>;
}

/** Shows the records that apply to a device or organisation. @returns false if neither is specified */
export async function listEffective(
  tools: Tools,
  client: EffectiveClient,
  { device, org }: { readonly device: string | undefined; readonly org: string | undefined },
  names: Readonly<Record<string, Text>>,
): Promise<boolean> {
  if (device === undefined && org === undefined) return false;
  const { findDevicesByName } = await import("../devices/columns.ts");
  const [found] = device === undefined ? [] : await findDevicesByName(tools, [device]);
  const query = found === undefined ? { org: (await findOrg(tools, org ?? "")).id } : { device: found.id };
  await tools.terminal.list(buildEffectiveColumns(names), await client.effective(query));
  return true;
}

const buildEffectiveColumns = (names: Readonly<Record<string, Text>>): readonly Column<Effective>[] => [
  { key: "name", header: text("name", "名前"), value: ({ name }) => name },
  {
    key: "kind",
    header: text("kind", "種類"),
    value: ({ kind }) => kind,
    name: ({ kind }) => names[kind] ?? same(kind),
  },
  {
    key: "via",
    header: text("automatic in", "自動適用する組織"),
    value: ({ via }) => via,
    name: ({ via }) =>
      joinTexts(
        via.map((path) => same(path || ROOT_ORG_NAME)),
        text(", ", "、"),
      ),
  },
  { key: "byHand", header: text("by hand", "個別適用"), value: ({ byHand }) => byHand },
  { key: "id", header: text("ID", "ID"), value: ({ id }) => id },
];

/** Columns of the names of what applies to a device. Accounts that may not read profiles or apps see no names. */
export const buildDeviceDetailColumns = <R>(): readonly Column<R>[] =>
  ([["configProfiles", text("configuration profiles", "構成プロファイル")]] as const).map(([key, header]) => ({
    key,
    header,
    value: (record) => (record as Partial<Record<string, unknown>>)[key],
  }));

/** Reads what applies to a device, and warns if several profiles are of one kind. */
export async function readDeviceDetails(tools: Tools, { id: device }: { readonly id: string }): Promise<object> {
  const { client } = await tools.tenant("config-profiles");
  const profiles = (await ignoreFailure(() => client["config-profiles"].effective({ device }))) ?? [];
  for (const [kind, all] of Map.groupBy(profiles, (one) => one.kind)) {
    if (all.length === 1) continue;
    const { en, ja } = PROFILE_KINDS[kind as ProfileKind];
    const names = all.map(({ name }) => name).join(", ");
    await tools.terminal.warn(text(`several profiles of the kind ${en}: ${names}`, `${ja}が複数あります: ${names}`));
  }
  return { configProfiles: profiles.map(({ name }) => name) };
}
