import { describe, expect, it } from "vitest";
import { EXAMPLES } from "../contract/examples.ts";
import { ALL_ROUTES } from "../contract/all.ts";
import { MEDIA_TYPES } from "../contract/route.ts";
import type { Transport, Upload } from "./index.ts";
import { createWholeClient, type WholeClient } from "#support/client/whole-client.ts";

/** What a request carried; absent parts are left out. */
interface Seen {
  readonly line: string;
  readonly body?: string;
  readonly type?: string;
  readonly ifMatch?: string;
}

const patterns = ALL_ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
})).toSorted((one, other) => Number(one.route.path.includes("{")) - Number(other.route.path.includes("{")));

/** Answers each request with its route's example; records the request, and the last answer. */
const answering =
  (seen: Seen[], answered: { last?: unknown } = {}): Transport =>
  async (request) => {
    const { pathname, search } = new URL(request.url);
    const { route } =
      patterns.find(({ route, pattern }) => route.method === request.method.toLowerCase() && pattern.test(pathname)) ??
      expect.unreachable(`${request.method} ${pathname}`);
    const body = await request.text();
    const [type, ifMatch] = [request.headers.get("content-type"), request.headers.get("if-match")];
    seen.push({
      line: `${request.method} ${pathname}${search}`,
      ...(body === "" ? {} : { body }),
      ...(type === null ? {} : { type }),
      ...(ifMatch === null ? {} : { ifMatch }),
    });
    const { answer } = EXAMPLES.get(route.id) ?? {};
    answered.last = answer;
    const media = MEDIA_TYPES[route.answer.kind];
    const content = typeof answer === "string" ? answer : JSON.stringify(answer);
    const whole = media === "application/x-ndjson" ? `${content}\n` : content.replace('"next":"1000"', '"next":null');
    return new Response(whole, { headers: { "content-type": media } });
  };

const ID = "019a9f3c-5a00-7abc-8def-000000000005";
const AT = "2026-11-20T01:23:45.000Z";
const upload = (encoding: string): Upload => ({ stream: new Blob(["a,b\n"]).stream(), encoding });
const json = (value: unknown) => ({ body: JSON.stringify(value), type: "application/json" });
const plan = { id: ID, etag: "7" };
const notice = { itemId: ID, expiresAt: AT, stage: 30, way: "mail", recipient: "a@x.jp" };
const all = <T>(items: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(items);

it.each<[string, (client: WholeClient) => Promise<unknown>, readonly Seen[]]>([
  ["tenant", (client) => client.tenant.show(), [{ line: "GET /v1/tenant" }]],
  ["orgs", (client) => client.orgs.list(), [{ line: "GET /v1/orgs" }]],
  ["findOrgs", (client) => client.orgs.find({ name: "A/B 課" }), [{ line: "GET /v1/orgs/find?name=A%2FB+%E8%AA%B2" }]],
  ["exportOrgs", (client) => client.orgs.export({ newline: "cr" }), [{ line: "GET /v1/orgs/export?newline=cr" }]],
  ["exportOrgs", (client) => client.orgs.export(), [{ line: "GET /v1/orgs/export" }]],
  [
    "users",
    (client) => all(client.users.list({ filterName: "山", filterId: undefined, limit: 5 })),
    [{ line: "GET /v1/users?filterName=%E5%B1%B1&limit=5" }],
  ],
  ["users", (client) => all(client.users.list()), [{ line: "GET /v1/users" }]],
  ["findUsers", (client) => client.users.find({ name: "a&b=c" }), [{ line: "GET /v1/users/find?name=a%26b%3Dc" }]],
  ["exportUsers", (client) => client.users.export({ filterId: "" }), [{ line: "GET /v1/users/export?filterId=" }]],
  ["customFields", (client) => client.users.fields(), [{ line: "GET /v1/users/fields" }]],
  [
    "addCustomField",
    (client) => client.users.addField({ name: "座席" }),
    [{ line: "POST /v1/users/fields", ...json({ name: "座席" }) }],
  ],
  ["removeCustomField", (client) => client.users.removeField("a/b"), [{ line: "DELETE /v1/users/fields/a%2Fb" }]],
  [
    "securedUsers",
    (client) => all(client.secured.list("docs", { sort: "name", desc: true })),
    [{ line: "GET /v1/secured/docs/users?sort=name&desc=true" }],
  ],
  [
    "findSecuredUsers",
    (client) => client.secured.find("mailer", { name: "u1" }),
    [{ line: "GET /v1/secured/mailer/users/find?name=u1" }],
  ],
  [
    "exportSecuredUsers",
    (client) => client.secured.export("docs", { layout: "full", newline: "lf" }),
    [{ line: "GET /v1/secured/docs/users/export?layout=full&newline=lf" }],
  ],
  ["securedGroups", (client) => client.secured.groups("docs"), [{ line: "GET /v1/secured/docs/groups" }]],
  [
    "imports.plan",
    (client) => client.imports.plan({ kind: "users" }, upload("shift_jis")),
    [
      { line: "POST /v1/imports", ...json({ kind: "users" }) },
      { line: `PUT /v1/imports/${ID}/content`, body: "a,b\n", type: "text/csv; charset=shift_jis" },
    ],
  ],
  ["imports.list", (client) => client.imports.list(), [{ line: "GET /v1/imports" }]],
  ["imports.show", (client) => client.imports.show(ID), [{ line: `GET /v1/imports/${ID}` }]],
  [
    "imports.rows",
    (client) => all(client.imports.rows(ID, { action: "create,delete", limit: 3 })),
    [{ line: `GET /v1/imports/${ID}/rows?action=create%2Cdelete&limit=3` }],
  ],
  [
    "imports.problems",
    (client) => all(client.imports.problems(ID, { limit: 3 })),
    [{ line: `GET /v1/imports/${ID}/problems?limit=3` }],
  ],
  [
    "imports.check",
    (client) => client.imports.check(plan, { upload: true }),
    [{ line: `POST /v1/imports/${ID}/check?upload=true`, ifMatch: '"7"' }],
  ],
  [
    "imports.commit",
    (client) => client.imports.commit(plan),
    [{ line: `POST /v1/imports/${ID}/commit`, ifMatch: '"7"' }],
  ],
  [
    "imports.commit of what has no plan",
    (client) => client.imports.commit({ id: ID, etag: null }),
    [{ line: `POST /v1/imports/${ID}/commit`, ifMatch: '""' }],
  ],
  [
    "imports.commit of a file for the console",
    (client) => client.imports.commit(plan, { sha256: "ab", fileName: "up.csv" }),
    [{ line: `POST /v1/imports/${ID}/commit?sha256=ab&fileName=up.csv`, ifMatch: '"7"' }],
  ],
  ["imports.replan", (client) => client.imports.replan(ID), [{ line: `POST /v1/imports/${ID}/replan` }]],
  [
    "imports.replan that keeps missing records",
    (client) => client.imports.replan(ID, { keepMissing: true }),
    [{ line: `POST /v1/imports/${ID}/replan?keepMissing=true` }],
  ],
  [
    "imports.verify",
    (client) => client.imports.verify(7, upload("utf-16le")),
    [{ line: "POST /v1/imports/tasks/7/verify", body: "a,b\n", type: "text/csv; charset=utf-16le" }],
  ],
  ["imports.undo", (client) => client.imports.undo(12), [{ line: "POST /v1/imports/changes/12/undo" }]],
  [
    "imports.undo of the last change",
    (client) => client.imports.undo("last", { skipBlocked: true, mirrorOnly: false }),
    [{ line: "POST /v1/imports/changes/last/undo?skipBlocked=true&mirrorOnly=false" }],
  ],
  ["imports.discard", (client) => client.imports.discard(ID), [{ line: `DELETE /v1/imports/${ID}` }]],
  ["renewals.list", (client) => client.renewals.list(), [{ line: "GET /v1/renewals" }]],
  [
    "renewals.add",
    (client) => client.renewals.add({ kind: "custom", name: "契約" }),
    [{ line: "POST /v1/renewals", ...json({ kind: "custom", name: "契約" }) }],
  ],
  [
    "renewals.edit",
    (client) => client.renewals.edit(ID, { owner: null }),
    [{ line: `PATCH /v1/renewals/${ID}`, ...json({ owner: null }) }],
  ],
  [
    "renewals.confirm",
    (client) => client.renewals.confirm(ID, { by: "山田", at: AT }),
    [{ line: `POST /v1/renewals/${ID}/confirm`, ...json({ by: "山田", at: AT }) }],
  ],
  ["renewals.remove", (client) => client.renewals.remove(ID), [{ line: `DELETE /v1/renewals/${ID}` }]],
  ["renewals.notices", (client) => client.renewals.notices(), [{ line: "GET /v1/renewals/notices" }]],
  [
    "renewals.claimNotice",
    (client) => client.renewals.claimNotice(notice),
    [{ line: "POST /v1/renewals/notices", ...json(notice) }],
  ],
  [
    "renewals.settleNotice",
    (client) => client.renewals.settleNotice(ID, { state: "sent", error: null }),
    [{ line: `POST /v1/renewals/notices/${ID}/settle`, ...json({ state: "sent", error: null }) }],
  ],
])("%s", async (_, call, requests) => {
  const seen: Seen[] = [];
  const answered: { last?: unknown } = {};
  const result = await call(createWholeClient({ transport: answering(seen, answered) }));
  expect(seen).toEqual(requests);
  expect(result instanceof ReadableStream ? await new Response(result).text() : result).toEqual(givenOf(answered.last));
});

/** The value that a caller gets of an answer: all items of a list, or of its lines. */
function givenOf(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  if ("items" in answer) return answer.items;
  return "params" in answer || "setsSecret" in answer ? [answer] : answer;
}

it.each<[boolean, string, (client: WholeClient) => Promise<unknown>]>([
  [true, "users.addField", (client) => client.users.addField({ name: "座席" })],
  [true, "imports.verify", (client) => client.imports.verify(7, upload("utf-8"))],
  [false, "renewals.confirm", (client) => client.renewals.confirm(ID, { by: "山田", at: AT })],
  [false, "renewals.edit", (client) => client.renewals.edit(ID, { owner: null })],
  [false, "renewals.list", (client) => client.renewals.list()],
])("sends an Idempotency-Key only to a route that keeps it: %s, %s", async (isKept, _, call) => {
  const keys: (string | null)[] = [];
  const transport: Transport = (request) => {
    keys.push(request.headers.get("idempotency-key"));
    return answering([])(request);
  };
  await call(createWholeClient({ transport, newKey: () => "key-1" }));
  await call(createWholeClient({ transport }));
  expect(keys).toEqual([isKept ? "key-1" : null, null]);
});

describe("a list of several pages", () => {
  const pagesOf = (answers: readonly { readonly items: readonly unknown[]; readonly next: string | null }[]) => {
    const cursors: (string | null)[] = [];
    const client = createWholeClient({
      transport: async ({ url }) => {
        cursors.push(new URL(url).searchParams.get("cursor"));
        return Response.json(answers[cursors.length - 1]);
      },
    });
    return { client, cursors };
  };
  const items = [EXAMPLES.get("users")?.answer].flatMap((answer) => (answer as { readonly items: unknown[] }).items);

  it("is fetched page by page, each with the cursor of the previous one", async () => {
    const { client, cursors } = pagesOf([
      { items: [...items, ...items], next: "a" },
      { items: [], next: "b" },
      { items, next: null },
    ]);
    expect(await all(client.users.list())).toHaveLength(3);
    expect(cursors).toEqual([null, "a", "b"]);
  });

  it("is fetched no further than it is read", async () => {
    const { client, cursors } = pagesOf([{ items, next: "a" }]);
    for await (const user of client.users.list()) {
      expect(user).toEqual(items[0]);
      break;
    }
    expect(cursors).toEqual([null]);
  });
});

describe("a long list whose request is aborted", () => {
  const enough = new Error("enough");
  const line = (id: string): string => `${JSON.stringify(EXAMPLES.get(id)?.answer)}\n`;

  /** A tenant that answers one part after another without a turn in between, until it is asked for too many. */
  const endless = (type: string, part: string) => {
    const ended = new AbortController();
    let parts = 0;
    const next = (): string => {
      parts += 1;
      // as a signal comes: in the next turn
      if (parts === 1) setImmediate(() => ended.abort(enough));
      if (parts > 9) throw new TypeError("nobody listens");
      return part;
    };
    const body = () =>
      type === MEDIA_TYPES.json
        ? next().replace(/"next":(?:null|"1000")/, `"next":"${parts}"`)
        : new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(Buffer.from(next())) }, { highWaterMark: 0 });
    const transport: Transport = async () => new Response(body(), { headers: { "content-type": type } });
    return createWholeClient({ transport, signal: ended.signal });
  };

  it.each<[string, string, string, (client: WholeClient) => Promise<unknown>]>([
    ["pages", MEDIA_TYPES.json, line("users"), (client) => all(client.users.list())],
    ["pages of an app", MEDIA_TYPES.json, line("securedUsers"), (client) => all(client.secured.list("docs"))],
    ["bytes of lines", MEDIA_TYPES.lines, "{}\n", (client) => all(client.users.list().ndjson())],
    ["lines", MEDIA_TYPES.lines, line("importRows"), (client) => all(client.imports.rows(ID))],
    ["batches of lines", MEDIA_TYPES.lines, line("importRows"), (client) => all(client.imports.rows(ID).batches())],
  ])("ends after a part: %s", async (_, type, part, list) => {
    await expect(list(endless(type, part))).rejects.toBe(enough);
  });

  const aborted = (seen: Seen[]): WholeClient => {
    const answers = answering(seen);
    const transport: Transport = async (request) => {
      request.signal.throwIfAborted();
      return answers(request);
    };
    return createWholeClient({ transport, signal: AbortSignal.abort(enough) });
  };

  it.each<[string, (client: WholeClient) => Promise<unknown>]>([
    ["pages", (client) => all(client.users.list())],
    ["bytes of lines", (client) => all(client.users.list().ndjson())],
    ["lines", (client) => all(client.imports.rows(ID))],
    ["an export", (client) => client.users.export()],
  ])("fails without waiting: %s", async (_, call) => {
    await expect(call(aborted([]))).rejects.toBe(enough);
  });
});

it.each<[string, (client: WholeClient, signal: AbortSignal) => Promise<unknown>]>([
  ["imports.plan", (client, signal) => client.imports.plan({ kind: "users" }, upload("utf-8"), signal)],
  ["imports.commit", (client, signal) => client.imports.commit(plan, undefined, signal)],
  ["imports.replan", (client, signal) => client.imports.replan(ID, {}, signal)],
  ["imports.verify", (client, signal) => client.imports.verify(7, upload("utf-8"), {}, signal)],
])("%s stops at its signal", async (_, call) => {
  const ended = new AbortController();
  const answers = answering([]);
  const client = createWholeClient({
    transport: async (request) => {
      if (request.method === "POST" && request.url.endsWith("/imports")) return answers(request);
      ended.abort(new Error("enough"));
      request.signal.throwIfAborted();
      return answers(request);
    },
  });
  await expect(call(client, ended.signal)).rejects.toThrow("enough");
});
