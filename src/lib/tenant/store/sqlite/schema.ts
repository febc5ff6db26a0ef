// Written by npm run generate from the steps of migrations.ts: do not edit.

/** The number of steps that make {@link SCHEMA}. */
export const SCHEMA_VERSION = 30;

/** The newest schema and the rows that every tenant has: a new file takes them at once, and no step. */
export const SCHEMA = String.raw`
CREATE TABLE tenant (pk integer primary key check (pk = 1), name text not null, mirroredAt text, createdAt text not null, sealingKey text);
CREATE TABLE collection (name text primary key, revision integer not null, last integer not null default 0) without rowid;
CREATE TABLE org (
    pk integer primary key autoincrement, id text not null unique, parent integer references org (pk), name text not null,
    code text, codeKey text, createdAt text not null, updatedAt text not null, revision integer not null, nameKey text);
CREATE TABLE custom_field (
    pk integer primary key autoincrement, id text not null unique, name text not null, nameKey text not null unique,
    createdAt text not null);
CREATE TABLE user (
    pk integer primary key autoincrement, id text not null, name text not null, nameKana text, emails text not null,
    org integer not null references org (pk), title text, employeeCode text, upn text, addressType text,
    postalCode text, address text, tel text, extension text, fax text, accountName text, accountPasswordSetAt text,
    custom text not null default '{}', administrator integer not null default 0,
    createdAt text not null, updatedAt text not null, revision integer not null, nameKey text, emailKeys text, employeeCodeKey text, upnKey text, accountKey text, googleWorkspaceEmail text, salesforceAccount text);
CREATE TABLE user_email (emailKey text primary key, user integer not null, main integer not null) without rowid;
CREATE TABLE secured_user (
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
    createdAt text not null, updatedAt text not null, revision integer not null, displayNameKey text, groupKeys text, device text, licenceException integer not null default 0);
CREATE TABLE sent_column (kind text not null, field text not null, at text not null, primary key (kind, field)) without rowid;
CREATE TABLE import (
    pk integer primary key, id text not null unique, kind text not null, state text not null, createdAt text not null,
    etag text, revision integer, detail text not null, madeAfter integer, madeUpTo integer, number integer generated always as (pk) virtual);
CREATE TABLE repeatable (
    key text not null, route text not null, fingerprint text not null, subject text, at text not null,
    primary key (key, route)) without rowid;
CREATE TABLE renewal_item (
    pk integer primary key, id text not null unique, kind text not null, name text not null, organisation text,
    expiresAt text, certainty text not null, fingerprint text, topic text, owner text, account text, phone text, notes text,
    source text, confirmedAt text, confirmedBy text, createdAt text not null, updatedAt text not null, downloadedExpiresAt text, downloadedCertainty text, downloadedFingerprint text, downloadedTopic text, downloadedSource text, phoneHolder text);
CREATE TABLE renewal_notice (
    pk integer primary key, id text not null unique, itemId text not null, expiresAt text not null, stage integer not null,
    way text not null, recipient text not null, state text not null, messageId text not null, attempts integer not null,
    at text not null, error text, host text, pid integer, unique (itemId, expiresAt, stage, way, recipient));
CREATE TABLE "device" (
    pk integer primary key, id text not null unique, serialNumber text not null, serialKey text,
    platform text, status text, identificationName text, identificationNameKey text, imei text, phoneNumber text,
    wifiMac text, androidId text, owner integer references user (pk), memo text,
    createdAt text not null, updatedAt text not null, revision integer not null, androidMode text, ownerOrg integer references org (pk) check (owner is null or ownerOrg is null), tags text not null default '[]', tagKeys text);
CREATE TABLE "secured_group" (
    pk integer primary key, id text not null unique, app text not null, name text not null, nameKey text,
    createdAt text not null, revision integer not null);
CREATE TABLE import_created (import integer not null, entity text not null, target integer not null,
    primary key (import, entity, target)) without rowid;
CREATE TABLE user_was (import integer not null, action text not null, "pk" INTEGER, "id" TEXT, "name" TEXT, "nameKana" TEXT, "emails" TEXT, "org" INTEGER, "title" TEXT, "employeeCode" TEXT, "upn" TEXT, "addressType" TEXT, "postalCode" TEXT, "address" TEXT, "tel" TEXT, "extension" TEXT, "fax" TEXT, "accountName" TEXT, "accountPasswordSetAt" TEXT, "custom" TEXT, "administrator" INTEGER, "createdAt" TEXT, "updatedAt" TEXT, "revision" INTEGER, "nameKey" TEXT, "emailKeys" TEXT, "employeeCodeKey" TEXT, "upnKey" TEXT, "accountKey" TEXT, googleWorkspaceEmail text, salesforceAccount text,
    primary key (import, pk)) without rowid;
CREATE TABLE secured_user_was (import integer not null, action text not null, "pk" INTEGER, "id" TEXT, "app" TEXT, "userId" TEXT, "displayName" TEXT, "nameSort" TEXT, "description" TEXT, "groups" TEXT, "fileManager" TEXT, "groupManager" TEXT, "imapMailAccountName" TEXT, "imapMailAddress" TEXT, "imapUserName" TEXT, "imapDomain" TEXT, "imapAccount" TEXT, "imapMailAccountDescription" TEXT, "imapIncomingServer" TEXT, "imapIncomingPort" TEXT, "imapIncomingSsl" TEXT, "imapOutgoingServer" TEXT, "imapOutgoingPort" TEXT, "imapOutgoingSsl" TEXT, "exchangeServerAccountName" TEXT, "exchangeMailAccountName" TEXT, "exchangeMailAddress" TEXT, "accountType" TEXT, "mailAddress" TEXT, "exchangeDomain" TEXT, "exchangeAccount" TEXT, "exchangeServerAccountDescription" TEXT, "exchangeMailAccountDescription" TEXT, "exchangeServer" TEXT, "exchangeSsl" TEXT, "microsoft365AccountName" TEXT, "microsoft365MailAddress" TEXT, "microsoft365AccountDescription" TEXT, "proxyEnabled" TEXT, "proxyHost" TEXT, "proxyPort" TEXT, "proxyUser" TEXT, "secrets" TEXT, "administrator" INTEGER, "createdAt" TEXT, "updatedAt" TEXT, "revision" INTEGER, "displayNameKey" TEXT, "groupKeys" TEXT, device text, licenceException integer not null default 0,
    primary key (import, pk)) without rowid;
CREATE TABLE org_was (import integer not null, action text not null, "pk" INTEGER, "id" TEXT, "parent" INTEGER, "name" TEXT, "code" TEXT, "codeKey" TEXT, "createdAt" TEXT, "updatedAt" TEXT, "revision" INTEGER, "nameKey" TEXT,
    primary key (import, pk)) without rowid;
CREATE TABLE device_was (import integer not null, action text not null, "pk" INTEGER, "id" TEXT, "serialNumber" TEXT, "serialKey" TEXT, "platform" TEXT, "status" TEXT, "identificationName" TEXT, "identificationNameKey" TEXT, "imei" TEXT, "phoneNumber" TEXT, "wifiMac" TEXT, "androidId" TEXT, "owner" INTEGER, "memo" TEXT, "createdAt" TEXT, "updatedAt" TEXT, "revision" INTEGER, androidMode text, ownerOrg integer, tags text not null default '[]', tagKeys text,
    primary key (import, pk)) without rowid;
CREATE TABLE import_secret (import integer not null, target integer not null, primary key (import, target)) without rowid;
CREATE TABLE administrators_known (kind text primary key, at text not null, actor text not null) without rowid;
CREATE TABLE seen_column (kind text not null, field text not null, at text not null, primary key (kind, field)) without rowid;
CREATE TABLE console_task (
    pk integer primary key, work text not null, kind text not null, import integer references import (pk), name text,
    state text not null, openedAt text not null, openedBy text not null, closedAt text, closedBy text, doubtedAt text, object text, target integer, changes text, revision integer, thing text, org integer, handle integer, number integer generated always as (pk) virtual);
CREATE TABLE audit (
    seq integer primary key, record text not null, hash text not null,
    at text generated always as (case when json_valid(record) then record ->> 'at' end) virtual,
    actor text generated always as (case when json_valid(record) then record ->> 'actor' end) virtual,
    action text generated always as (case when json_valid(record) then record ->> 'action' end) virtual);
CREATE TABLE tenant_profile (
    pk integer primary key check (pk = 1), domain text, loginUrl text, mdmAddress text, contactName text,
    contactMail text, contactPhone text, contracts text not null, ios integer, macos integer, android integer,
    windows integer, ade integer, vpp integer, gate integer, securedApps integer, mobileAppPortal integer,
    androidAccounts text, consoleTimezone text, languages text not null);
CREATE TABLE account (
    user integer primary key, role text not null default 'none', scheme integer references scheme (pk),
    managedOrgs text, supportOption integer not null default 0, noticeMail integer not null default 0, language text,
    timezone text, memo text, verifier text, createdAt text not null, updatedAt text not null, revision integer not null);
CREATE TABLE scheme (
    pk integer primary key, id text not null unique, name text not null, nameKey text, operations text not null,
    createdAt text not null, updatedAt text not null, revision integer not null);
CREATE TABLE account_settings (
    pk integer primary key check (pk = 1), composition text not null, authentication text);
CREATE TABLE reset_code (
    user integer primary key, verifier text not null, addressKey text not null, expiresAt text not null,
    tries integer not null default 0);
CREATE TABLE ade_server (
    pk integer primary key check (pk = 1),
    endpointKind text, endpointUrl text,
    stagedKey text, stagedCertificate text, stagedAt text,
    privateKey text, certificate text, keyAt text,
    token text, tokenHash text, consumer text, tokenExpiresAt text, tokenSetAt text, tokenSetBy text,
    simulated integer not null default 0, otherServer integer not null default 0,
    serverUuid text, serverName text, adminId text, orgName text, serverSeenAt text,
    cursor text, cursorAt text, fullAt text, registeredUpTo integer not null default 0, renewal text, appliedUpTo integer not null default 0, formerKey text, formerCertificate text, formerKeyAt text, tokenRejectedAt text);
CREATE TABLE ade_sync (
    pk integer primary key, id text not null, kind text not null, reason text not null, state text not null,
    cursor text, fetched integer not null default 0, settled integer not null default 0, startedAt text not null,
    beatAt text not null, finishedAt text, host text, pid integer, holder text, pages integer not null default 0, devices integer not null default 0,
    created integer not null default 0, changed integer not null default 0, released integer not null default 0,
    missing integer not null default 0, registered integer not null default 0, error text, assigned integer not null default 0, unreadable integer not null default 0, intervalMs integer);
CREATE TABLE ade_device (
    pk integer primary key, serialNumber text not null, state text not null default 'present',
    profileStatus text, profileUuid text, profileAssignTime text, profilePushTime text, deviceFamily text, os text,
    model text, description text, color text, assetTag text, deviceAssignedDate text, deviceAssignedBy text,
    mdmMigrationDeadline text, opType text, opDate text,
    missingSince text, releasedAt text, seenAt text not null,
    createdIn integer not null, changedIn integer not null);
CREATE TABLE ade_arrival (
    pk integer primary key, serialNumber text not null, profileStatus text, profileUuid text, profileAssignTime text,
    profilePushTime text, deviceFamily text, os text, model text, description text, color text, assetTag text,
    deviceAssignedDate text, deviceAssignedBy text, mdmMigrationDeadline text, opType text, opDate text);
CREATE TABLE push_certificate (
    pk integer primary key check (pk = 1), certificate text, privateKey text, topic text, name text, expiresAt text,
    validFrom text, appleAccount text, issuedByApple integer, simulated integer, fingerprint text, publicKey text,
    uploadedAt text, uploadedBy text, stagedKey text, stagedRequest text, stagedPublicKey text, stagedEmail text,
    stagedName text, stagedCountry text, stagedAt text, profilePasswordSetAt text, renewal text);
CREATE TABLE vpp_token (
    org integer primary key, token text not null, fingerprint text not null, expiresAt text not null, organisation text,
    location text, simulated integer not null, setAt text not null, setBy text not null, renewal text);
CREATE TABLE ade_profile (
    pk integer primary key, id text not null, uuid text not null, settings text not null, state text not null,
    createdAt text not null, serverUuid text);
CREATE TABLE ade_automatic (org integer primary key, profile integer not null);
CREATE TABLE ade_pending (
    serialNumber text primary key, profile integer not null, retryAt text not null, automatic integer not null default 0);
CREATE TABLE vpp_token_gone (
    org integer primary key, token text not null, fingerprint text not null, expiresAt text not null, organisation text,
    location text, simulated integer not null, setAt text not null, setBy text not null, renewal text);
CREATE TABLE answer (
    pk integer primary key autoincrement, id text not null unique, question text not null, subject text not null,
    value text not null, "by" text not null, at text not null, unique (question, subject));
CREATE TABLE ade_unreadable (
    pk integer primary key, run integer not null, serialNumber text, place text not null, member text not null, firstRun integer);
insert into "collection" ("name", "revision", "last") values ('orgs', 0, 1);
insert into "org" ("pk", "id", "parent", "name", "code", "codeKey", "createdAt", "updatedAt", "revision", "nameKey") values (1, '00000000-0000-7000-8000-000000000001', NULL, '全社', NULL, NULL, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 0, NULL);
CREATE INDEX org_parent on org (parent);
CREATE UNIQUE INDEX user_id on user (id);
CREATE INDEX user_administrator on user (pk) where administrator = 1;
CREATE UNIQUE INDEX secured_user_pk on secured_user (id);
CREATE UNIQUE INDEX secured_user_user_id on secured_user (app, userId);
CREATE INDEX secured_user_administrator on secured_user (app, userId) where administrator = 1;
CREATE UNIQUE INDEX user_account on user (coalesce(accountKey, accountName));
CREATE UNIQUE INDEX org_code on org (coalesce(codeKey, code));
CREATE UNIQUE INDEX secured_group_name on secured_group (app, coalesce(nameKey, name));
CREATE INDEX import_revision on import (revision);
CREATE INDEX console_task_import on console_task (import);
CREATE INDEX console_task_target on console_task (kind, target) where target is not null;
CREATE INDEX audit_at on audit (at);
CREATE TRIGGER audit_append before insert on audit when new.seq <> (select coalesce(max(seq), 0) + 1 from audit)
    begin select raise(abort, 'a record of the audit follows the last one'); end;
CREATE TRIGGER audit_update before update on audit
    begin select raise(abort, 'records of the audit never change'); end;
CREATE TRIGGER audit_delete before delete on audit
    begin select raise(abort, 'records of the audit are never deleted'); end;
CREATE INDEX device_owner on device (owner) where owner is not null;
CREATE INDEX account_role on account (role) where role <> 'none';
CREATE UNIQUE INDEX scheme_name on scheme (coalesce(nameKey, name));
CREATE TRIGGER tenant_sealing after insert on tenant
    begin update tenant set sealingKey = lower(hex(randomblob(32))) where pk = new.pk; end;
CREATE TRIGGER user_gone after delete on user begin
    update account set verifier = null where user = old.pk;
    delete from reset_code where user = old.pk;
  end;
CREATE UNIQUE INDEX console_task_handle on console_task (handle);
CREATE UNIQUE INDEX ade_sync_id on ade_sync (id);
CREATE UNIQUE INDEX ade_device_serial on ade_device (serialNumber);
CREATE INDEX ade_device_state on ade_device (state) where state <> 'present';
CREATE INDEX ade_device_new on ade_device (createdIn);
CREATE UNIQUE INDEX ade_profile_id on ade_profile (id);
CREATE INDEX ade_device_profile on ade_device (profileUuid) where profileUuid is not null;
CREATE TRIGGER org_gone after delete on org begin
    delete from vpp_token_gone where org = old.pk;
    insert into vpp_token_gone
        (org, token, fingerprint, expiresAt, organisation, location, simulated, setAt, setBy, renewal)
      select org, token, fingerprint, expiresAt, organisation, location, simulated, setAt, setBy, renewal
      from vpp_token where org = old.pk;
    delete from vpp_token where org = old.pk;
  end;
CREATE TRIGGER org_again after insert on org when new.pk in (select org from vpp_token_gone) begin
    insert into vpp_token
        (org, token, fingerprint, expiresAt, organisation, location, simulated, setAt, setBy, renewal)
      select org, token, fingerprint, expiresAt, organisation, location, simulated, setAt, setBy, renewal
      from vpp_token_gone where org = new.pk;
    delete from vpp_token_gone where org = new.pk;
  end;
CREATE INDEX ade_device_not_ready on ade_device (pk) where state = 'present'
    and profileStatus is distinct from 'assigned' and profileStatus is distinct from 'pushed';
CREATE UNIQUE INDEX device_serial on device (upper(coalesce(serialKey, serialNumber)));
`;
