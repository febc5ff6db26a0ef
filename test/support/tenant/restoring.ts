import type { MultipartUpload } from "../../../src/lib/client/index.ts";
import type { WholeClient } from "../client/whole-client.ts";
import type { RestoreResult } from "../../../src/lib/contract/index.ts";
import { findResourceByPath } from "../../../src/lib/handover/bundle/contents.ts";
import { MAX_SUPPORT_OPTIONS } from "../../../src/lib/model/role.ts";
import { SECURED_APPS, SECURED_USER } from "../../../src/lib/model/secured-user.ts";
import { listEditableFields } from "../../../src/lib/model/thing.ts";
import { listAppFields } from "../../../src/lib/rules/secured-user.ts";
import { APPLICABLE_RESOURCES } from "../../../src/lib/tenant/handover/restores/targets.ts";
import { fillAtRandom } from "./random-tenant.ts";
import { TestTenant } from "./tenant.ts";

/** Exports a tenant and returns the files that can be applied, by name. */
export const exportApplicableFiles = async (client: WholeClient): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>();
  for await (const { name, content } of client.exports.create({ csv: false })) {
    const resource = findResourceByPath(name);
    const bytes = Buffer.concat(await Array.fromAsync(content));
    if (resource !== undefined && APPLICABLE_RESOURCES.includes(resource)) files.set(name, bytes.toString());
  }
  return files;
};

/** Combines files into one multipart body. */
export const buildMultipartUpload = (files: ReadonlyMap<string, string>): MultipartUpload => {
  const boundary = "between-the-parts";
  const parts = [...files].map(
    ([name, content]) =>
      `--${boundary}\r\nContent-Type: application/x-ndjson\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n${content}\r\n`,
  );
  return { stream: new Blob([...parts, `--${boundary}--\r\n`]).stream(), boundary };
};

/**
 * Makes a tenant equal to the files: plans the change and commits it.
 *
 * @param mirroredAt the time at which the data last came from the console
 */
export const restoreFrom = async (
  { restores }: WholeClient,
  files: ReadonlyMap<string, string>,
  only?: string,
  mirroredAt?: string,
): Promise<RestoreResult> => {
  const { etag, resources } = await restores.plan(buildMultipartUpload(files), { only, mirroredAt });
  const deletions = resources.reduce((sum, { removed }) => sum + removed, 0);
  return restores.create({ etag }, buildMultipartUpload(files), { only, mirroredAt, deletions });
};

/**
 * SQL statements that replace random data with data that commands can create. A tenant with other data cannot be
 * applied to another tenant.
 */
const NORMALISING_STATEMENTS = [
  `update account set role = 'none', scheme = null, supportOption = 0 where role <> 'none'
   and user in (select pk from user where accountName is null)`,
  "update account set managedOrgs = null where role not in ('division', 'custom')",
  `update account set managedOrgs = (select json_group_array(e.value) from json_each(managedOrgs) e where e.value <> 1)
   where managedOrgs is not null`,
  "update account set managedOrgs = null where managedOrgs = '[]'",
  `update account set managedOrgs = (select json_array(max(pk)) from org where parent is not null)
   where role = 'division' and managedOrgs is null`,
  "update account set role = 'none' where role = 'division' and managedOrgs = '[null]'",
  "update account set managedOrgs = null where managedOrgs = '[null]'",
  "update account set noticeMail = 0 where supportOption = 0",
  "update scheme set operations = '[\"users.write\"]' where operations = '[]'",
  "update renewal_item set name = pk || name",
  "update renewal_item set phone = '090-0000-000' || pk where phone is not null",
  "update account set role = 'none' where role = 'operator' and user in (select pk from user where org = 1)",
  "update custom_field set name = replace(name, '=', '-'), nameKey = replace(nameKey, '=', '-')",
  "update tenant_profile set loginUrl = 'https://panel.example.jp', consoleTimezone = 'Asia/Tokyo', ios = 1, android = 1",
  "update answer set at = '2020-01-01T00:00:00.000Z'",
  `update device set androidMode = null where androidMode = 'fully-managed'
   and owner in (select owner from device group by owner having count(*) > 1)`,
  ...SECURED_APPS.flatMap((app) =>
    listEditableFields(SECURED_USER.fields)
      .filter(([name]) => !listAppFields(app).includes(name))
      .map(([name, { type }]) => {
        const none = type === "texts" ? `'[]'${name === "groups" ? ", groupKeys = null" : ""}` : "null";
        return `update secured_user set "${name}" = ${none} where app = '${app}'`;
      }),
  ),
  // a tenant that has a system administrator must keep at least one
  `insert into user (pk, id, name, emails, org, custom, administrator, accountName, createdAt, updatedAt, revision)
   select coalesce(max(pk), 0) + 1, '01ffffff-ffff-7fff-8fff-ffffffffffff', '管理 太郎', '["kanri@example.co.jp"]', 1, '{}', 0,
     'kanri', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 1 from user`,
  "insert into user_email (emailKey, user, main) select 'kanri@example.co.jp', max(pk), 1 from user",
  `insert into account (user, role, supportOption, noticeMail, createdAt, updatedAt, revision)
   select max(pk), 'system', 0, 0, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z', 1 from user`,
  "update collection set last = last + 1 where name in ('users', 'accounts')",
];

/**
 * Creates a tenant with some data of every kind that commands can create. It does not exceed the maximum number of
 * support options.
 */
export const createRandomTenant = async (
  seed: number,
  size?: number,
  tenant: TestTenant = new TestTenant(),
): Promise<TestTenant> => {
  await fillAtRandom(tenant, seed, size, true);
  tenant.database.run(
    "update account set supportOption = 0 where user not in (select user from account where supportOption = 1 limit :most)",
    { most: MAX_SUPPORT_OPTIONS },
  );
  for (const sql of NORMALISING_STATEMENTS) tenant.database.run(sql);
  return tenant;
};
