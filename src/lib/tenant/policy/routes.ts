import type { NOUNS, NounName, RoutesOf } from "../../contract/index.ts";
import type { ResourceName } from "../../handover/resources.ts";
import { FORMAT_NAMES, type FormatName } from "../../model/console-files.ts";
import { NOTE_FIELDS } from "../../model/device.ts";
import { OPERATIONS, type Operation } from "../../model/role.ts";
import type { Actor } from "./asker.ts";
import {
  canImport,
  getImportOperations,
  getViewOperation,
  isOperationPermitted,
  toPanelKind,
  withoutToken,
  type NeededRight,
} from "./check.ts";
import { getUserCreationOperations } from "./import-work.ts";

export type RouteId = {
  [N in keyof typeof NOUNS]: RoutesOf<N>[keyof RoutesOf<N>] extends { readonly id: infer I } ? I : never;
}[NounName];

export interface RuleRequest {
  readonly asker: Actor;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
}

export type RouteRule = readonly NeededRight[] | ((asked: RuleRequest) => readonly NeededRight[]);

/**
 * The kind of the records to delete; `recursive`: organisations are deleted with everything below them, including
 * users.
 */
interface DeletionBody {
  readonly kind: FormatName;
  readonly recursive?: boolean | undefined;
}

const getDeletionOperations = ({ body }: RuleRequest): readonly Operation[] => {
  const { kind, recursive = false } = body as DeletionBody;
  const panel = toPanelKind(kind);
  if (panel === undefined) return [getViewOperation(kind), "secured.write"];
  return [`${panel}.delete`, ...(recursive ? (["users.delete"] as const) : [])];
};

const getMissingImportOperations = (asker: Actor, kind: FormatName): readonly Operation[] => {
  const operations = getImportOperations(kind);
  const own = operations.find((operation) => isOperationPermitted(withoutToken(asker), operation));
  return [getViewOperation(kind), own ?? operations[0]];
};

/**
 * Returns the operations needed to start an import: seeing its plan, and at least one operation of its kind. The
 * operations for the import itself are known only after it is planned.
 */
const getImportStartOperations = ({ asker, body }: RuleRequest): readonly Operation[] => {
  const { kind } = body as { readonly kind: FormatName };
  return canImport(asker, kind) ? [] : getMissingImportOperations(asker, kind);
};

/**
 * Returns the operations needed to access imports: none if the actor may import at least one kind. Only imports of
 * permitted kinds are visible.
 */
const getImportAccessOperations = ({ asker }: RuleRequest): readonly Operation[] => {
  if (FORMAT_NAMES.some((kind) => canImport(asker, kind))) return [];
  const own = FORMAT_NAMES.find((kind) => canImport(withoutToken(asker), kind));
  return getMissingImportOperations(asker, own ?? "users");
};

/** Returns the operations needed to edit a device. Operators may change only the memo and tags. */
const getDeviceEditOperations = ({ body }: RuleRequest): readonly Operation[] =>
  Object.keys(body ?? {}).every((field) => NOTE_FIELDS.includes(field) || field === "dryRun")
    ? ["devices.note"]
    : ["devices.write"];

/**
 * The rights to read what depends on users. A leave that did not show all of it would look complete, so all are needed;
 * only the response says whether SECURED APPs were seen, which few accounts may read.
 */
const DEPENDENTS_READS = ["users.read", "accounts.read", "devices.read", "renewals.read", "console.read"] as const;

/**
 * Operations needed to restore a bundle: all of them, because a restore reads, changes and deletes records of every
 * kind. Of the roles, only system administrators have them; the first ones are what the others lack.
 */
const RESTORE_OPERATIONS: readonly Operation[] = [
  ...new Set<Operation>(["accounts.roles", "tenant.write", ...(Object.keys(OPERATIONS) as Operation[])]),
];

/** A rule for every route: a route without one does not compile. */
export type RouteRules = Readonly<Record<RouteId, RouteRule>>;

const ROUTE_RULES: RouteRules = {
  // every command starts with these; contact persons in the profile need operations of their own
  tenant: [],
  tenantRevision: [],
  setTenant: ["tenant.write"],
  users: ["users.read"],
  findUsers: ["users.read"],
  exportUsers: ["users.read"],
  userHistory: ["users.read"],
  createUser: ({ asker }) => getUserCreationOperations(asker),
  editUser: ["users.write"],
  moveUsers: ["users.move"],
  findDependents: DEPENDENTS_READS,
  leaveUsers: [...DEPENDENTS_READS, "accounts.write", "devices.note"],
  fields: ["fields.read"],
  field: ["fields.read"],
  addField: ["fields.write"],
  removeField: ["fields.write"],
  devices: ["devices.read"],
  findDevices: ["devices.read"],
  deviceHistory: ["devices.read"],
  exportDevices: ["devices.read"],
  createDevice: ["devices.write"],
  editDevice: getDeviceEditOperations,
  setDeviceOwner: ["devices.write"],
  tagDevices: ["devices.note"],
  consoleTasks: ["console.read"],
  consoleTask: ["console.read"],
  confirmConsoleTasks: ["console.write"],
  createImport: getImportStartOperations,
  planDeletion: getDeletionOperations,
  uploadImport: getImportAccessOperations,
  // users see only those imports that they could create
  imports: ["users.read"],
  import: ["users.read"],
  importRows: ["users.read"],
  importProblems: ["users.read"],
  commitImport: getImportAccessOperations,
  checkImport: getImportAccessOperations,
  replanImport: getImportAccessOperations,
  verifyTask: getImportAccessOperations,
  undoChange: getImportAccessOperations,
  dropConsoleTasks: ["console.write"],
  discardImport: getImportAccessOperations,
  // the export reports which resources the actor may not read
  exportAll: [],
  planRestore: RESTORE_OPERATIONS,
  restore: RESTORE_OPERATIONS,
  listRenewals: ["renewals.read"],
  addRenewal: ["renewals.write"],
  editRenewal: ["renewals.write"],
  confirmRenewal: ["renewals.write"],
  removeRenewal: ["renewals.write"],
  // reminders contain personal names
  listNotices: ["renewals.write"],
  claimNotice: ["renewals.write"],
  settleNotice: ["renewals.write"],
};

/**
 * The operation needed to read a resource of an export; null: none. `ofOrgs` is true if an export that is limited to
 * some organisations includes the resource, because it consists of organisations or belongs to them.
 */
export type ResourceReadRule = readonly [needs: Operation | null, ofOrgs?: true];

export const RESOURCE_READ_RULES = {
  tenant: [null],
  "account-settings": ["accounts.read"],
  // custom fields do not belong to an organisation, but users of all organisations have values in them
  "custom-fields": ["fields.read", true],
  orgs: ["orgs.read", true],
  // schemes do not belong to an organisation either, but they determine the permissions of accounts
  schemes: ["schemes.read", true],
  users: ["users.read", true],
  accounts: ["accounts.read", true],
  administrators: ["accounts.read", true],
  "secured-groups": ["secured.read"],
  "secured-users": ["secured.read"],
  devices: ["devices.read", true],
  "ade-server": ["apple.read"],
  "ade-devices": ["apple.read"],
  renewals: ["renewals.read"],
  answers: ["handover.read"],
  // console values include all values of deleted records
  observed: ["handover.read"],
  "console-tasks": ["console.read"],
  audit: ["audit.verify"],
} as const satisfies Readonly<Record<ResourceName, ResourceReadRule>>;

/**
 * Returns the rights that a request needs. @throws TypeError if the route does not have a rule; such a route is never
 * permitted
 */
export const getNeededRights = (route: string, asked: RuleRequest): readonly NeededRight[] => {
  const { [route as RouteId]: rule } = ROUTE_RULES as Readonly<Partial<Record<RouteId, RouteRule>>>;
  if (rule === undefined) throw new TypeError(`the route ${route} has no rule`);
  return typeof rule === "function" ? rule(asked) : rule;
};
