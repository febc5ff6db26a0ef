import { z } from "zod";
import { USER } from "../model/user.ts";
import { ORG, ORG_COUNTS, ROOT_ORG_ID } from "../model/organisation.ts";
import { EXAMPLE_INSTANT as AT, createExampleId as id, buildExampleRecord } from "../model/thing.ts";
import { ALL_ROUTES } from "./all.ts";
import { SECURED_APPS } from "../model/secured-user.ts";
import { TENANT } from "../model/tenant.ts";
import type { Administrators, ConsoleTask, Import, ImportRequest, InputProblem, PlanRow } from "./index.ts";
import type { RouteResponse, Route } from "./route.ts";
import { SCHEMA_EXAMPLES } from "./thing-schema.ts";

const salesOrg = buildExampleRecord(ORG.fields);
const rootOrg = { ...salesOrg, id: ROOT_ORG_ID, name: "全社", code: null, parentId: null, path: "", depth: 0 };

const importRequest: ImportRequest = {
  kind: "users",
  mode: "append",
  key: "email",
  blank: "clear",
  createOrgs: true,
  createGroups: false,
  skipInvalid: false,
  delimiter: ",",
  fileName: "people.csv",
};

const uploadingImport: Import = {
  id: id(5),
  number: "P12",
  change: null,
  tenant: "kanto",
  kind: "users",
  mode: "append",
  state: "uploading",
  fileName: "people.csv",
  inputSha256: null,
  inputBytes: 0,
  encoding: null,
  createdAt: AT,
  committedAt: null,
  actor: "owner (hanako)",
  mine: true,
  undoes: null,
  undoneBy: null,
  etag: null,
  request: importRequest,
  rows: 0,
  create: 0,
  update: 0,
  unchanged: 0,
  recordsBefore: 0,
  delete: 0,
  invalid: 0,
  secretsSet: 0,
  orgsCreated: 0,
  groupsCreated: 0,
  newOrgs: [],
  newGroups: [],
  columns: [],
  errors: 0,
  warnings: 0,
  rejected: false,
  header: [],
  fields: [],
  absentColumns: [],
  unknownColumns: [],
  unverifiedColumns: [],
  emittedAt: null,
};

const plannedImport: Import = {
  ...uploadingImport,
  state: "planned",
  inputSha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  inputBytes: 12_345,
  encoding: "shift_jis",
  etag: "7-3",
  rows: 120,
  create: 118,
  unchanged: 2,
  recordsBefore: 2,
  orgsCreated: 1,
  newOrgs: ["S02"],
  header: ["氏名", "メールアドレス", "組織コード"],
  fields: ["name", "emails", "orgCode"],
  absentColumns: ["フリガナ"],
};

const plannedUndo: Import = {
  ...plannedImport,
  id: id(7),
  number: "P13",
  mode: "undo",
  request: null,
  fileName: "",
  create: 0,
  delete: 118,
  orgsCreated: 0,
};

const plannedDeletion: Import = {
  ...uploadingImport,
  state: "planned",
  mode: "delete",
  request: { ...importRequest, mode: "delete", select: { by: "named" }, fileName: "hanako@example.co.jp" },
  fileName: "hanako@example.co.jp",
  etag: "devices.4-users.7",
  recordsBefore: 120,
  delete: 1,
};

const committedImport: Import = { ...plannedImport, number: "17", change: 17, state: "committed", committedAt: AT };

const planRow: PlanRow = {
  row: 2,
  line: 2,
  key: "hanako@example.co.jp",
  action: "create",
  changed: [],
  setsSecret: false,
  exists: false,
  before: [],
  after: [{ field: "name", value: "髙橋 花子" }],
};

const toMovedRecord = <R>(record: R) => ({ before: record, after: record, consoleTask: null, dryRun: false });

const consoleTask: ConsoleTask = {
  number: 17,
  work: "several",
  kind: "users",
  thing: "user",
  action: "imports.commit",
  importId: id(5),
  name: "people.csv",
  file: null,
  mode: "append",
  create: 118,
  update: 0,
  delete: 0,
  records: [
    {
      thing: "user",
      kind: "users",
      id: id(1),
      work: "create",
      name: "髙橋 花子",
      key: "hanako@example.co.jp",
      console: null,
      changes: [{ field: "name", before: null, after: "髙橋 花子" }],
      contradicted: false,
    },
  ],
  state: "open",
  openedAt: AT,
  openedBy: "owner (hanako)",
  closedAt: null,
  closedBy: null,
};

const KNOWN_ADMINISTRATOR_KINDS = ["users", ...SECURED_APPS];
const administrators: Administrators = {
  kind: "users",
  knownAt: AT,
  knownBy: "owner (hanako)",
  administrators: [{ id: id(2), key: "hanako@example.co.jp", name: "髙橋 花子" }],
};

const tenantProfile = buildExampleRecord(TENANT.fields);

const inputProblem: InputProblem = {
  code: "not-mail-address",
  severity: "error",
  row: 4812,
  line: 4815,
  column: 2,
  header: "メールアドレス",
  params: {},
};


/** A route's example response, and an example body if it takes JSON. One line represents an NDJSON response. */
export interface RouteExample {
  readonly answer?: unknown;
  /** an example line, if the response may also be NDJSON */
  readonly line?: unknown;
  readonly body?: unknown;
}

/** The examples that cannot be derived from the examples of fields, by operationId. */
const EXPLICIT_EXAMPLES: ReadonlyMap<string, RouteExample> = new Map<string, RouteExample>([
  [
    "tenant",
    {
      answer: {
        name: "kanto",
        mirroredAt: AT,
        users: 120,
        orgs: 2,
        devices: 80,
        administratorsKnown: KNOWN_ADMINISTRATOR_KINDS,
        consoleTasks: 1,
        secured: { browser: 0, docs: 14, mailer: 0, calendar: 0, contacts: 0 },
        profile: tenantProfile,
        administration: {
          recorded: true,
          total: 3,
          marked: 0,
          system: 2,
          supported: [
            { name: "hanako01", user: "山田 花子", email: "hanako@example.co.jp" },
            { name: "jiro02", user: "佐藤 次郎", email: "jiro@example.co.jp" },
          ],
        },
      },
    },
  ],
  [
    "setTenant",
    {
      body: { android: true, contracts: [{ name: "CLOMO MDM", licences: 300 }] },
      answer: { before: { ...tenantProfile, android: null }, after: tenantProfile },
    },
  ],
  ["setAdeEndpoint", { body: {} }],
  ["createAdeKeyPair", { body: {} }],
  ["setAdeToken", { body: { name: "Office_Token_2026-04-01T00-00-00Z_smime.p7m", content: "TUlNRQ==" } }],
  ["syncAde", { body: { kind: "full" } }],
  ["consoleTasks", { answer: { items: [consoleTask] } }],
  ["consoleTask", { answer: consoleTask }],
  [
    "confirmConsoleTasks",
    {
      body: { numbers: [3] },
      answer: { items: [{ ...consoleTask, state: "confirmed", closedAt: AT, closedBy: "owner" }] },
    },
  ],
  ["administrators", { answer: administrators }],
  ["markAdministrators", { body: { add: [id(2)] }, answer: administrators }],
  ["orgs", { answer: { items: [rootOrg, salesOrg] } }],
  [
    "moveOrg",
    {
      body: { parent: ROOT_ORG_ID },
      answer: { ...toMovedRecord(salesOrg), along: { orgs: 2, users: 118, devices: 80 } },
    },
  ],
  ["deleteSchemes", { body: { ids: [id(11)] } }],
  ["deleteSecuredGroups", { body: { ids: [id(6)], memberships: 12 } }],
  ["setDeviceOwner", { body: { ids: [id(10)], owner: id(2), ownerOrg: null } }],
  ["replaceDevice", { body: { id: id(10), serialNumber: "SERIAL000002" } }],
  ["tagDevices", { body: { ids: [id(10)], add: ["貸出用"], remove: [] } }],
  [
    "moveUsers",
    {
      body: { ids: [id(2)], org: id(1) },
      answer: { items: [{ ...toMovedRecord(buildExampleRecord(USER.fields)), devices: 2 }] },
    },
  ],
  ["findOrgs", { answer: { items: [{ ...salesOrg, ...buildExampleRecord(ORG_COUNTS) }] } }],
  ["exportOrgs", { answer: "組織名,組織コード,上位組織コード,上位組織パス\r\n営業部,S01,,\r\n" }],
  ["users", { answer: { items: [buildExampleRecord(USER.fields)], next: "1000" } }],
  ["exportUsers", { answer: "氏名,フリガナ,メールアドレス\r\n髙橋 花子,タカハシ ハナコ,hanako@example.co.jp\r\n" }],
  ["addField", { body: { name: "入社年" } }],
  ["exportSecuredUsers", { answer: "表示名,ユーザーID,説明\r\n髙橋 花子,hanako01,\r\n" }],
  ["createImport", { body: { kind: "users", createOrgs: true, fileName: "people.csv" }, answer: uploadingImport }],
  ["uploadImport", { answer: plannedImport }],
  ["planDeletion", { body: { kind: "users", ids: [id(2)], called: "hanako@example.co.jp" }, answer: plannedDeletion }],
  ["imports", { answer: { items: [committedImport] } }],
  ["import", { answer: plannedImport }],
  ["importRows", { answer: planRow }],
  ["importProblems", { answer: inputProblem }],
  ["commitImport", { answer: committedImport }],
  ["checkImport", { answer: plannedImport }],
  ["replanImport", { answer: plannedImport }],
  [
    "verifyTask",
    {
      answer: { done: false, task: consoleTask, unseen: [] },
    },
  ],
  ["undoChange", { answer: { ...plannedUndo, undoes: 17 } }],
  ["dropConsoleTasks", { body: { numbers: [17] }, answer: { ...plannedUndo, drops: [17] } }],
  ["exportAll", { body: { only: ["orgs", "users"], newline: "lf" } }],
  ["discardImport", { answer: { ...plannedImport, state: "discarded" } }],
]);

/** Derives a response's example from the example of its record: the record itself, or a list with only this record. */
const deriveExample = ({ schema }: RouteResponse): unknown => {
  const { items, next } = schema instanceof z.ZodObject ? schema.shape : {};
  if (!(items instanceof z.ZodArray)) return SCHEMA_EXAMPLES.get(schema)?.();
  const all = [SCHEMA_EXAMPLES.get(items.element as z.ZodType)?.()];
  return next === undefined ? { items: all } : { items: all, next: null };
};

export const EXAMPLES: ReadonlyMap<string, RouteExample> = new Map(
  ALL_ROUTES.map((route: Route) => {
    const { id: operation, body, answer, example = deriveExample(answer) } = route;
    const [of, line] = [body && SCHEMA_EXAMPLES.get(body)?.(), answer.line && SCHEMA_EXAMPLES.get(answer.line)?.()];
    return [
      operation,
      { answer: example, line, ...(of === undefined ? {} : { body: of }), ...EXPLICIT_EXAMPLES.get(operation) },
    ];
  }),
);
