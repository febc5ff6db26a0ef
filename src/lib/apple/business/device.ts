import { BUSINESS_FIELDS, type BusinessDeviceRecord } from "../../model/ade-device.ts";
import {
  createUndocumentedFailure,
  isObject,
  readOptionalInstant,
  readOptionalText,
  readRequiredText,
  type JsonObject,
} from "../answer.ts";

/** A device as reported by Apple. Values that Apple omits are null. @see apple 6 */
export type BusinessDevice = Omit<BusinessDeviceRecord, "server" | "seenAt">;

export interface BusinessServer {
  readonly id: string;
  readonly name: string;
}

const requireAttributes = (where: string, { attributes }: JsonObject): JsonObject => {
  if (!isObject(attributes)) throw createUndocumentedFailure(where, "attributes");
  return attributes;
};

/** Reads a device; ignores unknown members.  @throws `unavailable` with the name of an invalid member */
export function parseBusinessDevice(where: string, row: JsonObject): BusinessDevice {
  const attributes = requireAttributes(where, row);
  const members = Object.entries(BUSINESS_MEMBERS).map(([field, member]) => {
    const read =
      BUSINESS_FIELDS[field as keyof typeof BUSINESS_MEMBERS].type === "instant"
        ? readOptionalInstant
        : readOptionalText;
    return [field, read(where, attributes, member)] as const;
  });
  return {
    ...(Object.fromEntries(members) as Omit<BusinessDevice, "serialNumber">),
    // the ID of a device is its serial number
    serialNumber: readRequiredText(where, row, "id"),
  };
}

const BUSINESS_MEMBERS = {
  status: "status",
  deviceFamily: "productFamily",
  model: "deviceModel",
  color: "color",
  orderNumber: "orderNumber",
  addedAt: "addedToOrgDateTime",
  releasedAt: "releasedFromOrgDateTime",
} as const;

export const parseBusinessServer = (where: string, row: JsonObject): BusinessServer => ({
  id: readRequiredText(where, row, "id"),
  name: readRequiredText(where, requireAttributes(where, row), "serverName"),
});
