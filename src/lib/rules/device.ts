import {
  ANDROID,
  DEVICE,
  DEVICE_STATUSES,
  NO_ACCOUNT,
  NOT_MANAGED,
  ONE_ACCOUNT,
  usesAccount,
  type AndroidMode,
  type Device,
} from "../model/device.ts";
import { line } from "../advice/index.ts";
import { describeProblem, type ProblemCode, type ProblemParams } from "../model/problem.ts";
import { text, type Text } from "../text/index.ts";
import type { Facts, Rule, RuleProblem } from "./rule.ts";

/** What rules read of a device; owners by their numbers or ids. */
export interface DeviceState {
  readonly serialNumber: string;
  readonly platform: Device["platform"];
  readonly status: Device["status"];
  readonly androidMode: AndroidMode | null;
  readonly owner: string | number | null;
  readonly ownerOrg: string | number | null;
}

const OF_DEVICE = { of: "device", on: ["create", "edit"] } as const;

/** Returns a problem that files have, too, with the device. */
const problemOf = (
  { serialNumber }: Pick<DeviceState, "serialNumber">,
  {
    code,
    params = {},
    ...problem
  }: { readonly code: ProblemCode; readonly params?: ProblemParams; field?: string; hint: Text },
): RuleProblem => {
  const { en, ja } = describeProblem({ code, params });
  return { ...problem, code, params, what: text(`${serialNumber}: ${en}`, `${serialNumber}: ${ja}`) };
};

const { owner, ownerOrg } = DEVICE.fields;
const HEADERS = { one: owner.column.header, other: ownerOrg.column.header };

/** A device has one owner. @see facts 1.3 */
const oneOwner: Rule<DeviceState> = {
  name: "device-owner",
  ...OF_DEVICE,
  fields: ["owner", "ownerOrg"],
  after: { owner: { not: null }, ownerOrg: { not: null } },
  judge: () => [
    {
      field: "ownerOrg",
      code: "owner-both",
      params: HEADERS,
      what: text(
        "a device has one owner: a user or an organisation",
        "デバイスの所有者は、ユーザーか組織のどちらか 1 つです",
      ),
      hint: text("give --owner or --owner-org, not both", "--owner と --owner-org のどちらか一方を指定してください"),
    },
  ],
};

/** Only Android devices have a mode. @see facts 1.3, 3.5 */
const modeOfAndroid: Rule<DeviceState> = {
  name: "android-mode",
  ...OF_DEVICE,
  fields: ["androidMode", "platform"],
  after: { androidMode: { not: null }, platform: { not: ANDROID } },
  judge: ({ after }) =>
    after === undefined
      ? []
      : [
          problemOf(after, {
            field: "androidMode",
            code: "android-mode-elsewhere",
            hint: text(
              "give --platform Android, or no mode: --android-mode ''",
              "--platform Android を指定するか、--android-mode '' でモードを消してください",
            ),
          }),
        ],
};

/** No owner is set of a device that is not managed; one that it has stays. @see facts 1.3 */
const ownerOfManaged: Rule<DeviceState> = {
  name: "owner-not-managed",
  ...OF_DEVICE,
  fields: ["owner", "ownerOrg"],
  after: { status: NOT_MANAGED },
  spares: "states",
  judge: ({ before, after }) => {
    if (after === undefined) return [];
    const isOwned = after.owner !== null || after.ownerOrg !== null;
    if (!isOwned && before?.status !== NOT_MANAGED) return [];
    const allowed = DEVICE_STATUSES.filter((status) => status !== NOT_MANAGED).join(" / ");
    return [
      problemOf(after, {
        field: "owner",
        code: "owner-not-managed",
        params: { status: NOT_MANAGED, allowed },
        hint: text(
          "if it is managed: --status 管理中 (of devices edit), then again",
          "管理中であれば devices edit の --status 管理中 で直してから、もう一度実行してください",
        ),
      }),
    ];
  },
};

/** Whether a device had the account of its owner in use before, in the same mode. */
const isUsedAlike = (before: DeviceState | undefined, { owner, androidMode }: DeviceState): boolean =>
  before !== undefined && before.owner === owner && before.androidMode === androidMode && usesAccount(before);

/** An account that is in use on a Fully Managed device is in use on no other. @see facts 1.3, 2.4 */
export const accountOfOwner: Rule<DeviceState, Pick<Facts, "sharedDevices">> = {
  name: "device-account",
  ...OF_DEVICE,
  fields: ["owner", "platform", "status", "androidMode"],
  after: {
    owner: { not: null },
    platform: ANDROID,
    status: { not: NOT_MANAGED },
    androidMode: { not: NO_ACCOUNT },
  },
  facts: ["sharedDevices"],
  spares: "console",
  judge: ({ before, after, facts: { sharedDevices } }) => {
    if (after === undefined || isUsedAlike(before, after)) return [];
    const isFull = after.androidMode === ONE_ACCOUNT;
    const other = sharedDevices.find(({ isFullyManaged }) => isFull || isFullyManaged);
    if (other === undefined) return [];
    const free = line("devices set-owner", [other.serialNumber], { none: true });
    return [
      problemOf(after, {
        field: "owner",
        code: "account-taken",
        params: { owner: other.owner, device: other.serialNumber },
        hint: text(
          `give it another user, or take the other one from him: ${free}`,
          `別のユーザーを所有者にするか、先に外してください: ${free}`,
        ),
      }),
    ];
  },
};

/** The rules of devices. */
export const DEVICE_RULES = [oneOwner, modeOfAndroid, ownerOfManaged, accountOfOwner] as const;
