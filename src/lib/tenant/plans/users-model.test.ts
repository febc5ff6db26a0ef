import { isDeepStrictEqual } from "node:util";
import { undoImport } from "#support/tenant/undo.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toPropertyParameters, LONG_TIMEOUT } from "#support/drawn.ts";
import type { Import } from "../api/operations.ts";
import { toCp932Form, emailKey } from "../../model/normalise.ts";
import { fillKeys, describeWrongKeys } from "#support/tenant/keys.ts";
import {
  failureOf,
  type TestTenant,
  omitColumn,
  type Cells,
  type Request,
  openForAllTests,
} from "#support/tenant/tenant.ts";
import { toPlainUser, UsersModel, type ModelTenant, type ModelUser } from "#support/tenant/users-model.ts";

const tenant = openForAllTests();

const EMAILS = ["a@x", "b@x", "c@x", "d@x", "e@x", "ß@x"];
const ACCOUNTS = ["ac1", "ac2", "ac3", "ac4"];
const CODES = ["1", "2", "3"];
const UPNS = ["u1@x", "u2@x", "u3@x"];
const TITLES = ["課長", "部〜長", "部～長", '"引\\用"'];
const FIELDS = ["座席", "constructor2"];
const ORGS = ["E1", "S1"];

const orNull = (values: readonly string[]) => fc.option(fc.constantFrom(...values), { nil: null });

const distinct = (users: readonly ModelUser[]): readonly ModelUser[] => {
  const taken = new Set<string>();
  const free = (key: string): boolean => taken.size < taken.add(key).size;
  return users.flatMap((user) => {
    const emails = user.emails.filter((email) => free(emailKey(email)));
    if (emails.length === 0) return [];
    const { accountName } = user;
    return [
      { ...user, emails, accountName: accountName !== null && free(`account ${accountName}`) ? accountName : null },
    ];
  });
};

const someUser: fc.Arbitrary<ModelUser> = fc.record({
  id: fc.constant(undefined),
  administrator: fc.boolean().map((yes) => yes),
  name: fc.constantFrom("山田", "髙橋", "Ａ〜"),
  emails: fc.uniqueArray(fc.constantFrom(...EMAILS), { minLength: 1, maxLength: 3 }),
  org: orNull(ORGS),
  title: orNull(TITLES),
  employeeCode: orNull(CODES),
  upn: orNull(UPNS),
  accountName: orNull(ACCOUNTS),
  custom: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom("値", "〜", '"改\r\n行"')), {
      selector: ([field]) => field,
    })
    .map((entries) => new Map(entries)),
});

const someTenant = fc
  .tuple(fc.array(someUser, { maxLength: 5 }), fc.nat({ max: 5 }))
  .map(([users, fewAdministrators]): ModelTenant => ({
    users: distinct(users).map((user, i) => ({
      ...user,
      administrator: user.administrator && i === fewAdministrators,
    })),
    orgs: ORGS,
    fields: FIELDS,
  }));

const someRequest: fc.Arbitrary<Request> = fc.record({
  kind: fc.constant("users" as const),
  mode: fc.constantFrom("append", "replace"),
  key: fc.constantFrom("email", "email", "employee-code", "upn"),
  blank: fc.constantFrom("clear", "keep", undefined),
  createOrgs: fc.boolean(),
  skipInvalid: fc.boolean(),
});

const POOLS = new Map<string, readonly string[]>([
  ["氏名", ["山田", "髙橋", "Ａ～", "山田", "山田", ""]],
  ["メールアドレス", [...EMAILS, "A@X", "SS@x", "", "", "bad"]],
  ["組織コード", [...ORGS, "N1", "N2", "", ""]],
  ["役職", ["課長", "部～長", '"引\\用"', ""]],
  ["社員コード", [...CODES, ...CODES, "4", "5", ""]],
  ["UPN", [...UPNS, "U1@X", "u4@x", "u5@x", ""]],
  ["CLOMOアカウント名", [...ACCOUNTS, "ac5", "", ""]],
  ["CLOMOアカウントパスワード", ["", "", "", "pw-secret"]],
  ...FIELDS.map((field) => [field, ["値", "～", '"改\r\n行"', ""]] as const),
]);

const KEY_HEADERS = new Map([
  ["email", "メールアドレス"],
  ["employee-code", "社員コード"],
  ["upn", "UPN"],
]);

const keyHeader = ({ key = "email" }: Request): string => KEY_HEADERS.get(key) ?? "";

const someFile = (request: Request): fc.Arbitrary<Cells> =>
  fc.tuple(fc.subarray([...POOLS.keys()], { minLength: 3 }), fc.nat({ max: 2 })).chain(([some, repeats]) => {
    const header = [...new Set([keyHeader(request), ...some])].flatMap((name) =>
      name === "メールアドレス" ? Array.from({ length: repeats + 1 }, () => name) : [name],
    );
    const cells = header.map((name) => fc.constantFrom(...(POOLS.get(name) ?? [""])));
    return fc.array(fc.tuple(...cells), { minLength: 1, maxLength: 6 }).map((rows) => [header, ...rows]);
  });

/** A file of the tenant's existing users with values exchanged between rows: swaps and rings. */
const someExchange = (users: readonly ModelUser[]): fc.Arbitrary<Cells> =>
  fc
    .tuple(
      fc.shuffledSubarray(
        users.map(({ accountName }) => accountName ?? ""),
        { minLength: users.length },
      ),
      fc.shuffledSubarray(
        users.map(({ emails }) => emails.slice(1)),
        { minLength: users.length },
      ),
    )
    .map(([accounts, others]) => [
      ["氏名", "メールアドレス", "CLOMOアカウント名", "メールアドレス", "メールアドレス"],
      ...users.map(({ name, emails }, i) => [
        name,
        emails[0] ?? "",
        accounts[i] ?? "",
        others[i]?.[0] ?? "",
        others[i]?.[1] ?? "",
      ]),
    ]);

const someCase = fc.tuple(someTenant, someRequest).chain(([before, request]) =>
  fc.record({
    before: fc.constant(before),
    request: fc.constant(request),
    file: fc.oneof(
      { arbitrary: someFile(request), weight: 3 },
      {
        arbitrary: request.key === "email" && before.users.length > 1 ? someExchange(before.users) : someFile(request),
        weight: 1,
      },
    ),
    encoding: fc.constantFrom("utf-8" as const, "shift_jis" as const),
  }),
);

/** Creates a tenant as given, directly in the tables. @returns the same with the assigned ids */
const seed = ({ users, ...rest }: ModelTenant): ModelTenant => {
  tenant.clear();
  const at = "2026-03-01T00:00:00.000Z";
  const id = (kind: number, pk: number): string => `00000000-0000-7000-8000-0000000${kind}000${pk}`;
  const seeded = users.map((user, i) => ({ ...user, id: id(1, i + 1) }));
  tenant.database.change(() => {
    rest.orgs.forEach((code, i) =>
      tenant.database.run(
        `insert into org (pk, id, parent, name, code, createdAt, updatedAt, revision)
         values (:pk, :id, 1, :code, :code, :at, :at, 0)`,
        { pk: i + 2, id: id(2, i), code, at },
      ),
    );
    rest.fields.forEach((name, i) =>
      tenant.database.run(
        "insert into custom_field (pk, id, name, nameKey, createdAt) values (:pk, :id, :name, :name, :at)",
        {
          pk: i + 1,
          id: id(3, i),
          name,
          at,
        },
      ),
    );
    for (const [i, user] of seeded.entries()) seedUser(user, i + 1, at);
    fillKeys(tenant.database);
  });
  return { ...rest, users: seeded };
};

const seedUser = (user: ModelUser, pk: number, at: string): void => {
  const { id = "", name, emails, org, title, employeeCode, upn, accountName, custom, administrator } = user;
  const fields = FIELDS.flatMap((field, i) => (custom.has(field) ? [[String(i + 1), custom.get(field)]] : []));
  tenant.database.run(
    `insert into user (pk, id, name, emails, org, title, employeeCode, upn, accountName, custom, administrator,
       createdAt, updatedAt, revision)
     values (:pk, :id, :name, :emails, :org, :title, :employeeCode, :upn, :accountName, :custom, :administrator, :at, :at, 0)`,
    {
      pk,
      id,
      name,
      emails: JSON.stringify(emails),
      org: org === null ? 1 : ORGS.indexOf(org) + 2,
      title,
      employeeCode,
      upn,
      accountName,
      custom: JSON.stringify(Object.fromEntries(fields)),
      administrator: administrator ? 1 : 0,
      at,
    },
  );
  for (const [i, email] of emails.entries()) {
    const params = { email: emailKey(email), pk, main: i === 0 ? 1 : 0 };
    tenant.database.run("insert into user_email values (:email, :pk, :main)", params);
  }
};

const windowsCell = (cell: string): string => toCp932Form(cell).replaceAll("ß", "s");

const current = async (known: ReadonlySet<string>) =>
  (await tenant.users())
    .map(({ id, name, emails, org, title, employeeCode, upn, accountName, custom, administrator }) =>
      toPlainUser({
        id: known.has(id) ? id : undefined,
        administrator,
        name,
        emails,
        org: org.code,
        title,
        employeeCode,
        upn,
        accountName,
        custom: new Map(custom.map((entry) => [entry.name, entry.value])),
      }),
    )
    .toSorted(byMail);

const byMail = (a: { readonly emails: readonly string[] }, b: { readonly emails: readonly string[] }): number =>
  String(a.emails[0]) < String(b.emails[0]) ? -1 : 1;

const expectSoundClaims = async (): Promise<void> => {
  const users = tenant.sql("select pk, emails from user");
  const emails = users.flatMap(({ pk, emails }) =>
    (JSON.parse(String(emails)) as string[]).map((email, i) => ({
      emailKey: emailKey(email),
      user: pk,
      main: i === 0 ? 1 : 0,
    })),
  );
  const byKey = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  expect(tenant.dump()["user_email"]).toEqual(emails.toSorted(byKey));
  expect(describeWrongKeys(tenant.database)).toEqual([]);
  expect(tenant.sql("select * from user where org not in (select pk from org)")).toEqual([]);
};

/** Passwords cannot be restored because they are not kept, and the time at which they were set stays. */
const withoutSecretTimes = (dump: ReturnType<TestTenant["dump"]>) => ({
  ...dump,
  user: dump["user"]?.map((user) => omitColumn(user, "accountPasswordSetAt")),
});

const expectRejected = async (plan: Import, start: unknown): Promise<void> => {
  expect((await failureOf(tenant.client.imports.commit(plan)))?.code).toBe("input-rejected");
  expect(tenant.dump()).toEqual(start);
};

/** A commit results in the model's state; the same file again changes nothing; a revert restores the state before. */
const expectCommitted = async (
  plan: Import,
  again: () => Promise<Import>,
  expected: readonly ModelUser[],
): Promise<void> => {
  const start = tenant.dump();
  const known = new Set(tenant.sql("select id from user").map(({ id }) => String(id)));
  await tenant.client.imports.commit(plan);
  expect(await current(known)).toEqual(expected.map(toPlainUser).toSorted(byMail));
  await expectSoundClaims();
  const second = await again();
  const nothing = { create: 0, update: 0, delete: 0, invalid: 0, orgsCreated: 0 };
  // rows that were skipped may be valid once the others are stored
  expect(second).toMatchObject(plan.invalid === 0 ? nothing : {});
  // former passwords cannot be restored
  if (isDeepStrictEqual(withoutSecretTimes(tenant.dump()), withoutSecretTimes(start))) return;
  await tenant.client.imports.commit(await undoImport(tenant.client, plan.id));
  expect(withoutSecretTimes(tenant.dump())).toEqual(withoutSecretTimes(start));
};

test(
  "an import of users matches a model of one row at a time, also when repeated, and can be undone",
  LONG_TIMEOUT,
  async () => {
    await fc.assert(
      fc.asyncProperty(someCase, async ({ before, request, file, encoding }) => {
        const seeded = seed(before);
        const start = tenant.dump();
        const cells = encoding === "utf-8" ? file : file.map((row) => row.map(windowsCell));
        const expected = new UsersModel(seeded, request, cells, encoding === "shift_jis").outcome();
        const again = () => tenant.plan(request, cells, { encoding });
        const plan = await again();
        // codes that are alike, and blanks that leave what is there, are warned of, which changes nothing: imports-columns.test.ts
        const faults = (await tenant.faults(plan)).filter(
          (fault) => !/^(?:code-(?:alike|repeated)|blank-(?:kept|org))@/.test(fault),
        );
        expect([...new Set(faults)]).toEqual(expected.faults);
        const rowCount = cells.filter((row) => row.some((cell) => cell !== "")).length - 1;
        expect(plan).toMatchObject({ ...expected.counts, rejected: expected.rejected, rows: rowCount });
        const rows = await Array.fromAsync(tenant.client.imports.rows(plan.id));
        expect(rows.filter(({ action }) => action === "delete")).toHaveLength(plan.delete);
        expect(tenant.dump()).toEqual(start);
        await (plan.rejected ? expectRejected(plan, start) : expectCommitted(plan, again, expected.after.users));
      }),
      toPropertyParameters(200, 20_260_401),
    );
  },
);
