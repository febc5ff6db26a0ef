import { DEVICE } from "../../model/device.ts";
import { formatOf } from "../../model/format.ts";
import { CREATION, type List } from "./lists.ts";

/** Devices in order of creation. */
export const DEVICES: List<typeof DEVICE.fields> = {
  thing: DEVICE,
  format: formatOf(DEVICE, "devices"),
  table: "device t",
  joined: "left join user o on o.pk = t.owner",
  sql: {
    "owner.id": "o.id",
    "owner.name": "o.name",
    "owner.email": "o.emails ->> 0",
    "owner.emails": "o.emails ->> 0",
  },
  order: [CREATION],
  filters: { filterName: "identificationName", filterId: "serialNumber" },
  named: "t.id = :name or coalesce(t.serialKey, t.serialNumber) = :nameKey or t.imei = :name",
};
