import {
  ANDROID,
  DEVICE,
  DEVICE_STATUSES,
  ACCOUNTLESS_MODE,
  NOT_MANAGED,
  ACCOUNT_PER_DEVICE_MODE,
  usesAccount,
  type AndroidMode,
  type Device,
} from "../model/device.ts";
import { describeProblem, type ProblemCode, type ProblemParams } from "../model/problem.ts";
import { text } from "../text/index.ts";
import type { Facts, Rule, RuleProblem } from "./rule.ts";

/** The fields of a device that rules check. An owner is identified by number or ID. */
export interface DeviceState {
  readonly serialNumber: string;
  readonly platform: Device["platform"];
  readonly status: Device["status"];
  readonly androidMode: AndroidMode | null;
  readonly owner: string | number | null;
  readonly ownerOrg: string | number | null;
}

const DEVICE_RULE_DEFAULTS = { of: "device", on: ["create", "edit"] } as const;

const createDeviceProblem = (
  { serialNumber }: Pick<DeviceState, "serialNumber">,
  { code, params = {}, ...problem }: { readonly code: ProblemCode; readonly params?: ProblemParams; field?: string },
): RuleProblem => {
  const { en, ja } = describeProblem({ code, params });
  return { ...problem, code, params, what: text(`${serialNumber}: ${en}`, `${serialNumber}: ${ja}`) };
};

const { owner, ownerOrg } = DEVICE.fields;
const OWNER_COLUMN_HEADERS = { one: owner.column.header, other: ownerOrg.column.header };

/** A device cannot have both a user and an organisation as its owner. @see facts 1.3 */
const singleOwnerRule: Rule<DeviceState> = {
  name: "device-owner",
  ...DEVICE_RULE_DEFAULTS,
  fields: ["owner", "ownerOrg"],
  after: { owner: { not: null }, ownerOrg: { not: null } },
  judge: () => [
    {
      field: "ownerOrg",
      code: "owner-both",
      params: OWNER_COLUMN_HEADERS,
      what: text(
        "a device can have only one owner: a user or an organisation",
        "デバイスの所有者は、ユーザーか組織のどちらか 1 つです",
      ),
    },
  ],
};

/** Only Android devices have a mode. @see facts 1.3, 3.5 */
const androidModeRule: Rule<DeviceState> = {
  name: "android-mode",
  ...DEVICE_RULE_DEFAULTS,
  fields: ["androidMode", "platform"],
  after: { androidMode: { not: null }, platform: { not: ANDROID } },
  judge: ({ after }) =>
    after === undefined
      ? []
      : [
          createDeviceProblem(after, {
            field: "androidMode",
            code: "android-mode-elsewhere",
          }),
        ],
};

/** An owner cannot be set for an unmanaged device, but an existing owner is kept.  @see facts 1.3 */
const managedOwnerRule: Rule<DeviceState> = {
  name: "owner-not-managed",
  ...DEVICE_RULE_DEFAULTS,
  fields: ["owner", "ownerOrg"],
  after: { status: NOT_MANAGED },
  spares: "restored",
  judge: ({ before, after }) => {
    if (after === undefined) return [];
    const isOwned = after.owner !== null || after.ownerOrg !== null;
    if (!isOwned && before?.status !== NOT_MANAGED) return [];
    const allowed = DEVICE_STATUSES.filter((status) => status !== NOT_MANAGED).join(" / ");
    return [
      createDeviceProblem(after, {
        field: "owner",
        code: "owner-not-managed",
        params: { status: NOT_MANAGED, allowed },
      }),
    ];
  },
};

const isAccountUseUnchanged = (before: DeviceState | undefined, { owner, androidMode }: DeviceState): boolean =>
  before !== undefined && before.owner === owner && before.androidMode === androidMode && usesAccount(before);

/** An account that is in use on a Fully Managed device cannot be in use on another device. @see facts 1.3, 2.4 */
export const ownerAccountRule: Rule<DeviceState, Pick<Facts, "sharedDevices">> = {
  name: "device-account",
  ...DEVICE_RULE_DEFAULTS,
  fields: ["owner", "platform", "status", "androidMode"],
  after: {
    owner: { not: null },
    platform: ANDROID,
    status: { not: NOT_MANAGED },
    androidMode: { not: ACCOUNTLESS_MODE },
  },
  facts: ["sharedDevices"],
  spares: "console",
  judge: ({ before, after, facts: { sharedDevices } }) => {
    if (after === undefined || isAccountUseUnchanged(before, after)) return [];
    const isFull = after.androidMode === ACCOUNT_PER_DEVICE_MODE;
    const other = sharedDevices.find(({ isFullyManaged }) => isFull || isFullyManaged);
    if (other === undefined) return [];
    return [
      createDeviceProblem(after, {
        field: "owner",
        code: "account-taken",
        params: { owner: other.owner, device: other.serialNumber },
      }),
    ];
  },
};

export const DEVICE_RULES = [singleOwnerRule, androidModeRule, managedOwnerRule, ownerAccountRule] as const;
