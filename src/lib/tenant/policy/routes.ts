import type { NOUNS, NounName, RoutesOf } from "../../contract/index.ts";
import type { ResourceName } from "../../handover/resources.ts";
import { FORMAT_NAMES, type FormatName } from "../../model/console-files.ts";
import { NOTE_FIELDS } from "../../model/device.ts";
import type { Operation } from "../../model/role.ts";
import type { Actor } from "./asker.ts";
import { importingOperations, mayImport, panelKind, seeingOperation } from "./check.ts";
import { creatingUsers } from "./import-work.ts";

/** The operationId of a route of the tenant API. */
export type RouteId = {
  [N in keyof typeof NOUNS]: RoutesOf<N>[keyof RoutesOf<N>] extends { readonly id: infer I } ? I : never;
}[NounName];

/** What a rule may look at of a request. */
export interface RuleRequest {
  readonly asker: Actor;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

/** The operations that a request needs, all of them. */
export type RouteRule = readonly Operation[] | ((asked: RuleRequest) => readonly Operation[]);

/** Records of a kind that are deleted, of organisations with the users in them. */
interface DeletionBody {
  readonly kind: FormatName;
  readonly recursive?: boolean | undefined;
}

/** What deleting records by their names needs. */
const deleting = ({ body }: RuleRequest): readonly Operation[] => {
  const { kind, recursive = false } = body as DeletionBody;
  const panel = panelKind(kind);
  if (panel === undefined) return [seeingOperation(kind), "secured.write"];
  return [`${panel}.delete`, ...(recursive ? (["users.delete"] as const) : [])];
};

/** What beginning an import needs: some right of its kind, and to see its plan. Which ones it takes, that tells. */
const beginning = ({ asker, body }: RuleRequest): readonly Operation[] => {
  const { kind } = body as { readonly kind: FormatName };
  return mayImport(asker, kind) ? [] : [seeingOperation(kind), importingOperations(kind)[0]];
};

/** Operations of which any one lets somebody look at imports: which ones are visible follows from them. */
const importing = ({ asker }: RuleRequest): readonly Operation[] =>
  FORMAT_NAMES.some((kind) => mayImport(asker, kind)) ? [] : ["users.write"];

/** The devices' memo and tags are the operators', too; whatever else is said of one is not. */
const editingDevice = ({ body }: RuleRequest): readonly Operation[] =>
  Object.keys(body ?? {}).every((field) => NOTE_FIELDS.includes(field) || field === "dryRun")
    ? ["devices.note"]
    : ["devices.write"];

/** The administrators of CLOMO PANEL, or of an app. */
const administrators =
  (panel: Operation, app: Operation) =>
  ({ params }: RuleRequest): readonly Operation[] => [
    (params as { readonly kind: string }).kind === "users" ? panel : app,
  ];

/** By a code everybody sets his own password; that of others needs what any change of their accounts does. */
const ownAccount = ({ asker, params }: RuleRequest): readonly Operation[] =>
  asker.account?.id === (params as { readonly id: string }).id ? [] : ["accounts.write"];

/** Making a tenant like a bundle changes all of it, administrators too: system administrators alone may do that. */
const RESTORING: readonly Operation[] = ["accounts.roles", "tenant.write"];

/** What each request needs. The type asks for a rule of every route. */
const RULES: Readonly<Record<RouteId, RouteRule>> = {
  whoami: [],
  tenant: ["tenant.read"],
  tenantRevision: ["tenant.read"],
  setTenant: ["tenant.write"],
  orgs: ["orgs.read"],
  findOrgs: ["orgs.read"],
  exportOrgs: ["orgs.read"],
  orgHistory: ["orgs.read"],
  createOrg: ["orgs.write"],
  editOrg: ["orgs.write"],
  moveOrg: ["orgs.write"],
  users: ["users.read"],
  findUsers: ["users.read"],
  exportUsers: ["users.read"],
  userHistory: ["users.read"],
  createUser: ({ asker }) => creatingUsers(asker),
  editUser: ["users.write"],
  moveUsers: ["users.move"],
  fields: ["fields.read"],
  field: ["fields.read"],
  addField: ["fields.write"],
  removeField: ["fields.write"],
  devices: ["devices.read"],
  findDevices: ["devices.read"],
  deviceHistory: ["devices.read"],
  devicesNotReady: ["devices.read"],
  exportDevices: ["devices.read"],
  createDevice: ["devices.write"],
  editDevice: editingDevice,
  setDeviceOwner: ["devices.write"],
  tagDevices: ["devices.note"],
  accounts: ["accounts.read"],
  findAccounts: ["accounts.read"],
  accountHistory: ["accounts.read"],
  accountSettings: ["accounts.read"],
  setAccountSettings: ["accounts.settings"],
  accountRenamings: ["accounts.settings"],
  createAccount: ["accounts.write"],
  editAccount: ["accounts.write"],
  grantRole: ["accounts.write"],
  revokeRole: ["accounts.write"],
  transferAccount: ["accounts.write", "accounts.roles", "renewals.write"],
  resetPassword: ["accounts.write"],
  sendResetCode: ownAccount,
  resetWithCode: ownAccount,
  securedUsers: ["secured.read"],
  findSecuredUsers: ["secured.read"],
  exportSecuredUsers: ["secured.read"],
  createSecuredUser: ["secured.write"],
  editSecuredUser: ["secured.write"],
  securedGroups: ["secured.read"],
  createSecuredGroup: ["secured.write"],
  editSecuredGroup: ["secured.write"],
  deleteSecuredGroups: ["secured.write"],
  administrators: administrators("accounts.read", "secured.read"),
  markAdministrators: administrators("accounts.roles", "secured.write"),
  roles: ["roles.read"],
  roleMatrix: ["roles.read"],
  role: ["roles.read"],
  schemes: ["schemes.read"],
  scheme: ["schemes.read"],
  createScheme: ["schemes.write"],
  editScheme: ["schemes.write"],
  deleteSchemes: ["schemes.write"],
  consoleTasks: ["console.read"],
  consoleTask: ["console.read"],
  confirmConsoleTasks: ["console.write"],
  audit: ["audit.read"],
  auditRecord: ["audit.read"],
  exportAudit: ["audit.read"],
  auditHead: ["audit.verify"],
  verifyAudit: ["audit.verify"],
  createImport: beginning,
  planDeletion: deleting,
  uploadImport: importing,
  // of imports everybody sees those that he could make
  imports: ["users.read"],
  import: ["users.read"],
  importRows: ["users.read"],
  importProblems: ["users.read"],
  commitImport: importing,
  replanImport: importing,
  verifyTask: importing,
  undoChange: importing,
  dropConsoleTasks: ["console.write"],
  discardImport: importing,
  // of what somebody may not read the export says so
  exportAll: [],
  planRestore: RESTORING,
  restore: RESTORING,
  ade: ["apple.read"],
  setAdeEndpoint: ["apple.write"],
  createAdeKeyPair: ["apple.write"],
  setAdeToken: ["apple.write"],
  inspectAdeToken: ["apple.write"],
  contactAde: ["apple.write"],
  syncAde: ["apple.write"],
  adeSync: ["apple.read"],
  adeSyncSerials: ["apple.read"],
  adeSyncUnreadable: ["apple.read"],
  releaseAdeDevices: ["apple.write"],
  adeDevices: ["apple.read"],
  findAdeDevices: ["apple.read"],
  adeProfiles: ["apple.read"],
  createAdeProfile: ["apple.write"],
  checkAdeProfile: ["apple.write"],
  assignAdeProfile: ["apple.write"],
  unassignAdeProfile: ["apple.write"],
  setAutomaticAdeProfile: ["apple.write"],
  deleteAdeProfile: ["apple.write"],
  // they tell telephone numbers, and where passwords are kept
  answers: ["tenant.write"],
  setAnswers: ["tenant.write"],
  listRenewals: ["renewals.read"],
  addRenewal: ["renewals.write"],
  editRenewal: ["renewals.write"],
  confirmRenewal: ["renewals.write"],
  removeRenewal: ["renewals.write"],
  // they name people
  listNotices: ["renewals.write"],
  claimNotice: ["renewals.write"],
  settleNotice: ["renewals.write"],
  pushCertificate: ["apple.read"],
  requestPushCertificate: ["apple.write"],
  uploadPushCertificate: ["apple.write"],
  setProfilePassword: ["apple.write"],
  vppTokens: ["apple.read"],
  setVppToken: ["apple.write"],
  checkVppToken: ["apple.write"],
};

/** What reading each resource of an export needs; and whether it is, or belongs to, organisations, so that a part of them has its own. */
export const READING: Readonly<Record<ResourceName, readonly [needs: Operation, ofOrgs?: true]>> = {
  tenant: ["tenant.read"],
  "account-settings": ["accounts.read"],
  // of no organisation, but users of all of them have values in them
  "custom-fields": ["fields.read", true],
  orgs: ["orgs.read", true],
  // nor are these, but accounts have their rights from them
  schemes: ["schemes.read", true],
  users: ["users.read", true],
  accounts: ["accounts.read", true],
  administrators: ["accounts.read", true],
  "secured-groups": ["secured.read"],
  "secured-users": ["secured.read"],
  devices: ["devices.read", true],
  "ade-server": ["apple.read"],
  "ade-profiles": ["apple.read"],
  "ade-devices": ["apple.read"],
  "push-certificate": ["apple.read"],
  "vpp-tokens": ["apple.read", true],
  renewals: ["renewals.read"],
  answers: ["tenant.write"],
  // it has all that deleted records had: for those who may apply it
  observed: ["tenant.write"],
  "console-tasks": ["console.read"],
  audit: ["audit.verify"],
};

/** The operations that a request needs. @throws TypeError for a route without a rule: nobody may what no rule permits */
export const operationsOf = (route: string, asked: RuleRequest): readonly Operation[] => {
  const { [route as RouteId]: rule } = RULES as Readonly<Partial<Record<RouteId, RouteRule>>>;
  if (rule === undefined) throw new TypeError(`no rule for ${route}`);
  return typeof rule === "function" ? rule(asked) : rule;
};
