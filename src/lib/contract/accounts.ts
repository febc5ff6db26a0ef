import { z } from "zod";
import { ACCOUNT, ACCOUNT_SETTINGS } from "../model/account.ts";
import { createExampleId, buildExampleRecord } from "../model/thing.ts";
import { RecordHistory } from "./history.ts";
import { queryFlag, byName, filters, paging, buildSearchFilters } from "./queries.ts";
import { get, itemsResponse, jsonResponse, listResponse, patch, post, put } from "./route.ts";
import { byId, Id, nameSchema, seenRevision } from "./shapes.ts";
import { lineSchema, newValueSchema, recordSchema, withExample } from "./thing-schema.ts";
import { writeResultSchema, writeOptions } from "./write-requests.ts";

const Account = nameSchema("Account", recordSchema(ACCOUNT.fields));

/** An account before and after a change. */
const WrittenAccount = nameSchema("WrittenAccount", writeResultSchema(Account));

const AccountSettings = nameSchema("AccountSettings", recordSchema(ACCOUNT_SETTINGS.fields));

const WrittenAccountSettings = nameSchema("WrittenAccountSettings", writeResultSchema(AccountSettings));

const TransferResult = nameSchema(
  "TransferResult",
  withExample(
    z.object({
      accounts: z
        .array(z.object({ before: Account, after: Account, consoleTask: z.int().nullable() }))
        .meta({ description: "the changed accounts, in the order of the changes" }),
      renewals: z
        .array(z.object({ id: Id, name: z.string(), before: z.string(), after: z.string() }))
        .meta({ description: "renewal items whose owner changed, with the former and the new owner" }),
      dryRun: z.boolean(),
    }),
    () => ({
      accounts: [
        { before: buildExampleRecord(ACCOUNT.fields), after: buildExampleRecord(ACCOUNT.fields), consoleTask: null },
      ],
      renewals: [{ id: createExampleId(8), name: "本社", before: "taro@example.co.jp", after: "hanako@example.co.jp" }],
      dryRun: false,
    }),
  ),
);

const RoleChoice = z.enum(ACCOUNT.fields.role.choices);
const LanguageChoice = z.enum(ACCOUNT.fields.language.choices).nullable();

const ROLE_MEMBERS = {
  role: RoleChoice.optional(),
  scheme: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "name or ID of the scheme; only for custom administrators" }),
  managedOrgs: z
    .array(Id)
    .max(1000)
    .optional()
    .meta({ description: "IDs of the managed organisations; only for division and custom administrators" }),
  managesAll: z
    .boolean()
    .optional()
    .meta({ description: "true: all organisations (全て); only for custom administrators" }),
  supportOption: z
    .boolean()
    .optional()
    .meta({ description: "only for system administrators; at most five accounts can have the support option" }),
  noticeMail: z.boolean().optional().meta({ description: "requires the support option" }),
  language: LanguageChoice.optional(),
  timezone: newValueSchema(ACCOUNT.fields.timezone)
    .nullable()
    .optional()
    .meta({ description: "IANA name of the time zone, such as Asia/Tokyo" }),
  memo: newValueSchema(ACCOUNT.fields.memo).nullable().optional(),
  password: z.string().optional().meta({
    description:
      "only a verifier of the password is stored, and none without a role or in a mirror; a dry run does not need the password",
  }),
  passwordInConsole: z
    .boolean()
    .optional()
    .meta({ description: "true: the password was set in the console; only in a mirror" }),
  ...writeOptions,
};

const accountName = newValueSchema(ACCOUNT.fields.name).meta({
  description: "unique in the tenant; can be changed, but not cleared",
});

export default {
  description: "CLOMO accounts (CLOMO アカウント) of PANEL users, and the roles of administrators",
  routes: {
    list: get("/v1/accounts", {
      id: "accounts",
      summary: "List CLOMO accounts, page by page",
      query: {
        ...paging,
        ...filters,
        ...buildSearchFilters("the accounts of users in this organisation"),
        role: RoleChoice.optional(),
        supported: queryFlag.meta({ description: "true: only accounts with the support option" }),
      },
      answer: listResponse(
        Account,
        lineSchema(ACCOUNT.fields),
        "Accounts, in the order in which their users were created",
      ),
    }),
    find: get("/v1/accounts/find", {
      id: "findAccounts",
      summary: "Find CLOMO accounts by name, or by ID, email address or employee code of the user",
      query: byName,
      answer: itemsResponse(
        Account,
        "Accounts whose name matches, or whose user matches by ID, email address or employee code",
      ),
    }),
    history: get("/v1/accounts/history", {
      id: "accountHistory",
      summary: "Get all versions of CLOMO accounts, including deleted accounts",
      query: byName,
      answer: itemsResponse(
        RecordHistory,
        "Accounts whose ID, name, email address or employee code matches, or matched in an earlier version",
      ),
    }),
    settings: get("/v1/accounts/settings", {
      id: "accountSettings",
      summary: "Get the authentication type, and what account names are built from",
      answer: jsonResponse(AccountSettings, "The settings"),
    }),
    setSettings: put("/v1/accounts/settings", {
      id: "setAccountSettings",
      summary: "Set the authentication type, and what the names of new accounts are built from",
      body: nameSchema(
        "AccountSettingsChange",
        withExample(
          z.strictObject({
            composition: z.enum(ACCOUNT_SETTINGS.fields.composition.choices).optional(),
            authentication: newValueSchema(ACCOUNT_SETTINGS.fields.authentication).nullable().optional(),
            ...seenRevision,
            ...writeOptions,
          }),
          () => ({ composition: "free-text" }),
        ),
      ),
      answer: jsonResponse(WrittenAccountSettings, "The settings"),
      fails: ["input-rejected", "conflict"],
    }),
    create: post("/v1/accounts", {
      id: "createAccount",
      isRepeatable: true,
      summary: "Create a CLOMO account for a user",
      body: nameSchema(
        "NewAccount",
        withExample(z.strictObject({ user: Id, name: accountName.optional(), ...ROLE_MEMBERS }), () => ({
          user: ACCOUNT.fields.id.example,
          name: "hanako01",
        })),
      ),
      answer: jsonResponse(WrittenAccount, "The account"),
      status: 201,
      fails: ["input-rejected", "not-found"],
    }),
    edit: patch("/v1/accounts/{id}", {
      id: "editAccount",
      summary: "Change a CLOMO account",
      params: byId,
      body: nameSchema(
        "AccountChange",
        withExample(z.strictObject({ name: accountName.optional(), ...ROLE_MEMBERS }), () => ({ name: "hanako02" })),
      ),
      answer: jsonResponse(WrittenAccount, "The account"),
      fails: ["input-rejected"],
    }),
    revoke: post("/v1/accounts/{id}/revoke", {
      id: "revokeRole",
      isRepeatable: true,
      summary: "Revoke the role of a CLOMO account (管理者権限を付与しない)",
      params: byId,
      body: nameSchema(
        "Revocation",
        withExample(z.strictObject(writeOptions), () => ({})),
      ),
      answer: jsonResponse(WrittenAccount, "The account"),
      fails: ["input-rejected", "not-found"],
    }),
    resetPassword: post("/v1/accounts/{id}/reset-password", {
      id: "resetPassword",
      isRepeatable: true,
      summary: "Set a new password for a CLOMO account",
      params: byId,
      body: nameSchema(
        "PasswordReset",
        withExample(
          z.strictObject({
            password: ROLE_MEMBERS.password,
            passwordInConsole: ROLE_MEMBERS.passwordInConsole,
            forSignIn: z.boolean().optional().meta({
              description:
                "true: the password is only for signing in to a server of this mirror; it is not the console's, and its hash is stored here",
            }),
            ...writeOptions,
          }),
          () => ({ password: "Invented1" }),
        ),
      ),
      answer: jsonResponse(WrittenAccount, "The account"),
      fails: ["input-rejected", "not-found"],
    }),
    transfer: post("/v1/accounts/{id}/transfer", {
      id: "transferAccount",
      summary: "Transfer an account's support option, system administrator role and renewal items to a successor",
      params: byId,
      body: nameSchema(
        "Transfer",
        withExample(
          z.strictObject({
            to: Id.meta({ description: "ID of the user who takes over" }),
            ...seenRevision,
            ...writeOptions,
          }),
          () => ({ to: createExampleId(102) }),
        ),
      ),
      answer: jsonResponse(TransferResult, "The changes, in the order in which they were made"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
  },
};

export type { Account } from "../model/account.ts";
export type { AccountSettings } from "../model/account.ts";
export type { AccountNameComposition } from "../model/composition.ts";
export type WrittenAccountSettings = z.infer<typeof WrittenAccountSettings>;
export type TransferResult = z.infer<typeof TransferResult>;
export type WrittenAccount = z.infer<typeof WrittenAccount>;
