import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import type { Database } from "./database.ts";
import { APPLICATION_ID, FIRST_SCHEMA_VERSION, createPreReleaseFailure } from "./identity.ts";

const ROOT_ORG_ID = "00000000-0000-7000-8000-000000000001";

/** The record number of the root organisation. */
export const ROOT_ORG_PK = 1;

/**
 * The schema of the first release, and the rows that every tenant has.
 *
 * Columns have the names of the model's fields, so that an import can map the columns of a file to the columns of a
 * table without a separate list. `pk` is the record number, which is never reused (undoing a deletion restores the
 * number). `id` is the record's UUIDv7, and `revision` is the revision of the collection that last changed the record.
 * A `…Key` column contains the key by which values are compared; it is null if the value itself is the key.
 */
const FIRST_SCHEMA_SQL = `
  create table tenant (
    pk integer primary key check (pk = 1), name text not null, mirroredAt text, createdAt text not null);
  create table tenant_profile (
    pk integer primary key check (pk = 1), domain text, loginUrl text, mdmAddress text, contactName text,
    contactMail text, contactPhone text, contracts text not null, ios integer, macos integer, android integer,
    windows integer, ade integer, vpp integer, gate integer, securedApps integer, mobileAppPortal integer,
    androidAccounts text, consoleTimezone text, languages text not null);
  create table collection (
    name text primary key, revision integer not null, last integer not null default 0) without rowid;

  create table org (
    pk integer primary key autoincrement, id text not null unique, parent integer references org (pk), name text not null,
    code text, codeKey text, createdAt text not null, updatedAt text not null, revision integer not null, nameKey text);
  create unique index org_code on org (coalesce(codeKey, code));
  create index org_parent on org (parent);

  create table custom_field (
    pk integer primary key autoincrement, id text not null unique, name text not null, nameKey text not null unique,
    createdAt text not null);

  create table user (
    pk integer primary key autoincrement, id text not null, name text not null, nameKana text, emails text not null,
    org integer not null references org (pk), title text, employeeCode text, upn text, addressType text,
    postalCode text, address text, tel text, extension text, fax text, accountName text, accountPasswordSetAt text,
    custom text not null default '{}', administrator integer not null default 0, createdAt text not null,
    updatedAt text not null, revision integer not null, nameKey text, emailKeys text, employeeCodeKey text, upnKey text,
    accountKey text, googleWorkspaceEmail text, salesforceAccount text);
  create unique index user_id on user (id);
  create unique index user_account on user (coalesce(accountKey, accountName));
  create index user_administrator on user (pk) where administrator = 1;
  create table user_email (emailKey text primary key, user integer not null, main integer not null) without rowid;

  -- a user's CLOMO account, except for its name; the row of a deleted user is kept for an undo, but does not mean that
  -- the account exists
  create table account (
    user integer primary key, role text not null default 'none', scheme integer references scheme (pk),
    managedOrgs text, supportOption integer not null default 0, noticeMail integer not null default 0, language text,
    timezone text, memo text, verifier text, createdAt text not null, updatedAt text not null, revision integer not null);
  create index account_role on account (role) where role <> 'none';
  create table scheme (
    pk integer primary key, id text not null unique, name text not null, nameKey text, operations text not null,
    createdAt text not null, updatedAt text not null, revision integer not null);
  create unique index scheme_name on scheme (coalesce(nameKey, name));
  create table account_settings (
    pk integer primary key check (pk = 1), composition text not null, authentication text);
  create table reset_code (
    user integer primary key, verifier text not null, addressKey text not null, expiresAt text not null,
    tries integer not null default 0);
  create trigger user_gone after delete on user begin
    update account set verifier = null where user = old.pk;
    delete from reset_code where user = old.pk;
  end;
  create table administrators_known (kind text primary key, at text not null, actor text not null) without rowid;

  create table secured_user (
    pk integer primary key autoincrement, id text not null, app text not null, userId text not null,
    displayName text not null, nameSort text not null, description text, groups text not null default '[]',
    fileManager text, groupManager text, imapMailAccountName text, imapMailAddress text, imapUserName text,
    imapDomain text, imapAccount text, imapMailAccountDescription text, imapIncomingServer text, imapIncomingPort text,
    imapIncomingSsl text, imapOutgoingServer text, imapOutgoingPort text, imapOutgoingSsl text,
    exchangeServerAccountName text, exchangeMailAccountName text, exchangeMailAddress text, accountType text,
    mailAddress text, exchangeDomain text, exchangeAccount text, exchangeServerAccountDescription text,
    exchangeMailAccountDescription text, exchangeServer text, exchangeSsl text, microsoft365AccountName text,
    microsoft365MailAddress text, microsoft365AccountDescription text, proxyEnabled text, proxyHost text,
    proxyPort text, proxyUser text, secrets text not null default '{}', administrator integer not null default 0,
    createdAt text not null, updatedAt text not null, revision integer not null, displayNameKey text, groupKeys text,
    device text, licenceException integer not null default 0);
  create unique index secured_user_pk on secured_user (id);
  create unique index secured_user_user_id on secured_user (app, userId);
  create index secured_user_administrator on secured_user (app, userId) where administrator = 1;
  create table secured_group (
    pk integer primary key, id text not null unique, app text not null, name text not null, nameKey text,
    createdAt text not null, revision integer not null);
  create unique index secured_group_name on secured_group (app, coalesce(nameKey, name));

  -- serial numbers are compared without case
  create table device (
    pk integer primary key, id text not null unique, serialNumber text not null, serialKey text, platform text,
    status text, identificationName text, identificationNameKey text, imei text, phoneNumber text, wifiMac text,
    androidId text, owner integer references user (pk), memo text, createdAt text not null, updatedAt text not null,
    revision integer not null, androidMode text,
    ownerOrg integer references org (pk) check (owner is null or ownerOrg is null),
    tags text not null default '[]', tagKeys text);
  create unique index device_serial on device (upper(coalesce(serialKey, serialNumber)));
  create index device_owner on device (owner) where owner is not null;

  create table import (
    pk integer primary key, id text not null unique, kind text not null, state text not null, createdAt text not null,
    etag text, revision integer, change integer unique, detail text not null);
  create index import_revision on import (revision);

  -- Each change, by the number of its audit record, and the states of records before the change. The columns of a
  -- thing's versions are those of its 'versioned' (src/lib/model); a test compares them.
  create table change (number integer primary key, revision integer unique, writer text not null, import integer,
    undoes integer, undoneBy integer);
  create index change_import on change (import) where import is not null;
  create table org_version (pk integer not null, revision integer not null, action text not null, changed integer,
    name, nameKey, code, codeKey, parent, id, createdAt, updatedAt, primary key (pk, revision)) without rowid;
  create index org_version_revision on org_version (revision);
  create table user_version (pk integer not null, revision integer not null, action text not null, changed integer,
    name, nameKey, nameKana, emails, emailKeys, org, title, employeeCode, employeeCodeKey, upn, upnKey, addressType,
    postalCode, address, tel, extension, fax, googleWorkspaceEmail, salesforceAccount, accountName, accountKey,
    accountPasswordSetAt, administrator, custom, id, createdAt, updatedAt, primary key (pk, revision)) without rowid;
  create index user_version_revision on user_version (revision);
  create table custom_field_version (pk integer not null, revision integer not null, action text not null, changed
    integer, name, nameKey, id, createdAt, primary key (pk, revision)) without rowid;
  create index custom_field_version_revision on custom_field_version (revision);
  create table device_version (pk integer not null, revision integer not null, action text not null, changed integer,
    serialNumber, serialKey, platform, status, identificationName, identificationNameKey, imei, phoneNumber, wifiMac,
    androidId, owner, memo, androidMode, ownerOrg, tags, tagKeys, id, createdAt, updatedAt, primary key (pk,
    revision)) without rowid;
  create index device_version_revision on device_version (revision);
  create table secured_user_version (pk integer not null, revision integer not null, action text not null, changed
    integer, userId, displayName, displayNameKey, nameSort, description, groups, groupKeys, device, licenceException,
    secrets, administrator, fileManager, groupManager, imapMailAccountName, imapMailAddress, imapUserName,
    imapMailAccountDescription, imapIncomingServer, imapIncomingPort, imapIncomingSsl, imapOutgoingServer,
    imapOutgoingPort, imapOutgoingSsl, exchangeServerAccountName, exchangeMailAddress, exchangeDomain,
    exchangeAccount, exchangeServerAccountDescription, exchangeServer, exchangeSsl, proxyEnabled, proxyHost,
    proxyPort, proxyUser, imapDomain, imapAccount, exchangeMailAccountName, exchangeMailAccountDescription,
    microsoft365AccountName, microsoft365MailAddress, microsoft365AccountDescription, accountType, mailAddress, id,
    app, createdAt, updatedAt, primary key (pk, revision)) without rowid;
  create index secured_user_version_revision on secured_user_version (revision);
  create table secured_group_version (pk integer not null, revision integer not null, action text not null, changed
    integer, name, nameKey, id, app, createdAt, primary key (pk, revision)) without rowid;
  create index secured_group_version_revision on secured_group_version (revision);
  create table scheme_version (pk integer not null, revision integer not null, action text not null, changed integer,
    name, nameKey, operations, id, createdAt, updatedAt, primary key (pk, revision)) without rowid;
  create index scheme_version_revision on scheme_version (revision);
  create table account_version (pk integer not null, revision integer not null, action text not null, changed integer,
    role, scheme, managedOrgs, supportOption, noticeMail, language, timezone, memo, createdAt, updatedAt, primary key
    (pk, revision)) without rowid;
  create index account_version_revision on account_version (revision);
  create table account_settings_version (pk integer not null, revision integer not null, action text not null, changed
    integer, composition, authentication, primary key (pk, revision)) without rowid;
  create index account_settings_version_revision on account_settings_version (revision);
  create table created_range (revision integer not null, thing text not null, first integer not null, last integer not
    null, primary key (thing, first, revision)) without rowid;
  create index created_range_revision on created_range (revision);

  -- The last known console values of records that have been changed here since then; see
  -- src/lib/tenant/console/observed.ts.
  create table org_observed (pk integer primary key, inConsole integer not null, differs integer not null, confirmed
    integer not null default 0, contradicted integer not null default 0, since integer not null, confirmedBy text,
    confirmedAt text, name, nameKey, code, codeKey, parent, id, createdAt);
  create table org_observed_before (revision integer not null, pk integer not null, inConsole integer not null,
    differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0, since
    integer not null, confirmedBy text, confirmedAt text, name, nameKey, code, codeKey, parent, id, createdAt, primary
    key (revision, pk)) without rowid;
  create table user_observed (pk integer primary key, inConsole integer not null, differs integer not null, confirmed
    integer not null default 0, contradicted integer not null default 0, since integer not null, confirmedBy text,
    confirmedAt text, confirmedFields text, name, nameKey, nameKana, emails, emailKeys, org, title, employeeCode, employeeCodeKey, upn,
    upnKey, addressType, postalCode, address, tel, extension, fax, googleWorkspaceEmail, salesforceAccount,
    accountName, accountKey, accountPasswordSetAt, administrator, custom, id, createdAt);
  create table user_observed_before (revision integer not null, pk integer not null, inConsole integer not null,
    differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0, since
    integer not null, confirmedBy text, confirmedAt text, confirmedFields text, name, nameKey, nameKana, emails,
    emailKeys, org, title, employeeCode, employeeCodeKey, upn, upnKey, addressType, postalCode, address, tel, extension, fax,
    googleWorkspaceEmail, salesforceAccount, accountName, accountKey, accountPasswordSetAt, administrator, custom, id,
    createdAt, primary key (revision, pk)) without rowid;
  create table custom_field_observed (pk integer primary key, inConsole integer not null, differs integer not null,
    confirmed integer not null default 0, contradicted integer not null default 0, since integer not null, confirmedBy
    text, confirmedAt text, name, nameKey, id, createdAt);
  create table custom_field_observed_before (revision integer not null, pk integer not null, inConsole integer not
    null, differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0,
    since integer not null, confirmedBy text, confirmedAt text, name, nameKey, id, createdAt, primary key (revision,
    pk)) without rowid;
  create table device_observed (pk integer primary key, inConsole integer not null, differs integer not null,
    confirmed integer not null default 0, contradicted integer not null default 0, since integer not null, confirmedBy
    text, confirmedAt text, serialNumber, serialKey, platform, status, identificationName, identificationNameKey,
    imei, phoneNumber, wifiMac, androidId, owner, memo, androidMode, ownerOrg, tags, tagKeys, id, createdAt);
  create table device_observed_before (revision integer not null, pk integer not null, inConsole integer not null,
    differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0, since
    integer not null, confirmedBy text, confirmedAt text, serialNumber, serialKey, platform, status,
    identificationName, identificationNameKey, imei, phoneNumber, wifiMac, androidId, owner, memo, androidMode,
    ownerOrg, tags, tagKeys, id, createdAt, primary key (revision, pk)) without rowid;
  create table secured_user_observed (pk integer primary key, inConsole integer not null, differs integer not null,
    confirmed integer not null default 0, contradicted integer not null default 0, since integer not null, confirmedBy
    text, confirmedAt text, userId, displayName, displayNameKey, nameSort, description, groups, groupKeys, device,
    licenceException, secrets, administrator, fileManager, groupManager, imapMailAccountName, imapMailAddress,
    imapUserName, imapMailAccountDescription, imapIncomingServer, imapIncomingPort, imapIncomingSsl,
    imapOutgoingServer, imapOutgoingPort, imapOutgoingSsl, exchangeServerAccountName, exchangeMailAddress,
    exchangeDomain, exchangeAccount, exchangeServerAccountDescription, exchangeServer, exchangeSsl, proxyEnabled,
    proxyHost, proxyPort, proxyUser, imapDomain, imapAccount, exchangeMailAccountName, exchangeMailAccountDescription,
    microsoft365AccountName, microsoft365MailAddress, microsoft365AccountDescription, accountType, mailAddress, id,
    app, createdAt);
  create table secured_user_observed_before (revision integer not null, pk integer not null, inConsole integer not
    null, differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0,
    since integer not null, confirmedBy text, confirmedAt text, userId, displayName, displayNameKey, nameSort,
    description, groups, groupKeys, device, licenceException, secrets, administrator, fileManager, groupManager,
    imapMailAccountName, imapMailAddress, imapUserName, imapMailAccountDescription, imapIncomingServer,
    imapIncomingPort, imapIncomingSsl, imapOutgoingServer, imapOutgoingPort, imapOutgoingSsl,
    exchangeServerAccountName, exchangeMailAddress, exchangeDomain, exchangeAccount, exchangeServerAccountDescription,
    exchangeServer, exchangeSsl, proxyEnabled, proxyHost, proxyPort, proxyUser, imapDomain, imapAccount,
    exchangeMailAccountName, exchangeMailAccountDescription, microsoft365AccountName, microsoft365MailAddress,
    microsoft365AccountDescription, accountType, mailAddress, id, app, createdAt, primary key (revision, pk)) without
    rowid;
  create table secured_group_observed (pk integer primary key, inConsole integer not null, differs integer not null,
    confirmed integer not null default 0, contradicted integer not null default 0, since integer not null, confirmedBy
    text, confirmedAt text, name, nameKey, id, app, createdAt);
  create table secured_group_observed_before (revision integer not null, pk integer not null, inConsole integer not
    null, differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0,
    since integer not null, confirmedBy text, confirmedAt text, name, nameKey, id, app, createdAt, primary key
    (revision, pk)) without rowid;
  create table scheme_observed (pk integer primary key, inConsole integer not null, differs integer not null,
    confirmed integer not null default 0, contradicted integer not null default 0, since integer not null, confirmedBy
    text, confirmedAt text, name, nameKey, operations, id, createdAt);
  create table scheme_observed_before (revision integer not null, pk integer not null, inConsole integer not null,
    differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0, since
    integer not null, confirmedBy text, confirmedAt text, name, nameKey, operations, id, createdAt, primary key
    (revision, pk)) without rowid;
  create table account_observed (pk integer primary key, inConsole integer not null, differs integer not null,
    confirmed integer not null default 0, contradicted integer not null default 0, since integer not null, confirmedBy
    text, confirmedAt text, role, scheme, managedOrgs, supportOption, noticeMail, language, timezone, memo,
    createdAt);
  create table account_observed_before (revision integer not null, pk integer not null, inConsole integer not null,
    differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0, since
    integer not null, confirmedBy text, confirmedAt text, role, scheme, managedOrgs, supportOption, noticeMail,
    language, timezone, memo, createdAt, primary key (revision, pk)) without rowid;
  create table account_settings_observed (pk integer primary key, inConsole integer not null, differs integer not
    null, confirmed integer not null default 0, contradicted integer not null default 0, since integer not null,
    confirmedBy text, confirmedAt text, composition, authentication);
  create table account_settings_observed_before (revision integer not null, pk integer not null, inConsole integer not
    null, differs integer not null, confirmed integer not null default 0, contradicted integer not null default 0,
    since integer not null, confirmedBy text, confirmedAt text, composition, authentication, primary key (revision,
    pk)) without rowid;

  -- states of these records from a bundle; the console may have any of these states
  -- the records that the upload file of a change leaves out
  create table left_out (revision integer not null, thing text not null, pk integer not null, reason text not null,
    primary key (revision, thing, pk)) without rowid;
  create table observed_candidate (thing text not null, pk integer not null, place integer not null, since integer not null,
    mask integer not null, state text not null, primary key (thing, pk, place)) without rowid;

  -- a row for each column of each export: 1 if the export showed it, -1 if that was undone; see
  -- src/lib/tenant/console/exported.ts
  create table exported_column (kind text not null, field text not null, revision integer not null, shown integer not null,
    primary key (kind, field, revision)) without rowid;
  create index exported_column_revision on exported_column (revision);

  create table repeatable (
    key text not null, route text not null, fingerprint text not null, subject text, change integer, at text not null,
    primary key (key, route)) without rowid;

  -- records never change: each record is stored as the text from which its hash is computed
  create table audit (
    seq integer primary key, record text not null, hash text not null,
    at text generated always as (case when json_valid(record) then record ->> 'at' end) virtual,
    actor text generated always as (case when json_valid(record) then record ->> 'actor' end) virtual,
    action text generated always as (case when json_valid(record) then record ->> 'action' end) virtual);
  create index audit_at on audit (at);
  create trigger audit_append before insert on audit when new.seq <> (select coalesce(max(seq), 0) + 1 from audit)
    begin select raise(abort, 'a record of the audit follows the last one'); end;
  create trigger audit_update before update on audit
    begin select raise(abort, 'records of the audit never change'); end;
  create trigger audit_delete before delete on audit
    begin select raise(abort, 'records of the audit are never deleted'); end;

  create table renewal_item (
    pk integer primary key, id text not null unique, kind text not null, name text not null, organisation text,
    expiresAt text, certainty text not null, fingerprint text, topic text, owner text, account text, phone text,
    notes text, source text, confirmedAt text, confirmedBy text, createdAt text not null, updatedAt text not null,
    downloadedExpiresAt text, downloadedCertainty text, downloadedFingerprint text, downloadedTopic text,
    downloadedSource text, phoneHolder text);
  create table renewal_notice (
    pk integer primary key, id text not null unique, itemId text not null, expiresAt text not null,
    stage integer not null, way text not null, recipient text not null, state text not null, messageId text not null,
    attempts integer not null, at text not null, error text, host text, pid integer,
    unique (itemId, expiresAt, stage, way, recipient));
  create table answer (
    pk integer primary key autoincrement, id text not null unique, question text not null, subject text not null,
    value text not null, "by" text not null, at text not null, unique (question, subject));

  create table ade_server (
    pk integer primary key check (pk = 1), endpoint text, privateKey text, certificate text, keyAt text, token text,
    tokenHash text, consumer text, tokenExpiresAt text, tokenSetAt text, tokenSetBy text, tokenRejectedAt text,
    serverUuid text, serverName text, adminId text, orgName text, cursor text, cursorAt text, fullAt text,
    renewal text);
  create table ade_device (
    pk integer primary key, serialNumber text not null, profileStatus text, profileUuid text, profileAssignTime text,
    profilePushTime text, deviceFamily text, os text, model text, description text, color text, assetTag text,
    deviceAssignedDate text, deviceAssignedBy text, mdmMigrationDeadline text, opType text, opDate text,
    seenAt text not null);
  create unique index ade_device_serial on ade_device (serialNumber);
  create index ade_device_not_ready on ade_device (pk) where profileStatus is distinct from 'assigned'
    and profileStatus is distinct from 'pushed';

  insert into collection (name, revision, last) values ('orgs', 0, ${ROOT_ORG_PK});
  insert into org (pk, id, name, createdAt, updatedAt, revision)
    values (${ROOT_ORG_PK}, '${ROOT_ORG_ID}', '全社', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 0);
`;

/**
 * Sessions, access tokens, and the attempts that count against a limit. A new password and the loss
 * of the user end sessions and tokens. Files of version 105, which was never released,
 * have an earlier form of these tables, which is replaced.
 */
const CREDENTIALS_SCHEMA = `
  drop trigger if exists credential_password;
  drop trigger if exists credential_user_gone;
  drop table if exists credential;
  drop table if exists sign_in_failure;
  create table credential (
    pk integer primary key autoincrement, id text not null unique, user integer not null, kind text not null,
    name text not null, hash text not null unique, readOnly integer not null, createdAt text not null, lastUsedAt text,
    expiresAt text not null);
  create index credential_user on credential (user);
  create index credential_end on credential (expiresAt);
  create table counted_attempt (
    pk integer primary key, attempt text not null, subject text not null, until text not null);
  create index counted_attempt_subject on counted_attempt (subject, until);
  create index counted_attempt_attempt on counted_attempt (attempt);
  create index counted_attempt_until on counted_attempt (until);
  create trigger credential_password after update of verifier on account
    when old.verifier is not new.verifier begin
    delete from credential where user = old.user;
  end;
  create trigger credential_user_gone after delete on user begin
    delete from credential where user = old.pk;
  end;
`;

/**
 * Only an account with a role has a password to sign in with. A new password and the loss of the role end everything
 * that was made with the former ones, whichever code writes the account, so that none of it is valid again if the role
 * is restored. A password that was set without a role satisfied no rule, so it is not kept either.
 */
const ENDED_ROLES_SCHEMA = `
  drop trigger credential_password;
  create trigger credential_changed after update of role, verifier on account
    when old.verifier is not new.verifier or (old.role <> 'none' and new.role = 'none') begin
    delete from credential where user = old.user;
    delete from reset_code where user = old.user;
    update account set verifier = null where user = old.user and role = 'none';
  end;
  create trigger credential_without_role after insert on account
    when new.role = 'none' and new.verifier is not null begin
    update account set verifier = null where user = new.user;
  end;
  create trigger credential_account_gone after delete on account begin
    delete from credential where user = old.user;
    delete from reset_code where user = old.user;
  end;
  update account set verifier = null where role = 'none';
  delete from credential where user not in (select user from account where role <> 'none');
  delete from reset_code where user not in (select user from account where role <> 'none');
`;

/** A change of the schema. */
export interface Migration {
  /** the version of the schema after this change */
  readonly version: number;
  /** SQL, or a function that uses the connection; runs in the transaction of the migration */
  readonly run: string | ((database: Database) => void);
}

/**
 * The migrations that lead to the current schema, in ascending order of their versions. There are no migrations to
 * earlier versions. Each file runs the migrations that it lacks. A released migration must never be edited.
 */
export const MIGRATIONS: readonly Migration[] = [
  { version: FIRST_SCHEMA_VERSION, run: FIRST_SCHEMA_SQL },
  { version: FIRST_SCHEMA_VERSION + 2, run: CREDENTIALS_SCHEMA },
  { version: FIRST_SCHEMA_VERSION + 3, run: ENDED_ROLES_SCHEMA },
];

const getNewestVersion = (steps: readonly Migration[]): number => steps.at(-1)?.version ?? 0;

/** The version of the schema that this program reads and writes: `pragma user_version`. */
export const SCHEMA_VERSION = getNewestVersion(MIGRATIONS);

export const createNewerVersionFailure = (path: string): Failure =>
  new Failure("unavailable", {
    what: text(
      "this tenant was written by a newer version of clomoctl",
      "このテナントは、新しい版の clomoctl で変更されています",
    ),
    where: path,
    hint: text("install the latest version of clomoctl", "最新の clomoctl をインストールしてください"),
  });

export interface InitialTenantData {
  readonly name: string;
  /** a UTC instant */
  readonly now: string;
}

/**
 * Runs the migrations that a file lacks, in one transaction. If the program is killed before the end, the file does not
 * change.
 *
 * @throws Failure `unavailable` if a newer program wrote the file, `input-rejected` if a pre-release version wrote the
 * file, `not-permitted` if the file lacks migrations and cannot be written
 */
export const migrate = (database: Database, tenant: InitialTenantData, steps = MIGRATIONS): void => {
  const newest = getNewestVersion(steps);
  /** Returns the migrations that the file lacks. */
  const missing = (): readonly Migration[] => {
    const version = readSchemaVersion(database);
    if (version > newest) throw createNewerVersionFailure(database.path);
    if (version > 0 && version < FIRST_SCHEMA_VERSION) throw createPreReleaseFailure(database.path);
    return steps.filter((step) => step.version > version);
  };
  if (missing().length === 0) return;
  database.change(() => {
    const isNew = readSchemaVersion(database) === 0;
    // another process may have run the migrations in the meantime
    for (const { version, run } of missing()) {
      if (typeof run === "string") database.exec(run);
      else run(database);
      database.exec(`pragma user_version = ${version}`);
    }
    if (!isNew) return;
    database.exec(`pragma application_id = ${APPLICATION_ID}`);
    database.run("insert into tenant (pk, name, createdAt) values (1, :name, :now)", { ...tenant });
  });
};

export const readSchemaVersion = (database: Database): number => database.count("pragma user_version");
