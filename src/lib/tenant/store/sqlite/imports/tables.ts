import type { FormatName } from "../../../../model/console-files.ts";
import { FORMATS, THINGS_IN_FILES } from "../../../../model/formats.ts";
import { ORG } from "../../../../model/organisation.ts";
import { SECURED_GROUP, SECURED_USER } from "../../../../model/secured-user.ts";
import type { Thing } from "../../../../model/thing.ts";
import { USER } from "../../../../model/user.ts";
import { ROOT_ORG_PK } from "../migrations.ts";
import { ORG_PLANNER } from "./orgs/planner.ts";
import { storedKind, type StoredKind, type Table } from "./stored-kind.ts";

/** The tables of which there is more to say than of all. */
const OWN: readonly Table[] = [
  {
    thing: USER,
    claims: { emails: "user_email", accountName: "user_account" },
    secretSetAt: "accountPasswordSetAt",
  },
  {
    thing: ORG,
    heldBy: [{ thing: ORG, column: "parent" }],
    usual: ROOT_ORG_PK,
    made: { parent: String(ROOT_ORG_PK), name: "n.value", updatedAt: ":now" },
    planner: ORG_PLANNER,
  },
  { thing: SECURED_USER, collection: "secured", sorts: [["nameSort", "displayName"]] },
  { thing: SECURED_GROUP, collection: "secured" },
];

/** The columns of other things that have the `pk` of a thing's records. */
const holdersOf = ({ name }: Thing): NonNullable<Table["heldBy"]> =>
  THINGS_IN_FILES.flatMap((thing: Thing) =>
    Object.entries(thing.fields)
      .filter(([, { type, refers }]) => type === "object" && refers?.to === name)
      .map(([column]) => ({ thing, column })),
  );

const others = THINGS_IN_FILES.filter((thing) => OWN.every((table) => table.thing !== thing));

/** The tables of things that imports write or name. */
export const TABLES: readonly Table[] = [...OWN, ...others.map((thing) => ({ thing }))].map((table: Table) => ({
  ...table,
  heldBy: [...(table.heldBy ?? []), ...holdersOf(table.thing)],
}));

/** A kind of import and how its records are stored. */
export const kindNamed = (name: FormatName): StoredKind => storedKind(FORMATS[name], TABLES);
