import { DEVICE } from "../../model/device.ts";
import { formatOf } from "../../model/format.ts";
import { CREATION, type List } from "./lists.ts";
import { PLACE } from "./orgs.ts";
import { either } from "./sql/forms.ts";

/** SQL: the organisation in which a device counts. */
const ORG = "coalesce(o.org, t.ownerOrg)";

/** SQL: the path of an organisation, if there is one: the root's is blank. */
const pathOf = (org: string, place: string): string =>
  either(`${org}.pk is null`, "null", `coalesce(${place}.path, '')`);

/** Devices in order of creation. */
export const DEVICES: List<typeof DEVICE.fields> = {
  thing: DEVICE,
  format: formatOf(DEVICE, "devices"),
  table: "device t",
  joined: `left join user o on o.pk = t.owner
    left join org w on w.pk = t.ownerOrg left join temp.place wp on wp.pk = t.ownerOrg
    left join org g on g.pk = ${ORG} left join temp.place gp on gp.pk = ${ORG}`,
  sql: {
    "owner.id": "o.id",
    "owner.name": "o.name",
    "owner.email": "o.emails ->> 0",
    "owner.emails": "o.emails ->> 0",
    "ownerOrg.id": "w.id",
    "ownerOrg.code": "w.code",
    "ownerOrg.path": pathOf("w", "wp"),
    org: ORG,
    "org.id": "g.id",
    "org.code": "g.code",
    "org.path": pathOf("g", "gp"),
  },
  order: [CREATION],
  filters: { filterName: "identificationName", filterId: "serialNumber" },
  named: "t.id = :name or coalesce(t.serialKey, t.serialNumber) = :nameKey or t.imei = :name",
  chosen: { status: "status", platform: "platform", tag: "tags" },
  // without the join: what a list is selected by has it not
  ofOrg: `coalesce((select org from user where pk = t.owner), t.ownerOrg) = (select pk from org where id = :org)`,
  derived: [PLACE],
};
