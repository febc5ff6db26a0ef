import type { Operation } from "../../../src/lib/derived/role-policy.ts";
import { createExampleId } from "../examples.ts";
import type { AdministratorRole } from "../../../src/lib/nouns/account.ts";
import type { TestTenant } from "./tenant.ts";

export interface TestAccount {
  readonly name: string;
  readonly role: AdministratorRole | "none";
  /** code of the user's organisation; 全社 if omitted */
  readonly org?: string | undefined;
  /** codes of the managed organisations; if omitted, a custom administrator manages all organisations */
  readonly manages?: readonly string[] | undefined;
  readonly items?: readonly Operation[] | undefined;
}

const AT = "2026-04-01T00:00:00.000Z";

export const addTestAccount = async (tenant: TestTenant, account: TestAccount): Promise<string> => {
  const { name, role, org, manages, items } = account;
  const { client, database } = tenant;
  const [place] = org === undefined ? [] : await client.orgs.find({ name: org });
  const { after } = await client.users.create({
    name,
    emails: [`${name}@accounts.example`],
    accountName: name,
    ...(place && { org: place.id }),
  });
  const orgs = manages?.map((code) => database.count("select pk from org where code = :code", { code })) ?? null;
  const scheme = database.count("select coalesce(max(pk), 0) + 1 from scheme");
  if (items !== undefined) {
    database.run(
      `insert into scheme (pk, id, name, operations, createdAt, updatedAt, revision)
       values (:scheme, :id, :name, :items, :at, :at, 0)`,
      { scheme, id: createExampleId(1000 + scheme), name: `scheme of ${name}`, items: JSON.stringify(items), at: AT },
    );
    database.run(
      `insert into collection (name, revision, last) values ('schemes', 0, :scheme)
       on conflict (name) do update set last = excluded.last`,
      { scheme },
    );
  }
  database.run(
    `insert into account (user, role, scheme, managedOrgs, createdAt, updatedAt, revision)
     select pk, :role, :scheme, :orgs, :at, :at, 0 from user where id = :id`,
    { id: after.id, role, scheme: items === undefined ? null : scheme, orgs: orgs && JSON.stringify(orgs), at: AT },
  );
  database.run("update user set administrator = :administrator where id = :id", {
    id: after.id,
    administrator: role === "none" ? 0 : 1,
  });
  return after.id;
};
