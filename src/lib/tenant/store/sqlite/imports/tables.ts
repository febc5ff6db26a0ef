import { FORMATS, type FormatName } from "../../../../model/formats.ts";
import { ORG } from "../../../../model/organisation.ts";
import { SECURED_GROUP, SECURED_USER } from "../../../../model/secured-user.ts";
import { USER } from "../../../../model/user.ts";
import { ROOT_ORG_PK } from "../migrations.ts";
import { ORG_PLANNER } from "./orgs/planner.ts";
import { storedKind, type StoredKind, type Table } from "./stored-kind.ts";

/** The tables of things that imports write or name. */
export const TABLES: readonly Table[] = [
  {
    thing: USER,
    claims: { emails: "user_email", accountName: "user_account" },
    secretSetAt: "accountPasswordSetAt",
  },
  {
    thing: ORG,
    heldBy: [
      { thing: "user", column: "org" },
      { thing: "org", column: "parent" },
    ],
    usual: ROOT_ORG_PK,
    made: { parent: String(ROOT_ORG_PK), name: "n.value", updatedAt: ":now" },
    planner: ORG_PLANNER,
  },
  { thing: SECURED_USER, collection: "secured", sorts: [["nameSort", "displayName"]] },
  { thing: SECURED_GROUP, collection: "secured" },
];

/** A kind of import and how its records are stored. */
export const kindNamed = (name: FormatName): StoredKind => storedKind(FORMATS[name], TABLES);
