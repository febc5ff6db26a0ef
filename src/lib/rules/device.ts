import { ANDROID } from "../model/device.ts";
import { describeProblem, type ProblemCode } from "../model/problem.ts";
import { text, type Text } from "../text/index.ts";
import type { Rule } from "./rule.ts";

/** What rules read of a device. */
export interface DeviceState {
  readonly serialNumber: string;
  readonly platform: string | null;
  readonly androidMode: string | null;
  /** a user owns it */
  readonly isOfUser: boolean;
  /** an organisation owns it */
  readonly isOfOrg: boolean;
}

/** Returns the text of a problem that files have, too, with the device. */
export const describeForDevice = (
  serialNumber: string,
  code: ProblemCode,
  params: Parameters<typeof describeProblem>[0]["params"] = {},
): Text => {
  const { en, ja } = describeProblem({ code, params });
  return text(`${serialNumber}: ${en}`, `${serialNumber}: ${ja}`);
};

/** A device has one owner. @see facts 1.3 */
const oneOwner: Rule<DeviceState> = ({ after }) =>
  after?.isOfUser === true && after.isOfOrg
    ? [
        {
          what: text(
            "a device has one owner: a user or an organisation",
            "デバイスの所有者は、ユーザーか組織のどちらか 1 つです",
          ),
          hint: text(
            "give --owner or --owner-org, not both",
            "--owner と --owner-org のどちらか一方を指定してください",
          ),
        },
      ]
    : [];

/** Only Android devices have a mode. @see facts 1.3, 3.5 */
const modeOfAndroid: Rule<DeviceState> = ({ after }) =>
  after === undefined || after.androidMode === null || after.platform === ANDROID
    ? []
    : [
        {
          field: "androidMode",
          what: describeForDevice(after.serialNumber, "android-mode-elsewhere"),
          hint: text(
            "give --platform Android, or no mode: --android-mode ''",
            "--platform Android を指定するか、--android-mode '' でモードを消してください",
          ),
        },
      ];

/** The fields of a device fit together. */
export const deviceFields: Rule<DeviceState> = (change) => [...oneOwner(change), ...modeOfAndroid(change)];
