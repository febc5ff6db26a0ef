import { expect, test } from "vitest";
import { z } from "zod";
import { LONG_TIMEOUT } from "#support/drawn.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { NAMED_OPERATIONS, type JsonSchema, type NamedOperation } from "#support/tenant/route-requests.ts";
import { prepareTenant, type TestTenant } from "#support/tenant/tenant.ts";
import { ERRORS, Failure } from "../errors/index.ts";
import { buildInputSchemas } from "../tenant/api/request-input.ts";
import type { AnyOperation } from "../tenant/subjects/operation.ts";
import type { Row } from "../tenant/store/database.ts";
import type { Connection } from "./call.ts";
import { ask } from "./index.ts";

type Values = Readonly<Record<string, unknown>>;

interface Good {
  readonly path?: Readonly<Record<string, string>>;
  readonly given?: Values;
}

const NOWHERE = "00000000-0000-7000-8000-00000000dead";
const AT = "2026-12-01T00:00:00.000Z";

const prepare = async (tenant: TestTenant): Promise<Readonly<Record<string, Good>>> => {
  const { client } = tenant;
  const account = await addTestAccount(tenant, { name: "taro", role: "system" });
  const operator = await addTestAccount(tenant, { name: "hanako", role: "operator" });
  const org = (await client.orgs.create({ name: "東", code: "EAST" })).after.id;
  const other = (await client.orgs.create({ name: "西", code: "WEST" })).after.id;
  const user = (await client.users.create({ name: "次郎", emails: ["jiro@example.jp"], org })).after.id;
  const device = (await client.devices.create({ serialNumber: "SERIAL1" })).after.id;
  const secured = (await client.secured.create("docs", { userId: "s1", displayName: "三郎", password: "secret1" }))
    .after.id;
  const group = (await client.secured.createGroup("docs", { name: "営業" })).after.id;
  await client.users.addField({ name: "座席" });
  const scheme = (await client.roles.createScheme({ name: "登録", operations: ["users.write"] })).after.id;
  const renewal = (await client.renewals.add({ kind: "android-owner", name: "契約", expiresAt: AT })).id;
  const notice = { itemId: renewal, expiresAt: AT, stage: 30, way: "mail", recipient: "a@example.jp" };
  const job = {
    job: "users import hr.csv",
    startedAt: AT,
    endedAt: AT,
    day: "2026-12-01",
    state: "failed",
    exit: 3,
    error: "wrong",
    errorJa: "誤り",
    change: null,
    command: null,
  } as const;
  await client.jobs.add(job);
  const { id: claimed } = (await client.renewals.claimNotice(notice)).notice;
  await tenant.import({ kind: "orgs", fromConsole: true }, [
    ["組織名", "組織コード"],
    ["東", "EAST"],
    ["西", "WEST"],
  ]);
  await client.users.edit(user, { title: "課長" });
  const [task] = await client.console.list({});
  // no export shows the memo of an account
  await client.accounts.edit(account, { memo: "x" });
  const [, unseen] = await client.console.list({});
  const { after: record } = await client.apps.create({ name: "社内ポータル", kind: "Enterprise" });
  const { after: profile } = await client["config-profiles"].create({ name: "パスコード", kind: "passcode" });
  const plan = await tenant.plan({ kind: "orgs" }, [["組織名"], ["南"]]);
  const app = "docs";
  const of = (id: string, given: Values = {}): Good => ({ path: { id }, given });
  const inApp = (given: Values, path: Readonly<Record<string, string>> = {}): Good => ({
    path: { app, ...path },
    given,
  });
  const ids = [user];
  const numbers = [task?.number];
  const onPlan = of(plan.id, { etag: plan.etag });
  return {
    "accounts.create": { given: { user, name: "jiro", role: "operator", passwordInConsole: true } },
    "accounts.edit": of(account, { role: "system" }),
    "accounts.resetPassword": of(account, { passwordInConsole: true }),
    "accounts.revoke": of(operator),
    "accounts.setSettings": { given: { composition: "free-text" } },
    "accounts.transfer": of(account, { to: user }),
    "administrators.confirm": { path: { kind: "users" }, given: {} },
    "answers.set": {
      given: {
        answers: [
          { question: "apple-business.holder", value: "次郎", subject: "", by: "次郎", at: "2026-03-01T00:00:00.000Z" },
        ],
      },
    },
    "apps.create": { given: { name: "経費精算", kind: "Enterprise", licences: 3 } },
    "apps.edit": of(record.id, { licences: 4 }),
    "config-profiles.create": { given: { name: "VPN", kind: "vpn", devices: ["SERIAL1"] } },
    "config-profiles.edit": of(profile.id, { orgs: ["EAST"] }),
    "console.confirm": { given: { numbers: [unseen?.number] } },
    "console.write": { given: { files: [{ kind: "users", fields: ["title"], ids: [] }] } },
    "devices.create": { given: { serialNumber: "SERIAL2" } },
    "device-actions.create": { given: { ids: [device], kind: "message", message: "返却してください" } },
    "devices.edit": of(device, { memo: "a" }),
    "devices.setOwner": { given: { ids: [device], owner: user, ownerOrg: null } },
    "devices.tag": { given: { ids: [device], add: ["貸出"] } },
    "imports.commit": onPlan,
    "imports.create": { given: { kind: "users" } },
    "imports.delete": { given: { kind: "users", ids } },
    "imports.dropTasks": { given: { numbers } },
    "layouts.learn": {
      given: { use: "import", kind: "users", headers: ["姓"], map: { columns: [{ header: "姓", to: "name" }] } },
    },
    "jobs.add": { given: job },
    "jobs.forget": { given: { job: job.job } },
    "leavers.dependents": { given: { ids } },
    "leavers.leave": { given: { ids } },
    "orgs.create": { given: { name: "南", code: "S", parentId: org } },
    "orgs.edit": of(org, { name: "東部" }),
    "orgs.move": of(org, { parent: other }),
    "renewals.add": { given: { kind: "custom", name: "新" } },
    "renewals.claimNotice": { given: { ...notice, stage: 7 } },
    "renewals.renew": of(renewal, { by: "次郎", at: "2026-03-01T00:00:00.000Z" }),
    "renewals.edit": of(renewal, { name: "古" }),
    "renewals.settleNotice": of(claimed, { state: "sent", error: null }),
    "roles.createScheme": { given: { name: "閲覧", operations: ["users.move"] } },
    "roles.deleteSchemes": { given: { ids: [scheme] } },
    "roles.editScheme": of(scheme, { name: "変更" }),
    "secured.create": inApp({ userId: "s2", displayName: "四郎", password: "secret1" }),
    "secured.createGroup": inApp({ name: "開発" }),
    "secured.deleteGroups": inApp({ ids: [group] }),
    "secured.edit": inApp({ displayName: "五郎" }, { id: secured }),
    "tenant.set": { given: { contactName: "次郎", contracts: [{ name: "基本", licences: 10, from: "2026-01-01" }] } },
    "users.addField": { given: { name: "血液型" } },
    "users.create": { given: { name: "六郎", emails: ["r@example.jp"], custom: [{ name: "座席", value: "1" }] } },
    "users.edit": of(user, { title: "部長" }),
    "users.move": { given: { ids, org } },
  };
};

/** What needs an account, a tenant without a mirror, several files, or a change to undo. */
const OTHERS = /^(?:access-tokens|ade|exports)\.|^imports\.undo$/;

const LONE = "\uD800";

function* findBadValues(
  schema: JsonSchema,
  good: unknown,
  isRequired: boolean,
): Generator<readonly [why: string, value: unknown]> {
  const one = schema.anyOf?.[0] ?? schema;
  switch (one.type) {
    case "string":
      if (isRequired && schema.anyOf === undefined && one.enum?.includes("") !== true) yield ["blank", ""];
      if (one.enum !== undefined) yield ["no choice", "__proto__"];
      else if (one.format !== undefined) yield [`no ${one.format}`, "__proto__"];
      else yield ["lone surrogate", LONE];
      if (one.format === "uuid") yield ["unknown", NOWHERE];
      if (one.maxLength !== undefined) yield ["too long", "x".repeat(one.maxLength + 1)];
      break;
    case "array":
      for (const [why, value] of findBadValues(one.items ?? {}, Array.isArray(good) ? good[0] : undefined, true))
        yield [why, [value]];
      break;
    case "object":
      for (const [name, value] of Object.entries(good ?? {})) {
        const isNeeded = one.required?.includes(name) === true;
        for (const [why, bad] of findBadValues(one.properties?.[name] ?? {}, value, isNeeded))
          yield [`${name}: ${why}`, { ...(good as object), [name]: bad }];
      }
      break;
    case "integer":
      yield ["negative", -1];
      break;
    case undefined:
    default:
  }
}

/** Texts about a plan or a delivery that are only shown, negative stages, tags that no device has, and blanks that are left out. */
const ACCEPTED =
  /^(?:devices\.tag remove|imports\.\w+ (?:called|delimiter|fileName|sheet|upload)|jobs\.add (?:exit|change)|renewals\.(?:claimNotice stage|settleNotice error)|tenant\.set languages):/;

const readInputSchema = async ({ one }: NamedOperation): Promise<JsonSchema> => {
  const { body, query } = await buildInputSchemas(one);
  return z.toJSONSchema(body ?? query, { io: "input", unrepresentable: "any" }) as JsonSchema;
};

const findBadRequests = async (named: NamedOperation, { path = {}, given = {} }: Good) => {
  const { name } = named;
  const { properties = {}, required } = await readInputSchema(named);
  const bad = [
    ...Object.keys(path).flatMap((key) =>
      ["__proto__", NOWHERE].map((value) => ({
        what: `${name} {${key}}: ${value}`,
        path: { ...path, [key]: value },
        given,
      })),
    ),
    ...Object.entries(properties).flatMap(([key, schema]) =>
      [...findBadValues(schema, given[key], required?.includes(key) === true)].map(([why, value]) => ({
        what: `${name} ${key}: ${why}`,
        path,
        given: { ...given, [key]: value },
      })),
    ),
  ];
  return bad.filter(({ what }) => !ACCEPTED.test(what));
};

/** The operations that change or plan something and have an input, without uploads, signing in and Apple's answers. */
const CHANGES = NAMED_OPERATIONS.filter(
  ({ name, one }) =>
    !/^(?:GET|DELETE) /.test(one.route) && one.needs !== "open" && one.file !== true && !OTHERS.test(name),
);

let good: Readonly<Record<string, Good>> = {};
const open = prepareTenant(async (tenant) => {
  good = await prepare(tenant);
});

const outcomeOf = (connection: Connection, one: AnyOperation, { path = {}, given }: Good): Promise<string> =>
  ask(connection, { one, path, given: one.input && given, file: undefined, signal: undefined }).then(
    () => "accepted",
    (error: unknown) => (error instanceof Failure ? error.code : String(error)),
  );

/** Every row of every table, except plans that were discarded because they would do nothing. */
const readRows = ({ database }: TestTenant): Readonly<Record<string, readonly Row[]>> =>
  Object.fromEntries(
    database
      .all("select name from sqlite_schema where type = 'table' order by name")
      .map(({ name }) => [
        String(name),
        database.all(`select * from "${String(name)}"`).filter(({ state }) => state !== "discarded"),
      ]),
  );

test.each(CHANGES)("$name accepts the request that is spoilt below, and ignores undefined members", async (named) => {
  const { properties = {} } = await readInputSchema(named);
  const missing = Object.fromEntries(Object.keys(properties).map((key) => [key, undefined]));
  const stored: unknown[] = [];
  for (const more of [{}, missing]) {
    await using tenant = await open();
    const { path = {}, given = {} } = good[named.name] ?? {};
    const here = { transport: tenant.fetch, perform: tenant.perform };
    expect(await outcomeOf(here, named.one, { path, given: { ...more, ...given } })).toBe("accepted");
    stored.push(readRows(tenant));
  }
  expect(stored[1]).toEqual(stored[0]);
});

test("bad requests are refused in process and over a socket, and store nothing", LONG_TIMEOUT, async () => {
  await using tenant = await open();
  const before = readRows(tenant);
  const connections = [{ transport: tenant.fetch, perform: tenant.perform }, { transport: tenant.fetch }];
  const wrong: string[] = [];
  let refused = 0;
  for (const named of CHANGES) {
    for (const { what, ...request } of await findBadRequests(named, good[named.name] ?? {})) {
      const outcomes: string[] = [];
      for (const connection of connections) outcomes.push(await outcomeOf(connection, named.one, request));
      if (outcomes.every((code) => Object.hasOwn(ERRORS, code) && code !== "unexpected")) refused += 1;
      else wrong.push(`${what}: ${outcomes.join(", ")}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(refused).toBeGreaterThan(400);
  expect(readRows(tenant)).toEqual(before);
});
