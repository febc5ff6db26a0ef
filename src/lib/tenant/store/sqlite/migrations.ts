import { Failure } from "../../../errors/index.ts";
import { text } from "../../../text/index.ts";
import { recordsOfAudit } from "./steps/audit-records.ts";
import type { Database } from "./database.ts";
import { KEYS_IN_COLUMNS } from "./steps/keys-in-columns.ts";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import { opaqueNumber } from "../seal.ts";
import { notUpgradable, upgradingCommand } from "./upgrade.ts";

/** The fixed id of every tenant's root organisation 全社. */
const ROOT_ORG_ID = "00000000-0000-7000-8000-000000000001";

/** The row of the root organisation. */
export const ROOT_ORG_PK = 1;

/** SQL, or what is done on the connection in the migration's transaction. */
export type Step = string | ((database: Database) => void);

/** SQL: the numbers of what imports of before created: it was made at the moment of their commit. */
const madeBefore = (thing: string): string => `
  update import as i set madeAfter = made.first - 1, madeUpTo = made.last
    from (select done.pk, min(r.pk) as first, max(r.pk) as last
      from (select pk, createdAt from ${thing} union all select pk, createdAt from ${thing}_was where action = 'delete') r
      join (select pk, detail ->> 'committedAt' as at from import
        where state = 'committed' and detail ->> 'reverts' is null and ${KINDS[thing]}) done on done.at = r.createdAt
      group by done.pk) made
    where made.pk = i.pk;`;

/** SQL: the imports of a thing's records. */
const KINDS: Readonly<Record<string, string>> = {
  user: "kind = 'users'",
  org: "kind = 'orgs'",
  device: "kind = 'devices'",
  secured_user: "kind not in ('users', 'orgs', 'devices')",
};

/** Gives the tasks of before numbers for those who see a part of the tenant. */
const nameTasks = (database: Database): void => {
  const tasks = database.all("select pk from console_task order by pk");
  const handles = new Set<number>();
  while (handles.size < tasks.length) handles.add(opaqueNumber());
  for (const [at, handle] of [...handles].entries()) {
    database.run("update console_task set handle = :handle where pk = :pk", { handle, pk: Number(tasks[at]?.["pk"]) });
  }
};

/**
 * Forward-only steps, each run once, in order. A released step is never edited.
 *
 * Columns have the names of the model's fields, so that an import maps a file's columns to a table's without a separate
 * list. `pk` is the row's own number, never reused (a reverted deletion gets its number back), `id` its UUIDv7,
 * `revision` the collection's revision that last changed it.
 *
 * The audit holds a sum over what each import keeps (`…_was`, `import_created`, `import_secret`): a step may add columns
 * there without a value, and change nothing else.
 */
export const STEPS: readonly Step[] = [
  `
  create table tenant (pk integer primary key check (pk = 1), name text not null, mirroredAt text, createdAt text not null);
  create table collection (name text primary key, revision integer not null) without rowid;

  create table org (
    pk integer primary key autoincrement, id text not null unique, parent integer references org (pk), name text not null,
    code text, codeKey text, createdAt text not null, updatedAt text not null, revision integer not null);
  create unique index org_code on org (codeKey) where codeKey is not null;
  create index org_parent on org (parent);

  create table custom_field (
    pk integer primary key autoincrement, id text not null unique, name text not null, nameKey text not null unique,
    createdAt text not null);

  create table user (
    pk integer primary key autoincrement, id text not null, name text not null, nameKana text, emails text not null,
    org integer not null references org (pk), title text, employeeCode text, upn text, addressType text,
    postalCode text, address text, tel text, extension text, fax text, accountName text, accountPasswordSetAt text,
    custom text not null default '{}', administrator integer not null default 0,
    createdAt text not null, updatedAt text not null, revision integer not null);
  create unique index user_id on user (id);
  create index user_administrator on user (pk) where administrator = 1;
  create table user_email (emailKey text primary key, user integer not null, main integer not null) without rowid;
  create table user_account (accountKey text primary key, user integer not null) without rowid;

  create table secured_user (
    pk integer primary key autoincrement, id text not null, app text not null, userId text not null, displayName text not null,
    nameSort text not null, description text, groups text not null default '[]', fileManager text, groupManager text,
    imapMailAccountName text, imapMailAddress text, imapUserName text, imapDomain text, imapAccount text,
    imapMailAccountDescription text, imapIncomingServer text, imapIncomingPort text, imapIncomingSsl text,
    imapOutgoingServer text, imapOutgoingPort text, imapOutgoingSsl text, exchangeServerAccountName text,
    exchangeMailAccountName text, exchangeMailAddress text, accountType text, mailAddress text, exchangeDomain text,
    exchangeAccount text, exchangeServerAccountDescription text, exchangeMailAccountDescription text,
    exchangeServer text, exchangeSsl text, microsoft365AccountName text, microsoft365MailAddress text,
    microsoft365AccountDescription text, proxyEnabled text, proxyHost text, proxyPort text, proxyUser text,
    secrets text not null default '{}', administrator integer not null default 0,
    createdAt text not null, updatedAt text not null, revision integer not null);
  create unique index secured_user_pk on secured_user (id);
  create unique index secured_user_user_id on secured_user (app, userId);
  create index secured_user_administrator on secured_user (app, userId) where administrator = 1;
  create table secured_group (
    pk integer primary key autoincrement, id text not null unique, app text not null, name text not null, nameKey text not null,
    createdAt text not null, revision integer not null, unique (app, nameKey));
  create table sent_column (kind text not null, field text not null, at text not null, primary key (kind, field)) without rowid;

  create table import (
    pk integer primary key, id text not null unique, kind text not null, state text not null, createdAt text not null,
    etag text, revision integer, detail text not null);
  create table import_change (
    import integer not null, entity text not null, target integer not null, action text not null, before text,
    primary key (import, entity, target)) without rowid;

  create table repeatable (
    key text not null, route text not null, fingerprint text not null, subject text, at text not null,
    primary key (key, route)) without rowid;

  create table audit (
    seq integer primary key, at text not null, actor text not null, action text not null, subject text not null,
    detail text not null, hash text not null);

  insert into org (pk, id, name, createdAt, updatedAt, revision)
    values (${ROOT_ORG_PK}, '${ROOT_ORG_ID}', '全社', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 0);
  `,
  `
  create table renewal_item (
    pk integer primary key, id text not null unique, kind text not null, name text not null, organisation text,
    expiresAt text, certainty text not null, fingerprint text, topic text, owner text, account text, phone text, notes text,
    source text, confirmedAt text, confirmedBy text, createdAt text not null, updatedAt text not null);
  create table renewal_notice (
    pk integer primary key, id text not null unique, itemId text not null, expiresAt text not null, stage integer not null,
    way text not null, recipient text not null, state text not null, messageId text not null, attempts integer not null,
    at text not null, error text, unique (itemId, expiresAt, stage, way, recipient));
  `,
  `
  create table device (
    pk integer primary key autoincrement, id text not null unique, serialNumber text not null, serialKey text unique,
    platform text, status text, identificationName text, imei text, phoneNumber text, wifiMac text, androidId text,
    owner integer references user (pk), memo text, createdAt text not null, updatedAt text not null,
    revision integer not null);
  create index device_owner on device (owner);
  `,
  KEYS_IN_COLUMNS,
  `
  alter table import add column madeAfter integer;
  alter table import add column madeUpTo integer;
  create index import_revision on import (revision);
  create table import_secret (import integer not null, target integer not null, primary key (import, target)) without rowid;
  ${["user", "org", "secured_user", "device"].map((thing) => madeBefore(thing)).join("")}
  `,
  `
  create table administrators_known (kind text primary key, at text not null, actor text not null) without rowid;
  create table seen_column (kind text not null, field text not null, at text not null, primary key (kind, field)) without rowid;
  create table console_task (
    pk integer primary key, work text not null, kind text not null, import integer references import (pk), name text,
    state text not null, openedAt text not null, openedBy text not null, closedAt text, closedBy text, doubtedAt text);
  create index console_task_import on console_task (import);
  insert into console_task (work, kind, import, state, openedAt, openedBy)
    select 'upload', kind, pk, 'open', coalesce(detail ->> 'emittedAt', createdAt), detail ->> 'actor'
    from import where state = 'awaiting-console' order by pk;
  `,
  `
  alter table user add column googleWorkspaceEmail text;
  alter table user add column salesforceAccount text;
  alter table user_was add column googleWorkspaceEmail text;
  alter table user_was add column salesforceAccount text;
  alter table console_task add column object text;
  alter table console_task add column target integer;
  alter table console_task add column changes text;
  alter table console_task add column revision integer;
  create index console_task_target on console_task (kind, target) where target is not null;
  `,
  recordsOfAudit,
  // no sum of the audit is older: what was kept of devices before had no tags
  `
  alter table device add column androidMode text;
  alter table device add column ownerOrg integer references org (pk) check (owner is null or ownerOrg is null);
  alter table device add column tags text not null default '[]';
  alter table device add column tagKeys text;
  drop index device_owner;
  create index device_owner on device (owner) where owner is not null;
  alter table device_was add column androidMode text;
  alter table device_was add column ownerOrg integer;
  alter table device_was add column tags text not null default '[]';
  alter table device_was add column tagKeys text;
  `,
  `
  create table tenant_profile (
    pk integer primary key check (pk = 1), domain text, loginUrl text, mdmAddress text, contactName text,
    contactMail text, contactPhone text, contracts text not null, ios integer, macos integer, android integer,
    windows integer, ade integer, vpp integer, gate integer, securedApps integer, mobileAppPortal integer,
    androidAccounts text, consoleTimezone text, languages text not null);
  `,
  `
  alter table secured_user add column device text;
  alter table secured_user add column licenceException integer not null default 0;
  alter table secured_user_was add column device text;
  alter table secured_user_was add column licenceException integer not null default 0;
  alter table console_task add column thing text;
  `,
  // what a user's CLOMO account is besides its name; the row of a user who is deleted stays for the undo, but proves nothing
  `
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
  create trigger user_gone after delete on user begin
    update account set verifier = null where user = old.pk;
  end;
  alter table console_task add column org integer;
  alter table import add column number integer generated always as (pk) virtual;
  alter table tenant add column sealingKey text;
  update tenant set sealingKey = lower(hex(randomblob(32)));
  create trigger tenant_sealing after insert on tenant
    begin update tenant set sealingKey = lower(hex(randomblob(32))) where pk = new.pk; end;
  `,
  `
  create table reset_code (
    user integer primary key, verifier text not null, addressKey text not null, expiresAt text not null,
    tries integer not null default 0);
  drop trigger user_gone;
  create trigger user_gone after delete on user begin
    update account set verifier = null where user = old.pk;
    delete from reset_code where user = old.pk;
  end;
  `,
  `
  alter table console_task add column handle integer;
  alter table console_task add column number integer generated always as (pk) virtual;
  create unique index console_task_handle on console_task (handle);
  `,
  nameTasks,
  `
  create table ade_server (
    pk integer primary key check (pk = 1),
    endpointKind text, endpointUrl text,
    stagedKey text, stagedCertificate text, stagedAt text,
    privateKey text, certificate text, keyAt text,
    token text, tokenHash text, consumer text, tokenExpiresAt text, tokenSetAt text, tokenSetBy text,
    simulated integer not null default 0, otherServer integer not null default 0,
    serverUuid text, serverName text, adminId text, orgName text, serverSeenAt text,
    cursor text, cursorAt text, fullAt text, registeredUpTo integer not null default 0, renewal text);
  create table ade_sync (
    pk integer primary key, id text not null, kind text not null, reason text not null, state text not null,
    cursor text, fetched integer not null default 0, settled integer not null default 0, startedAt text not null,
    beatAt text not null, finishedAt text, host text, pid integer, holder text, pages integer not null default 0, devices integer not null default 0,
    created integer not null default 0, changed integer not null default 0, released integer not null default 0,
    missing integer not null default 0, registered integer not null default 0, error text);
  create unique index ade_sync_id on ade_sync (id);
  create table ade_device (
    pk integer primary key, serialNumber text not null, state text not null default 'present',
    profileStatus text, profileUuid text, profileAssignTime text, profilePushTime text, deviceFamily text, os text,
    model text, description text, color text, assetTag text, deviceAssignedDate text, deviceAssignedBy text,
    mdmMigrationDeadline text, opType text, opDate text,
    missingSince text, releasedAt text, seenAt text not null,
    createdIn integer not null, changedIn integer not null);
  create table ade_arrival (
    pk integer primary key, serialNumber text not null, profileStatus text, profileUuid text, profileAssignTime text,
    profilePushTime text, deviceFamily text, os text, model text, description text, color text, assetTag text,
    deviceAssignedDate text, deviceAssignedBy text, mdmMigrationDeadline text, opType text, opDate text);
  create unique index ade_device_serial on ade_device (serialNumber);
  create index ade_device_state on ade_device (state) where state <> 'present';
  create index ade_device_new on ade_device (createdIn);
  `,
  `
  create table push_certificate (
    pk integer primary key check (pk = 1), certificate text, privateKey text, topic text, name text, expiresAt text,
    validFrom text, appleAccount text, issuedByApple integer, simulated integer, fingerprint text, publicKey text,
    uploadedAt text, uploadedBy text, stagedKey text, stagedRequest text, stagedPublicKey text, stagedEmail text,
    stagedName text, stagedCountry text, stagedAt text, profilePasswordSetAt text, renewal text);
  `,
  // a secret outlives the organisation that it is for no more than it has to
  `
  create table vpp_token (
    org integer primary key, token text not null, fingerprint text not null, expiresAt text not null, organisation text,
    location text, simulated integer not null, setAt text not null, setBy text not null, renewal text);
  create trigger org_gone after delete on org begin delete from vpp_token where org = old.pk; end;
  `,
  `
  create table ade_profile (
    pk integer primary key, id text not null, uuid text not null, settings text not null, state text not null,
    createdAt text not null);
  create unique index ade_profile_id on ade_profile (id);
  create table ade_automatic (org integer primary key, profile integer not null);
  create table ade_pending (
    serialNumber text primary key, profile integer not null, retryAt text not null, automatic integer not null default 0);
  create index ade_device_profile on ade_device (profileUuid) where profileUuid is not null;
  alter table ade_server add column appliedUpTo integer not null default 0;
  `,
  `
  alter table ade_server add column formerKey text;
  alter table ade_server add column formerCertificate text;
  alter table ade_server add column formerKeyAt text;
  `,
  // the token of a deleted organisation is set aside, sealed: an undo makes the organisation again by its number
  `
  create table vpp_token_gone (
    org integer primary key, token text not null, fingerprint text not null, expiresAt text not null, organisation text,
    location text, simulated integer not null, setAt text not null, setBy text not null, renewal text);
  drop trigger org_gone;
  create trigger org_gone after delete on org begin
    delete from vpp_token_gone where org = old.pk;
    insert into vpp_token_gone
        (org, token, fingerprint, expiresAt, organisation, location, simulated, setAt, setBy, renewal)
      select org, token, fingerprint, expiresAt, organisation, location, simulated, setAt, setBy, renewal
      from vpp_token where org = old.pk;
    delete from vpp_token where org = old.pk;
  end;
  create trigger org_again after insert on org when new.pk in (select org from vpp_token_gone) begin
    insert into vpp_token
        (org, token, fingerprint, expiresAt, organisation, location, simulated, setAt, setBy, renewal)
      select org, token, fingerprint, expiresAt, organisation, location, simulated, setAt, setBy, renewal
      from vpp_token_gone where org = new.pk;
    delete from vpp_token_gone where org = new.pk;
  end;
  `,
  // devices that are not to be switched on yet, to be counted and listed in a large fleet
  `
  create index ade_device_not_ready on ade_device (pk) where state = 'present'
    and profileStatus is distinct from 'assigned' and profileStatus is distinct from 'pushed';
  `,
  // another MDM server does not know the profiles of the one before
  `
  alter table ade_profile add column serverUuid text;
  update ade_profile set serverUuid = (select serverUuid from ade_server);
  alter table ade_sync add column assigned integer not null default 0;
  `,
  // what only people know
  `
  create table answer (
    pk integer primary key autoincrement, id text not null unique, question text not null, subject text not null,
    value text not null, "by" text not null, at text not null, unique (question, subject));
  `,
  // which process has begun a notice
  `
  alter table renewal_notice add column host text;
  alter table renewal_notice add column pid integer;
  `,
  // a renewed file whose upload is not confirmed
  `
  alter table renewal_item add column downloadedExpiresAt text;
  alter table renewal_item add column downloadedCertainty text;
  alter table renewal_item add column downloadedFingerprint text;
  alter table renewal_item add column downloadedTopic text;
  alter table renewal_item add column downloadedSource text;
  `,
  // what a sync could not read of Apple's answers; whether Apple rejects the token; how often a schedule repeats a sync
  `
  create table ade_unreadable (
    pk integer primary key, run integer not null, serialNumber text, place text not null, member text not null);
  alter table ade_sync add column unreadable integer not null default 0;
  alter table ade_sync add column intervalMs integer;
  alter table ade_server add column tokenRejectedAt text;
  `,
  // serial numbers are compared without case; of those that differ only in case one is found by it, the others by their ids
  `
  drop index device_serial;
  create table step_twin as select pk from (select pk, row_number() over (
      partition by upper(coalesce(serialKey, serialNumber)) order by serialNumber <> upper(serialNumber), pk) as place
    from device) where place > 1;
  update device set serialKey = nullif(upper(coalesce(serialKey, serialNumber)), serialNumber)
    where upper(coalesce(serialKey, serialNumber)) <> coalesce(serialKey, serialNumber);
  update device set serialKey = upper(coalesce(serialKey, serialNumber) || ' ' || id) where pk in (select pk from step_twin);
  drop table step_twin;
  create unique index device_serial on device (upper(coalesce(serialKey, serialNumber)));
  update import set state = 'discarded', detail = json_set(detail, '$.outdated', json('true'))
    where kind = 'devices' and state in ('uploading', 'planned');
  `,
  // the number of a 2-factor phone, apart from who holds it: the column had whatever was typed
  `
  alter table renewal_item add column phoneHolder text;
  update renewal_item set phoneHolder = phone, phone = null
    where phone not glob '*[0-9]*' or phone glob '*[^0-9 +()-]*';
  `,
  // the run that was the first that could not read a record
  `
  alter table ade_unreadable add column firstRun integer;
  update ade_unreadable set firstRun = run;
  `,
];

const newer = (path: string): Failure =>
  new Failure("unavailable", {
    what: text("this tenant was written by a newer clomoctl", "このテナントは新しい版の clomoctl で作られています"),
    where: path,
    hint: text("install the newest clomoctl", "最新の clomoctl をインストールしてください"),
  });

/** The tenant that a file is made for or migrated. */
export interface MigratedTenant {
  readonly name: string;
  /** a UTC instant */
  readonly now: string;
}

/**
 * Migrates a file to the newest schema, in one transaction.
 *
 * @param prepare called in the transaction, before a file with an older schema is changed
 * @throws Failure `unavailable` if a newer program wrote the file, `not-permitted` if it cannot be written
 */
export const migrate = (
  database: Database,
  tenant: MigratedTenant,
  prepare: (version: number) => void,
  steps: readonly Step[] = STEPS,
): void => {
  /** Whether there is nothing to do. */
  const isDone = (): boolean => {
    const version = versionOf(database);
    if (version > steps.length) throw newer(database.path);
    return version === steps.length;
  };
  if (isDone()) return;
  if (database.isReadOnly && versionOf(database) > 0) {
    throw notUpgradable(database.path, upgradingCommand(tenant.name));
  }
  database.change(() => {
    // another process may have done it meanwhile
    if (isDone()) return;
    const version = versionOf(database);
    if (version > 0) prepare(version);
    const isNew = version === 0 && steps === STEPS && SCHEMA_VERSION === STEPS.length;
    for (const step of isNew ? [SCHEMA] : steps.slice(version)) {
      if (typeof step === "string") database.exec(step);
      else step(database);
    }
    if (version === 0) database.run("insert into tenant (pk, name, createdAt) values (1, :name, :now)", { ...tenant });
    database.exec(`pragma user_version = ${steps.length}`);
  });
};

const versionOf = (database: Database): number => database.count("pragma user_version");
