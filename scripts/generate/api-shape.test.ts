import { XLSX_TYPE } from "../../src/lib/contract/route.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openApiDocument } from "../../src/lib/contract/openapi.ts";
import { DOWNLOAD_FIELDS } from "../../src/lib/model/renewal.ts";
import { exampleLine } from "../../src/lib/model/thing.ts";
import { USER } from "../../src/lib/model/user.ts";
import { apiShape } from "./api-shape.ts";
import { differences, inOrder, type Permitted } from "./differences.ts";

/** What {@link apiShape} leaves of b7d515d's `docs/api/openapi.json`. */
const before: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "..", "test", "process", "fixtures", "openapi-b7d515d.json"), "utf8"),
);

const TEXT = { type: "string" };
const UUID = { type: "string", format: "uuid" };
const INSTANT = { type: "string", format: "date-time" };
const ADDRESS = { type: "string", pattern: String.raw`^(?:[^@\s\p{Cc}]+@[^@\s\p{Cc}]+)?$` };
const OPTIONAL = { type: ["string", "null"] };

const LIMITS = "a text that is written has a maximum length; what the console has may be longer";
const VALUES = "values that go with a custom field are counted, and the count is confirmed";

/** The members of a line of users. */
const MEMBERS = {
  id: UUID,
  name: TEXT,
  nameKana: OPTIONAL,
  emails: { type: "array", items: ADDRESS },
  org: TEXT,
  orgCode: OPTIONAL,
  orgId: UUID,
  title: OPTIONAL,
  employeeCode: OPTIONAL,
  upn: OPTIONAL,
  addressType: OPTIONAL,
  postalCode: OPTIONAL,
  address: OPTIONAL,
  tel: OPTIONAL,
  extension: OPTIONAL,
  fax: OPTIONAL,
  googleWorkspaceEmail: { ...ADDRESS, type: ["string", "null"] },
  salesforceAccount: OPTIONAL,
  accountName: OPTIONAL,
  accountPasswordSetAt: { ...INSTANT, type: ["string", "null"] },
  administrator: { type: "boolean" },
  custom: {
    type: "array",
    items: { type: "object", properties: { name: TEXT, value: TEXT }, required: ["name", "value"] },
  },
  createdAt: INSTANT,
  updatedAt: INSTANT,
};
const LINE = { type: "object", properties: MEMBERS, required: Object.keys(MEMBERS) };

const DEVICES = "devices are a new noun, with files of their own";
const added = (...at: readonly string[]): Permitted => ({
  at,
  before: undefined,
  now: expect.anything() as unknown,
  why: DEVICES,
});

/** What the console bridge has besides what it had. */
const bridge = (...at: readonly string[]): Permitted => ({ ...added(...at), why: "the console is told truly" });
const bridged = (...at: readonly string[]): Permitted => ({ ...bridge(...at), before: expect.anything() as unknown });
const verification = (...at: readonly string[]): readonly string[] => ["components", "schemas", "Verification", ...at];
const verified = ["paths", "/v1/imports/{id}/verification", "post"];

/** What is written by hand, one record at a time. */
const byHand = (...at: readonly string[]): Permitted => ({ ...added(...at), why: "a tenant is changed by hand, too" });

const KINDS = ["users", "orgs", "browser", "docs", "mailer", "calendar", "contacts"];
const ofDevices = (schema: string): Permitted => ({
  at: ["components", "schemas", schema, "properties", "kind", "enum"],
  before: KINDS,
  now: [...KINDS, "devices"],
  why: DEVICES,
});
const KEYS = ["email", "employee-code", "upn"];
const TAGS = ["tenant", "orgs", "users", "secured", "imports", "renewals"].map((name) => ({ name }));

const ROLES = "who may do what can be read, and made for custom administrators";

/** What is there now, or is something more; asked for by `why`. */
const asked = (why: string, ...at: readonly string[]): Permitted => ({
  at,
  before: undefined,
  now: expect.anything() as unknown,
  why,
});
const more = (why: string, ...at: readonly string[]): Permitted => ({
  ...asked(why, ...at),
  before: expect.anything() as unknown,
});
const AUDIT = "every change can be traced";
const ADE = "devices come in by Apple's device enrolment";
const PUSH = "a push certificate is asked for, taken over and watched";
const VPP = "content tokens of organisations are taken over and watched";
const EXPORTS = "all of a tenant leaves it in one piece";
const RESTORES = "a tenant is made like an export";
const TRANSFER = "a successor takes over in one change";
const ANSWERS = "what only people know is kept with author and date";
const RIGHTS = "requests are answered according to who asks";
const PLANS = "plans say what changes from what to what";
const ACCOUNTS = "CLOMO accounts and their roles are recorded";
const HISTORY = "imports have numbers, and tell what they did";
const DELETIONS = "records are deleted by name or by filter, as imports without a file";
const UPLOADS = "a renewed file counts once its upload is confirmed";
const HEARING = "the tenant says who hears of its renewals";
const SEEN = "the answer to a question holds for what was shown";
const ofImport = (name: string): Permitted => asked(HISTORY, "components", "schemas", "Import", "properties", name);
const WORKBOOKS = "a file may be an Excel workbook";
const FOREIGN = "a file that looks like another tenant's is refused unless it is allowed";
const UNDELETABLE = "a replacing import keeps what it cannot delete";
const WIPES = "another owner of some devices needs a wipe, of which the number is confirmed";

const takesWorkbooks = (path: string, method: string): Permitted => ({
  at: ["paths", `/v1/imports/{id}/${path}`, method, "requestBody", "content", XLSX_TYPE],
  before: undefined,
  now: { schema: TEXT },
  why: WORKBOOKS,
});
const LISTED = ["limit", "cursor", "filterName", "filterId"];
const parametersNamed = (...names: readonly string[]): unknown =>
  names.map((name) => expect.objectContaining({ name }) as unknown);

/** What differs from b7d515d on purpose; `at` as {@link differences} tells it. */
const PERMITTED: readonly Permitted[] = [
  bridge("components", "schemas", "Administrators"),
  asked(RIGHTS, "components", "schemas", "Whoami"),
  asked(RIGHTS, "paths", "/v1/whoami"),
  asked(ANSWERS, "components", "schemas", "Answer"),
  asked(ANSWERS, "paths", "/v1/answers"),
  ...["HandoverEnd", "HandoverRequest"].map((schema) => asked(EXPORTS, "components", "schemas", schema)),
  asked(EXPORTS, "paths", "/v1/exports"),
  ...["RestorePlan", "Restored", "RestoredResource"].map((schema) => asked(RESTORES, "components", "schemas", schema)),
  ...["/v1/restores", "/v1/restores/plan"].map((path) => asked(RESTORES, "paths", path)),
  ...["Transfer", "Transferred"].map((name) => asked(TRANSFER, "components", "schemas", name)),
  asked(TRANSFER, "paths", "/v1/accounts/{id}/transfer"),
  ...["Ade", "AdeDevice", "AdeProfile", "AdeProfileWork", "AdeSync"].map((name) =>
    asked(ADE, "components", "schemas", name),
  ),
  ...[
    "",
    "/account",
    "/devices",
    "/devices/find",
    "/endpoint",
    "/keypair",
    "/syncs",
    "/syncs/{id}",
    "/syncs/{id}/release",
    "/syncs/{id}/serials",
    "/syncs/{id}/unreadable",
    "/token",
    "/token/inspect",
  ].map((path) => asked(ADE, "paths", `/v1/ade${path}`)),
  ...["", "/automatic", "/unassign", "/{id}/assign", "/{id}/check", "/{id}/delete"].map((path) =>
    asked(ADE, "paths", `/v1/profiles${path}`),
  ),
  ...["VppLocation", "VppToken"].map((name) => asked(VPP, "components", "schemas", name)),
  ...["", "/{id}", "/{id}/check"].map((path) => asked(VPP, "paths", `/v1/vpp/tokens${path}`)),
  asked(PUSH, "components", "schemas", "PushCertificate"),
  ...["", "/profile-password", "/request"].map((path) => asked(PUSH, "paths", `/v1/push-certificate${path}`)),
  bridge("components", "schemas", "ConsoleTask"),
  bridge("components", "schemas", "Import", "properties", "consoleTask"),
  bridge("components", "schemas", "Tenant", "properties", "consoleTasks"),
  ...["", "/{number}"].map((path) => bridge("paths", `/v1/console${path}`)),
  ...["AuditHead", "AuditRecord", "AuditVerification"].map((name) => asked(AUDIT, "components", "schemas", name)),
  ...["", "/export", "/head", "/verify", "/{seq}"].map((path) => asked(AUDIT, "paths", `/v1/audit${path}`)),
  ...["users", "orgs", "secured/{app}/users"].map((path) => ({
    ...asked(AUDIT, "paths", `/v1/${path}/export`, "get", "responses", "200", "headers"),
    now: {
      "clomoctl-audit": expect.objectContaining({ schema: expect.objectContaining({ enum: ["none"] }) as unknown }),
    },
  })),
  added("components", "schemas", "Device"),
  added("components", "schemas", "NotReadyDevice"),
  asked(PLANS, "components", "schemas", "Import", "properties", "columns"),
  bridge("components", "schemas", "Difference"),
  ofDevices("Import"),
  ofImport("mine"),
  ofImport("number"),
  {
    at: ["components", "schemas", "Import", "properties", "outdated"],
    before: undefined,
    now: { type: "boolean" },
    why: "open plans of an older program are discarded as the tenant is migrated, and say so",
  },
  ofImport("revertedByNumber"),
  ofImport("revertsNumber"),
  asked(DELETIONS, "components", "schemas", "DeletionRequest"),
  asked(DELETIONS, "components", "schemas", "KeptRequest"),
  more(DELETIONS, "components", "schemas", "Import", "properties", "mode", "enum"),
  more(DELETIONS, "components", "schemas", "Import", "properties", "request", "$ref"),
  more(DELETIONS, "components", "schemas", "ImportRequest", "type"),
  ...["staying", "protectedElsewhere", "takes"].map((name) =>
    asked(DELETIONS, "components", "schemas", "Import", "properties", name),
  ),
  asked(WIPES, "components", "schemas", "Import", "properties", "wipes"),
  asked(FOREIGN, "components", "schemas", "Import", "properties", "foreign"),
  asked(FOREIGN, ...verification("properties", "touched")),
  asked(FOREIGN, "components", "schemas", "ImportRequest", "properties", "allow"),
  ...["kept", "released"].map((name) => asked(UNDELETABLE, "components", "schemas", "Import", "properties", name)),
  asked(UNDELETABLE, "components", "schemas", "ImportRequest", "properties", "undeletable"),
  asked(DELETIONS, "paths", "/v1/imports/deletions"),
  more(HISTORY, "components", "schemas", "Import", "properties", "state", "enum"),
  more(HISTORY, "components", "schemas", "Import", "required"),
  ...["supersededBy", "supersedes", "unseenColumns"].map((name) =>
    bridge("components", "schemas", "Import", "properties", name),
  ),
  ...["settled", "overwrites", "contradicts", "lost"].map((name) =>
    bridge("components", "schemas", "Import", "properties", name),
  ),
  bridge("components", "schemas", "ImportRequest", "properties", "fromConsole"),
  bridge("components", "schemas", "ImportRequest", "properties", "keepMissing"),
  bridge("components", "schemas", "ImportRequest", "properties", "forConsole"),
  {
    at: ["components", "schemas", "ImportRequest", "properties", "allowErrorValues"],
    before: undefined,
    now: { type: "boolean" },
    why: "error values of spreadsheets are errors, unless they are meant",
  },
  {
    at: ["components", "schemas", "ImportRequest", "properties", "fix"],
    before: undefined,
    now: { type: "array", items: { type: "string", enum: ["trim", "width", "invisible", "short-rows"] } },
    why: "an import may ask for what is mended; nothing is if it does not",
  },
  {
    at: ["components", "schemas", "ImportRequest", "properties", "key", "enum"],
    before: KEYS,
    now: [...KEYS, "serial", "imei", "phone", "wifi-mac", "android-id"],
    why: DEVICES,
  },
  ofDevices("ImportRequest"),
  ...["before", "untold"].map((field) => asked(PLANS, "components", "schemas", "PlanRow", "properties", field)),
  more(PLANS, "components", "schemas", "PlanRow", "required"),
  asked(HISTORY, "components", "schemas", "UserEvent"),
  asked(HISTORY, "components", "schemas", "UserHistory"),
  ...["devices", "secured"].map((count) => added("components", "schemas", "Tenant", "properties", count)),
  {
    at: ["components", "schemas", "Tenant", "required"],
    before: ["name", "mirroredAt", "users", "orgs"],
    now: ["name", "mirroredAt", "users", "orgs", "devices", "secured"],
    why: "what a tenant holds is counted for its status",
  },
  bridge("components", "schemas", "Tenant", "properties", "administratorsKnown"),
  bridge("components", "schemas", "Tenant", "properties", "exportsAwaited"),
  bridge("components", "schemas", "Tenant", "properties", "mirrorOfBundle"),
  asked(HEARING, "components", "schemas", "Tenant", "properties", "administration"),
  asked(HEARING, "paths", "/v1/tenant", "get", "parameters"),
  ...[
    ["components", "schemas", "Tenant", "properties", "profile"],
    ["components", "schemas", "TenantChange"],
    ["components", "schemas", "TenantProfile"],
    ["paths", "/v1/tenant", "patch"],
  ].map((at) => asked("what is known of a tenant itself is recorded", ...at)),
  asked(SEEN, "paths", "/v1/tenant/revision"),
  { ...more(SEEN, "paths", "/v1/renewals/{id}", "delete", "parameters"), now: parametersNamed("id", "seen") },
  asked(SEEN, "paths", "/v1/renewals/{id}", "delete", "responses", "409"),
  ...["NewRenewalItem", "RenewalChange", "RenewalItem"].flatMap((schema) =>
    [...Object.keys(DOWNLOAD_FIELDS), "phoneHolder"].map((field) =>
      asked(UPLOADS, "components", "schemas", schema, "properties", field),
    ),
  ),
  more(UPLOADS, "components", "schemas", "RenewalItem", "required"),
  asked(
    UPLOADS,
    "paths",
    "/v1/renewals/{id}/confirm",
    "post",
    "requestBody",
    "content",
    "application/json",
    "schema",
    "properties",
    "consoleShows",
  ),
  bridged(...verification("properties", "first", "items", "$ref")),
  ...["reason", "unseen", "unseenRecords", "openTasks"].map((name) => bridge(...verification("properties", name))),
  bridged(...verification("required")),
  bridge("paths", "/v1/administrators/{kind}"),
  ...["RoleChoice", "RoleFacts", "RoleMatrix", "HeldScheme", "DeletedSchemes"].map((name) =>
    asked(ROLES, "components", "schemas", name),
  ),
  ...["Scheme", "NewScheme", "SchemeChange", "WrittenScheme"].map((name) =>
    asked(ROLES, "components", "schemas", name),
  ),
  ...["", "/matrix", "/schemes", "/schemes/delete", "/schemes/{id}", "/{role}"].map((path) =>
    asked(ROLES, "paths", `/v1/roles${path}`),
  ),
  ...["", "/export", "/find", "/not-ready"].map((path) => added("paths", `/v1/devices${path}`)),
  ...["Org", "User", "Device", "SecuredUser", "SecuredGroup"].flatMap((thing) =>
    [`New${thing}`, `${thing}Change`, `Written${thing}`].map((name) => byHand("components", "schemas", name)),
  ),
  ...["googleWorkspaceEmail", "salesforceAccount"].map((name) =>
    byHand("components", "schemas", "User", "properties", name),
  ),
  byHand("components", "schemas", "DeletedGroups"),
  ...["device", "licenceException", "role"].map((name) =>
    byHand("components", "schemas", "SecuredUser", "properties", name),
  ),
  { ...byHand("components", "schemas", "SecuredUser", "required"), before: expect.anything() as unknown },
  ...["users/{id}", "groups/{id}", "groups/delete"].map((path) => byHand("paths", `/v1/secured/{app}/${path}`)),
  more("the users of a group", "paths", "/v1/secured/{app}/users", "get", "parameters"),
  ...["users", "groups"].map((path) => byHand("paths", `/v1/secured/{app}/${path}`, "post")),
  { ...byHand("components", "schemas", "User", "required"), before: expect.anything() as unknown },
  ...[
    "",
    "/find",
    "/renamings",
    "/settings",
    "/{id}",
    "/{id}/grant",
    "/{id}/reset-code",
    "/{id}/reset-password",
    "/{id}/reset-with-code",
    "/{id}/revoke",
  ].map((path) => asked(ACCOUNTS, "paths", `/v1/accounts${path}`)),
  ...[
    "Account",
    "NewAccount",
    "AccountChange",
    "Grant",
    "Revocation",
    "WrittenAccount",
    "AccountSettings",
    "AccountSettingsChange",
    "WrittenAccountSettings",
    "AccountRenamings",
    "PasswordReset",
    "ResetByCode",
    "ResetCodeRequest",
    "SentResetCode",
  ].map((name) => asked(ACCOUNTS, "components", "schemas", name)),
  ...["/v1/devices/{id}", "/v1/devices/set-owner", "/v1/devices/tag"].map((path) => byHand("paths", path)),
  ...["/v1/orgs/{id}", "/v1/orgs/{id}/move", "/v1/users/{id}", "/v1/users/move"].map((path) => byHand("paths", path)),
  ...["/v1/orgs", "/v1/users"].map((path) => byHand("paths", path, "post")),
  ...["MovedOrg", "MovedUser"].map((name) => byHand("components", "schemas", name)),
  {
    at: ["components", "schemas", "ImportRequest", "properties", "sheet"],
    before: undefined,
    now: { type: "string", maxLength: 255 },
    why: WORKBOOKS,
  },
  ...["description", "name", "userId"].map((name) => ({
    at: ["components", "schemas", "SecuredUser", "properties", name, "maxLength"],
    before: 255,
    now: undefined,
    why: LIMITS,
  })),
  {
    at: "paths /v1/users/fields post requestBody content application/json schema properties name maxLength".split(" "),
    before: undefined,
    now: 2600,
    why: LIMITS,
  },
  takesWorkbooks("content", "put"),
  takesWorkbooks("verification", "post"),
  bridged("paths", "/v1/imports/{id}/emitted", "post", "parameters"),
  bridged("paths", "/v1/imports/{id}/revert", "post", "parameters"),
  bridged(...verified, "parameters"),
  {
    at: ["paths", "/v1/users", "get", "parameters"],
    before: parametersNamed(...LISTED),
    now: parametersNamed(...LISTED, "org", "search", "sort", "desc"),
    why: "users of an organisation, with any text, in any order",
  },
  {
    at: ["paths", "/v1/users", "get", "responses", "200", "content", "application/x-ndjson"],
    before: undefined,
    now: { schema: LINE, example: exampleLine(USER.fields) },
    why: "a list of a million users is passed on as lines that the tenant makes on one snapshot",
  },
  ...["newGroups", "newOrgs", "recordsBefore"].map((name) =>
    asked(PLANS, "components", "schemas", "Import", "properties", name),
  ),
  {
    at: ["components", "schemas", "ImportRequest", "properties", "blank", "default"],
    before: "clear",
    now: undefined,
    why: "a column that is blank in every row is a problem where nothing is said of blanks",
  },
  asked(HISTORY, "paths", "/v1/users/history"),
  asked(VALUES, "components", "schemas", "UsedField"),
  asked(VALUES, "paths", "/v1/users/fields/{id}", "get"),
  {
    at: ["paths", "/v1/users/fields/{id}", "delete", "parameters"],
    before: parametersNamed("id"),
    now: parametersNamed("id", "users", "seen"),
    why: VALUES,
  },
  asked(VALUES, "paths", "/v1/users/fields/{id}", "delete", "responses", "409"),
  {
    at: ["tags"],
    before: TAGS,
    now: [
      ...TAGS.toSpliced(
        4,
        0,
        { name: "devices" },
        { name: "ade" },
        { name: "profiles" },
        { name: "accounts" },
        { name: "administrators" },
        { name: "roles" },
        { name: "console" },
        { name: "audit" },
      ),
      { name: "push-certificate" },
      { name: "vpp" },
      { name: "answers" },
      { name: "exports" },
      { name: "restores" },
      { name: "whoami" },
    ],
    why: DEVICES,
  },
];

test("the tenant API takes and answers what it did in b7d515d, but for what is permitted", () => {
  const now: unknown = JSON.parse(JSON.stringify(apiShape(openApiDocument("any"))));
  // examples follow from the shapes, and are held to them elsewhere
  const found = differences(before, now).filter(({ at }) => !at.includes("example"));
  expect(inOrder(found)).toEqual(inOrder(PERMITTED));
});

test("texts for people go; properties and examples that have their names stay", () => {
  const title = { type: "string" };
  const example = { title: "部長" };
  expect(
    apiShape({
      info: { title: "An API" },
      paths: { "/v1/users": { get: { summary: "users", responses: [{ description: "all", example }] } } },
      schemas: { User: { description: "a user", properties: { title } } },
    }),
  ).toEqual({
    paths: { "/v1/users": { get: { responses: [{ example }] } } },
    schemas: { User: { properties: { title } } },
  });
});
