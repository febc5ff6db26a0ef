import { ACCOUNT, ACCOUNT_SETTINGS } from "../../nouns/account.ts";
import { SECURED_APPS } from "../../nouns/secured-user.ts";
import { operation, type InputKit } from "./operation.ts";
import { readOperations } from "./record-operations.ts";
import { readAllRecords, streamList } from "../ledger/lists.ts";
import { ACCOUNTS, readAccountSettings, ROLE_HOLDERS, SUPPORT_ACCOUNTS, SCHEMES } from "../ledger/account-rows.ts";

const { fields: FIELDS } = ACCOUNT;

const buildPasswordMembers = ({ z }: InputKit) => ({
  password: z.string().optional().meta({ description: "not needed by a dry run" }),
  passwordInConsole: z.boolean().optional().meta({ description: "true: set in the console; only in a mirror" }),
});

const buildAccountMembers = (kit: InputKit) => {
  const { z, Id, newValueSchema, writeOptions } = kit;
  return {
    name: newValueSchema(FIELDS.name).optional(),
    role: z.enum(FIELDS.role.choices).optional(),
    scheme: z.string().min(1).optional().meta({ description: "name or ID of the scheme" }),
    managedOrgs: z.array(Id).max(1000).optional(),
    managesAll: z.boolean().optional(),
    supportOption: z.boolean().optional(),
    noticeMail: z.boolean().optional(),
    language: z.enum(FIELDS.language.choices).nullable().optional(),
    timezone: newValueSchema(FIELDS.timezone).nullable().optional().meta({ description: "such as Asia/Tokyo" }),
    memo: newValueSchema(FIELDS.memo).nullable().optional(),
    ...buildPasswordMembers(kit),
    ...writeOptions,
  };
};

export const accounts = {
  ...readOperations({ noun: "accounts", list: ACCOUNTS, needs: "accounts.read" }),
  list: operation({
    route: "GET /v1/accounts",
    about: "List accounts, sorted by name",
    input: ({ z, listQuery, buildSearchFilters, queryFlag }) =>
      z.strictObject({
        ...listQuery,
        ...buildSearchFilters("the accounts of users in this organisation"),
        role: z.enum(FIELDS.role.choices).optional(),
        supported: queryFlag.meta({ description: "true: only accounts with the support option" }),
      }),
    needs: ["accounts.read"],
    result: "list",
    run: ({ store }, { supported, ...query }) => {
      const all = (query.role ?? "none") === "none" ? ACCOUNTS : ROLE_HOLDERS;
      return streamList(store, supported === true ? SUPPORT_ACCOUNTS : all, query);
    },
  }),
  settings: operation({
    route: "GET /v1/accounts/settings",
    about: "Get the authentication type, and what account names are built from",
    needs: ["accounts.read"],
    run: ({ session }) => session.read(readAccountSettings),
  }),
  setSettings: operation({
    route: "PUT /v1/accounts/settings",
    about: "Set the authentication type, and what the names of new accounts are built from",
    input: ({ z, newValueSchema, writeOptions }) =>
      z.strictObject({
        composition: z.enum(ACCOUNT_SETTINGS.fields.composition.choices).optional(),
        authentication: newValueSchema(ACCOUNT_SETTINGS.fields.authentication).nullable().optional(),
        ...writeOptions,
      }),
    needs: ["accounts.settings"],
    run: async ({ session }, given) => (await import("./accounts.ts")).updateAccountSettings(session, given),
  }),
  create: operation({
    route: "POST /v1/accounts",
    about: "Create a CLOMO account for a user",
    input: (kit) =>
      kit.z.strictObject({ user: kit.Id, ...buildAccountMembers(kit), alreadyInConsole: kit.z.boolean().optional() }),
    needs: ["accounts.write"],
    once: ["password"],
    run: async ({ session }, given) => (await import("./accounts.ts")).createAccount(session, given),
  }),
  edit: operation({
    route: "PATCH /v1/accounts/{id}",
    about: "Change a CLOMO account",
    input: (kit) => kit.z.strictObject(buildAccountMembers(kit)),
    needs: ["accounts.write"],
    run: async ({ session }, given, { id }) => (await import("./accounts.ts")).editAccount(session, id, given),
  }),
  revoke: operation({
    route: "POST /v1/accounts/{id}/revoke",
    about: "Revoke the role of a CLOMO account (管理者権限を付与しない)",
    input: ({ z, writeOptions }) => z.strictObject(writeOptions),
    needs: ["accounts.write"],
    once: true,
    run: async ({ session }, given, { id }) => (await import("./accounts.ts")).revokeRole(session, id, given),
  }),
  resetPassword: operation({
    route: "POST /v1/accounts/{id}/reset-password",
    about: "Set a new password for a CLOMO account",
    input: (kit) =>
      kit.z.strictObject({
        ...buildPasswordMembers(kit),
        forSignIn: kit.z
          .boolean()
          .optional()
          .meta({ description: "true: for a server of this mirror, not the console's" }),
        ...kit.writeOptions,
      }),
    needs: ["accounts.write"],
    once: ["password"],
    run: async ({ session }, given, { id }) => (await import("./accounts.ts")).resetPassword(session, id, given),
  }),
  transfer: operation({
    route: "POST /v1/accounts/{id}/transfer",
    about: "Transfer an account's support option, system administrator role and renewal items to a successor",
    input: ({ z, Id, writeOptions }) => z.strictObject({ to: Id, ...writeOptions }),
    needs: ["accounts.write", "accounts.roles", "renewals.write"],
    run: async ({ session }, given, { id }) =>
      (await import("./handover-transfer.ts")).transferAccount(session, id, given),
  }),
};

export const roles = {
  schemes: operation({
    route: "GET /v1/roles/schemes",
    about: "List permission schemes, sorted by name",
    needs: ["schemes.read"],
    run: ({ session }) => session.read((reader) => readAllRecords(reader, SCHEMES)),
  }),
  createScheme: operation({
    route: "POST /v1/roles/schemes",
    about: "Create a permission scheme",
    input: ({ newRecordSchema }) => newRecordSchema(SCHEMES.thing.fields),
    needs: ["schemes.write"],
    once: true,
    run: async ({ session }, given) => (await import("./schemes.ts")).createScheme(session, given),
  }),
  scheme: operation({
    route: "GET /v1/roles/schemes/{id}",
    about: "Get a permission scheme and the accounts that have it",
    needs: ["schemes.read"],
    run: async ({ session }, _, { id }) => {
      const { readSchemeWithHolders } = await import("./schemes.ts");
      return session.read((reader) => readSchemeWithHolders(reader, id));
    },
  }),
  editScheme: operation({
    route: "PATCH /v1/roles/schemes/{id}",
    about: "Rename a permission scheme, or change its items",
    input: ({ recordChangeSchema }) => recordChangeSchema(SCHEMES.thing.fields),
    needs: ["schemes.write"],
    run: async ({ session }, given, { id }) => (await import("./schemes.ts")).editScheme(session, id, given),
  }),
  deleteSchemes: operation({
    route: "POST /v1/roles/schemes/delete",
    about: "Delete permission schemes that no account has, all of them or none",
    input: ({ z, recordIdList, writeOptions }) => z.strictObject({ ...recordIdList, ...writeOptions }),
    needs: ["schemes.write"],
    run: async ({ session }, given) => (await import("./schemes.ts")).deleteSchemes(session, given),
  }),
};

const buildKindPath = ({ z }: InputKit) => ({ kind: z.enum(["users", ...SECURED_APPS]) });

export const administrators = {
  list: operation({
    route: "GET /v1/administrators/{kind}",
    about: "List the users who are marked as administrators, and when this was last recorded",
    path: buildKindPath,
    needs: (_actor, _given, { kind }) => [kind === "users" ? "accounts.read" : "secured.read"],
    run: async ({ session }, _, { kind }) => {
      const { readAdministratorList } = await import("./administrators.ts");
      return session.read((reader) => readAdministratorList(reader, kind));
    },
  }),
  confirm: operation({
    route: "POST /v1/administrators/{kind}",
    about: "Confirm that there are no administrators other than those marked here",
    path: buildKindPath,
    needs: (_actor, _given, { kind }) => [kind === "users" ? "accounts.roles" : "secured.write"],
    once: true,
    run: async ({ session }, _, { kind }) => (await import("./administrators.ts")).confirmAdministrators(session, kind),
  }),
};

export type { AccountNameComposition } from "../../model/composition.ts";
export type { TransferResult } from "./handover-transfer.ts";
export type { WrittenAccount, WrittenAccountSettings } from "./accounts.ts";
export type { Administrators } from "./administrators.ts";
export type { DeletedSchemes, Scheme, SchemeDetail, WrittenScheme } from "./schemes.ts";
