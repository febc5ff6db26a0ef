import { ACCOUNT } from "../../../model/account.ts";
import { FORMAT_NAMES, type FormatName } from "../../../model/console-files.ts";
import { DEVICE } from "../../../model/device.ts";
import { kindOf } from "../staging/kinds.ts";
import type { Format } from "../../../model/format.ts";
import { FORMATS } from "../../../model/formats.ts";
import { ORG } from "../../../model/organisation.ts";
import { SECURED_GROUP, SECURED_USER } from "../../../model/secured-user.ts";
import type { Thing } from "../../../model/thing.ts";
import { accountOfOwner } from "../../../rules/device.ts";
import { USER } from "../../../model/user.ts";
import { MANAGERS } from "../../accounts/account-rows.ts";
import { CLAIMS } from "../../records/record-rows.ts";
import { ROOT_ORG_PK } from "../../store/sqlite/migrations.ts";
import { checkDevices, isOwnerKept } from "./devices/rules.ts";
import { ORG_PLANNER } from "./orgs/planner.ts";
import { storedKind, type ReferringTable, type StoredKind, type Table } from "./stored-kind.ts";

/** The tables of which there is more to say than of all. */
const OWN: readonly Table[] = [
  {
    thing: USER,
    claims: CLAIMS[USER.name],
    secretSetAt: "accountPasswordSetAt",
    forgetsSecrets: "update account set verifier = null where verifier is not null and user",
  },
  {
    thing: ORG,
    usual: ROOT_ORG_PK,
    made: { parent: String(ROOT_ORG_PK), name: "n.value", nameKey: "nullif(n.key, n.value)", updatedAt: ":now" },
    planner: ORG_PLANNER,
  },
  { thing: SECURED_USER, collection: "secured" },
  { thing: SECURED_GROUP, collection: "secured" },
  { thing: ACCOUNT },
  {
    thing: DEVICE,
    check: checkDevices,
    judges: [accountOfOwner.name],
    isFast: isOwnerKept,
  },
];

/** What no file has, and holds records of things that files have. */
const FURTHER: readonly (ReferringTable & { readonly of: Thing })[] = [
  {
    of: ORG,
    thing: ACCOUNT,
    column: "org",
    rows: MANAGERS,
  },
];

/** The columns of things with files that have the `pk` of a thing's records. */
const holdersOf = ({ name }: Thing, formats: readonly Format[]) => {
  const holders = formats.flatMap((format) =>
    kindOf(format)
      .fields.filter(({ merge, refers }) => merge === "reference" && refers?.to === name)
      .map(({ stored }) => ({ thing: format.thing, column: stored })),
  );
  // an app's files have the same things
  return holders.filter(
    ({ thing, column }, at) => holders.findIndex((other) => other.thing === thing && other.column === column) === at,
  );
};

/** The tables of the things that imports of these formats write or name. */
export const tablesOf = (formats: readonly Format[], further: readonly Table[] = []): readonly Table[] => {
  const known = [...OWN, ...further];
  const others = [...new Set(formats.map(({ thing }) => thing))].filter((thing) =>
    known.every((table) => table.thing !== thing),
  );
  return [...known, ...others.map((thing) => ({ thing }))].map((table: Table) => ({
    ...table,
    heldBy: [...holdersOf(table.thing, formats), ...FURTHER.filter(({ of }) => of === table.thing)].map((holder) => ({
      ...holder,
      isFast: known.find(({ thing }) => thing === holder.thing)?.isFast,
    })),
  }));
};

const TABLES = tablesOf(Object.values(FORMATS));

/** A kind of import and how its records are stored. */
export const kindNamed = (name: FormatName): StoredKind => storedKind(FORMATS[name], TABLES);

/** The kinds of files that a thing's records are in, by the thing's name. */
export const kindsOfThing = (thing: string): readonly StoredKind[] =>
  FORMAT_NAMES.filter((name) => FORMATS[name].thing.name === thing).map(kindNamed);
