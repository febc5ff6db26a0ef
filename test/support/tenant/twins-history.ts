import fc from "fast-check";
import { verifyOnConnection } from "../../../src/lib/tenant/audit/sqlite/verify.ts";
import type { Row } from "../../../src/lib/tenant/store/sqlite/database.ts";
import { expectSame } from "./audited-history.ts";
import type { Twin, TwinRequest } from "./twins.ts";

/** The accounts that cannot see anything outside EAST. */
const SCOPED_ACCOUNTS = ["higashi", "ope", "cus", "minami"] as const;
type ScopedAccount = (typeof SCOPED_ACCOUNTS)[number];

/**
 * A step: requests of an account to both twins, requests of the owner to both twins or only to the first, an attempt to
 * use a hidden value, or a change of a role.
 */
export type TwinStep =
  | { readonly by: ScopedAccount; readonly what: string; readonly asks: readonly TwinRequest[] }
  | {
      readonly by: "owner";
      /** an account that manages the entire tenant; undefined for the owner */
      readonly as: "sys" | "all" | undefined;
      readonly half: "visible" | "hidden";
      readonly does: readonly TwinRequest[];
    }
  | { readonly by: ScopedAccount; readonly claims: TwinRequest; readonly value: string }
  | {
      readonly role: "division" | "operator" | "none";
      readonly of: ScopedAccount;
      readonly manages: readonly string[];
    };

const buildGet = (path: string, headers?: Readonly<Record<string, string>>): TwinRequest => ({
  method: "GET",
  path,
  headers,
});
const buildPost = (path: string, body?: unknown, headers?: Readonly<Record<string, string>>): TwinRequest => ({
  method: "POST",
  path,
  body,
  headers,
});
const buildPatch = (path: string, body: unknown): TwinRequest => ({ method: "PATCH", path, body });

const someOf = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/**
 * Returns the names that are used in one half. Each half has its own names, so that a response never has to report that
 * a name is already used in the other half.
 */
const createHalfNames = (isEast: boolean) => {
  const [domain, orgs, devices] = isEast
    ? (["east.example", ["EAST", "E1", "E2", "E3", "E11"], "EAST000"] as const)
    : (["west.example", ["WEST", "W1", "W2", "W3", "W11"], "WEST000"] as const);
  const own = isEast ? ["hanako", "jiro", "saburo"] : ["taro", "hanako", "shiro"];
  const people = [...own, "a", "b", "c", "d"];
  return {
    email: someOf(...people.map((name) => `${name}@${domain}`)),
    org: someOf(...orgs),
    serial: fc.integer({ min: 1, max: 5 }).map((n) => `${devices}${n}`),
    code: someOf(...["1", "2", "3"].map((n) => (isEast ? `E${n}` : `X${n}`))),
    top: orgs[0],
  };
};

const EAST = createHalfNames(true);
const WEST = createHalfNames(false);

/** Names in the requests of a scoped account. Most of them are visible to the account, some are hidden. */
const ANY_HALF = {
  email: fc.oneof({ weight: 6, arbitrary: EAST.email }, { weight: 1, arbitrary: WEST.email }),
  org: fc.oneof({ weight: 6, arbitrary: EAST.org }, { weight: 1, arbitrary: WEST.org }),
  serial: fc.oneof({ weight: 6, arbitrary: EAST.serial }, { weight: 1, arbitrary: WEST.serial }),
  code: EAST.code,
};

type HalfNames = typeof ANY_HALF;

const someTitle = someOf("", "課長", "部長", "主任");
const somePersonName = someOf("東 花子", "山田 太郎", "西 太郎", "佐藤 愛");
const someOptional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

/**
 * Draws an idempotency key for a request. There are only a few keys, so that other requests and other accounts reuse
 * them.
 */
const someIdempotencyKey = someOptional(someOf("k1", "k2", "k3")).map((key) =>
  key === undefined ? undefined : { "idempotency-key": key },
);

/** Returns the values without those that are undefined. */
const omitUndefined = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/**
 * Draws requests that change records by hand. Any account can send them.
 *
 * @param own names of new records; never names of the other half
 */
const someHandRequests = (names: HalfNames, own: typeof EAST): fc.Arbitrary<readonly TwinRequest[]> => {
  const dryRun = someOptional(fc.constant(true));
  const user = names.email.map((email) => `{user:${email}}`);
  const org = names.org.map((code) => `{org:${code}}`);
  const device = names.serial.map((serial) => `{device:${serial}}`);
  const one = fc.oneof(
    fc
      .record({
        name: somePersonName,
        email: own.email,
        org,
        title: someTitle,
        employeeCode: someOptional(own.code),
        dryRun,
        headers: someIdempotencyKey,
      })
      .map(({ email, headers, ...values }) =>
        buildPost("/v1/users", omitUndefined({ ...values, emails: [email] }), headers),
      ),
    fc
      .record({
        user,
        name: someOptional(somePersonName),
        title: someOptional(someTitle),
        email: someOptional(own.email),
        dryRun,
      })
      .map(({ user: id, email, ...values }) =>
        buildPatch(`/v1/users/${id}`, omitUndefined({ ...values, ...(email !== undefined && { emails: [email] }) })),
      ),
    fc
      .record({ ids: fc.uniqueArray(user, { minLength: 1, maxLength: 3 }), org, dryRun, headers: someIdempotencyKey })
      .map(({ headers, ...body }) => buildPost("/v1/users/move", omitUndefined(body), headers)),
    fc
      .record({
        name: someOf("営業部", "技術部", "課"),
        code: someOptional(own.org),
        parentId: org,
        dryRun,
        headers: someIdempotencyKey,
      })
      .map(({ headers, ...body }) => buildPost("/v1/orgs", omitUndefined(body), headers)),
    fc
      .record({ org, name: someOf("営業部", "開発部"), dryRun })
      .map(({ org: id, ...body }) => buildPatch(`/v1/orgs/${id}`, omitUndefined(body))),
    fc
      .record({ org, parent: org, dryRun })
      .map(({ org: id, ...body }) => buildPost(`/v1/orgs/${id}/move`, omitUndefined(body))),
    fc
      .record({
        serialNumber: own.serial,
        owner: someOptional(user),
        memo: someOptional(someOf("貸出")),
        dryRun,
        headers: someIdempotencyKey,
      })
      .map(({ headers, ...body }) => buildPost("/v1/devices", omitUndefined(body), headers)),
    fc
      .record({ device, memo: someOf("貸出", ""), dryRun })
      .map(({ device: id, ...body }) => buildPatch(`/v1/devices/${id}`, omitUndefined(body))),
    fc
      .record({ ids: fc.uniqueArray(device, { minLength: 1, maxLength: 2 }), add: fc.constant(["共用"]), dryRun })
      .map((body) => buildPost("/v1/devices/tag", omitUndefined(body))),
    fc
      .record({ ids: fc.uniqueArray(device, { minLength: 1, maxLength: 2 }), owner: fc.option(user), ownerOrg: org })
      .map(({ ids, owner, ownerOrg }) =>
        buildPost("/v1/devices/set-owner", { ids, owner, ownerOrg: owner === null ? ownerOrg : null }),
      ),
  );
  return one.map((request) => [request]);
};

const CONTENT_PATH = "/v1/imports/{import:}/content";
const PLAN_REQUESTS = [buildGet("/v1/imports/{import:}/rows"), buildGet("/v1/imports/{import:}/problems")];
const COMMIT_REQUEST = buildPost("/v1/imports/{import:}/commit", undefined, { "if-match": "{etag:}" });

/**
 * Draws requests that plan an import of any kind of file, and that show its rows and problems.
 *
 * @param own names of the records in the file
 */
const someImportRequests = (names: HalfNames, own: typeof EAST): fc.Arbitrary<readonly TwinRequest[]> => {
  const options = fc.record({
    mode: someOf("append", "append", "replace"),
    skipInvalid: fc.boolean(),
    blank: someOptional(someOf("keep", "clear")),
  });
  const users = fc.array(fc.tuple(somePersonName, own.email, fc.option(names.org, { nil: "" }), someTitle, own.code), {
    minLength: 1,
    maxLength: 4,
  });
  const ofUsers = fc
    .record({ options, key: someOf("email", "email", "employee-code"), rows: users })
    .map(({ options: how, key, rows }) => ({
      body: { kind: "users", key, ...how },
      file: [
        ["氏名", "メールアドレス", "組織コード", "役職", ...(key === "email" ? [] : ["社員コード"])],
        ...rows.map(([name, email, org, job, code]) => [name, email, org, job, ...(key === "email" ? [] : [code])]),
      ],
    }));
  const ofOrgs = fc
    .record({
      options,
      rows: fc.array(fc.tuple(someOf("営業部", "技術部", "課"), own.org, fc.option(names.org, { nil: "" })), {
        minLength: 1,
        maxLength: 4,
      }),
    })
    .map(({ options: how, rows }) => ({
      body: { kind: "orgs", ...how },
      file: [["組織名", "組織コード", "上位組織コード"], ...rows.map((row) => [...row])],
    }));
  const ofDevices = fc
    .record({
      options,
      rows: fc.array(fc.tuple(own.serial, fc.option(names.email, { nil: "" }), fc.option(names.org, { nil: "" })), {
        minLength: 1,
        maxLength: 4,
      }),
    })
    .map(({ options: how, rows }) => ({
      body: { kind: "devices", ...how },
      file: [["シリアルナンバー", "所有者メールアドレス", "所有組織コード"], ...rows.map((row) => [...row])],
    }));
  return fc
    .oneof(ofUsers, ofUsers, ofOrgs, ofDevices)
    .map(({ body, file }) => [
      buildPost("/v1/imports", omitUndefined(body)),
      { method: "PUT", path: CONTENT_PATH, file },
      ...PLAN_REQUESTS,
    ]);
};

/** Draws requests that plan the deletion of some of the named records. */
const someDeletionRequests = (names: HalfNames): fc.Arbitrary<readonly TwinRequest[]> =>
  fc
    .oneof(
      fc
        .uniqueArray(names.email, { minLength: 1, maxLength: 2 })
        .map((emails) => ({ kind: "users", ids: emails.map((email) => `{user:${email}}`) })),
      someOf("太郎", "花子", "a@").map((search) => ({ kind: "users", search })),
      fc.record({ org: names.org, recursive: fc.boolean() }).map(({ org, recursive }) => ({
        kind: "orgs",
        ids: [`{org:${org}}`],
        recursive,
      })),
      fc.uniqueArray(names.serial, { minLength: 1, maxLength: 2 }).map((serials) => ({
        kind: "devices",
        ids: serials.map((serial) => `{device:${serial}}`),
      })),
    )
    .map((body) => [buildPost("/v1/imports/deletions", body), ...PLAN_REQUESTS]);

const NDJSON_HEADERS = { accept: "application/x-ndjson" };

/** Draws requests that only read. */
const someReadRequests: fc.Arbitrary<readonly TwinRequest[]> = fc
  .oneof(
    fc
      .record({
        list: someOf("users", "devices", "orgs"),
        limit: someOf(1, 2, 1000),
        lines: fc.boolean(),
        search: someOptional(someOf("太郎", "花子", "課", "example")),
      })
      .map(({ list, limit, lines, search }) => {
        const ofText = search === undefined || list !== "users" ? "" : `&search=${encodeURIComponent(search)}`;
        const paged = list === "orgs" ? "" : `?limit=${limit}${ofText}`;
        return buildGet(`/v1/${list}${paged}`, lines ? NDJSON_HEADERS : undefined);
      }),
    fc
      .record({ sort: someOf("name", "org", "emails"), desc: fc.boolean(), limit: someOf(1, 2) })
      .map(({ sort, desc, limit }) => buildGet(`/v1/users?limit=${limit}&sort=${sort}&desc=${desc}`)),
    ANY_HALF.email.map((email) => buildGet(`/v1/users/find?name=${email}`)),
    fc
      .oneof(
        ANY_HALF.email.map((email) => ["users", email]),
        ANY_HALF.email.map((email) => ["accounts", email]),
        ANY_HALF.org.map((code) => ["orgs", code]),
        ANY_HALF.serial.map((serial) => ["devices", serial]),
      )
      .map(([noun, name]) => buildGet(`/v1/${noun}/history?name=${name}`)),
    ANY_HALF.email.map((email) => buildGet(`/v1/audit?limit=100&object=${email}`)),
    ANY_HALF.org.map((code) => buildGet(`/v1/orgs/find?name=${code}`)),
    ANY_HALF.serial.map((serial) => buildGet(`/v1/devices/find?name=${serial}`)),
    ANY_HALF.org.map((code) => buildGet(`/v1/users?limit=100&org={org:${code}}`)),
    someOf(
      "/v1/whoami",
      "/v1/tenant",
      "/v1/tenant/revision",
      "/v1/imports",
      "/v1/imports/{import:1}",
      "/v1/imports/{import:2}/rows",
      "/v1/audit?limit=2",
      "/v1/audit/export",
      "/v1/audit/{record:1}",
      "/v1/console",
      "/v1/console",
      "/v1/console/{task:}",
      "/v1/console/{task:1}",
      "/v1/administrators/users",
      "/v1/users/fields",
      "/v1/users/export?newline=lf",
      "/v1/orgs/export?newline=lf",
      "/v1/devices/export?newline=lf",
    ).map((path) => buildGet(path)),
  )
  .map((request) => [request]);

/**
 * Draws requests for the pages of a list: either one page directly after another, or only the next page, some steps
 * after the previous one.
 */
const somePageRequests: fc.Arbitrary<readonly TwinRequest[]> = fc
  .record({
    list: someOf(
      "users?limit=1",
      "users?limit=2",
      "users?limit=1&sort=name&desc=false",
      "devices?limit=1",
      "audit?limit=2",
    ),
    back: someOf(undefined, undefined, 0, 1),
  })
  .map(({ list, back }) => {
    const next = buildGet(`/v1/${list}&cursor={cursor:${back ?? 0}}`);
    return back === undefined ? [buildGet(`/v1/${list}`), next, next] : [next];
  });

const someCommitRequests: fc.Arbitrary<readonly TwinRequest[]> = fc
  .record({ back: someOf(0, 0, 0, 1), headers: someIdempotencyKey })
  .map(({ back, headers }) => [
    buildPost(`/v1/imports/{import:${back}}/commit`, undefined, { "if-match": `{etag:${back}}`, ...headers }),
    buildGet("/v1/imports/{import:}/rows"),
  ]);

const someUndoOrDiscardRequests: fc.Arbitrary<readonly TwinRequest[]> = fc
  .record({ back: someOf(0, 1, 2), verb: someOf("undo", "undo", "replan", "discard") })
  .map(({ back, verb }) => {
    if (verb === "discard") return [{ method: "DELETE", path: `/v1/imports/{import:${back}}` }];
    const asked =
      verb === "undo" ? `/v1/imports/changes/{change:${back}}/undo` : `/v1/imports/{import:${back}}/${verb}`;
    return [buildPost(asked), buildGet("/v1/imports/{import:}/rows")];
  });

const someClosingRequests: fc.Arbitrary<readonly TwinRequest[]> = fc
  .record({ back: someOf(0, 1, 2), state: someOf("confirmed", "dropped"), headers: someIdempotencyKey })
  .map(({ back, state, headers }) => [
    buildPost("/v1/console", { numbers: [`{task:${back}}`], state }, headers),
    buildGet("/v1/console"),
  ]);

const someAccountRequests = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(fc.constant("close"), someClosingRequests) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("read"), someReadRequests) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("page"), somePageRequests) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("hand"), someHandRequests(ANY_HALF, EAST)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("file"), someImportRequests(ANY_HALF, EAST)) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constant("file now"),
      someImportRequests(ANY_HALF, EAST).map((asks) => [...asks, COMMIT_REQUEST]),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant("delete"), someDeletionRequests(ANY_HALF)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant("commit"), someCommitRequests) },
  { weight: 2, arbitrary: fc.tuple(fc.constant("other"), someUndoOrDiscardRequests) },
);

/** Draws requests that move visible records to 全社, which the scoped accounts do not manage, and back. */
const someMovesToRoot: fc.Arbitrary<readonly TwinRequest[]> = fc
  .oneof(
    fc
      .record({ email: EAST.email, org: fc.oneof(fc.constant("全社"), EAST.org) })
      .map(({ email, org }) => buildPost("/v1/users/move", { ids: [`{user:${email}}`], org: `{org:${org}}` })),
    fc
      .record({ code: someOf("E1", "E2", "E3", "E11"), parent: someOf("全社", "EAST", "E1") })
      .map(({ code, parent }) => buildPost(`/v1/orgs/{org:${code}}/move`, { parent: `{org:${parent}}` })),
    fc.record({ serial: EAST.serial, owner: fc.option(EAST.email) }).map(({ serial, owner }) =>
      buildPost("/v1/devices/set-owner", {
        ids: [`{device:${serial}}`],
        owner: owner === null ? null : `{user:${owner}}`,
        ownerOrg: null,
      }),
    ),
  )
  .map((request) => [request]);

/** Draws values of the hidden half that a scoped account tries to assign to a visible record. */
const someClaim: fc.Arbitrary<Pick<Extract<TwinStep, { readonly claims: unknown }>, "claims" | "value">> = fc.oneof(
  WEST.email.map((value) => ({
    value,
    claims: buildPost("/v1/users", { name: "東 花子", emails: [value], org: "{org:EAST}" }),
  })),
  WEST.org.map((value) => ({
    value,
    claims: buildPost("/v1/orgs", { name: "新設部", code: value, parentId: "{org:EAST}" }),
  })),
  WEST.serial.map((value) => ({
    value,
    claims: buildPost("/v1/devices", { serialNumber: value, ownerOrg: "{org:EAST}" }),
  })),
  someOf("nishi").map((value) => ({
    value,
    claims: buildPatch("/v1/users/{user:jiro@east.example}", { accountName: value }),
  })),
);

/**
 * Draws requests of the owner in one half. Leaves out filters, and files that delete missing records, because both
 * would affect the other half.
 */
const someOwnerRequests = (isEast: boolean): fc.Arbitrary<readonly TwinRequest[]> => {
  const own = isEast ? EAST : WEST;
  // requests that also affect the other half; for example, the employee code E1 also exists in the hidden half
  const reaches = (does: readonly TwinRequest[]): boolean =>
    /"mode":"replace"|"search":|"key":"employee-code"/.test(JSON.stringify(does));
  return fc.oneof(
    { weight: 4, arbitrary: someHandRequests(own, own) },
    {
      weight: 2,
      arbitrary: someImportRequests(own, own)
        .filter((does) => !reaches(does))
        .map((does) => [...does, COMMIT_REQUEST]),
    },
    {
      weight: 1,
      arbitrary: someDeletionRequests(own)
        .filter((does) => !reaches(does))
        .map((does) => [...does, COMMIT_REQUEST]),
    },
    { weight: 1, arbitrary: fc.constant([buildPost("/v1/imports/changes/{change:}/undo"), COMMIT_REQUEST]) },
    ...(isEast ? [{ weight: 2, arbitrary: someMovesToRoot }] : []),
  );
};

const someFullAccount = someOf(undefined, undefined, "sys", "all");

export const someTwinStep: fc.Arbitrary<TwinStep> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc
      .record({ by: someOf("higashi", "higashi", ...SCOPED_ACCOUNTS), of: someAccountRequests })
      .map(({ by, of: [what, asks] }) => ({ by, what, asks })),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      by: someOf("owner"),
      as: someFullAccount,
      half: someOf("hidden"),
      does: someOwnerRequests(false),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      by: someOf("owner"),
      as: someFullAccount,
      half: someOf("visible"),
      does: someOwnerRequests(true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ by: someOf("higashi", "cus"), claim: someClaim }).map(({ by, claim }) => ({ by, ...claim })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      role: someOf("division", "division", "operator", "none"),
      of: someOf("minami", "ope"),
      manages: fc.uniqueArray(someOf("EAST", "E1", "E2"), { minLength: 1 }),
    }),
  },
);

/** SQL: defines the table `inside` of the organisations in the visible half. */
const INSIDE = `with recursive inside (pk) as (
  select pk from org where code = 'EAST' union select o.pk from inside i join org o on o.parent = i.pk)`;

/** SQL: for each table, the condition for rows that are hidden from the scoped accounts. */
const HIDDEN_CONDITIONS: Readonly<Record<string, string>> = {
  org: "t.pk not in inside",
  user: "t.org not in inside",
  user_email: "(select org from user where pk = t.user) not in inside",
  account: "(select org from user where pk = t.user) not in inside",
  device: "coalesce((select org from user where pk = t.owner), t.ownerOrg, 1) not in inside",
  secured_user: "true",
  custom_field: "true",
  tenant: "true",
  tenant_profile: "true",
  import: "t.detail -> 'request' ->> 'scope' is null and t.detail ->> 'scope' is null",
};

/** SQL: counts the records in the hidden half that have a certain value. */
const COUNT_HIDDEN_USES = `${INSIDE} select
  (select count(*) from user_email e join user u on u.pk = e.user where e.emailKey = :key and u.org not in inside)
  + (select count(*) from org where code = :value and pk not in inside)
  + (select count(*) from user where accountName = :value and org not in inside)
  + (select count(*) from device t where serialNumber = :value
      and coalesce((select org from user where pk = t.owner), t.ownerOrg, 1) not in inside)`;

const readHiddenRows = ({ tenant }: Twin): Readonly<Record<string, readonly Row[]>> =>
  Object.fromEntries(
    Object.entries(HIDDEN_CONDITIONS).map(([table, rows]) => [
      table,
      tenant.sql(`${INSIDE} select t.* from ${table} t where ${rows}`),
    ]),
  );

/** Returns the revision of the tenant, and the number of its audit records. */
const readCounters = ({ tenant: { database } }: Twin): { readonly revision: number; readonly records: number } => ({
  revision: database.count("select coalesce(max(revision), 0) from collection"),
  records: database.count("select count(*) from audit"),
});

/** A history of two tenants. The second tenant contains nothing that is hidden from the scoped accounts. */
export class TwinHistory {
  readonly #pair: readonly [Twin, Twin];

  /**
   * @param isMirror true if the data of both tenants comes from the console, so that changes by hand create tasks for
   * the console
   */
  constructor([whole, bare]: readonly [Twin, Twin], isMirror: boolean) {
    this.#pair = [whole.copy(), bare.copy()];
    for (const { tenant } of isMirror ? this.#pair : [])
      tenant.database.run("update tenant set mirroredAt = :at", { at: "2026-03-31T00:00:00.000Z" });
  }

  /** Does a step. @returns descriptions of what happened */
  async do(step: TwinStep): Promise<readonly string[]> {
    if ("role" in step) return this.#grant(step);
    const [whole, bare] = this.#pair;
    if (step.by === "owner") {
      const done: number[] = [];
      for (const request of step.does) {
        const { status } = await whole.own(request, step.half, step.as);
        if (step.half === "visible") expectSame((await bare.own(request, step.half, step.as)).status, status);
        done.push(status);
      }
      return [`${step.half} ${done.at(-1)}`];
    }
    if ("claims" in step) return [await this.#claim(step)];
    const told: string[] = [];
    for (const request of step.asks) told.push(`${step.what} ${await this.#ask(step.by, request)}`);
    return told;
  }

  #grant({ role, of: name, manages }: Extract<TwinStep, { readonly role: unknown }>): readonly string[] {
    for (const { tenant } of this.#pair) {
      const sql = `update account set role = :role, managedOrgs = (select json_group_array(pk) from org where code in
        (select value from json_each(:manages))) where user = (select pk from user where accountName = :name)`;
      tenant.database.run(sql, { role, name, manages: JSON.stringify(manages) });
    }
    return [`granted ${role}`];
  }

  /**
   * Requests a value that a record in the hidden half already has. The response may reveal only that the value cannot
   * be used.
   */
  async #claim({ by, claims, value }: Extract<TwinStep, { readonly claims: unknown }>): Promise<string> {
    const [whole] = this.#pair;
    const isTaken = whole.tenant.database.count(COUNT_HIDDEN_USES, { value, key: value.toLowerCase() }) > 0;
    if (!isTaken) return "nothing to claim";
    const before = readCounters(whole);
    const { status, text } = await whole.plainly(by, claims);
    expectSame(readCounters(whole), before);
    if (status !== 422) {
      expectSame([status, [403, 404].includes(status)], [status, true]);
      return `claim ${status}`;
    }
    const { detail } = JSON.parse(text) as { readonly detail: Readonly<Record<"en" | "ja", string>> };
    const [en, ja] = [detail.en, detail.ja].map((told) => told.replace(/^[^:]+: /, ""));
    expectSame([en, ja], [`"${value}" cannot be used`, `「${value}」は使えません`]);
    return "claim 422";
  }

  async #ask(account: ScopedAccount, request: TwinRequest): Promise<number> {
    const [whole, bare] = this.#pair;
    const hidden = readHiddenRows(whole);
    const before = readCounters(whole);
    const answered = await whole.ask(account, request);
    expectSame({ account, request, ...answered }, { account, request, ...(await bare.ask(account, request)) });
    expectSame({ failed: answered.status >= 500, body: answered.body }, { failed: false, body: answered.body });
    expectSame(readHiddenRows(whole), hidden);
    const after = readCounters(whole);
    if (after.revision > before.revision) {
      const records = whole.tenant.sql("select record from audit where seq > :records", { records: before.records });
      const told = records.map(({ record }) => JSON.parse(String(record)) as Readonly<Record<string, unknown>>);
      expectSame(
        told.map(({ actor, by }) => ({ actor, by })),
        [{ actor: account, by: "owner" }],
      );
    }
    return answered.status;
  }

  /** Expects that the audit logs of both tenants and the versions of all changes are intact. */
  expectSound(): void {
    for (const { tenant } of this.#pair) {
      const { broken, changes } = verifyOnConnection(tenant.database, { head: undefined, changes: true });
      expectSame({ broken, changes: changes?.broken }, { broken: null, changes: [] });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#pair.map(({ tenant }) => tenant[Symbol.asyncDispose]()));
  }
}
