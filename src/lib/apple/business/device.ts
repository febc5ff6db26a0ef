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

const MEMBERS = {
  status: "status",
  deviceFamily: "productFamily",
  model: "deviceModel",
  color: "color",
  orderNumber: "orderNumber",
  addedAt: "addedToOrgDateTime",
  releasedAt: "releasedFromOrgDateTime",
} as const;

const FIELDS = Object.keys(MEMBERS) as (keyof typeof MEMBERS)[];

const requireAttributes = (where: string, { attributes }: JsonObject): JsonObject => {
  if (!isObject(attributes)) throw createUndocumentedFailure(where, "attributes");
  return attributes;
};

/** Returns the ID of a row; the ID of a device is its serial number. */
export const parseId = (where: string, row: JsonObject): string => readRequiredText(where, row, "id");

/** Reads a device; ignores unknown members.  @throws `unavailable` with the name of an invalid member */
export function parseBusinessDevice(where: string, row: JsonObject): BusinessDevice {
  const attributes = requireAttributes(where, row);
  const values = FIELDS.map((field) => {
    const read = BUSINESS_FIELDS[field].type === "instant" ? readOptionalInstant : readOptionalText;
    return [field, read(where, attributes, MEMBERS[field])] as const;
  });
  return { ...(Object.fromEntries(values) as Omit<BusinessDevice, "serialNumber">), serialNumber: parseId(where, row) };
}

export const parseBusinessServer = (
  where: string,
  row: JsonObject,
): { readonly id: string; readonly name: string } => ({
  id: parseId(where, row),
  name: readRequiredText(where, requireAttributes(where, row), "serverName"),
});
