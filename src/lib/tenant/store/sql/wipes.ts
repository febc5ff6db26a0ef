import { ANDROID, ACCOUNTLESS_MODE, PRE_REGISTERED } from "../../../model/device.ts";

/** SQL: true if another owner may require a wipe of the device. @param was SQL of the old status @see facts 1.3 */
export const buildNeedsWipeSql = (column: (name: string) => string, was: string): string =>
  `${column("platform")} = '${ANDROID}' and ${column("androidMode")} is distinct from '${ACCOUNTLESS_MODE}'
    and ${column("status")} is distinct from '${PRE_REGISTERED}' and ${was} is distinct from '${PRE_REGISTERED}'`;
