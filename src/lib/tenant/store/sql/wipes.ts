import { ANDROID, NO_ACCOUNT, PRE_REGISTERED } from "../../../model/device.ts";

/**
 * SQL: true if another owner needs a wipe of a device, or may.
 *
 * @param column SQL of what it is then
 * @param was SQL of its status before
 * @see facts 1.3
 */
export const needsWipe = (column: (name: string) => string, was: string): string =>
  `${column("platform")} = '${ANDROID}' and ${column("androidMode")} is distinct from '${NO_ACCOUNT}'
    and ${column("status")} is distinct from '${PRE_REGISTERED}' and ${was} is distinct from '${PRE_REGISTERED}'`;
