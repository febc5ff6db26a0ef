import { DEVICE, type AndroidMode } from "../../model/device.ts";
import { formatOf } from "../../model/format.ts";
import { CREATION, type List } from "./lists.ts";
import { PLACE } from "./orgs.ts";
import { either } from "./sql/forms.ts";
import type { Reader } from "./store.ts";

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
  ofOwner: "t.owner = (select pk from user where id = :owner)",
  derived: [PLACE],
};

/** What the rules of devices look at, as the table has it; owners by their numbers. */
export interface DeviceFacts {
  readonly serialNumber: string;
  readonly platform: string | null;
  readonly status: string | null;
  readonly androidMode: AndroidMode | null;
  readonly owner: number | null;
  readonly ownerOrg: number | null;
}

const FACTS = "t.serialNumber, t.platform, t.status, t.androidMode, t.owner, t.ownerOrg";

export const deviceFacts = async (reader: Reader, pk: number): Promise<DeviceFacts | undefined> =>
  (await reader.get(`select ${FACTS} from device t where t.pk = :pk`, { pk })) as DeviceFacts | undefined;

/** The devices of a user, but one. */
export const devicesOf = async (
  reader: Reader,
  owner: number,
  but: number | undefined,
): Promise<readonly DeviceFacts[]> => {
  const rows = await reader.all(`select ${FACTS} from device t where t.owner = :owner and t.pk <> :but order by t.pk`, {
    owner,
    but: but ?? 0,
  });
  return rows as unknown as readonly DeviceFacts[];
};

/** What people call a user. */
export const ownerCalled = async (reader: Reader, owner: number): Promise<string> => {
  const row = await reader.get("select name, emails ->> 0 as email from user where pk = :owner", { owner });
  return row === undefined ? "" : `${String(row["name"])} <${String(row["email"])}>`;
};
