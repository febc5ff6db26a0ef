import { z } from "zod";
import { ACCOUNT, ACCOUNT_SETTINGS, RENAMING, SENT_CODE } from "../model/account.ts";
import { exampleId, exampleOf } from "../model/thing.ts";
import { RecordHistory } from "./history.ts";
import { flag, byName, filters, paging, searching } from "./queries.ts";
import { get, items, json, list, patch, post, put } from "./route.ts";
import { byId, Id, named, seeing } from "./shapes.ts";
import { lineSchema, newValue, recordSchema, withExample } from "./thing-schema.ts";
import { written, writing } from "./written.ts";

/** A CLOMO account: what a user has besides the user's own. Its id is the user's. */
const Account = named("Account", recordSchema(ACCOUNT.fields));

/** An account as it was, and as it is by now. */
const WrittenAccount = named("WrittenAccount", written(Account));

const AccountSettings = named("AccountSettings", recordSchema(ACCOUNT_SETTINGS.fields));

const WrittenAccountSettings = named("WrittenAccountSettings", written(AccountSettings));

/** A code that was mailed. */
const SentCode = named("SentResetCode", recordSchema(SENT_CODE));

/** How the names of existing accounts would be; `first` are those that are not so. */
const Renamings = named(
  "AccountRenamings",
  withExample(
    z.object({
      accounts: z.int(),
      same: z.int(),
      lacking: z.int(),
      clashing: z.int(),
      first: z.array(recordSchema(RENAMING)),
    }),
    () => ({ accounts: 120, same: 118, lacking: 1, clashing: 0, first: [exampleOf(RENAMING)] }),
  ),
);

/** What a successor took over, all of it or nothing. */
const TransferResult = named(
  "TransferResult",
  withExample(
    z.object({
      accounts: z
        .array(z.object({ before: Account, after: Account, consoleTask: z.int().nullable() }))
        .meta({ description: "in the order in which they were changed" }),
      renewals: z
        .array(z.object({ id: Id, name: z.string(), before: z.string(), after: z.string() }))
        .meta({ description: "those with another owner: who that was, and is" }),
      dryRun: z.boolean(),
    }),
    () => ({
      accounts: [{ before: exampleOf(ACCOUNT.fields), after: exampleOf(ACCOUNT.fields), consoleTask: null }],
      renewals: [{ id: exampleId(8), name: "本社", before: "taro@example.co.jp", after: "hanako@example.co.jp" }],
      dryRun: false,
    }),
  ),
);

const Role = z.enum(ACCOUNT.fields.role.choices);
const Language = z.enum(ACCOUNT.fields.language.choices).nullable();

const ROLE_MEMBERS = {
  role: Role.optional(),
  scheme: z.string().min(1).optional().meta({ description: "of a custom administrator: a scheme's name or id" }),
  managedOrgs: z.array(Id).max(1000).optional().meta({ description: "of division and custom administrators" }),
  managesAll: z.boolean().optional().meta({ description: "true: of a custom administrator, all organisations (全て)" }),
  supportOption: z.boolean().optional().meta({ description: "of system administrators, on at most five accounts" }),
  noticeMail: z.boolean().optional().meta({ description: "only with the support option" }),
  language: Language.optional(),
  timezone: newValue(ACCOUNT.fields.timezone).nullable().optional().meta({ description: "an IANA name" }),
  memo: newValue(ACCOUNT.fields.memo).nullable().optional(),
  password: z
    .string()
    .optional()
    .meta({ description: "kept as a verifier alone; a mirror keeps none, and a dry run needs none" }),
  passwordInConsole: z.boolean().optional().meta({ description: "of a mirror: the password was set in the console" }),
  ...writing,
};

const name = newValue(ACCOUNT.fields.name).meta({
  description: "unique in the tenant; it can be changed, and is never cleared",
});

const EXAMPLE = { role: "operator", language: "ja" };

export default {
  description: "CLOMO accounts (CLOMO アカウント) of PANEL users, and the roles of administrators",
  routes: {
    list: get("/v1/accounts", {
      id: "accounts",
      summary: "CLOMO accounts, page by page",
      query: {
        ...paging,
        ...filters,
        ...searching({ org: "the accounts of users directly in it", text: "part of any text of an account" }),
        role: Role.optional(),
        supported: flag.meta({ description: "true: only those that hold the support option" }),
      },
      answer: list(Account, lineSchema(ACCOUNT.fields), "Accounts in the order in which their users were made"),
    }),
    find: get("/v1/accounts/find", {
      id: "findAccounts",
      summary: "CLOMO accounts by name, or by id, mail address or employee code of the user",
      query: byName,
      answer: items(Account, "Accounts whose name matches, or a name of the user"),
    }),
    history: get("/v1/accounts/history", {
      id: "accountHistory",
      summary: "Every version of CLOMO accounts, also of deleted ones",
      query: byName,
      answer: items(
        RecordHistory,
        "Accounts whose id, name, mail address or employee code matches, and those that had it before",
      ),
    }),
    settings: get("/v1/accounts/settings", {
      id: "accountSettings",
      summary: "What account names are composed of, and the authentication type",
      answer: json(AccountSettings, "The settings"),
    }),
    setSettings: put("/v1/accounts/settings", {
      id: "setAccountSettings",
      summary: "Set what the names of new accounts are composed of, and the authentication type",
      body: named(
        "AccountSettingsChange",
        withExample(
          z.strictObject({
            composition: z.enum(ACCOUNT_SETTINGS.fields.composition.choices).optional(),
            authentication: newValue(ACCOUNT_SETTINGS.fields.authentication).nullable().optional(),
            ...seeing,
            ...writing,
          }),
          () => ({ composition: "free-text" }),
        ),
      ),
      answer: json(WrittenAccountSettings, "The settings"),
      fails: ["input-rejected", "conflict"],
    }),
    renamings: get("/v1/accounts/renamings", {
      id: "accountRenamings",
      summary: "How the names of existing accounts would be by a composition",
      query: { composition: z.enum(ACCOUNT_SETTINGS.fields.composition.choices) },
      answer: json(Renamings, "How many would have another name, and the first of them"),
    }),
    create: post("/v1/accounts", {
      id: "createAccount",
      summary: "Give a user a CLOMO account",
      body: named(
        "NewAccount",
        withExample(z.strictObject({ user: Id, name: name.optional(), ...ROLE_MEMBERS }), () => ({
          user: ACCOUNT.fields.id.example,
          name: "hanako01",
        })),
      ),
      answer: json(WrittenAccount, "The account"),
      status: 201,
      fails: ["input-rejected", "not-found"],
    }),
    edit: patch("/v1/accounts/{id}", {
      id: "editAccount",
      summary: "Change a CLOMO account",
      params: byId,
      body: named(
        "AccountChange",
        withExample(z.strictObject({ name: name.optional(), ...ROLE_MEMBERS }), () => ({ name: "hanako02" })),
      ),
      answer: json(WrittenAccount, "The account"),
      fails: ["input-rejected"],
    }),
    grant: post("/v1/accounts/{id}/grant", {
      id: "grantRole",
      summary: "Give a CLOMO account a role, or what belongs to one",
      params: byId,
      body: named(
        "Grant",
        withExample(z.strictObject(ROLE_MEMBERS), () => EXAMPLE),
      ),
      answer: json(WrittenAccount, "The account"),
      fails: ["input-rejected", "not-found"],
    }),
    revoke: post("/v1/accounts/{id}/revoke", {
      id: "revokeRole",
      summary: "Take the role of a CLOMO account away (管理者権限を付与しない)",
      params: byId,
      body: named(
        "Revocation",
        withExample(z.strictObject(writing), () => ({})),
      ),
      answer: json(WrittenAccount, "The account"),
      fails: ["input-rejected", "not-found"],
    }),
    resetPassword: post("/v1/accounts/{id}/reset-password", {
      id: "resetPassword",
      summary: "Set the password of a CLOMO account anew",
      params: byId,
      body: named(
        "PasswordReset",
        withExample(
          z.strictObject({
            password: ROLE_MEMBERS.password,
            passwordInConsole: ROLE_MEMBERS.passwordInConsole,
            ...writing,
          }),
          () => ({ password: "Invented1" }),
        ),
      ),
      answer: json(WrittenAccount, "The account"),
      fails: ["input-rejected", "not-found"],
    }),
    transfer: post("/v1/accounts/{id}/transfer", {
      id: "transferAccount",
      summary:
        "Give what an account has to a successor: the support option, the role of a system administrator, renewals",
      params: byId,
      body: named(
        "Transfer",
        withExample(
          z.strictObject({ to: Id.meta({ description: "the user who takes over" }), ...seeing, ...writing }),
          () => ({ to: exampleId(102) }),
        ),
      ),
      answer: json(TransferResult, "What was changed, in its order"),
      fails: ["input-rejected", "not-found", "conflict"],
    }),
    sendResetCode: post("/v1/accounts/{id}/reset-code", {
      id: "sendResetCode",
      summary: "Mail a code by which the person sets a new password; it takes the place of the one before",
      params: byId,
      body: named(
        "ResetCodeRequest",
        withExample(
          z.strictObject({ address: z.string().meta({ description: "one of the mail addresses of the account" }) }),
          () => ({ address: ACCOUNT.fields.emails.example[0] }),
        ),
      ),
      answer: json(SentCode, "To whom it was sent, and how long it holds"),
      fails: ["input-rejected", "not-found", "unavailable"],
    }),
    resetWithCode: post("/v1/accounts/{id}/reset-with-code", {
      id: "resetWithCode",
      summary: "Set a new password by the code that was mailed, which is used up by that",
      params: byId,
      body: named(
        "ResetByCode",
        withExample(z.strictObject({ code: z.string().min(1).max(100), password: z.string() }), () => ({
          code: "7K2M-04QX-9TRB",
          password: "Invented1",
        })),
      ),
      answer: json(WrittenAccount, "The account"),
      fails: ["input-rejected", "not-found"],
    }),
  },
};

export type { Account } from "../model/account.ts";
export type { AccountSettings, SentCode } from "../model/account.ts";
export type { Composition } from "../model/composition.ts";
export type AccountRenamings = z.infer<typeof Renamings>;
export type WrittenAccountSettings = z.infer<typeof WrittenAccountSettings>;
export type TransferResult = z.infer<typeof TransferResult>;
export type WrittenAccount = z.infer<typeof WrittenAccount>;
